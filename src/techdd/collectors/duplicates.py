"""Packages that one product carries in several versions at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.facts import Package
from techdd.model import Metric, Series, Value
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

# Elsewhere one version of a package excludes the others; a lock with two has them for two targets.
SIDE_BY_SIDE = ("npm", "crates.io")
SHOWN = 10
_LISTED = 6  # versions of one package that are written out


@probe(domain="dependencies", needs=(Package,))
def duplicates(_as_of: date, packages: DataFrame) -> Answered:
    """Which packages does a product carry in several versions at a time?"""
    locked = packages[
        packages["locked"]
        & packages["version"].notna()
        & packages["ecosystem"].isin(SIDE_BY_SIDE)
        & (packages["scope"] != "development")
    ]
    yield from _metrics("", locked)
    for repo in sorted(packages["repo"].unique()):
        yield from _metrics(str(repo), locked[locked["repo"] == repo])
    rows: list[tuple[Value, ...]] = []
    for (repo, _, name), versions in _several(locked).items():
        rows.append((repo, name, len(versions), some_of(versions, _LISTED)))
    # The lock file's path stays out of the table: an investor's copy shows none.
    rows = sorted(set(rows), key=lambda row: (-int(row[2] or 0), str(row[0]), str(row[1]), row[3]))
    yield Series(
        "packages_in_several_versions",
        "Packages that one lock file holds in several versions",
        ("repository", "package", "versions", "which"),
        tuple(rows[:SHOWN]),
        note="npm and Cargo only, without development's. "
        + (f"The {SHOWN} of most versions of {len(rows):,}. " if len(rows) > SHOWN else "")
        + "Each copy has to be updated when a vulnerability is published, and adds to the size.",
    )


def _metrics(repo: str, locked: DataFrame) -> Iterator[Metric]:
    files = len(locked[["repo", "manifest"]].drop_duplicates())
    names = {(kind, name) for (_, (kind, _), name) in _several(locked)}
    total = len(locked[["ecosystem", "name"]].drop_duplicates())
    yield Metric(
        "duplicates.packages",
        len(names) if files else None,
        "packages",
        repo,
        f"{total:,} packages that may be shipped, in {files:,} lock files",
        "" if files else "no lock file of npm or Cargo",
    )


def _several(locked: DataFrame) -> dict[tuple[str, tuple[str, str], str], list[str]]:
    """(repository, (ecosystem, lock file), package) -> its versions, where there are several."""
    rows = locked[["repo", "ecosystem", "manifest", "name", "version"]].drop_duplicates()
    found: dict[tuple[str, tuple[str, str], str], list[str]] = {}
    for repo, kind, manifest, name, version in sorted(rows.itertuples(index=False, name=None)):
        found.setdefault((repo, (kind, manifest), name), []).append(version)
    return {key: versions for key, versions in found.items() if len(versions) > 1}
