"""Two copies of a ledger that went on apart: what each said since, and where that meets.

What only one of them says is added to the other. It is a conflict where both spoke of the same and
the order would decide what counts: answers of one person to one question, an adviser's decision
beside an answer, answers of two rounds, and responses to one finding.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from techdd import answers, responses
from techdd.errors import TechddError
from techdd.journal import Journal

JOURNAL, RESPONSES = "answers/journal.jsonl", responses.FILE
T = TypeVar("T")


@dataclass(frozen=True)
class Apart:
    """What two copies of a ledger say apart from each other.

    `conflicts` is worded, by the question or finding; `doubts` are lines of theirs that cannot be
    read. `take` adds theirs to ours, those in conflict too where it is called with True, and gives
    how many were added.
    """

    theirs: int
    ours: int
    conflicts: dict[str, str]
    doubts: tuple[str, ...]
    take: Callable[[bool], int]


def answered(ours: Path, theirs: Path) -> Apart:
    """Of the journals of two engagements. Raises TechddError."""
    here, there = Journal(ours / JOURNAL), Journal(theirs / JOURNAL)
    seen, other = here.read(), there.read()
    mine, new = _apart(seen, other, lambda entry: _text(entry.answer))
    conflicts = _met(mine, new, lambda entry: entry.answer.item, _answers_meet)

    def take(all_of_them: bool) -> int:
        wanted = [e.answer for e in new if all_of_them or e.answer.item not in conflicts]
        if wanted:
            here.add(wanted, _still(seen, here.path))
        return len(wanted)

    return Apart(len(new), len(mine), conflicts, tuple(there.doubts), take)


def responded(ours: Path, theirs: Path) -> Apart:
    """Of the management responses of two engagements. Raises TechddError."""
    here, there = responses.ledger(ours), responses.ledger(theirs)
    seen, other = here.read(), there.read()
    names = dict(_contents(seen)) | dict(_contents(other))
    mine, new = _apart(seen, other, lambda entry: names[entry.id])
    conflicts = _met(mine, new, lambda entry: entry.said.finding, _responses_meet)

    def take(all_of_them: bool) -> int:
        wanted = [e for e in new if all_of_them or e.said.finding not in conflicts]
        check = _still(seen, here.path)
        # A reply names the line that it replies to, which is another one here.
        ids = {names[entry.id]: entry.id for entry in seen}
        for entry in wanted:
            to = ids.get(names.get(entry.said.to, ""), entry.said.to)
            added = here.add([entry.said.model_copy(update={"to": to})], check)
            ids[names[entry.id]] = added[0].id
            check = _anything
        return len(wanted)

    return Apart(len(new), len(mine), conflicts, tuple(there.doubts), take)


def _contents(entries: Iterable[responses.Entry]) -> Iterator[tuple[str, str]]:
    """Id -> what a line says, a reply with what it replies to in place of a digest of its line."""
    known: dict[str, str] = {}
    for entry in entries:
        said = entry.said.model_copy(update={"to": known.get(entry.said.to, "")})
        known[entry.id] = _text(said)
        yield entry.id, known[entry.id]


def _apart(
    ours: Sequence[T], theirs: Sequence[T], content: Callable[[T], str]
) -> tuple[list[T], list[T]]:
    """The entries that only ours has, and those that only theirs has, in their order."""
    return _beyond(ours, theirs, content), _beyond(theirs, ours, content)


def _beyond(entries: Sequence[T], others: Sequence[T], content: Callable[[T], str]) -> list[T]:
    known = Counter(map(content, others))
    found = []
    for one in entries:
        name = content(one)
        if known[name]:
            known[name] -= 1
        else:
            found.append(one)
    return found


def _met(
    ours: Sequence[T],
    theirs: Sequence[T],
    subject: Callable[[T], str],
    meet: Callable[[list[T], list[T]], str],
) -> dict[str, str]:
    """Subject -> how both sides meet there, in words, where they do."""
    mine, new = defaultdict(list), defaultdict(list)
    for one in ours:
        mine[subject(one)].append(one)
    for one in theirs:
        new[subject(one)].append(one)
    both = sorted(mine.keys() & new.keys())
    return {name: words for name in both if (words := meet(mine[name], new[name]))}


def _answers_meet(ours: list[answers.Entry], theirs: list[answers.Entry]) -> str:
    here, there = [one.answer for one in ours], [one.answer for one in theirs]
    both = [*here, *there]
    same_person = {one.person for one in here} & {one.person for one in there}
    if not same_person and not any(a.settles for a in both) and len({a.round for a in both}) == 1:
        return ""
    mine, new = (
        [one for one in side if one.settles or one.person in same_person] or side
        for side in (here, there)
    )
    return f"here {_level(mine[-1])}, there {_level(new[-1])}"


def _level(answer: answers.Answer) -> str:
    by = f" by {answer.by}" if answer.by else ""
    if answer.withdrawn:
        return f"taken back{by}"
    if answer.level is None:
        return f"{'unknown' if answer.unknown else 'not applicable'}{by}"
    return f"level {answer.level}{by}{' (a decision)' if answer.settles else ''}"


def _responses_meet(ours: list[responses.Entry], theirs: list[responses.Entry]) -> str:
    return f"here {_position(ours[-1].said)}, there {_position(theirs[-1].said)}"


def _position(said: responses.Said) -> str:
    return said.position or ("taken back" if said.withdrawn else "a reply")


def _still(seen: Sequence[Any], path: Path) -> Callable[[Sequence[Any]], None]:
    def check(entries: Sequence[Any]) -> None:
        if list(entries) != list(seen):
            raise TechddError("was added to meanwhile; run the same command again", path)

    return check


def _anything(_entries: Sequence[Any]) -> None:
    """What follows the first line of ours follows what was seen."""


def _text(said: BaseModel) -> str:
    return json.dumps(said.model_dump(mode="json", exclude_defaults=True), sort_keys=True)
