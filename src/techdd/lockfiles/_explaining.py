"""What one file asks for in words of another: Gradle's catalogues and variables; pure."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename, dirname
from typing import Any

from techdd.lockfiles import Aside, Dependency, Explained, Open
from techdd.lockfiles._gradle import filled
from techdd.lockfiles._modules import accessor, module

_MOST = 20  # catalogues of one folder that are looked into
_CATALOGUE = ".versions.toml"
_FOLDER = "gradle"  # beside the scripts, where catalogues and shared scripts usually lie


class Words:
    """Looks words up in the files of a folder and of those above; the nearest count."""

    def __init__(self, asides: Mapping[str, Aside]) -> None:
        self._catalogues: dict[str, list[tuple[str, Aside]]] = {}
        self._said: dict[str, dict[str, str]] = {}
        for path, aside in sorted(asides.items()):
            folder = dirname(path)
            if aside.aliases:
                self._catalogues.setdefault(folder, []).append((path, aside))
            said = self._said.setdefault(folder, {})
            stem = f"{_stem(path)}." if path.endswith(_CATALOGUE) else ""
            for name, value in aside.values.items():
                key = f"{stem}{name}"
                # Where two files of a folder differ, a run decides.
                said[key] = value if said.get(key, value) == value else ""

    def explained(self, path: str, wishes: Iterable[Open]) -> Explained:
        """What the words of the file at `path` mean."""
        rows: list[Dependency] = []
        listed: dict[str, list[Dependency]] = {}
        left: list[str] = []
        values = self._values(dirname(path))
        distinct = {(wish.text, wish.scope): wish for wish in reversed(list(wishes))}
        for wish in reversed(distinct.values()):
            row = _package(wish, values)
            catalogue, names = self._listed(path, wish.text) if row is None else ("", ())
            if row:
                rows.append(row)
            if catalogue:
                asked = (Dependency(name, None, "", wish.line, True, wish.scope) for name in names)
                listed.setdefault(catalogue, []).extend(asked)
            elif row is None or "$" in row.requirement:
                left.append(wish.text)
        known = {catalogue: tuple(some) for catalogue, some in listed.items()}
        return Explained(tuple(rows), known, tuple(left))

    def _listed(self, path: str, text: str) -> tuple[str, tuple[str, ...]]:
        """(path of the catalogue, names of the packages) of an accessor such as `libs.okhttp`."""
        head, _, rest = text.partition(".")
        for folder in _above(dirname(path)):
            some = self._catalogues.get(folder, [])[:_MOST]
            for catalogue, aside in sorted(some, key=lambda one: _stem(one[0]) != head):
                if names := aside.aliases.get(accessor(rest)):
                    return catalogue, names
        return "", ()

    def _values(self, folder: str) -> Mapping[str, str]:
        return _Nearest(*(self._said[place] for place in _above(folder) if place in self._said))


def _package(wish: Open, values: Mapping[str, str]) -> Dependency | None:
    """The package that a text names; with a variable as its version where nobody says it."""
    text = filled(values.get(wish.text, wish.text), values)
    if row := module(text, wish.line, wish.scope):
        return row
    name, _, version = text.rpartition(":")
    row = module(name, wish.line, wish.scope) if "$" in version else None
    return row and row._replace(requirement=version)


class _Nearest(ChainMap[str, str]):
    """Texts by name, those of the nearest folder first; "" is none."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key) or default


def _stem(path: str) -> str:
    return basename(path).removesuffix(_CATALOGUE)


def _above(folder: str) -> Iterator[str]:
    """The folder, its `gradle`, and those above up to the root, the nearest first."""
    while True:
        yield folder
        yield f"{folder}/{_FOLDER}".strip("/")
        if not folder:
            return
        folder = dirname(folder)
