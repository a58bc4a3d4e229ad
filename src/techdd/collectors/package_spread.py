"""One package in many repositories: in how many versions, and with which known flaws."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._updates import Vulnerability
from techdd.facts import Package
from techdd.model import Metric, Series, Value
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 15
_NAMED = 5
FEWEST = 10  # packages in several repositories; a share of fewer says nothing
RANKS = ("critical", "high", "medium", "low", "unknown", "info")


@probe(domain="dependencies", needs=(Package,))
def package_spread(_as_of: date, packages: DataFrame) -> Answered:
    """In how many versions do the repositories use one and the same package?

    Direct dependencies with an exact version that may be shipped: those somebody chose.
    """
    chosen = packages[
        packages["version"].notna()
        & (packages["direct"].fillna(value=True).astype(bool))
        & (packages["scope"] != "development")
    ]
    groups = chosen.groupby(["ecosystem", "name"])
    table = groups.agg(repos=("repo", "nunique"), versions=("version", "nunique")).reset_index()
    shared = table[table["repos"] > 1]
    spread = shared[shared["versions"] > 1]
    several = packages["repo"].nunique() > 1
    note = "" if several else "fewer than two repositories name packages"
    if several and len(shared) < FEWEST:
        note = f"fewer than {FEWEST} packages in several repositories"
    yield Metric(
        "package_spread.share",
        len(spread) / len(shared) if not note else None,
        "share",
        basis=f"{len(shared):,} packages that several repositories chose",
        note=note,
    )
    yield Metric(
        "package_spread.packages",
        len(spread) if several else None,
        "packages",
        basis=f"{len(shared):,} packages that several repositories chose",
        note="" if several else note,
    )
    ordered = spread.sort_values(
        ["versions", "repos", "ecosystem", "name"], ascending=[False, False, True, True]
    )
    rows: list[tuple[Value, ...]] = []
    for ecosystem, name, repos, versions in ordered.head(SHOWN).itertuples(index=False):
        own = groups.get_group((ecosystem, name)).groupby("version")["repo"].nunique()
        told = [f"{version} ({own[version]})" for version in own.sort_values(
            ascending=False, kind="stable").index]  # fmt: skip
        rows.append((str(ecosystem), str(name), int(repos), int(versions), some_of(told, _NAMED)))
    more = f" {len(spread) - SHOWN:,} more packages." if len(spread) > SHOWN else ""
    yield Series(
        "version_spread",
        "Packages that the repositories use in different versions",
        ("ecosystem", "package", "repositories", "versions", "which"),
        tuple(rows),
        note="Direct dependencies with an exact version, without development's. In brackets: "
        f"repositories with that version.{more}",
    )


@probe(domain="dependencies", needs=(Vulnerability,), guarded=True)
def shared_vulnerabilities(_as_of: date, found: DataFrame) -> Answered:
    """Which vulnerable packages do several repositories use, so that one decision mends many?"""
    rows: list[tuple[Value, ...]] = []
    for (ecosystem, name), part in found.groupby(["ecosystem", "package"]):
        repos = sorted(set(part["repo"]))
        if len(repos) > 1:
            worst = min(set(part["severity"]), key=RANKS.index)
            flaws = int(part["advisory"].nunique())
            told = some_of(repos, _NAMED)
            rows.append((str(ecosystem), str(name), len(repos), flaws, worst, told))
    rows.sort(key=lambda row: (RANKS.index(str(row[4])), -int(row[2] or 0), row[:2]))
    several = found["repo"].nunique() > 1
    yield Metric(
        "shared_vulnerabilities.packages",
        len(rows) if several else None,
        "packages",
        basis=f"{found[['ecosystem', 'package']].drop_duplicates().shape[0]:,} packages with "
        "published vulnerabilities",
        note="" if several else "fewer than two repositories with known vulnerabilities",
    )
    more = f" {len(rows) - SHOWN:,} more packages." if len(rows) > SHOWN else ""
    yield Series(
        "shared_vulnerabilities",
        "Vulnerable packages that several repositories use",
        ("ecosystem", "package", "repositories", "vulnerabilities", "worst", "with repository"),
        tuple(rows[:SHOWN]),
        note=f"As published, whatever anybody states of them.{more} The severest first.",
    )
