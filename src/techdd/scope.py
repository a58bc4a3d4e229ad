"""The coverage ledger: what of each repository was looked at, what was not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from techdd.counting import of_repository
from techdd.languages import languages
from techdd.model import RepositoryScope, Run, Status
from techdd.repository import MISSING

if TYPE_CHECKING:
    from pandas import DataFrame

# How the collector "dependencies" calls a file of which it read nothing, or not to the end.
UNREAD = (
    "cannot be parsed",
    "dependency file too large",
    "dependency format not supported",
    MISSING,
)
COUNTED = ("source", "test")  # roles whose lines are shown by language; the others are left out


def ledger(
    names: Sequence[str],
    snapshots: DataFrame,
    commits: DataFrame,
    people: DataFrame,
    files: DataFrame,
    runs: Iterable[Run],
) -> tuple[RepositoryScope, ...]:
    """One entry a repository, in the order of `names`. Unknown counts are None, not zero."""
    runs = list(runs)
    ended = {(run.collector, run.repo): run.status for run in runs}

    def collected(collector: str, repo: str) -> bool:
        return ended.get((collector, repo)) in (Status.OK, Status.PARTIAL)

    humans = people[~people["bot"]].drop_duplicates("identity").set_index("identity")["person"]

    def one(name: str) -> RepositoryScope:
        snap = of_repository(name, snapshots)
        own_commits = of_repository(name, commits)
        own_files = of_repository(name, files)
        authors = own_commits["author"].map(humans)
        return RepositoryScope(
            name=name,
            commit=str(snap["commit"].iloc[0]) if len(snap) else "",
            committed=_day(snap["committed"].iloc[0]) if len(snap) else "",
            branch=str(snap["branch"].iloc[0] or "") if len(snap) else "",
            commits=len(own_commits) if collected("history", name) else None,
            contributors=int(authors.nunique()) if collected("history", name) else None,
            files=len(own_files),
            lines_by_language=tuple(_languages(own_files)),
            left_out=tuple(_left_out(own_files)),
            shallow=bool(snap["shallow"].iloc[0]) if len(snap) else False,
            issues=tuple(_issues(run for run in runs if run.repo == name)),
            unread=tuple(_unread(run for run in runs if run.repo == name)),
        )

    return tuple(one(name) for name in names)


def _languages(files: DataFrame) -> Iterator[tuple[str, int, str]]:
    """(language, code lines, how functions were measured), the largest first."""
    counted = files[files["role"].isin(COUNTED) & (files["language"] != "")]
    groups = counted.groupby(["language", "measured"])["code"].sum().reset_index()
    ordered = groups.sort_values(["code", "language"], ascending=[False, True])
    for language, measured, code in ordered.itertuples(index=False):
        if code:
            yield str(language), int(code), str(measured) or _unmeasured(str(language))


def _unmeasured(language: str) -> str:
    """What is said of code whose functions nobody looked for: markup has none."""
    known = languages().get(language)
    return "not measured" if known and known.programming else "size only"


def _left_out(files: DataFrame) -> Iterator[tuple[str, int, int]]:
    """(role, files, lines) of what does not count as the client's own code."""
    others = files[~files["role"].isin(COUNTED)]
    groups = others.groupby("role").agg(files=("path", "size"), lines=("lines", "sum"))
    for role, count, lines in groups.sort_index().itertuples():
        yield str(role), int(count), int(lines)


def _issues(runs: Iterable[Run]) -> Iterator[tuple[str, str, int, str]]:
    """(collector, reason, how often, an example) of everything that limited a run."""
    for run in runs:
        counts = Counter(issue.reason for issue in run.issues)
        for reason, count in sorted(counts.items()):
            first = next(issue for issue in run.issues if issue.reason == reason)
            example = ": ".join(part for part in (first.path, first.detail) if part)
            yield run.collector, reason, count, example


def _unread(runs: Iterable[Run]) -> Iterator[tuple[str, str]]:
    """(path, why) of each dependency file that could not be read."""
    issues = {one for run in runs if run.collector == "dependencies" for one in run.issues}
    for one in sorted(issues, key=lambda one: (one.path, one.reason, one.detail)):
        if one.path and one.reason in UNREAD:
            yield one.path, ": ".join(filter(None, (one.reason, one.detail)))


def unread_files(scope: Sequence[RepositoryScope]) -> list[str]:
    """The dependency files that could not be read, with their repository where there are more."""
    several = len(scope) > 1
    return [
        f"{one.name}: {path}" if several else path
        for one in scope
        for path in dict.fromkeys(path for path, _ in one.unread)
    ]


def _day(when: object) -> str:
    import pandas as pd

    return "" if pd.isna(when) else f"{when:%Y-%m-%d}"
