"""Reads a report on test coverage, whatever its format, into lines by file of a repository."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

from techdd.coverage._placing import Placed, placed
from techdd.coverage._telling import CoverageFormat, Hit, Root
from techdd.files import opened
from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.plugins import discover
from techdd.text import clean, some_of

MAX_BYTES = 200_000_000  # of one report
NOT_READ = "coverage report not read"
_HEAD = 8_192  # bytes by which a format is known
_LINE = 1_000_000  # the last line of a file that is believed
_MARKS = 100_000_000  # lines of all files of a report, blank ones included
_NAMES = 200_000  # files of a report
_NAMED = 3  # files that are named as examples
_NO, _MISSED, _COVERED = range(3)


class Coverage(NamedTuple):
    """What one report tells of one file of the repository."""

    path: str
    covered: int  # lines that the tests ran
    coverable: int  # lines that they could have run
    source: str  # the report
    committed: bool  # the report stands in the repository; else it was handed in


class CoverageReport(NamedTuple):
    """One report on coverage that could be read."""

    source: str
    format: str
    made: datetime | None  # as it says itself
    files: int  # that it names
    matched: int  # of these, found in the repository
    committed: bool


class _Unfit(Exception):
    """No report that can be read; the message says why."""


class _Marks:
    """The lines of each file that a report names: two tellings of one line are one line."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.odd = 0
        self._left = _MARKS

    def add(self, hit: Hit) -> None:
        """Raises _Unfit where a report has more lines than any product."""
        if not 0 < hit.line <= _LINE:
            self.odd += 1
            return
        lines = self.files.get(hit.path)
        if lines is None:
            if len(self.files) == _NAMES:
                raise _Unfit(f"more than {_NAMES:,} files")
            lines = self.files[hit.path] = bytearray()
        if (more := hit.line - len(lines)) > 0:
            self._left -= more
            if self._left < 0:
                raise _Unfit(f"more than {_MARKS:,} lines")
            lines.extend(bytes(more))
        lines[hit.line - 1] = max(lines[hit.line - 1], _COVERED if hit.covered else _MISSED)


def read_coverage(
    stream: BinaryIO, source: str, known: Collection[str], *, committed: bool
) -> Iterator[Coverage | CoverageReport | Issue]:
    """What the report called `source` tells of the files in `known`, and what it leaves open."""
    try:
        with one_file(head := stream.read(_HEAD)):
            form = _form(head)
            stream.seek(0)
            marks, roots, made = _told(form, stream)
    except (_Unfit, Unreadable, ValueError) as error:
        yield Issue(NOT_READ, source, str(error))
        return
    found = placed(marks.files.keys(), roots, known)
    for name, path in sorted(found.files.items(), key=lambda one: one[1]):
        lines = marks.files[name]
        covered, missed = lines.count(_COVERED), lines.count(_MISSED)
        yield Coverage(path, covered, covered + missed, source, committed)
    counts = len(marks.files), len(found.files)
    yield CoverageReport(source, form.title, made, *counts, committed)
    yield from _limits(source, marks, found)


def handed_in(
    path: Path, name: str, known: Collection[str]
) -> Iterator[Coverage | CoverageReport | Issue]:
    """The same for a file outside the repositories, called `name`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            yield Issue(NOT_READ, name, f"larger than {MAX_BYTES:,} bytes")
            return
        with opened(path) as stream:
            yield from read_coverage(stream, name, known, committed=False)
    except OSError as error:
        yield Issue(NOT_READ, name, str(error.strerror))


def in_repository(
    content: bytes, path: str, known: Collection[str]
) -> Iterator[Coverage | CoverageReport | Issue]:
    """The same for a report that the repository itself holds."""
    yield from read_coverage(BytesIO(content), path, known, committed=True)


def _form(head: bytes) -> CoverageFormat:
    plain = head.replace(b"\0", b"")  # of UTF-16
    for form in discover("techdd.coverage", CoverageFormat).values():
        if form.opening.search(plain):
            return form
    raise _Unfit("of no known format")


def _told(form: CoverageFormat, stream: BinaryIO) -> tuple[_Marks, set[str], datetime | None]:
    marks, roots, made = _Marks(), set[str](), None
    for one in form.read(stream):
        if isinstance(one, Hit):
            marks.add(one)
        elif isinstance(one, Root):
            roots.add(one.path)
        elif one.at:
            made = max(made or one.at, one.at)
    if not marks.files:
        raise _Unfit("tells of no line")
    return marks, roots, made


def _limits(source: str, marks: _Marks, found: Placed) -> Iterator[Issue]:
    """What of a report says nothing about the repository."""
    if marks.odd:
        yield Issue("lines of a coverage report not understood", source, f"{marks.odd:,}")
    if found.unclear:
        reason = "coverage of files that may be one or another"
        yield Issue(reason, source, f"{len(found.unclear):,}: {_some(found.unclear)}")
    lost = marks.files.keys() - found.files.keys() - found.unclear
    if lost:
        reason = "coverage of files that are not in the repository"
        yield Issue(reason, source, f"{len(lost):,} of {len(marks.files):,}: {_some(lost)}")
    if 2 * len(found.files) < len(marks.files):
        yield Issue("most of a coverage report is about other code", source)


def _some(names: Collection[str]) -> str:
    return some_of([clean(name) for name in sorted(names)], _NAMED)
