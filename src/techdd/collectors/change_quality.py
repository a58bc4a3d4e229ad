"""Whether recent changes make the code easier or harder to maintain: PyDriller's delta model.

Delta Maintainability Model: M. di Biase, A. Rastogi, M. Bruntink, A. van Deursen: "The Delta
Maintainability Model: measuring maintainability of fine-grained code changes", TechDebt 2019; as
implemented by PyDriller: the share of changed code that lies in small, simple, narrow units.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.facts import Commit
from techdd.history.pydriller_door import each_commit
from techdd.model import Metric
from techdd.repository import Repository

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST = 10  # commits; fewer say nothing about a habit
LARGEST = 30  # files; larger commits are imports and sweeps, not changes


class ChangeQuality(NamedTuple):
    """The delta maintainability of one commit, each 0 to 1; None where it changed no unit."""

    sha: str
    unit_size: float | None
    unit_complexity: float | None
    unit_interfacing: float | None


@collector(makes=(ChangeQuality,), needs=(Commit,), version=2, minutes=15)
def change_quality(
    repo: Repository, commits: DataFrame, *, newest: int = 40, seconds: float = 600.0
) -> Gathered:
    """The `newest` commits that change code, as far as `seconds` reach: PyDriller takes up to 1.5 s
    for each.
    """
    wanted = commits[(commits["parents"] == 1) & commits["files"].between(1, LARGEST)]
    shas = [str(sha) for sha in wanted.nlargest(newest, "number")["sha"]]
    yield from each_commit(
        repo, shas, seconds, _quality,
        late="changes not analysed for lack of time", failed="change could not be analysed",
    )  # fmt: skip


def _quality(git: Any, sha: str) -> Iterator[ChangeQuality]:
    commit = git.get_commit(sha)
    yield ChangeQuality(
        sha, commit.dmm_unit_size, commit.dmm_unit_complexity, commit.dmm_unit_interfacing
    )


@probe(domain="sdlc", needs=(ChangeQuality,))
def change_quality_trend(as_of: date, changes: DataFrame) -> Answered:
    """Do recent changes keep units small, simple and narrow?"""
    for repo, rows in [("", changes), *changes.groupby("repo")]:
        means = rows[["unit_size", "unit_complexity", "unit_interfacing"]].mean()
        known = means.dropna()
        measured = int(rows["unit_size"].notna().sum())
        enough = measured >= FEWEST
        yield Metric(
            "change_quality.dmm",
            float(known.mean()) if enough else None,
            "share",
            str(repo),
            f"{measured:,} recent commits with code that could be analysed",
            "" if enough else f"fewer than {FEWEST} recent changes to code that Lizard reads",
        )
