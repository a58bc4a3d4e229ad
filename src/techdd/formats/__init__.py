"""The door of the report formats: one module a format, a function from Report to bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from techdd.model import Report
from techdd.workspace import Templates


@dataclass(frozen=True)
class Format:
    """One way to write a report. `name` is what `--format` takes, `suffix` the file's ending;
    `signable` is what a signature can be put into.
    """

    name: str
    suffix: str
    render: Callable[[Report, Templates], bytes]
    signable: bool = False


def format(
    suffix: str, *, name: str = "", signable: bool = False
) -> Callable[[Callable[[Report, Templates], bytes]], Format]:
    """Makes a Format of a render function, named by its suffix unless `name` is given."""

    def wrap(render: Callable[[Report, Templates], bytes]) -> Format:
        return Format(name or suffix.removeprefix("."), suffix, render, signable)

    return wrap
