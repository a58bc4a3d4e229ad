"""Which versions the facts state, and when the support of each ends."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.advisories import normalised
from techdd.collectors._practice_patterns import COMPOSE as PATTERN_OF_COMPOSE
from techdd.collectors.stack.calendar import (
    Calendar,
    Ends,
    Product,
    line_of_releases,
    lines_of_tag,
    runtimes_of_tag,
    systems_of_tag,
)
from techdd.collectors.stack.deployables import IMAGE
from techdd.collectors.stack.uses import use_of
from techdd.lockfiles import Dependency
from techdd.lockfiles._images import image

if TYPE_CHECKING:
    from pandas import DataFrame

_SERVICES = re.compile(PATTERN_OF_COMPOSE)
LONG_PAST = timedelta(days=365)
COMPOSE = "the image of a service"  # which may be a developer's machine only
_STAGE = "the image of a stage of the build"


class Version(NamedTuple):
    """One version of one product as one file states it."""

    repo: str
    product: str
    kind: str
    cycle: str  # the line of releases; "" = not told
    stated: str
    sign: str
    why: str  # no line is told
    runs: bool  # it is what runs, not only a language level or a stage of a build
    live: bool  # in production, by where it stands
    path: str
    line: int | None


def versions(
    known: Calendar, packages: DataFrame, deployables: DataFrame, stated: DataFrame
) -> list[Version]:
    """All that is stated of the products of the calendar, in order."""
    found = {*_of_files(known, stated), *_of_packages(known, packages)}
    found |= {*_of_images(known, packages, deployables)}
    return sorted(found, key=lambda one: (one[:6], one.path, one.line or 0, one))


def end_of(known: Calendar, one: Version) -> Ends | None:
    """When the support of a version ends; None where no line of releases is told."""
    products = {product.name: product for product in known.products}
    return products[one.product].cycles.get(one.cycle) if one.cycle else None


def is_past(ends: Ends | None, day: date) -> bool:
    """Whether support is over on `day`; the last day itself is not."""
    return ends == "ended" or (isinstance(ends, date) and ends < day)


def severity(known: Calendar, one: Version, day: date) -> str:
    """How grave it is that `one` is past its end.

    A year without corrections weighs more than a month, but where a framework's or platform's major
    version lives on, the upgrade is small; a language level can be run by a newer release; what
    only builds, and what a developer's machine may run alone, weighs less.
    """
    if not one.runs:
        return "low"
    ends = end_of(known, one)
    long_past = ends == "ended" or (isinstance(ends, date) and ends + LONG_PAST < day)
    if not long_past or one.sign == COMPOSE or _lives_on(known, one, day):
        return "medium"
    return "high"


def _lives_on(known: Calendar, one: Version, day: date) -> bool:
    """Whether another line of the same major version is supported, where that is what counts."""
    if one.kind not in ("framework", "platform"):
        return False
    product = next(product for product in known.products if product.name == one.product)
    major = one.cycle.split(".")[0]
    same = (ends for cycle, ends in product.cycles.items() if cycle.split(".")[0] == major)
    return any(not is_past(ends, day) for ends in same)


def _of_files(known: Calendar, stated: DataFrame) -> Iterator[Version]:
    by_reading = {name: product for product in known.products for name in product.readings}
    for row in stated.itertuples():
        if product := by_reading.get(str(row.product)):
            cycle, why = line_of_releases(product, str(row.stated))
            runs, live = row.meaning == "runs", row.use == "production"
            yield _version(row, product, cycle, row.stated, row.sign, why, runs, live, row.path)


def _of_packages(known: Calendar, packages: DataFrame) -> Iterator[Version]:
    """The frameworks that manifests ask for themselves, by the locked version if there is one."""
    names: dict[tuple[str, str], Product] = {
        (ecosystem, normalised(ecosystem, name)): product
        for product in known.products
        for ecosystem, listed in product.packages.items()
        for name in listed
    }
    asked = packages[packages["direct"].fillna(False).astype(bool)]
    grouped: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in asked.itertuples():
        ecosystem = str(row.ecosystem)
        if product := names.get((ecosystem, normalised(ecosystem, str(row.name)))):
            grouped[str(row.repo), product.name, str(row.manifest)].append((product, row))
    for rows in grouped.values():
        with_version = [(product, row) for product, row in rows if _text(row.version)]
        # Of the modules of one framework, those without a version have that of the others.
        for product, row in with_version or rows:
            wish = _text(row.version) or _text(row.requirement)
            cycle, why = line_of_releases(product, wish)
            sign = f"{row.ecosystem} {row.name}"
            live = row.scope != "development"
            why = why if wish else "no version stated here"
            yield _version(row, product, cycle, wish, sign, why, True, live, row.manifest)


def _of_images(known: Calendar, packages: DataFrame, deployables: DataFrame) -> Iterator[Version]:
    """Images that are run or built upon; what only a stage of a build is made of does not run."""
    built = deployables[deployables["kind"] == IMAGE]
    last = {
        (str(row.repo), str(row.path), held.name, held.version)
        for row in built.itertuples()
        for held in [image(str(row.images), None, "runtime")]
        if isinstance(held, Dependency)
    }
    dockerfiles = set(zip(built["repo"], built["path"], strict=True))
    for row in packages[packages["ecosystem"] == "Docker"].itertuples():
        repo, path, name, tag = (
            str(row.repo),
            str(row.manifest),
            str(row.name),
            _text(row.version),
        )
        sign = "base image"
        if (repo, path) in dockerfiles and (repo, path, name, tag or None) not in last:
            sign = _STAGE
        elif path.lower().endswith((".yml", ".yaml")):
            sign = COMPOSE if _SERVICES.search(path.lower()) else "the image of a pipeline"
        if "/.github/" in path:
            continue  # GitHub runs the pipelines of the top folder alone: this is a copy's
        live = row.scope != "development" and use_of(path) == "production"
        yield from _tagged(known, row, name, tag, sign, live, path)
    running = deployables[(deployables["images"] != "") & (deployables["kind"] != IMAGE)]
    for row in running.itertuples():
        for named in str(row.images).split(" "):
            held = image(named, None, "runtime")
            if isinstance(held, Dependency):
                live, tag = row.use == "production", held.version or ""
                sign = "the image of a workload"
                yield from _tagged(known, row, held.name, tag, sign, live, row.path)


def _tagged(
    known: Calendar, row: Any, name: str, tag: str, sign: str, live: bool, path: str
) -> Iterator[Version]:
    parts = name.split("/")
    names = {"/".join(parts[at:]) for at in range(len(parts))}
    tag = "" if tag.startswith("sha256:") else tag
    product = next((one for one in known.products if names & set(one.images)), None)
    shown = f"{name}:{tag}" if tag else name
    if product is None:
        for runtime, (cycle, why) in runtimes_of_tag(known.products, tag):
            runs = sign != _STAGE or runtime.linked
            yield _version(row, runtime, cycle, shown, sign, why, runs, live, path)
        return
    runs = sign != _STAGE or product.linked
    cycle, why = lines_of_tag(product, tag)
    yield _version(row, product, cycle, shown, sign, why, runs, live, path)
    products = {one.name: one for one in known.products}
    for system, release in systems_of_tag(products, tag):
        yield _version(row, system, release, shown, sign, "", runs, live, path)


def _version(
    row: Any, product: Product, cycle: str, stated: str, sign: str, why: str, runs: bool,
    live: bool, path: str,
) -> Version:  # fmt: skip
    import pandas as pd

    line = None if pd.isna(row.line) else int(row.line)
    told = (cycle, str(stated), str(sign), why, runs, live, str(path), line)
    return Version(str(row.repo), product.name, product.kind, *told)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
