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


_entry_points = cache(entry_points)  # of all that is installed, which takes a while


def _inside(package: str) -> list[str]:
    """The modules of `package`, sorted by name."""
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    return sorted(f"{package}.{module.name}" for module in iter_modules(folders or []))


def _outside(package: str) -> list[EntryPoint]:
    """The entry points of the group of that name, sorted by name."""
    return sorted(_entry_points().select(group=package), key=lambda point: point.name)


def names(package: str) -> list[str]:
    """The names of what holds plug-ins, nothing of which is loaded."""
    return [*_inside(package), *(f"{one.name} = {one.value}" for one in _outside(package))]


@cache
def _modules(package: str) -> tuple[object, ...]:
    return (*map(import_module, _inside(package)), *(one.load() for one in _outside(package)))


def single(package: str, kind: type[Plugin], name: str) -> Plugin | None:
    """The plug-in `name` where it stands in a module of that name; no other module is loaded."""
    if f"{package}.{name}" not in _inside(package):
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
