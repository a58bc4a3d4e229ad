"""Go modules: go.mod is manifest and pinned list in one, go.sum holds the checksums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from techdd.lockfiles import (
    CUT,
    Aside,
    Dependency,
    Parsed,
    decoded,
    doubt,
    lockfile,
    outside,
    stays_below,
)

_DIRECTIVE = re.compile(r"([a-z]+)\s+(.*)$")
_RELEASE = re.compile(r"(?:go)?(1\.\d+(\.\d+|rc\d+|beta\d+)?)(?:[-+ ].*)?$", re.ASCII)
_UNRELEASED = re.compile(r"(1\.\d+)(rc|beta)(\d+)$")
_GO = ("go", "toolchain")
_STANDARD = "stdlib"  # as OSV calls Go's standard library


class _Directive(NamedTuple):
    line: int
    word: str
    content: str
    comment: str


def _aside(data: bytes) -> Aside:
    """The module's own path."""
    words = (one.content for one in _directives(decoded(data)) if one.word == "module")
    return Aside(next(words, "").strip().strip('"'))


@lockfile("go.mod", ecosystem="Go", locked=True, locks=("go.sum",), aside=_aside)
def go_mod(data: bytes) -> Parsed:
    """Required modules at the versions that are built (minimal version selection).

    A `replace` by another module counts as that one, a replace by a folder is outside a registry.
    Before Go 1.17 a go.mod names only part of what is indirect.
    """
    directives = list(_directives(decoded(data)))
    if not any(directive.word in ("module", "require") for directive in directives):
        raise ValueError("no module and no require in it")
    replaced: dict[tuple[str, str], str] = {}
    for line, word, content, _ in directives:
        if word == "replace":
            old, arrow, new = content.partition("=>")
            if not arrow:
                raise ValueError(f"line {line}: replace without =>")
            path, _, version = old.strip().partition(" ")
            replaced[path.strip('"'), version.strip()] = new.strip()
    yield from _standard_library(directives)
    for line, word, content, comment in directives:
        if word != "require":
            continue
        path, version = _module(content, line)
        new = replaced.get((path, version), replaced.get((path, ""), ""))
        if new and " " not in new:
            if not stays_below(new):
                yield outside(path, new)
            continue
        if new:
            path, version = _module(new, line)
        direct = re.match(r"\s*indirect\b", comment) is None
        yield Dependency(path, version, version, line, direct)


def _standard_library(directives: list[_Directive]) -> Parsed:
    """Go itself: the lines `go` and `toolchain` name the lowest release that builds the module, of
    which a line without a third number (`go 1.21`) names only the language.
    """
    stated = [(one, _RELEASE.match(one.content)) for one in directives if one.word in _GO]
    known = [(one, match) for one, match in stated if match]
    if known:
        line, match = max(known, key=lambda pair: (pair[1][2] is not None, pair[0].word))
        lowest = _UNRELEASED.sub(r"\1.0-\2.\3", match[1]) if match[2] else None
        wish = f">={match[1]}"
        yield Dependency(_STANDARD, lowest, wish, line.line, True, licence="BSD-3-Clause")


def _directives(text: str) -> Iterator[_Directive]:
    """Every directive on its own, those in `word ( ... )` included."""
    block = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        content, _, comment = raw.partition("//")
        content = content.strip()
        if content == ")":
            block = ""
        elif block and content:
            yield _Directive(number, block, content, comment)
        elif match := _DIRECTIVE.match(content):
            if match[2].strip() == "(":
                block = match[1]
            else:
                yield _Directive(number, match[1], match[2], comment)
    if block:
        doubt(CUT, f"the block `{block} (` is not closed")


def _module(content: str, line: int) -> tuple[str, str]:
    words = content.replace('"', "").split()
    if len(words) != 2:
        raise ValueError(f"line {line}: not a module and its version")
    return words[0], words[1]


@lockfile("go.sum", ecosystem="Go", locked=True)
def go_sum(data: bytes) -> Parsed:
    """Names nothing: go.sum also lists what was only looked at; its presence is what counts."""
    for number, line in enumerate(decoded(data).splitlines(), start=1):
        if line.strip() and len(line.split()) != 3:
            raise ValueError(f"line {number}: not a module, its version and a checksum")
    yield from ()
