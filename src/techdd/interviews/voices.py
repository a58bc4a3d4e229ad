"""What was said, by whom, and how it fares against the evidence and against what others say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from techdd.answers import Answer, Standing
from techdd.checklists import Checklist, Item
from techdd.interviews.drafts import Draft, draft
from techdd.model import Grade, Metric, Outcome
from techdd.policy import Scoring
from techdd.scoring import score_item

ORDER = (
    Outcome.CONTRADICTED,
    Outcome.CLARIFIED,
    Outcome.PARTLY,
    Outcome.NO_EVIDENCE,
    Outcome.NOT_TESTABLE,
    Outcome.SUPPORTED,
    Outcome.NOT_KNOWN,
    Outcome.NOT_ASKED,
)


class Voice(NamedTuple):
    """One answer, and what the repositories say about it."""

    answer: Answer
    outcome: Outcome


class Said(NamedTuple):
    """All that counts of what was said to one item."""

    checklist: Checklist
    item: Item
    standing: Standing
    voices: tuple[Voice, ...]
    draft: Draft

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome of any voice."""
        return min((voice.outcome for voice in self.voices), key=ORDER.index)


def said(
    checklists: Sequence[Checklist],
    standings: Mapping[str, Standing],
    metrics: Mapping[str, Metric],
    policy: Scoring,
) -> list[Said]:
    """The items that somebody answered: contradicted ones first, then those on which people
    differ, then the others, each in the order of the report.
    """
    found = []
    for checklist in checklists:
        for item in checklist.items:
            standing = standings.get(item.id)
            if standing is None or standing.counts is None:
                continue
            voices = tuple(
                Voice(one, score_item(item, Standing(one), metrics, policy).outcome)
                for one in standing.all
            )
            found.append(Said(checklist, item, standing, voices, draft(item, metrics)))
    return sorted(found, key=_gravity)


def _gravity(one: Said) -> tuple[bool, int, int]:
    return one.outcome is not Outcome.CONTRADICTED, -one.standing.spread, ORDER.index(one.outcome)


def decision(
    standing: Standing | None,
    *,
    item: Item,
    level: int | None,
    reason: str,
    by: str,
    grade: Grade | None,
    overrules: bool,
) -> Answer:
    """The adviser's decision on an item; no level means that it does not apply.

    Without a `grade` it is evidenced as well as the best answer that gives the same level.
    """
    voices = standing.voices if standing else ()
    best = max((one.grade for one in voices if one.level == level), default=Grade.STATED)
    said = {"level": level, "note": reason} if level is not None else {"reason": reason}
    return Answer(
        item=item.id, by=by, settles=True, overrules=overrules, grade=grade or best, **said
    )
