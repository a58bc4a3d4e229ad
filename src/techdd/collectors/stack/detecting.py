"""Brings the signs of all facts together: which technology shows where, by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors.stack.catalogue import Recogniser
from techdd.collectors.stack.deployables import IMAGE
from techdd.collectors.stack.uses import USES, use_of
from techdd.lockfiles import Dependency
from techdd.lockfiles._images import image

if TYPE_CHECKING:
    from pandas import DataFrame

_PLAINEST = ("package", "import", "image", "resource", "driver", "scheme", "host", "setting")


class Detection(NamedTuple):
    """One sign of one technology."""

    technology: str
    kind: str
    repo: str
    use: str  # one of USES
    sign: str  # one of _PLAINEST
    seen: str
    path: str
    line: int | None


def detections(
    known: Recogniser,
    packages: DataFrame,
    modules: DataFrame,
    mentions: DataFrame,
    deployables: DataFrame,
) -> list[Detection]:
    """All detections, the plainest first: production before tests, a manifest before an address."""
    found = {
        *_packages(known, packages),
        *_modules(known, modules),
        *_mentions(known, mentions),
        *_images(known, deployables),
    }
    return sorted(
        found,
        key=lambda one: (
            USES.index(one.use), _PLAINEST.index(one.sign), one.technology, one.repo, one.path,
            one.line or 0, one.seen,
        ),
    )  # fmt: skip


def plainest(found: Iterable[Detection]) -> dict[tuple[str, str], Detection]:
    """(technology, repository) -> the first of its detections."""
    best: dict[tuple[str, str], Detection] = {}
    for one in found:
        best.setdefault((one.technology, one.repo), one)
    return best


def _packages(known: Recogniser, packages: DataFrame) -> Iterator[Detection]:
    """What a manifest asks for itself; what only other packages need is no sign."""
    asked = packages[packages["direct"].fillna(False).astype(bool)]
    for row in asked.itertuples():
        ecosystem, name = str(row.ecosystem), str(row.name)
        is_image = ecosystem == "Docker"
        sign = "image" if is_image else "package"
        use = "development" if row.scope == "development" else "production"
        if ecosystem in ("Docker", "Terraform"):  # of which all serves to build and set up
            use = use_of(str(row.manifest))
        means = known.image(name) if is_image else known.package(ecosystem, name)
        seen = name if is_image else f"{ecosystem} {name}"
        for technology in means:
            yield _found(known, technology, row, use, sign, seen, row.manifest)


def _modules(known: Recogniser, modules: DataFrame) -> Iterator[Detection]:
    for row in modules.itertuples():
        for technology in known.module(str(row.family), str(row.name)):
            yield _found(known, technology, row, "production", "import", row.name, row.path)


def _mentions(known: Recogniser, mentions: DataFrame) -> Iterator[Detection]:
    for row in mentions.itertuples():
        seen = f"{row.text}://" if row.sort == "scheme" else row.text
        for technology in known.mention(str(row.sort), str(row.text)):
            yield _found(known, technology, row, row.use, row.sort, seen, row.path)


def _images(known: Recogniser, deployables: DataFrame) -> Iterator[Detection]:
    """The images that the workloads of a cluster run; those of other files are packages."""
    running = (deployables["images"] != "") & (deployables["kind"] != IMAGE)
    for row in deployables[running].itertuples():
        for named in str(row.images).split(" "):
            held = image(named, None, "runtime")
            if isinstance(held, Dependency):
                for technology in known.image(held.name):
                    yield _found(known, technology, row, row.use, "image", held.name, row.path)


def _found(
    known: Recogniser, technology: str, row: Any, use: str, sign: str, seen: str, path: str
) -> Detection:
    import pandas as pd

    line = None if pd.isna(row.line) else int(row.line)
    kind = known.kind[technology]
    return Detection(technology, kind, str(row.repo), use, sign, str(seen), str(path), line)
