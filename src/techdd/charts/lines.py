"""Lines: what runs over time or over a row of steps."""

from __future__ import annotations

import re
from dataclasses import replace

from techdd.charts.base import (
    ACCENT,
    BANDS,
    DASHES,
    LEVEL,
    LINES,
    Rows,
    Spec,
    by_column,
    canvas,
    folded,
    format_of,
    number,
    numeric,
    plain,
    ruled,
)
from techdd.model import Series, Value

MOST_LINES = 6
HEIGHT = 165
WORD = 12  # px of a row of words
HALF = 0.5  # a curve that falls below this has lost half of what it counts (Avelino 2016)


def line(series: Series) -> Spec | None:
    """One line a value column over time or another ordered first column."""
    return _over_time(series, {"type": "line", "strokeWidth": 1.8}, dashed=True)


def area(series: Series) -> Spec | None:
    """Like `line`, with the space below filled and several columns stacked."""
    return _over_time(series, {"type": "area", "opacity": 0.85, "line": False}, dashed=False)


def points(series: Series) -> Spec | None:
    """Lines with marks on them: (time, value, ..., mark), the mark a word or nothing.

    A change point is such a mark: a dashed rule where it lies, with its word beside it.
    """
    marks = [row[-1] for row in series.rows]
    if len(series.columns) < 3 or not all(mark is None or isinstance(mark, str) for mark in marks):
        return None
    rows = tuple(row[:-1] for row in series.rows)
    drawn = line(replace(series, columns=series.columns[:-1], rows=rows))
    if drawn is None:
        return None
    times = [row[0] for row in _with_dates(series)]
    marked = [(place, mark) for place, mark in enumerate(marks) if mark]
    # Words stand above the lines, in up to three rows, so that neighbours do not cover each
    # other; near the right edge they stand to the left of their rule.
    floors = min(len(marked), 3)
    words: list[Spec] = [
        {
            "c0": plain(times[place]), "word": plain(mark), "row": 6 + WORD * (nth % floors),
            "late": place > 0.7 * len(times),
        }
        for nth, (place, mark) in enumerate(marked)
    ]  # fmt: skip
    values = [number(value) for row in rows for value in row[1:]]
    room = 1 + floors * WORD / (HEIGHT - floors * WORD)
    encoding = drawn.pop("encoding")
    encoding["y"]["scale"] = {"domain": [min(0.0, *values), max(values) * room], "nice": False}
    x = {"x": encoding["x"]}
    layers: list[Spec] = [
        {"transform": drawn.pop("transform"), "mark": drawn.pop("mark"), "encoding": encoding},
        {
            "data": {"values": words},
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": BANDS[3]},
            "encoding": x,
        },
    ]
    for late, align, gap in ((False, "left", 4), (True, "right", -4)):
        text = {"type": "text", "align": align, "dx": gap, "color": BANDS[3], "fontSize": 9}
        level = {"field": "row", "type": "quantitative", "scale": None, "axis": None}
        layers.append(
            {
                "data": {"values": [word for word in words if word["late"] is late]},
                "mark": text,
                "encoding": {**x, "y": level, "text": {"field": "word"}},
            }
        )
    return {**drawn, "layer": layers, "resolve": {"scale": {"y": "independent"}}}


def curve(series: Series) -> Spec | None:
    """What is left after each of a row of steps, with half marked: (step, share)."""
    if len(series.columns) != 2 or not numeric(series, 1) or len(series.rows) < 2:
        return None
    form = format_of(series, 1)
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
        "axis": {**LEVEL, "title": series.columns[1], **ruled(form)},
    }
    stair: Spec = {"type": "line", "color": ACCENT, "strokeWidth": 2, "interpolate": "step-after"}
    point: Spec = {"type": "circle", "color": ACCENT, "size": 36, "opacity": 1}
    half: Spec = {"type": "rule", "strokeDash": [4, 3], "color": BANDS[3]}
    layers: list[Spec] = [{"mark": mark, "encoding": {"x": x, "y": y}} for mark in (stair, point)]
    if form.endswith("%"):
        layers.append({"mark": half, "encoding": {"y": {"datum": HALF}}})
    return {**canvas(series.rows, height=185), "layer": layers}


def _over_time(series: Series, mark: Spec, *, dashed: bool) -> Spec | None:
    count = len(series.columns) - 1
    if not 1 <= count <= MOST_LINES or not all(numeric(series, i + 1) for i in range(count)):
        return None
    form = format_of(series, *range(1, count + 1))
    if len(series.rows) < 2:
        return None
    title = series.columns[1] if count == 1 else None
    colour: Spec = by_column(series, LINES)
    encoding: Spec = {
        "x": {"field": "c0", **_ordered(series)},
        "y": {
            "field": "value",
            "type": "quantitative",
            "axis": {**LEVEL, "title": title, **ruled(form)},
        },
        "color": colour if count > 1 else {"value": ACCENT},
    }
    if dashed and count > 1:
        encoding["strokeDash"] = {
            "field": "column",
            "type": "nominal",
            "scale": {
                "domain": list(series.columns[1:]),
                "range": [list(dash) for dash in DASHES[:count]],
            },
        }
    return {
        **canvas(_with_dates(series), height=HEIGHT),
        "transform": folded(series),
        "mark": mark,
        "encoding": encoding,
    }


DATE = re.compile(r"^\d{4}(-\d{2}){0,2}$")


def _ordered(series: Series) -> Spec:
    """How the first column is laid out: a calendar, a number line, or the order as given."""
    first = [row[0] for row in series.rows]
    quiet = {"title": None, "grid": False}
    if all(isinstance(value, str) and DATE.match(value) for value in first):
        # UTC on both sides: a local time zone would move the first of a month into the last.
        return {
            "type": "temporal",
            "scale": {"type": "utc"},
            "axis": {**quiet, "tickCount": 8, "labelOverlap": True},
        }
    if numeric(series, 0):
        return {"type": "quantitative", "axis": {**quiet, "title": series.columns[0]}}
    return {
        "type": "ordinal",
        "sort": None,
        "axis": {**quiet, "labelAngle": 0, "labelOverlap": True},
    }


def _with_dates(series: Series) -> Rows:
    if _ordered(series)["type"] != "temporal":
        return series.rows
    return tuple((full_date(row[0]), *row[1:]) for row in series.rows)


def full_date(value: Value) -> str:
    """ "2025", "2025-03" or "2025-03-07" as a day: the first one of the year or the month."""
    return f"{value}-01-01"[:10]
