"""A file of JSON lines that only ever grows.

Each line carries the digest of the line before it, so that a changed or missing line is noticed; a
line that was cut while it was written costs itself only. What was added in one piece says how many
lines are still to come (`more`), and counts when all are there. The order is that of the file:
clocks are shown and never compared.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import IO, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from techdd import files
from techdd.errors import TechddError
from techdd.migrations import Newer, Stored, current
from techdd.text import clean

SUM = "sum"  # of a line, in the line
Kept = TypeVar("Kept")


class Kind(NamedTuple, Generic[Kept]):
    """What the lines of a ledger hold: `called` in mistakes ("answer"), `stored` as a `model` of
    pydantic's, each of which `entry` makes an entry of, with the digest of its line.
    """

    called: str
    stored: Stored
    model: type[BaseModel]
    entry: Callable[[str, BaseModel], Kept]


class Lines(Generic[Kept]):
    """What the lines of a ledger hold, as far as they were taken in."""

    def __init__(self, kind: Kind[Kept]) -> None:
        self.kind = kind
        self.content = b""
        self.entries: list[Kept] = []
        self.doubts: list[str] = []
        self._number = 0
        self._before = ""
        self._piece: list[Kept] = []  # of several lines, the last of which is still to come
        self._piece_begins = (0, "")  # line and what it follows

    def copy(self) -> Lines[Kept]:
        """These lines, to go on with apart from them."""
        made = copy(self)
        made.entries, made.doubts, made._piece = [*self.entries], [*self.doubts], [*self._piece]
        return made

    @property
    def last(self) -> str:
        """The digest of the last line that counts, which the next one follows."""
        return self._piece_begins[1] if self._piece else self._before

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
            whole = is_whole(written)
            written = current(self.kind.stored, written, f"line {self._number}")
            written.pop(self.kind.stored.key, None)
            written.pop(SUM, None)
            previous, more = written.pop("prev"), written.pop("more", 0)
            found = self.kind.model.model_validate(written)
        except (
            TechddError, ValueError, TypeError, AttributeError, LookupError, RecursionError,
        ) as error:  # fmt: skip
            if isinstance(error, Newer) and whole:
                raise Newer(f"{error.where} {error.message}") from None
            called = f"{'an' if self.kind.called[0] in 'aeiou' else 'a'} {self.kind.called}"
            self.doubts.append(f"line {self._number} is not {called} ({_why(error)})")
            return
        if not whole:
            self.doubts.append(f"line {self._number} is not as it was written")
        if self._piece and previous == self._piece_begins[1]:  # who wrote this saw it as cut
            self.doubts += self.unfinished
            self._piece = []
        elif previous != self._before:
            self.doubts.append(f"line {self._number} does not follow the one before it")
        if not self._piece:
            self._piece_begins = self._number, previous
        self._before = _digest(line)
        self._piece.append(self.kind.entry(self._before, found))
        if not more:
            self.entries += self._piece
            self._piece = []


class Ledger(Generic[Kept]):
    """The entries of one file, oldest first. Any number of processes and threads may append.

    Lines that were read once are not parsed again as long as the file still begins with them.
    """

    def __init__(self, path: Path, kind: Kind[Kept]) -> None:
        self.path = path
        self.kind = kind
        self.doubts: list[str] = []  # what the last reading could not take, with the line
        self._lock = Lock()
        self._known = Lines(kind)  # whole lines only
        self._last: tuple[bytes, Sequence[Kept]] = (b"", ())
        self._before = ""  # the digest of the last line that counts

    def read(self) -> Sequence[Kept]:
        """All entries, the same object while the file is the same; lines that are none are named in
        `doubts`. Raises TechddError.
        """
        try:
            content = files.read(self.path)
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise TechddError(f"cannot be read: {error.strerror}", self.path) from None
        try:
            return self._taken(content)
        except Newer as error:
            raise Newer(error.message, self.path) from None

    def _taken(self, content: bytes) -> Sequence[Kept]:
        with self._lock:
            if content == self._last[0]:
                return self._last[1]
            if not content.startswith(self._known.content):
                self._known = Lines(self.kind)
            known = self._known
            end = content.rfind(b"\n") + 1
            known.take(content[len(known.content) : end])
            if end < len(content):
                known = known.copy()
                known.take(content[end:])
            self.doubts = [*known.doubts, *known.unfinished]
            self._before = known.last
            self._last = content, tuple(known.entries)
            return self._last[1]

    def add(self, said: Sequence[BaseModel], check: Callable[[Sequence[Kept]], None]) -> list[Kept]:
        """Adds entries in one piece, on disk before this returns; none where the machine stops or
        `check`, which sees the entries before them, raises. Raises TechddError.
        """
        added: list[Kept] = []
        lines = b""
        try:
            with self._locked() as file:
                check(self.read())
                before = self._before
                for more, one in zip(range(len(said) - 1, -1, -1), said, strict=True):
                    line = self._line(one, before, more)
                    before = _digest(line)
                    added.append(self.kind.entry(before, one))
                    lines += line + b"\n"
                # A line that was cut is closed first, and stays as it is.
                whole = file.seek(0, os.SEEK_END) == 0 or _last_byte(file.fileno()) == b"\n"
                _write_all(file.fileno(), lines if whole else b"\n" + lines)
        except OSError as error:
            raise TechddError(f"cannot be written: {error.strerror}", self.path) from None
        return added

    def _line(self, said: BaseModel, before: str, more: int) -> bytes:
        """As it is written, and can be read again: what cannot is told while somebody can act."""
        try:
            written = said.model_dump(mode="json", exclude_defaults=True)
            self.kind.model.model_validate(written)
            stored = self.kind.stored
            written |= {stored.key: stored.version, "prev": before} | (
                {"more": more} if more else {}
            )
            return _text(written | {SUM: sum_of(written)}).encode()
        except ValidationError as error:
            why = mistake(error)
        except ValueError as error:
            why = f"it is no text ({type(error).__name__})"
        raise TechddError(f"cannot keep this {self.kind.called}: {why}", self.path)

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file


def sum_of(written: Mapping[str, Any]) -> str:
    """A digest of all that a line holds, which the line then carries itself: nothing follows the
    last one that would vouch for it.
    """
    return sha256(_text({k: v for k, v in written.items() if k != SUM}).encode()).hexdigest()[:16]


def is_whole(written: Any) -> bool:
    """Whether a line is as it was written, as far as it tells: those of a time before do not."""
    return not isinstance(written, dict) or written.get(SUM, "") in ("", sum_of(written))


def _text(written: Mapping[str, Any]) -> str:
    return json.dumps(written, ensure_ascii=False, sort_keys=True)


def mistake(error: ValidationError) -> str:
    """The first mistake in one line, without what was given."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"] if isinstance(part, int | str))
    message = str(first["msg"]).removeprefix("Value error, ")
    return clean(f"{place}: {message}" if place else message)[:300]


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
