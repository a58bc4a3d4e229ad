"""Takes the output of `git log -z --raw --numstat` apart into columns, commit by commit."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from techdd.derived import MAYBE_INT, Columns, Keep, Schema, arrays
from techdd.errors import RepositoryError
from techdd.history.messages import is_assisted, reverted, review_mark, trailers
from techdd.history.raw_changes import RawChanges
from techdd.model import fingerprint
from techdd.repository import records
from techdd.text import decode, disguised, masked

FIELDS = ("@%H", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%ct", "%B")
FORMAT = ("-z", "--date=raw", "--encoding=UTF-8", f"--format={'%x00'.join(FIELDS)}")

EARLIEST, LATEST = 631_152_000, 4_102_444_800  # 1990 and 2100: no commit is honestly beyond
PART = 8_192  # commits that are handed on together; bounds memory
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


class Log:
    """Takes in a stream of commits and hands them on as columns, part by part, to `keep`; `depth`
    is how deep the stream looks.

    At the start of a token the stream holds a commit ("@"), a raw change (":") or line counts (a
    digit or "-"); paths come only where one of these says so, so no path can pass for another. For
    speed a change is only put aside as it comes, and all of a part are read together.
    """

    def __init__(self, depth: int, keep: Keep) -> None:
        self.shas: list[str] = []  # the commits read, in the order of the stream
        self._depth = depth
        self._keep = keep
        self._identities: dict[tuple[bytes, bytes], str] = {}
        self._texts: dict[bytes, str] = {}  # a history names the same paths again and again
        self._begin()

    def _begin(self) -> None:
        """Begins a part."""
        self._commits: list[list[Any]] = []
        self._trailers: list[list[Any]] = []
        self._people: list[list[Any]] = []
        self._changes = RawChanges()

    def read(self, chunks: Iterable[bytes]) -> None:
        """Takes in a stream. Where it raises, `drop_last` leaves the commits that were whole."""
        tokens = records(iter(chunks))
        changes = self._changes
        for raw in tokens:
            token = raw[1:] if raw[:1] == b"\n" else raw
            first = token[:1]
            if first == b":":
                path, old = next(tokens), None
                if token[-4:-3] in (b"R", b"C"):
                    old, path = path, next(tokens)
                changes.add(token, path, old)
            elif first == b"@":
                if len(self._commits) >= PART or len(changes.raws) >= MOST_CHANGES:
                    self.flush()
                    changes = self._changes
                self._commit([token[1:], *islice(tokens, len(FIELDS) - 1)])
                changes.begin_commit()
            elif first == b"-" or first.isdigit():
                changes.counts.append(token)
                if token[-1:] == b"\t" and token.count(b"\t") == 2:  # a path of its own follows
                    next(tokens)
                    changes.counts[-1] += next(tokens)
            elif token:
                raise RepositoryError("git log: its output cannot be understood")

    def drop_last(self) -> None:
        """Takes the last commit out again, of which the stream may have told a part only."""
        if self._commits:
            sha = self.shas.pop()
            self._commits.pop()
            self._changes.drop_commit()
            while self._trailers and self._trailers[-1][0] == sha:
                self._trailers.pop()

    def flush(self) -> None:
        """Hands on what was read since the last time."""
        if self._commits:
            shas = [row[0] for row in self._commits]
            changes, sums = self._changes.columns(shas, self._texts)
            self._keep(
                {
                    "commits": arrays(self._commits, COMMIT) | sums,
                    "changes": changes,
                    "trailers": arrays(self._trailers, TRAILER),
                    "people": arrays(self._people, PERSON),
                }
            )
        self._begin()

    def _commit(self, fields: list[bytes]) -> None:
        raw_sha, parents, name, email, at, c_name, c_email, c_at, body = fields
        sha = raw_sha.decode()
        written, _, zone = at.partition(b" ")
        named = list(trailers(body))
        row = [
            sha, parents.decode(),
            self._identity(name, email), self._identity(c_name, c_email),
            seconds(written), seconds(c_at), _offset(zone),
            masked(decode(body.split(b"\n", 1)[0][:500])),
            review_mark(body, named, name, email), is_assisted(body), reverted(body),
            0, 0, 0, self._depth,
        ]  # fmt: skip
        self.shas.append(sha)
        self._commits.append(row)
        for kind, other, address in named:
            self._trailers.append([sha, kind, self._identity(other, address)])

    def _identity(self, name: bytes, email: bytes) -> str:
        """The id of a (name, address) pair as it was written."""
        found = self._identities.get((name, email))
        if found is None:
            shown = _shown(name), _shown(email)
            found = self._identities[name, email] = fingerprint(*shown)
            self._people.append([found, *shown])
        return found


def _shown(name: bytes) -> str:
    """A name or an address, in which somebody may have put a secret in a person's place."""
    return disguised(decode(name))


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
