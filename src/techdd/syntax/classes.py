"""The functions and classes that a walk is in, and what the classes of a file come to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from techdd.syntax.grammar import Class, Grammar

if TYPE_CHECKING:
    from tree_sitter import Node

_GENERIC = re.compile(r"<[^.]*>")
_PLAIN = re.compile(r"[\w.]+")


class _Open:
    """What has code lines of its own."""

    __slots__ = ("end", "inner", "name", "start")

    def __init__(self, name: str, start: int, end: int) -> None:
        self.name, self.start, self.end = name, start, end
        self.inner = 0  # lines that belong to what is nested

    def span(self, code: Sequence[int]) -> int:
        """The code lines from the first to the last; `code` counts those above each line."""
        return code[min(self.end + 1, len(code) - 1)] - code[self.start]

    def lines(self, code: Sequence[int]) -> int:
        """The same without what is nested, which counts as one."""
        return max(self.span(code) - self.inner, 1)


class OpenClass(_Open):
    """A class."""

    __slots__ = ()


class OpenFunction(_Open):
    """A function, the class that it stands in directly, and whether it is inside of anything."""

    __slots__ = ("cognitive", "complexity", "inside", "nesting", "node", "owner")

    def __init__(
        self, node: Node, name: str, row: int, owner: OpenClass | None, *, inside: bool
    ) -> None:
        super().__init__(name, *rows(node, row))
        self.node, self.owner, self.inside = node, owner, inside
        self.complexity, self.cognitive, self.nesting = 1, 0, 0


def rows(node: Node, row: int) -> tuple[int, int]:
    """The first row, which is that of the name since annotations may stand above, and the last."""
    last = node.end_point
    return row, max(last.row if last.column else last.row - 1, row)


def without_generics(name: str) -> str:
    """`Box<T>.Lid` as `Box.Lid`."""
    return _GENERIC.sub("", name)


def classes(
    opened: Iterable[OpenClass],
    functions: Iterable[OpenFunction],
    code: Sequence[int],
    grammar: Grammar,
) -> list[Class]:
    """The classes, and a row for the methods of each that stand apart and name it."""
    methods: dict[int, list[OpenFunction]] = defaultdict(list)
    apart: dict[str, list[OpenFunction]] = defaultdict(list)
    for one in functions:
        if one.owner:
            methods[id(one.owner)].append(one)
        elif grammar.spread and not one.inside:
            apart[without_generics(one.name).rpartition(".")[0]].append(one)
    found = [_class(one, one.lines(code), methods[id(one)]) for one in opened]
    for name, some in apart.items():
        if _PLAIN.fullmatch(name):
            whole = OpenClass(name, some[0].start, max(one.end for one in some))
            found.append(_class(whole, sum(one.lines(code) for one in some), some))
    return sorted(found, key=lambda one: (one.start, one.end, one.name))


def _class(one: OpenClass, lines: int, methods: Sequence[OpenFunction]) -> Class:
    complexity = sum(method.complexity for method in methods)
    return Class(one.name, one.start + 1, one.end + 1, lines, len(methods), complexity)
