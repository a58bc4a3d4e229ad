"""Measures functions in one pass over the nodes found, with a stack of those that are open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from techdd.syntax.classes import OpenClass, OpenFunction, classes, rows, without_generics
from techdd.syntax.grammar import NAME_LENGTH, Class, Function, Grammar
from techdd.syntax.trees import Kind

if TYPE_CHECKING:
    from tree_sitter import Node

# By their own names, for to ask an enumeration takes time and is done for each node.
(
    FUNCTION, SCOPE, LAMBDA, IF, LOOP, SWITCH, TERNARY, BINARY,
    ELIF, ELSE, DECISION, EXHAUSTIVE, AND, OR, OPERATOR, JUMP, BINDING, COMMENT, ERROR,
) = Kind  # fmt: skip
_OUTER_FIRST = itemgetter(0, 1, 2)  # start, -end, and what a node means
ANONYMOUS = "(anonymous)"
GAP = 200  # bytes between an `else` and its `if`, or an operator and its operand


@dataclass(slots=True)
class _Logic:
    """The last `&&` or `||` of a condition, and where the binary's own one ends (-1 = not yet)."""

    last: Kind | None = None
    end: int = -1


@dataclass(slots=True)
class _Frame:
    """A node that the walk is in. `depth` counts control flow, `nesting` what is cognitive."""

    end: int
    kind: Kind
    function: OpenFunction | None
    prefix: str
    nesting: int
    depth: int
    start: int
    logic: _Logic  # of a binary


class Walk:
    """One pass over the found nodes, outer before inner, with a stack of those that are open."""

    def __init__(self, grammar: Grammar, source: bytes, code: Sequence[int]) -> None:
        self.grammar, self.source, self.code = grammar, source, code
        self.opened: list[OpenFunction] = []
        self.classes: list[OpenClass] = []
        self.scopes: list[OpenClass | None] = []  # that are open; None = no class
        self.stack = [_Frame(len(source) + 1, SCOPE, None, "", 0, 0, 0, _Logic())]
        self.names: dict[tuple[int, int], str] = {}  # of the functions that a binding names
        self.chained = -1  # where the last `else` ended

    def run(self, found: Mapping[Kind, Sequence[Node]]) -> tuple[list[Function], list[Class]]:
        """The functions and the classes, in the order they begin."""
        events = [
            (node.start_byte, -node.end_byte, kind, node)
            for kind, nodes in found.items()
            for node in nodes
        ]
        events.sort(key=_OUTER_FIRST)
        for start, minus_end, kind, node in events:
            while self.stack[-1].end <= start:
                self._close()
            if kind <= BINARY:
                self._open(start, -minus_end, kind, node)
            else:
                self._meet(start, -minus_end, kind, node)
        while len(self.stack) > 1:
            self._close()
        functions = [self._function(one) for one in self.opened]
        return functions, classes(self.classes, self.opened, self.code, self.grammar)

    def _open(self, start: int, end: int, kind: Kind, node: Node) -> None:
        outer = self.stack[-1]
        function, prefix, nesting, depth = outer.function, outer.prefix, outer.nesting, outer.depth
        if kind is FUNCTION:
            if not self._has_body(node):
                return
            own, row = self._name(node)
            own = self.names.pop((start, end), own)
            name = f"{prefix}.{own}" if prefix else own
            owner = self.scopes[-1] if outer.kind is SCOPE and self.scopes else None
            function = OpenFunction(node, name, row, owner, inside=bool(outer.prefix))
            self.opened.append(function)
            prefix = prefix if own == ANONYMOUS else _qualified(prefix, own)
            nesting = depth = 0
        elif kind is SCOPE:
            own, row = self._name(node)
            prefix = _qualified(prefix, own)
            self._enter(node, without_generics(prefix), row)
        elif kind is LAMBDA:
            nesting += 1
        elif kind is not BINARY:
            nesting, depth = self._structure(start, kind, outer)
        logic = _Logic(self._carried(start)) if kind is BINARY else outer.logic
        self.stack.append(_Frame(end, kind, function, prefix, nesting, depth, start, logic))

    def _enter(self, node: Node, name: str, row: int) -> None:
        """Opens a scope, which may be a class."""
        opened = None
        if node.type not in self.grammar.not_classes:
            opened = OpenClass(name, *rows(node, row))
            self.classes.append(opened)
        self.scopes.append(opened)

    def _structure(self, start: int, kind: Kind, outer: _Frame) -> tuple[int, int]:
        """Counts a structure of control flow; returns the nesting and depth inside."""
        function, nesting, depth = outer.function, outer.nesting, outer.depth
        is_else_if = (
            kind is IF
            and outer.kind is IF
            and self.chained >= 0
            and self._only(b"", self.chained, start)
        )
        if function and kind is not SWITCH:
            function.complexity += 1
        if is_else_if:  # its `else` has been counted, its nesting is that of the first `if`
            return nesting, depth
        depth += kind is not TERNARY
        if function:
            function.cognitive += 1 + nesting
            function.nesting = max(function.nesting, depth)
        return nesting + 1, depth

    def _meet(self, start: int, end: int, kind: Kind, node: Node) -> None:
        """Counts a node that has nothing inside that would matter."""
        top = self.stack[-1]
        if kind is BINDING:
            self._bind(node)
            return
        if kind is ELSE:
            if top.kind is not IF:
                return
            self.chained = end if node.child_count == 0 else start + len("else")
        if kind is OPERATOR:
            kind = {b"&&": AND, b"||": OR}.get(self.source[start:end], kind)
        function = top.function
        if function is None or kind is OPERATOR:
            return
        if kind in (AND, OR):
            if self.grammar.no_ands and node.parent and node.parent.type in self.grammar.no_ands:
                return
            function.complexity += 1
            function.cognitive += self._begins_run(kind, end)
        elif kind is DECISION:
            function.complexity += 1
        elif kind is EXHAUSTIVE:
            function.complexity -= node.named_child_count > 0
        else:
            function.complexity += kind is ELIF
            function.cognitive += 1

    def _begins_run(self, kind: Kind, end: int) -> bool:
        """Whether a logical operator starts a new run: the one before it in its condition, read
        from left to right without parentheses, is of the other kind.
        """
        top = self.stack[-1]
        if top.kind is not BINARY:
            return True
        begins = top.logic.last is not kind
        top.logic.last, top.logic.end = kind, end
        return begins

    def _carried(self, start: int) -> Kind | None:
        """The last operator before an operand that begins at `start`, if nothing parts them."""
        outer = self.stack[-1]
        goes_on = outer.kind is BINARY and outer.logic.end >= 0
        return outer.logic.last if goes_on and self._only(b"(", outer.logic.end, start) else None

    def _only(self, allowed: bytes, start: int, end: int) -> bool:
        """Whether nothing but blanks and `allowed` stands there; never so for a wide gap, which
        would be read again and again.
        """
        gap = self.source[start : min(end, start + GAP)]
        return end - start <= GAP and not gap.strip(allowed + b" \t\r\n")

    def _close(self) -> None:
        frame = self.stack.pop()
        outer = self.stack[-1] if self.stack else None
        if frame.kind is BINARY and outer and outer.kind is BINARY:
            begin = outer.logic.end if outer.logic.end >= 0 else outer.start
            if frame.logic.end >= 0 and self._only(b"(", begin, frame.start):
                outer.logic.last = frame.logic.last
        elif frame.kind is FUNCTION and frame.function and outer and outer.function:
            outer.function.inner += max(frame.function.span(self.code) - 1, 0)
        elif frame.kind is SCOPE and self.scopes:
            closed = self.scopes.pop()
            if closed and self.scopes and (around := self.scopes[-1]):
                around.inner += max(closed.span(self.code) - 1, 0)

    def _function(self, one: OpenFunction) -> Function:
        return Function(
            one.name,
            one.start + 1,
            one.end + 1,
            one.lines(self.code),
            self._parameters(one.node),
            one.complexity,
            one.nesting,
            one.cognitive,
        )

    # --- names and parameters ---------------------------------------------------------------------

    def _has_body(self, node: Node) -> bool:
        bodies = self.grammar.bodies
        if not bodies:
            return True
        body = node.child_by_field_name("body")  # spares looking at all of them
        if body and body.type in bodies:
            return True
        return any(child.type in bodies for child in reversed(node.children))

    def _bind(self, node: Node) -> None:
        """Remembers the name that a variable or a property gives to a function."""
        name_field, value_field = self.grammar.bindings[node.type]
        value = node.child_by_field_name(value_field)
        name = node.child_by_field_name(name_field)
        if name and value and value.type in self.grammar.functions:
            self.names[value.byte_range] = self._text(name)

    def _name(self, node: Node) -> tuple[str, int]:
        """The name and the line that it stands on."""
        found, inner = None, _declarator(node)
        for _ in range(20):  # C: pointers and references around the declared name
            if inner is None:
                break
            found = inner
            inner = _declarator(inner)
        found = found or next(filter(None, map(node.child_by_field_name, _NAMING)), None)
        name = self._text(found) if found else _KEYWORDS.get(node.type, ANONYMOUS)
        if owner := self.grammar.receiver and node.child_by_field_name(self.grammar.receiver):
            words = _WORD.findall(_BRACKETS.sub("", self._text(owner)))
            name = f"{words[-1]}.{name}" if words else name
        return name, (found or node).start_point.row

    def _text(self, node: Node) -> str:
        text = self._raw(node).decode("utf-8", "replace")
        return " ".join(text.split()).replace("::", ".") or ANONYMOUS

    def _raw(self, node: Node) -> bytes:
        start, end = node.byte_range
        return self.source[start : min(end, start + NAME_LENGTH)]

    def _parameters(self, node: Node) -> int:
        if node.child_by_field_name("parameter"):  # x => ...
            return 1
        inner: Node | None = node
        for _ in range(20):
            if inner is None:
                return 0
            lists = inner.children_by_field_name("parameters") or [
                one for one in inner.children if one.type in self.grammar.parameter_lists
            ]
            if lists:
                return sum(map(self._listed, lists))
            inner = _declarator(inner)
        return 0

    def _listed(self, parameters: Node) -> int:
        if parameters.type == "parameter":  # Swift has no list around them
            return 1
        count = 0
        for one in parameters.named_children:
            if one.is_extra or one.type in self.grammar.not_parameters:
                continue
            if self._raw(one).strip() in _RECEIVERS and one.type != "variadic_parameter":
                continue
            count += len(one.children_by_field_name("name")) or 1 if self.grammar.receiver else 1
        return count


_NAMING = ("name", "operator", "type")  # the fields that may name a function or a scope
_RECEIVERS = frozenset((b"self", b"cls", b"this", b"void"))  # C has `(void)` for no parameters
_WORD, _BRACKETS = re.compile(r"\w+"), re.compile(r"\[.*\]")
_KEYWORDS = {
    "getter": "get", "setter": "set", "secondary_constructor": "constructor",
    "computed_getter": "get", "computed_setter": "set", "deinit_declaration": "deinit",
}  # fmt: skip


def _qualified(prefix: str, name: str) -> str:
    """`prefix.name`, its last three parts: names must not grow with the depth of nesting."""
    return ".".join([*prefix.split("."), name][-3:]).strip(".")


def _declarator(node: Node) -> Node | None:
    """What a declaration of C declares; C++'s grammar has no field for it behind a reference."""
    if node.type == "reference_declarator":
        return node.named_children[-1] if node.named_children else None
    return node.child_by_field_name("declarator")
