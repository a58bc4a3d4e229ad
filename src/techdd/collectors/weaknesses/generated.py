"""Results in files that call themselves generated: a line anybody can write takes none away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from techdd.languages import calls_itself_generated
from techdd.model import Issue


def told_apart(facts: Iterator[Any], result: type[Any]) -> Iterator[Any]:
    """`facts`, and how many of the results among them stand in such files, as a gap."""
    said, files = 0, set[str]()
    for fact in facts:
        if isinstance(fact, result) and calls_itself_generated(fact.role, fact.path):
            said += 1
            files.add(fact.path)
        yield fact
    if said:
        yield Issue(
            "results in files that call themselves generated",
            detail=f"{said:,} in {len(files):,} files; they are in no number, and only the severe "
            "ones are findings",
        )
