"""What a report on test coverage tells, and what a format of such reports is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple

_FIRST, _LAST = 946_684_800, 4_102_444_800  # seconds: the years 2000 and 2100
_MILLISECONDS = 100_000_000_000  # what is above is no number of seconds


class Hit(NamedTuple):
    """One line that can be covered, and whether the tests ran it."""

    path: str  # as the tool names the file
    line: int
    covered: bool


class Root(NamedTuple):
    """A folder that paths of the report may count from."""

    path: str


class Made(NamedTuple):
    """When the tests ran or the report was written."""

    at: datetime | None


Told = Iterator[Hit | Root | Made]


@dataclass(frozen=True)
class CoverageFormat:
    """One format. `opening` is found in the first bytes of its files and of no other's; `title` is
    what a reader calls it. `read` raises ValueError for a file that is not what it looks like.
    """

    name: str
    title: str
    opening: re.Pattern[bytes]
    read: Callable[[BinaryIO], Told]


def coverage_format(
    title: str, *, opening: bytes
) -> Callable[[Callable[[BinaryIO], Told]], CoverageFormat]:
    """Makes a CoverageFormat of a parser, named as the function is."""

    def wrap(read: Callable[[BinaryIO], Told]) -> CoverageFormat:
        return CoverageFormat(read.__name__, title, re.compile(opening), read)

    return wrap


def moment(stamp: str) -> datetime | None:
    """The time of a number of seconds or milliseconds since 1970; None where it is implausible."""
    try:
        seconds = float(stamp[:20])
    except ValueError:
        return None
    if seconds > _MILLISECONDS:
        seconds /= 1000
    return datetime.fromtimestamp(int(seconds), UTC) if _FIRST < seconds < _LAST else None


def number(text: str) -> int:
    """A count or the number of a line. Raises ValueError for what is none."""
    if len(text) > 20:
        raise ValueError(f"a number of {len(text):,} digits")
    return int(text)
