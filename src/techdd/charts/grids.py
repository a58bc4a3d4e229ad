"""Grids: a value for each row and column, shaded from little to much."""

from __future__ import annotations

from collections.abc import Sequence

from techdd.charts.base import (
    CHARACTER,
    LABELS,
    PAPER,
    WIDTH,
    Spec,
    canvas,
    format_of,
    number,
    numeric,
    on_shade,
    plain,
    shaded,
)
from techdd.model import Series, Value

MOST_CELLS = 40  # rows or columns of a heatmap; more are no picture on a page
MOST_PARTS = 16  # rows and columns of a matrix


def heatmap(series: Series) -> Spec | None:
    """A shade for each row and column: (row, column, value), such as weekday, hour, commits.

    Numbers are put in order, words stay in the order as given. A pair that is not named is empty.
    """
    if len(series.columns) != 3 or not numeric(series, 2):
        return None
    rows, columns = (_places([row[place] for row in series.rows]) for place in (0, 1))
    if max(len(rows), len(columns)) > MOST_CELLS:
        return None
    cells = [(row[0], row[1], row[2]) for row in series.rows if row[2] is not None]
    axis = {"title": series.columns[1], "orient": "bottom", "labelAngle": 0, "labelOverlap": True}
    return _grid(series, cells, rows, columns, axis, step=22)


def matrix(series: Series) -> Spec | None:
    """Parts against parts: (from, to, value); the parts are numbered, so that columns need no room.

    At most MOST_PARTS, those with the largest sums. What a part has to do with itself is not drawn.
    """
    if len(series.columns) != 3 or not numeric(series, 2):
        return None
    parts = _places([name for row in series.rows for name in row[:2]])
    sums = dict.fromkeys(parts, 0.0)
    for one, other, value in series.rows:
        for part in {one, other}:
            sums[part] += number(value) if one != other else 0.0
    largest = sorted(parts, key=lambda part: (-sums[part], parts.index(part)))[:MOST_PARTS]
    kept = [part for part in parts if part in largest]
    if len(kept) < 2:
        return None
    label = {part: f"{plain(part)} · {place}" for place, part in enumerate(kept, start=1)}
    cells = [
        (label[one], str(kept.index(other) + 1), value)
        for one, other, value in series.rows
        if one in label and other in label and one != other and value is not None
    ]
    if not cells:
        return None
    cut = f", the {len(kept)} with most of {len(parts)}" if len(kept) < len(parts) else ""
    axis = {
        "title": f"{series.columns[0]} (rows), {series.columns[1]} (columns){cut}",
        "orient": "bottom", "labelAngle": 0,
    }  # fmt: skip
    columns: list[Value] = [str(place) for place in range(1, len(kept) + 1)]
    own = [{"c0": label[part], "c1": str(place)} for place, part in enumerate(kept, start=1)]
    spec = _grid(series, cells, list(label.values()), columns, axis, step=23)
    stroke = {"type": "rect", "color": "#dfe4e9"}
    place = {name: spec["encoding"][name] for name in ("x", "y")}
    spec["layer"].insert(1, {"data": {"values": own}, "mark": stroke, "encoding": place})
    return spec


def _grid(
    series: Series,
    cells: Sequence[tuple[Value, Value, Value]],
    rows: list[Value],
    columns: list[Value],
    axis: Spec,
    step: int,
) -> Spec:
    form = format_of(series, 2)
    most = max((number(value) for *_, value in cells), default=0.0)
    empty = [{"c0": plain(row), "c1": plain(column)} for row in rows for column in columns]
    x = {
        "field": "c1", "type": "nominal", "sort": None, "axis": {**axis, "grid": False},
        "scale": {"domain": list(map(plain, columns)), "paddingInner": 0.06},
    }  # fmt: skip
    y = {
        "field": "c0", "type": "nominal", "sort": None, "axis": {"title": None, "grid": False},
        "scale": {"domain": list(map(plain, rows)), "paddingInner": 0.06},
    }  # fmt: skip
    colour = {"field": "c2", **shaded(series.columns[2], form, most)}
    layers: list[Spec] = [
        {"data": {"values": empty}, "mark": {"type": "rect", "color": PAPER}},
        {"mark": {"type": "rect"}, "encoding": {"color": colour}},
    ]
    widest = max((len(_written(number(value), form)) for *_, value in cells), default=0)
    if (widest + 1) * CHARACTER * len(columns) <= WIDTH - LABELS:
        layers.append(
            {
                "mark": {"type": "text", "fontSize": 9},
                "encoding": {
                    "text": {"field": "c2", "type": "quantitative", "format": form},
                    "color": on_shade(colour, "c2"),
                },
            }
        )
    return {
        **canvas(tuple(cells), height={"step": step}),
        "encoding": {"x": x, "y": y},
        "layer": layers,
    }


def _written(value: float, form: str) -> str:
    """About what d3 makes of it: only the length matters."""
    return f"{value:.0%}" if form == ".0%" else f"{value:{form[:-1]}f}"


def _places(values: list[Value]) -> list[Value]:
    """What stands in `values`, once: numbers in order, words as they come."""
    once = list(dict.fromkeys(values))
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in once):
        return sorted(once, key=number)
    return once
