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
from techdd.collectors.secrets.engine import Hit, ScanFailed, scan
from techdd.collectors.secrets.trace import History, Step, blobs_of
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, Repository
from techdd.text import decode

_FOR_TESTS = re.compile(
    r"(?<![a-z])(tests?|testing|testdata|specs?|fixtures?|e2e|mocks?|examples?|samples?|docs?"
    r"|documentation)(?![a-z])|[a-z](?:Tests?|Fixtures?|Spec)\b"
)
# What documentation prints in place of a secret: AWS's "...EXAMPLE" keys, the token of jwt.io (its
# payload starts with "sub": "1234567890"), test modes, and passwords that are the word for it.
_PLACEHOLDER = re.compile(
    rb"example|sample|dummy|placeholder|change[_-]?me|redacted|x{6}|\*{3}|\.{3}|<[^>]+>|[$#{]\{|%\("
    rb"|your[_-]|(?:sk|rk|pk)_test_|eyJzdWIiOiIxMjM0NTY3ODkwI"
    rb"|:(?:pass(?:word|wd)?|secret|user(?:name)?|root|test|postgres|mysql|admin|guest)@",
    re.I,
)
_ACRONYMS = ("aws", "gcp", "api", "jwt", "pat", "ssh", "url", "uri", "id", "sql", "npm", "sts")


class Secret(NamedTuple):
    """One credential-shaped string at one path; whether it is valid was not tried.

    `fingerprint` is the same wherever the same string stands in the repository, and keyed, so that
    nobody can test guesses against it. What no branch or tag reaches, but the object store
    still holds, has no date; and neither path nor commit where it belongs to no commit at all.
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


class SecretScan(NamedTuple):
    """How far the scan of one repository came; `missing` file versions could not be read."""

    engine: str
    complete: bool  # it ran to its end, and so did the history; some may be missing all the same
    versions: int  # of files, read
    missing: int


@collector(makes=(Secret, SecretScan), version=2, minutes=60)
def secrets(repo: Repository, *, key: str = "", seconds: float = 3000.0) -> Gathered:
    """Every credential-shaped string in any file version that the repository holds.

    `key` is the engagement's own, for the fingerprints; `seconds` limits the scan. Commit messages
    are not scanned.
    """
    try:
        scanned = scan(repo.git_dir, seconds)
    except ScanFailed as error:
        yield Issue("secret scan did not run", detail=error.message, transient=True)
        yield SecretScan("kingfisher", False, 0, 0)
        return
    if scanned.gaps:
        yield Issue("secret scan is incomplete", detail=scanned.gaps)
    if repo.shallow:
        yield Issue("secret scan saw a truncated history (shallow clone)")
    blobs = blobs_of(repo, scanned.hits)
    history = History(repo, set(blobs.values()))
    yield from history.issues
    examples = _placeholders(repo, blobs)
    alike: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for hit in scanned.hits:
        alike[hit.rule, hit.value].append(hit)
        if hit.commit and hit not in blobs:
            yield Issue("file with a secret could not be traced", decode(hit.path.encode()))
    trail = _Trail(repo, blobs, history.steps)
    found = [
        row
        for hits in alike.values()
        for row in trail.rows(hits, example=not examples.isdisjoint(hits), key=key)
    ]
    yield from sorted(found, key=lambda row: (row.path, row.line, row.fingerprint))
    # Of a history that breaks off nobody knows which file versions are missing.
    complete = not scanned.gaps and history.whole
    yield SecretScan(scanned.engine, complete, scanned.versions, history.missing)


class _Trail:
    """Where the file versions with a secret have been, to tell each secret's way from."""

    def __init__(self, repo: Repository, blobs: Mapping[Hit, str], steps: Sequence[Step]) -> None:
        self.blobs, self.steps = blobs, steps
        self.head: dict[str, list[str]] = defaultdict(list)  # blob -> paths in the audited tree
        for entry in repo.regular_files():
            self.head[entry.blob].append(entry.path)
        self.places: dict[str, list[int]] = defaultdict(list)  # blob -> steps that touch it
        for place, step in enumerate(steps):
            for blob in {*step.old, step.new}:
                self.places[blob].append(place)

    def rows(self, hits: Sequence[Hit], *, example: bool, key: str) -> Iterator[Secret]:
        """The facts of one secret: one for each path that ever held it."""
        lines = {self.blobs.get(hit, ""): hit.line for hit in reversed(hits)}
        held = lines.keys() - {""}
        came: dict[str, Step] = {}
        went: dict[str, Step] = {}
        first = ""  # the file version that held it first
        for place in sorted({place for blob in held for place in self.places.get(blob, ())}):
            step = self.steps[place]
            if step.new not in held:
                went.setdefault(step.path, step)  # the newest
            elif held.isdisjoint(step.old):
                came[step.path] = step  # the oldest
                first = step.new
        there = {path: blob for blob in sorted(held) for path in self.head.get(blob, ())}
        origin = next((hit for hit in hits if self.blobs.get(hit) == first), hits[0])
        mark = _fingerprint(key, origin)
        for path in sorted({*came, *there}) or [decode(origin.path.encode()) * bool(origin.commit)]:
            arrival = came.get(path)
            left = None if path in there else went.get(path)
            blob = there.get(path) or (arrival.new if arrival else "")
            yield Secret(
                rule=origin.rule,
                kind=_kind(origin.rule),
                path=path,
                line=lines.get(blob, origin.line),
                commit=arrival.commit if arrival else origin.commit,
                fingerprint=mark,
                in_head=path in there,
                looks_like_test=example or bool(_FOR_TESTS.search(path)),
                confidence=origin.confidence,
                added=arrival.when if arrival else None,
                removed_commit=left.commit if left else "",
                removed=left.when if left else None,
            )


def _fingerprint(key: str, origin: Hit) -> str:
    """Of the engine's fingerprint where the secret stood first: later moves do not change it."""
    text = f"{origin.rule}\x1f{origin.identity}"
    return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()[:16]


def _kind(rule: str) -> str:
    """ "aws-access-token" -> "AWS access token"; a variant's number is left out."""
    words = rule.partition(".")[0].split("-")
    text = " ".join(word.upper() if word in _ACRONYMS else word for word in words)
    return text[:1].upper() + text[1:]


def _placeholders(repo: Repository, blobs: Mapping[Hit, str]) -> set[Hit]:
    """The hits whose value says itself that it is none; the contents are looked at and dropped."""
    by_blob: dict[str, list[Hit]] = defaultdict(list)
    for hit, blob in blobs.items():
        if hit.columns:
            by_blob[blob].append(hit)
    sizes = b"".join(repo.stream("cat-file", "--batch-check=%(objectsize)", lines=by_blob))
    readable = [
        blob
        for blob, size in zip(by_blob, sizes.splitlines(), strict=True)
        if size.isdigit() and int(size) <= MAX_SOURCE
    ]
    found = set()
    for blob, content in repo.blobs(readable):
        lines = (content or b"").split(b"\n")
        for hit in by_blob[blob]:
            line = lines[hit.line - 1] if hit.line <= len(lines) else b""
            if hit.columns and _PLACEHOLDER.search(line[slice(*hit.columns)]):
                found.add(hit)
    return found
