"""One item: its level from answers and measurements, and what the evidence says of the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from techdd.answers import Answer, Standing
from techdd.checklists import EvidenceRule, Item
from techdd.model import Grade, ItemScore, Metric, Outcome, Said
from techdd.policy import Scoring

TOP = 4
_VALUE = re.compile(r": \{| (?:was|were) found (?:among the packages of |in )\{")


def score_item(
    item: Item, standing: Standing | None, metrics: Mapping[str, Metric], policy: Scoring
) -> ItemScore:
    """`item` with its level and what made it; `metrics` are the engagement's, by name."""
    standing = standing or Standing(None)
    answer = standing.counts
    measured, indicated, sentences, gaps = read_evidence(item, metrics)
    outcome = _outcome(item, answer, metrics, policy)
    level, basis, capped, grade = _level(answer, measured, outcome, policy)
    below = _below(answer, measured, indicated)
    if answer and answer.overrules and below:
        basis += " The adviser trusts the answer over the evidence."
    if answer and answer.settles:
        basis += " The adviser settled what was answered."
    applicable = not (answer and answer.reason)
    least, most = _range(standing, measured, outcome, level, policy)
    return ItemScore(
        id=item.id,
        ask=item.ask,
        importance=item.importance,
        weight=item.weight * policy.importance[item.importance],
        level=level,
        stated=answer.level if answer else None,
        measured=measured,
        grade=grade,
        outcome=outcome,
        applicable=applicable,
        basis=basis,
        evidence=tuple(sentences + gaps),
        capped=capped,
        why=item.why,
        note=answer.note if answer else "",
        by=(answer.by or answer.role) if answer else "",
        told=_capped(answer, policy),
        least=least,
        most=most,
        voices=tuple(map(_said, standing.voices)),
        spread=standing.spread,
        gap=below,
        documents=tuple(
            dict.fromkeys((one.name, one.sha256) for a in standing.voices for one in a.documents)
        ),
        metrics=tuple(dict.fromkeys(rule.metric for rule in item.evidence)),
    )


def _said(answer: Answer) -> Said:
    """A voice as the report tells it."""
    words = answer.note
    if answer.reason:
        words = f"does not apply: {answer.reason}"
    elif answer.unknown:
        words = "does not know"
    confidence = answer.confidence or ""
    return Said(answer.by, answer.role, answer.level, words, answer.grade, confidence)


def read_evidence(
    item: Item, metrics: Mapping[str, Metric]
) -> tuple[int | None, int | None, list[str], list[str]]:
    """(measured level, indicated level, sentences, gaps) for `item`; the lowest level wins."""
    levels: dict[str, list[int]] = {"measures": [], "indicates": []}
    sentences, gaps = [], []
    for rule in item.evidence:
        metric = metrics.get(rule.metric)
        if metric is None or metric.value is None:
            reason = metric.note if metric and metric.note else "no data was collected"
            gaps.append(f"Not measured ({_subject(rule)}): {reason}.")
            continue
        sentences.append(_sentence(rule, metric))
        if rule.role == "measures" or not _nothing_found(rule, metric.value):
            levels[rule.role].append(rule.level(metric.value))
    measured, indicated = (min(levels[role], default=None) for role in ("measures", "indicates"))
    return measured, indicated, sentences, gaps


def _nothing_found(rule: EvidenceRule, value: float) -> bool:
    """A practice of which no trace was found may live elsewhere: that contradicts no answer."""
    return value == 0 and rule.bands[0] < rule.bands[3]


def describe_evidence(item: Item, metrics: Mapping[str, Metric]) -> list[str]:
    """What the repositories say about `item`, one sentence a metric; gaps come last."""
    _, _, sentences, gaps = read_evidence(item, metrics)
    return sentences + gaps


def _sentence(rule: EvidenceRule, metric: Metric) -> str:
    return rule.says.format(value=metric.value, basis=metric.basis).strip()


def _subject(rule: EvidenceRule) -> str:
    """What the metric is of, as its sentence begins: "share of the changes that undo one"."""
    words, *rest = _VALUE.split(rule.says, maxsplit=1)
    words = words if rest else rule.metric.rpartition(".")[2].replace("_", " ")
    return words[:1].lower() + words[1:]


def _outcome(
    item: Item, answer: Answer | None, metrics: Mapping[str, Metric], policy: Scoring
) -> Outcome:
    """What the repositories say about the answer."""
    measured, indicated, _, _ = read_evidence(item, metrics)
    if answer and answer.unknown:
        return Outcome.NOT_KNOWN
    if not item.evidence:
        return Outcome.NOT_TESTABLE
    if answer is None or answer.level is None:
        return Outcome.NOT_ASKED
    if measured is None and indicated is None:
        return Outcome.NO_EVIDENCE
    below = _below(answer, measured, indicated)
    if below >= policy.contradiction:
        return Outcome.CONTRADICTED
    # Where one sign speaks for the answer and nothing was found of another, part of it is open.
    silent = measured is None and any(
        _nothing_found(rule, found.value)
        for rule in item.evidence
        if (found := metrics.get(rule.metric)) and found.value is not None
    )
    return Outcome.PARTLY if below > 0 or silent else Outcome.SUPPORTED


def _below(answer: Answer | None, measured: int | None, indicated: int | None) -> int:
    """How many levels the evidence lies below the answer."""
    levels = [level for level in (measured, indicated) if level is not None]
    if answer is None or answer.level is None or not levels:
        return 0
    return max(0, answer.level - min(levels))


def _level(
    answer: Answer | None, measured: int | None, outcome: Outcome, policy: Scoring
) -> tuple[float | None, str, str, Grade]:
    """(level, basis, cap that applied, grade)."""
    if answer and answer.reason:
        return None, f"Not applicable: {answer.reason}", "", Grade.NONE
    if answer is None or answer.level is None:
        asked = "nobody who was asked could answer" if answer else "not asked"
        if measured is not None:
            return float(measured), f"Measured in the repositories; {asked}.", "", Grade.MEASURED
        why = asked if answer else "not answered"
        return None, f"Not assessed: {why}, and nothing measures it.", "", Grade.NONE
    if measured is not None and measured < answer.level and not answer.overrules:
        said = f"The answer was {answer.level}; the repositories show {measured}."
        return float(measured), said, "", Grade.MEASURED
    is_measured = outcome is Outcome.SUPPORTED and measured is not None
    grade = Grade.MEASURED if is_measured else answer.grade
    level = float(min(answer.level, policy.caps[grade.name.lower()]))
    capped = ""
    if level < answer.level:
        capped = f"capped at {level:g}: the answer is only {grade.name.lower()}"
    basis = f"Answered {answer.level}{f', {capped}' if capped else f' ({grade.name.lower()})'}."
    return level, basis, capped, grade


def _capped(answer: Answer | None, policy: Scoring) -> float | None:
    """The level by an answer alone: no higher than its own evidence carries."""
    if answer is None or answer.level is None:
        return None
    return float(min(answer.level, policy.caps[answer.grade.name.lower()]))


def _range(
    standing: Standing,
    measured: int | None,
    outcome: Outcome,
    level: float | None,
    policy: Scoring,
) -> tuple[float | None, float | None]:
    """The levels that the item could be at where people differ or are unsure; None = it is firm."""
    if level is None or not standing.counts or standing.counts.level is None:
        return None, None
    heard = [standing.counts] if standing.settled else [*standing.voices]
    ends = []
    for one in heard:
        if one.level is None:
            continue
        unsure = policy.unsure if one.confidence == "low" else 0
        for said in (max(0, one.level - unsure), min(TOP, one.level + unsure)):
            moved = one.model_copy(update={"level": said})
            ends.append(_level(moved, measured, outcome, policy)[0])
    known = [*(end for end in ends if end is not None), level]
    least, most = min(known), max(known)
    return (None, None) if least == most else (least, most)
