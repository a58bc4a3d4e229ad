"""HCL, the language of Terraform, as blocks with literal values; nothing is evaluated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_DEPTH = 20  # blocks and lists in each other; Terraform's own schemas need 8


class Computed:
    """A value that is worked out: a variable, a call, a text with holes."""

    def __repr__(self) -> str:
        return "computed"


COMPUTED = Computed()


@dataclass
class Block:
    """`kind "label" "label" { ... }`; values are bool, str (numbers too), list or COMPUTED."""

    kind: str
    labels: tuple[str, ...]
    line: int
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)  # of each value
    names: dict[str, str] = field(default_factory=dict)  # each value as it is written
    blocks: list[Block] = field(default_factory=list)

    def inner(self, kind: str) -> list[Block]:
        """The blocks of that kind directly inside, those of `dynamic` too."""
        found = [block for block in self.blocks if block.kind == kind]
        for block in self.blocks:
            if block.kind == "dynamic" and block.labels == (kind,):
                found += [one for one in block.blocks if one.kind == "content"]
        return found


def blocks(data: bytes) -> tuple[list[Block], bool]:
    """The blocks at the top of a file, and whether all of it could be read."""
    root = _parser().parse(data).root_node
    body = next((child for child in root.children if child.type == "body"), None)
    return (list(_blocks(body, 0)) if body else []), not root.has_error


@cache
def _parser() -> Parser:
    import tree_sitter_hcl
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_hcl.language()))


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _blocks(body: Node, depth: int) -> Iterator[Block]:
    for node in body.children if depth < _DEPTH else ():
        if node.type != "block":
            continue
        named = [child for child in node.children if child.type in ("identifier", "string_lit")]
        kind, *labels = (_text(child).strip('"') for child in named)
        block = Block(kind, tuple(labels), node.start_point.row + 1)
        for inner in (child for child in node.children if child.type == "body"):
            for one in inner.children:
                if one.type == "attribute" and one.child_count >= 3:
                    name = _text(one.children[0])
                    block.values[name] = _value(one.children[2], 0)
                    block.names[name] = _text(one.children[2])[:200]
                    block.lines[name] = one.start_point.row + 1
            block.blocks += _blocks(inner, depth + 1)
        yield block


def _value(node: Node, depth: int) -> Any:
    named = [child for child in node.children if child.is_named and child.type != "comment"]
    text = _text(node)
    if node.type in ("expression", "literal_value", "collection_value") and len(named) == 1:
        return _value(named[0], depth + 1) if depth < _DEPTH else COMPUTED
    if node.type == "string_lit":
        text = "".join(_text(child) for child in named if child.type == "template_literal")
    elif node.type == "tuple" and depth < _DEPTH:
        return [_value(child, depth + 1) for child in named if child.type == "expression"]
    elif node.type == "bool_lit":
        return text == "true"
    elif node.type != "numeric_lit":
        return COMPUTED
    return text
