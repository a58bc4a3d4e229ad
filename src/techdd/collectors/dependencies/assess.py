"""What manifests and lock files say of the product: its packages, and whether they hold still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.advisories import normalised
from techdd.collectors import Answered, probe
from techdd.collectors.dependencies.gather import Manifest
from techdd.facts import Package
from techdd.lockfiles.locking import floats
from techdd.model import Location, Metric, Observation, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame


@probe(domain="dependencies", needs=(Package, Manifest))
def inventory(_as_of: date, packages: DataFrame, manifests: DataFrame) -> Answered:
    """Which third-party packages does the product stand on?"""
    packages = _by_plain_name(packages)
    for repo, rows, files in _by_repository(packages, manifests):
        basis = f"{len(files):,} manifests and lock files"
        note = "" if len(files) else "no manifest or lock file that could be read"
        # The copy of which it is known that it runs a program comes first and is kept.
        ordered = rows.sort_values("installs", ascending=False, kind="stable")
        distinct = ordered.drop_duplicates(["ecosystem", "plain", "version"])
        direct = rows[rows["direct"].fillna(False)].drop_duplicates(["ecosystem", "plain"])
        for name, counted in (("packages", distinct), ("direct", direct)):
            value = len(counted) if len(files) else None
            yield Metric(f"inventory.{name}", value, "packages", repo, basis, note)
        said = distinct[distinct["installs"].notna()]
        value = int(said["installs"].sum()) if len(said) else None
        basis = f"stated of {len(said):,} of {len(distinct):,} packages"
        note = "" if len(said) else "only lock files of npm and of pnpm before version 9 say so"
        yield Metric("inventory.install_scripts", value, "packages", repo, basis, note)
    distinct = packages.drop_duplicates(["ecosystem", "plain", "version"])
    counts = distinct["ecosystem"].value_counts()
    bars: list[tuple[str, int]] = [
        (str(ecosystem), int(number)) for ecosystem, number in counts.items()
    ]
    bars.sort(key=lambda bar: (-bar[1], bar[0]))
    yield Series(
        "packages_by_ecosystem",
        "Third-party packages by ecosystem",
        ("ecosystem", "packages"),
        tuple(bars),
        chart="bar",
        note="Each version of a package counts once; development's are included.",
    )


@probe(domain="dependencies", needs=(Package, Manifest))
def locking(_as_of: date, packages: DataFrame, manifests: DataFrame) -> Answered:
    """Would a build tomorrow take the same versions as a build today?"""
    shipped = manifests[manifests["lockable"] & (manifests["scope"] == "runtime")]
    for repo, rows, _ in _by_repository(shipped, manifests):
        unlocked = int((rows["lock"] == "").sum())
        basis = f"{len(rows):,} manifests that can be locked, without tests and examples"
        note = "" if len(rows) else "no manifest of an ecosystem with lock files"
        value = unlocked if len(rows) else None
        share = 1 - unlocked / len(rows) if len(rows) else None
        yield Metric("locking.unlocked", value, "manifests", repo, basis, note)
        yield Metric("locking.locked_share", share, "share", repo, basis, note)
        value = _floating(packages, rows) if len(rows) else None
        yield Metric("locking.floating", value, "packages", repo, basis, note)
        compared = rows[rows["lacking"].notna()]
        basis = f"{len(compared):,} manifests that could be compared with their lock file"
        note = "" if len(compared) else "no manifest could be compared with a lock file"
        value = int(compared["lacking"].sum()) if len(compared) else None
        yield Metric("locking.out_of_step", value, "packages", repo, basis, note)
    for row in shipped[shipped["lock"] == ""].sort_values(["repo", "path"]).itertuples():
        path = str(row.path)
        values: dict[str, Value] = {"manifest": path, "ecosystem": str(row.ecosystem)}
        yield Observation("unlocked-manifest", str(row.repo), path, (Location(path),), values)
    for path, repo in _without_checksums(packages, shipped, manifests):
        yield Observation("no-checksums", repo, path, (Location(path),), {"ecosystem": "Go"})
    stale = shipped[shipped["lacking"].fillna(0) > 0]
    for row in stale.sort_values(["repo", "path"]).itertuples():
        values = {"ecosystem": str(row.ecosystem), "count": int(row.lacking)}
        values["packages"] = str(row.examples)
        places = (Location(str(row.path)), Location(str(row.lock)))
        yield Observation("stale-lock", str(row.repo), str(row.path), places, values)


def _without_checksums(
    packages: DataFrame, shipped: DataFrame, manifests: DataFrame
) -> Iterator[tuple[str, str]]:
    """(path, repository) of each go.mod that asks for modules and has no go.sum beside it."""
    known = set(zip(manifests["repo"], manifests["path"], strict=True))
    modules = packages[packages["name"] != "stdlib"]
    asking = set(zip(modules["repo"], modules["manifest"], strict=True))
    for row in shipped[shipped["format"] == "go_mod"].sort_values(["repo", "path"]).itertuples():
        repo, path = str(row.repo), str(row.path)
        if (repo, path) in asking and (repo, f"{path.removesuffix('mod')}sum") not in known:
            yield path, repo


def _floating(packages: DataFrame, manifests: DataFrame) -> int:
    """Distinct packages for which a build of an unlocked manifest takes whatever is newest."""
    unlocked = manifests[manifests["lock"] == ""][["repo", "path"]]
    wishes = packages.merge(unlocked, left_on=["repo", "manifest"], right_on=["repo", "path"])
    wishes = wishes[wishes["version"].isna() & (wishes["scope"] != "development")]
    names = zip(wishes["ecosystem"], wishes["name"], wishes["requirement"], strict=True)
    floating = [
        (str(kind), str(name)) for kind, name, wish in names if floats(str(kind), str(wish))
    ]
    return len({(kind, normalised(kind, name)) for kind, name in floating})


def _by_plain_name(packages: DataFrame) -> DataFrame:
    """The packages with their name as their ecosystem compares it, in the column "plain"."""
    pairs = zip(packages["ecosystem"], packages["name"], strict=True)
    return packages.assign(plain=[normalised(str(kind), str(name)) for kind, name in pairs])


def _by_repository(
    rows: DataFrame, manifests: DataFrame
) -> Iterator[tuple[str, DataFrame, DataFrame]]:
    """(repository, its rows, its manifests), the whole engagement ("") first."""
    yield "", rows, manifests
    for repo, files in manifests.groupby("repo"):
        yield str(repo), rows[rows["repo"] == repo], files
