"""Finds the tests in one file by its syntax, and decides what is conspicuous about each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors.test_smells.styles import ASSERTS, Style
from techdd.languages import Language
from techdd.syntax.trees import SECONDS, engine

if TYPE_CHECKING:
    from tree_sitter import Node

SKIPPED, SILENT = "skipped", "no assertion"
_CALL = re.compile(rb"([A-Za-z_$][\w$]*+)\s{0,9}+(?:<[^<>()]{0,80}>\s{0,9})?[({]")
_LITERALS = ("arrow_function", "function_expression", "generator_function")
_BODIES = ("block", "statements", "body_statement", "block_body", "statement_block")
_TITLES = ("string", "template_string")
_FUNCTION = re.compile(rb"=>|\bfunction\b")
_PENDING = re.compile(rb"x?(?:it|test|specify|example|scenario)(?![\w.])")  # without a block
_STATEMENT, _HEAD = 80, 1_000  # bytes that are looked at
_WRAPPED = 3  # nodes that a grammar puts around the statements of a body


class Case(NamedTuple):
    """One test; `smell` is SKIPPED, SILENT or "" for none. A silent one may still assert by what
    it calls, by these names.
    """

    line: int
    smell: str
    calls: frozenset[bytes] = frozenset()


class _Found(NamedTuple):
    """A function or call that may be a test, or hold some."""

    head: bytes
    body: Node | None
    parameters: bytes = b""
    pending: bool = False


def cases(language: Language, style: Style, source: bytes) -> Iterator[Case]:
    """The tests of `source`, which is UTF-8, in no order.

    Of a file with syntax errors no test is called silent: where a body ends there is not sure.
    Raises Unmeasurable for a file beyond the limits.
    """
    assert language.grammar
    root = engine(language.grammar).parse(source, monotonic() + SECONDS).root_node
    waiting: list[tuple[Node, int, bool]] = [(root, 0, False)]
    while waiting:
        node, start, skipped = waiting.pop()
        found = None
        if node.type in style.functions or node.type in style.scopes:
            found = _call(style, source, node) if style.calls else _declared(source, node, start)
        if found:
            skips = skipped or bool(style.skipped.search(found.head))
            if node.type in style.functions and _is_test(style, found):
                smell, calls = _judged(language, style, source, found, skips)
                broken = smell == SILENT and root.has_error
                yield Case(node.start_point.row + 1, "" if broken else smell, calls)
                continue
            if node.type in style.functions and not style.calls:
                continue  # no test stands in a function that is none
            if node.type in style.scopes:
                if style.scope.search(found.head):
                    skipped = skips
                elif node.type.startswith("class"):
                    continue  # no framework runs it
        waiting += _children(style, node, start, skipped)


def _children(
    style: Style, node: Node, start: int, skipped: bool
) -> Iterator[tuple[Node, int, bool]]:
    """Each child, with where what belongs to it begins: decorators and attributes stand ahead."""
    around = node.type in style.around
    begin = -1
    for child in node.children:
        if child.type in style.before:
            begin = child.start_byte if begin < 0 else begin
            continue
        ahead = start if around else child.start_byte if begin < 0 else begin
        if child.child_count:
            yield child, ahead, skipped
        if child.is_named:
            begin = -1


def _declared(source: bytes, node: Node, start: int) -> _Found | None:
    body = node.child_by_field_name("body") or next(
        (child for child in node.children if child.type.endswith("_body")), None
    )
    if body is None:  # abstract
        return None
    return _Found(source[min(start, node.start_byte) : body.start_byte], body)


def _call(style: Style, source: bytes, node: Node) -> _Found | None:
    """A call with a block or a function, or a definition of Ruby's."""
    if node.type in ("method", "class"):
        body = node.child_by_field_name("body")
        return _Found(source[node.start_byte : body.start_byte if body else node.end_byte], body)
    called = node.child_by_field_name("function")
    start = node.start_byte
    block = node.child_by_field_name("block")
    end = called.end_byte if called else block.start_byte if block else node.end_byte
    head = source[start : min(end, start + _HEAD)]
    if not style.test.search(head):
        return _Found(head, None)
    arguments = node.child_by_field_name("arguments")
    given = arguments.named_children if arguments else []
    alone = len(given) == 1 and given[0].type in _TITLES and _PENDING.match(head)
    if called is None:
        return _Found(head, block, pending=bool(alone and not block))
    body = next((one for one in given if _holds_function(source, one)), None)
    taken = body and (
        body.child_by_field_name("parameters") or body.child_by_field_name("parameter")
    )
    parameters = source[taken.start_byte : taken.end_byte] if taken else b""
    return _Found(head, body, parameters, pending=bool(alone))


def _holds_function(source: bytes, node: Node) -> bool:
    """Whether an argument is a function, or a call that makes one: `fakeAsync(() => {})`."""
    if node.type in _LITERALS:
        return True
    return node.type == "call_expression" and bool(
        _FUNCTION.search(source, node.start_byte, node.end_byte)
    )


def _is_test(style: Style, found: _Found) -> bool:
    known = style.test.search(found.head) and not style.no_test.search(found.head)
    return bool(
        known and (found.pending or found.body or not style.calls or b"def" in found.head[:4])
    )


def _judged(
    language: Language, style: Style, source: bytes, found: _Found, skips: bool
) -> tuple[str, frozenset[bytes]]:
    if skips or found.pending or _leaves(style, source, found.body):
        return SKIPPED, frozenset()
    if style.expects.search(found.head) or _hands_over(found.parameters):
        return "", frozenset()
    text = source[found.body.start_byte : found.body.end_byte] if found.body else b""
    calls = called(language, style, text)
    return ("", frozenset()) if calls is None else (SILENT, calls)


def called(language: Language, style: Style, text: bytes) -> frozenset[bytes] | None:
    """The names in `text`, each of which may be called there; None where it may assert itself."""
    plain = language.without_comments(text)
    if ASSERTS.search(plain) or style.asserts.search(plain):
        return None
    return frozenset((style.call or _CALL).findall(plain))


def _hands_over(parameters: bytes) -> bool:
    """Whether a test is handed something to assert by, or to call when it is done."""
    plain = parameters.strip(b"() \n")
    return bool(plain) and not plain.startswith((b"{", b"_"))


def _leaves(style: Style, source: bytes, body: Node | None) -> bool:
    """Whether a statement of the body itself ends the test, whatever happens."""
    for _ in range(_WRAPPED):
        statements = body.named_children if body else []
        for one in statements:
            start = source[one.start_byte : one.start_byte + _STATEMENT]
            if style.leaves.match(start) and not one.type.endswith("_modifier"):
                return True
        body = next((one for one in statements if one.type in _BODIES), None)
    return False
