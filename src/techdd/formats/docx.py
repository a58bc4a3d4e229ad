"""Writes the report as a Word document for advisers who edit: real styles, the PDF's chapters.

It is short where the PDF is long: long tables stop early, the workbook has them in full.
"""

from __future__ import annotations

import base64
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from techdd.amounts import day, money, number
from techdd.arrangement import Arrangement
from techdd.formats import _closing, _sections, format
from techdd.formats._chapters import Told, chapter, told_in_full
from techdd.formats._parts import (
    LONG,
    comment,
    figures,
    flagged,
    light,
    link,
    more,
    panel,
    pill,
    priced,
    ranged,
    scored,
)
from techdd.formats._sections import Section
from techdd.formats._word import Paper, Run
from techdd.formats._word_styles import MUTED, NOTE, RED
from techdd.model import Rating, Report, Severity
from techdd.pages import arranged, clip, percent, sentences, terms
from techdd.text import some_of
from techdd.workspace import Templates

SECRET = (
    "Confidential. For the addressee only. This report states what the evidence named in it showed "
    "on the commits named in it; it is no warranty of the product and no legal advice. What could "
    "not be assessed is said to be so, and must not be read as free of defects."
)
_LOGO = 45  # mm


@format(".docx", needs=("docx", "office"))
def docx(report: Report, templates: Templates) -> bytes:
    """The report as an editable document.

    Raises TechddError where python-docx is not installed. A logo that cannot be shown becomes a
    Python warning.
    """
    docx.check()
    brand = report.brand
    paper = Paper(colour=brand.colour, accent=brand.accent, page=brand.page)
    client, edition = clip(report.client, 60), f"{clip(report.audience, 30).capitalize()} edition"
    kind = clip(report.title.removesuffix(f": {report.client}"), 80)
    paper.running(
        f"{client}  |  {kind}", Run("Confidential", bold=True, colour=RED),
        f"{day(report.date)}  |  {edition}{f'  |  {clip(brand.line, 60)}' if brand.line else ''}",
    )  # fmt: skip
    placed = arranged(report, templates)
    told = told_in_full(report, placed)
    marks = {
        one.domain: "not-assessed" if one in placed.bare else f"d-{one.domain}"
        for one in report.chapters
    }
    parts = _parts(report, terms(templates), placed, told, marks)
    _cover(paper, report, kind, edition)
    _summary(paper, report, told, marks)
    paper.heading(1, "Contents", "contents")
    paper.contents([(one.title, one.mark) for one in parts])
    paper.text(
        "A traffic light is a sign, a word and a colour. Not assessed is never the same as clean.",
        NOTE,
    )
    for one in parts:
        paper.heading(1, one.title, one.mark)
        comment(paper, report, one.mark)
        one.write(paper)
    return paper.written(title=report.title, author=report.adviser, day=report.date)


def _parts(
    report: Report,
    known: Mapping[str, Sequence[str]],
    placed: Arrangement,
    told: Told,
    marks: Mapping[str, str],
) -> list[Section]:
    """The sections in the order of the PDF."""

    def of(mark: str, title: str, write: Callable[[Paper, Report], None]) -> Section:
        return Section(mark, clip(title, 80), lambda paper: write(paper, report))

    chapters = [
        Section(
            marks[one.domain], clip(one.title, 80),
            partial(chapter, report=report, one=one, terms=known, told=told,
                    exhibits=placed.exhibits[one.domain]),
        )
        for one in report.chapters if one not in placed.bare
    ]  # fmt: skip
    parts = [
        of("scorecard", "Scorecard", _scorecard(marks)),
        of("red-flags", "Red flags and conditions", _sections.red_flags(told)),
        *([of("portfolio", "Portfolio", _sections.portfolio)] if report.portfolio else []),
        of("scope", "Scope and limits", _sections.scope),
        *chapters,
    ]
    if placed.bare:
        parts.append(of("not-assessed", "Domains not assessed", _sections.bare(placed.bare)))
    commented = {one.place for one in report.comments}
    if (
        report.differences or report.clarifying or _sections.supported(report)
        or "claims" in commented
    ):  # fmt: skip
        parts.append(of("claims", "What we were told and what we saw", _sections.claims))
    if placed.apart:
        parts.append(of("hiring", "Hiring plan", _sections.hiring(placed.apart)))
    if report.responses:
        parts.append(of("responses", "Management response", _sections.responses))
    return [
        *parts,
        of("register", "Risk register", _closing.register(told, placed.register)),
        of("roadmap", "Remediation roadmap", _closing.roadmap(told)),
        of("open", "Open questions", _closing.open_questions),
        of("method", "How we judged", _closing.method),
        of("evidence", "Evidence", _closing.evidence),
        of("glossary", "Glossary", _closing.glossary(known)),
    ]


def _cover(paper: Paper, report: Report, kind: str, edition: str) -> None:
    _logo(paper, report.brand.logo)
    paper.text(clip(report.adviser, 90), "Subtitle")
    paper.text(kind, "Subtitle")
    paper.text(clip(report.client, 120), "Title")
    facts = (
        ("Date", day(report.date)),
        ("Edition", edition),
        ("Repositories examined", f"{len(report.scope):,}"),
        ("Verdict", clip(report.verdict.label, 70)),
        ("Licence", clip(report.brand.line, 120)),
    )  # fmt: skip
    paper.table((), [(Run(name, colour=MUTED), said) for name, said in facts if said], (1, 3))
    paper.text(SECRET, NOTE)


def _logo(paper: Paper, uri: str) -> None:
    if not uri:
        return
    head, _, data = uri.partition(",")
    try:
        image = base64.b64decode(data, validate=True)
        if head.startswith("data:image/svg"):
            from techdd.charts import png

            image = png(image.decode())
        paper.picture(image, "Logo of the adviser", width=_LOGO)
    except Exception as error:  # the libraries let out whatever a broken picture makes them do
        reason = type(error).__name__
        warnings.warn(f"DOCX: the logo cannot be shown ({reason})", stacklevel=2)


def _summary(paper: Paper, report: Report, told: Told, marks: Mapping[str, str]) -> None:
    """One page that is read: verdict, lights, red flags, strengths, what was not assessed."""
    verdict = report.verdict
    spoken = any(one.place == "summary" for one in report.comments)
    few = len(report.chapters) > 8 or spoken or report.brand.page == "letter"  # to stay one page
    paper.heading(1, "Executive summary", "summary")
    rest = [clip(one, 160) for one in verdict.rationale[: 2 if few else 4]]
    panel(paper, [
        (light(verdict.rating), Run(f"  {clip(verdict.label, 70)}", bold=True)), *rest,
    ])  # fmt: skip
    comment(paper, report, "summary")
    paper.text(sentences(" ".join(report.summary), 390 if few else 600))
    count = Counter(one.severity for one in report.findings)
    flags = flagged(report)
    low = sum(days for _, _, days, _ in report.roadmap)
    high = sum(days for _, _, _, days in report.roadmap)
    cost = money(low * report.day_rate[0], high * report.day_rate[1], report.currency)
    known = bool(report.checks or report.findings)
    figures(paper, (
        (percent(verdict.coverage), "of the weighted questions assessed"),
        (verdict.confidence.capitalize(), "confidence in the evidence"),
        (f"{len(flags):,} / {count[Severity.HIGH]:,}" if known else "–",
         "red flags / high findings"),
        (cost if report.findings else "–",
         "to remedy all findings" + ("" if report.rate_given else " (day rate assumed)")),
    ))  # fmt: skip
    paper.table(
        ("Domain", "Light", "Score", "Range", "Coverage", "Confidence"),
        [
            (Run(clip(one.title, 50), to=marks[one.domain]), light(one.score.rating),
             scored(one.score), ranged(one.score), percent(one.score.coverage),
             one.score.confidence.capitalize())
            for one in report.chapters[:16]
        ],
        (34, 17, 8, 17, 11, 13), right=(2, 4),
    )  # fmt: skip
    _worst(paper, report, told, 3 if few else 4)
    paper.heading(3, "Strengths")
    paper.bullets([clip(one, 110) for one in report.strengths[: 2 if few else 3]])
    if not report.strengths:
        paper.text("None was measured outside the domains rated red.")
    paper.heading(3, "Not assessed")
    grey = [clip(one.title, 40) for one in report.chapters if one.score.rating is Rating.GREY]
    paper.bullets([
        *([f"Domains: {some_of(grey, 8)}"] if grey else []),
        *(clip(one, 110) for one in report.limits[: 1 if few else 3]),
        *([] if grey or report.limits else ["Every domain was assessed at least in part."]),
    ])  # fmt: skip


def _worst(paper: Paper, report: Report, told: Told, most: int) -> None:
    linked = {one.id for found in told.values() for one in found}
    flags = flagged(report)
    if flags:
        said = "Red flags"
    elif not report.checks:
        said = "Red flags: nothing could be tested"
    else:
        said = "Red flags: none found in what could be tested"
    paper.heading(3, said)
    shown = (flags or list(report.findings))[:most]
    if shown:
        paper.table((), [
            (pill(one.severity), link(one, linked, 100), one.horizon.value.capitalize(),
             priced(one, report))
            for one in shown
        ], (9, 50, 17, 20), right=(3,))  # fmt: skip
        more(paper, len(flags or report.findings), len(shown), "in the risk register")


def _scorecard(marks: Mapping[str, str]) -> Callable[[Paper, Report], None]:
    def write(paper: Paper, report: Report) -> None:
        verdict = report.verdict
        paper.text(f"{clip(verdict.rule, 200)}.")
        rows = [
            (Run(clip(one.title, 50), to=marks[one.domain]), light(one.score.rating),
             scored(one.score), ranged(one.score),
             number(one.score.told, 0) if one.score.told is not None else "–",
             percent(one.score.coverage), one.score.confidence.capitalize(),
             clip(" ".join(one.score.rationale[:3]), 220))
            for one in report.chapters[:LONG]
        ]  # fmt: skip
        if verdict.score is not None and verdict.rating is not Rating.GREY:
            rows.append((
                Run("All domains", bold=True), light(verdict.rating), number(verdict.score, 0),
                f"{number(verdict.low, 0)}–{number(verdict.high, 0)}",
                number(verdict.told, 0) if verdict.told is not None else "–",
                percent(verdict.coverage), verdict.confidence.capitalize(),
                "Mean of the domains by their weights.",
            ))  # fmt: skip
        paper.table(
            ("Domain", "Light", "Score", "Range", "By answers", "Coverage", "Confidence",
             "What decides it"),
            rows, (22, 15, 8, 12, 10, 11, 13, 32), right=(2, 4, 5),
        )  # fmt: skip
        more(paper, len(report.chapters), LONG)
        if report.moves:
            paper.heading(2, "What would move the result most")
            paper.table(
                ("Item", "Question", "Effect"),
                [(one.item, clip(one.ask, 160), clip(one.words, 420)) for one in report.moves],
                (10, 35, 55),
            )

    return write
