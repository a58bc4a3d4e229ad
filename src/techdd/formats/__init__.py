"""The door of the report formats: one module a format, a function from Report to bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from techdd.model import Report
from techdd.workspace import Templates


@dataclass(frozen=True)
class Format:
    """One way to write a report. `name` is what `--format` takes, `suffix` the file's ending."""

    name: str
    suffix: str
    render: Callable[[Report, Templates], bytes]


def format(suffix: str) -> Callable[[Callable[[Report, Templates], bytes]], Format]:
    """Makes a Format of a render function, named by its suffix."""

    def wrap(render: Callable[[Report, Templates], bytes]) -> Format:
        return Format(suffix.removeprefix("."), suffix, render)

    return wrap
