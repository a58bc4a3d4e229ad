"""HCL, the language of Terraform, as blocks with literal values; nothing is evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_WRAPPERS = ("expression", "literal_value", "collection_value")
_LITERAL = "template_literal"
SECONDS = 20.0  # that reading one file may take
_DEPTH = 20  # blocks and lists in each other; Terraform's own schemas need 8


class Computed:
    """A value that is worked out: a variable, a call, a text with holes."""

    def __repr__(self) -> str:
        return "computed"


COMPUTED = Computed()


@dataclass
class Block:
    """`kind "label" "label" { ... }`; values are bool, str (numbers too), list or COMPUTED.

    What is an object is COMPUTED too, and its own values are in `objects`.
    """

    kind: str
    labels: tuple[str, ...]
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)  # of each value
    names: dict[str, str] = field(default_factory=dict)  # each value as it is written
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def inner(self, kind: str) -> list[Block]:
        """The blocks of that kind directly inside, those of `dynamic` too."""
        found = [block for block in self.blocks if block.kind == kind]
        for block in self.blocks:
            if block.kind == "dynamic" and block.labels == (kind,):
                found += [one for one in block.blocks if one.kind == "content"]
        return found


def listed(value: Any) -> list[Any]:
    """The values of a list; of anything else, itself."""
    return value if isinstance(value, list) else [value]


def blocks(data: bytes) -> tuple[list[Block], bool]:
    """The blocks at the top of a file, and whether all of it could be read. Raises ValueError where
    that takes too long.
    """
    deadline = monotonic() + SECONDS
    parser = _parser()
    try:
        tree = parser.parse(
            lambda offset, _: data[offset : offset + 65_536],
            progress_callback=lambda *_: monotonic() > deadline,
        )
    except ValueError:  # how the binding says that it was stopped
        parser.reset()
        raise ValueError(f"reading takes more than {SECONDS:g} seconds") from None
    root = tree.root_node
    body = next((child for child in root.children if child.type == "body"), root)
    return list(_Reader(data, deadline).blocks(body, 0)), not root.has_error


@cache
def _parser() -> Parser:
    import tree_sitter_hcl
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_hcl.language()))


class _Reader:
    """Reads the nodes of one file. Their own `text` would be asked of the parser bit by bit."""

    def __init__(self, source: bytes, deadline: float) -> None:
        self._source = source
        self._deadline = deadline

    def blocks(self, body: Node, depth: int) -> Iterator[Block]:
        """The blocks directly in `body`, with what is in them."""
        for node in body.children if depth < _DEPTH else ():
            if node.type != "block":
                continue
            if monotonic() > self._deadline:
                raise ValueError(f"reading takes more than {SECONDS:g} seconds")
            parts = node.children
            named = [child for child in parts if child.type in ("identifier", "string_lit")]
            kind, *labels = (self._text(child).strip('"') for child in named)
            block = Block(kind, tuple(labels), node.start_point.row + 1)
            for inner in (child for child in parts if child.type == "body"):
                for one in inner.children:
                    if one.type == "attribute" and one.child_count >= 3:
                        self._take(block, one.children[0], one.children[2])
                block.blocks += self.blocks(inner, depth + 1)
            yield block

    def _take(self, block: Block, key: Node, value: Node) -> None:
        name = self._text(key)
        block.values[name] = self._value(value, 0)
        block.names[name] = self._text(value)[:200]
        block.lines[name] = key.start_point.row + 1
        if (told := self._object(value)) is not None:
            block.objects[name] = told

    def _object(self, node: Node) -> dict[str, Any] | None:
        """What `{ key = value }` says; None for what is no such object."""
        while node.type in ("expression", "collection_value") and node.named_child_count == 1:
            node = node.named_children[0]
        if node.type != "object":
            return None
        found: dict[str, Any] = {}
        for one in node.named_children:
            key, value = one.child_by_field_name("key"), one.child_by_field_name("val")
            if key is not None and value is not None:
                found[self._text(key).strip('"')] = self._value(value, 0)
        return found

    def _value(self, node: Node, depth: int) -> Any:
        named = [child for child in node.named_children if child.type != "comment"]
        if node.type in _WRAPPERS and len(named) == 1:
            return self._value(named[0], depth + 1) if depth < _DEPTH else COMPUTED
        if node.type == "string_lit":
            return "".join(map(self._text, (one for one in named if one.type == _LITERAL)))
        if node.type == "tuple" and depth < _DEPTH:
            return [self._value(one, depth + 1) for one in named if one.type == "expression"]
        if node.type == "bool_lit":
            return self._text(node) == "true"
        return self._text(node) if node.type == "numeric_lit" else COMPUTED

    def _text(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")
