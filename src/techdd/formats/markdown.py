"""Writes a short Markdown summary: verdict, lights, red flags, limits; for a mail or a ticket."""

from __future__ import annotations

import re
from collections.abc import Iterator

from techdd.amounts import number
from techdd.formats import format
from techdd.model import Finding, Report, Severity
from techdd.pages import clip, day, percent
from techdd.workspace import Templates

MOST = 10  # findings named; the register in the PDF has them all
LENGTH = 200
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")


@format(".md")
def markdown(report: Report, templates: Templates) -> bytes:
    """The executive summary as Markdown; text of clients can neither format nor link."""
    return ("\n".join(_lines(report)) + "\n").encode()


def _lines(report: Report) -> Iterator[str]:
    verdict = report.verdict
    yield f"# {plain(report.title)}"
    yield f"\n{plain(day(report.date))}, {plain(report.audience)} edition. Confidential.\n"
    yield f"**{plain(verdict.label)}** ({verdict.rating}), {percent(verdict.coverage)} assessed, "
    yield f"confidence {plain(verdict.confidence)}.\n"
    yield from (f"- {plain(reason)}" for reason in verdict.rationale)
    yield "\n| Domain | Light | Score | Coverage | Confidence |\n|---|---|---:|---:|---|"
    for chapter in report.chapters:
        score = chapter.score
        judged = score.value is not None and score.rating != "grey"
        yield (
            f"| {plain(chapter.title)} | {score.rating if judged else 'not assessed'} "
            f"| {number(score.value or 0, 0) if judged else '-'} | {percent(score.coverage)} "
            f"| {plain(score.confidence)} |"
        )
    yield f"\n## {'Findings' if report.findings else 'No finding'}\n"
    yield from (_finding(finding) for finding in report.findings[:MOST])
    if len(report.findings) > MOST:
        yield f"- and {len(report.findings) - MOST} more"
    yield "\n## Limits\n"
    yield from (f"- {plain(limit)}" for limit in report.limits or ("No limit was recorded.",))


def _finding(finding: Finding) -> str:
    flag = finding.deal_breaker or finding.severity is Severity.CRITICAL
    where = finding.repo or "whole engagement"
    mark = "**Red flag**, " if flag else ""
    return f"- {mark}{finding.severity}: {plain(finding.title)} ({plain(where)}, {finding.id})"


def plain(text: str) -> str:
    """Client text on one line, with every character that Markdown or HTML could act on escaped."""
    return _SPECIAL.sub(r"\\\1", clip(text, LENGTH))
