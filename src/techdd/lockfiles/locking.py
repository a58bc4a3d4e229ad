"""Which lock file governs which manifest, and what the two say together; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from posixpath import basename, dirname

from techdd.advisories import allows, normalised
from techdd.lockfiles import NO_ASIDE, Aside, Dependency, Lockfile, Open


@dataclass(frozen=True)
class Read:
    """A file as its parser read it. `scope` is "development" for one that is not shipped;
    `partial` says that it asks for more than could be read, `broken` that its parser gave up.
    `open` is what other files have to explain, `listed` what it asks for of which others have the
    version, by the path of that file.
    """

    path: str
    format: Lockfile
    scope: str
    rows: tuple[Dependency, ...]
    partial: bool = False
    broken: bool = False
    aside: Aside = NO_ASIDE
    open: tuple[Open, ...] = ()
    listed: Mapping[str, tuple[Dependency, ...]] = field(default_factory=dict)

    @cached_property
    def wishes(self) -> tuple[Dependency, ...]:
        """Its packages, and those that it asks for and another file lists."""
        return self.rows + tuple(row for rows in self.listed.values() for row in rows)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its packages as their ecosystem compares them."""
        return frozenset(self.name(row) for row in self.wishes)

    def name(self, row: Dependency) -> str:
        """The name of a package of this file as its ecosystem compares it."""
        return normalised(row.ecosystem or self.format.ecosystem, row.name)

    def plain(self, name: str) -> str:
        """A name that the file's own ecosystem has, as it compares it."""
        return normalised(self.format.ecosystem, name)

    @cached_property
    def pins_itself(self) -> bool:
        """A manifest that can be a lock file (requirements.txt) with exact versions throughout."""
        kind = any(fnmatchcase(basename(self.path), lock) for lock in self.format.locks)
        exact = all(row.version is not None for row in self.rows)
        return not self.format.locked and kind and exact and bool(self.rows)

    @property
    def pinned(self) -> bool:
        """Whether it names exact versions for all that is installed."""
        return self.format.locked or self.pins_itself


Folders = Mapping[str, list[Read]]


def by_folder(reads: Iterable[Read]) -> Folders:
    """The files of each folder."""
    folders: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        folders[dirname(read.path)].append(read)
    return folders


def locks_of(manifest: Read, folders: Folders) -> list[Read]:
    """The lock files of a manifest: those beside it, or a workspace's in a folder above.

    A lock file in a folder above or of an app beside, or a pinned requirements file, counts where
    it holds at least half of what the manifest asks for.
    """
    if manifest.pinned:
        return [manifest]
    folder = dirname(manifest.path)
    while True:
        beside = folder == dirname(manifest.path)
        locks = [
            read
            for read, named in _candidates(manifest, folder, folders)
            if (beside and named and read.format.locked) or _covers(read, manifest)
        ]
        if locks or not folder:
            return locks
        folder = dirname(folder)


def _candidates(manifest: Read, folder: str, folders: Folders) -> Iterator[tuple[Read, bool]]:
    """Files that may lock a manifest, and whether their folder is named and not only described."""
    for pattern in manifest.format.locks:
        place = f"{folder}/{dirname(pattern)}".strip("/")
        for read in _within(place, folders):
            named = fnmatchcase(basename(read.path), basename(pattern))
            if named and read.pinned and read is not manifest:
                yield read, "*" not in place


def _within(place: str, folders: Folders) -> Iterator[Read]:
    """The files of a folder; `*` stands for a part of its name."""
    if "*" not in place:
        yield from folders.get(place, ())
        return
    for folder, reads in folders.items():
        if folder.count("/") == place.count("/") and fnmatchcase(folder, place):
            yield from reads


def _covers(lock: Read, manifest: Read) -> bool:
    return 2 * len(manifest.names & lock.names) >= len(manifest.names) > 0


# Where a lock file names all that its manifests ask for, those of workspaces included.
_WHOLE = ("npm", "PyPI", "crates.io", "RubyGems", "Packagist")


def lacking(manifest: Read, locks: list[Read], own: Set[str]) -> list[str] | None:
    """The shipped packages that a manifest asks for and its locks do not name, or name in versions
    that it does not allow: it was changed and they were not. None where the two cannot be compared.
    `own` are the workspace's packages, which most lock files leave out.
    """
    form = manifest.format
    whole = all(lock.format.locked and lock.rows and not lock.broken for lock in locks)
    if not (locks and whole and form.lockable and form.locks and form.ecosystem in _WHOLE):
        return None
    provided = map(manifest.plain, (*manifest.aside.peers, *own))
    apart = frozenset(provided)
    wished: dict[str, list[Dependency]] = defaultdict(list)
    for row in manifest.rows:
        if row.scope == "runtime" and manifest.name(row) not in apart:
            wished[manifest.name(row)].append(row)
    known = frozenset[str]().union(*(lock.names for lock in locks))
    found = {rows[0].name for name, rows in wished.items() if name not in known}
    # In a folder above, what overrides the wishes of the parts of a workspace may stand.
    if all(dirname(lock.path) == dirname(manifest.path) for lock in locks):
        locked = _versions(locks)
        found.update(
            *(
                _strayed(form.ecosystem, wished[name], locked[name])
                for name in wished.keys() & known
            )
        )
    return sorted(found)


def _versions(locks: Iterable[Read]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for lock in locks:
        for row in lock.rows:
            found[lock.name(row)].add(row.version or "")
    return found


def _strayed(ecosystem: str, wishes: list[Dependency], versions: Set[str]) -> Iterator[str]:
    """A package of which no locked version is one that any of the wishes allows."""
    wish = wishes[0]
    if all(allows(ecosystem, one.requirement, v) is False for one in wishes for v in versions):
        yield f"{wish.name} {wish.requirement} (locked: {', '.join(sorted(versions))})"


_OPEN_ENDED = re.compile(r"(\*|x|any|latest|>=?\s*[\w.*+-]+)?", re.IGNORECASE)
_PLAIN_NAMES = ("npm", "PyPI", "RubyGems")  # where a name without a range takes the newest version


def floats(ecosystem: str, requirement: str) -> bool:
    """Whether a range as written lets in every later version, the next major one included."""
    plain = requirement.strip()
    return bool(_OPEN_ENDED.fullmatch(plain)) and (bool(plain) or ecosystem in _PLAIN_NAMES)


def settled(lock: Read, manifests: Iterable[Read]) -> Iterator[Dependency]:
    """The rows of a lock file with what the manifests that it governs and its own graph tell.

    Where the file does not say what a package is for, what the shipped dependencies need is
    shipped. The graph is followed by name, which errs on the side of "runtime".
    """
    asked: dict[str, Dependency] = {}
    complete = True
    for manifest in manifests:
        complete = complete and not manifest.partial
        for wish in manifest.wishes:
            scope = "development" if manifest.scope == "development" else wish.scope
            name = manifest.name(wish)
            if manifest is not lock and (name not in asked or scope == "runtime"):
                asked[name] = wish._replace(scope=scope)
    scopes = _scopes(lock, asked)
    for row in lock.rows:
        own = asked.get(lock.name(row))
        direct = False if row.direct is None and asked and complete else row.direct
        yield row._replace(
            requirement=row.requirement or (own.requirement if own else ""),
            direct=True if own else direct,
            scope=scopes.get(lock.name(row), row.scope),
        )


def _scopes(lock: Read, asked: Mapping[str, Dependency]) -> dict[str, str]:
    """Name -> scope, worked out by reach; empty where the file says it of every package."""
    if all(row.scope != "unknown" for row in lock.rows):
        return {}
    needs: dict[str, set[str]] = defaultdict(set)
    for row in lock.rows:
        needs[lock.name(row)].update(map(lock.plain, row.needs))
    known = [*((lock.name(row), row) for row in lock.rows), *asked.items()]
    scopes = {}
    for scope in ("development", "runtime"):  # what both reach is shipped
        waiting = [name for name, one in known if one.scope == scope]
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            scopes[name] = scope
            fresh = needs.get(name, set()) - seen
            seen |= fresh
            waiting += fresh
    return scopes
