"""Degree of authorship and truck factor after Avelino et al., from the contributions to files.

G. Avelino, L. Passos, A. Hora, M. T. Valente: "A novel approach for estimating truck factors",
ICPC 2016; constants as in the authors' reference implementation (aserg-ufmg/Truck-Factor).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

NORMALISED = 0.75  # an author's degree must exceed this share of the file's highest
ABSOLUTE = 3.293  # and reach this; the constant term of the formula
COVERAGE = 0.5  # files that must keep an author


@dataclass(frozen=True)
class Removal:
    """One step of the truck-factor algorithm: who is removed and what then still has an author."""

    person: str
    files: int  # authored by this person among those still covered
    covered: float  # share of files with an author left after the removal


def contributions_by_person(contributions: DataFrame, people: DataFrame) -> DataFrame:
    """One row a (repo, path, person), bots left out: created, changes, added, first, last."""
    columns = people[["identity", "person", "bot"]].drop_duplicates("identity")
    known = contributions.merge(columns, on="identity", how="inner")
    human = known[~known["bot"].astype(bool)]
    keys = ["repo", "path", "component", "role", "person"]
    return human.groupby(keys, as_index=False, sort=True).agg(
        created=("created", "max"),
        changes=("changes", "sum"),
        added=("added", "sum"),
        first=("first", "min"),
        last=("last", "max"),
    )


def authors(contributions: DataFrame) -> DataFrame:
    """The authors of each file: rows of `contributions_by_person` with the column `doa`.

    DOA = 3.293 + 1.098 FA + 0.164 DL - 0.321 ln(1 + AC), where FA = 1 for whoever created the file,
    DL = own changes and AC = changes by others. An author has more than 0.75 of the file's highest
    degree and at least 3.293.
    """
    import numpy as np

    rows = contributions.copy()
    file = ["repo", "path"]
    others = rows.groupby(file)["changes"].transform("sum") - rows["changes"]
    created = rows["created"].astype(float)
    rows["doa"] = 3.293 + 1.098 * created + 0.164 * rows["changes"] - 0.321 * np.log1p(others)
    highest = rows.groupby(file)["doa"].transform("max")
    return rows[(rows["doa"] / highest > NORMALISED) & (rows["doa"] >= ABSOLUTE)]


def truck_factor(files: int, authored: DataFrame) -> list[Removal]:
    """The people whose leaving would orphan more than half of the `files`, in greedy order.

    `authored` has one row a (file, author). The truck factor is the length of the list. Ties are
    broken by the person's id, so that the answer is the same every time.
    """
    authors_of: dict[tuple[str, str], set[str]] = {}
    for repo, path, person in zip(
        authored["repo"], authored["path"], authored["person"], strict=True
    ):
        authors_of.setdefault((repo, path), set()).add(person)
    files_of: dict[str, set[tuple[str, str]]] = {}
    for file, people in authors_of.items():
        for person in people:
            files_of.setdefault(person, set()).add(file)
    removals: list[Removal] = []
    while files_of and len(authors_of) >= COVERAGE * files:
        person = min(files_of, key=lambda one: (-len(files_of[one]), one))
        lost = files_of.pop(person)
        for file in lost:
            authors_of[file].discard(person)
            if not authors_of[file]:
                del authors_of[file]
        removals.append(Removal(person, len(lost), len(authors_of) / files if files else 0.0))
    return removals
