"""pip-audit on the packages that we pinned: a second, independent matcher for PyPI.

pip-audit promises no stable interface, so it stands behind these functions alone. It is handed
resolved packages; pip never sees a client's file.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd.advisories.matching import Affected, Event
from techdd.advisories.store import Database

if TYPE_CHECKING:
    from packaging.version import Version

Pin = tuple[str, str]  # name, version


@dataclass(frozen=True)
class Opinion:
    """One vulnerability that pip-audit reports; `ids` are all its names."""

    ids: frozenset[str]
    fixed: str
    summary: str
    published: str


class LookupFailed(Exception):
    """An online service did not answer; nothing it said before is kept."""


def audit(database: Database, pins: Iterable[Pin]) -> dict[Pin, list[Opinion]]:
    """What pip-audit finds for each of `pins` in our own database, without the network."""
    with _safe_import():
        from pip_audit._service.interface import VulnerabilityResult, VulnerabilityService

    class LocalOsv(VulnerabilityService):  # type: ignore[misc]
        def query(self, spec: Any) -> tuple[Any, list[Any]]:
            rows = database.affected("PyPI", spec.canonical_name)
            return spec, [
                VulnerabilityResult.create(
                    ids=[row.advisory, *row.aliases],
                    description=row.summary,
                    fix_versions=sorted(_fixes(row)),
                    published=datetime.fromisoformat(row.published) if row.published else None,
                )
                for row in rows
                if _is_affected(spec.version, row)
            ]

    return _audited(LocalOsv(), pins)


def audit_online(pins: Iterable[Pin]) -> dict[Pin, list[Opinion]]:
    """What PyPI itself says of each of `pins`: sends names and versions to PyPI.

    Raises LookupFailed.
    """
    import requests

    with _safe_import():
        from pip_audit._service import PyPIService, ServiceError

    # A cache folder of our own: by default pip-audit asks pip for one.
    with tempfile.TemporaryDirectory() as cache:
        try:
            return _audited(PyPIService(Path(cache), timeout=15), pins)
        except (requests.RequestException, ServiceError, ValueError, KeyError) as error:
            raise LookupFailed(type(error).__name__) from None


@contextmanager
def _safe_import() -> Iterator[None]:
    """Importing pip_audit starts `python -m pip --version`, and `-m` looks into the working folder
    first: in a client's folder, a file pip.py would be run. PYTHONSAFEPATH forbids that.
    """
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _audited(service: Any, pins: Iterable[Pin]) -> dict[Pin, list[Opinion]]:
    from packaging.version import InvalidVersion, Version

    with _safe_import():
        from pip_audit._audit import Auditor
        from pip_audit._dependency_source import DependencySource
        from pip_audit._service.interface import ResolvedDependency

    asked: list[tuple[Pin, Any]] = []
    for name, version in pins:
        try:
            asked.append(((name, version), ResolvedDependency(name, Version(version))))
        except InvalidVersion:
            continue  # the matcher reports it as not understood

    class Pinned(DependencySource):  # type: ignore[misc]
        def collect(self) -> Iterator[Any]:
            yield from (dependency for _, dependency in asked)

        def fix(self, fix_version: Any) -> None:
            raise NotImplementedError("nothing of the client's is changed")

    answers = zip(asked, Auditor(service).audit(Pinned()), strict=True)
    return {
        pin: [
            Opinion(
                ids=frozenset({str(result.id), *map(str, result.aliases)}),
                fixed=str(result.fix_versions[0]) if result.fix_versions else "",
                summary=str(result.description),
                published=result.published.date().isoformat() if result.published else "",
            )
            for result in results
        ]
        for (pin, _), (_, results) in answers
    }


def _is_affected(version: Version, row: Affected) -> bool:
    """By pairs of (introduced, end) and `packaging` alone, sharing no code with the matcher."""
    from packaging.version import InvalidVersion

    try:
        if any(version in pair for events in row.ranges for pair in _intervals(events)):
            return True
    except InvalidVersion:
        pass
    return any(_version(listed) == version for listed in row.versions)


class _Interval(tuple[Any, Any, bool]):
    """(first, last, last included); None is open."""

    def __contains__(self, version: object) -> bool:
        first, last, included = self
        return (first is None or version >= first) and (
            last is None or version < last or (included and version == last)
        )


def _intervals(events: Iterable[Event]) -> Iterator[_Interval]:
    from packaging.version import Version

    ends = sorted(
        (Version(version), kind == "last_affected")
        for kind, version in events
        if kind in ("fixed", "last_affected")
    )
    for kind, version in events:
        if kind == "introduced":
            first = None if version == "0" else Version(version)
            after = [end for end in ends if first is None or end > (first, False)]
            yield _Interval((first, *(after[0] if after else (None, False))))


@lru_cache(maxsize=200_000)
def _version(listed: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(listed)
    except InvalidVersion:
        return None


def _fixes(row: Affected) -> Iterator[Version]:
    for events in row.ranges:
        for kind, version in events:
            if kind == "fixed" and (fixed := _version(version)) is not None:
                yield fixed
