"""The chapter of one domain in the Word report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from techdd.amounts import number
from techdd.arrangement import Arrangement, Exhibits, spoken_of
from techdd.formats._parts import LONG, ROWS, card, comment, exhibit, light, more, panel, scored
from techdd.formats._word import Paper, Run
from techdd.formats._word_styles import MUTED, NOTE
from techdd.model import Chapter, Finding, Grade, Outcome, Rating, Report
from techdd.pages import amount, clip, named, percent

Told = Mapping[str, Sequence[Finding]]  # by domain


def told_in_full(report: Report, placed: Arrangement) -> Told:
    """The findings that get a card in their chapter: one a kind as the PDF tells them, and those
    that somebody speaks of.
    """
    spoken = spoken_of(report)
    told = {}
    for one in report.chapters:
        first = [kind[0] for kind in placed.told.get(one.domain, ())]
        rest = [found for found in one.findings if found.id in spoken and found not in first]
        told[one.domain] = (*first, *rest[:LONG])
    return told


def chapter(
    paper: Paper,
    report: Report,
    one: Chapter,
    terms: Mapping[str, Sequence[str]],
    told: Told,
    exhibits: Exhibits,
) -> None:
    """One domain: the opinion, what is good and what is open, findings, exhibits, questions."""
    score = one.score
    paper.text(clip(one.intro, 420))
    _opinion(paper, one)
    comment(paper, report, one.domain)
    if one.strengths:
        paper.heading(2, "Strengths")
        paper.bullets([clip(text, 240) for text in one.strengths[:6]])
    if one.gaps:
        paper.heading(2, "Not assessed here")
        paper.bullets([clip(text, 240) for text in one.gaps[:6]])
        more(paper, len(one.gaps), 6)
    paper.heading(2, "Findings")
    shown = told[one.domain]
    for finding in shown:
        card(paper, report, finding)
    more(paper, len(one.findings), len(shown), "of the same kinds or less severe, in the register")
    if not shown:
        paper.text(
            "No finding, because too little could be looked at."
            if score.rating is Rating.GREY
            else "No check of this domain fired."
        )
    if exhibits.key:
        paper.heading(2, "Exhibits")
    for series in exhibits.key:
        exhibit(paper, series)
    further = exhibits.left + sum(len(group) for _, group in exhibits.groups)
    more(paper, len(exhibits.key) + further, len(exhibits.key))
    _measured(paper, one, terms)
    _questions(paper, one)


def _opinion(paper: Paper, one: Chapter) -> None:
    score = one.score
    judged = scored(score) != "–"
    head = f", {scored(score)} of 100" if judged else ""
    span_said = f", range {number(score.low, 0)}–{number(score.high, 0)}" if judged else ""
    told = f"; by the answers alone {number(score.told, 0)}" if score.told is not None else ""
    lines = [clip(text, 200) for text in score.rationale[:4]]
    if score.rating is Rating.GREY:
        lines.append(
            "Too little of this domain could be assessed for a judgement. This is not a clean "
            "result."
        )
    note = f"Coverage {percent(score.coverage)}, confidence {score.confidence}{span_said}{told}"
    panel(paper, [(light(score.rating), Run(head, bold=True)), *lines, Run(note, colour=MUTED)])


def _measured(paper: Paper, one: Chapter, terms: Mapping[str, Sequence[str]]) -> None:
    whole = [metric for metric in one.metrics if not metric.repo]
    known = [metric for metric in whole if metric.value is not None]
    if not whole:
        return
    paper.heading(2, "What was measured")
    if known:
        paper.table(
            ("Measure", "Overall", "Counted over"),
            [
                (clip(named(metric.name, terms), 80), amount(metric, metric.name not in terms),
                 clip("; ".join(filter(None, (metric.basis, metric.note))), 110))
                for metric in known[:ROWS]
            ],
            (45, 20, 40), right=(1,),
        )  # fmt: skip
        more(paper, len(known), ROWS)
    missing = [clip(named(one.name, terms), 80) for one in whole if one.value is None]
    if missing:
        rest = f" and {len(missing) - ROWS:,} more" if len(missing) > ROWS else ""
        paper.text(f"Could not be measured: {'; '.join(missing[:ROWS])}{rest}.", NOTE)


def _questions(paper: Paper, one: Chapter) -> None:
    paper.heading(2, "Questions")
    assessed = [item for item in one.items if item.applicable and item.level is not None]
    open_ = [item.id for item in one.items if item.applicable and item.level is None]
    if not assessed:
        paper.text("No question of this domain was assessed.")
    else:
        paper.text(
            f"{len(assessed)} of {len(one.items)} were assessed, on levels from 0 to 4.", NOTE
        )
        paper.table(
            ("Item", "Question and basis", "Level", "Evidence", "Outcome"),
            [
                (item.id, (clip(item.ask, 240), Run(f" {clip(item.basis, 260)}", colour=MUTED)),
                 f"{item.level:g}",
                 item.grade.name.capitalize() if item.grade is not Grade.NONE else "–",
                 Run(item.outcome.value.capitalize(), bold=item.outcome is Outcome.CONTRADICTED))
                for item in assessed[:LONG]
            ],
            (11, 55, 8, 13, 18), right=(2,),
        )  # fmt: skip
        more(paper, len(assessed), LONG)
    if open_:
        rest = f" and {len(open_) - LONG:,} more" if len(open_) > LONG else ""
        paper.text(f"Open, and not assessed: {', '.join(open_[:LONG])}{rest}.", NOTE)
