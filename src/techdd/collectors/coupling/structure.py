"""What coupled files and components say about the structure of each repository."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.coupling.tables import (
    ChangeSpread,
    ComponentCoupling,
    Coupling,
    degrees,
)
from techdd.counting import component_name, of_repository
from techdd.facts import File
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST = 10  # commits or pairs; a share of fewer says nothing
SHOWN = 15
PICTURES = 2  # repositories with a matrix of their own
TOGETHER = (
    "Degree = shared changes by the mean of both sides' changes (code-maat, Tornhill); at least 5 "
    "shared changes, commits of at most 30 files, tests left out. Changing together shows that "
    "parts were worked on together, not why."
)


@probe(domain="architecture", needs=(Coupling, ComponentCoupling, ChangeSpread, File))
def change_coupling(
    as_of: date, pairs: DataFrame, components: DataFrame, spread: DataFrame, files: DataFrame
) -> Answered:
    """Do changes stay within one component, and which files are only ever changed together?"""
    parts = _parts(files)
    for repo in ("", *sorted(files["repo"].unique())):
        yield from _spread(repo, of_repository(repo, spread), parts)
        yield from _pairs(repo, of_repository(repo, pairs), of_repository(repo, spread), parts)
    strong = pairs.assign(degree=degrees(pairs))
    strong = strong.assign(weight=strong["degree"] * strong["shared"]).sort_values(
        ["weight", "repo", "path_a", "path_b"], ascending=[False, True, True, True]
    )
    if len(strong):
        yield Series(
            "change_coupling",
            f"Source files that are changed together, {_period(spread)}",
            ("repository", "in folder", "file", "changed with", "together", "share of changes"),
            tuple(
                (str(row.repo), *_apart(row.path_a, row.path_b), int(row.shared), row.degree)
                for row in strong.head(SHOWN).itertuples()
            ),
            note=f"Ordered by changes together times degree. {TOGETHER}",
        )
    strongest = components.groupby("repo")["shared"].sum().sort_values(ascending=False)
    for repo in strongest.index[:PICTURES]:
        own = of_repository(str(repo), components)
        rows = [
            (component_name(one), component_name(other), share)
            for row, share in zip(own.itertuples(), degrees(own), strict=True)
            for one, other in (
                (row.component_a, row.component_b),
                (row.component_b, row.component_a),
            )
        ]
        if len({one for one, *_ in rows}) > 2:
            yield Series(
                "component_coupling",
                f"Components that are changed together, {_period(spread)}",
                ("component", "component", "share of changes"),
                tuple(rows),
                chart="matrix",
                note=TOGETHER,
                repo=str(repo),
            )


def _spread(repo: str, spread: DataFrame, parts: dict[str, int]) -> Iterator[Metric]:
    """The share of the changes that touched more than one component, where there are several."""
    several = spread[spread["repo"].map(parts).fillna(0) > 1]
    total = int(several["commits"].sum())
    wide = int(several.loc[several["components"] > 1, "commits"].sum())
    note = ""
    if not len(several):
        note = "fewer than two components with production code, or no change in the period"
    elif total < FEWEST:
        note = f"fewer than {FEWEST} changes in the period"
    yield Metric(
        "coupling.multi_component_share",
        wide / total if total >= FEWEST else None,
        "share",
        repo,
        f"{total:,} commits of at most 30 files that changed production code, {_period(spread)}",
        note,
    )


def _pairs(
    repo: str, pairs: DataFrame, spread: DataFrame, parts: dict[str, int]
) -> Iterator[Metric]:
    """How many pairs of files are coupled, and how many of them across components."""
    seen = int(spread["commits"].sum())
    basis = f"{seen:,} commits of at most 30 files that changed production code, {_period(spread)}"
    note = "" if seen >= FEWEST else f"fewer than {FEWEST} changes in the period"
    count = len(pairs) if seen >= FEWEST else None
    yield Metric("coupling.pairs", count, "pairs", repo, basis, note)
    several = pairs[pairs["repo"].map(parts).fillna(0) > 1]
    across = int((several["component_a"] != several["component_b"]).sum())
    enough = len(several) >= FEWEST
    yield Metric(
        "coupling.crossing_share",
        across / len(several) if enough else None,
        "share",
        repo,
        f"{len(several):,} coupled pairs of source files where there are several components",
        "" if enough else f"fewer than {FEWEST} coupled pairs",
    )


def _parts(files: DataFrame) -> dict[str, int]:
    """Repository -> its components with production code."""
    source = files[files["role"] == "source"]
    return {str(k): int(n) for k, n in source.groupby("repo")["component"].nunique().items()}


def _period(spread: DataFrame) -> str:
    months = sorted(set(spread["months"].astype(int)))
    said = ["the whole history" if n == 0 else f"{n} months up to the last commits" for n in months]
    return " or ".join(said) or "24 months up to the last commits"


def _apart(one: str, other: str) -> tuple[str, str, str]:
    """(the folder that two paths have in common, what is left of each)."""
    folder = posixpath.commonpath([one, other])
    first, second = (path.removeprefix(folder).strip("/") for path in (one, other))
    return folder or "(top folder)", first, second
