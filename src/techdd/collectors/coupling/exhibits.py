"""How the components of a repository hang together by imports: a picture and two tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from techdd.counting import component_name
from techdd.model import Location, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 20  # rows of a table
IMPORTS = (
    "Import statements of production code as they stand in the files; calls over the network, "
    "through frameworks or by reflection are not seen."
)


def pictures(
    repo: str, edges: DataFrame, files: DataFrame, circles: list[list[str]]
) -> Iterator[Series]:
    """The exhibits of one repository; `edges` lead from one component to another."""
    source = files[files["role"] == "source"]
    lines = {str(name): int(n) for name, n in source.groupby("component")["code"].sum().items()}
    group = {name: place for place, circle in enumerate(circles) for name in circle}
    drawn = sorted(edges.itertuples(), key=lambda row: (row.component, row.target))
    if len(set(edges["component"]) | set(edges["target"])) > 2:
        yield _diagram(repo, drawn, lines, group)
        yield _stability(repo, drawn, lines, group)
    if circles:
        yield _circles(repo, drawn, group)


def _in_circle(row: Any, group: dict[str, int]) -> bool:
    """Whether an arrow is part of a circle: both its ends are in the same one."""
    return row.component in group and group[row.component] == group.get(row.target)


def _diagram(repo: str, edges: list[Any], lines: dict[str, int], group: dict[str, int]) -> Series:
    joined = {name for row in edges for name in (row.component, row.target)}
    rows: list[tuple[Value, ...]] = [
        (
            component_name(row.component),
            component_name(row.target),
            int(row.imports),
            lines.get(row.component, 0),
            lines.get(row.target, 0),
            "yes" if _in_circle(row, group) else "no",
        )
        for row in edges
    ]
    rows += (
        (component_name(name), None, None, lines[name], None, "no")
        for name in sorted(lines, key=lambda name: (-lines[name], name))
        if name not in joined and lines[name]
    )
    return Series(
        "component_imports",
        "Components and what they import",
        (
            "importing component",
            "imported component",
            "import statements",
            "its code lines",
            "code lines of the imported",
            "in a circle",
        ),
        tuple(rows),
        chart="layers",
        note="What imports stands above what it imports; the wider an arrow, the more statements. "
        f"Arrows and boxes in red are part of a circle. {IMPORTS}",
        repo=repo,
    )


def _stability(repo: str, edges: list[Any], lines: dict[str, int], group: dict[str, int]) -> Series:
    """Who is built upon, and who builds upon others (R. Martin's afferent and efferent)."""
    joined = {name for row in edges for name in (row.component, row.target)}
    rows = []
    for name in joined:
        by = sum(row.target == name for row in edges)
        upon = sum(row.component == name for row in edges)
        circle = "yes" if name in group else "no"
        rows.append((name, lines.get(name, 0), by, upon, upon / (by + upon), circle))
    rows.sort(key=lambda row: (-row[2], -row[1], row[0]))
    more = f" {len(rows) - SHOWN:,} more components." if len(rows) > SHOWN else ""
    return Series(
        "component_stability",
        "Components that others build upon",
        ("component", "code lines", "imported by", "imports", "instability (share)", "in a circle"),
        tuple((component_name(name), *rest) for name, *rest in rows[:SHOWN]),
        note="Instability is what a component imports by all its arrows (Martin 1994): 0 is only "
        f"built upon and costly to change, 1 only builds upon others.{more}",
        repo=repo,
    )


def _circles(repo: str, edges: list[Any], group: dict[str, int]) -> Series:
    """The arrows of the circles, the lightest first: there a circle is opened at the least cost."""
    import pandas as pd

    inner = [row for row in edges if _in_circle(row, group)]
    inner.sort(key=lambda row: (group[row.component], row.imports, row.component, row.target))
    more = f" {len(inner) - SHOWN:,} more arrows." if len(inner) > SHOWN else ""
    return Series(
        "component_circles",
        "Imports that join components in circles",
        ("circle", "importing component", "imported component", "statements", "such as"),
        tuple(
            (
                group[row.component] + 1,
                component_name(row.component),
                component_name(row.target),
                int(row.imports),
                str(Location(row.path, None if pd.isna(row.line) else int(row.line))),
            )
            for row in inner[:SHOWN]
        ),
        note="The lightest first: where few statements point back, a circle is opened at the least "
        f"cost.{more}",
        repo=repo,
    )
