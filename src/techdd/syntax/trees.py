"""Finds the nodes of a syntax tree that mean something, however large or odd the tree is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import IntEnum
from functools import cache
from importlib import import_module
from time import thread_time
from typing import TYPE_CHECKING

from techdd.syntax.grammar import Grammar, Unmeasurable

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

SECONDS = 20.0  # of computing, to parse one file
MAX_NODES = 4_000_000  # of one tree; 5 MB of dense source have about 2 million
SMALL = 100_000  # bytes of a file that is parsed without asking for the time
SUBTREE = 4_000  # nodes that one query may see


class Kind(IntEnum):
    """What a node means; where two begin and end together, the lower one is the outer one."""

    FUNCTION, SCOPE, LAMBDA, IF, LOOP, SWITCH, TERNARY, BINARY = range(8)  # have something inside
    ELIF, ELSE, DECISION, EXHAUSTIVE, AND, OR, OPERATOR, JUMP, BINDING, COMMENT, ERROR = range(
        8, 19
    )


_FIELDS = {
    Kind.FUNCTION: "functions", Kind.SCOPE: "scopes", Kind.LAMBDA: "lambdas", Kind.IF: "ifs",
    Kind.LOOP: "loops", Kind.SWITCH: "switches", Kind.TERNARY: "ternaries",
    Kind.BINARY: "binaries", Kind.ELIF: "elifs", Kind.ELSE: "elses",
    Kind.DECISION: "decisions", Kind.AND: "ands", Kind.OR: "ors",
    Kind.OPERATOR: "operators", Kind.JUMP: "jumps", Kind.BINDING: "bindings",
    Kind.COMMENT: "comments",
    Kind.EXHAUSTIVE: "exhaustive",
}  # fmt: skip
_BROKEN = ("(ERROR)", "(MISSING)")


class Engine:
    """A grammar's parser and its one query, which also finds what is broken where something is: the
    search for missing nodes has to look at each node there is.
    """

    def __init__(self, grammar: Grammar) -> None:
        from tree_sitter import Language, Parser, Query, QueryCursor

        language = Language(getattr(import_module(grammar.wheel), grammar.entry)())
        kinds = {kind: tuple(getattr(grammar, name)) for kind, name in _FIELDS.items()}
        kinds[Kind.ERROR] = _BROKEN
        self.language = language
        self.parser = Parser(language)
        self.kinds = {kind.name: kind for kind in kinds}
        self.by_type = {name: kind for kind, names in kinds.items() for name in names}
        patterns = [
            f"{_pattern(name)} @{kind.name}" for kind, names in kinds.items() for name in names
        ]
        sound = "\n".join(patterns[: -len(_BROKEN)])
        self.sound = QueryCursor(Query(language, sound))
        self.broken = QueryCursor(Query(language, "\n".join(patterns)))

    def find(self, source: bytes) -> dict[Kind, list[Node]]:
        """The nodes that mean something by what they mean, in no order."""
        found: dict[Kind, list[Node]] = defaultdict(list)
        deadline = thread_time() + SECONDS
        tree = self.parse(source, deadline)
        waiting = [tree.root_node]
        while waiting:
            if thread_time() > deadline:
                raise Unmeasurable(f"reading took more than {SECONDS:g} seconds")
            node = waiting.pop()
            if node.descendant_count > SUBTREE:
                waiting += node.children
            elif node.child_count > 0:
                cursor = self.broken if node.has_error else self.sound
                for name, nodes in cursor.captures(node).items():
                    found[self.kinds[name]] += nodes
                continue
            kind = self._single(node)
            if kind is not None:
                found[kind].append(node)
        return found

    def parse(self, source: bytes, deadline: float) -> Tree:
        """The tree of `source`. Raises Unmeasurable after `deadline` of `thread_time`."""
        tree = self._tree(source, deadline)
        if tree.root_node.descendant_count > MAX_NODES:
            raise Unmeasurable(f"more than {MAX_NODES:,} nodes of syntax")
        return tree

    def _tree(self, source: bytes, deadline: float) -> Tree:
        if len(source) < SMALL:  # cannot take long, and asking for the time does
            return self.parser.parse(source)
        try:
            return self.parser.parse(
                lambda offset, _: source[offset : offset + 65_536],
                progress_callback=lambda *_: thread_time() > deadline,
            )
        except ValueError:  # how the binding says that it was stopped
            self.parser.reset()
            raise Unmeasurable(f"parsing took more than {SECONDS:g} seconds") from None

    def _single(self, node: Node) -> Kind | None:
        """What `node` alone means, as the query would have found it by its type."""
        if node.is_missing or node.is_error:
            return Kind.ERROR
        return self.by_type.get(node.type if node.is_named else f'"{node.type}"')


@cache
def engine(grammar: Grammar) -> Engine:
    """The engine of a grammar, loaded once."""
    return Engine(grammar)


def in_order(nodes: Iterable[Node]) -> list[Node]:
    """`nodes` as they begin, an outer one before those inside."""
    return sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte))


def _pattern(name: str) -> str:
    return name if name[0] in '("' else f"({name})"
