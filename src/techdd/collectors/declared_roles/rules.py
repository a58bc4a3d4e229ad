"""Rules of .gitattributes as far as GitHub Linguist's attributes go, matched as git does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import translate
from typing import NamedTuple

NAMES = ("generated", "vendored", "documentation", "detectable")
LONGEST = 2_048  # bytes of a line; git itself reads no longer ones
_PREFIX = "linguist-"
_MACRO = "[attr]"
_WORD = re.compile(r"[ \t\r\f\v]+")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ANY = "**"

Said = Mapping[str, bool | None]  # attribute -> set or unset; None = as if nothing had been said


class Rule(NamedTuple):
    """One line: what it says of the files below `folder` that match `parts`."""

    folder: str  # "" or ending in a slash
    parts: tuple[re.Pattern[str] | None, ...]  # of the path, folder by folder; None = any number
    said: Said
    place: str

    def matches(self, path: str) -> bool:
        """Whether the rule speaks of the file at `path`."""
        if not path.startswith(self.folder):
            return False
        return _matches(self.parts, path[len(self.folder) :].split("/"))


def rules(path: str, text: str) -> Iterator[Rule]:
    """The rules of the file at `path` that say something of Linguist's attributes, in order."""
    folder = path.removesuffix(".gitattributes")
    macros: dict[str, Said] = {}
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip(" \t\r")
        if not line or line[0] in "#!" or len(raw) > LONGEST:  # git refuses "!" here
            continue
        pattern, words = _parted(line)
        said = _said(words, macros)
        if pattern.startswith(_MACRO):
            if not folder:  # git allows macros at the top alone
                macros[pattern.removeprefix(_MACRO)] = said
        elif said and not pattern.endswith("/"):  # a folder has no attributes
            yield Rule(folder, _compiled(pattern), said, f"{path}:{number}")


def _parted(line: str) -> tuple[str, list[str]]:
    """The pattern, which may be quoted, and the words behind it."""
    if quoted := _QUOTED.match(line):
        return re.sub(r"\\(.)", r"\1", quoted[1]), _WORD.split(line[quoted.end() :].strip())
    pattern, *words = _WORD.split(line)
    return pattern, words


def _said(words: list[str], macros: Mapping[str, Said]) -> dict[str, bool | None]:
    """What the words say; a later one counts."""
    said: dict[str, bool | None] = {}
    for word in words:
        name, _, value = word.lstrip("-!").partition("=")
        if name in macros and word == name:
            said.update(macros[name])
        elif name.removeprefix(_PREFIX) in NAMES and name.startswith(_PREFIX):
            unset = word.startswith("-") or value.lower() == "false"
            said[name.removeprefix(_PREFIX)] = None if word.startswith("!") else not unset
    return said


def _compiled(pattern: str) -> tuple[re.Pattern[str] | None, ...]:
    """A pattern without a slash is one of names, in whichever folder."""
    parts = pattern.removeprefix("/").split("/") if "/" in pattern else [_ANY, pattern]
    return tuple(None if one == _ANY else re.compile(translate(_as_glob(one))) for one in parts)


def _as_glob(part: str) -> str:
    """In the words of `fnmatch`, which knows no backslash and no `[^`."""
    return re.sub(r"\\(.)", r"[\1]", part).replace("[^", "[!")


def _matches(parts: tuple[re.Pattern[str] | None, ...], names: list[str]) -> bool:
    """Whether the names match, one by one. What follows an `**` is taken at its first place that
    fits, which never spoils what comes later; only the last stretch is held to the end.
    """
    blocks: list[list[re.Pattern[str]]] = [[]]
    for part in parts:
        if part is None:
            blocks.append([])
        else:
            blocks[-1].append(part)
    first, *others = blocks
    if not _fits(first, names, 0):
        return False
    at = len(first)
    if not others:
        return at == len(names)
    *middle, last = others
    for block in middle:
        found = next((n for n in range(at, len(names)) if _fits(block, names, n)), None)
        if found is None:
            return False
        at = found + len(block)
    end = len(names) - len(last)
    return end >= at and (_fits(last, names, end) if last else end > at)


def _fits(block: list[re.Pattern[str]], names: list[str], at: int) -> bool:
    some = names[at : at + len(block)]
    return len(some) == len(block) and all(
        one.match(name) for one, name in zip(block, some, strict=True)
    )
