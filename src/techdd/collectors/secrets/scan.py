"""Gathers every credential-shaped string of a repository: what, where, since when, still there?

The value is never kept: kingfisher redacts what it prints, and where the value itself decides (is
it the example of some documentation?) it is looked at in memory and forgotten.
"""

from __future__ import annotations

import hmac
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors.secrets.engine import Hit, ScanFailed, memory, scan
from techdd.collectors.secrets.messages import Messages
from techdd.collectors.secrets.reach import Reach
from techdd.collectors.secrets.trace import History, Step, blobs_of
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, Repository
from techdd.text import decode

_FOR_TESTS = re.compile(
    r"(?<![a-z])((?:samples?|examples?|test)[-_]?(?:certs?|keys?)|tests?|testing|testdata|specs?|fixtures?|e2e|mocks?|examples?|samples?|docs?"
    r"|documentation)(?![a-z])|[a-z](?:Tests?|Fixtures?|Spec)\b"
)
# What documentation prints in place of a secret: AWS's "...EXAMPLE" keys, the token of jwt.io (its
# payload starts with "sub": "1234567890"), test modes, and passwords that are the word for it.
_PLACEHOLDER = re.compile(
    rb"example|sample|dummy|placeholder|change[_-]?me|redacted|x{6}|\*{3}|\.{3}|<[^>]+>|[$#{]\{|%\("
    rb"|your[_-]|(?:sk|rk|pk)_test_|eyJzdWIiOiIxMjM0NTY3ODkwI"
    rb"|AKIAIOSFODNN7|wJalrXUtnFEMI|@(?:localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal)"
    rb"|:(?:pass(?:word|wd)?|secret|user(?:name)?|root|test|postgres|mysql|admin|guest)@",
    re.I,
)
# A password for a host without a domain, which only neighbours in one network can reach.
_INSIDE = re.compile(rb"://[^\s/@]*@[A-Za-z][\w-]*(?=[:/?\"'\s]|$)")
# What the maker hands out to be published with a client program.
_PUBLIC = re.compile(r"(?:^|/)(?:google-services\.json|GoogleService-Info\.plist)$")
_PUBLIC_RULES = ("posthog-project-api-key",)
# In documents, calls and addresses show how, not with what.
_DOCUMENT = re.compile(r"\.(?:md|mdx|rst|adoc)$", re.I)
_SHOWN = ("curl-auth-header", "curl-auth-user", "jwt", "generic-credential-uri")
_ACRONYMS = ("aws", "gcp", "api", "jwt", "pat", "ssh", "url", "uri", "id", "sql", "npm", "sts")


class Secret(NamedTuple):
    """One credential-shaped string at one path; whether it is valid was not tried.

    `fingerprint` is the same wherever the same string stands in the repository, and keyed, so that
    nobody can test guesses against it. What no branch or tag reaches, but the object store
    still holds, has no date; and neither path nor commit where it belongs to no commit at all.
    In a message the path is "(commit message)" or "(tag message)", and the line counts there.
    """

    rule: str
    kind: str
    path: str
    line: int  # in the audited tree, else where this path held it first
    commit: str  # that brought it to this path
    fingerprint: str
    in_head: bool
    looks_like_test: bool  # stands in tests, examples or docs, or the value is a placeholder
    confidence: str  # of the rule: high, medium or low
    added: datetime | None
    removed_commit: str  # the latest that took it from this path; "" = none did, or not known
    removed: datetime | None
    branches: int | None  # from which a commit that brought it there is reached; None = not known
    tags: int | None
    other_refs: int | None


class SecretScan(NamedTuple):
    """How far the scan of one repository came; `missing` file versions could not be read."""

    engine: str
    complete: bool  # it ran to its end, and so did the history; some may be missing all the same
    versions: int  # of files, read
    missing: int
    left_out: int = 0  # file versions that the engine does not look into, by their name or size
    messages: bool = False  # those of commits and tags were scanned


@collector(makes=(Secret, SecretScan), version=3, minutes=60)
def secrets(repo: Repository, *, key: str = "", seconds: float = 3000.0) -> Gathered:
    """Every credential-shaped string in any file version that the repository holds, and in the
    messages of commits and tags.

    `key` is the engagement's own, for the fingerprints; `seconds` limits the scan.
    """
    messages = Messages(repo) if memory() else None
    if not messages:
        reason = "no file system in memory, and they must not be written to a disk"
        yield Issue("messages not scanned for secrets", detail=reason)
    try:
        scanned = scan(repo.git_dir, seconds, messages.text if messages else b"")
    except ScanFailed as error:
        yield Issue("secret scan did not run", detail=error.message, transient=True)
        yield SecretScan("kingfisher", False, 0, 0)
        return
    if scanned.gaps:
        yield Issue("secret scan is incomplete", detail=scanned.gaps)
    if repo.shallow:
        yield Issue("secret scan saw a truncated history (shallow clone)")
    in_files = [hit for hit in scanned.hits if not hit.said]
    blobs = blobs_of(repo, in_files)
    history = History(repo, set(blobs.values()))
    yield from (*history.issues, *(messages.issues if messages else ()))
    examples, inside = _values(repo, blobs)
    trail = _Trail(repo, blobs, history.steps)
    places: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    alike: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for hit in in_files:
        alike[hit.rule, hit.value].append(hit)
        if hit.commit and hit not in blobs:
            yield Issue("file with a secret could not be traced", decode(hit.path.encode()))
    for secret, hits in alike.items():
        for place in trail.places(hits, example=not examples.isdisjoint(hits)):
            weak = place.origin in inside
            origin = place.origin._replace(confidence="low") if weak else place.origin
            places[secret].append(place._replace(origin=origin))
    for hit in scanned.hits:
        if hit.said and messages:
            places[hit.rule, hit.value].append(_said(hit, messages))
    wanted = {commit for some in places.values() for one in some for commit in one.came}
    reach = Reach(repo, history.commits, wanted) if history.whole else None
    found = [row for some in places.values() for row in _rows(some, reach, key)]
    yield from sorted(found, key=lambda row: (row.path, row.line, row.commit, row.fingerprint))
    # Of a history that breaks off nobody knows which file versions are missing.
    complete = not scanned.gaps and history.whole
    yield SecretScan(
        scanned.engine,
        complete,
        scanned.versions - bool(messages and messages.text),
        history.missing,
        history.left_out,
        messages is not None and not messages.issues,
    )


class _Place(NamedTuple):
    """Where one secret stands or stood; `came` are the commits that brought it there."""

    origin: Hit
    path: str
    line: int
    commit: str
    came: frozenset[str]
    in_head: bool
    example: bool
    added: datetime | None
    left: Step | None = None


def _rows(places: Sequence[_Place], reach: Reach | None, key: str) -> Iterator[Secret]:
    """The facts of one secret; whether a place is an example, each says for itself."""
    mark = _fingerprint(key, places[0].origin)
    for one in places:
        readers = reach.of(one.came) if reach else None
        yield Secret(
            rule=one.origin.rule,
            kind=_kind(one.origin.rule),
            path=one.path,
            line=one.line,
            commit=one.commit,
            fingerprint=mark,
            in_head=one.in_head,
            looks_like_test=one.example or _is_shown(one.origin.rule, one.path),
            confidence="low" if _is_public(one.origin.rule, one.path) else one.origin.confidence,
            added=one.added,
            removed_commit=one.left.commit if one.left else "",
            removed=one.left.when if one.left else None,
            branches=readers.branches if readers else None,
            tags=readers.tags if readers else None,
            other_refs=readers.others if readers else None,
        )


def _said(hit: Hit, messages: Messages) -> _Place:
    """The place of a hit in a message; which text lies before it must not change its identity."""
    message, line = messages.of(hit.line)
    columns = slice(*hit.columns) if hit.columns else slice(0)
    example = bool(_PLACEHOLDER.search(messages.line(hit.line)[columns]))
    origin = hit._replace(identity=f"{message.commit}:{line}:{columns.start}")
    came = frozenset({message.commit})
    return _Place(origin, message.place, line, message.commit, came, False, example, message.when)


class _Trail:
    """Where the file versions with a secret have been, to tell each secret's way from."""

    def __init__(self, repo: Repository, blobs: Mapping[Hit, str], steps: Sequence[Step]) -> None:
        self.blobs, self.steps = blobs, steps
        self.head: dict[str, list[str]] = defaultdict(list)  # blob -> paths in the audited tree
        for entry in repo.regular_files():
            self.head[entry.blob].append(entry.path)
        self.touching: dict[str, list[int]] = defaultdict(list)  # blob -> steps that touch it
        for place, step in enumerate(steps):
            for blob in {*step.old, step.new}:
                self.touching[blob].append(place)

    def places(self, hits: Sequence[Hit], *, example: bool) -> Iterator[_Place]:
        """One place for each path that ever held the secret of the hits."""
        lines = {self.blobs.get(hit, ""): hit.line for hit in reversed(hits)}
        held = lines.keys() - {""}
        came: dict[str, list[Step]] = defaultdict(list)
        went: dict[str, Step] = {}
        first = ""  # the file version that held it first
        for place in sorted({place for blob in held for place in self.touching.get(blob, ())}):
            step = self.steps[place]
            if step.new not in held:
                went.setdefault(step.path, step)  # the newest
            elif held.isdisjoint(step.old):
                came[step.path].append(step)  # the oldest last
                first = step.new
        there = {path: blob for blob in sorted(held) for path in self.head.get(blob, ())}
        origin = next((hit for hit in hits if self.blobs.get(hit) == first), hits[0])
        for path in sorted({*came, *there}) or [decode(origin.path.encode()) * bool(origin.commit)]:
            arrivals = came.get(path, [])
            oldest = arrivals[-1] if arrivals else None
            blob = there.get(path) or (oldest.new if oldest else "")
            commit = oldest.commit if oldest else origin.commit
            yield _Place(
                origin=origin,
                path=path,
                line=lines.get(blob, origin.line),
                commit=commit,
                came=frozenset({commit, *(step.commit for step in arrivals)} - {""}),
                in_head=path in there,
                example=example,
                added=oldest.when if oldest else None,
                left=None if path in there else went.get(path),
            )


def _fingerprint(key: str, origin: Hit) -> str:
    """Of the engine's fingerprint where the secret stood first: later moves do not change it."""
    text = f"{origin.rule}\x1f{origin.identity}"
    return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()[:16]


def _is_shown(rule: str, path: str) -> bool:
    """Whether it stands where values serve to test or to explain."""
    explained = rule.partition(".")[0] in _SHOWN and _DOCUMENT.search(path)
    return bool(explained or _FOR_TESTS.search(path))


def _is_public(rule: str, path: str) -> bool:
    return rule in _PUBLIC_RULES or bool(_PUBLIC.search(path))


def _kind(rule: str) -> str:
    """ "aws-access-token" -> "AWS access token"; a variant's number is left out."""
    words = rule.partition(".")[0].split("-")
    text = " ".join(word.upper() if word in _ACRONYMS else word for word in words)
    return text[:1].upper() + text[1:]


def _values(repo: Repository, blobs: Mapping[Hit, str]) -> tuple[set[Hit], set[Hit]]:
    """The hits whose value says itself that it is none, and those that only serve inside a network;
    the contents are looked at and dropped.
    """
    by_blob: dict[str, list[Hit]] = defaultdict(list)
    for hit, blob in blobs.items():
        if hit.columns:
            by_blob[blob].append(hit)
    readable = [blob for blob, size in repo.sizes(by_blob).items() if size <= MAX_SOURCE]
    examples, inside = set(), set()
    for blob, content in repo.blobs(readable):
        lines = (content or b"").split(b"\n")
        for hit in by_blob[blob]:
            line = lines[hit.line - 1] if hit.line <= len(lines) else b""
            begin, end = hit.columns or (0, 0)
            if _PLACEHOLDER.search(line[begin:end]):
                examples.add(hit)
            elif _INSIDE.search(line[max(0, begin - 20) : end + 80]):
                inside.add(hit)
    return examples, inside
