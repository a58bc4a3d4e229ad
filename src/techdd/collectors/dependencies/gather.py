"""Gathers the packages that the manifests and lock files of one repository name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from posixpath import basename, dirname
from typing import Any, NamedTuple

from techdd.advisories import normalised
from techdd.collectors import Gathered, collector
from techdd.collectors.dependencies.places import (
    MAX_SIZE,
    contents,
    folders_of,
    leads_to,
    taken_in,
)
from techdd.collectors.dependencies.reading import BROKEN, cleaned, said_by
from techdd.collectors.dependencies.unlisted import unlisted
from techdd.facts import Package
from techdd.lockfiles import (
    MIXED,
    Aside,
    Dependency,
    Included,
    Lockfile,
    Outside,
    scope_of,
)
from techdd.lockfiles.locking import Read, by_folder, lacking, locks_of, settled
from techdd.lockfiles.unsupported import unsupported
from techdd.model import Issue
from techdd.plugins import discover
from techdd.repository import MISSING, Entry, Repository
from techdd.text import clean, without_credentials

_OPEN = "unresolved version"  # how parsers call what another file or a run decides
_NAMED = 5  # packages that are named as examples


class Manifest(NamedTuple):
    """One manifest or lock file. `lock` is the lock file that pins it, itself where it is one."""

    path: str
    ecosystem: str
    format: str
    scope: str  # "development" in tests, examples and documentation
    packages: int  # that it names itself
    lockable: bool  # names packages, in an ecosystem that has lock files
    lock: str  # "" = none
    lacking: int | None = None  # packages that it asks for and its lock lacks; None = not compared
    examples: str = ""  # of these


class OwnPackage(NamedTuple):
    """What a manifest of the repository calls the package that it describes."""

    ecosystem: str
    name: str  # as `advisories.normalised` spells it
    manifest: str


_VENDORED = re.compile(
    r"(^|/)(node_modules|bower_components|vendor|third[_-]party|site-packages|\.?venv|Pods|Carthage)/"
)
_UNSHIPPED = re.compile(
    r"(?<![a-z])(tests?|testing|testdata|specs?|fixtures?|e2e|examples?|samples?|demos?|docs?"
    r"|documentation|benchmarks?|devcontainer|buildSrc|build-logic)(?![a-z])|(?<![A-Z])Tests?\b"
)


@collector(makes=(Package, Manifest, OwnPackage), version=8)
def dependencies(repo: Repository) -> Gathered:
    """Every manifest and lock file of the audited tree, brought together.

    Vendored copies (`node_modules`, `vendor`) are not the client's manifests and are left out. What
    stands in tests, examples and documentation is development's. Where a lock file governs a
    manifest, the version comes from the lock and "direct" from the manifest.
    """
    chosen: list[tuple[Entry, Lockfile]] = []
    tree = {entry.path: entry for entry in repo.regular_files()}
    folders = folders_of(tree)
    for item in _recognised(repo):
        if isinstance(item, Issue):
            yield item
        else:
            chosen.append(item)
    reads: list[Read] = []
    asides: dict[str, tuple[Lockfile, Aside]] = {}
    for entry, form, content in contents(repo, chosen):
        if content is None:
            yield Issue(MISSING, entry.path, transient=True)
            continue
        said = said_by(form, content)
        asides[entry.path] = form, said.aside
        partial = any(issue.reason == _OPEN for issue in said.issues)
        if said.rows or said.wishes or partial or not form.sparse:
            broken = any(issue.reason == BROKEN for issue in said.issues)
            scope = _scope(entry.path, form)
            told = (said.rows, partial, broken, said.aside, said.wishes)
            reads.append(Read(entry.path, form, scope, *told))
        for issue in said.issues:
            settled_ = issue.reason == _OPEN and _settled_beside(entry.path, form, tree)
            own = isinstance(issue, Outside) and leads_to(entry.path, issue.folder) in folders
            joined = isinstance(issue, Included) and taken_in(
                tree.get(leads_to(entry.path, issue.file)), form, chosen
            )
            if not settled_ and not own and not joined:
                yield Issue(issue.reason, entry.path, clean(issue.detail))
    explained = list(_explained(reads, asides))
    reads = [read for read, _ in explained if read.wishes or read.partial or not read.format.sparse]
    for read, left in explained:
        if left and not _settled_beside(read.path, read.format, tree):
            shown = clean(without_credentials(left[0]))
            detail = f"{len(left)} from another file or a run, such as {shown}"
            yield Issue(_OPEN, read.path, detail)
    yield from _together(reads)
    for path, (form, aside) in sorted(asides.items()):
        if name := clean(aside.own).strip(":"):
            yield OwnPackage(form.ecosystem, normalised(form.ecosystem, name), path)


def _recognised(repo: Repository) -> Iterator[tuple[Entry, Lockfile] | Issue]:
    """The files of the tree that are of some format, and those that none can read."""
    formats = discover("techdd.lockfiles", Lockfile).values()
    shipped: list[str] = []
    listed: set[str] = set()  # ecosystems; what none can read may list packages of any
    for entry in repo.regular_files():
        if _VENDORED.search(entry.path):
            continue
        known = next((form for form in formats if form.matches(entry.path)), None)
        if known is None:
            gaps = list(_gap(entry.path))
            yield from gaps
            listed |= {MIXED} if gaps else set()
            shipped += [entry.path] if _scope(entry.path) == "runtime" else []
            continue
        listed.add(known.ecosystem)
        if entry.size > MAX_SIZE:
            yield Issue("dependency file too large", entry.path, f"{entry.size:,} bytes")
        else:
            yield entry, known
    if MIXED not in listed:
        yield from unlisted(shipped, listed)


def _explained(
    reads: Iterable[Read], asides: Mapping[str, tuple[Lockfile, Aside]]
) -> Iterator[tuple[Read, tuple[str, ...]]]:
    """Each file with what others say of its words, and the words that nobody explains."""
    said: dict[Any, dict[str, Aside]] = defaultdict(dict)  # by who explains it
    for path, (form, aside) in asides.items():
        said[form.explainer][path] = aside
    explaining = {kind: kind(some) for kind, some in said.items() if kind}
    for one in reads:
        if one.format.explainer is None:
            yield one, ()
            continue
        found = explaining[one.format.explainer].explained(one.path, one.open)
        rows = (*one.rows, *map(cleaned, found.rows))
        partial = one.partial or bool(found.left)
        yield replace(one, rows=rows, listed=found.listed, partial=partial), found.left


def _gap(path: str) -> Iterator[Issue]:
    """An Issue where a file of the product names dependencies in a way that is not understood."""
    what = unsupported(basename(path))
    if what and _scope(path) != "development":
        yield Issue("dependency format not supported", path, what)


def _settled_beside(path: str, form: Lockfile, tree: Container[str]) -> bool:
    """Whether a lock file beside a manifest has the versions that the manifest leaves open."""
    return any(f"{dirname(path)}/{lock}".strip("/") in tree for lock in form.locks)


def _scope(path: str, form: Lockfile | None = None) -> str:
    # The name of a bill of materials is a product's, such as "release-2.cdx.json".
    name = "" if form and form.ecosystem == MIXED else basename(path)
    unshipped = _UNSHIPPED.search(dirname(path)) or scope_of(name) == "development"
    return "development" if unshipped else "runtime"


def _together(reads: list[Read]) -> Iterator[Package | Manifest]:
    """Packages and manifests of a repository, each lock file once with all that it governs."""
    folders = by_folder(reads)
    governed: dict[str, list[Read]] = defaultdict(list)  # path of a lock -> its manifests
    ours: dict[str, set[str]] = defaultdict(set)  # ecosystem -> the client's own packages
    for read in reads:
        ours[read.format.ecosystem].add(read.aside.own)
    listing = {path for read in reads for path in read.listed}  # catalogues
    found: list[Package] = []
    for read in reads:
        locks = locks_of(read, folders)
        for path in (*(lock.path for lock in locks), *read.listed):
            governed[path].append(read)
        own = ours[read.format.ecosystem]
        missing = lacking(read, locks, own)
        if not read.pinned and read.path not in listing:
            # A name of one's own may be another's as well, which its lock would then have.
            # Where there are no lock files, names say whose they are (Maven's groups).
            ours_too = map(read.plain, own if locks or not read.format.locks else ())
            locked = frozenset(ours_too).union(*(lock.names for lock in locks))
            found += _packages(read, (row for row in read.rows if read.name(row) not in locked))
        yield Manifest(
            read.path,
            read.format.ecosystem,
            read.format.name,
            read.scope,
            len(read.rows),
            bool(read.format.locks and read.format.lockable and read.rows),
            locks[0].path if locks else "",
            None if missing is None else len(missing),
            ", ".join(missing[:_NAMED]) if missing else "",
        )
    for read in reads:
        if read.pinned or read.path in listing:
            found += _packages(read, settled(read, governed[read.path]))
    yield from sorted(
        _spelt_alike(found), key=lambda row: (row.manifest, row.line or 0, row.name, str(row[2]))
    )


def _spelt_alike(packages: list[Package]) -> Iterator[Package]:
    """Each package under one name, where its ecosystem takes several spellings for the same: that
    of a lock file, if there is one.
    """
    spelling: dict[tuple[str, str], str] = {}
    for one in sorted(packages, key=lambda row: (not row.locked, row.name)):
        spelling.setdefault((one.ecosystem, normalised(one.ecosystem, one.name)), one.name)
    for one in packages:
        yield one._replace(name=spelling[one.ecosystem, normalised(one.ecosystem, one.name)])


def _packages(read: Read, rows: Iterable[Dependency]) -> Iterator[Package]:
    """One Package for each name and version of a file; what is shipped anywhere is shipped."""
    merged: dict[tuple[str, str, str | None], Package] = {}
    for row in rows:
        ecosystem = row.ecosystem or read.format.ecosystem
        key = (ecosystem, read.name(row), row.version)
        scope = "development" if read.scope == "development" else row.scope
        package = Package(
            ecosystem,
            row.name,
            row.version,
            row.requirement,
            read.path,
            row.line,
            read.pinned,
            row.direct,
            scope,
            row.licence,
            row.installs,
        )
        before = merged.get(key, package)
        merged[key] = before._replace(
            scope="runtime" if "runtime" in (before.scope, scope) else before.scope,
            direct=True if True in (before.direct, row.direct) else before.direct,
            licence=before.licence or row.licence,
            installs=True if True in (before.installs, row.installs) else before.installs,
        )
    yield from merged.values()
