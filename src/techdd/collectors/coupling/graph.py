"""Which components import which, in circles or not at all, beside what changes together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._circles import strongly_connected
from techdd.collectors.coupling.exhibits import pictures
from techdd.collectors.coupling.tables import (
    ComponentCoupling,
    ImportEdge,
    degrees,
)
from techdd.counting import component_name, of_repository
from techdd.facts import File
from techdd.model import Location, Metric, Observation

if TYPE_CHECKING:
    from pandas import DataFrame

STRONG = 0.3  # degree from which code-maat reports a pair
SHOWN = 15


@probe(domain="architecture", needs=(ComponentCoupling, ImportEdge, File))
def component_graph(
    as_of: date, coupled: DataFrame, edges: DataFrame, files: DataFrame
) -> Answered:
    """Do components import each other in circles, and which change together without an import?"""
    inner = edges[(edges["target"] != "") & (edges["target"] != edges["component"])]
    circles = {str(repo): _circles(part) for repo, part in inner.groupby("repo")}
    hidden = _hidden(coupled, edges)
    for repo in ("", *sorted(files["repo"].unique())):
        own, read = of_repository(repo, inner), of_repository(repo, edges)
        several = (read.groupby("repo")["component"].nunique() > 1).any()
        statements = int(read["imports"].sum())
        inside = int(read.loc[read["target"] != "", "imports"].sum())
        basis = f"{statements:,} import statements, {inside:,} of them within the repository"
        note = "" if several else "fewer than two components whose import statements can be read"
        yield Metric("imports.edges", len(own) if several else None, "arrows", repo, basis, note)
        tangled = sum(
            len(circle) for name, found in circles.items() if repo in ("", name) for circle in found
        )
        yield Metric(
            "imports.components_in_circles",
            tangled if several and inside else None,
            "components",
            repo,
            basis,
            note or ("" if inside else "no import statement could be resolved to a component"),
        )
        unseen, together = (of_repository(repo, pairs) for pairs in (hidden, coupled))
        yield Metric(
            "coupling.hidden_pairs",
            len(unseen) if several and inside else None,
            "pairs",
            repo,
            f"{len(together):,} pairs of components with 5 or more changes together",
            note or ("" if inside else "no import statement could be resolved to a component"),
        )
        if repo:
            yield from _observed(repo, circles.get(repo, []), unseen)
            yield from pictures(repo, own, of_repository(repo, files), circles.get(repo, []))


def _observed(repo: str, circles: list[list[str]], hidden: DataFrame) -> Iterator[Observation]:
    if circles:
        largest = max(circles, key=len)
        yield Observation(
            "component-circle",
            repo,
            "",
            tuple(Location(name) for name in largest[:SHOWN] if name != "."),
            {"count": sum(map(len, circles)), "circles": len(circles), "largest": len(largest)},
        )
    if len(hidden):
        first = next(hidden.itertuples())
        yield Observation(
            "hidden-coupling",
            repo,
            "",
            tuple(Location(name) for name in (first.component_a, first.component_b) if name != "."),
            {
                "count": len(hidden),
                "one": component_name(first.component_a),
                "other": component_name(first.component_b),
                "shared": int(first.shared),
                "share": float(first.degree),
            },
        )


def _hidden(coupled: DataFrame, edges: DataFrame) -> DataFrame:
    """Strongly coupled components of which neither imports the other.

    Only between components of which at least one statement could be resolved: of the others
    nothing is known.
    """
    inside = edges[edges["target"] != ""]
    arrows = set(zip(inside["repo"], inside["component"], inside["target"], strict=True))
    read = {(repo, part) for repo, *ends in arrows for part in ends}
    strong = coupled.assign(degree=degrees(coupled))
    strong = strong[strong["degree"] >= STRONG].sort_values(
        ["degree", "shared", "repo", "component_a", "component_b"],
        ascending=[False, False, True, True, True],
    )
    unseen = [
        row.Index
        for row in strong.itertuples()
        if {(row.repo, row.component_a), (row.repo, row.component_b)} <= read
        and (row.repo, row.component_a, row.component_b) not in arrows
        and (row.repo, row.component_b, row.component_a) not in arrows
    ]
    return strong.loc[unseen]


def _circles(edges: DataFrame) -> list[list[str]]:
    """Groups of components that all reach each other over imports (R. Tarjan 1972), sorted."""
    arrows: dict[str, list[str]] = {}
    for one, other in zip(edges["component"], edges["target"], strict=True):
        arrows.setdefault(one, []).append(other)
        arrows.setdefault(other, [])
    return sorted(group for group in strongly_connected(arrows) if len(group) > 1)
