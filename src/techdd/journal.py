"""The journal that keeps every answer.

It is one file of JSON lines that only ever grows. Each line carries the digest of the line before
it, so that a changed or missing line is noticed; a line that was cut while it was written costs
itself only. What was added in one piece says how many lines are still to come (`more`), and counts
when all are there. The order is that of the file: clocks are shown and never compared.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import IO

from pydantic import ValidationError

from techdd.answers import Answer, Entry, mistake
from techdd.errors import TechddError


class Conflict(TechddError):
    """The same person's answer to the item has changed since it was seen; `entry` is it now."""

    def __init__(self, entry: Entry | None, path: Path) -> None:
        super().__init__("was answered in the meantime by the same person; look again", path)
        self.entry = entry


class _Lines:
    """What the lines of a journal hold, as far as they were taken in."""

    def __init__(self) -> None:
        self.content = b""
        self.entries: list[Entry] = []
        self.doubts: list[str] = []
        self._number = 0
        self._before = ""
        self._piece: list[Entry] = []  # of several lines, the last of which is still to come
        self._piece_begins = (0, "")  # line and what it follows

    def copy(self) -> _Lines:
        """These lines, to go on with apart from them."""
        made = copy(self)
        made.entries, made.doubts, made._piece = [*self.entries], [*self.doubts], [*self._piece]
        return made

    @property
    def unfinished(self) -> list[str]:
        """What is to be said of a piece whose end is not there, if there is one."""
        if not self._piece:
            return []
        begins = f"line {self._piece_begins[0]} begins an import that was cut"
        return [f"{begins}: nothing of it counts; import it again"]

    def take(self, content: bytes) -> None:
        """Further lines, the last of which may be without its end."""
        self.content += content
        for line in content.removesuffix(b"\n").split(b"\n") if content else ():
            self._number += 1
            if line := line.removesuffix(b"\r"):  # an editor may have ended it otherwise
                self._take_line(line)

    def _take_line(self, line: bytes) -> None:
        try:
            written = json.loads(line)
            previous, more = written.pop("prev"), written.pop("more", 0)
            answer = Answer.model_validate(written)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            self.doubts.append(f"line {self._number} is not an answer ({_why(error)})")
            return
        if self._piece and previous == self._piece_begins[1]:  # who wrote this saw it as cut
            self.doubts += self.unfinished
            self._piece = []
        elif previous != self._before:
            self.doubts.append(f"line {self._number} does not follow the one before it")
        if not self._piece:
            self._piece_begins = self._number, previous
        self._before = _digest(line)
        self._piece.append(Entry(self._before, answer))
        if not more:
            self.entries += self._piece
            self._piece = []


class Journal:
    """The answers of one engagement, oldest first. Any number of processes and threads may append.

    Lines that were read once are not parsed again as long as the file still begins with them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.doubts: list[str] = []  # what the last reading could not take, with the line
        self._lock = Lock()
        self._known = _Lines()  # whole lines only
        self._last: tuple[bytes, Sequence[Entry]] = (b"", ())

    def read(self) -> Sequence[Entry]:
        """All entries, the same object while the file is the same; lines that are none are named in
        `doubts`. Raises TechddError.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise TechddError(f"cannot be read: {error.strerror}", self.path) from None
        with self._lock:
            if content == self._last[0]:
                return self._last[1]
            if not content.startswith(self._known.content):
                self._known = _Lines()
            known = self._known
            end = content.rfind(b"\n") + 1
            known.take(content[len(known.content) : end])
            if end < len(content):
                known = known.copy()
                known.take(content[end:])
            self.doubts = [*known.doubts, *known.unfinished]
            self._last = content, tuple(known.entries)
            return self._last[1]

    def append(self, answer: Answer, *, seen: str | None = None) -> Entry:
        """Adds an answer, on disk before this returns.

        `seen` is the id of the same person's latest answer to the item as the writer knew it, ""
        for none; another one there raises Conflict. None skips the check. Raises TechddError.
        """
        return self.extend([(answer, seen)])[0]

    def extend(self, answers: Sequence[tuple[Answer, str | None]]) -> list[Entry]:
        """Adds answers in one piece: where one is in conflict, or the machine stops, none is."""
        added: list[Entry] = []
        lines = b""
        try:
            with self._locked() as file:
                entries = self.read()
                for answer, seen in answers:
                    self._refuse_unseen(entries, answer, seen)
                before = entries[-1].id if entries else ""
                for more, (answer, _) in zip(range(len(answers) - 1, -1, -1), answers, strict=True):
                    line = self._line(answer, before, more)
                    before = _digest(line)
                    added.append(Entry(before, answer))
                    lines += line + b"\n"
                # A line that was cut is closed first, and stays as it is.
                whole = file.seek(0, os.SEEK_END) == 0 or _last_byte(file.fileno()) == b"\n"
                _write_all(file.fileno(), lines if whole else b"\n" + lines)
        except OSError as error:
            raise TechddError(f"cannot be written: {error.strerror}", self.path) from None
        return added

    def _refuse_unseen(self, entries: Sequence[Entry], answer: Answer, seen: str | None) -> None:
        last = latest(entries, answer.item, answer.person)
        if seen is not None and (last.id if last else "") != seen:
            raise Conflict(last, self.path)

    def _line(self, answer: Answer, before: str, more: int) -> bytes:
        """As it is written, and can be read again: what cannot is told while somebody can act."""
        try:
            written = answer.model_dump(mode="json", exclude_defaults=True)
            Answer.model_validate(written)
            written |= {"prev": before} | ({"more": more} if more else {})
            line = json.dumps(written, ensure_ascii=False, sort_keys=True)
            return line.encode()
        except ValidationError as error:
            raise TechddError(f"cannot keep this answer: {mistake(error)}", self.path) from None
        except ValueError as error:
            why = type(error).__name__
            raise TechddError(
                f"cannot keep this answer: it is no text ({why})", self.path
            ) from None

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def latest(entries: Sequence[Entry], item: str, person: str) -> Entry | None:
    """The last answer of a person (see `Answer.person`) to an item, whatever it says."""
    for one in reversed(entries):
        if one.answer.item == item and one.answer.person == person:
            return one
    return None


def _write_all(file: int, content: bytes) -> None:
    """Adds `content` as a whole; what got there of a write that failed is taken away again."""
    size = os.fstat(file).st_size
    try:
        if os.write(file, content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file)
    except OSError:
        with suppress(OSError):
            os.ftruncate(file, size)
        raise


def _last_byte(file: int) -> bytes:
    return os.pread(file, 1, os.fstat(file).st_size - 1)


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest()[:16]


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return str(error.errors()[0]["msg"])
    return type(error).__name__
