"""A graph of parts in layers: what builds upon others stands above them."""

from __future__ import annotations

from math import log, sqrt
from typing import NamedTuple

from techdd.charts.base import (
    BANDS,
    INK,
    MUTED,
    PAPER,
    WIDTH,
    Spec,
    canvas,
    format_of,
    number,
    numeric,
    plain,
)
from techdd.charts.layering import Arrow, Item, layer_of, ordered, path_of
from techdd.model import Series

MOST_PARTS = 15  # boxes
MOST_ARROWS = 45  # those in circles first, then the heaviest
LABELLED = 16  # arrows up to which each bears its number
IN_CIRCLE = "yes"
_BOX, _GAP, _LEAST_HEIGHT, _MOST_HEIGHT, _STEP = 108.0, 12.0, 26.0, 44.0, 92.0  # px
_LETTER = 5.3  # px of a character of the names, about
_NORMAL, _CIRCLE = "#7d93a8", BANDS[3]


class _Graph(NamedTuple):
    parts: list[str]
    weight: dict[Arrow, float]
    lines: dict[str, float]
    circle: set[Arrow]
    left_out: str


def layers(series: Series) -> Spec | None:
    """Boxes and arrows: (from, to, weight, size of from, size of to, in a circle).

    A row without "to" is a part alone. The size gives the height of a box, the weight the width of
    an arrow; arrows that say "yes" in the last column are marked.
    """
    if len(series.columns) != 6 or not all(numeric(series, at) for at in (2, 3)):
        return None
    graph = _graph(series)
    if len(graph.parts) < 2 or not graph.weight:
        return None
    layer = layer_of(graph.parts, graph.weight)
    x = _placed(ordered(graph.parts, graph.weight, layer))
    return _drawn(series, graph, layer, x)


def _graph(series: Series) -> _Graph:
    """The parts that matter most by size and arrows, and the arrows between them."""
    size: dict[str, float] = {}
    weight: dict[Arrow, float] = {}
    circle: set[Arrow] = set()
    for one, other, value, own, others, marked in series.rows:
        size[str(one)] = number(own)
        if other is not None and other != one:
            size[str(other)] = number(others)
            weight[str(one), str(other)] = number(value)
            circle |= {(str(one), str(other))} if marked == IN_CIRCLE else set()
    all_lines, all_arrows = sum(size.values()) or 1.0, 2 * sum(weight.values()) or 1.0
    matters = {name: lines / all_lines for name, lines in size.items()}
    for arrow, value in weight.items():
        for name in arrow:
            matters[name] += value / all_arrows
    kept = sorted(size, key=lambda name: (-matters[name], name))[:MOST_PARTS]
    inner = [arrow for arrow in weight if set(arrow) <= set(kept)]
    inner.sort(key=lambda arrow: (arrow not in circle, -weight[arrow], arrow))
    arrows = inner[:MOST_ARROWS]
    told = []
    if len(kept) < len(size):
        told.append(f"{len(size) - len(kept)} more components")
    if len(arrows) < len(weight):
        told.append(f"{len(weight) - len(arrows)} more arrows")
    left_out = f"and {' and '.join(told)}, which are not drawn" if told else ""
    return _Graph(
        sorted(kept), {one: weight[one] for one in sorted(arrows)}, size, circle, left_out
    )


def _placed(rows: list[list[Item]]) -> dict[Item, float]:
    """The middle of each item, each layer centred on the page."""
    x: dict[Item, float] = {}
    for row in rows:
        boxes = sum(isinstance(item, str) for item in row)
        passing = len(row) - boxes
        room = (WIDTH - boxes * (_BOX + _GAP)) / max(passing, 1)
        slot = min(max(room, 1.0), 26.0)
        at = (WIDTH - boxes * (_BOX + _GAP) - passing * slot) / 2
        for item in row:
            wide = _BOX + _GAP if isinstance(item, str) else slot
            x[item] = at + wide / 2
            at += wide
    return x


def _drawn(series: Series, graph: _Graph, layer: dict[str, int], x: dict[Item, float]) -> Spec:
    most = max(graph.lines[name] for name in graph.parts) or 1.0
    high = {
        name: _LEAST_HEIGHT + (_MOST_HEIGHT - _LEAST_HEIGHT) * sqrt(graph.lines[name] / most)
        for name in graph.parts
    }
    marked = {name for arrow in graph.circle for name in arrow}
    boxes = [
        {
            "x": x[name] - _BOX / 2, "x2": x[name] + _BOX / 2, "m": x[name],
            "y": _y(layer[name]) - high[name] / 2, "y2": _y(layer[name]) + high[name] / 2,
            "up": _y(layer[name]) - 6, "down": _y(layer[name]) + 7,
            "name": _short(name), "lines": f"{graph.lines[name]:,.0f} lines",
            "stroke": _CIRCLE if name in marked else "#5b8db5",
        }
        for name in graph.parts
    ]  # fmt: skip
    points, heads, labels = _arrows(series, graph, layer, x, high)
    height = _y(max(layer.values())) + _MOST_HEIGHT / 2 + (24 if graph.left_out else 8)
    more = [{"m": WIDTH / 2, "y": height - 8, "name": graph.left_out}]
    across = {"type": "quantitative", "scale": {"domain": [0, WIDTH], "nice": False}, "axis": None}
    down = {"type": "quantitative", "axis": None,
            "scale": {"domain": [0, height], "nice": False, "reverse": True}}  # fmt: skip

    def text(rows: list[Spec], y: str, field: str, **look: object) -> Spec:
        place = {"x": {"field": "m", **across}, "y": {"field": y, **down}}
        return {"data": {"values": rows}, "mark": {"type": "text", **look},
                "encoding": {**place, "text": {"field": field}}}  # fmt: skip

    own = {name: {"field": name, "type": "nominal", "scale": None} for name in ("colour", "shape")}
    wide = {"field": "wide", "type": "quantitative", "scale": None, "legend": None}
    return {
        **canvas((), height=height),
        "layer": [
            {
                "data": {"values": points},
                "mark": {"type": "line", "interpolate": "basis", "opacity": 0.75},
                "encoding": {
                    "x": {"field": "x", **across}, "y": {"field": "y", **down},
                    "detail": {"field": "arrow"}, "order": {"field": "at"},
                    "color": own["colour"], "strokeWidth": wide,
                },
            },
            {
                "data": {"values": heads},
                "mark": {"type": "point", "filled": True, "size": 42, "opacity": 1},
                "encoding": {
                    "x": {"field": "x", **across}, "y": {"field": "y", **down},
                    "color": own["colour"], "shape": own["shape"],
                },
            },
            {
                "data": {"values": boxes},
                "mark": {"type": "rect", "cornerRadius": 3, "fill": PAPER, "strokeWidth": 1.2},
                "encoding": {
                    "x": {"field": "x", **across}, "x2": {"field": "x2"},
                    "y": {"field": "y", **down}, "y2": {"field": "y2"},
                    "stroke": {"field": "stroke", "type": "nominal", "scale": None},
                },
            },
            text(boxes, "up", "name", fontSize=9, fontWeight=500, color=INK),
            text(boxes, "down", "lines", fontSize=8, color=MUTED),
            text(labels, "y", "name", fontSize=8, stroke="#ffffff", strokeWidth=3, color=INK),
            text(labels, "y", "name", fontSize=8, color=INK),
            text(more if graph.left_out else [], "y", "name", fontSize=9, color=MUTED),
        ],
    }  # fmt: skip


def _arrows(
    series: Series, graph: _Graph, layer: dict[str, int], x: dict[Item, float],
    high: dict[str, float],
) -> tuple[list[Spec], list[Spec], list[Spec]]:  # fmt: skip
    """The points of the lines, their heads, and their numbers where there is room."""
    form = format_of(series, 2)
    heaviest = log(1 + max(graph.weight.values()))
    half = _MOST_HEIGHT / 2
    points: list[Spec] = []
    heads: list[Spec] = []
    labels: list[Spec] = []
    for place, (arrow, value) in enumerate(graph.weight.items()):
        path = path_of(arrow, layer)
        upper, lower = str(path[0]), str(path[-1])
        down = upper == arrow[0]
        # Two arrows between the same boxes run side by side.
        shift = 0.0 if arrow[::-1] not in graph.weight else 7.0 if down else -7.0
        inner = [(x[item] + shift, _y(layer[upper] + at)) for at, item in enumerate(path[1:-1], 1)]
        towards = [*(one for one, _ in inner), x[upper], x[lower]]
        first = x[upper] + _lean((towards[0] if inner else x[lower]) - x[upper]) + shift
        last = x[lower] + _lean((inner[-1][0] if inner else x[upper]) - x[lower]) + shift
        start = (first, _y(layer[upper]) + high[upper] / 2 + (0 if down else 6))
        end = (last, _y(layer[lower]) - high[lower] / 2 - (6 if down else 0))
        colour = _CIRCLE if arrow in graph.circle else _NORMAL
        wide = 0.7 + 2.6 * log(1 + value) / heaviest if heaviest else 1.0
        # Level with boxes an arrow runs straight down, so that it passes beside them.
        passing = [(one, y + off) for one, y in inner for off in (-half, 0.0, half)]
        line = [start, (start[0], start[1] + 14), *passing, (end[0], end[1] - 14), end]
        points += (
            {"x": one, "y": y, "at": at, "arrow": place, "colour": colour, "wide": wide}
            for at, (one, y) in enumerate(line)
        )
        tip, shape = (end, "triangle-down") if down else (start, "triangle-up")
        nudge = 2 if down else -2
        heads.append({"x": tip[0], "y": tip[1] + nudge, "colour": colour, "shape": shape})
        if len(graph.weight) <= LABELLED:
            middle = line[len(line) // 2 - 1], line[len(line) // 2]
            labels.append({
                "m": (middle[0][0] + middle[1][0]) / 2, "y": (middle[0][1] + middle[1][1]) / 2,
                "name": f"{value:.0%}" if form == ".0%" else f"{value:{form}}",
            })  # fmt: skip
    return points, heads, labels


def _y(layer: int) -> float:
    """The middle of a layer."""
    return _MOST_HEIGHT / 2 + 4 + layer * _STEP


def _lean(distance: float) -> float:
    """How far from the middle of a box an arrow begins that goes that far aside."""
    return max(-0.4 * _BOX, min(0.4 * _BOX, 0.18 * distance))


def _short(name: str) -> str:
    """The name as it fits into a box: of a longer path the last part."""
    room = int((_BOX - 6) / _LETTER)
    shown = str(plain(name))
    shown = shown if len(shown) <= room else shown.rpartition("/")[2] or shown
    return shown if len(shown) <= room else f"{shown[: room - 1]}…"
