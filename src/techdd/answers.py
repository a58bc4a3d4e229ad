"""Answers to the questions of checklists: the journal that keeps them all, and which one counts.

The journal is one file of JSON lines that only ever grows. Each line carries the digest of the line
before it, so that a changed or missing line is noticed; a line that was cut while it was written
costs itself only. The order is that of the file: clocks are shown and never compared.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Annotated, Literal, NamedTuple

from pydantic import Field, ValidationError, model_validator

from techdd.checklists import Checklist, Item, Level
from techdd.errors import TechddError
from techdd.model import Grade
from techdd.policy import Written

Source = Literal["terminal", "web", "workbook", "markdown", "file"]
_Line = Annotated[str, Field(max_length=200)]
_Text = Annotated[str, Field(max_length=20_000)]


class Document(Written):
    """A document that was shown for an answer, held by the digest of its content."""

    name: _Line
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Answer(Written):
    """One answer of one person to one item.

    Exactly one of `level`, `reason` (not applicable, and why), `unknown` (the respondent does not
    know) and `withdrawn` (takes back what the same person said to the item) is given.
    """

    item: _Line
    checklist: str = ""
    version: str = ""  # of the checklist that was asked
    wording: str = ""  # `Item.wording` of the question that was asked
    level: Level | None = None
    reason: _Text = ""
    unknown: bool = False
    withdrawn: bool = False
    grade: Annotated[Grade, Field(description="0 none 1 stated 2 shown 3 sampled 4 measured")] = (
        Grade.STATED
    )
    confidence: Literal["low", "medium", "high"] | None = None  # of the respondent in the answer
    figures: Mapping[str, float | _Line] = Field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    note: _Text = ""
    by: _Line = ""  # the respondent
    role: _Line = ""
    recorded_by: _Line = ""  # the interviewer, where that is somebody else
    source: Source | None = None
    round: _Line = ""  # of interviews
    at: datetime | None = None
    overrules: bool = False  # the adviser has reason to trust the answer over the evidence
    settles: bool = False  # the adviser's decision between answers that differ

    @model_validator(mode="after")
    def _says_one_thing(self) -> Answer:
        said = (self.level is not None) + bool(self.reason) + self.unknown + self.withdrawn
        if said == 0:
            raise ValueError("an answer without a level is 'not applicable' and needs a 'reason'")
        if said > 1:
            raise ValueError("give one of 'level', 'reason', 'unknown' and 'withdrawn'")
        return self

    @property
    def person(self) -> str:
        """The respondent's name as it is compared."""
        return " ".join(self.by.split()).casefold()


def placed(answer: Answer, checklist: Checklist, item: Item, in_round: str, at: datetime) -> Answer:
    """`answer` with what it answers, when, and in which round, as far as it does not say so."""
    said = {"version": checklist.version, "wording": item.wording, "round": in_round, "at": at}
    unsaid = {name: value for name, value in said.items() if not getattr(answer, name)}
    return answer.model_copy(update={"checklist": checklist.id, "item": item.id, **unsaid})


class Entry(NamedTuple):
    """One answer as the journal holds it; `id` is the digest of its line."""

    id: str
    answer: Answer


class Conflict(TechddError):
    """The same person's answer to the item has changed since it was seen; `entry` is it now."""

    def __init__(self, entry: Entry | None, path: Path) -> None:
        super().__init__("was answered in the meantime by the same person; look again", path)
        self.entry = entry


class Journal:
    """The answers of one engagement, oldest first. Any number of processes may append."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.doubts: list[str] = []  # what the last reading could not take, with the line

    def read(self) -> list[Entry]:
        """All entries; lines that are none are named in `doubts`. Raises TechddError."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise TechddError(f"cannot be read: {error.strerror}", self.path) from None
        self.doubts = []
        entries: list[Entry] = []
        before = ""
        for number, line in enumerate(content.split(b"\n"), 1):
            if not line:
                continue
            try:
                written = json.loads(line)
                previous = written.pop("prev")
                answer = Answer.model_validate(written)
            except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
                self.doubts.append(f"line {number} is not an answer ({_why(error)})")
                continue
            if previous != before:
                self.doubts.append(f"line {number} does not follow the one before it")
            before = _digest(line)
            entries.append(Entry(before, answer))
        return entries

    def append(self, answer: Answer, *, seen: str | None = None) -> Entry:
        """Adds an answer, on disk before this returns.

        `seen` is the id of the same person's latest answer to the item as the writer knew it, ""
        for none; another one there raises Conflict. None skips the check. Raises TechddError.
        """
        return self.extend([(answer, seen)])[0]

    def extend(self, answers: Sequence[tuple[Answer, str | None]]) -> list[Entry]:
        """Adds answers in one piece: where one of them is in conflict, none is added."""
        added: list[Entry] = []
        lines = b""
        try:
            with self._locked() as file:
                entries = self.read()
                for answer, seen in answers:
                    self._refuse_unseen(entries, answer, seen)
                before = entries[-1].id if entries else ""
                for answer, _ in answers:
                    line = _line(answer, before)
                    before = _digest(line)
                    added.append(Entry(before, answer))
                    lines += line + b"\n"
                # A line that was cut is closed first, and stays as it is.
                whole = file.seek(0, os.SEEK_END) == 0 or _last_byte(file.fileno()) == b"\n"
                _write_all(file.fileno(), lines if whole else b"\n" + lines)
        except OSError as error:
            raise TechddError(f"cannot be written: {error.strerror}", self.path) from None
        return added

    def _refuse_unseen(self, entries: list[Entry], answer: Answer, seen: str | None) -> None:
        last = latest(entries, answer.item, answer.person)
        if seen is not None and (last.id if last else "") != seen:
            raise Conflict(last, self.path)

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def latest(entries: Iterable[Entry], item: str, person: str) -> Entry | None:
    """The last answer of a person (see `Answer.person`) to an item, whatever it says."""
    own = [one for one in entries if (one.answer.item, one.answer.person) == (item, person)]
    return own[-1] if own else None


def _write_all(file: int, content: bytes) -> None:
    if os.write(file, content) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file)


def _last_byte(file: int) -> bytes:
    return os.pread(file, 1, os.fstat(file).st_size - 1)


def _line(answer: Answer, before: str) -> bytes:
    written = answer.model_dump(mode="json", exclude_defaults=True) | {"prev": before}
    return json.dumps(written, ensure_ascii=False, sort_keys=True).encode()


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest()[:16]


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return str(error.errors()[0]["msg"])
    return type(error).__name__


# --- which answer counts --------------------------------------------------------------------------


class Standing(NamedTuple):
    """What was said to one item, over all people and rounds.

    `counts` is the answer that is scored: the adviser's where one `settles` and nobody spoke since;
    else the lowest level that a person of the latest round gives. `voices` are the latest answers
    of each person in that round, in the order in which they were given.
    """

    counts: Answer | None
    voices: tuple[Answer, ...] = ()
    settled: bool = False

    @property
    def spread(self) -> int:
        """How far apart the levels are; whether an item applies at all counts as a whole scale."""
        levels = [one.level for one in self.voices if one.level is not None]
        if self.settled or not levels:
            return 0
        if any(one.reason for one in self.voices):
            return 4
        return max(levels) - min(levels)


def standings(entries: Iterable[Entry]) -> dict[str, Standing]:
    """Item -> what was said to it."""
    said: dict[str, list[Answer]] = defaultdict(list)
    for entry in entries:
        said[entry.answer.item].append(entry.answer)
    return {item: _standing(answers) for item, answers in said.items()}


def _standing(answers: list[Answer]) -> Standing:
    rounds: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        rounds[one.round].append(one)
    for in_round in reversed(rounds.values()):
        standing = _of_round(in_round)
        if standing.voices or standing.settled:
            return standing
    return Standing(None)


def _of_round(answers: list[Answer]) -> Standing:
    voices: dict[str, Answer] = {}
    verdict: Answer | None = None
    for one in answers:
        if one.settles:
            verdict = one if not one.withdrawn else None
            continue
        voices.pop(one.person, None)
        if not one.withdrawn:
            voices[one.person] = one
        verdict = None  # who speaks after a decision opens the question again
    heard = tuple(voices.values())
    if verdict:
        return Standing(verdict, heard, settled=True)
    return Standing(min(heard, key=_caution, default=None), heard)


def _caution(answer: Answer) -> tuple[int, int, int]:
    """The lowest level first; of equal ones the best evidenced; who knows before who does not."""
    kind = 0 if answer.level is not None else 1 if answer.reason else 2
    return kind, answer.level or 0, -answer.grade


def reworded(
    checklists: Iterable[Checklist], said: Mapping[str, Standing]
) -> dict[str, tuple[Answer, ...]]:
    """Item of `checklists` -> the answers to it that were given to another wording than its own.

    They still count; the question is worth asking these people again.
    """
    found = {}
    for item in (item for one in checklists for item in one.items):
        standing = said.get(item.id, Standing(None))
        heard = [*standing.voices, *([standing.counts] if standing.settled else ())]
        old = tuple(one for one in heard if one and one.wording not in ("", item.wording))
        if old:
            found[item.id] = old
    return found
