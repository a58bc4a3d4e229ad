"""The door of the dependency files: one module a format of manifest or lock file.

A parser is a generator, bytes -> `Dependency` or `Issue`; it raises ValueError (with the line where
it knows it) for a file that is not what its name says. What may hold of many entries of a file it
tells by `doubt`, which makes one gap of them. It sees one file and follows nothing. The
dependencies collector walks the tree, reads the files, limits their size and records what could not
be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from techdd.doubts import doubt
from techdd.lockfiles._reading import (
    CUT,
    Lines,
    block_yaml,
    decoded,
    json_object,
    pep508,
    strings,
    table,
    tables,
    toml_table,
    without_comments,
)
from techdd.model import Issue
from techdd.text import without_credentials
from techdd.yamls import line_of

__all__ = [
    "CUT",
    "MIXED",
    "NO_ASIDE",
    "ODD",
    "TOOLS",
    "Aside",
    "Dependency",
    "Explained",
    "Explainer",
    "Included",
    "Issue",
    "Lines",
    "Lockfile",
    "Open",
    "Outside",
    "Parsed",
    "block_yaml",
    "decoded",
    "doubt",
    "entries",
    "in_format",
    "included",
    "json_object",
    "line_of",
    "lockfile",
    "outside",
    "pep508",
    "scope_of",
    "stays_below",
    "strings",
    "table",
    "tables",
    "toml_table",
    "unanswered",
    "without_comments",
]

ODD = "entries not understood"
MIXED = "SBOM"  # the ecosystem of a format whose files name packages of several
# Run beside the product, not built into it; what is inside an image no file of the tree tells.
TOOLS = ("Docker", "GitHub Actions", "Terraform")


class Dependency(NamedTuple):
    """One package that a file names; the columns are those of `facts.Package`.

    A lock file that does not say what a package is for gives scope "unknown" and, in `needs`, the
    names of what it depends on, so that the collector can work the scope out. `ecosystem` is given
    where one file has packages of several; else it is the format's.
    """

    name: str
    version: str | None
    requirement: str = ""
    line: int | None = None
    direct: bool | None = None
    scope: str = "runtime"
    licence: str = ""
    needs: tuple[str, ...] = ()
    ecosystem: str = ""
    installs: bool | None = None


class Open(NamedTuple):
    """What a manifest asks for in words that another file explains: an alias of a catalogue
    (`libs.okhttp`), or a name and version with variables (`org.acme:core:$coreVersion`).
    """

    text: str
    line: int | None
    scope: str = "runtime"


_NONE: Mapping[str, Any] = MappingProxyType({})


class Aside(NamedTuple):
    """What a file says beside its wishes.

    Its own name; the names that others provide; and what explains an `Open` of other files: texts
    by the name of the variable, names of packages by their alias, (version, scope) by the name of
    the package, and the packages that it takes more of that from, with their versions.
    """

    own: str = ""
    peers: frozenset[str] = frozenset()
    values: Mapping[str, str] = _NONE
    aliases: Mapping[str, tuple[str, ...]] = _NONE
    managed: Mapping[str, tuple[str, str]] = _NONE
    parent: str = ""
    imports: tuple[str, ...] = ()


NO_ASIDE = Aside()


class Explained(NamedTuple):
    """What became of a file's `Open`: packages of its own; those that a catalogue lists, by its
    path, which stay the catalogue's; and the words that nobody explains.
    """

    rows: tuple[Dependency, ...]
    listed: Mapping[str, tuple[Dependency, ...]]
    left: tuple[str, ...]


Parsed = Iterator[Dependency | Open | Issue]


class Explainer(Protocol):
    """Knows what the files of a repository say beside their wishes, and so what an `Open` means."""

    def explained(self, path: str, wishes: Iterable[Open]) -> Explained:
        """What becomes of the words of the file at `path`."""
        ...


@dataclass(frozen=True)
class Lockfile:
    """One format. `locked` tells lock file from manifest.

    `patterns` are file names (fnmatch), with the folder where the name alone says too little.
    `locks` are the names of the lock files that pin what this manifest asks for; empty where the
    ecosystem has none, or where hardly anybody uses it. `lockable` is False for a manifest that
    tells others what a package needs, and is locked through another one, if at all. `sparse` is
    True where most files of these names ask for nothing; such a one is then no manifest. `aside`
    reads what a lock file need not hold although the manifest asks for it. `explainer` makes of
    the asides by path, of all formats that name it, who explains their `Open` words.
    """

    name: str
    ecosystem: str
    patterns: tuple[str, ...]
    locked: bool
    parse: Callable[[bytes], Parsed]
    locks: tuple[str, ...] = ()
    lockable: bool = True
    sparse: bool = False
    aside: Callable[[bytes], Aside] | None = None
    explainer: Callable[[Mapping[str, Aside]], Explainer] | None = None

    def matches(self, path: str) -> bool:
        """Whether the file at `path` is of this format, judged by its name."""
        parts = path.split("/")
        return any(
            pattern.fullmatch(parts[-1] if not folders else "/".join(parts[-1 - folders :]))
            for folders, pattern in _naming(self.patterns)
        )


@cache
def _naming(patterns: tuple[str, ...]) -> list[tuple[int, re.Pattern[str]]]:
    """(folders, pattern) of the ends of paths; `*` stands for a part of one name."""
    named: dict[int, list[str]] = {}
    for pattern in patterns:
        plain = re.escape(pattern).replace(r"\*", "[^/]*")
        named.setdefault(pattern.count("/"), []).append(plain)
    return [(folders, re.compile("|".join(names))) for folders, names in named.items()]


def lockfile(
    *patterns: str,
    ecosystem: str,
    locked: bool,
    locks: tuple[str, ...] = (),
    lockable: bool = True,
    sparse: bool = False,
    aside: Callable[[bytes], Aside] | None = None,
    explainer: Callable[[Mapping[str, Aside]], Explainer] | None = None,
) -> Callable[[Callable[[bytes], Parsed]], Lockfile]:
    """Makes a Lockfile of a parser, named as the function is."""

    def wrap(parse: Callable[[bytes], Parsed]) -> Lockfile:
        options = (locks, lockable, sparse, aside, explainer)
        return Lockfile(parse.__name__, ecosystem, patterns, locked, parse, *options)

    return wrap


_DEVELOPMENT = re.compile(
    r"""(?<![a-z])(?:dev|develop|development|tests?|testing|docs?|documentation|lint|linting|linters
    |typing|types|mypy|ci|bench|benchmarks?|examples?|style|format|formatting|coverage|rubocop
    |tooling|tools|debug|release|profiling)(?![a-z])""",
    re.VERBOSE | re.IGNORECASE,
)


def scope_of(group: str) -> str:
    """ "development" where the name of a group, extra or file says so, else "runtime"."""
    return "development" if _DEVELOPMENT.search(group) else "runtime"


def stays_below(path: str) -> bool:
    """Whether a local path leads to a folder below its file: code of the project itself."""
    plain = path.removeprefix("file:").removeprefix("./")
    archive = plain.endswith((".whl", ".zip", ".tgz", ".tar.gz", ".jar", ".gem"))
    return not archive and "://" not in plain and not plain.startswith(("..", "/", "~", "\\"))


def entries(value: Any, where: str) -> list[dict[str, Any]]:
    """The mappings in the list `value`; what else is in it is doubted, and so is no list."""
    found = tables(value)
    if value is not None and not isinstance(value, list):
        doubt(ODD, f"{where} is no list")
    elif value and len(found) < len(value):
        doubt(ODD, f"{len(value) - len(found)} of {where} that are no tables")
    return found


def in_format(stated: Any, *known: int) -> None:
    """Doubts a lock file of a format version that came after those that are read here."""
    major = str(stated).partition(".")[0]
    if not (isinstance(stated, str | int | float) and major in map(str, known)):
        doubt("lock format version is not known", f"version {stated}, read as {max(known)}")


def unanswered(needed: Iterable[str], known: Container[str]) -> None:
    """Doubts a lock file whose entries need packages that have no entry: it was cut or changed."""
    for name in needed:
        if name not in known:
            doubt("packages that a lock file needs and does not list", name)


@dataclass(frozen=True)
class Outside(Issue):
    """A dependency that no registry knows. `folder` is where it lies, seen from its file, if it is
    a local one: the repository itself may hold it.
    """

    folder: str = ""


@dataclass(frozen=True)
class Included(Issue):
    """Another file that belongs to this one, whatever its name; `file` is its path from here."""

    file: str = ""


def included(path: str) -> Included:
    """What stands where a file takes in another; a gap where the repository does not hold it."""
    return Included("included file is not in the repository", detail=path, file=path)


def outside(name: str, source: str) -> Outside:
    """The Issue of a dependency from git, a URL or a folder, without credentials in it."""
    shown = without_credentials(source.partition("?")[0])
    plain = source.removeprefix("file:")
    folder = plain if plain.startswith(("./", "../")) or plain == ".." else ""
    detail = f"{name}: {shown}"
    return Outside("dependency from outside a registry", detail=detail, folder=folder)
