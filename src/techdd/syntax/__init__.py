"""Measures the functions of a source file from its syntax tree (tree-sitter).

A *function* is what a language lets one name, and in JavaScript, TypeScript and Go also a function
literal, as lizard counts them. Lambdas, blocks and closures of the other languages belong to the
function around them. A nested function is measured on its own: its decisions do not count for the
function around it, and its lines count there as one.

- `complexity` is McCabe's cyclomatic number as lizard counts it: decisions + 1, a decision being a
  condition, a loop, a `case` label or match arm, a `catch`, a conditional expression, and each
  `&&` and `||`. Not counted: `else`, `default`, `finally`, `assert`.
- `cognitive` is cognitive complexity (Campbell, SonarSource 2018) without its recursion rule:
  1 + nesting for each structure, 1 for each `else`, jump to a label and run of like `&&` or `||`.
- A *class* is a named scope that can have methods; of types in Go, and of methods that C++ defines
  apart, what a file holds of them is a row too. Its lines are without those of nested classes.
- `nesting` is the deepest nesting of conditions, loops, switches and handlers.

Hostile input: nothing here recurses, parsing has a time limit, and queries run on subtrees of
bounded size, because a query is quadratic in runs of siblings and does not end on trees deeper
than 65,535.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from techdd.syntax.grammar import (
    NAME_LENGTH,
    Class,
    Function,
    Grammar,
    Measurement,
    Unmeasurable,
)
from techdd.syntax.trees import Kind, engine, in_order
from techdd.syntax.walk import Walk

__all__ = [
    "NAME_LENGTH",
    "Class",
    "Function",
    "Grammar",
    "Measurement",
    "Unmeasurable",
    "comments",
    "measure",
]


def measure(grammar: Grammar, source: bytes) -> Measurement:
    """The functions and lines of `source`, which is UTF-8.

    Raises Unmeasurable for a file beyond the limits.
    """
    found = engine(grammar).find(source)
    errors = found.pop(Kind.ERROR, [])
    comments = [one.byte_range for one in in_order(found.pop(Kind.COMMENT, []))]
    code, comment_lines = _lines(source, comments)
    functions, classes = Walk(grammar, source, code).run(found)
    return Measurement(
        functions=tuple(functions),
        code_lines=code[-1],
        comment_lines=comment_lines,
        lines=len(code) - 1,
        errors=len(errors),
        classes=tuple(classes),
    )


def comments(grammar: Grammar, source: bytes) -> Iterator[tuple[int, str]]:
    """(first line, text) of each comment, in order. Raises Unmeasurable as `measure` does."""
    for node in in_order(engine(grammar).find(source)[Kind.COMMENT]):
        yield node.start_point.row + 1, (node.text or b"").decode("utf-8", "replace")


def _lines(source: bytes, comments: Sequence[tuple[int, int]]) -> tuple[list[int], int]:
    """The number of code lines above each line (and in all, last), and of comment lines.

    A code line holds something beside blanks and comments; a comment line is one within a comment.
    """
    pieces, position = [], 0
    commented: set[int] = set()
    row = 0
    for start, end in comments:
        if start < position:  # a comment in a comment
            continue
        between = source[position:start]
        pieces.append(between)
        row += between.count(b"\n")
        height = source.count(b"\n", start, end)
        pieces.append(b"\n" * height)
        ends_line = source.endswith(b"\n", start, end)
        commented.update(range(row, row + height + (not ends_line)))
        row += height
        position = end
    pieces.append(source[position:])
    rows = b"".join(pieces).split(b"\n")
    if not rows[-1] and (not source or source.endswith(b"\n")):
        rows.pop()
    is_code = list(map(bool, map(bytes.strip, rows)))
    above = list(accumulate(is_code, initial=0))
    return above, sum(row < len(rows) and not is_code[row] for row in commented)
