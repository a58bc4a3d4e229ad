"""What a person gets to see: a respondent the questions and their own answers, and nothing else.

What a respondent sees is put together from what is named here; there is no whole from which things
are taken away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from techdd.answers import Answer, Entry, standings
from techdd.checklists import Checklist, Item
from techdd.model import Metric
from techdd.scoring import describe_evidence

Json = dict[str, Any]


def evidence(checklists: Iterable[Checklist], metrics: Mapping[str, Metric]) -> dict[str, Json]:
    """Item -> what the repositories say about it, and what is worth asking where that is little."""
    return {
        item.id: {"says": describe_evidence(item, metrics), "asks": _worth_asking(item, metrics)}
        for one in checklists
        for item in one.items
        if item.evidence
    }


def _worth_asking(item: Item, metrics: Mapping[str, Metric]) -> list[str]:
    found = []
    for rule in item.evidence:
        metric = metrics.get(rule.metric)
        if rule.ask and metric and metric.value is not None and rule.level(metric.value) <= 1:
            found.append(rule.ask)
    return found


def questions(checklists: Sequence[Checklist], proof: Mapping[str, Json] | None) -> list[Json]:
    """The questions; with `proof`, as an interviewer sees them."""
    return [
        {"id": one.id, "title": one.title, "items": [_question(item, proof) for item in one.items]}
        for one in checklists
    ]


def _question(item: Item, proof: Mapping[str, Json] | None) -> Json:
    shown: Json = {
        "id": item.id,
        "ask": item.ask,
        "levels": item.levels,
        "documents": item.documents,
        "figures": [figure.model_dump(mode="json") for figure in item.figures],
    }
    if proof is not None:
        shown |= {
            "why": item.why,
            "importance": item.importance,
            "follow_ups": item.follow_ups,
            "evidence": proof.get(item.id),
        }
    return shown


def own(entries: Iterable[Entry], person: str, items: set[str], round_: str) -> dict[str, Json]:
    """Item -> the person's own answer, and the id that an answer to it has to know."""
    last = {
        one.answer.item: one
        for one in entries
        if one.answer.item in items and one.answer.person == person
    }
    found: dict[str, Json] = {}
    for item, (id_, one) in last.items():
        counts = one.round == round_ and not one.withdrawn and not one.settles
        found[item] = {"seen": id_, "answer": own_answer(one) if counts else None}
    return found


def own_answer(one: Answer) -> Json:
    """An answer as the respondent sees it.

    What an interviewer noted beside it, and how well they found it shown, stays with them.
    """
    return {
        "level": one.level,
        "reason": one.reason,
        "unknown": one.unknown,
        "confidence": one.confidence,
        "figures": dict(one.figures),
        "documents": [document.model_dump() for document in one.documents],
        "note": "" if one.recorded_by else one.note,
        "at": one.at.isoformat() if one.at else None,
    }


def full_answer(one: Answer) -> Json:
    """An answer as an interviewer sees it."""
    return own_answer(one) | {
        "note": one.note,
        "grade": int(one.grade),
        "person": one.person,
        "by": one.by,
        "role": one.role,
        "recorded_by": one.recorded_by,
        "source": one.source,
        "round": one.round,
        "overrules": one.overrules,
        "settles": one.settles,
        "withdrawn": one.withdrawn,
        "said_as": one.wording,
    }


def everybodys(entries: Sequence[Entry], items: set[str]) -> dict[str, Json]:
    """Item -> who said what and what counts, for an interviewer."""
    found: dict[str, Json] = {}
    for id_, one in entries:
        if one.item in items:
            item = found.setdefault(one.item, {"seen": {}, "times": 0})
            item["seen"][one.person] = item["mark"] = id_
            item["times"] += 1
    for name, standing in standings(entries).items():
        if name in found:
            found[name] |= {
                "voices": [full_answer(one) for one in standing.voices],
                "decision": full_answer(standing.counts)
                if standing.settled and standing.counts
                else None,
                "spread": standing.spread,
            }
    return found
