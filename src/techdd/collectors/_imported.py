"""Modules of others that the production code imports, for whoever asks what it is built with."""

from __future__ import annotations

from typing import NamedTuple

from techdd.text import without_tokens

_PARTS = {"python": (".", 3), "jvm": (".", 4), "csharp": (".", 3), "php": ("\\", 3),
          "go": ("/", 6), "ruby": ("/", 3), "script": ("/", 1)}  # fmt: skip


class ImportedModule(NamedTuple):
    """A module that stands in import statements and not in the repository, by its first parts."""

    family: str  # of languages that import alike, as in `coupling.statements.FAMILY`
    name: str
    path: str  # the first file that imports it, in the order of paths
    line: int
    files: int  # that import it


def root_of(family: str, name: str) -> str:
    """The first parts of a module's name, which tell whose it is; "" for a file of one's own."""
    if family not in _PARTS or name.startswith("."):
        return ""
    mark, most = _PARTS[family]
    scoped = family == "script" and name.startswith("@")
    return without_tokens(mark.join(name.removesuffix(".*").split(mark)[: most + scoped]))
