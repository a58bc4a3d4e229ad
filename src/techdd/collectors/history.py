"""The whole history in one streamed pass: commits, changes, identities and tags."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from techdd.collectors import Gathered, collector
from techdd.errors import RepositoryError
from techdd.facts import Change, Columns, Commit, Identity, Tag, Trailer
from techdd.history.messages import is_assisted, reverted, review_mark, trailers
from techdd.history.order import landings
from techdd.model import Issue, fingerprint
from techdd.repository import Repository, records
from techdd.text import decode

_FIELDS = ("@%H", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%ct", "%aN", "%aE", "%B")
_FORM = f"--format={'%x00'.join(_FIELDS)}"
_LOG = ("log", "-z", "--date-order", "--date=raw", "--encoding=UTF-8", _FORM)
_DIFF = ("--raw", "--numstat", "-M", "--no-abbrev")
_DIFF_WITHOUT_CONTENT = ("--raw", "--no-renames", "--no-abbrev")
_SUBMODULE = b"160000"


@collector(makes=(Commit, Change, Trailer, Identity, Tag), version=2, minutes=120)
def history(repo: Repository) -> Gathered:
    """Every commit reachable from the audited one, read once from `git log`.

    Merges count as commits and carry no changes of their own. Where a blob is missing, git cannot
    count lines or find renames: the paths stand and the counts are unknown.
    """
    yield from repo.issues
    log = _Log(repo.head)
    try:
        log.read(repo.stream(*_LOG, *_DIFF, repo.head))
    except RepositoryError as error:
        log = _Log(repo.head)
        log.read(repo.stream(*_LOG, *_DIFF_WITHOUT_CONTENT, repo.head))
        yield Issue("lines changed and renames are not known", detail=error.message)
    expected = int(repo.git("rev-list", "--count", repo.head))
    if len(log.commits["sha"]) != expected:
        raise RepositoryError(f"read {len(log.commits['sha'])} of {expected} commits", repo.name)
    if log.implausible:
        yield Issue("commits with an implausible date", detail=f"{log.implausible:,}")
    yield Columns(Commit, log.finished_commits())
    yield Columns(Change, log.changes)
    yield Columns(Trailer, log.trailers)
    yield from log.identities()
    yield from _tags(repo)


class _Log:
    """Parses the stream of `git log` into columns.

    At the start of a token the stream holds a commit ("@"), a raw change (":") or line counts (a
    digit or "-"); paths come only where one of these says so, so no path can pass for another.
    """

    def __init__(self, head: str) -> None:
        self.head = head
        self.commits: dict[str, list[Any]] = {name: [] for name in Commit._fields}
        self.changes: dict[str, list[Any]] = {name: [] for name in Change._fields}
        self.trailers: dict[str, list[Any]] = {name: [] for name in Trailer._fields}
        self.implausible = 0
        self._parents: dict[str, list[str]] = {}
        self._people: dict[str, list[Any]] = {}
        self._paths: dict[bytes, str] = {}

    def read(self, chunks: Iterator[bytes]) -> None:
        tokens = records(chunks)
        place: dict[bytes, int] = {}  # path -> row of the present commit's change
        for raw in tokens:
            token = raw[1:] if raw[:1] == b"\n" else raw
            first = token[:1]
            if first == b"@":
                place = {}
                self._commit([token[1:], *(next(tokens) for _ in _FIELDS[1:])])
            elif first == b":":
                self._change(token, tokens, place)
            elif token:
                self._count(token, tokens, place)

    def _commit(self, fields: list[bytes]) -> None:
        (
            raw_sha,
            parents,
            name,
            email,
            at,
            c_name,
            c_email,
            c_at,
            mapped_name,
            mapped_email,
            body,
        ) = fields
        sha = raw_sha.decode()
        self._parents[sha] = parents.decode().split()
        seconds, _, zone = at.partition(b" ")
        authored, committed = _date(seconds), _date(c_at)
        self.implausible += authored is None or committed is None
        author = self._identity(name, email, mapped_name, mapped_email, authored, counts=True)
        row = self.commits
        row["sha"].append(sha)
        row["offset"].append(_offset(zone))
        row["author"].append(author)
        row["committer"].append(
            self._identity(c_name, c_email, c_name, c_email, None, counts=False)
        )
        row["authored"].append(authored)
        row["committed"].append(committed)
        row["parents"].append(len(self._parents[sha]))
        row["subject"].append(decode(body.split(b"\n", 1)[0][:500]))
        row["review"].append(review_mark(body, name, email))
        row["assisted"].append(is_assisted(body))
        row["reverts"].append(reverted(body))
        for kind, other, address in trailers(body):
            self.trailers["sha"].append(sha)
            self.trailers["kind"].append(kind)
            self.trailers["identity"].append(
                self._identity(other, address, other, address, None, counts=False)
            )
        for column in ("files", "added", "deleted"):
            row[column].append(0)

    def _change(self, token: bytes, tokens: Iterator[bytes], place: dict[bytes, int]) -> None:
        old_mode, new_mode, before, after, status = token[1:].split(b" ")
        path = next(tokens)
        old = None
        if status[:1] in b"RC":
            old, path = path, next(tokens)
        if _SUBMODULE in (old_mode, new_mode):
            return
        row = self.changes
        place[path] = len(row["sha"])
        row["sha"].append(self.commits["sha"][-1])
        row["place"].append(self.commits["files"][-1])
        row["before"].append(int(before[:15], 16))
        row["after"].append(int(after[:15], 16))
        row["path"].append(self._path(path))
        row["old_path"].append(self._path(old) if old is not None else None)
        row["status"].append(status[:1].decode())
        row["added"].append(None)
        row["deleted"].append(None)
        self.commits["files"][-1] += 1

    def _count(self, token: bytes, tokens: Iterator[bytes], place: dict[bytes, int]) -> None:
        added, deleted, path = token.split(b"\t", 2)
        if not path:
            next(tokens)
            path = next(tokens)
        if path in place and added != b"-":
            number = place[path]
            self.changes["added"][number] = int(added)
            self.changes["deleted"][number] = int(deleted)
            self.commits["added"][-1] += int(added)
            self.commits["deleted"][-1] += int(deleted)

    def _path(self, raw: bytes) -> str:
        """Decoded once: a history names the same paths again and again."""
        path = self._paths.get(raw)
        if path is None:
            path = self._paths[raw] = decode(raw)
        return path

    def _identity(
        self, name: bytes, email: bytes, mapped_name: bytes, mapped_email: bytes,
        when: datetime | None, *, counts: bool,
    ) -> str:  # fmt: skip
        """The id of a (name, address) pair; the mailmap's spelling is what it stands for."""
        key = fingerprint(decode(name), decode(email))
        known = self._people.get(key)
        if known is None:
            known = self._people[key] = [decode(mapped_name), decode(mapped_email), 0, None, None]
        if counts:
            known[2] += 1
            if when is not None:
                known[3] = min(known[3] or when, when)
                known[4] = max(known[4] or when, when)
        return key

    def identities(self) -> Iterator[Identity]:
        """Everybody who wrote or committed, by id."""
        for key, values in sorted(self._people.items()):
            yield Identity(key, *values)

    def finished_commits(self) -> dict[str, list[Any]]:
        """The columns of Commit; which commits are on the mainline is known only at the end."""
        landed = landings(self._parents, self.head)
        shas = self.commits["sha"]
        self.commits["number"] = list(range(len(shas) - 1, -1, -1))
        self.commits["landed"] = [landed[one] for one in shas]
        self.commits["mainline"] = [landed[one] == one for one in shas]
        return self.commits


def _offset(zone: bytes) -> int | None:
    """Minutes east of UTC of a zone such as "-0330"; None where no clock on earth shows it."""
    if len(zone) != 5 or not zone[1:].isdigit():
        return None
    minutes = int(zone[1:3]) * 60 + int(zone[3:])
    return None if minutes > 14 * 60 else -minutes if zone[:1] == b"-" else minutes


def _date(raw: bytes) -> datetime | None:
    """None for what nothing in git can honestly say: before 1990, after 2100 or no number."""
    seconds = int(raw) if raw.isdigit() and len(raw) < 12 else 0
    plausible = 631_152_000 <= seconds < 4_102_444_800
    return datetime.fromtimestamp(seconds, UTC) if plausible else None


def _tags(repo: Repository) -> Iterator[Tag | Issue]:
    """Every tag of a commit; a missing object is found first, for git stops at it."""
    listed = repo.git("for-each-ref", "refs/tags", "--format=%(objectname) %(refname:strip=2)")
    tags = [line.split(b" ", 1) for line in listed.splitlines()]
    peeled = repo.stream(
        "cat-file",
        "--batch-check=%(objectname) %(objecttype)",
        lines=(f"{identifier.decode()}^{{}}" for identifier, _ in tags),
    )
    commits: dict[bytes, str] = {}
    lost: list[bytes] = []
    for (_, name), answer in zip(tags, b"".join(peeled).splitlines(), strict=True):
        if answer.endswith(b" commit"):
            commits[name] = answer.split()[0].decode()
        elif answer.endswith(b" missing"):
            lost.append(name)
    yield from (Issue("tags whose object is missing", decode(name)) for name in lost)
    names = [f"refs/tags/{name.decode()}" for name in commits] if lost else ["refs/tags"]
    for start in range(0, len(names), 1_000):
        form = "--format=%(refname:strip=2)%00%(creatordate:unix)"
        for line in repo.git("for-each-ref", form, *names[start : start + 1_000]).splitlines():
            name, seconds = line.split(b"\0")
            if name in commits:
                yield Tag(decode(name), commits[name], _date(seconds))
