"""What the readers of deployables give: one row for each thing that can be started."""

from __future__ import annotations

from typing import Any, NamedTuple


class Started(NamedTuple):
    """The columns of `Deployable` that one file can tell."""

    kind: str
    name: str
    line: int | None
    detail: str = ""
    images: str = ""


def text_of(value: Any) -> str:
    """`value` where it is text; "" for anything else."""
    return value if isinstance(value, str) else ""


def line_in(content: bytes, at: int) -> int:
    """The line on which the byte `at` stands."""
    return content.count(b"\n", 0, at) + 1
