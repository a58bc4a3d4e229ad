"""What the Word report closes with: the register, the plan, open questions, method and evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from techdd.amounts import day, money, number, span
from techdd.arrangement import Kind, spoken_of
from techdd.formats._chapters import Told
from techdd.formats._parts import LONG, ROWS, card, link, more, pill, priced, where
from techdd.formats._sections import Write, linked_ids
from techdd.formats._word import Paper, Run
from techdd.formats._word_styles import MUTED, NOTE
from techdd.model import Finding, Rating, Report, Severity
from techdd.pages import clip, sentences

REGISTER = 200  # lines of the register


def open_questions(paper: Paper, report: Report) -> None:
    """What still has to be asked, the most important first."""
    ranks = {"critical": 0, "major": 1, "minor": 2}
    found = [
        (one.title, item)
        for one in report.chapters
        for item in one.items
        if item.applicable and item.level is None
    ]
    found.sort(key=lambda pair: ranks.get(pair[1].importance, 3))
    if not found:
        paper.text("No question is open." if report.chapters else "No question was asked.")
        return
    paper.text(f"{len(found):,} questions are open; none counts as a pass until it is answered.")
    rows = [
        (item.id, clip(item.ask, 240), clip(title, 50), item.importance.capitalize())
        for title, item in found[:ROWS]
    ]
    paper.table(("Item", "To ask", "Domain", "Weight"), rows, (11, 55, 25, 12))
    more(paper, len(found), ROWS)


def register(told: Told, by_kind: Sequence[Kind]) -> Write:
    """Every finding in a line, or every kind where there are kinds, as far as there is room."""

    def write(paper: Paper, report: Report) -> None:
        if not report.findings:
            paper.text(
                "No finding." if report.checks else "No finding, because nothing could be tested."
            )
            return
        count = Counter(one.severity for one in report.findings)
        said = (f"{count[one]:,} {one}" for one in reversed(Severity) if count[one])
        paper.text(f"{len(report.findings):,} findings: {', '.join(said)}.")
        linked = linked_ids(told)
        _by_domain(paper, report)
        if by_kind:
            _by_kind(paper, by_kind, linked)
        else:
            _each(paper, report.findings, linked)
        spoken = spoken_of(report)
        for one in report.findings:  # of domains without a chapter
            if one.id in spoken - linked:
                card(paper, report, one)

    return write


def _each(paper: Paper, findings: Sequence[Finding], linked: set[str]) -> None:
    paper.heading(2, "Every finding")
    paper.table(
        ("Severity", "Finding", "Where", "When", "Days"),
        [
            (pill(one.severity), link(one, linked, 160), where(one),
             one.horizon.value.capitalize(), span(*one.effort))
            for one in findings[:REGISTER]
        ],
        (11, 50, 20, 17, 10), right=(4,),
    )  # fmt: skip
    more(paper, len(findings), REGISTER)


def _by_kind(paper: Paper, by_kind: Sequence[Kind], linked: set[str]) -> None:
    """The worst of each kind by name, and how often it was found."""
    rows = []
    for kind in by_kind[:REGISTER]:
        first, (low, high) = kind[0], (sum(one.effort[end] for one in kind) for end in (0, 1))
        repositories = len({one.repo for one in kind})
        others = f" and {repositories - 1:,} more" if repositories > 1 else ""
        rows.append((
            pill(first.severity), link(first, linked, 160), f"{len(kind):,}",
            f"{where(first)}{others}", first.horizon.value.capitalize(), span(low, high),
        ))  # fmt: skip
    paper.heading(2, "Every kind of finding")
    head = ("Worst", "Finding", "Times", "Where", "When", "Days")
    paper.table(head, rows, (11, 46, 9, 22, 17, 14), right=(2, 5))
    more(paper, len(by_kind), REGISTER)


def _by_domain(paper: Paper, report: Report) -> None:
    """How many findings of each severity a domain has, and the days that they take."""
    rows: list[tuple[str, ...]] = []
    for one in report.chapters[:LONG]:
        count = Counter(finding.severity for finding in one.findings)
        low, high = (sum(finding.effort[end] for finding in one.findings) for end in (0, 1))
        none = "not assessed" if one.score.rating is Rating.GREY else "no finding"
        numbers = (f"{count[severity] or ''}" for severity in reversed(Severity))
        rows.append((clip(one.title, 60), *numbers, span(low, high) if one.findings else none))
    paper.heading(2, "Findings by domain and severity")
    heads = (severity.value.capitalize() for severity in reversed(Severity))
    paper.table(
        ("Domain", *heads, "Person-days"), rows, (34, 12, 12, 12, 12, 12, 20),
        right=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    more(paper, len(report.chapters), LONG)


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
        linked = linked_ids(told)
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
    if report.withheld:
        counts = ", ".join(f"{kind} ({number(count)})" for kind, count in report.withheld)
        paper.text(
            f"This edition is made for one audience ({report.audience}). The adviser's own copy "
            f"tells more, counted here in different things: {counts}."
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


def glossary(known: Mapping[str, Sequence[str]]) -> Write:
    """What each measure of the report says, for readers who are no engineers."""

    def write(paper: Paper, report: Report) -> None:
        names = dict.fromkeys(one.name for part in report.chapters for one in part.metrics)
        rows = [tuple(known[name]) for name in names if name in known]
        if rows:
            paper.table(("Measure", "What it says"), rows, (30, 70))
        else:
            paper.text("Nothing was measured.")

    return write
