"""The sections of the Word report before and behind its chapters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from techdd.amounts import day
from techdd.formats._chapters import Told
from techdd.formats._parts import (
    LONG,
    ROWS,
    comment,
    exhibit,
    flagged,
    link,
    more,
    pill,
    where,
)
from techdd.formats._word import Paper, Run
from techdd.formats._word_styles import MUTED, NOTE
from techdd.model import Chapter, Difference, Outcome, Report, Series
from techdd.pages import clip, percent, sentences

WIDEST = 11  # columns of a table on a page
_KEPT = (
    "rank", "repository", "group", "code lines", "critical", "high", "medium", "low", "gaps",
    "what weighs most",
)  # fmt: skip
Write = Callable[[Paper, Report], None]


class Section(NamedTuple):
    """A part of the document: its mark, which is the place of comments as well, and its title."""

    mark: str
    title: str
    write: Callable[[Paper], None]


def linked_ids(told: Told) -> set[str]:
    """Of the findings that are told in full."""
    return {one.id for found in told.values() for one in found}


def red_flags(told: Told) -> Write:
    """What could stop a deal, with what would settle it."""

    def write(paper: Paper, report: Report) -> None:
        flags = flagged(report)
        if not flags:
            said = "None found, in what could be tested." if report.checks else (
                "Nothing could be tested. The absence of red flags says nothing about the product."
            )  # fmt: skip
            paper.text(said)
        for one in flags[:10]:
            title = link(one, linked_ids(told), 160)
            paper.heading(3, (pill(one.severity), "  ", title))
            facts = [where(one), one.horizon.value.capitalize()]
            if one.deal_breaker:
                facts.insert(0, "Deal breaker")
            if one.treatment:
                facts.append(f"Suggested treatment: {clip(one.treatment, 60)}")
            paper.text(" | ".join(facts), NOTE, with_next=True)
            paper.text(sentences(one.observation, 420))
            paper.text((Run("What would settle it: ", bold=True), sentences(one.remedy, 420)))
        more(paper, len(flags), 10, "in the risk register")
        _tested(paper, report)

    return write


def _tested(paper: Paper, report: Report) -> None:
    if not report.checks:
        return
    paper.heading(2, "What was tested")
    count = Counter((one.domain, one.result) for one in report.checks)
    results = ("fired", "did not fire", "not assessable")
    rows = [
        (clip(one.title, 60), *(f"{count[one.domain, result]:,}" for result in results))
        if any(count[one.domain, result] for result in results)
        else (clip(one.title, 60), "–", "–", "no automatic check")
        for one in report.chapters[:LONG]
    ]
    paper.table(
        ("Domain", "Fired", "Did not fire", "Not assessable"), rows,
        (50, 15, 17, 22), right=(1, 2, 3),
    )  # fmt: skip


def portfolio(paper: Paper, report: Report) -> None:
    """Which repositories carry the risk; the table is cut down to what a page has room for."""
    if report.portfolio:
        paper.bullets([clip(one, 400) for one in report.portfolio.says])
        for series in report.portfolio.series:
            exhibit(paper, _narrow(series) if len(series.columns) > WIDEST else series)


def _narrow(series: Series) -> Series:
    kept = [at for at, name in enumerate(series.columns) if name in _KEPT]
    rows = tuple(tuple(row[at] for at in kept) for row in series.rows)
    return replace(series, columns=tuple(series.columns[at] for at in kept), rows=rows)


def scope(paper: Paper, report: Report) -> None:
    """What was looked at, and what was not."""
    if not report.scope:
        paper.text("No repository was read. Nothing in this report rests on code.")
    if report.limits:
        paper.heading(2, "What limits this report")
        paper.bullets([clip(one, 400) for one in report.limits[:30]])
        more(paper, len(report.limits), 30)
    if not report.scope:
        return
    paper.heading(2, "Coverage ledger")
    rows = []
    for one in report.scope[:LONG]:
        lines = sum(count for _, count, _ in one.lines_by_language)
        blind = sum(count for _, count, how in one.lines_by_language if how == "not measured")
        shallow = " (history cut off)" if one.shallow else ""
        rows.append((
            f"{clip(one.name, 50)}{shallow}", clip(one.commit, 10), day(one.committed),
            _known(one.commits), _known(one.contributors),
            f"{one.files:,}" if one.files or not one.issues else "not known",
            f"{lines:,}" if lines or not one.issues else "not known",
            percent(blind / lines) if lines else "–",
        ))  # fmt: skip
    paper.table(
        ("Repository", "Commit", "Date", "Commits", "People", "Files", "Code lines",
         "Not measured"),
        rows, (26, 14, 18, 12, 10, 10, 13, 13), right=(3, 4, 5, 6, 7),
    )  # fmt: skip
    more(paper, len(report.scope), LONG)
    gaps = [(one.name, *gap) for one in report.scope for gap in one.issues]
    paper.heading(2, "What could not be looked at")
    if not gaps:
        paper.text("The collectors recorded no gap in these repositories.")
        return
    paper.table(
        ("Repository", "Collector", "Reason", "Times", "Example"),
        [
            (clip(repo, 40), clip(collector, 30), clip(reason, 90), f"{times:,}", clip(example, 90))
            for repo, collector, reason, times, example in gaps[:ROWS]
        ],
        (20, 14, 34, 8, 30), right=(3,),
    )  # fmt: skip
    more(paper, len(gaps), ROWS)


def _known(count: int | None) -> str:
    return "not known" if count is None else f"{count:,}"


def bare(chapters: Sequence[Chapter]) -> Write:
    """The domains that nothing is known of."""

    def write(paper: Paper, report: Report) -> None:
        paper.text(
            "Nothing in the repositories speaks for these domains and no interview has covered "
            "them. That is a gap of this report, not a clean result."
        )
        rows = [
            (Run(clip(one.title, 60), bold=True), sentences(one.intro, 260), f"{_open(one):,}")
            for one in chapters
        ]
        head = ("Domain", "What it decides", "Open questions")
        paper.table(head, rows, (25, 60, 15), right=(2,))
        for one in chapters:
            comment(paper, report, one.domain)

    return write


def _open(one: Chapter) -> int:
    return sum(item.applicable and item.level is None for item in one.items)


def hiring(exhibits: Sequence[Series]) -> Write:
    """The roles that the evidence calls for."""

    def write(paper: Paper, report: Report) -> None:
        paper.text(
            "The roles that the evidence calls for, in the order in which they are needed. Costs "
            "are of one person a year."
        )
        for one in exhibits:
            exhibit(paper, one)

    return write


def claims(paper: Paper, report: Report) -> None:
    """Where answers and evidence contradict each other, in the words that this reader may see."""
    inside = report.audience == "internal"
    agreed = supported(report)
    if agreed:
        paper.text(
            f"In {agreed:,} question{'' if agreed == 1 else 's'} the answer agrees in whole or in "
            "part with what the repositories show; each stands in its chapter."
        )
    if report.clarifying:
        said = "have no words that are approved for others" if inside else (
            "are being clarified; what was told stays withheld until then"
        )  # fmt: skip
        paper.text(f"{report.clarifying} of the contradictions {said}.")
    if report.differences:
        rows = [
            (one.id, clip(one.about, 200), (clip(one.words, 1_000), Run(_seen(one), colour=MUTED)))
            for one in report.differences[:LONG]
        ]
        paper.table(("Matter", "What it is about", "What we say of it"), rows, (14, 35, 55))
        more(paper, len(report.differences), LONG)


def supported(report: Report) -> int:
    """How many answers agree with the evidence, in whole or in part."""
    return sum(
        item.stated is not None and item.outcome in (Outcome.PARTLY, Outcome.SUPPORTED)
        for chapter in report.chapters
        for item in chapter.items
    )


def _seen(one: Difference) -> str:
    """What was told and what was seen, for those who may know."""
    said = (("Told", clip(one.told, 200)), ("Seen", clip(one.seen, 360)))
    return "".join(f" {name}: {text}." for name, text in said if text)


def responses(paper: Paper, report: Report) -> None:
    """What the client says of the findings, and our replies."""
    titles = {one.id: one.title for one in report.findings}
    rows = [
        (clip(titles.get(one.finding, one.finding), 120), clip(one.position, 30),
         clip(one.words, 600), clip(one.reply, 600) or "–")
        for one in report.responses[:LONG]
    ]  # fmt: skip
    paper.table(
        ("Finding", "Position", "What the company says", "What the adviser replies"),
        rows,
        (28, 12, 32, 32),
    )
    more(paper, len(report.responses), LONG)
