"""Counts code and comment lines by the marks that begin and end a comment, without a grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from techdd.syntax import Measurement

Marks = tuple[tuple[str, str], ...]  # how a comment begins and ends; "\n" = with its line

_STRING = rb'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''


def count(marks: Marks, source: bytes) -> Measurement:
    """The lines of `source`, no functions. Strings are skipped, so `"//"` begins no comment."""
    code: set[int] = set()
    commented: set[int] = set()
    row = position = 0
    for start, end in _spans(marks, source):
        row = _mark(code, source[position:start], row)
        row = _mark(commented, source[start:end], row)
        position = end
    _mark(code, source[position:], row)
    total = source.count(b"\n") + bool(source and not source.endswith(b"\n"))
    return Measurement((), len(code), len(commented - code), total, 0)


def comments(marks: Marks, source: bytes) -> Iterator[tuple[int, str]]:
    """(first line, text) of each comment, in order."""
    row, position = 1, 0
    for start, end in _spans(marks, source):
        row += source.count(b"\n", position, start)
        position = start
        yield row, source[start:end].decode("utf-8", "replace")


def without(marks: Marks, source: bytes) -> bytes:
    """`source` with nothing but the line breaks of its comments."""
    kept, position = [], 0
    for start, end in _spans(marks, source):
        kept += [source[position:start], b"\n" * source.count(b"\n", start, end)]
        position = end
    return b"".join([*kept, source[position:]])


def _mark(rows: set[int], text: bytes, row: int) -> int:
    """Adds the rows of `text` that are not blank; returns the row that it ends on."""
    for line in text.split(b"\n"):
        if line.strip():
            rows.add(row)
        row += 1
    return row - 1


def _spans(marks: Marks, source: bytes) -> Iterator[tuple[int, int]]:
    """Where comments begin and end. An unclosed one ends with the file."""
    if not marks:
        return
    ends = {start.encode(): end.encode() for start, end in marks}
    opening = _opening(tuple(ends))
    position = 0
    while found := opening.search(source, position):
        position = found.end()
        if found[1]:
            close = source.find(ends[found[1]], position)
            close = len(source) if close < 0 else close
            # The line break is no part of a comment that ends with its line.
            position = close if ends[found[1]] == b"\n" else close + len(ends[found[1]])
            position = min(position, len(source))
            yield found.start(), position


@cache
def _opening(starts: Sequence[bytes]) -> re.Pattern[bytes]:
    longest_first = sorted(starts, key=len, reverse=True)
    return re.compile(b"(" + b"|".join(map(re.escape, longest_first)) + b")|" + _STRING)
