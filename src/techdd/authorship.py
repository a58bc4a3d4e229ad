"""Who wrote what: degree of authorship, surviving lines, and truck factors from both.

G. Avelino, L. Passos, A. Hora, M. T. Valente: "A novel approach for estimating truck factors",
ICPC 2016; constants and criteria as in the authors' reference implementation
(aserg-ufmg/Truck-Factor). What was compared, and where we differ: docs/metrics/knowledge.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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
    files: int  # that this person is an author of
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


def source_by_person(contributions: DataFrame, people: DataFrame) -> DataFrame:
    """`contributions_by_person` of the source files."""
    rows = contributions_by_person(contributions, people)
    return rows[rows["role"] == "source"]


def code_by_person(contributions: DataFrame, people: DataFrame) -> DataFrame:
    """`contributions_by_person` of the source and test files, which Avelino's data count alike."""
    rows = contributions_by_person(contributions, people)
    return rows[rows["role"].isin(("source", "test"))]


def lines_by_person(survivors: DataFrame, people: DataFrame) -> DataFrame:
    """One row a (repo, path, component, person): surviving source lines, bots left out."""
    columns = people[["identity", "person", "bot"]].drop_duplicates("identity")
    known = survivors.merge(columns, on="identity", how="inner")
    kept = known[(known["role"] == "source") & ~known["bot"].astype(bool)]
    keys = ["repo", "path", "component", "person"]
    return kept.groupby(keys, as_index=False, sort=True)["lines"].sum()


def authors(contributions: DataFrame) -> DataFrame:
    """The authors of each file: rows of `contributions_by_person` with the column `doa`.

    DOA = 3.293 + 1.098 FA + 0.164 DL - 0.321 ln(1 + AC), where FA = 1 for whoever created the file,
    DL = own changes after the creation and AC = those of others. An author has more than 0.75 of
    the file's highest degree, and at least 3.293 or created the file.
    """
    import numpy as np

    rows = contributions.copy()
    created = rows["created"].astype(bool)
    rows["later"] = rows["changes"] - created.astype(int)
    file = ["repo", "path"]
    others = rows.groupby(file)["later"].transform("sum") - rows["later"]
    rows["doa"] = 3.293 + 1.098 * created + 0.164 * rows["later"] - 0.321 * np.log1p(others)
    highest = rows.groupby(file)["doa"].transform("max")
    able = (rows["doa"] >= ABSOLUTE) | created
    return rows[(rows["doa"] / highest > NORMALISED) & able].drop(columns="later")


def truck_factor(files: int, authored: DataFrame) -> list[Removal]:
    """The people whose leaving would orphan more than half of the `files`, in greedy order.

    `authored` has one row a (file, author). The truck factor is the length of the list.
    """
    covered, found = file_count(authored), []
    for removal in departures(files, authored):
        if covered < COVERAGE * files:
            break
        found.append(removal)
        covered = round(removal.covered * files)
    return found


def departures(files: int, authored: DataFrame) -> Iterator[Removal]:
    """The authors, the one of most files first, and what is covered when each has left as well.

    Ties are broken by the person's id, so that the answer is the same every time.
    """
    authors_of: dict[tuple[str, str], set[str]] = {}
    files_of: dict[str, set[tuple[str, str]]] = {}
    for repo, path, person in zip(
        authored["repo"], authored["path"], authored["person"], strict=True
    ):
        authors_of.setdefault((repo, path), set()).add(person)
        files_of.setdefault(person, set()).add((repo, path))
    for person in sorted(files_of, key=lambda one: (-len(files_of[one]), one)):
        for file in files_of[person]:
            authors_of[file].discard(person)
            if not authors_of[file]:
                del authors_of[file]
        yield Removal(person, len(files_of[person]), len(authors_of) / files if files else 0.0)


def owners(lines: DataFrame, gone: Collection[str] = ()) -> list[str]:
    """The fewest people who wrote more than half of the surviving `lines`, the largest first.

    The lines of people who are `gone` count as lost already, so that the list holds who would have
    to leave besides them; it is empty where half is lost without anybody.
    """
    written = lines.groupby("person")["lines"].sum()
    total, lost = int(written.sum()), int(written[written.index.isin(gone)].sum())
    here = written[~written.index.isin(gone)]
    return _until_half(dict(zip(here.index, here, strict=True)), total, lost)


def contributors(commits: DataFrame) -> list[str]:
    """The fewest people who made at least half of the `commits` (column `person`).

    CHAOSS, Contributor Absence Factor: https://chaoss.community/kb/metric-bus-factor/
    """
    made = commits["person"].value_counts()
    return _until_half(dict(zip(made.index, made, strict=True)), len(commits), 0, reached=True)


def _until_half(
    parts: Mapping[str, int], total: int, lost: int, *, reached: bool = False
) -> list[str]:
    """The largest `parts` that with `lost` come to more than half of `total` (or `reached` it)."""
    found: list[str] = []
    for person in sorted(parts, key=lambda one: (-parts[one], one)):
        if 2 * lost > total or (reached and 2 * lost >= total):
            break
        lost += parts[person]
        found.append(person)
    return found


def file_count(rows: DataFrame) -> int:
    """How many different files the rows speak of."""
    return len(rows[["repo", "path"]].drop_duplicates())
