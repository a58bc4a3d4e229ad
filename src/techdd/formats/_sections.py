"""The sections of the Word report before and behind its chapters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from techdd.amounts import money, span
from techdd.formats._chapters import Told
from techdd.formats._parts import LONG, ROWS, card, flagged, link, more, pill, priced, where
from techdd.formats._word import Paper, Run
from techdd.formats._word_styles import MUTED, NOTE
from techdd.model import Difference, Outcome, Report, Severity
from techdd.pages import clip, day, percent, sentences

Write = Callable[[Paper, Report], None]


class Section(NamedTuple):
    """A part of the document: its mark, which is the place of comments as well, and its title."""

    mark: str
    title: str
    write: Callable[[Paper], None]


def _ids(told: Told) -> set[str]:
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
            title = link(one, _ids(told), 160)
            paper.heading(3, (pill(one.severity), "  ", title))
            facts = [where(one), one.horizon.value.capitalize()]
            if one.deal_breaker:
                facts.insert(0, "Deal breaker")
            if one.treatment:
                facts.append(f"Suggested treatment: {clip(one.treatment, 60)}")
            paper.text(" | ".join(facts), NOTE, with_next=True)
            paper.text(sentences(one.observation, 420))
            paper.text((Run("What would settle it: ", bold=True), sentences(one.remedy, 420)))
        more(paper, len(flags), 10, "in the findings register")
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


def register(told: Told) -> Write:
    """Every finding in a line, as far as there is room."""

    def write(paper: Paper, report: Report) -> None:
        if not report.findings:
            paper.text(
                "No finding." if report.checks else "No finding, because nothing could be tested."
            )
            return
        count = Counter(one.severity for one in report.findings)
        said = (f"{count[one]:,} {one}" for one in reversed(Severity) if count[one])
        paper.text(f"{len(report.findings):,} findings: {', '.join(said)}.")
        linked = _ids(told)
        paper.table(
            ("Severity", "Finding", "Where", "When", "Days"),
            [
                (pill(one.severity), link(one, linked, 160), where(one),
                 one.horizon.value.capitalize(), span(*one.effort))
                for one in report.findings[:200]
            ],
            (11, 50, 20, 17, 10), right=(4,),
        )  # fmt: skip
        more(paper, len(report.findings), 200)
        spoken = {one.place for one in report.comments} | {one.finding for one in report.responses}
        for one in report.findings:  # of domains without a chapter
            if one.id in spoken - linked:
                card(paper, report, one)

    return write


def roadmap(told: Told) -> Write:
    """What to do by when, and what it costs."""

    def write(paper: Paper, report: Report) -> None:
        if not report.findings:
            paper.text("There is no finding to remedy.")
            return
        low, high = report.day_rate
        rows = [
            (horizon.capitalize(), f"{len(ids):,}", span(start, end) if ids else "–",
             money(start * low, end * high, report.currency) if ids else "–")
            for horizon, ids, start, end in report.roadmap
        ]  # fmt: skip
        paper.table(
            ("When", "Findings", "Person-days", "Cost"), rows, (3, 2, 2, 3), right=(1, 2, 3)
        )
        given = "as the adviser gave it" if report.rate_given else "assumed: nobody gave one"
        paper.text(
            f"Cost is effort times a day rate of {report.currency} {span(low, high)} ({given}), "
            "rounded to two figures. Effort is for one finding at a time by people who know the "
            "code; it holds engineering work only, and overlaps are not taken off.",
            NOTE,
        )
        known = {one.id: one for one in report.findings}
        linked = _ids(told)
        for horizon, ids, _, _ in report.roadmap:
            due = [known[key] for key in ids if key in known]
            if due:
                paper.heading(2, horizon.capitalize())
                paper.table(
                    ("Severity", "Finding and what to do", "Where", "Days", "Cost"),
                    [
                        (pill(one.severity),
                         (link(one, linked, 120), Run(f" {sentences(one.remedy, 180)}",
                                                      colour=MUTED)),
                         where(one), span(*one.effort), priced(one, report))
                        for one in due[:LONG]
                    ],
                    (11, 50, 18, 9, 20), right=(3, 4),
                )  # fmt: skip
                more(paper, len(due), LONG)

    return write


_METHOD = (
    "Each question is answered on five levels, 0 (absent) to 4 (exemplary), by an interview, by "
    "what the repositories show, or both. An open question lowers coverage and confidence; it is "
    "never counted as a zero or as a pass.",
    "A domain's score is the weighted mean of its questions' levels, on a scale of 0 to 100; "
    "findings and critical questions cap its light.",
    "Findings are raised by rules with a threshold and a source, the same for every client.",
    "The verdict follows from the first rule that holds.",
)


def method(paper: Paper, report: Report) -> None:
    """How answers and measurements became scores, lights and the verdict."""
    rules = report.methodology
    paper.bullets([*_METHOD, f"Here: {clip(report.verdict.rule, 200)}"])
    profile = rules.get("profile")
    if isinstance(profile, Mapping):
        paper.text(
            f"Profile {clip(str(profile.get('title', '')), 60)}: {profile.get('asked')} of "
            f"{profile.get('of')} questions are asked."
        )
    paper.text("Every bound and weight as it was applied is in the PDF and the workbook.", NOTE)


def evidence(paper: Paper, report: Report) -> None:
    """What the report rests on: commits, tools and data."""
    paper.text("Equal commits, answers, rules and advisory data give an equal report.")
    if report.scope:
        paper.heading(2, "Commits audited")
        paper.table(
            ("Repository", "Commit", "Date"),
            [
                (clip(one.name, 60), clip(one.commit, 64), day(one.committed))
                for one in report.scope[:LONG]
            ],
            (28, 52, 22),
        )
        more(paper, len(report.scope), LONG)
    if report.versions:
        paper.heading(2, "Tools and data")
        rows = [(clip(name, 60), clip(version, 120)) for name, version in report.versions[:200]]
        paper.table(("Tool or data", "Version"), rows, (1, 2))
