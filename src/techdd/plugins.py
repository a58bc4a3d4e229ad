"""Finds plug-ins: values of one kind in the modules of a folder and its entry-point group."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
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


def _places(package: str) -> tuple[list[str], list[EntryPoint]]:
    """(the modules of `package`, the entry points of the group of that name), sorted by name."""
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    inside = sorted(f"{package}.{module.name}" for module in iter_modules(folders or []))
    return inside, sorted(entry_points(group=package), key=lambda point: point.name)


def names(package: str) -> list[str]:
    """The names of what holds plug-ins, nothing of which is loaded."""
    inside, outside = _places(package)
    return [*inside, *(f"{point.name} = {point.value}" for point in outside)]


@cache
def _modules(package: str) -> tuple[object, ...]:
    inside, outside = _places(package)
    return (*map(import_module, inside), *(point.load() for point in outside))


def single(package: str, kind: type[Plugin], name: str) -> Plugin | None:
    """The plug-in `name` where it stands in a module of that name; no other module is loaded."""
    inside, _ = _places(package)
    if f"{package}.{name}" not in inside:
        return None
    found = vars(import_module(f"{package}.{name}")).values()
    return next((value for value in found if isinstance(value, kind) and value.name == name), None)


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
