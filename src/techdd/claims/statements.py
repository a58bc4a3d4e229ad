"""What may be said outside of a contradiction: the words that the adviser has approved.

`statements.yaml` holds them. An approval is tied to the state of the answer and of the evidence: it
lapses when either changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from techdd import files
from techdd.documents import dump_yaml, load, read_yaml
from techdd.errors import TechddError
from techdd.ledger import mistake
from techdd.migrations import FORMATS
from techdd.model import Difference
from techdd.policy import Versioned, Written
from techdd.text import clean

FILE = "statements.yaml"
_HEADER = """\
# What investors and the client read of contradictions between answers and evidence.
# Approve with: techdd contradictions approve. An approval lapses when answer or evidence changes.
"""


class Statement(Written):
    """Approved words on one difference; `state` says of which answer and which evidence."""

    words: Annotated[str, Field(min_length=1, max_length=1_000)]
    by: Annotated[str, Field(min_length=1, max_length=200)]
    at: date
    state: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class Statements(Versioned):
    """All approved words, by the id of their difference."""

    stored = "statements.yaml"

    statements: Mapping[str, Statement] = Field(default_factory=dict)


def statements(root: Path) -> Mapping[str, Statement]:
    """The approved words of an engagement. Raises DocumentError."""
    path = root / FILE
    if not files.is_there(path) or read_yaml(path) is None:
        return {}
    return load(path, Statements).statements


def worded(
    differences: Iterable[Difference], approved: Mapping[str, Statement]
) -> tuple[Difference, ...]:
    """`differences` with the words that still count."""
    return tuple(
        replace(one, words=approved[one.id].words)
        if one.id in approved and approved[one.id].state == one.state
        else one
        for one in differences
    )


def lapsed(differences: Iterable[Difference], approved: Mapping[str, Statement]) -> list[str]:
    """Approvals that no longer count: answer or evidence has changed, or the difference is gone."""
    states = {one.id: one.state for one in differences}
    return sorted(name for name, one in approved.items() if states.get(name) != one.state)


def approve(root: Path, difference: Difference, words: str, by: str, at: date) -> Statement | None:
    """Writes the words for the difference as it stands; comments in the file stay. Returns the ones
    that they replace.

    Raises TechddError.
    """
    path = root / FILE
    words, by = (clean(" ".join(text.split())) for text in (words, by))
    if not words or not by:
        raise TechddError("an approval needs its words and who gives it; give --words and --by")
    try:
        made = Statement(words=words, by=by, at=at, state=difference.state)
    except ValidationError as error:
        raise TechddError(f"--{mistake(error)}") from None
    before = statements(root).get(difference.id)  # a mistake in the file is told, too
    found = read_yaml(path) if files.is_there(path) else None
    fresh = found is None
    document: Any = {"format_version": FORMATS[FILE].version} if found is None else found
    listed = document.setdefault("statements", {})
    listed[difference.id] = made.model_dump()
    text = dump_yaml(document)
    files.write(path, (f"{_HEADER}{text}" if fresh else text).encode())
    return before
