"""What an audience may see of a report, by what is let through:

- investor: people as pseudonyms, answers without names and notes, and what would show an attacker
  the way (security, secrets, the delivery chain) without its places;
- client: as the investor, with the places;
- internal: everything.

Whether people go by name may be chosen against the audience; notes and the names of who answered
stay internal all the same. Names and places within texts are resolved by `naming.Voice`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from techdd.model import Finding, Report, RepositoryScope, Run, Series

Audience = Literal["investor", "client", "internal"]
AUDIENCES: tuple[Audience, ...] = ("investor", "client", "internal")
# Columns of guarded exhibits that name no place, or in which the probe marked what does. Others
# with text are not for investors.
OPEN_COLUMNS = frozenset(
    (
        "repository", "practice", "kind", "added", "removed", "reached from",
        "test or example", "what", "keyed fingerprint", "pattern", "rule", "CWE", "severity",
        "tool", "tools", "language",
        "about security", "asked for", "tests run", "deployments gated", "steps pinned",
        "token limited", "no strangers' code", "high per 1,000 lines",
    )
)  # fmt: skip
OPEN_WORDS = frozenset(("found", "not found", "yes", "no", "-"))  # any column may hold these
# Collectors whose gaps name files that hold something weak.
_GUARDED = ("secrets", "delivery_chain")


def withheld(report: Report, audience: Audience, *, named: bool) -> Report:
    """`report` without what `audience` may not see."""
    if audience == "internal" and named:
        return report
    chapters = tuple(
        replace(chapter, items=tuple(replace(item, by="", note="") for item in chapter.items))
        for chapter in report.chapters
    )
    report = replace(report, chapters=chapters)
    return _placeless(report) if audience == "investor" else report


def _placeless(report: Report) -> Report:
    """`report` without the places of guarded evidence, but for those within its texts."""
    chapters = tuple(
        replace(
            chapter,
            findings=tuple(map(_nowhere, chapter.findings)),
            series=tuple(map(_open_columns, chapter.series)),
        )
        for chapter in report.chapters
    )
    return replace(
        report,
        chapters=chapters,
        findings=tuple(map(_nowhere, report.findings)),
        runs=tuple(map(_without_paths, report.runs)),
        scope=tuple(_without_examples(one, report.runs) for one in report.scope),
    )


def _nowhere(finding: Finding) -> Finding:
    guarded = finding.guarded or finding.domain == "security"
    return replace(finding, locations=(), places="") if guarded else finding


def _open_columns(series: Series) -> Series:
    """A guarded exhibit's columns of numbers and known words, and the open ones."""
    if not series.guarded:
        return series
    kept = [
        place
        for place, name in enumerate(series.columns)
        if name in OPEN_COLUMNS
        or {row[place] for row in series.rows if isinstance(row[place], str)} <= OPEN_WORDS
    ]
    return replace(
        series,
        columns=tuple(series.columns[place] for place in kept),
        rows=tuple(tuple(row[place] for place in kept) for row in series.rows),
    )


def _without_paths(run: Run) -> Run:
    if run.collector not in _GUARDED:
        return run
    return replace(run, issues=tuple(replace(issue, path="") for issue in run.issues))


def _without_examples(scope: RepositoryScope, runs: tuple[Run, ...]) -> RepositoryScope:
    """The ledger's entry, whose examples of gaps tell no path either."""
    placed = {
        (run.collector, issue.reason)
        for run in runs
        if run.repo == scope.name and run.collector in _GUARDED
        for issue in run.issues
        if issue.path
    }
    issues = tuple(
        (collector, reason, count, "" if (collector, reason) in placed else example)
        for collector, reason, count, example in scope.issues
    )
    return replace(scope, issues=issues)
