"""What the client hands over beside its repositories: results of scanners, reports on coverage.

These are files that engagement.yaml names. They are read at each report, and what of them could not
be read is told with the collector that looks for such files in the repositories themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd import coverage, sarif
from techdd.counting import of_repository
from techdd.coverage import Coverage, CoverageReport
from techdd.facts import Fact, frame
from techdd.model import Issue
from techdd.policy import RepositoryEntry
from techdd.sarif import HandedIn, ImportedResult
from techdd.workspace import Workspace

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

SCANS, REPORTS = "imported_results", "coverage_reports"  # the collectors of the same files
COLLECTORS = (SCANS, REPORTS)
OLDER = "coverage report is older than the audited commit"
_REPORTED: tuple[Fact, ...] = (Coverage, CoverageReport)
_FACTS: tuple[Fact, ...] = (HandedIn, *_REPORTED)
_A_DAY = timedelta(days=1)  # clocks without a zone may be that far off


@dataclass(frozen=True)
class Handed:
    """What was read, a table a fact, and what could not be, by (collector, repository)."""

    tables: dict[Fact, DataFrame]
    unread: dict[tuple[str, str], list[Issue]]


def is_any(entry: RepositoryEntry) -> bool:
    """Whether the engagement names files about a repository."""
    return bool(entry.sarif or entry.coverage)


def of_all(workspace: Workspace, files: DataFrame, snapshots: DataFrame) -> Handed:
    """What was handed in about all repositories; `files` and `snapshots` are of those opened."""
    from pandas import Series

    rows: dict[Fact, list[tuple[Any, ...]]] = {fact: [] for fact in _FACTS}
    repos: dict[Fact, list[str]] = {fact: [] for fact in _FACTS}
    unread: dict[tuple[str, str], list[Issue]] = defaultdict(list)
    for entry in filter(is_any, workspace.engagement.repositories):
        known = frozenset(of_repository(entry.name, files)["path"])
        audited = of_repository(entry.name, snapshots)["committed"].max()
        for collector, item in (
            *_scans(workspace.root, entry, known),
            *_reports(workspace.root, entry, known, audited),
        ):
            if isinstance(item, Issue):
                unread[collector, entry.name].append(item)
            else:
                fact = type(item) if type(item) in _REPORTED else HandedIn
                rows[fact].append(item)
                repos[fact].append(entry.name)
    tables = {fact: frame(fact, some) for fact, some in rows.items()}
    for fact, table in tables.items():
        # Of text even where it is empty: a table of other facts is joined by it.
        table.insert(0, "repo", Series(repos[fact], dtype=object))
    return Handed(tables, dict(unread))


_Read = Iterator[tuple[str, tuple[Any, ...] | Issue]]


def _scans(root: Path, entry: RepositoryEntry, known: Collection[str]) -> _Read:
    found = []
    for name in entry.sarif:
        for item in sarif.handed_in(root / name, Path(name).name):
            yield SCANS, item
            if isinstance(item, ImportedResult):
                found.append(item)
    if known:
        yield from ((SCANS, issue) for issue in sarif.left_out(found, known))


def _reports(
    root: Path, entry: RepositoryEntry, known: Collection[str], audited: Timestamp
) -> _Read:
    for name in entry.coverage:
        if not known:
            why = "the files of the repository were not measured"
            yield REPORTS, Issue(coverage.NOT_READ, Path(name).name, why)
            continue
        for item in coverage.handed_in(root / name, Path(name).name, known):
            yield REPORTS, item
            if isinstance(item, CoverageReport) and item.made and item.made < audited - _A_DAY:
                told = f"made on {item.made:%Y-%m-%d}, the commit is of {audited:%Y-%m-%d}"
                yield REPORTS, Issue(OLDER, item.source, told)
