"""Draws a Series as SVG through Vega-Lite: real axes, units, one palette, offline.

A chart is a function from Series to a Vega-Lite specification (plain data); it returns None where
the series does not have the chart's form, and the template then prints the table instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from techdd.model import Series, Value, fingerprint
from techdd.text import clean

Spec = dict[str, Any]

WIDTH = 627  # px at 96 dpi: the text width of an A4 page, so type keeps its size in print
MOST_CATEGORIES = 16
MOST_LINES = 6
HALF = 0.5  # a curve that falls below this has lost half of what it counts (Avelino 2016)

INK, MUTED, GRID, ACCENT = "#1b2733", "#5b6875", "#e3e7eb", "#14507f"
# Ordered from harmless to grave; blue-orange-vermilion stay apart for colour-blind readers.
BANDS = ("#cdd9e5", "#86a8c8", "#e8a93f", "#c1512c", "#7c2315")
SEVERITIES = {"critical": BANDS[4], "high": BANDS[3], "medium": BANDS[2], "low": BANDS[1]}
OTHER = "#cfd4d9"
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
_LEVEL: Spec = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleX": -28,
    "titleY": -9,
}
_CONFIG: Spec = {
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


@lru_cache(maxsize=256)  # the formats of one run draw the same pictures
def draw(series: Series) -> str | None:
    """The series as an `<svg>` element with a text alternative; None if it is to be a table."""
    chart = CHARTS.get(series.chart)
    spec = chart(series) if chart and series.rows else None
    return _svg(spec, series) if spec else None


# --- the charts -----------------------------------------------------------------------------------


def bar(series: Series) -> Spec | None:
    """One horizontal bar a category, its value written at the end: (category, value)."""
    if len(series.columns) != 2 or not _numeric(series, 1):
        return None
    name, form = series.columns[1], _form(series, 1)
    kept = _largest(series)
    axis = {"title": name, **_scale(form)}
    if len(kept) < len(series.rows):
        axis["title"] = f"{name} (the {len(kept)} largest of {len(series.rows)})"
    missing = [row for row in kept if row[1] is None]
    shown = f"datum.c1 === null ? 'not measured' : format(datum.c1, '{form}')"
    value_axis = {"field": "end", "type": "quantitative", "axis": axis}
    if len(missing) == len(kept):
        return None
    return {
        **_frame(kept, height={"step": 21}),
        "transform": [
            {"calculate": shown, "as": "shown"},
            {"calculate": "datum.c1 || 0", "as": "end"},
        ],
        "encoding": {"y": _categories(), "x": value_axis},
        "layer": [
            {"mark": {"type": "bar", "color": ACCENT, "height": {"band": 0.62}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": INK, "fontSize": 10},
                "encoding": {"text": {"field": "shown"}},
            },
        ],
    }


def stacked(series: Series) -> Spec | None:
    """Parts of a whole, in bands from harmless to grave: (category, band, band, ...).

    Rows that add up to at most 1 are shares; all else is counts and keeps its size.
    """
    count = len(series.columns) - 1
    if not 2 <= count <= len(BANDS) or not all(_numeric(series, i + 1) for i in range(count)):
        return None
    if any(value is None for row in series.rows for value in row[1:]):
        return None  # a missing part would read as an absent one
    kept = series.rows[:MOST_CATEGORIES]
    whole = max(sum(_number(value) for value in row[1:]) for row in kept)
    if whole == 0:
        return None
    is_share = whole <= 1.001
    cut = "" if len(kept) == len(series.rows) else f"first {len(kept)} of {len(series.rows)} rows"
    return {
        **_frame(kept, height={"step": 25}),
        "transform": _folded(series),
        "mark": {"type": "bar", "height": {"band": 0.64}},
        "encoding": {
            "y": _categories(),
            "x": {
                "field": "value",
                "type": "quantitative",
                "stack": "zero",
                "scale": {"domain": [0, 1]} if is_share else {"nice": True},
                "axis": {"title": cut or None, **_scale(".0%" if is_share else ",.0f")},
            },
            "color": _by_column(series, _bands(series.columns[1:])),
            "order": {"field": "place"},
        },
    }


def line(series: Series) -> Spec | None:
    """One line a value column over time or another ordered first column."""
    return _over_time(series, {"type": "line", "strokeWidth": 1.8}, dashed=True)


def area(series: Series) -> Spec | None:
    """Like `line`, with the space below filled and several columns stacked."""
    return _over_time(series, {"type": "area", "opacity": 0.85, "line": False}, dashed=False)


def curve(series: Series) -> Spec | None:
    """What is left after each of a row of steps, with half marked: (step, share)."""
    if len(series.columns) != 2 or not _numeric(series, 1) or len(series.rows) < 2:
        return None
    form = _form(series, 1)
    x = {
        "field": "c0",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": series.columns[0], "grid": False, "labelAngle": 0, "labelOverlap": True},
    }
    y = {
        "field": "c1",
        "type": "quantitative",
        "scale": {"domain": [0, 1]} if form.endswith("%") else {"zero": True},
        "axis": {**_LEVEL, "title": series.columns[1], **_scale(form)},
    }
    stair: Spec = {"type": "line", "color": ACCENT, "strokeWidth": 2, "interpolate": "step-after"}
    point: Spec = {"type": "circle", "color": ACCENT, "size": 36, "opacity": 1}
    half: Spec = {"type": "rule", "strokeDash": [4, 3], "color": BANDS[3]}
    layers: list[Spec] = [{"mark": mark, "encoding": {"x": x, "y": y}} for mark in (stair, point)]
    if form.endswith("%"):
        layers.append({"mark": half, "encoding": {"y": {"datum": HALF}}})
    return {**_frame(series.rows, height=185), "layer": layers}


CHARTS: Mapping[str, Callable[[Series], Spec | None]] = {
    "area": area,
    "bar": bar,
    "curve": curve,
    "line": line,
    "stacked": stacked,
}


# --- what they share ------------------------------------------------------------------------------


def _frame(rows: tuple[tuple[Value, ...], ...], height: object) -> Spec:
    # Columns are renamed c0, c1, ... because Vega reads dots and brackets in a name as a path.
    return {
        "width": WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 0, "right": 8, "top": 2, "bottom": 0},
        "height": height,
        "data": {"values": [{f"c{i}": _plain(v) for i, v in enumerate(row)} for row in rows]},
    }


def _over_time(series: Series, mark: Spec, *, dashed: bool) -> Spec | None:
    count = len(series.columns) - 1
    if not 1 <= count <= MOST_LINES or not all(_numeric(series, i + 1) for i in range(count)):
        return None
    form = _form(series, *range(1, count + 1))
    if len(series.rows) < 2:
        return None
    title = series.columns[1] if count == 1 else None
    colour: Spec = _by_column(series, LINES)
    encoding: Spec = {
        "x": {"field": "c0", **_ordered(series)},
        "y": {
            "field": "value",
            "type": "quantitative",
            "axis": {**_LEVEL, "title": title, **_scale(form)},
        },
        "color": colour if count > 1 else {"value": ACCENT},
    }
    if dashed and count > 1:
        encoding["strokeDash"] = {
            "field": "column",
            "type": "nominal",
            "scale": {
                "domain": [clean(name) for name in series.columns[1:]],
                "range": [list(dash) for dash in DASHES[:count]],
            },
        }
    return {
        **_frame(_with_dates(series), height=165),
        "transform": _folded(series),
        "mark": mark,
        "encoding": encoding,
    }


_DATE = re.compile(r"^\d{4}(-\d{2}){0,2}$")


def _ordered(series: Series) -> Spec:
    """How the first column is laid out: a calendar, a number line, or the order as given."""
    first = [row[0] for row in series.rows]
    quiet = {"title": None, "grid": False}
    if all(isinstance(value, str) and _DATE.match(value) for value in first):
        # UTC on both sides: a local time zone would move the first of a month into the last.
        return {
            "type": "temporal",
            "scale": {"type": "utc"},
            "axis": {**quiet, "tickCount": 8, "labelOverlap": True},
        }
    if _numeric(series, 0):
        return {"type": "quantitative", "axis": {**quiet, "title": series.columns[0]}}
    return {
        "type": "ordinal",
        "sort": None,
        "axis": {**quiet, "labelAngle": 0, "labelOverlap": True},
    }


def _with_dates(series: Series) -> tuple[tuple[Value, ...], ...]:
    if _ordered(series)["type"] != "temporal":
        return series.rows
    return tuple(((f"{row[0]}-01-01")[:10], *row[1:]) for row in series.rows)


def _scale(form: str) -> Spec:
    """A ruled axis of about five steps; counts have no halves."""
    whole = {"tickMinStep": 1} if form == ",.0f" else {}
    return {"format": form, "grid": True, "tickCount": 5, **whole}


def _categories() -> Spec:
    return {"field": "c0", "type": "nominal", "sort": None, "axis": {"title": None}}


def _folded(series: Series) -> list[Spec]:
    """Transforms from one column a band to rows of (column, value), in the order of columns."""
    fields = [f"c{i + 1}" for i in range(len(series.columns) - 1)]
    names = {f"c{i + 1}": clean(name) for i, name in enumerate(series.columns[1:])}
    rows = [{"key": key, "column": name, "place": i} for i, (key, name) in enumerate(names.items())]
    return [
        {"fold": fields, "as": ["key", "value"]},
        {
            "lookup": "key",
            "from": {"data": {"values": rows}, "key": "key", "fields": ["column", "place"]},
        },
    ]


def _bands(names: tuple[str, ...]) -> tuple[str, ...]:
    """Colours of stacked parts: severities have theirs, all else runs from harmless to grave."""
    if any(name.lower() in SEVERITIES for name in names):
        return tuple(SEVERITIES.get(name.lower(), OTHER) for name in names)
    return BANDS if len(names) == 5 else (BANDS[0], *BANDS[5 - len(names) : 4])


def _by_column(series: Series, colours: tuple[str, ...]) -> Spec:
    names = [clean(name) for name in series.columns[1:]]
    return {
        "field": "column",
        "type": "nominal",
        "scale": {"domain": names, "range": list(colours[: len(names)])},
    }


def _numeric(series: Series, column: int) -> bool:
    values = [row[column] for row in series.rows]
    return all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool))
        for value in values
    ) and any(value is not None for value in values)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _plain(value: Value) -> Value:
    return clean(value) if isinstance(value, str) else value


def _form(series: Series, *columns: int) -> str:
    """The d3 number format that suits the values: shares as percentages, counts whole."""
    values = [_number(row[column]) for row in series.rows for column in columns]
    named_share = any("share" in series.columns[column].lower() for column in columns)
    if named_share and all(0 <= value <= 1 for value in values):
        return ".0%"
    return ",.0f" if all(value.is_integer() for value in values) else ",.1f"


def _largest(series: Series) -> tuple[tuple[Value, ...], ...]:
    """At most MOST_CATEGORIES rows, those with the largest values, in the order as given."""
    if len(series.rows) <= MOST_CATEGORIES:
        return series.rows
    floor = sorted((_number(row[1]) for row in series.rows), reverse=True)[MOST_CATEGORIES - 1]
    above = [row for row in series.rows if _number(row[1]) > floor]
    at_floor = [row for row in series.rows if _number(row[1]) == floor]
    chosen = above + at_floor[: MOST_CATEGORIES - len(above)]
    return tuple(row for row in series.rows if row in chosen)[:MOST_CATEGORIES]


@cache
def _fonts() -> Path:
    """The folder of the type that the report is set in."""
    import fontpkg_inter

    return Path(fontpkg_inter.ROOT) / "files"


@cache
def _engine() -> Callable[..., str]:
    import vl_convert

    vl_convert.register_font_directory(str(_fonts()))
    convert: Callable[..., str] = vl_convert.vegalite_to_svg
    return convert


def _svg(spec: Spec, series: Series) -> str:
    svg = _engine()(
        {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "config": _CONFIG, **spec},
        vl_version="6.4",
        allowed_base_urls=[],
    )
    # Several pictures share one page: identifiers that Vega gives are made unique.
    mark = fingerprint(series.repo, series.name, series.title)
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>c{mark}-", svg)
    said = escape(clean(_alternative(series)))
    return svg.replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)


def _alternative(series: Series) -> str:
    """What the picture says, for those who cannot see it: title, columns, first and last rows."""
    rows = series.rows if len(series.rows) <= 6 else (*series.rows[:3], *series.rows[-3:])
    said = "; ".join(", ".join("not measured" if v is None else str(v) for v in r) for r in rows)
    return f"{series.title}. Columns: {', '.join(series.columns)}. {said}"
