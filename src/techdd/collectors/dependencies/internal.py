"""Packages of the client's own that one repository publishes and others use."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from techdd.advisories import normalised
from techdd.collectors import Answered, probe
from techdd.collectors._circles import strongly_connected
from techdd.collectors.dependencies.gather import OwnPackage
from techdd.facts import Package
from techdd.model import Metric, Observation, Series, Value
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 40  # rows of the table
_NAMED = 4
NOTE = (
    "Names that a manifest of one repository gives its own package and that another repository "
    "asks for. Not seen: packages of ecosystems whose manifests state no name, Git submodules, and "
    "calls over the network."
)
Arrows = Mapping[str, Counter[str]]  # repository -> the repositories whose packages it names


@probe(domain="architecture", needs=(OwnPackage, Package))
def internal_dependencies(_as_of: date, own: DataFrame, packages: DataFrame) -> Answered:
    """Which repositories use packages of others, and do any of them do so in a circle?"""
    repos = own["repo"].nunique()
    arrows, unclear = _arrows(own, packages)
    edges = sum(map(len, arrows.values()))
    circles = [one for one in _connected(arrows) if len(one) > 1]
    basis = f"{len(own):,} packages that {repos:,} repositories call their own"
    note = "" if repos > 1 else "fewer than two repositories name a package of their own"
    if unclear:
        note = note or f"{unclear:,} names that several repositories claim count for none of them"
    for name, value, unit in (
        ("edges", edges, "arrows"),
        ("repositories_in_circles", sum(map(len, circles)), "repositories"),
    ):
        number = value if repos > 1 else None
        yield Metric(f"internal_dependencies.{name}", number, unit, "", basis, note)
    if edges:
        yield _graph(arrows, circles)
        yield _table(arrows)
    if circles:
        largest = max(circles, key=len)
        values: dict[str, Value] = {
            "count": sum(map(len, circles)),
            "circles": len(circles),
            "components": some_of(largest, _NAMED),
        }
        yield Observation("repositories-in-circle", "", "", values=values)


def _arrows(own: DataFrame, packages: DataFrame) -> tuple[Arrows, int]:
    """(who uses whom by how many packages, how many names several repositories claim)."""
    claimed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for repo, ecosystem, name in own[["repo", "ecosystem", "name"]].itertuples(index=False):
        claimed[ecosystem, name].add(repo)
    used = packages[["repo", "ecosystem", "name"]].drop_duplicates()
    arrows: dict[str, Counter[str]] = defaultdict(Counter)
    for repo, ecosystem, name in used.itertuples(index=False):
        owners = claimed.get((ecosystem, normalised(ecosystem, name)), set())
        if len(owners) == 1 and repo not in owners:
            arrows[repo][min(owners)] += 1
    return arrows, sum(len(owners) > 1 for owners in claimed.values())


def _connected(arrows: Arrows) -> list[list[str]]:
    parts = {*arrows, *(other for found in arrows.values() for other in found)}
    return strongly_connected({one: list(arrows.get(one, ())) for one in sorted(parts)})


def _graph(arrows: Arrows, circles: list[list[str]]) -> Series:
    place = {repo: number for number, circle in enumerate(circles) for repo in circle}
    used = Counter(other for found in arrows.values() for other in found)
    rows: list[tuple[Value, ...]] = [
        (
            repo, other, count, used[repo], used[other],
            "yes" if repo in place and place[repo] == place.get(other) else "no",
        )
        for repo, found in sorted(arrows.items())
        for other, count in sorted(found.items())
    ]  # fmt: skip
    return Series(
        "internal_dependencies",
        "Repositories and whose packages they use",
        ("repository", "other repository", "packages", "used by", "the other is used by",
         "in a circle"),
        tuple(rows),
        chart="layers",
        note=f"What uses stands above what it uses; in red: part of a circle. {NOTE}",
    )  # fmt: skip


def _table(arrows: Arrows) -> Series:
    """What most others rest on."""
    users: dict[str, list[str]] = defaultdict(list)
    for repo, found in sorted(arrows.items()):
        for other in found:
            users[other].append(repo)
    rows = [(one, len(by), some_of(by, _NAMED)) for one, by in users.items()]
    rows.sort(key=lambda row: (-row[1], row[0]))
    more = f" {len(rows) - SHOWN:,} more." if len(rows) > SHOWN else ""
    return Series(
        "internal_packages",
        "Repositories whose packages others use",
        ("repository", "repositories that use it", "with repository"),
        tuple(rows[:SHOWN]),
        note=f"A change here can be felt in all of them.{more} {NOTE}",
    )
