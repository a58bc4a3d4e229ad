"""What an audience may see of a report, by what is let through:

- investor: people as pseudonyms, answers without names and notes, and what would show an attacker
  the way (security, secrets, the delivery chain) without its places;
- client: as the investor, with the places;
- internal: everything.

Where an answer and the evidence contradict each other, investor and client read the words that the
adviser has approved; until there are some, only that the matter is being clarified.

Whether people go by name may be chosen against the audience; notes and the names of who answered
stay internal all the same. Names and places within texts are resolved by `naming.Voice`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from techdd.model import (
    Check,
    Finding,
    ItemScore,
    Outcome,
    Report,
    RepositoryScope,
    Run,
    Series,
    Value,
)

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


def named(audience: Audience, names: bool | None) -> bool:
    """Whether people go by name: as `names` says, else as the audience may see."""
    return audience == "internal" if names is None else names


def withheld(report: Report, audience: Audience, *, named: bool) -> Report:
    """`report` without what `audience` may not see."""
    if audience == "internal" and named:
        return report
    report = _without_voices(report)
    if audience == "internal":
        return report
    report = _approved(report)
    return _placeless(report) if audience == "investor" else report


def _without_voices(report: Report) -> Report:
    """`report` without who answered what, and what they added."""
    chapters = tuple(
        replace(
            chapter,
            items=tuple(
                replace(item, by="", note="", voices=(), documents=()) for item in chapter.items
            ),
        )
        for chapter in report.chapters
    )
    differences = tuple(replace(one, note="") for one in report.differences)
    responses = tuple(replace(one, by="") for one in report.responses)
    return replace(report, chapters=chapters, differences=differences, responses=responses)


# --- contradictions -------------------------------------------------------------------------------

_TITLE = "A difference between an answer and the evidence is being clarified"


def _approved(report: Report) -> Report:
    """`report` with each contradiction in the words that were approved, or without its content.

    What it does to scores, lights and the verdict stays.
    """
    words = {one.id: one.words for one in report.differences}
    waiting = {one.rule for one in report.findings if one.difference and not words[one.difference]}
    chapters = tuple(
        replace(
            chapter,
            items=tuple(_item_in_words(item, words.get(item.id)) for item in chapter.items),
            findings=tuple(_finding_in_words(one, words) for one in chapter.findings),
            series=tuple(_claims_in_words(one, words) for one in chapter.series),
        )
        for chapter in report.chapters
    )
    told = tuple(
        replace(one, told="", seen="", state="") for one in report.differences if one.words
    )
    return replace(
        report,
        chapters=chapters,
        findings=tuple(_finding_in_words(one, words) for one in report.findings),
        checks=tuple(_waiting(one) if one.rule in waiting else one for one in report.checks),
        differences=told,
    )


def _item_in_words(item: ItemScore, words: str | None) -> ItemScore:
    if words is None:
        return item
    level = "No level counts" if item.level is None else f"Level {item.level:g} counts"
    return replace(
        item,
        stated=None,
        told=None,
        least=None,
        most=None,
        gap=0,
        capped="",
        outcome=item.outcome if words else Outcome.CLARIFIED,
        basis=words or f"{level}; the answer and the evidence are being clarified.",
    )


def _finding_in_words(finding: Finding, words: dict[str, str]) -> Finding:
    if not finding.difference:
        return finding
    finding = replace(finding, places="")
    if told := words[finding.difference]:
        return replace(finding, observation=told)
    return replace(
        finding,
        rule="difference",
        title=_TITLE,
        observation="What was answered and what was found differ in one matter of this chapter.",
        why="The more cautious of the two counts until it is settled.",
        remedy="Clarify it with the company. Done when answer and evidence agree.",
        treatment="Clarify before signing",
        tags=(),
        references=(),
        source="",
        difference="",
    )


def _waiting(check: Check) -> Check:
    return replace(check, rule="difference", title=_TITLE, observed="")


def _claims_in_words(series: Series, words: dict[str, str]) -> Series:
    """An exhibit whose last column names the difference that a row tells of."""
    if series.columns[-1] != "difference":
        return series
    rows = tuple(_row_in_words(row, words) for row in series.rows)
    return replace(series, columns=series.columns[:-1], rows=rows)


def _row_in_words(row: tuple[Value, ...], words: dict[str, str]) -> tuple[Value, ...]:
    about, told, seen, outcome, difference = row
    if not difference:
        return about, told, seen, outcome
    if said := words[str(difference)]:
        return about, "", said, outcome
    return about, "", "", Outcome.CLARIFIED.value


# --- places ---------------------------------------------------------------------------------------


def _placeless(report: Report) -> Report:
    """`report` without the places of guarded evidence, but for those within its own texts."""
    report = _without_places(report)
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
    return replace(finding, locations=(), places="") if _is_guarded(finding) else finding


def _is_guarded(finding: Finding) -> bool:
    return finding.guarded or finding.domain == "security"


def _places(report: Report) -> re.Pattern[str] | None:
    """What finds the places of guarded findings in what people wrote, by path or by name."""
    paths = {
        place.path for one in report.findings if _is_guarded(one) for place in one.locations
    } - {""}
    names = {name for path in paths for name in (path, path.rpartition("/")[2])}
    ordered = sorted(map(re.escape, names), key=lambda one: (-len(one), one))
    return re.compile(rf"(?<![\w/])(?:{'|'.join(ordered)})(?!\w)") if ordered else None


def _without_places(report: Report) -> Report:
    """`report` whose comments and responses tell no place of the guarded findings."""
    found = _places(report)
    if not found:
        return report
    comments = tuple(replace(one, text=found.sub("(a place)", one.text)) for one in report.comments)
    responses = tuple(
        replace(
            one, words=found.sub("(a place)", one.words), reply=found.sub("(a place)", one.reply)
        )
        for one in report.responses
    )
    return replace(report, comments=comments, responses=responses)


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
