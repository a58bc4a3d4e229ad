"""Where answers contradict the evidence, and where people contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from techdd.answers import Answer, Standing
from techdd.checklists import Checklist
from techdd.claims import TESTED
from techdd.model import (
    Difference,
    ItemScore,
    Metric,
    Observation,
    Outcome,
    Reading,
    Said,
    Severity,
    Status,
    Value,
    fingerprint,
)
from techdd.policy import Importance, Scoring
from techdd.triage import mark_of

Scored = Sequence[tuple[Checklist, Sequence[ItemScore]]]


def of_items(scored: Scored, standings: Mapping[str, Standing]) -> Iterator[Difference]:
    """The items whose answer the evidence contradicts."""
    for checklist, items in scored:
        for item in items:
            answer = standings[item.id].counts if item.id in standings else None
            if item.outcome is not Outcome.CONTRADICTED or answer is None:
                continue
            yield Difference(
                id=item.id,
                item=item.id,
                domain=checklist.id,
                about=item.ask,
                told=f"Level {answer.level}",
                seen=" ".join(item.evidence),
                state=fingerprint(item.id, _content(answer), *item.evidence),
                note=answer.note,
            )


def _content(answer: Answer) -> str:
    """What an answer says, without who said it when and how."""
    said = answer.model_dump(
        include={"level", "grade", "figures", "note", "overrules"}, mode="json"
    )
    return repr(sorted(said.items()))


def interview(scored: Scored, standings: Mapping[str, Standing], policy: Scoring) -> Reading:
    """Do people agree with each other and with the evidence? As a probe would answer it."""
    question = "Do people agree with each other and with the evidence?"
    items = [(checklist.id, item) for checklist, listed in scored for item in listed]
    if not any(item.voices for _, item in items):
        reasons = ("no interview was held",)
        return Reading("interview", question, "interview", Status.SKIPPED, reasons=reasons)
    shared = sum(len(item.voices) > 1 for _, item in items)
    tested = sum(item.outcome in TESTED for _, item in items)
    apart = (_disagreement(domain, item, policy) for domain, item in items)
    wrong = (_contradiction(domain, item, standings, policy) for domain, item in items)
    return Reading(
        "interview",
        question,
        "interview",
        Status.OK,
        (
            _count("interview.shared_items", shared, "no question was answered by several people"),
            _count("interview.tested_items", tested, "the evidence speaks to no answer"),
        ),
        tuple(filter(None, (*apart, *wrong))),
    )


def _count(name: str, number: int, note: str) -> Metric:
    return Metric(name, number or None, "questions", note="" if number else note)


def _disagreement(domain: str, item: ItemScore, policy: Scoring) -> Observation | None:
    severity = _severity(policy.disagreement, item, item.spread)
    if severity is None:
        return None
    said = sorted(dict.fromkeys(map(_briefly, item.voices)))
    values: dict[str, Value] = {
        "item": item.id,
        "people": len(item.voices),
        "said": f"{', '.join(said[:-1])} and {said[-1]}",
        "severity": severity.value,
    }
    mark = mark_of(["; ".join(sorted(map(_briefly, item.voices)))])
    return Observation("answers-differ", "", item.id, (), values, mark, domain)


def _briefly(voice: Said) -> str:
    if voice.level is not None:
        return f"level {voice.level}"
    return "does not apply" if voice.words.startswith("does not apply") else "does not know"


def _contradiction(
    domain: str, item: ItemScore, standings: Mapping[str, Standing], policy: Scoring
) -> Observation | None:
    answer = standings[item.id].counts if item.id in standings else None
    if item.outcome is not Outcome.CONTRADICTED or answer is None or answer.overrules:
        return None
    severity = _severity(policy.contradicted, item, item.gap)
    if severity is None:
        return None
    values: dict[str, Value] = {
        "item": item.id,
        "told": item.stated,
        "seen": (item.stated or 0) - item.gap,
        "evidence": " ".join(item.evidence),
        "severity": severity.value,
    }
    mark = mark_of(["; ".join((_content(answer), *item.evidence))])
    return Observation("answer-contradicted", "", item.id, (), values, mark, domain, item.id)


def _severity(
    table: Mapping[Importance, Sequence[tuple[int, Severity]]], item: ItemScore, apart: int
) -> Severity | None:
    """By the first line for the item's importance that is reached."""
    lines = (line for name, listed in table.items() if name == item.importance for line in listed)
    return next((severity for start, severity in lines if apart >= start), None)
