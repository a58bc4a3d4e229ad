"""The catalogue of technologies (`policy/technologies.yaml`), and which of them a sign means."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from pydantic import Field, model_validator

from techdd.advisories import normalised
from techdd.documents import load
from techdd.folders import data
from techdd.policy import Written, repeated

Names = tuple[str, ...]
_MARKS = {
    "go": "/",
    "script": "/",
    "ruby": "/",
    "php": "\\",
}  # between the parts of a module; else "."
# Pages that people read: a link to them is no use of the service.
_FOR_PEOPLE = frozenset(
    ("www", "docs", "doc", "developer", "developers", "help", "support", "blog", "status",
     "community", "learn")
)  # fmt: skip
_PACKAGES = {"go": "Go", "script": "npm"}  # ecosystems whose packages are imported by their names


class Technology(Written):
    """One technology and the signs by which it is recognised."""

    name: str
    kind: str
    packages: Mapping[str, Names] = Field(default_factory=dict)  # by ecosystem
    imports: Mapping[str, Names] = Field(default_factory=dict)  # by family of languages
    images: Names = ()
    resources: Names = ()
    schemes: Names = ()
    hosts: Names = ()
    settings: Names = ()
    drivers: Names = ()


class Catalogue(Written):
    """All technologies; `kinds` are in the order of the report."""

    kinds: Names
    technologies: tuple[Technology, ...]

    @model_validator(mode="after")
    def _kinds_are_known_and_names_unique(self) -> Catalogue:
        if twice := repeated(one.name for one in self.technologies):
            raise ValueError(f"technology named twice: {', '.join(twice)}")
        if odd := sorted({one.kind for one in self.technologies} - set(self.kinds)):
            raise ValueError(f"kind that is not in 'kinds': {', '.join(odd)}")
        return self


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships. Raises DocumentError."""
    return load(data("checklists") / "policy" / "technologies.yaml", Catalogue)


class _Signs:
    """Signs of one sort: whole texts, and patterns with * for anything."""

    def __init__(self) -> None:
        self._whole: dict[str, list[str]] = defaultdict(list)
        self._open: list[tuple[re.Pattern[str], str]] = []

    def add(self, sign: str, technology: str) -> None:
        if "*" in sign:
            pattern = ".*".join(map(re.escape, sign.split("*")))
            self._open.append((re.compile(pattern), technology))
        else:
            self._whole[sign].append(technology)

    def of(self, texts: Iterable[str]) -> Iterator[str]:
        """The technologies that any of `texts` is a sign of."""
        for text in texts:
            yield from self._whole.get(text, ())
            yield from (name for pattern, name in self._open if pattern.fullmatch(text))


class Recogniser:
    """Says which technologies a name stands for; nothing for a name that is no sign."""

    def __init__(self, known: Catalogue) -> None:
        self.kind = {one.name: one.kind for one in known.technologies}
        self._signs: dict[str, _Signs] = defaultdict(_Signs)
        for one in known.technologies:
            for ecosystem, names in one.packages.items():
                for name in names:
                    self._signs[f"package:{ecosystem}"].add(_plain(ecosystem, name), one.name)
            for family, names in one.imports.items():
                for name in names:
                    self._signs[f"import:{family}"].add(name, one.name)
            for sort in ("image", "resource", "scheme", "host", "setting", "driver"):
                for name in getattr(one, f"{sort}s"):
                    self._signs[sort].add(name, one.name)

    def package(self, ecosystem: str, name: str) -> list[str]:
        """The technologies that a package is part of."""
        return self._known(f"package:{ecosystem}", [_plain(ecosystem, name)])

    def module(self, family: str, name: str) -> list[str]:
        """The technologies that an imported module is part of."""
        parts = _beginnings(name, _MARKS.get(family, "."))
        named_alike = _PACKAGES.get(family, "")
        packages = [_plain(named_alike, part) for part in parts] if named_alike else []
        return [
            *self._known(f"import:{family}", parts),
            *self._known(f"package:{named_alike}", packages),
        ]

    def image(self, name: str) -> list[str]:
        """The technologies that a container image holds, by its whole name or its last parts."""
        parts = name.split("/")
        return self._known("image", ["/".join(parts[at:]) for at in range(len(parts))])

    def mention(self, sort: str, text: str) -> list[str]:
        """The technologies that a resource, scheme, host, setting or driver speaks of."""
        if sort == "host":
            parts = text.lower().split(".")
            above = 1 if parts[0] in _FOR_PEOPLE else len(parts) - 1
            return self._known(sort, [".".join(parts[at:]) for at in range(above)])
        return self._known(sort, [text])

    def _known(self, sort: str, texts: list[str]) -> list[str]:
        return list(dict.fromkeys(self._signs[sort].of(texts))) if sort in self._signs else []


def _plain(ecosystem: str, name: str) -> str:
    return normalised(ecosystem, name).lower()


def _beginnings(name: str, mark: str) -> list[str]:
    parts = name.split(mark)
    return [mark.join(parts[:length]) for length in range(len(parts), 0, -1)]


@cache
def recogniser() -> Recogniser:
    """The one of the catalogue that ships."""
    return Recogniser(catalogue())
