"""Which questions are open, and for whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from techdd.answers import Answer, Entry
from techdd.checklists import Item

Heard = Mapping[str, Mapping[str, Answer]]  # item -> person -> the latest answer


def heard(entries: Iterable[Entry], in_round: str) -> dict[str, dict[str, Answer]]:
    """What each person says to each item in one round of interviews."""
    found: dict[str, dict[str, Answer]] = defaultdict(dict)
    for _, answer in entries:
        if answer.settles or answer.round != in_round:
            continue
        if answer.withdrawn:
            found[answer.item].pop(answer.person, None)
        else:
            found[answer.item][answer.person] = answer
    return dict(found)


def is_open(item: Item, said: Heard, person: str) -> bool:
    """Whether `person` has not answered `item` as it is worded now; "" for whether anybody has."""
    return not any(
        answer.wording in ("", item.wording)
        for name, answer in said.get(item.id, {}).items()
        if person in ("", name)
    )
