"""Spreads: points between two measures, and spans of time."""

from __future__ import annotations

from math import ceil, floor, log10, pi, sqrt

from techdd.charts.base import (
    ACCENT,
    CHARACTER,
    INK,
    LEVEL,
    MUTED,
    WIDTH,
    Rows,
    Spec,
    canvas,
    categories,
    format_of,
    number,
    numeric,
    plain,
    ruled,
    shaded,
)
from techdd.charts.lines import DATE, full_date
from techdd.model import Series

MOST_POINTS = 600  # the largest by product; more are ink
LARGEST = 500  # px² of the largest point
LONG = 24  # characters; of a longer path the last part is written
NAMED = 8  # points with their name beside them
HEIGHT = 260
WIDE = 60.0  # the ratio of largest to smallest from which an axis is logarithmic
MOST_SPANS = 30  # rows of a timeline


def scatter(series: Series) -> Spec | None:
    """A point for each row: (name, x, y) or (name, x, y, size); the outermost bear their names."""
    count = len(series.columns)
    if count not in (3, 4) or not all(numeric(series, at) for at in range(1, count)):
        return None
    known = [row for row in series.rows if None not in row[1:3]]
    rows = tuple(sorted(known, key=_product)[:MOST_POINTS])
    if len(rows) < 2:
        return None
    x, y = (_axis(series, rows, at) for at in (1, 2))
    x["axis"]["title"] = series.columns[1]
    y["axis"] = {**LEVEL, **y["axis"], "title": series.columns[2]}
    point: Spec = {"mark": {"type": "circle", "color": ACCENT, "opacity": 0.5, "size": 45}}
    if count == 4:
        point["mark"].update(stroke=ACCENT, strokeWidth=0.6)
        point["encoding"] = {"size": _sizes(series, rows)}
    most = max(1.0, *(number(row[-1]) for row in rows))
    named = _named(rows, x["scale"], y["scale"], most)
    texts = [
        {
            "data": {"values": [one for one in named if one["align"] == align]},
            "mark": {
                "type": "text", "align": align, "dx": {"expr": "datum.gap"},
                "fontSize": 9, "color": INK,
            },
            "encoding": {"text": {"field": "name"}},
        }
        for align in ("left", "right")
    ]  # fmt: skip
    return {
        **canvas(rows, height=HEIGHT),
        "encoding": {"x": {"field": "c1", **x}, "y": {"field": "c2", **y}},
        "layer": [point, *texts],
    }


def timeline(series: Series) -> Spec | None:
    """Spans of time in rows: (row, start, end) or (row, start, end, value), dates as in ISO 8601.

    A row may hold several spans; the value shades them. At most MOST_SPANS rows, as given.
    """
    shades = len(series.columns) == 4
    if len(series.columns) not in (3, 4) or (shades and not numeric(series, 3)):
        return None
    dates = [value for row in series.rows for value in row[1:3]]
    if not all(isinstance(value, str) and DATE.match(value) for value in dates):
        return None
    names = list(dict.fromkeys(row[0] for row in series.rows))
    shown = set(names[:MOST_SPANS])
    rows = tuple(
        (row[0], full_date(row[1]), full_date(row[2]), *row[3:])
        for row in series.rows
        if row[0] in shown
    )
    cut = f"the first {MOST_SPANS} of {len(names)}" if len(names) > MOST_SPANS else None
    axis = {"title": cut, "grid": True, "tickCount": 8, "labelOverlap": True}
    utc: Spec = {"type": "temporal", "scale": {"type": "utc"}}
    colour: Spec = {"value": ACCENT}
    if shades:
        most = max(number(row[3]) for row in rows)
        colour = {"field": "c3", **shaded(series.columns[3], format_of(series, 3), most)}
    # The stroke gives a span of one day a width that can be seen.
    bar: Spec = {"type": "bar", "height": {"band": 0.6}, "strokeWidth": 1.5}
    return {
        **canvas(rows, height={"step": 17}),
        "mark": bar,
        "encoding": {
            "y": categories(),
            "x": {"field": "c1", **utc, "axis": axis},
            "x2": {"field": "c2"},
            "color": colour,
            "stroke": {"value": ACCENT},
        },
    }


def _product(row: tuple[object, ...]) -> tuple[float, str]:
    """For sorting: those far out on both axes first."""
    return -number(row[1]) * number(row[2]), str(row[0])  # type: ignore[arg-type]


def _sizes(series: Series, rows: Rows) -> Spec:
    """Areas by the fourth column, with a legend that stands above the title of the axis."""
    most = max(0.0, *(number(row[3]) for row in rows)) or 1.0
    legend = {
        "title": series.columns[3],
        "titleColor": MUTED,
        "titleFontSize": 10,
        "titleFontWeight": 500,
        "titleOrient": "left",
        "titlePadding": 10,
        "titleAlign": "left",
        "symbolFillColor": ACCENT,
        "symbolOpacity": 0.5,
        "offset": 24,
        "values": sorted({_rounded(most / part) for part in (20, 4, 1)}),
        "format": format_of(series, 3),
    }
    scale = {"domain": [0, most], "range": [6, LARGEST]}
    return {"field": "c3", "type": "quantitative", "scale": scale, "legend": legend}


def _rounded(value: float) -> float:
    """`value` to one figure."""
    return round(value, -floor(log10(value))) if value > 0 else 0.0


def _axis(series: Series, rows: Rows, column: int) -> Spec:
    """A measure from 0, or on a logarithmic scale where the values lie far apart."""
    values = [number(row[column]) for row in rows]
    low, high = min(values), max(values)
    form = format_of(series, column)
    if low > 0 and high / low >= WIDE:
        scale: Spec = {"type": "log", "domain": [low * 0.8, high * 1.25], "nice": False}
        axis: Spec = {"format": "~g" if form == ",.1f" else form, "grid": True}
        decades = range(floor(log10(low)), ceil(log10(high)) + 1)
        steps = (1,) if len(decades) > 4 else (1, 3)
        axis["values"] = [step * 10**decade for decade in decades for step in steps]
        return {"type": "quantitative", "scale": scale, "axis": axis}
    ends = [min(0.0, low * 1.08), max(high, 0.0) * 1.08 or 1.0]
    return {
        "type": "quantitative",
        "scale": {"type": "linear", "domain": ends, "nice": False},
        "axis": ruled(form),
    }


def _named(rows: Rows, x: Spec, y: Spec, most: float) -> list[Spec]:
    """The names of the outermost points that have room for theirs, with the side it stands on."""
    places = []
    for row in rows:
        across = _share(number(row[1]), x) * (WIDTH - 45)
        down = (1 - _share(number(row[2]), y)) * HEIGHT
        radius = sqrt(LARGEST * max(number(row[3]), 0) / most / pi) if len(row) > 3 else 4
        places.append((across, down, radius))
    taken = [(a - r, d - r, a + r, d + r) for a, d, r in places[: 8 * NAMED]]
    named: list[Spec] = []
    for row, (across, down, radius) in zip(rows[: 8 * NAMED], places, strict=False):
        name = str(plain(row[0]))
        name = name if len(name) <= LONG else name.rsplit("/", 1)[-1]
        for align, side in (("left", 1), ("right", -1)):
            gap = side * (radius + 4)
            ends = sorted((across + gap, across + gap + side * len(name) * CHARACTER))
            box = (ends[0], down - 6, ends[1], down + 6)
            if ends[0] < 0 or ends[1] > WIDTH - 45 or any(_overlap(box, one) for one in taken):
                continue
            taken.append(box)
            named.append({"name": name, "c1": row[1], "c2": row[2], "align": align, "gap": gap})
            break
        if len(named) == NAMED:
            break
    return named


def _share(value: float, scale: Spec) -> float:
    """Where on its axis a value lies, from 0 to 1."""
    low, high = scale["domain"]
    if scale["type"] == "log":
        low, high, value = log10(low), log10(high), log10(value)
    return float((value - low) / (high - low)) if high > low else 0.0


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
