"""Areas: how large the parts of a whole are, and how much of something each has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from techdd.charts.base import (
    CHARACTER,
    INK,
    OTHER,
    WIDTH,
    Spec,
    format_of,
    number,
    numeric,
    on_shade,
    plain,
    shaded,
)
from techdd.model import Series

HEIGHT = 300
MOST_TILES = 250  # of one picture; the smaller ones are drawn together
SPECK = 1e-6  # px²; nothing is drawn with an area of 0
STRIP = 15  # px of a group's heading
SEAMS = "_. -"  # behind which the line of a name may end
LINE = 10  # px of each further line of a name
GAP = 2.0  # px around a group


class Box(NamedTuple):
    """A rectangle in px, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Tile(NamedTuple):
    """One part: its group ("" = none), name, size, and the value that shades it."""

    group: str
    name: str
    size: float
    value: float | None


def treemap(series: Series) -> Spec | None:
    """Areas by size, shaded by value: (name, size, value) or (group, name, size, value).

    A name is written where it fits as a whole, or its last part does, if need be in lines or
    downwards.
    """
    grouped = len(series.columns) == 4
    if len(series.columns) not in (3, 4) or not all(numeric(series, at) for at in (-2, -1)):
        return None
    tiles = _tiles(series, grouped=grouped)
    if not tiles:
        return None
    most = max((tile.value or 0.0) for tile in tiles)
    placed, headings = _placed(tiles) if grouped else (_alone(tiles), [])
    values = [
        {
            **_written(tile.name, box), "value": tile.value,
            "x": box.x, "x2": box.x + box.width, "y": box.y, "y2": box.y + box.height,
        }
        for tile, box in placed
    ]  # fmt: skip
    size, value = series.columns[-2:]
    form = format_of(series, len(series.columns) - 1)
    colour = {"field": "value", **shaded(f"{value} (shade); area: {size}", form, most)}
    corner = {"x": _at("mx"), "y": _at("my")}
    rect: Spec = {"type": "rect", "stroke": "#ffffff", "strokeWidth": 1}
    where = {"x": _at("x"), "x2": {"field": "x2"}, "y": _at("y"), "y2": {"field": "y2"}}
    layers: list[Spec] = [
        # Below, for what has no value: a missing shade would read as a hole.
        {"mark": {**rect, "color": OTHER}, "encoding": where},
        {"mark": rect, "encoding": {**where, "color": colour}},
        {
            "transform": [{"filter": "datum.name !== ''"}],
            "mark": {
                "type": "text", "align": "left", "baseline": "middle", "fontSize": 9,
                "lineBreak": "\n", "lineHeight": LINE,
            },
            "encoding": {
                **corner, "text": {"field": "name"},
                "angle": {"field": "angle", "type": "quantitative", "scale": None},
                "color": on_shade(colour, "value"),
            },
        },
        {
            "data": {"values": headings},
            "mark": {
                "type": "text", "align": "left", "baseline": "middle", "fontSize": 9,
                "fontWeight": 600, "color": INK,
            },
            "encoding": {**corner, "text": {"field": "name"}},
        },
    ]  # fmt: skip
    return {
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 0, "right": 0, "top": 2, "bottom": 0},
        "height": HEIGHT,
        "data": {"values": values},
        "layer": layers if headings else layers[:3],
    }


def _at(field: str) -> Spec:
    most = HEIGHT if "y" in field else WIDTH
    scale: Spec = {"domain": [0, most], "nice": False, "zero": False}
    if "y" in field:
        scale["reverse"] = True  # y counts down, as the boxes do
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _tiles(series: Series, *, grouped: bool) -> list[Tile]:
    """The parts with a size, the largest first; what is beyond MOST_TILES is one tile a group."""
    tiles = [
        Tile(
            str(plain(row[0])) if grouped else "",
            str(plain(row[-3])),
            number(row[-2]),
            None if row[-1] is None else number(row[-1]),
        )
        for row in series.rows
        if number(row[-2]) > 0
    ]
    tiles.sort(key=lambda tile: (-tile.size, tile.group, tile.name))
    kept, rest = tiles[:MOST_TILES], tiles[MOST_TILES:]
    for group in sorted({tile.group for tile in rest}):
        small = [tile for tile in rest if tile.group == group]
        kept.append(Tile(group, f"{len(small):,} smaller", sum(t.size for t in small), None))
    return kept


def _alone(tiles: Sequence[Tile]) -> list[tuple[Tile, Box]]:
    falling = sorted(tiles, key=lambda tile: -tile.size)
    boxes = squarified([tile.size for tile in falling], Box(0, 0, WIDTH, HEIGHT))
    return list(zip(falling, boxes, strict=True))


def _placed(tiles: Sequence[Tile]) -> tuple[list[tuple[Tile, Box]], list[Spec]]:
    """The tiles inside their groups, and the headings of those groups that have room for one."""
    sums: dict[str, float] = {}
    for tile in tiles:
        sums[tile.group] = sums.get(tile.group, 0.0) + tile.size
    groups = sorted(sums, key=lambda group: (-sums[group], group))
    placed: list[tuple[Tile, Box]] = []
    headings: list[Spec] = []
    boxes = squarified([sums[group] for group in groups], Box(0, 0, WIDTH, HEIGHT))
    for group, outer in zip(groups, boxes, strict=True):
        heading = _fitting(group, outer._replace(height=STRIP)) if outer.height > 3 * STRIP else ""
        strip = STRIP if heading else 0
        if heading:
            headings.append({"name": heading, "mx": outer.x + 3, "my": outer.y + 8})
        inner = Box(
            outer.x + GAP, outer.y + strip + GAP,
            max(outer.width - 2 * GAP, 0.5), max(outer.height - strip - 2 * GAP, 0.5),
        )  # fmt: skip
        own = sorted((t for t in tiles if t.group == group), key=lambda tile: -tile.size)
        placed += zip(own, squarified([tile.size for tile in own], inner), strict=True)
    return placed, headings


def squarified(sizes: Sequence[float], box: Box) -> list[Box]:
    """A box for each size (positive, falling) that fill `box`, near to squares.

    M. Bruls, K. Huizing, J. J. van Wijk: "Squarified treemaps", 2000.
    """
    boxes: list[Box] = []
    total = sum(sizes)
    whole = box.width * box.height
    areas = [max(size / total * whole, SPECK) for size in sizes] if total else []
    start = 0
    while start < len(areas):
        side = min(box.width, box.height)
        end = start + 1
        while end < len(areas) and _worst(areas[start : end + 1], side) <= _worst(
            areas[start:end], side
        ):
            end += 1
        row, box = _row(areas[start:end], box)
        boxes += row
        start = end
    return boxes


def _worst(areas: Sequence[float], side: float) -> float:
    """The worst ratio of sides, where `areas` share one row along `side`."""
    total = sum(areas)
    return max(side**2 * areas[0] / total**2, total**2 / (side**2 * areas[-1]))


def _row(areas: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """The boxes of one row along the shorter side, and what is left of `box`."""
    total = sum(areas)
    found = []
    if box.width >= box.height:
        width, y = total / box.height, box.y
        for area in areas:
            found.append(Box(box.x, y, width, area / width))
            y += area / width
        return found, Box(box.x + width, box.y, max(box.width - width, 0.001), box.height)
    height, x = total / box.width, box.x
    for area in areas:
        found.append(Box(x, box.y, area / height, height))
        x += area / height
    return found, Box(box.x, box.y + height, box.width, max(box.height - height, 0.001))


def _written(name: str, box: Box) -> Spec:
    """The name as it can stand in the box, where it begins, and its angle in degrees."""
    if across := _fitting(name, box):
        return {"name": across, "mx": box.x + 4, "my": box.y + 10, "angle": 0}
    down = _fitting(name, box._replace(width=box.height, height=box.width))
    lines = down.count("\n")
    return {"name": down, "mx": box.x + 8 + LINE * lines, "my": box.y + 4, "angle": 90}


def _fitting(name: str, box: Box) -> str:
    """The name as far as it can stand in the box: whole, or its last part, or that in several
    lines, or not at all.
    """
    room = (box.width - 8) / CHARACTER
    last = name.rsplit("/", 1)[-1]
    for one in (name, last, "\n".join(_lines(last, room))):
        lines = one.split("\n")
        widest = max(len(line.rstrip(SEAMS)) for line in lines)  # a seam hangs in the margin
        if widest <= room and STRIP + LINE * (len(lines) - 1) <= box.height:
            return one
    return ""


def _lines(name: str, room: float) -> list[str]:
    """The name in lines that end behind its separators, as much in each as there is room for."""
    lines = [""]
    for part in re.findall(f"[^{SEAMS}]*[{SEAMS}]|[^{SEAMS}]+", name):
        if lines[-1] and len((lines[-1] + part).rstrip(SEAMS)) > room:
            lines.append("")
        lines[-1] += part
    return lines
