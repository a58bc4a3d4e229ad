"""Looks for the patterns in one file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from techdd.languages import Unmeasurable, languages
from techdd.patterns.escaped import is_escaped
from techdd.patterns.rules import Pattern, Where, patterns
from techdd.syntax.search import Searched

LINE = 2_000  # characters of a line that an expression is tried on


class Spot(NamedTuple):
    """One place of a pattern; `paths` is what the file's path must hold ("" = anything)."""

    rule: str
    line: int
    paths: str


@cache
def searchable() -> frozenset[str]:
    """The languages that any rule knows."""
    return frozenset(name for rule in patterns().values() for name, _ in rule.among())


@cache
def _rules(language: str) -> tuple[tuple[Pattern, Where], ...]:
    return tuple(
        (rule, where)
        for rule in patterns().values()
        for name, where in rule.among()
        if name == language
    )


def digest() -> str:
    """Changes whenever a rule does, or a grammar that reads for it."""
    grammars = [languages()[name].grammar for name in sorted(searchable())]
    wheels = sorted({one.wheel.replace("_", "-") for one in grammars if one} | {"tree-sitter"})
    said = [f"{wheel} {version(wheel)}" for wheel in wheels]
    said += [rule.model_dump_json() for rule in patterns().values()]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


class Found(NamedTuple):
    """The places in one file, in order, and why not all of it was searched ("" = it was)."""

    spots: list[Spot]
    left: str


def search(language: str, source: bytes) -> Found:
    """The places of all patterns in `source` (UTF-8). Raises Unmeasurable."""
    found: set[Spot] = set()
    tree: Searched | None = None
    for rule, where in _rules(language):
        if not any(word.encode() in source for word in where.words):
            continue
        if where.lines:
            lines = set(_lines(where, source))
        else:
            grammar = languages()[language].grammar
            if grammar is None:
                raise Unmeasurable("no grammar for a rule's query")
            tree = tree or Searched(grammar, source)
            lines, eased = _queried(rule, where, tree)
            found |= {Spot(rule.narrows, line, where.paths or rule.paths) for line in eased}
        found |= {Spot(rule.id, line, where.paths or rule.paths) for line in lines}
    narrow = {(patterns()[spot.rule].narrows, spot.line) for spot in found}
    spots = sorted(spot for spot in found if (spot.rule, spot.line) not in narrow)
    return Found(spots, tree.left if tree else "")


def _queried(rule: Pattern, where: Where, tree: Searched) -> tuple[set[int], set[int]]:
    """The lines of the rule, and those where what is put in was escaped before."""
    meant = {(start, end): line for start, end, line in tree.find(where.query, where.words)}
    if meant and where.unless:
        others = {(start, end) for start, end, _ in tree.find(where.unless, where.words)}
        if rule.beside and not others:
            return set(), set()
        meant = {node: line for node, line in meant.items() if node not in others}
    escapes = re.compile(rule.escaped)
    eased = {
        line
        for (start, end), line in meant.items()
        if rule.escaped and is_escaped(*tree.within(start, end), escapes)
    }
    return set(meant.values()) - eased, eased


def _lines(where: Where, source: bytes) -> Iterator[int]:
    looks = re.compile(where.lines)
    words = [word.encode() for word in where.words]
    for number, line in enumerate(source.split(b"\n"), start=1):
        if (
            len(line) <= LINE
            and any(word in line for word in words)
            and looks.search(line.decode("utf-8", "replace").rstrip("\r"))
        ):
            yield number
