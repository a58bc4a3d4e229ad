"""The third-party packages that manifests and lock files name, and which manifests are locked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from posixpath import basename, dirname
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.facts import Package
from techdd.lockfiles import MIXED, Aside, Dependency, Lockfile, Open, Parsed, scope_of
from techdd.lockfiles.explaining import explained
from techdd.lockfiles.locking import Read, by_folder, floats, lacking, locks_of, settled
from techdd.lockfiles.unsupported import unsupported
from techdd.model import Issue, Location, Metric, Observation, Series, Value
from techdd.plugins import discover
from techdd.repository import Entry, Repository
from techdd.text import clean, without_credentials

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_SIZE = 20_000_000  # bytes; lock files of large workspaces reach 5 MB
_OPEN = "unresolved version"  # how parsers call what another file or a run decides
_BROKEN = "cannot be parsed"
_LONGEST = 200  # characters of a version range that are kept
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


_VENDORED = re.compile(
    r"(^|/)(node_modules|bower_components|vendor|third[_-]party|site-packages|\.?venv|Pods|Carthage)/"
)
_UNSHIPPED = re.compile(
    r"(?<![a-z])(tests?|testing|testdata|specs?|fixtures?|e2e|examples?|samples?|demos?|docs?"
    r"|documentation|benchmarks?|devcontainer|buildSrc|build-logic)(?![a-z])|(?<![A-Z])Tests?\b"
)


@collector(makes=(Package, Manifest), version=2)
def dependencies(repo: Repository) -> Gathered:
    """Every manifest and lock file of the audited tree, brought together.

    Vendored copies (`node_modules`, `vendor`) are not the client's manifests and are left out. What
    stands in tests, examples and documentation is development's. Where a lock file governs a
    manifest, the version comes from the lock and "direct" from the manifest.
    """
    formats = discover("techdd.lockfiles", Lockfile).values()
    chosen: list[tuple[Entry, Lockfile]] = []
    tree = {entry.path for entry in repo.regular_files()}
    for entry in repo.regular_files():
        if _VENDORED.search(entry.path):
            continue
        known = next((form for form in formats if form.matches(entry.path)), None)
        if known is None:
            yield from _gap(entry.path)
        elif entry.size > MAX_SIZE:
            yield Issue("dependency file too large", entry.path, f"{entry.size:,} bytes")
        else:
            chosen.append((entry, known))
    reads: list[Read] = []
    asides: dict[str, Aside] = {}
    contents = repo.blobs(entry.blob for entry, _ in chosen)
    for (entry, form), (_, content) in zip(chosen, contents, strict=True):
        if content is None:
            yield Issue("content is missing or damaged", entry.path, transient=True)
            continue
        parsed = list(_guarded(form, content))
        aside = asides[entry.path] = _aside(form, content)
        rows = tuple(_cleaned(row) for row in parsed if isinstance(row, Dependency))
        wishes = tuple(row for row in parsed if isinstance(row, Open))
        issues = [row for row in parsed if isinstance(row, Issue)]
        partial = any(issue.reason == _OPEN for issue in issues)
        if rows or wishes or partial or not form.sparse:
            broken = any(issue.reason == _BROKEN for issue in issues)
            scope = _scope(entry.path, form)
            reads.append(Read(entry.path, form, scope, rows, partial, broken, aside, wishes))
        for issue in issues:
            if issue.reason != _OPEN or not _settled_beside(entry.path, form, tree):
                yield replace(issue, path=entry.path, detail=clean(issue.detail))
    for place, (read, left) in enumerate(explained(reads, asides)):
        reads[place] = replace(read, rows=tuple(map(_cleaned, read.rows)))
        if left and not _settled_beside(read.path, read.format, tree):
            yield replace(left, detail=clean(left.detail))
    yield from _together(reads)


def _gap(path: str) -> Iterator[Issue]:
    """An Issue where a file of the product names dependencies in a way that is not understood."""
    what = unsupported(basename(path))
    if what and _scope(path) != "development":
        yield Issue("dependency format not supported", path, what)


def _settled_beside(path: str, form: Lockfile, tree: set[str]) -> bool:
    """Whether a lock file beside a manifest has the versions that the manifest leaves open."""
    return any(f"{dirname(path)}/{lock}".strip("/") in tree for lock in form.locks)


def _guarded(form: Lockfile, content: bytes) -> Parsed:
    """The rows of a hostile file; whatever its parser stumbles over becomes an Issue."""
    try:
        yield from form.parse(content)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, MemoryError) as why:
        reason = str(why).partition("\n")[0] or type(why).__name__
        yield Issue(_BROKEN, detail=f"{form.name}: {reason[:_LONGEST]}")


def _aside(form: Lockfile, content: bytes) -> Aside:
    try:
        found = form.aside(content) if form.aside else Aside()
    except (ValueError, RecursionError, MemoryError):
        return Aside()  # its parser says why
    aliases = {alias: tuple(map(clean, names)) for alias, names in found.aliases.items()}
    peers = frozenset(map(clean, found.peers))
    return found._replace(own=clean(found.own), peers=peers, aliases=aliases)


def _cleaned(row: Dependency) -> Dependency:
    requirement = without_credentials(row.requirement)[:_LONGEST]
    return row._replace(
        name=clean(without_credentials(row.name)),
        version=None if row.version is None else clean(without_credentials(row.version)),
        requirement=clean(requirement),
        licence=clean(row.licence),
        ecosystem=clean(row.ecosystem),
    )


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
        locks = locks_of(read, folders) if read.format.locks else [read] * read.format.locked
        for path in (*(lock.path for lock in locks), *read.listed):
            governed[path].append(read)
        own = ours[read.format.ecosystem]
        missing = lacking(read, locks, own)
        if not read.pinned and read.path not in listing:
            # A name of one's own may be another's as well, which its lock would then have.
            locked = frozenset[str]().union(own if locks else (), *(lock.names for lock in locks))
            found += _packages(read, (row for row in read.rows if row.name not in locked))
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
    yield from sorted(found, key=lambda row: (row.manifest, row.line or 0, row.name, str(row[2])))


def _packages(read: Read, rows: Iterable[Dependency]) -> Iterator[Package]:
    """One Package for each name and version of a file; what is shipped anywhere is shipped."""
    merged: dict[tuple[str, str, str | None], Package] = {}
    for row in rows:
        key = (row.ecosystem or read.format.ecosystem, row.name, row.version)
        scope = "development" if read.scope == "development" else row.scope
        package = Package(
            *key,
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


@probe(domain="dependencies", needs=(Package, Manifest))
def inventory(_as_of: date, packages: DataFrame, manifests: DataFrame) -> Answered:
    """Which third-party packages does the product stand on?"""
    for repo, rows, files in _by_repository(packages, manifests):
        basis = f"{len(files):,} manifests and lock files"
        note = "" if len(files) else "no manifest or lock file that could be read"
        # The copy of which it is known that it runs a program comes first and is kept.
        ordered = rows.sort_values("installs", ascending=False, kind="stable")
        distinct = ordered.drop_duplicates(["ecosystem", "name", "version"])
        direct = rows[rows["direct"].fillna(False)].drop_duplicates(["ecosystem", "name"])
        for name, counted in (("packages", distinct), ("direct", direct)):
            value = len(counted) if len(files) else None
            yield Metric(f"inventory.{name}", value, "packages", repo, basis, note)
        said = distinct[distinct["installs"].notna()]
        value = int(said["installs"].sum()) if len(said) else None
        basis = f"stated of {len(said):,} of {len(distinct):,} packages"
        note = "" if len(said) else "only lock files of npm and of pnpm before version 9 say so"
        yield Metric("inventory.install_scripts", value, "packages", repo, basis, note)
    counts = packages.drop_duplicates(["ecosystem", "name", "version"])["ecosystem"].value_counts()
    bars: list[tuple[str, int]] = [
        (str(ecosystem), int(number)) for ecosystem, number in counts.items()
    ]
    bars.sort(key=lambda bar: (-bar[1], bar[0]))
    yield Series(
        "packages_by_ecosystem",
        "Third-party packages by ecosystem",
        ("ecosystem", "packages"),
        tuple(bars),
        chart="bar",
        note="Each version of a package counts once; development's are included.",
    )


@probe(domain="dependencies", needs=(Package, Manifest))
def locking(_as_of: date, packages: DataFrame, manifests: DataFrame) -> Answered:
    """Would a build tomorrow take the same versions as a build today?"""
    shipped = manifests[manifests["lockable"] & (manifests["scope"] == "runtime")]
    for repo, rows, _ in _by_repository(shipped, manifests):
        unlocked = int((rows["lock"] == "").sum())
        basis = f"{len(rows):,} manifests that can be locked, without tests and examples"
        note = "" if len(rows) else "no manifest of an ecosystem with lock files"
        value = unlocked if len(rows) else None
        share = 1 - unlocked / len(rows) if len(rows) else None
        yield Metric("locking.unlocked", value, "manifests", repo, basis, note)
        yield Metric("locking.locked_share", share, "share", repo, basis, note)
        value = _floating(packages, rows) if len(rows) else None
        yield Metric("locking.floating", value, "packages", repo, basis, note)
        compared = rows[rows["lacking"].notna()]
        basis = f"{len(compared):,} manifests that could be compared with their lock file"
        note = "" if len(compared) else "no manifest could be compared with a lock file"
        value = int(compared["lacking"].sum()) if len(compared) else None
        yield Metric("locking.out_of_step", value, "packages", repo, basis, note)
    for row in shipped[shipped["lock"] == ""].sort_values(["repo", "path"]).itertuples():
        path = str(row.path)
        values: dict[str, Value] = {"manifest": path, "ecosystem": str(row.ecosystem)}
        yield Observation("unlocked-manifest", str(row.repo), path, (Location(path),), values)
    stale = shipped[shipped["lacking"].fillna(0) > 0]
    for row in stale.sort_values(["repo", "path"]).itertuples():
        values = {"ecosystem": str(row.ecosystem), "count": int(row.lacking)}
        values["packages"] = str(row.examples)
        places = (Location(str(row.path)), Location(str(row.lock)))
        yield Observation("stale-lock", str(row.repo), str(row.path), places, values)


def _floating(packages: DataFrame, manifests: DataFrame) -> int:
    """Distinct packages for which a build of an unlocked manifest takes whatever is newest."""
    unlocked = manifests[manifests["lock"] == ""][["repo", "path"]]
    wishes = packages.merge(unlocked, left_on=["repo", "manifest"], right_on=["repo", "path"])
    wishes = wishes[wishes["version"].isna() & (wishes["scope"] != "development")]
    names = zip(wishes["ecosystem"], wishes["name"], wishes["requirement"], strict=True)
    return len({(kind, name) for kind, name, wish in names if floats(str(kind), str(wish))})


def _by_repository(
    rows: DataFrame, manifests: DataFrame
) -> Iterator[tuple[str, DataFrame, DataFrame]]:
    """(repository, its rows, its manifests), the whole engagement ("") first."""
    yield "", rows, manifests
    for repo, files in manifests.groupby("repo"):
        yield str(repo), rows[rows["repo"] == repo], files
