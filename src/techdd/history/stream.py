"""Takes the output of `git log -z --raw -p` apart into commits, however it is cut into chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from techdd.errors import RepositoryError

# A commit starts with a sign that no line of a patch can start with.
FORMAT = ("-z", "--raw", "--no-abbrev", "--format=#%H")


@dataclass(frozen=True)
class Raw:
    """One changed path as `--raw` has it: the ids of its version in each parent and of the new one.

    `status` is a letter for each parent.
    """

    before: tuple[bytes, ...]
    after: bytes
    status: bytes
    path: bytes


@dataclass(frozen=True)
class Patched:
    """One commit: its id, the changed paths, the text of the patch."""

    sha: str
    raws: tuple[Raw, ...]
    patch: bytes


class _Incomplete(Exception):
    """More of the stream is needed."""


def patched(chunks: Iterable[bytes]) -> Iterator[Patched]:
    """Every commit of the stream, as soon as its end has been seen.

    Where `chunks` raises, all commits that were complete before have been given.
    """
    stream = _Stream()
    for chunk in chunks:
        yield from stream.feed(chunk)
    yield from stream.feed(b"", last=True)


class _Stream:
    def __init__(self) -> None:
        self.data = bytearray()  # grows in place: one commit can be a hundred megabytes
        self.last = False
        self.head: tuple[str, tuple[Raw, ...], int] | None = None  # the first commit's, once read
        self.wanted = 0  # bytes below which it makes no sense to look again
        self.searched = 0  # how far the first commit's patch was searched for its end, in vain

    def feed(self, chunk: bytes, *, last: bool = False) -> Iterator[Patched]:
        """The commits that are complete now."""
        self.data += chunk
        self.last = last
        if len(self.data) < self.wanted and not last:
            return
        place = 0
        while place < len(self.data):
            try:
                commit, place = self._commit(place)
            except _Incomplete:
                # Raw lines are tried again at twice the length, not with every chunk.
                self.wanted = 0 if self.head else 2 * (len(self.data) - place)
                break
            self.searched = 0
            yield commit
        del self.data[:place]

    def _commit(self, place: int) -> tuple[Patched, int]:
        """(the commit at `place`, where it ends)."""
        head = self.head or self._head(place)
        self.head = None
        sha, raws, offset = head
        patch = place + offset
        if not raws or self._next(patch) == b"#":
            return Patched(sha, raws, b""), patch
        stop = self.data.find(b"\n#", max(patch, place + self.searched)) + 1
        if not stop:
            self.searched = len(self.data) - place - 1
            if not self.last:
                self.head = head
                raise _Incomplete
            stop = len(self.data)
        return Patched(sha, raws, bytes(self.data[patch:stop])), stop

    def _head(self, place: int) -> tuple[str, tuple[Raw, ...], int]:
        """(id, raw lines, how far behind `place` the patch starts)."""
        if self.data[place : place + 1] != b"#":
            raise RepositoryError("git log: its output cannot be understood")
        end = self._after(b"\0", place)
        sha = self.data[place + 1 : end - 1].decode()
        if self._next(end) in (b"\n", b"\0"):  # raw lines are set apart
            end += 1
        raws, end = self._raws(end)
        return sha, raws, end + (bool(raws) and self._next(end) == b"\0") - place

    def _raws(self, place: int) -> tuple[tuple[Raw, ...], int]:
        """(the raw lines from `place` on, where they end)."""
        found = []
        while self._next(place) == b":":
            end = self._after(b"\0", place)
            words = bytes(self.data[place : end - 1]).lstrip(b":").split(b" ")
            *before, after = words[len(words) // 2 : -1]
            path_end = self._after(b"\0", end)
            if words[-1][:1] in b"RC":
                end, path_end = path_end, self._after(b"\0", path_end)
            path = bytes(self.data[end : path_end - 1])
            found.append(Raw(tuple(before), after, words[-1], path))
            place = path_end
        return tuple(found), place

    def _after(self, sign: bytes, place: int) -> int:
        """The place behind the next `sign`."""
        end = self.data.find(sign, place) + 1
        if not end:
            raise _Incomplete
        return end

    def _next(self, place: int) -> bytes:
        """The byte at `place`; empty at the end of the stream."""
        if place >= len(self.data) and not self.last:
            raise _Incomplete
        return bytes(self.data[place : place + 1])
