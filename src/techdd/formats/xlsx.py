"""Writes the report as a workbook to sort, filter and calculate with; all that the reader may see.

Numbers are numbers and days are days. Where nothing was measured or assessed a cell says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from techdd.amounts import two_figures
from techdd.formats import _tables, format
from techdd.formats._tables import CUT, QUESTIONS, UNKNOWN, Row, known_or
from techdd.model import Rating, Report, Response, Severity
from techdd.pages import terms
from techdd.sheets import (
    DAYS,
    LEVEL,
    SHARE,
    WHOLE,
    Cell,
    Column,
    Content,
    Look,
    Sheet,
    book,
    title,
)
from techdd.workspace import Templates

LIGHTS = {"green": "Green", "amber": "Amber", "red": "Red", "grey": "Not assessed"}
LOOKS = {
    Rating.GREEN: Look("FFFFFF", "2F7D50"),
    Rating.AMBER: Look("2B1A00", "E0941A"),
    Rating.RED: Look("FFFFFF", "B3261E"),
    Rating.GREY: Look("47535F", "ECEFF2"),
    Severity.CRITICAL: Look("FFFFFF", "7C1D17"),
    Severity.HIGH: Look("FFFFFF", "C04A1D"),
    Severity.MEDIUM: Look("5A3A00", "F5DFB3"),
    Severity.LOW: Look("1D4260", "DBE6F0"),
    Severity.INFO: Look("47535F", "ECEFF2"),
    "title": Look("FFFFFF", "14507F"),
    "head": Look("1B2733", "D9DFE5"),
}
FINDINGS = "Findings"
# What is not there for this reader needs no sheet; an empty one of the others says something.
_IF_ANY = ("Evidence", "People", "Contradictions", "What moves the result")


@format(".xlsx")
def xlsx(report: Report, templates: Templates) -> bytes:
    """The report as sheets: summary, scores, findings, questions, measures, exhibits, plan, checks,
    coverage, method and versions.
    """
    every = (
        _summary(report),
        _scorecard(report),
        _findings(report),
        *_tables.repositories(report),
        _tables.questions(report),
        _tables.contradictions(report),
        _tables.moves(report),
        _tables.measures(report, terms(templates)),
        _tables.exhibits(report),
        _totals(report),
        _roadmap(report),
        _tables.checks(report),
        *_tables.coverage(report),
        _tables.method(report),
        Sheet("Versions", (Column("Tool or data", 34), Column("Version", 60)), report.versions),
        Sheet(
            "Evidence",
            (Column("File that was read", 70), Column("Digest", 90)),
            [(one.name, one.digest) for one in report.evidence],
            cut=CUT,
        ),
        Sheet("People", (Column("Id", 34), Column("Name", 40)), report.people),
    )
    sheets = [one for one in every if one.rows or one.title not in _IF_ANY]
    for series in (one for chapter in report.chapters for one in chapter.series if one.full):
        name = title(series.title, [one.title for one in sheets])
        columns = tuple(Column(one, 24) for one in series.columns)
        sheets.append(Sheet(name, columns, series.rows, cut=CUT))
    return book(sheets, name=report.title, author=report.adviser, day=report.date, looks=LOOKS)


def _comments(report: Report, *places: str) -> str:
    """What the adviser says of these places."""
    return "\n\n".join(one.text for one in report.comments if one.place in places)


def _light(rating: Rating) -> Cell:
    return Cell(LIGHTS[rating], look=rating)


def _summary(report: Report) -> Sheet:
    verdict = report.verdict
    count = Counter(one.severity for one in report.findings)
    low = sum(horizon[2] for horizon in report.roadmap)
    high = sum(horizon[3] for horizon in report.roadmap)
    costs = _priced(low, high, report)
    rate = f"{report.currency} {report.day_rate[0]:g} to {report.day_rate[1]:g}"
    elsewhere = {finding.id for finding in report.findings}
    elsewhere |= {chapter.domain for chapter in report.chapters}

    def rows() -> Iterator[tuple[str, Content]]:
        yield "Report", report.title
        yield "Client", report.client
        yield "Adviser", report.adviser
        yield "Licence", report.brand.line
        yield "Date", report.date
        yield "Edition", f"{report.audience}; confidential, for the addressee only"
        yield "Verdict", Cell(verdict.label, look=verdict.rating)
        yield "Light", LIGHTS[verdict.rating]
        yield "By the rule", verdict.rule
        yield from (("Rationale", one) for one in verdict.rationale)
        yield "Score of all domains", _judged(verdict.score, verdict.rating)
        yield "Lowest, if what is open is bad", _judged(verdict.low, verdict.rating)
        yield "Highest, if what is open is good", _judged(verdict.high, verdict.rating)
        yield "By the answers alone", known_or(verdict.told, "too few answers", WHOLE)
        yield "Coverage", Cell(verdict.coverage, SHARE)
        yield "Confidence", verdict.confidence
        for severity in reversed(Severity):
            number: Content = count[severity] if report.checks or report.findings else UNKNOWN
            yield f"Findings, {severity}", number
        yield "Effort, low (person-days)", Cell(low, DAYS)
        yield "Effort, high (person-days)", Cell(high, DAYS)
        yield f"Cost, low ({report.currency})", Cell(costs[0], WHOLE)
        yield f"Cost, high ({report.currency})", Cell(costs[1], WHOLE)
        given = "as the adviser gave it" if report.rate_given else "assumed: nobody gave one"
        yield "Day rate", f"{rate}, {given}"
        yield from (("What was examined", one) for one in report.summary)
        yield "Adviser's comment", _comments(report, "summary")
        for comment in report.comments:
            if comment.place != "summary" and comment.place not in elsewhere:
                yield f"Adviser's comment on {comment.place}", comment.text
        yield from (("Strength", one) for one in report.strengths)
        yield from (("Limit", one) for one in report.limits or ("No limit was recorded.",))
        if report.clarifying:
            yield "Differences being clarified", report.clarifying

    said = tuple(row for row in rows() if row[1] not in ("", None))
    return Sheet(
        "Summary", (Column("What", 34), Column("", 110, left=True)), said, plain=True, cut=CUT
    )


def _judged(value: float | None, rating: Rating) -> Content:
    """A score, where enough was assessed to call it one."""
    return known_or(value if rating is not Rating.GREY else None, "not assessed", WHOLE)


def _scorecard(report: Report) -> Sheet:
    firsts: dict[str, int] = {}
    for at, finding in enumerate(report.findings, 2):
        firsts.setdefault(finding.domain, at)
    at, rows = 2, []
    for chapter in report.chapters:
        score = chapter.score
        worst = firsts.get(chapter.domain)
        number = len(chapter.findings)
        none = "not assessed" if score.rating is Rating.GREY else 0
        count = Counter(one.severity for one in chapter.findings)
        rows.append((
            Cell(chapter.title, link=(QUESTIONS, at) if chapter.items else None),
            _light(score.rating),
            _judged(score.value, score.rating),
            _judged(score.low, score.rating),
            _judged(score.high, score.rating),
            known_or(score.told, "too few answers"),
            score.coverage,
            score.confidence,
            score.grade if score.coverage else "not assessed",
            Cell(number, link=(FINDINGS, worst)) if worst and number else none,
            count[Severity.CRITICAL] or none,
            count[Severity.HIGH] or none,
            " ".join(score.rationale),
            ", ".join(score.capped_by),
            "\n".join(chapter.strengths),
            "\n".join(chapter.gaps),
            _comments(report, chapter.domain),
        ))  # fmt: skip
        at += len(chapter.items)
    columns = (
        Column("Domain", 34), Column("Light", 14), Column("Score", 13, WHOLE),
        Column("Range, low", 13, WHOLE), Column("Range, high", 13, WHOLE),
        Column("By answers alone", 15, WHOLE), Column("Coverage", 11, SHARE),
        Column("Confidence", 12), Column("Mean evidence grade (0-4)", 12, LEVEL),
        Column("Findings", 13, WHOLE), Column("Critical", 13, WHOLE), Column("High", 13, WHOLE),
        Column("What decides it", 60), Column("Capped by", 16, spare=True),
        Column("Strengths", 50), Column("Not assessed here", 50),
        Column("Adviser's comment", 50, spare=True),
    )  # fmt: skip
    return Sheet("Scorecard", columns, rows, cut=CUT)


def _findings(report: Report) -> Sheet:
    titles = {chapter.domain: chapter.title for chapter in report.chapters}
    responses = {one.finding: one for one in reversed(report.responses)}
    rows = [
        (
            one.id, Cell(one.severity.value, look=one.severity), one.title,
            "yes" if one.deal_breaker else "", titles.get(one.domain, one.domain),
            one.repo or "whole engagement", one.observation, one.why, one.remedy,
            *one.effort, *_priced(*one.effort, report), one.horizon.value,
            one.treatment, ", ".join(one.tags),
            "\n".join(map(str, one.locations)), one.threshold, one.source,
            "\n".join(one.references), one.rule, _comments(report, one.id),
            *_said(responses.get(one.id)),
        )
        for one in report.findings
    ]  # fmt: skip
    columns = (
        Column("Id", 15), Column("Severity", 11), Column("Finding", 44),
        Column("Deal breaker", 10), Column("Domain", 26), Column("Repository", 22),
        Column("What we saw", 52), Column("What it means", 52), Column("What to do", 52),
        *_effort(report),
        Column("When", 17), Column("Deal treatment", 22), Column("Tags", 18),
        Column("Places", 44), Column("Threshold", 18), Column("Source", 24),
        Column("References", 50), Column("Rule", 26), Column("Adviser's comment", 50, spare=True),
        Column("Management response", 16, spare=True),
        Column("What the company says", 50, spare=True), Column("Said by", 20, spare=True),
        Column("Said on", 12, spare=True),
        Column("Adviser's reply", 50, spare=True), Column("Replied on", 12, spare=True),
    )  # fmt: skip
    return Sheet(FINDINGS, columns, rows, still=3, cut=CUT)


def _said(one: Response | None) -> Row:
    """What the client says of a finding, and our reply."""
    if one is None:
        return ("",) * 6
    old = " (to an earlier state)" if one.earlier else ""
    return f"{one.position}{old}", one.words, one.by, one.date, one.reply, one.replied


def _totals(report: Report) -> Sheet:
    """What the findings of each horizon sum up to; the total is the report's own."""
    rows = [
        (horizon, len(ids), low, high, *_priced(low, high, report))
        for horizon, ids, low, high in report.roadmap
    ]
    low = sum(horizon[2] for horizon in report.roadmap)
    high = sum(horizon[3] for horizon in report.roadmap)
    number = sum(len(horizon[1]) for horizon in report.roadmap)
    rows.append(("all", number, low, high, *_priced(low, high, report)))
    columns = (Column("When", 24), Column("Findings", 12, WHOLE), *_effort(report))
    return Sheet("Roadmap totals", columns, rows, plain=True, cut=CUT)


def _effort(report: Report) -> tuple[Column, ...]:
    money = f"({report.currency})"
    return (
        Column("Effort, low (days)", 12, DAYS), Column("Effort, high (days)", 12, DAYS),
        Column(f"Cost, low {money}", 13, WHOLE), Column(f"Cost, high {money}", 13, WHOLE),
    )  # fmt: skip


def _priced(low: float, high: float, report: Report) -> tuple[float, float]:
    """What so many days cost, no more exact than it is known."""
    return two_figures(low * report.day_rate[0]), two_figures(high * report.day_rate[1])


def _roadmap(report: Report) -> Sheet:
    """Each finding where it is due."""
    places = {one.id: (at, one) for at, one in enumerate(report.findings, 2)}
    rows: list[Row] = []
    for horizon, ids, _, _ in report.roadmap:
        for key in ids:
            if key not in places:
                continue
            at, one = places[key]
            rows.append((
                horizon, Cell(one.id, link=(FINDINGS, at)),
                Cell(one.severity.value, look=one.severity), one.title, one.remedy,
                one.repo or "whole engagement", *one.effort, *_priced(*one.effort, report),
                one.treatment,
            ))  # fmt: skip
    columns = (
        Column("When", 18), Column("Finding", 15), Column("Severity", 11), Column("Title", 50),
        Column("What to do", 60), Column("Repository", 22),
        *_effort(report),
        Column("Deal treatment", 24),
    )  # fmt: skip
    return Sheet("Roadmap", columns, rows, cut=CUT)
