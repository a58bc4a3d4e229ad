"""Writes a short Markdown summary: verdict, lights, flags, plan, limits; for a mail or a ticket."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from techdd import prose
from techdd.amounts import day, money, number, span
from techdd.formats import format
from techdd.model import Finding, Rating, Report, Response, Severity
from techdd.pages import clip, percent
from techdd.workspace import Templates

MOST = 10  # of a list; the other formats have it all
LENGTH = 200
VOICE = 600  # characters of what adviser and client say
# Beside what formats: what GitHub makes links of by itself.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&@]|:(?=//)|(?i:(?<=www))\.)")


@format(".md")
def markdown(report: Report, templates: Templates) -> bytes:
    """The executive summary as Markdown; text of clients can neither format nor link."""
    return ("\n".join(_lines(report)) + "\n").encode()


def _lines(report: Report) -> Iterator[str]:
    verdict = report.verdict
    yield f"# {escaped(report.title)}"
    yield f"\n{escaped(day(report.date))}, {escaped(report.audience)} edition. Confidential."
    if report.brand.line:
        yield f"{escaped(report.adviser)}. {escaped(report.brand.line)}"
    yield (
        f"\n**{escaped(verdict.label)}** ({verdict.rating}), {percent(verdict.coverage)} assessed, "
        f"confidence {escaped(verdict.confidence)}.\n"
    )
    yield from (f"- {escaped(reason)}" for reason in verdict.rationale)
    yield from _comment(report, "summary", "")
    if report.portfolio:
        yield "\n## Portfolio\n"
        yield from (f"- {escaped(one, VOICE)}" for one in report.portfolio.says)
    yield from _domains(report)
    yield f"\n## {'Findings' if report.findings else 'No finding'}\n"
    yield from (line for one in report.findings[:MOST] for line in _finding(report, one))
    yield from _more(report.findings)
    yield from _spoken(report)
    yield from _positions(report)
    yield from _contradictions(report)
    if report.strengths:
        yield "\n## Strengths\n"
        yield from (f"- {escaped(one)}" for one in report.strengths[:MOST])
    yield from _roadmap(report)
    yield "\n## Limits\n"
    yield from (f"- {escaped(limit)}" for limit in report.limits or ("No limit was recorded.",))


def _domains(report: Report) -> Iterator[str]:
    yield "\n| Domain | Light | Score | Coverage | Confidence |\n|---|---|---:|---:|---|"
    for chapter in report.chapters:
        score = chapter.score
        judged = score.value is not None and score.rating is not Rating.GREY
        yield (
            f"| {escaped(chapter.title)} | {score.rating if judged else 'not assessed'} "
            f"| {number(score.value or 0, 0) if judged else '-'} | {percent(score.coverage)} "
            f"| {escaped(score.confidence)} |"
        )


def _finding(report: Report, finding: Finding) -> Iterator[str]:
    flag = finding.deal_breaker or finding.severity is Severity.CRITICAL
    where = finding.repo or "whole engagement"
    mark = "**Red flag**, " if flag else ""
    yield f"- {mark}{finding.severity}: {escaped(finding.title)} ({escaped(where)}, {finding.id})"
    yield from _comment(report, finding.id, "  ")
    for one in report.responses:
        if one.finding == finding.id:
            yield from _response(one)


def _spoken(report: Report) -> Iterator[str]:
    """Findings further down that somebody has spoken of."""
    said = {one.place for one in report.comments} | {one.finding for one in report.responses}
    found = [one for one in report.findings[MOST:] if one.id in said]
    if found:
        yield "\nAmong the others, with comments or responses:\n"
        yield from (line for one in found[:MOST] for line in _finding(report, one))
        yield from _more(found)


def _comment(report: Report, place: str, indent: str) -> Iterator[str]:
    """What the adviser says of a place, as a quotation without marks of its own."""
    for one in report.comments:
        if one.place == place:
            text = escaped(prose.plain(one.text), VOICE)
            yield f"\n{indent}> **Adviser's comment:** {text}\n"


def _response(one: Response) -> Iterator[str]:
    old = " to an earlier state" if one.earlier else ""
    whose = f"Management response{old}, {escaped(one.position)}"
    yield f"\n  > **{whose}:** {escaped(one.words, VOICE)}"
    if one.reply:
        yield f"  >\n  > **Adviser's reply:** {escaped(one.reply, VOICE)}"
    yield ""


def _positions(report: Report) -> Iterator[str]:
    """How many findings the company agrees to, corrects and disputes."""
    if report.responses:
        counts = Counter(one.position for one in report.responses)
        told = ", ".join(
            f"{count:,} {escaped(position)}" for position, count in sorted(counts.items())
        )
        yield f"\nManagement response: {told}; {len(report.findings):,} findings in all."


def _contradictions(report: Report) -> Iterator[str]:
    """Where answers and evidence contradict each other, in approved words only."""
    worded = [one for one in report.differences if one.words]
    waiting = report.clarifying
    if not worded and not waiting:
        return
    yield "\n## What we were told and what we saw\n"
    yield from (f"- {escaped(one.about)} {escaped(one.words, VOICE)}" for one in worded[:MOST])
    yield from _more(worded)
    if waiting:
        yield f"- {waiting} {'more ' if worded else ''}being clarified"


def _roadmap(report: Report) -> Iterator[str]:
    due = [one for one in report.roadmap if one[1]]
    if not due:
        return
    least, most = report.day_rate
    rate = f"{escaped(report.currency)} {span(least, most)}"
    yield "\n## Roadmap\n\n| When | Findings | Person-days | Cost |\n|---|---:|---:|---:|"
    for horizon, ids, low, high in due:
        cost = escaped(money(low * least, high * most, report.currency))
        yield f"| {escaped(horizon)} | {len(ids):,} | {span(low, high)} | {cost} |"
    yield f"\nAt a day rate of {rate}{'' if report.rate_given else ' (assumed)'}."


def _more(rest: Sequence[object]) -> Iterator[str]:
    if len(rest) > MOST:
        yield f"- and {len(rest) - MOST:,} more"


def escaped(text: str, length: int = LENGTH) -> str:
    """Text on one line, with every character that Markdown or HTML could act on escaped."""
    return _SPECIAL.sub(r"\\\1", clip(text, length))
