"""Writes a short Markdown summary: verdict, lights, red flags, limits; for a mail or a ticket."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from techdd.amounts import number
from techdd.formats import format
from techdd.model import Finding, Report, Severity
from techdd.pages import clip, day, percent
from techdd.prose import plain
from techdd.text import MAX_LENGTH
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
    yield f"# {escaped(report.title)}"
    yield f"\n{escaped(day(report.date))}, {escaped(report.audience)} edition. Confidential.\n"
    yield f"**{escaped(verdict.label)}** ({verdict.rating}), {percent(verdict.coverage)} assessed, "
    yield f"confidence {escaped(verdict.confidence)}.\n"
    yield from (f"- {escaped(reason)}" for reason in verdict.rationale)
    for comment in report.comments:
        if comment.place == "summary":
            said = "\n> ".join(
                escaped(line, MAX_LENGTH) for line in plain(comment.text).split("\n")
            )
            yield f"\n> **Adviser's comment:** {said}"
    yield "\n| Domain | Light | Score | Coverage | Confidence |\n|---|---|---:|---:|---|"
    for chapter in report.chapters:
        score = chapter.score
        judged = score.value is not None and score.rating != "grey"
        yield (
            f"| {escaped(chapter.title)} | {score.rating if judged else 'not assessed'} "
            f"| {number(score.value or 0, 0) if judged else '-'} | {percent(score.coverage)} "
            f"| {escaped(score.confidence)} |"
        )
    yield f"\n## {'Findings' if report.findings else 'No finding'}\n"
    yield from (_finding(finding) for finding in report.findings[:MOST])
    if len(report.findings) > MOST:
        yield f"- and {len(report.findings) - MOST} more"
    if report.responses:
        counts = Counter(one.position for one in report.responses)
        told = ", ".join(f"{counts[one]} {one}" for one in ("agreed", "corrected", "disputed"))
        left = len(report.findings) - len(report.responses)
        yield f"\nManagement response: {told}, {left} open."
    yield "\n## Limits\n"
    yield from (f"- {escaped(limit)}" for limit in report.limits or ("No limit was recorded.",))


def _finding(finding: Finding) -> str:
    flag = finding.deal_breaker or finding.severity is Severity.CRITICAL
    where = finding.repo or "whole engagement"
    mark = "**Red flag**, " if flag else ""
    return f"- {mark}{finding.severity}: {escaped(finding.title)} ({escaped(where)}, {finding.id})"


def escaped(text: str, length: int = LENGTH) -> str:
    """Client text on one line, with every character that Markdown or HTML could act on escaped."""
    return _SPECIAL.sub(r"\\\1", clip(text, length))
