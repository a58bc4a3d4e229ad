"""Pairs: one value then and one now, in rows."""

from __future__ import annotations

from techdd.charts.base import (
    ACCENT,
    BANDS,
    INK,
    Spec,
    canvas,
    categories,
    folded,
    format_of,
    numeric,
    ruled,
)
from techdd.model import Series

MOST_PAIRS = 24
_THEN = "#ffffff"  # an empty ring; what is now is a full one, so that no colour is needed


def dumbbell(series: Series) -> Spec | None:
    """Two points a row and the way between them: (category, then, now), each perhaps not known.

    A way back is dashed, so that it can be told from one forward without its colour.
    """
    if len(series.columns) != 3 or not (numeric(series, 1) or numeric(series, 2)):
        return None
    rows = tuple(row for row in series.rows if row[1:] != (None, None))[:MOST_PAIRS]
    if not rows or not all(_is_number(value) for row in rows for value in row[1:]):
        return None
    form = format_of(series, 1, 2).replace(".1f", ".0f")
    scores = all("score" in name for name in series.columns[1:])
    scale = {"domain": [0, 100]} if scores else {"zero": True, "nice": True}
    x: Spec = {"type": "quantitative", "scale": scale, "axis": {"title": None, **ruled(form)}}
    names = list(series.columns[1:])
    points: Spec = {
        "transform": [*folded(series), {"filter": "isValid(datum.value)"}],
        "mark": {"type": "point", "size": 85, "strokeWidth": 1.6, "opacity": 1},
        "encoding": {
            "x": {"field": "value", **x},
            "stroke": {"value": ACCENT},
            "fill": {
                "field": "column",
                "type": "nominal",
                "scale": {"domain": names, "range": [_THEN, ACCENT]},
                "legend": {"symbolStrokeColor": ACCENT, "symbolType": "circle"},
            },
        },
    }
    ways = [
        _way("datum.c2 >= datum.c1", ACCENT, [1, 0]),
        _way("datum.c2 < datum.c1", BANDS[3], [4, 2]),
    ]
    for one in ways:
        one["encoding"] = {"x": {"field": "c1", **x}, "x2": {"field": "c2"}}
    moved = f"format(datum.c1, '{form}') + ' → ' + format(datum.c2, '{form}')"
    text: Spec = {
        "transform": [
            {"filter": "isValid(datum.c1) && isValid(datum.c2)"},
            {"calculate": "max(datum.c1, datum.c2)", "as": "end"},
            {"calculate": moved, "as": "shown"},
        ],
        "mark": {"type": "text", "align": "left", "dx": 10, "fontSize": 9, "color": INK},
        "encoding": {"x": {"field": "end", **x}, "text": {"field": "shown"}},
    }
    return {
        **canvas(rows, height={"step": 22}),
        "encoding": {"y": categories()},
        "layer": [*ways, points, text],
    }


def _way(test: str, colour: str, dash: list[int]) -> Spec:
    return {
        "transform": [{"filter": f"isValid(datum.c1) && isValid(datum.c2) && {test}"}],
        "mark": {"type": "rule", "strokeWidth": 2, "color": colour, "strokeDash": dash},
    }


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))
