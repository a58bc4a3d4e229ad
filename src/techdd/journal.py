"""The journal that keeps every answer: a ledger that knows who has answered since."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

from techdd.answers import Answer, Entry
from techdd.errors import TechddError
from techdd.ledger import Kind, Ledger
from techdd.migrations import FORMATS


class Conflict(TechddError):
    """The same person's answer to the item has changed since it was seen; `entry` is it now."""

    def __init__(self, entry: Entry | None, path: Path) -> None:
        super().__init__("was answered in the meantime by the same person; look again", path)
        self.entry = entry


def _entry(name: str, answer: BaseModel) -> Entry:
    assert isinstance(answer, Answer)
    return Entry(name, answer)


class Journal(Ledger[Entry]):
    """The answers of one engagement, oldest first."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Kind("answer", FORMATS["answers/journal.jsonl"], Answer, _entry))

    def append(self, answer: Answer, *, seen: str | None = None) -> Entry:
        """Adds an answer, on disk before this returns.

        `seen` is the id of the same person's latest answer to the item as the writer knew it, ""
        for none; another one there raises Conflict. None skips the check. Raises TechddError.
        """
        return self.extend([(answer, seen)])[0]

    def extend(self, answers: Sequence[tuple[Answer, str | None]]) -> list[Entry]:
        """Adds answers in one piece: where one is in conflict, or the machine stops, none is."""

        def refuse_unseen(entries: Sequence[Entry]) -> None:
            for answer, seen in answers:
                last = latest(entries, answer.item, answer.person)
                if seen is not None and (last.id if last else "") != seen:
                    raise Conflict(last, self.path)

        return self.add([answer for answer, _ in answers], refuse_unseen)


def latest(entries: Sequence[Entry], item: str, person: str) -> Entry | None:
    """The last answer of a person (see `Answer.person`) to an item, whatever it says."""
    for one in reversed(entries):
        if one.answer.item == item and one.answer.person == person:
            return one
    return None
