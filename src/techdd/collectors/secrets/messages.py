"""What people wrote beside the files: the messages of commits and tags, as one text to be scanned.

The engine reads files of the history only. The text is kept in memory, and which line belongs to
which message is known from where each begins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from techdd.collectors.secrets.trace import date_of
from techdd.errors import RepositoryError
from techdd.model import Issue
from techdd.repository import Repository, records

MOST = 200_000_000  # bytes of all messages; the engine skips files beyond 256 MB
_COMMITS = ("log", "--ignore-missing", "--all", "-z", "--format=%H %ct%n%B")
_TAGS = (
    "for-each-ref", "refs/tags",
    "--format=%(objecttype) %(objectname) %(creatordate:unix)%0a%(contents)%00",
)  # fmt: skip
_BETWEEN = b"\n\n\n"


class Message(NamedTuple):
    """One message; `commit` is the object's id, of the tag where it is a tag's."""

    place: str  # stands where a file's path would
    commit: str
    when: datetime | None


class Messages:
    """All messages of commits that a ref reaches, and of annotated tags."""

    def __init__(self, repo: Repository) -> None:
        self.issues: list[Issue] = []
        self._messages: list[Message] = []
        self._starts: list[int] = []  # the line at which each begins, from 1
        parts: list[bytes] = []
        line, size = 1, 0
        try:
            for message, text in _read(repo):
                size += len(text)
                if size > MOST:
                    detail = f"beyond {MOST:,} bytes"
                    self.issues.append(Issue("messages not scanned for secrets", detail=detail))
                    break
                self._messages.append(message)
                self._starts.append(line)
                parts.append(text + _BETWEEN)
                line += parts[-1].count(b"\n")
        except RepositoryError as error:
            self.issues.append(Issue("messages were not read to their end", detail=error.message))
        self.text = b"".join(parts)
        self._lines: list[bytes] = []

    def of(self, line: int) -> tuple[Message, int]:
        """The message that holds a line of the text, and the line's number in the message."""
        place = bisect_right(self._starts, line) - 1
        return self._messages[place], line - self._starts[place] + 1

    def line(self, number: int) -> bytes:
        """One line of the text, to be looked at and forgotten."""
        self._lines = self._lines or self.text.split(b"\n")
        return self._lines[number - 1] if number <= len(self._lines) else b""


def _read(repo: Repository) -> Iterator[tuple[Message, bytes]]:
    for record in records(repo.stream(*_COMMITS, repo.head)):
        head, _, text = record.partition(b"\n")
        sha, _, seconds = head.partition(b" ")
        yield Message("(commit message)", sha.decode(), date_of(seconds)), text
    for record in records(repo.stream(*_TAGS)):
        head, _, text = record.lstrip(b"\n").partition(b"\n")
        kind, _, named = head.partition(b" ")
        sha, _, seconds = named.partition(b" ")
        if kind == b"tag":
            yield Message("(tag message)", sha.decode(), date_of(seconds)), text
