"""Finds plug-ins: values of one kind in the modules of a folder and its entry-point group."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Protocol, TypeVar

from techdd.errors import TechddError


class Named(Protocol):
    """What every plug-in has: the name it is found by."""

    @property
    def name(self) -> str:
        """Unique among plug-ins of its kind."""
        ...


Plugin = TypeVar("Plugin", bound=Named)


@cache
def _modules(package: str) -> tuple[object, ...]:
    """The modules of `package` and of the entry-point group of the same name, sorted by name."""
    door = import_module(package)
    inside = sorted(module.name for module in iter_modules(door.__path__))
    outside = sorted(entry_points(group=package), key=lambda point: point.name)
    return (
        *(import_module(f"{package}.{name}") for name in inside),
        *(point.load() for point in outside),
    )


def discover(package: str, kind: type[Plugin]) -> dict[str, Plugin]:
    """All module-level values of `kind` below `package`, by name and sorted by it.

    Raises TechddError where two share a name.
    """
    found: dict[str, Plugin] = {}
    for module in _modules(package):
        for value in vars(module).values():
            if not isinstance(value, kind):
                continue
            if found.get(value.name, value) is not value:
                raise TechddError(f"two plug-ins are named {value.name!r}", package)
            found[value.name] = value
    return dict(sorted(found.items()))
