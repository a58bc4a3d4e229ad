"""Takes the output of `git log -z --raw --numstat` apart into columns, commit by commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from techdd.errors import RepositoryError
from techdd.history.messages import is_assisted, reverted, review_mark, trailers
from techdd.history.store import MAYBE_INT, Columns, Schema
from techdd.model import fingerprint
from techdd.repository import records
from techdd.text import decode

FIELDS = ("@%H", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%ct", "%B")
FORMAT = ("-z", "--date=raw", "--encoding=UTF-8", f"--format={'%x00'.join(FIELDS)}")

EARLIEST, LATEST = 631_152_000, 4_102_444_800  # 1990 and 2100: no commit is honestly beyond
PART = 8_192  # commits that are handed on together; bounds memory and what a kill can cost
MOST_CHANGES = 200_000  # likewise
LINES, PATHS, NOTHING = 2, 1, 0  # how deep the changes of a commit were read
BOUNDARY = -1  # nothing, on purpose: what a shallow clone ends with
UNDATED = -(1 << 40)  # a date that no commit can honestly have
NO_OFFSET = 10_000  # a time zone that no clock on earth shows

COMMIT: Columns = {
    "sha": str, "parents": str, "author": str, "committer": str, "authored": int,
    "committed": int, "offset": int, "subject": str, "review": str, "assisted": bool,
    "reverts": str, "files": int, "added": int, "deleted": int, "depth": int,
}  # fmt: skip
CHANGE: Columns = {
    "sha": str, "place": int, "path": str, "old_path": str, "status": str,
    "added": MAYBE_INT, "deleted": MAYBE_INT, "before": int, "after": int,
}  # fmt: skip
TRAILER: Columns = {"sha": str, "kind": str, "identity": str}
PERSON: Columns = {"identity": str, "name": str, "email": str}
TABLES: Schema = {
    "commits": COMMIT, "changes": CHANGE, "trailers": TRAILER, "people": PERSON,
}  # fmt: skip
_FILES = list(COMMIT).index("files")
_ADDED, _DELETED = list(CHANGE).index("added"), list(CHANGE).index("deleted")


Rows = dict[str, list[list[Any]]]  # table of TABLES -> rows


class Log:
    """Takes in a stream of commits and hands on their rows, part by part, to `keep`; `depth` is how
    deep the stream looks.

    At the start of a token the stream holds a commit ("@"), a raw change (":") or line counts (a
    digit or "-"); paths come only where one of these says so, so no path can pass for another.
    """

    def __init__(self, depth: int, keep: Callable[[Rows], None]) -> None:
        self.shas: list[str] = []  # the commits read, in the order of the stream
        self._depth = depth
        self._keep = keep
        self._rows: Rows = {table: [] for table in TABLES}
        self._identities: dict[tuple[bytes, bytes], str] = {}
        self._paths: dict[bytes, str] = {}

    def read(self, chunks: Iterable[bytes]) -> None:
        """Takes in a stream. Where it raises, `drop_last` leaves the commits that were whole."""
        tokens = records(iter(chunks))
        commit: list[Any] = []
        place: dict[bytes, list[Any]] = {}  # path -> the present commit's change
        seen = self._paths
        commits, changes = self._rows["commits"], self._rows["changes"]
        count = len(FIELDS) - 1
        for raw in tokens:
            token = raw[1:] if raw[:1] == b"\n" else raw
            first = token[:1]
            if first == b":":
                old_mode, new_mode, before, after, status = token.split(b" ")
                path = next(tokens)
                old = None
                if status[:1] in b"RC":
                    old, path = self._path(path), next(tokens)
                # A module's version is no content here but another repository's commit.
                place[path] = change = [
                    commit[0], commit[_FILES], seen.get(path) or self._path(path), old,
                    chr(status[0]), None, None,
                    0 if old_mode == b":160000" else int(before[:15], 16),
                    0 if new_mode == b"160000" else int(after[:15], 16),
                ]  # fmt: skip
                commit[_FILES] += 1
                changes.append(change)
            elif first == b"@":
                if len(commits) >= PART or len(changes) >= MOST_CHANGES:
                    self.flush()
                    commits, changes = self._rows["commits"], self._rows["changes"]
                place = {}
                commit = self._commit([token[1:], *islice(tokens, count)])
            elif first == b"-" or first.isdigit():
                _count(commit, token, tokens, place)
            elif token:
                raise RepositoryError("git log: its output cannot be understood")

    def drop_last(self) -> None:
        """Takes the last commit out again, of which the stream may have told a part only."""
        if self.shas:
            sha = self.shas.pop()
            for table in ("commits", "changes", "trailers"):
                rows = self._rows[table]
                while rows and rows[-1][0] == sha:
                    rows.pop()

    def flush(self) -> None:
        """Hands on what was read since the last time."""
        rows, self._rows = self._rows, {table: [] for table in TABLES}
        if rows["commits"]:
            self._keep(rows)

    def _commit(self, fields: list[bytes]) -> list[Any]:
        raw_sha, parents, name, email, at, c_name, c_email, c_at, body = fields
        sha = raw_sha.decode()
        written, _, zone = at.partition(b" ")
        named = list(trailers(body))
        row = [
            sha, parents.decode(),
            self._identity(name, email), self._identity(c_name, c_email),
            seconds(written), seconds(c_at), _offset(zone),
            decode(body.split(b"\n", 1)[0][:500]),
            review_mark(body, named, name, email), is_assisted(body), reverted(body),
            0, 0, 0, self._depth,
        ]  # fmt: skip
        self.shas.append(sha)
        self._rows["commits"].append(row)
        for kind, other, address in named:
            self._rows["trailers"].append([sha, kind, self._identity(other, address)])
        return row

    def _path(self, raw: bytes) -> str:
        """Decoded once: a history names the same paths again and again."""
        path = self._paths.get(raw)
        if path is None:
            path = self._paths[raw] = decode(raw)
        return path

    def _identity(self, name: bytes, email: bytes) -> str:
        """The id of a (name, address) pair as it was written."""
        found = self._identities.get((name, email))
        if found is None:
            shown = decode(name), decode(email)
            found = self._identities[name, email] = fingerprint(*shown)
            self._rows["people"].append([found, *shown])
        return found


def _count(
    commit: list[Any], token: bytes, tokens: Iterator[bytes], place: Mapping[bytes, list[Any]]
) -> None:
    added, deleted, path = token.split(b"\t", 2)
    if not path:
        next(tokens)
        path = next(tokens)
    if added != b"-":
        change = place[path]
        change[_ADDED], change[_DELETED] = plus, minus = int(added), int(deleted)
        commit[_FILES + 1] += plus
        commit[_FILES + 2] += minus


def key(object_id: str | bytes) -> int:
    """The first 60 bits of an object id, as `Change.after` holds it."""
    return int(object_id[:15], 16)


def seconds(raw: bytes) -> int:
    """A date of git in seconds since 1970; UNDATED for what nothing can honestly say."""
    number = int(raw) if raw.isdigit() and len(raw) < 12 else UNDATED
    return number if EARLIEST <= number < LATEST else UNDATED


def _offset(zone: bytes) -> int:
    """Minutes east of UTC of a zone such as "-0330"; NO_OFFSET where no clock shows it."""
    if len(zone) != 5 or not zone[1:].isdigit():
        return NO_OFFSET
    minutes = int(zone[1:3]) * 60 + int(zone[3:])
    return NO_OFFSET if minutes > 14 * 60 else -minutes if zone[:1] == b"-" else minutes
