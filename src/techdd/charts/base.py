"""What the charts share: one palette, one set of axes, how values are read and written."""

from __future__ import annotations

from math import floor, log10
from typing import Any

from techdd.model import Series, Value
from techdd.text import clean

Spec = dict[str, Any]
Rows = tuple[tuple[Value, ...], ...]

WIDTH = 627  # px at 96 dpi: the text width of an A4 page, so type keeps its size in print
LABELS = 200  # px that the names of rows take at most, about
CHARACTER = 5.6  # px of one character of small type, about
MOST_CATEGORIES = 16

INK, MUTED, GRID, ACCENT, PAPER = "#1b2733", "#5b6875", "#e3e7eb", "#14507f", "#f3f6f8"
# Ordered from harmless to grave; blue-orange-vermilion stay apart for colour-blind readers.
BANDS = ("#cdd9e5", "#86a8c8", "#e8a93f", "#c1512c", "#7c2315")
SEVERITIES = {"critical": BANDS[4], "high": BANDS[3], "medium": BANDS[2], "low": BANDS[1]}
OTHER = "#cfd4d9"
# From little to much of one thing: lightness alone carries it, also in grey.
SHADES = ("#e9f0f6", "#a9c4da", "#5b8db5", "#14507f", "#0a2c49")
# After Okabe and Ito (2008), darkened for print; lines also differ in their dashes.
LINES = ("#14507f", "#d0610a", "#0b8a66", "#a8588a", "#8a6d00", "#4a9cc9")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 2), (10, 4))

_AXIS: Spec = {
    "labelColor": INK,
    "labelFontSize": 10,
    "labelLimit": 230,
    "titleColor": MUTED,
    "titleFontSize": 10,
    "titleFontWeight": 500,
    "titlePadding": 8,
    "gridColor": GRID,
    "domainColor": "#aab4be",
    "tickColor": "#aab4be",
    "tickSize": 4,
}
# The title of a vertical axis stands level above it: nobody should have to turn the page.
LEVEL: Spec = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleX": -28,
    "titleY": -9,
}
CONFIG: Spec = {
    "aria": False,  # the picture carries one text of its own
    "background": "transparent",
    "font": "Inter",
    "axis": _AXIS,
    "axisY": {"domain": False, "ticks": False, "labelPadding": 7},
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": INK,
        "labelFontSize": 10,
        "symbolSize": 90,
        "columnPadding": 18,
        "offset": 10,
        "labelLimit": 180,
    },
    "view": {"stroke": None},
}


def canvas(rows: Rows, height: object) -> Spec:
    """The page that a chart is drawn on, as wide as the report's text, with its data."""
    # Columns are renamed c0, c1, ... because Vega reads dots and brackets in a name as a path.
    return {
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 0, "right": 8, "top": 2, "bottom": 3},
        "height": height,
        "data": {"values": [{f"c{i}": plain(v) for i, v in enumerate(row)} for row in rows]},
    }


def ruled(form: str) -> Spec:
    """A ruled axis of about five steps; counts have no halves."""
    whole = {"tickMinStep": 1} if form == ",.0f" else {}
    return {"format": form, "grid": True, "tickCount": 5, **whole}


def categories() -> Spec:
    """The first column as names down the left side, in the order as given."""
    return {"field": "c0", "type": "nominal", "sort": None, "axis": {"title": None}}


def folded(series: Series) -> list[Spec]:
    """Transforms from one column a band to rows of (column, value), in the order of columns."""
    fields = [f"c{i + 1}" for i in range(len(series.columns) - 1)]
    names = {f"c{i + 1}": name for i, name in enumerate(series.columns[1:])}
    rows = [{"key": key, "column": name, "place": i} for i, (key, name) in enumerate(names.items())]
    return [
        {"fold": fields, "as": ["key", "value"]},
        {
            "lookup": "key",
            "from": {"data": {"values": rows}, "key": "key", "fields": ["column", "place"]},
        },
    ]


def by_column(series: Series, colours: tuple[str, ...]) -> Spec:
    """A colour a column, with its legend in as many rows as it needs."""
    names = list(series.columns[1:])
    widest = max(map(len, names)) * CHARACTER + 32
    spec: Spec = {
        "field": "column",
        "type": "nominal",
        "scale": {"domain": names, "range": list(colours[: len(names)])},
    }
    if widest * len(names) > WIDTH - LABELS:
        spec["legend"] = {"columns": max(int((WIDTH - LABELS) / widest), 1), "labelLimit": 400}
    return spec


def shaded(name: str, form: str, most: float) -> Spec:
    """Five steps of lightness from 0 to at least `most`, with a legend of their bounds.

    Steps rather than a gradient: a shade on paper can be told to belong to one of five.
    """
    step = _round_step(most / len(SHADES), whole=form == ",.0f")
    if form == ".0%":
        step = min(step, 1 / len(SHADES))
    return {
        "type": "quantitative",
        "scale": {
            "type": "quantize",
            "domain": [0, step * len(SHADES)],
            "range": list(SHADES),
        },
        "legend": {
            "title": name,
            "titleColor": MUTED,
            "titleFontSize": 10,
            "titleFontWeight": 500,
            "titleOrient": "left",
            "titleLimit": 300,
            "titleAlign": "left",
            "titlePadding": 10,
            "format": form,
            "gradientLength": 200,
            "gradientThickness": 9,
        },
    }


def on_shade(colour: Spec, field: str) -> Spec:
    """The colour of letters that stand on a shade of `colour`: white on the two darkest."""
    bound = colour["scale"]["domain"][1] * 3 / len(SHADES)
    return {"condition": {"test": f"datum.{field} >= {bound}", "value": "#ffffff"}, "value": INK}


def _round_step(value: float, *, whole: bool) -> float:
    """The next of 1, 2, 2.5, 5, 10 times a power of ten; at least 1 where counts are whole."""
    if value <= (1 if whole else 0):
        return 1.0
    power = 10.0 ** floor(log10(value))
    steps = (1, 2, 5, 10) if whole and power < 10 else (1, 2, 2.5, 5, 10)
    return next(step * power for step in steps if step * power >= value * 0.999999)


def numeric(series: Series, column: int) -> bool:
    """Whether a column holds numbers, some of them perhaps not known."""
    values = [row[column] for row in series.rows]
    return all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        for value in values
    ) and any(value is not None for value in values)


def number(value: Value) -> float:
    """The value as a number; what is none counts as 0."""
    return float(value) if isinstance(value, int | float) else 0.0


def plain(value: Value) -> Value:
    """The value as it may be drawn."""
    return clean(value) if isinstance(value, str) else value


def format_of(series: Series, *columns: int) -> str:
    """The d3 number format that suits the values: shares as percentages, counts whole."""
    values = [number(row[column]) for row in series.rows for column in columns]
    named_share = any("share" in series.columns[column].lower() for column in columns)
    if named_share and all(0 <= value <= 1 for value in values):
        return ".0%"
    return ",.0f" if all(value.is_integer() for value in values) else ",.1f"
