"""Gathers every credential-shaped string of a repository: what, where, since when, still there?

The value is never kept: kingfisher redacts what it prints, and where the value itself decides (is
it the example of some documentation?) it is looked at in memory and forgotten. One value is one
secret, however many rules know it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors.secrets import archives, places, plain
from techdd.collectors.secrets.alike import alike, leading
from techdd.collectors.secrets.engine import MOST, Hit, ScanFailed, Scanned, scan
from techdd.collectors.secrets.kinds import (
    is_for_tests,
    is_of_provider,
    is_public,
    is_shown,
    kind_of,
)
from techdd.collectors.secrets.messages import Messages
from techdd.collectors.secrets.places import Place, Trail
from techdd.collectors.secrets.reach import Reach, standing
from techdd.collectors.secrets.trace import History, blobs_of, in_names
from techdd.collectors.secrets.values import Told, mark, told
from techdd.model import Issue
from techdd.repository import Repository
from techdd.scratch import memory
from techdd.text import clean, decode


class Secret(NamedTuple):
    """One credential-shaped string at one path; whether it is valid was not tried.

    `fingerprint` is the same wherever the same string stands in the repository, and keyed, so that
    nobody can test guesses against it. What no branch or tag reaches, but the object store
    still holds, has no date. Where it stands in no file, the path says so in brackets: "(commit
    message)", "(tag message)" (the line counts there), "(note)", "(name of a branch)", "(object in
    no commit)", and `commit` is the object's id.
    """

    rule: str
    kind: str
    path: str
    line: int  # in the audited tree, else where this path held it first
    commit: str  # that brought it to this path
    fingerprint: str
    in_head: bool
    looks_like_test: bool  # stands in tests, examples or docs, or the value is a placeholder
    among_tests: bool  # stands there, and is a provider's key all the same
    expired: str  # the day on which it ended, as it says itself
    confidence: str  # of the rule: high, medium or low
    added: datetime | None
    removed_commit: str  # the latest that took it from this path; "" = none did, or not known
    removed: datetime | None
    tip: str  # the ref at whose tip (or in whose name) it stands, where that is not the audited one
    branches: int | None  # from which a commit that brought it there is reached; None = not known
    tags: int | None
    proposals: int | None  # of strangers, such as pull requests
    other_refs: int | None


class SecretScan(NamedTuple):
    """How far the scan of one repository came; `missing` file versions could not be read."""

    engine: str
    complete: bool  # it ran to its end, and so did the history; some may be missing all the same
    versions: int  # of files, read
    missing: int
    left_out: int = 0  # file versions that the engine does not look into, by their name or size
    messages: bool = False  # those of commits and tags were scanned


@dataclass
class _Hits:
    """What was found in files, and what stands in names and messages."""

    blobs: dict[Hit, str]
    told: dict[Hit, Told] = field(default_factory=dict)
    named: dict[Hit, tuple[str, str]] = field(default_factory=dict)
    said: list[Hit] = field(default_factory=list)
    files: list[Hit] = field(default_factory=list)


@collector(makes=(Secret, SecretScan), version=8, minutes=60)
def secrets(
    repo: Repository, *, key: str = "", in_memory: bool = True, seconds: float = 3000.0
) -> Gathered:
    """Every credential-shaped string in any file version that the repository holds, and in the
    messages of commits and tags.

    `key` is the engagement's own, for the fingerprints; `in_memory` says that the system has room
    in memory for what must not be written to a disk; `seconds` limits the scan.
    """
    messages = Messages(repo) if in_memory and memory() else None
    if not messages:
        reason = "no room in memory (/dev/shm, 1 GB), and they must not be written to a disk"
        yield Issue("messages not scanned for secrets", detail=reason, transient=in_memory)
    with ThreadPoolExecutor(1) as aside:
        scanning = aside.submit(scan, repo.git_dir, seconds, messages.text if messages else b"")
        # What does not need the engine is read while it searches.
        history = History(repo)
        own, issues = _plain(repo, plain.in_tree(repo), key)
        older = {blob: path for blob, path in history.purpose.items() if blob not in own.values()}
        more, others = _plain(repo, older, key)
        packed = list(archives.left_out(repo, history.archives))
    try:
        scanned = scanning.result()
    except ScanFailed as error:
        yield Issue("secret scan did not run", detail=error.message, transient=True)
        yield SecretScan("kingfisher", False, 0, 0)
        return
    found = _sorted_out(repo, scanned)
    steps = history.steps({*found.blobs.values(), *own.values()}, {hit.path for hit in own})
    if scanned.gaps:
        yield Issue("secret scan is incomplete", detail=scanned.gaps)
    for path, beyond in sorted(scanned.crowded.items()):
        said = f"the first {MOST} of a version are looked at, {beyond:,} are not"
        yield Issue("more credential-shaped strings than are read", decode(path.encode()), said)
    if repo.shallow:
        yield Issue("secret scan saw a truncated history (shallow clone)")
    yield from (*history.issues, *(messages.issues if messages else ()), *issues, *others, *packed)
    _add(found, own | more)
    for hit in found.files:
        if hit.commit and hit not in found.blobs:
            yield Issue("file with a secret could not be traced", decode(hit.path.encode()))
    found.told = told(repo, found.blobs, key, _day(repo))
    gathered = list(_gathered(Trail(repo, found.blobs, steps), found, messages, key))
    came = {commit for some in gathered for one in some for commit in one.came}
    reach = Reach(repo, history.commits, came) if history.whole else None
    tips, left = _tips(repo, [one for some in gathered for one in some], reach)
    if left:
        yield Issue("not every tip was asked for secrets", detail=f"{left:,} of (tip, path) left")
    rows = [row for some in gathered for row in _rows(some, reach, tips)]
    yield from sorted(rows, key=lambda row: (row.path, row.line, row.commit, row.fingerprint))
    # Of a history that breaks off nobody knows which file versions are missing.
    complete = not scanned.gaps and history.whole and not packed
    yield SecretScan(
        scanned.engine,
        complete,
        scanned.versions - bool(messages and messages.text),
        history.missing,
        history.left_out,
        messages is not None and not messages.issues,
    )


def _day(repo: Repository) -> datetime:
    """When the audited commit was made: an audit of it says the same on any day."""
    try:
        return datetime.fromtimestamp(int(repo.git("log", "-1", "--format=%ct", repo.head)), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime(1970, 1, 1, tzinfo=UTC)


def _sorted_out(repo: Repository, scanned: Scanned) -> _Hits:
    """The engine's hits by where they stand; what stands in files of our own is dropped."""
    named, ours = in_names(repo, scanned.hits)
    beside = {*named, *ours}
    files = [hit for hit in scanned.hits if not hit.said and hit not in beside]
    said = [hit for hit in scanned.hits if hit.said]
    return _Hits(blobs_of(repo, files), named=named, said=said, files=files)


def _add(found: _Hits, plain_hits: Mapping[Hit, str]) -> None:
    """Takes in what the engine does not know at that place."""
    known: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for hit, blob in found.blobs.items():
        known[blob, hit.line].append(hit.columns or (0, 0))
    for hit, blob in plain_hits.items():
        begin, end = hit.columns or (0, 0)
        if not any(begin < last and first < end for first, last in known[blob, hit.line]):
            found.blobs[hit] = blob
            found.files.append(hit)


def _plain(
    repo: Repository, versions: Mapping[str, str], key: str
) -> tuple[dict[Hit, str], list[Issue]]:
    told = list(plain.hits(repo, versions, key))
    pairs = dict(one for one in told if not isinstance(one, Issue))
    return pairs, [one for one in told if isinstance(one, Issue)]


def _gathered(
    trail: Trail, found: _Hits, messages: Messages | None, key: str
) -> Iterator[list[Place]]:
    """The places of each secret."""
    for hits in alike([*found.files, *found.named, *found.said], found.blobs, found.told):
        in_files = [hit for hit in hits if not hit.said and hit not in found.named]
        some = list(trail.places(in_files)) if in_files else []
        some += [places.named(hit, *found.named[hit]) for hit in hits if hit in found.named]
        some += [places.said(hit, messages) for hit in hits if hit.said and messages]
        if not some:
            continue
        yield _alike_told(some, hits, found.told, key)


def _alike_told(
    some: Sequence[Place], hits: Sequence[Hit], told_: Mapping[Hit, Told], key: str
) -> list[Place]:
    """The places of one secret with what its value says, wherever it could be looked at."""
    best = leading(hits)
    values = [told_[hit] for hit in hits if hit in told_]
    # One password may stand before addresses that lead nowhere, and before one that leads there.
    nowhere = bool(values) and all(one.nowhere for one in values)
    inside = bool(values) and all(one.inside for one in values)
    invented = bool(values) and all(one.invented for one in values)
    first = some[0].origin
    value = Told(
        next((one.mark for one in values if one.mark), "")
        or mark(key, f"{best.rule}\x1f{first.identity}".encode()),
        any(one.example for one in values) or nowhere,
        nowhere,
        inside,
        any(one.live for one in values) if values else is_of_provider(best.rule),
        invented,
        max((one.expired for one in values), default=""),
    )
    confidence = "low" if inside or invented or value.expired else best.confidence
    origin = first._replace(rule=best.rule, confidence=confidence)
    return [one._replace(origin=origin, value=value) for one in some]


def _tips(
    repo: Repository, gathered: Sequence[Place], reach: Reach | None
) -> tuple[dict[tuple[str, frozenset[str]], str], int]:
    """(path, file versions) -> the ref at whose tip one stands there; how many were not asked."""
    gone = {(one.path, one.held): one.came for one in gathered if one.held and not one.in_head}
    if reach is None:
        return {}, 0
    asked = [(path, reach.tips(came), held) for (path, held), came in gone.items()]
    found, left = standing(repo, asked)
    return dict(zip(gone, found, strict=True)), left


def _rows(
    some: Sequence[Place], reach: Reach | None, tips: Mapping[tuple[str, frozenset[str]], str]
) -> Iterator[Secret]:
    """The facts of one secret; whether a place is an example, each says for itself."""
    for one in some:
        rule, value = one.origin.rule, one.value
        readers = reach.of(one.came) if reach and not one.ref else places.listed(one.ref)
        tests = is_for_tests(one.path) and not one.path.startswith("(")
        tip = one.ref or tips.get((one.path, one.held), "")
        yield Secret(
            rule=rule,
            kind=kind_of(rule),
            path=places.shown(one.path),
            line=one.line,
            commit=one.commit,
            fingerprint=value.mark,
            in_head=one.in_head,
            looks_like_test=one.example
            or value.example
            or is_shown(rule, one.path)
            or (tests and not value.live),
            among_tests=tests and value.live,
            expired=value.expired,
            confidence="low" if is_public(rule, one.path) else one.origin.confidence,
            added=one.added,
            removed_commit=one.left.commit if one.left and not tip else "",
            removed=one.left.when if one.left and not tip else None,
            tip=clean(tip),
            branches=readers.branches if readers else None,
            tags=readers.tags if readers else None,
            proposals=readers.proposals if readers else None,
            other_refs=readers.others if readers else None,
        )
