"""Every third-party package in a line, for those who work with the list and not with its sums."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._looked_up import completed
from techdd.collectors._updates import AdvisoryCoverage, Vulnerability
from techdd.depsdev import PackageFact
from techdd.facts import Package
from techdd.licensing import classify
from techdd.model import Series, Value
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

_KEY = ["repo", "ecosystem", "name", "version"]
_RANKS = ("info", "unknown", "low", "medium", "high", "critical")
_PLACES = 2  # manifests that are named of each package


@probe(
    domain="dependencies", needs=(Package,), helps=(PackageFact, Vulnerability, AdvisoryCoverage)
)
def package_list(
    _as_of: date,
    packages: DataFrame,
    facts: DataFrame,
    vulnerabilities: DataFrame,
    coverage: DataFrame,
) -> Answered:
    """Which third-party packages are there, one by one?"""
    table = completed(packages, facts)
    table["version"] = table["version"].fillna("")
    worst = _worst(vulnerabilities)
    checked = {
        (str(row.repo), str(row.ecosystem)): (int(row.checked), int(row.versions))
        for row in coverage.itertuples()
    }
    yield Series(
        "packages",
        "Dependencies, one by one",
        (
            *("repository", "ecosystem", "package", "version", "asked for", "scope", "direct"),
            *("licence", "what it asks for", "known vulnerabilities, worst", "named in"),
        ),
        tuple(_rows(table, worst, checked)),
        note="As manifests and lock files name them. Vulnerabilities by the advisories that were "
        "imported, before any statement that one does not matter.",
        full=True,
    )


def _rows(
    table: DataFrame,
    worst: dict[tuple[str, ...], str],
    checked: dict[tuple[str, str], tuple[int, int]],
) -> Iterator[tuple[Value, ...]]:
    for key, rows in table.groupby(_KEY, sort=True):
        repo, ecosystem, name, version = map(str, key)
        licence, asks = classify(next(filter(None, map(str, rows["licence"])), ""))
        direct = [bool(one) for one in rows["direct"].dropna()]
        scopes = sorted(set(map(str, rows["scope"])), reverse=True)
        yield (
            repo,
            ecosystem,
            name,
            version or ("a range only" if any(rows["requirement"]) else "not told"),
            some_of(sorted({str(one) for one in rows["requirement"] if one}), _PLACES),
            ", ".join(scopes),
            any(direct) if direct else "not told",
            licence or "not stated",
            asks,
            worst.get((repo, ecosystem, name, version))
            or _none(version, *checked.get((repo, ecosystem), (0, 0))),
            some_of(sorted(set(map(str, rows["manifest"]))), _PLACES),
        )


def _worst(vulnerabilities: DataFrame) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for row in vulnerabilities.itertuples():
        key = (str(row.repo), str(row.ecosystem), str(row.package), str(row.version))
        found[key] = max(found.get(key, _RANKS[0]), str(row.severity), key=_RANKS.index)
    return found


def _none(version: str, checked: int, versions: int) -> str:
    """What stands where no vulnerability is known, which is not the same as none."""
    if not version or not checked:
        return "not checked"
    return "none known" if checked >= versions else "none known, or not checked"
