"""The door of the report formats: one module a format, a function from Report to bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from techdd.errors import TechddError
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
    needs: tuple[str, str] = ("", "")  # a library, and the extra of techdd that brings it

    def check(self) -> None:
        """Raises TechddError where the library that the format needs is not installed."""
        library, extra = self.needs
        if library and find_spec(library) is None:
            raise TechddError(f"needs a library: pip install 'techdd[{extra}]'", self.name.upper())


def format(
    suffix: str, *, name: str = "", signable: bool = False, needs: tuple[str, str] = ("", "")
) -> Callable[[Callable[[Report, Templates], bytes]], Format]:
    """Makes a Format of a render function, named by its suffix unless `name` is given."""

    def wrap(render: Callable[[Report, Templates], bytes]) -> Format:
        return Format(name or suffix.removeprefix("."), suffix, render, signable, needs)

    return wrap
