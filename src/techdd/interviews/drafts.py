"""What an interviewer knows before asking: the likely answer by the evidence, and what to ask.

For interviewers only; a respondent never sees it. Arithmetic without input or output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from techdd.checklists import Checklist, Item
from techdd.model import Metric
from techdd.scoring import describe_evidence, read_evidence

LOW = 1  # a metric at this level or below raises its rule's question
_RANK = {"critical": 0, "major": 1, "minor": 2}


class Draft(NamedTuple):
    """The evidence on one item before anybody was asked."""

    measured: int | None  # the level that a measurement gives
    indicated: int | None  # the level that indications support at most
    sentences: tuple[str, ...]  # what was found, then what could not be measured
    found: bool  # whether anything was measured that speaks to it, be it only an absence
    ask: str  # the question worth asking; "" where the item's own says it all

    @property
    def level(self) -> int | None:
        """The highest level that the evidence leaves room for; None where it says nothing."""
        known = [level for level in (self.measured, self.indicated) if level is not None]
        return min(known, default=None)

    @property
    def likely(self) -> str:
        """The likely answer in words."""
        parts = []
        if self.measured is not None:
            parts.append(f"measured {self.measured}")
        if self.indicated is not None:
            parts.append(f"indicates at most {self.indicated}")
        nothing = (
            "no trace was found, which proves nothing" if self.found else "nothing speaks to it"
        )
        return ", ".join(parts) or nothing


class Topic(NamedTuple):
    """One question of the preparation."""

    checklist: Checklist
    item: Item
    draft: Draft


def draft(item: Item, metrics: Mapping[str, Metric]) -> Draft:
    """What `metrics`, the engagement's by name, say about `item`."""
    measured, indicated, found, _ = read_evidence(item, metrics)
    asks = [
        rule.ask
        for rule in item.evidence
        if rule.ask
        and (metric := metrics.get(rule.metric)) is not None
        and metric.value is not None
        and rule.level(metric.value) <= LOW
    ]
    question = next(iter((*asks, *item.follow_ups)), "")
    return Draft(
        measured, indicated, tuple(describe_evidence(item, metrics)), bool(found), question
    )


def by_urgency(
    checklists: Sequence[Checklist], metrics: Mapping[str, Metric], answered: frozenset[str]
) -> list[Topic]:
    """The items that are not `answered`, those that matter most first.

    Critical ones come first; of equal importance, those where the evidence stands low, then those
    to which nothing speaks, then the rest; then by weight, then in the order of the report.
    """
    topics = [
        Topic(one, item, draft(item, metrics))
        for one in checklists
        for item in one.items
        if item.id not in answered
    ]
    return sorted(topics, key=_urgency)


def _urgency(topic: Topic) -> tuple[int, int, float]:
    level = topic.draft.level
    doubt = 1 if level is None else 0 if level <= LOW else 2
    weight = topic.checklist.weight * topic.item.weight
    return _RANK[topic.item.importance], doubt, -weight
