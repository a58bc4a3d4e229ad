"""The dates of `policy/end_of_life.yaml`, and which line of releases a stated version is of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from techdd.documents import load
from techdd.folders import data
from techdd.policy import Written

Ends = date | Literal["none", "ended"]


class Product(Written):
    """One product with the ends of its lines of releases."""

    name: str
    kind: Literal["runtime", "framework", "data store", "operating system", "platform"]
    page: str
    readings: tuple[str, ...] = ()
    packages: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    images: tuple[str, ...] = ()
    codenames: Mapping[str, str] = Field(default_factory=dict)
    linked: bool = False  # what builds a program is part of it
    cycles: Annotated[Mapping[str, Ends], Field(min_length=1)]


class Calendar(Written):
    """All products; `compiled` is the day that the dates are of."""

    compiled: date
    source: str
    products: tuple[Product, ...]


@cache
def calendar() -> Calendar:
    """The calendar that ships. Raises DocumentError."""
    return load(data("checklists") / "policy" / "end_of_life.yaml", Calendar)


class Line(NamedTuple):
    """What a statement of a version says: the line of releases, where it tells one."""

    cycle: str  # "" = it tells none
    why: str = ""  # it tells none


_NUMBER = r"v?(\d{1,4}(?:\.\d{1,6}){0,3})"
_EXACT = re.compile(rf"={{0,3}}\s*{_NUMBER}(?:[-+._a-z].*)?", re.I)
_SERIES = re.compile(rf"(?:==?\s*)?{_NUMBER}\.[x*](?:\.[x*])?", re.I)
_WITHIN = re.compile(rf"(\^|~>|~=|~)\s*{_NUMBER}[\w.-]*", re.I)
_LEAST = re.compile(r"\s*(?:>|\*|latest|lts)", re.I)


def line_of_releases(product: Product, stated: str) -> Line:
    """The line that a version or a range as package managers write it stays within."""
    text = stated.strip().strip("\"'")
    fixed = ""
    if match := _SERIES.fullmatch(text) or _EXACT.fullmatch(text):
        fixed = match[1]
    elif match := _WITHIN.fullmatch(text):
        fixed = _fixed(match[1], match[2])
    elif _LEAST.match(text) or "|" in text or "," in text or " " in text:
        return Line("", "a range without one line of releases")
    if not fixed:
        return Line("", "not a version that could be read")
    if product.name == "Java":
        fixed = fixed.removeprefix("1.") if fixed.startswith("1.") else fixed
    parts = fixed.split(".")
    for length in range(len(parts), 0, -1):
        if (cycle := ".".join(parts[:length])) in product.cycles:
            return Line(cycle)
    finer = any(cycle.startswith(f"{fixed}.") for cycle in product.cycles)
    if finer and fixed + ".0" in product.cycles and _is_one(product, fixed):
        return Line(f"{fixed}.0")
    return Line("", "too coarse for one line of releases" if finer else "a line without a date")


def _is_one(product: Product, major: str) -> bool:
    """Whether all lines of a major version are one."""
    return sum(cycle.split(".")[0] == major for cycle in product.cycles) == 1


def _fixed(operator: str, version: str) -> str:
    """The first parts of a version that a compatible range keeps.

    `^` keeps the first that is not 0; `~>` and `~=` all but the last; npm's and Composer's `~` the
    second too, where one is written (Composer's `~1.2` keeps less: the first is safe for both).
    """
    parts = version.split(".")
    if operator == "^":
        kept = 1 if parts[0] != "0" else 2
    elif operator == "~":
        kept = 2 if len(parts) > 2 else 1
    else:
        kept = max(len(parts) - 1, 1)
    return ".".join(parts[:kept])


def lines_of_tag(product: Product, tag: str) -> Line:
    """The line of releases that an image's tag begins with, such as `3.9-slim-bullseye`."""
    first = tag.split("-", maxsplit=1)[0].lower()
    if first in product.codenames:
        return Line(product.codenames[first])
    if not re.match(r"v?\d", first):
        return Line("", "a tag without a version")
    return line_of_releases(product, first)


def systems_of_tag(products: Mapping[str, Product], tag: str) -> list[tuple[Product, str]]:
    """The operating systems that the later parts of a tag name: `slim-bullseye`, `alpine3.15`."""
    found: list[tuple[Product, str]] = []
    for part in tag.lower().split("-"):
        named = (one for one in products.values() if part in one.codenames)
        found += ((one, one.codenames[part]) for one in named)
        alpine = products.get("Alpine Linux")
        if alpine and (match := re.fullmatch(r"alpine(\d+\.\d+)", part)):
            found += [(alpine, match[1])] if match[1] in alpine.cycles else []
    return found


_RUNTIME = re.compile(r"(python|node|php|ruby|java|jdk|jre|go|golang|dotnet)v?(\d[\d.]*)")
_READ_AS = {"jdk": "java", "jre": "java", "golang": "go"}


def runtimes_of_tag(products: Iterable[Product], tag: str) -> Iterator[tuple[Product, Line]]:
    """The runtimes that a tag of somebody's own image names with a version: `python3.6`."""
    by_reading = {name: product for product in products for name in product.readings}
    for part in re.split(r"[-_]", tag.lower()):
        if match := _RUNTIME.fullmatch(part):
            product = by_reading.get(_READ_AS.get(match[1], match[1]))
            if product and (line := line_of_releases(product, match[2])).cycle:
                yield product, line
