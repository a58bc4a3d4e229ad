"""What coupled files and components say about the structure of each repository."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.coupling.tables import (
    ChangeSpread,
    ComponentCoupling,
    Coupling,
    ImportEdge,
    degree,
)
from techdd.facts import File
from techdd.model import Location, Metric, Observation, Series

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST = 10  # commits or pairs; a share of fewer says nothing
STRONG = 0.3  # degree from which code-maat reports a pair
SHOWN = 15
PICTURES = 2  # repositories with a matrix of their own
TOGETHER = (
    "Degree = shared changes by the mean of both sides' changes (code-maat, Tornhill); at least 5 "
    "shared changes, commits of at most 30 files, tests left out. Changing together shows that "
    "parts were worked on together, not why."
)
IMPORTS = (
    "Import statements of production code as they stand in the files; calls over the network, "
    "through frameworks or by reflection are not seen."
)


@probe(domain="architecture", needs=(Coupling, ComponentCoupling, ChangeSpread, File))
def change_coupling(
    as_of: date, pairs: DataFrame, components: DataFrame, spread: DataFrame, files: DataFrame
) -> Answered:
    """Do changes stay within one component, and which files are only ever changed together?"""
    parts = _parts(files)
    for repo in ("", *sorted(files["repo"].unique())):
        yield from _spread(repo, _of(repo, spread), parts)
        yield from _pairs(repo, _of(repo, pairs), _of(repo, spread), parts)
    strong = pairs.assign(degree=_degrees(pairs))
    strong = strong.assign(weight=strong["degree"] * strong["shared"]).sort_values(
        ["weight", "repo", "path_a", "path_b"], ascending=[False, True, True, True]
    )
    if len(strong):
        yield Series(
            "change_coupling",
            f"Source files that are changed together, {_period(spread)}",
            ("repository", "in folder", "file", "changed with", "together", "share of changes"),
            tuple(
                (str(row.repo), *_apart(row.path_a, row.path_b), int(row.shared), row.degree)
                for row in strong.head(SHOWN).itertuples()
            ),
            note=f"Ordered by changes together times degree. {TOGETHER}",
        )
    strongest = components.groupby("repo")["shared"].sum().sort_values(ascending=False)
    for repo in strongest.index[:PICTURES]:
        own = _of(str(repo), components)
        rows = [
            (_named(one), _named(other), share)
            for row, share in zip(own.itertuples(), _degrees(own), strict=True)
            for one, other in (
                (row.component_a, row.component_b),
                (row.component_b, row.component_a),
            )
        ]
        if len({one for one, *_ in rows}) > 2:
            yield Series(
                "component_coupling",
                f"Components that are changed together, {_period(_of(str(repo), spread))}",
                ("component", "component", "share of changes"),
                tuple(rows),
                chart="matrix",
                note=TOGETHER,
                repo=str(repo),
            )


def _spread(repo: str, spread: DataFrame, parts: dict[str, int]) -> Iterator[Metric]:
    """The share of the changes that touched more than one component, where there are several."""
    several = spread[spread["repo"].map(parts).fillna(0) > 1]
    total = int(several["commits"].sum())
    wide = int(several.loc[several["components"] > 1, "commits"].sum())
    note = ""
    if not len(several):
        note = "fewer than two components with production code, or no change in the period"
    elif total < FEWEST:
        note = f"fewer than {FEWEST} changes in the period"
    yield Metric(
        "coupling.multi_component_share",
        wide / total if total >= FEWEST else None,
        "share",
        repo,
        f"{total:,} commits of at most 30 files that changed production code, {_period(spread)}",
        note,
    )


def _pairs(
    repo: str, pairs: DataFrame, spread: DataFrame, parts: dict[str, int]
) -> Iterator[Metric]:
    """How many pairs of files are coupled, and how many of them across components."""
    seen = int(spread["commits"].sum())
    basis = f"{seen:,} commits of at most 30 files that changed production code, {_period(spread)}"
    note = "" if seen >= FEWEST else f"fewer than {FEWEST} changes in the period"
    count = len(pairs) if seen >= FEWEST else None
    yield Metric("coupling.pairs", count, "pairs", repo, basis, note)
    several = pairs[pairs["repo"].map(parts).fillna(0) > 1]
    across = int((several["component_a"] != several["component_b"]).sum())
    enough = len(several) >= FEWEST
    yield Metric(
        "coupling.crossing_share",
        across / len(several) if enough else None,
        "share",
        repo,
        f"{len(several):,} coupled pairs of source files where there are several components",
        "" if enough else f"fewer than {FEWEST} coupled pairs",
    )


@probe(domain="architecture", needs=(ComponentCoupling, ImportEdge, File))
def component_graph(
    as_of: date, coupled: DataFrame, edges: DataFrame, files: DataFrame
) -> Answered:
    """Do components import each other in circles, and which change together without an import?"""
    inner = edges[(edges["target"] != "") & (edges["target"] != edges["component"])]
    circles = {str(repo): _circles(part) for repo, part in inner.groupby("repo")}
    hidden = _hidden(coupled, edges)
    for repo in ("", *sorted(files["repo"].unique())):
        own, read = _of(repo, inner), _of(repo, edges)
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
        unseen = _of(repo, hidden)
        yield Metric(
            "coupling.hidden_pairs",
            len(unseen) if several and inside else None,
            "pairs",
            repo,
            f"{len(_of(repo, coupled)):,} pairs of components with 5 or more changes together",
            note or ("" if inside else "no import statement could be resolved to a component"),
        )
        if repo:
            yield from _observed(repo, circles.get(repo, []), unseen)
            yield from _picture(repo, own)


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
                "one": _named(first.component_a),
                "other": _named(first.component_b),
                "shared": int(first.shared),
                "share": float(first.degree),
            },
        )


def _picture(repo: str, edges: DataFrame) -> Iterator[Series]:
    rows = tuple(
        (_named(row.component), _named(row.target), int(row.imports)) for row in edges.itertuples()
    )
    if len({name for row in rows for name in row[:2]}) > 2:
        yield Series(
            "component_imports",
            "Components that import each other",
            ("importing component", "imported component", "import statements"),
            rows,
            chart="matrix",
            note=IMPORTS,
            repo=repo,
        )


def _hidden(coupled: DataFrame, edges: DataFrame) -> DataFrame:
    """Strongly coupled components of which neither imports the other, although both were read."""
    read = set(zip(edges["repo"], edges["component"], strict=True))
    arrows = set(zip(edges["repo"], edges["component"], edges["target"], strict=True))
    strong = coupled.assign(degree=_degrees(coupled))
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


def strongly_connected(arrows: dict[str, list[str]]) -> list[list[str]]:
    """Tarjan's components of a graph, each sorted; without recursion, so of any depth."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []
    placed: set[str] = set()
    for start in sorted(arrows):
        walk = [(start, iter(sorted(arrows[start])))] if start not in order else []
        while walk:
            node, following = walk[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                stack.append(node)
            for other in following:
                if other not in order:
                    walk.append((other, iter(sorted(arrows[other]))))
                    break
                if other not in placed:
                    low[node] = min(low[node], order[other])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == order[node]:
                    group = stack[stack.index(node) :]
                    del stack[stack.index(node) :]
                    placed.update(group)
                    groups.append(sorted(group))
    return groups


def _degrees(pairs: DataFrame) -> list[float]:
    columns = ("shared", "revisions_a", "revisions_b")
    return [degree(*row) for row in zip(*(pairs[name] for name in columns), strict=True)]


def _parts(files: DataFrame) -> dict[str, int]:
    """Repository -> its components with production code."""
    source = files[files["role"] == "source"]
    return {str(k): int(n) for k, n in source.groupby("repo")["component"].nunique().items()}


def _of(repo: str, table: DataFrame) -> DataFrame:
    return table[table["repo"] == repo] if repo else table


def _period(spread: DataFrame) -> str:
    months = sorted(set(spread["months"].astype(int)))
    said = ["the whole history" if n == 0 else f"{n} months to the audited commit" for n in months]
    return " or ".join(said) or "24 months to the audited commit"


def _apart(one: str, other: str) -> tuple[str, str, str]:
    """(the folder that two paths have in common, what is left of each)."""
    folder = posixpath.commonpath([one, other])
    first, second = (path.removeprefix(folder).strip("/") for path in (one, other))
    return folder or "(top folder)", first, second


def _named(component: str) -> str:
    return "(top folder)" if component == "." else component
