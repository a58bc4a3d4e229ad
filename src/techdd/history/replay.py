"""Plays a history forward line by line: who wrote each line that stands today.

Every version of a file is known by its path and content; its lines carry the number of the commit
that wrote them. A change takes its old version's lines, replaces blocks, and gives the new version.
This is `git blame` for all files at once, from the oldest commit on, at the price of one `git log`.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from techdd.history.patches import FIRST, NEITHER, NOT_FIRST, OURS, SECOND

UNKNOWN = -1  # the writer of a line whose origin was not seen

Version = tuple[str, int]  # path, key of the content
Lines: TypeAlias = "array[int]"


class Edit(NamedTuple):
    """One file changed by one commit that has at most one parent."""

    old: Version | None
    new: Version | None
    blocks: Sequence[tuple[int, ...]] | None  # at, deleted, added; None = not known
    root: bool = False  # by a commit without parents


class Merge(NamedTuple):
    """One file of a merge that is as in none of the two parents."""

    first: Version
    second: Version
    new: Version
    runs: Sequence[tuple[int, ...]]  # places in both parents, code, count


class Replay:
    """The lines of every version that is still needed."""

    def __init__(self, needed: Counter[Version], ignored: Iterable[int] = ()) -> None:
        """`needed` counts how often each version will be asked for, `ignored` are commits (by
        number) whose lines stay with whoever wrote what they replace, as far as they replace any.
        """
        self._needed = needed
        self._ignored = frozenset(ignored)
        self._versions: dict[Version, Lines] = {}
        self._anywhere: dict[int, Version] = {}  # content -> where it was seen last

    def commit(self, number: int, edits: Iterable[Edit]) -> None:
        """Plays the edits of one commit."""
        made: list[tuple[Version, Lines]] = []
        for edit in edits:
            lines = self.take(edit.old) if edit.old else array("i")
            if edit.new is None or (edit.root and edit.new in self._versions):
                continue  # a second root that brings what is there already wrote none of it
            if edit.blocks is None:
                lines = array("i")
            else:
                self._apply(lines, edit.blocks, number)
            made.append((edit.new, lines))
        for version, lines in made:
            self._keep(version, lines)

    def merge(self, number: int, merges: Iterable[Merge]) -> None:
        """Plays the files that one merge made."""
        for one in merges:
            first, second = self.take(one.first), self.take(one.second)
            lines: Lines = array("i")
            place = 0  # how far the first parent's version was looked at
            for at, other, code, count in one.runs:
                lines += _slice(first, place, at)
                place = at
                if code == FIRST:
                    lines += _slice(first, at, at + count)
                elif code == SECOND:
                    lines += _slice(second, other, other + count)
                elif code == OURS:
                    lines += array("i", [number]) * count
                if code in (FIRST, NOT_FIRST, NEITHER):
                    place += count
            lines += first[place:]
            self._keep(one.new, lines)

    def take(self, version: Version) -> Lines:
        """The lines of a version, for one of those that asked for it; a copy. Empty where it was
        never seen; then also the same content elsewhere is looked for.
        """
        found = self._versions.get(version)
        if found is None:
            elsewhere = self._anywhere.get(version[1])
            found = self._versions.get(elsewhere, array("i")) if elsewhere else array("i")
        self._needed[version] -= 1
        if self._needed[version] <= 0:
            self._versions.pop(version, None)
        return found[:]

    def _keep(self, version: Version, lines: Lines) -> None:
        if self._needed[version] > 0:
            self._versions[version] = lines
            self._anywhere[version[1]] = version

    def _apply(self, lines: Lines, blocks: Sequence[tuple[int, ...]], number: int) -> None:
        """Replaces the blocks in `lines`, from the last to the first, so that places hold."""
        ignored = number in self._ignored
        for at, deleted, added in reversed(blocks):
            if len(lines) < at + deleted:  # of a version that was not seen
                lines.extend([UNKNOWN] * (at + deleted - len(lines)))
            written = array("i", [number]) * added
            if ignored:
                kept = min(deleted, added)
                written[:kept] = lines[at : at + kept]
            lines[at : at + deleted] = written


def _slice(lines: Lines, start: int, end: int) -> Lines:
    """The lines from `start` to before `end`, unknown ones where the version was not seen."""
    found = lines[start:end]
    return found + array("i", [UNKNOWN]) * (end - start - len(found))
