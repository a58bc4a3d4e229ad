"""The door of the dependency files: one module a format of manifest or lock file.

A parser is a generator, bytes -> `Dependency`; it raises ValueError (with the line where it knows
it) for a file that is not what its name says. The dependencies collector walks the tree, reads the
files, limits their size and records what could not be parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import NamedTuple

from techdd.model import Issue


class Dependency(NamedTuple):
    """One package that a file names; the columns are those of `facts.Package`."""

    name: str
    version: str | None
    requirement: str = ""
    line: int | None = None
    direct: bool | None = None
    scope: str = "runtime"
    licence: str = ""


@dataclass(frozen=True)
class Lockfile:
    """One format. `patterns` are file names (fnmatch), `locked` tells lock file from manifest."""

    name: str
    ecosystem: str
    patterns: tuple[str, ...]
    locked: bool
    parse: Callable[[bytes], Iterator[Dependency | Issue]]

    def matches(self, path: str) -> bool:
        """Whether the file at `path` is of this format, judged by its name."""
        name = PurePosixPath(path).name
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)


def lockfile(
    *patterns: str, ecosystem: str, locked: bool
) -> Callable[[Callable[[bytes], Iterator[Dependency | Issue]]], Lockfile]:
    """Makes a Lockfile of a parser, named as the function is."""

    def wrap(parse: Callable[[bytes], Iterator[Dependency | Issue]]) -> Lockfile:
        return Lockfile(parse.__name__, ecosystem, patterns, locked, parse)

    return wrap
