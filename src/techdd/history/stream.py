"""Takes the output of `git log -z --raw -p` apart into commits, however it is cut into chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from techdd.errors import RepositoryError

# A commit's header starts with a sign that no line of a patch can start with.
FIELDS = ("#%H", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%ct", "%B")
FORMAT = f"--format={'%x00'.join(FIELDS)}"


@dataclass(frozen=True)
class Raw:
    """One changed path, as `--raw` has it: `status` is a letter, ids are in full."""

    old_mode: bytes
    new_mode: bytes
    before: bytes
    after: bytes
    status: bytes
    path: bytes
    old_path: bytes | None


@dataclass(frozen=True)
class Logged:
    """One commit of the log: the values of FIELDS, the changed paths, the text of the patch."""

    fields: tuple[bytes, ...]
    raws: tuple[Raw, ...]
    patch: bytes


def commits(chunks: Iterable[bytes]) -> Iterator[Logged]:
    """Every commit of the stream, as soon as its end has been seen.

    Where `chunks` raises, all commits that were complete before have been given.
    """
    parser = _Parser()
    for chunk in chunks:
        yield from parser.feed(chunk)
    yield from parser.feed(b"", last=True)


class _Parser:
    def __init__(self) -> None:
        self.rest = b""
        self.searched = 0  # how far the present commit's patch was searched for its end

    def feed(self, chunk: bytes, *, last: bool = False) -> Iterator[Logged]:
        """The commits that are complete now."""
        data = self.rest + chunk if self.rest else chunk
        place = 0
        while place < len(data):
            found = self._commit(data, place, last=last)
            if found is None:
                break
            logged, place = found
            self.searched = 0
            yield logged
        self.rest = data[place:]

    def _commit(self, data: bytes, place: int, *, last: bool) -> tuple[Logged, int] | None:
        """(the commit at `place`, where it ends); None where more is needed."""
        if data[place : place + 1] != b"#":
            raise RepositoryError("git log: its output cannot be understood")
        end = place
        for _ in FIELDS:
            end = data.find(b"\0", end) + 1
            if not end:
                return None
        fields = data[place + 1 : end - 1].split(b"\0")
        if data[end : end + 1] == b"\n":  # raw lines, if any, stand on a line of their own
            end += 1
        if end >= len(data):
            return (Logged(tuple(fields), (), b""), end) if last else None
        if data[end : end + 1] != b":":
            return Logged(tuple(fields), (), b""), end
        paths = _raws(data, end)
        if paths is None:
            return None
        raws, end = paths
        if end >= len(data):
            return (Logged(tuple(fields), raws, b""), end) if last else None
        if data[end : end + 1] == b"#":
            return Logged(tuple(fields), raws, b""), end
        patch = end + (data[end : end + 1] == b"\0")
        stop = data.find(b"\n#", max(patch, place + self.searched)) + 1
        if not stop:
            self.searched = len(data) - place - 1
            if not last:
                return None
            stop = len(data)
        return Logged(tuple(fields), raws, data[patch:stop]), stop


def _raws(data: bytes, place: int) -> tuple[tuple[Raw, ...], int] | None:
    """(the raw lines from `place` on, where they end); None where more is needed."""
    found = []
    while data[place : place + 1] == b":":
        end = data.find(b"\0", place)
        after = data.find(b"\0", end + 1)
        if end < 0 or after < 0:
            return None
        old_mode, new_mode, before, new, status = data[place + 1 : end].split(b" ")
        path, old_path = data[end + 1 : after], None
        if status[:1] in b"RC":
            second = data.find(b"\0", after + 1)
            if second < 0:
                return None
            path, old_path, after = data[after + 1 : second], path, second
        found.append(Raw(old_mode, new_mode, before, new, status[:1], path, old_path))
        place = after + 1
    return tuple(found), place
