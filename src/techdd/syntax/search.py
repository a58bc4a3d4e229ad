"""Finds code by tree-sitter queries, only around the words that each match must hold."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from time import thread_time
from typing import TYPE_CHECKING

from techdd.syntax.grammar import Grammar
from techdd.syntax.trees import SECONDS, SUBTREE, engine

if TYPE_CHECKING:
    from tree_sitter import Node, Query, QueryCursor

FOUND = "found"  # the capture that a query reports; others serve its conditions
_NAMES = ("call", "name")  # whose line is told, where captured: a chain of calls begins far above
_FUNCTION = re.compile(r"function|method|lambda|closure|arrow")
MOST_SPOTS = 5_000  # words of one query in one file


class Searched:
    """One parsed file. Raises Unmeasurable where it is beyond the limits of time and size."""

    def __init__(self, grammar: Grammar, source: bytes) -> None:
        self._grammar, self._source = grammar, source
        self._deadline = thread_time() + SECONDS
        self._root = engine(grammar).parse(source, self._deadline).root_node
        self.left = ""  # why not all of the file was looked at

    def find(self, query: str, words: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """(start, end, line) of what `query` captures as `@found`, each once, in order.

        A node of more than SUBTREE nodes is not matched as a whole, only what stands in it: a query
        is quadratic in runs of siblings, and this bounds it. What lies beyond a limit is not
        looked at; `left` then says which.
        """
        spots = _spots(self._source, words)
        if len(spots) > MOST_SPOTS:
            self.left = f"no more than the first {MOST_SPOTS:,} places to look at"
            spots = spots[:MOST_SPOTS]
        places: set[tuple[int, int, int]] = set()
        for node in self._around(spots):
            if thread_time() > self._deadline:
                self.left = f"searching took more than {SECONDS:g} seconds"
                break
            for _, captured in _cursor(self._grammar, query).matches(node):
                named = next((captured[key][0] for key in _NAMES if key in captured), None)
                for found in captured.get(FOUND, ()):
                    row = named.start_point.row if named else found.start_point.row
                    places.add((found.start_byte, found.end_byte, row + 1))
        yield from sorted(places)

    def within(self, start: int, end: int) -> tuple[str, str]:
        """The text from `start` to `end`, and that of its function, or of the file, before it;
        nothing of that where the time is up.
        """
        node = self._root.descendant_for_byte_range(start, end)
        while node and node.parent and not _FUNCTION.search(node.type):
            node = node.parent
        first = node.start_byte if node and thread_time() < self._deadline else start
        text, before = self._source[start:end], self._source[first:start]
        return text.decode("utf-8", "replace"), before.decode("utf-8", "replace")

    def _around(self, spots: Sequence[int]) -> Iterator[Node]:
        """The largest nodes of bounded size that hold one of `spots`."""
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            place = bisect_left(spots, node.start_byte)
            if place == len(spots) or spots[place] >= node.end_byte:
                continue
            if node.descendant_count <= SUBTREE:
                yield node
            else:
                waiting += node.children


def check(grammar: Grammar, query: str) -> None:
    """Raises ValueError with tree-sitter's own words where `query` is none of this grammar."""
    if FOUND not in _names(_query(grammar, query)):
        raise ValueError(f"captures no @{FOUND}")


def _names(query: Query) -> list[str]:
    return [query.capture_name(number) for number in range(query.capture_count)]


def _cursor(grammar: Grammar, query: str) -> QueryCursor:
    from tree_sitter import QueryCursor

    return QueryCursor(_query(grammar, query))


@cache
def _query(grammar: Grammar, query: str) -> Query:
    from tree_sitter import Query

    return Query(engine(grammar).language, query)


def _spots(source: bytes, words: Sequence[str]) -> list[int]:
    """Where each of `words` begins, in order."""
    found: set[int] = set()
    for word in {word.encode() for word in words}:
        place, left = source.find(word), MOST_SPOTS + 1
        while place >= 0 and left:
            found.add(place)
            left -= 1
            place = source.find(word, place + len(word))
    return sorted(found)
