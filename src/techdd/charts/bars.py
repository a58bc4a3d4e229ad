"""Bars: values of categories, and parts of a whole."""

from __future__ import annotations

from techdd.charts.base import (
    ACCENT,
    BANDS,
    INK,
    MOST_CATEGORIES,
    OTHER,
    SEVERITIES,
    SHADES,
    Rows,
    Spec,
    by_column,
    canvas,
    categories,
    folded,
    format_of,
    number,
    numeric,
    ruled,
)
from techdd.model import Series


def bar(series: Series) -> Spec | None:
    """One horizontal bar a category, its value written at the end: (category, value)."""
    if len(series.columns) != 2 or not numeric(series, 1):
        return None
    name, form = series.columns[1], format_of(series, 1)
    kept = _largest(series)
    axis = {"title": name, **ruled(form)}
    if len(kept) < len(series.rows):
        axis["title"] = f"{name} (the {len(kept)} largest of {len(series.rows)})"
    missing = [row for row in kept if row[1] is None]
    shown = f"datum.c1 === null ? 'not measured' : format(datum.c1, '{form}')"
    value_axis = {"field": "end", "type": "quantitative", "axis": axis}
    if len(missing) == len(kept):
        return None
    return {
        **canvas(kept, height={"step": 21}),
        "transform": [
            {"calculate": shown, "as": "shown"},
            {"calculate": "datum.c1 || 0", "as": "end"},
        ],
        "encoding": {"y": categories(), "x": value_axis},
        "layer": [
            {"mark": {"type": "bar", "color": ACCENT, "height": {"band": 0.62}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "color": INK, "fontSize": 10},
                "encoding": {"text": {"field": "shown"}},
            },
        ],
    }


def ranges(series: Series) -> Spec | None:
    """One bar a category from the least to the most that it may be: (category, low, high)."""
    if len(series.columns) != 3 or not (numeric(series, 1) and numeric(series, 2)):
        return None
    if any(value is None for row in series.rows for value in row[1:]):
        return None
    kept, form = series.rows[:MOST_CATEGORIES], format_of(series, 1, 2).replace(".1f", ".1~f")
    axis = {"title": series.columns[1].removesuffix(" from"), **ruled(form)}
    ends = [f"format(datum.{one}, '{form}')" for one in ("c1", "c2")]
    return {
        **canvas(kept, height={"step": 21}),
        "transform": [{"calculate": f"{ends[0]} + '–' + {ends[1]}", "as": "shown"}],
        "encoding": {
            "y": categories(),
            "x": {"field": "c1", "type": "quantitative", "axis": axis, "scale": {"zero": True}},
            "x2": {"field": "c2"},
        },
        "layer": [
            {
                "mark": {
                    "type": "bar",
                    "color": ACCENT,
                    "height": {"band": 0.5},
                    "stroke": ACCENT,
                    "strokeWidth": 1.5,
                }
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "color": INK, "fontSize": 10},
                "encoding": {
                    "x": {"field": "c2", "type": "quantitative"},
                    "text": {"field": "shown"},
                },
            },
        ],
    }


def stacked(series: Series) -> Spec | None:
    """Parts of a whole, in bands from harmless to grave: (category, band, band, ...)."""
    return _parts(series, _bands(series.columns[1:]))


def parts(series: Series) -> Spec | None:
    """Parts of a whole of which none is better or worse, such as ages, from little to much."""
    return _parts(series, SHADES if len(series.columns) == 6 else SHADES[:4])


def _parts(series: Series, colours: tuple[str, ...]) -> Spec | None:
    """Bars of parts (category, part, part, ...).

    Rows that add up to at most 1 are shares; all else is counts and keeps its size.
    """
    count = len(series.columns) - 1
    if not 2 <= count <= len(BANDS) or not all(numeric(series, i + 1) for i in range(count)):
        return None
    if any(value is None for row in series.rows for value in row[1:]):
        return None  # a missing part would read as an absent one
    kept = series.rows[:MOST_CATEGORIES]
    whole = max(sum(number(value) for value in row[1:]) for row in kept)
    if whole == 0:
        return None
    is_share = whole <= 1.001
    cut = "" if len(kept) == len(series.rows) else f"first {len(kept)} of {len(series.rows)} rows"
    return {
        **canvas(kept, height={"step": 25}),
        "transform": folded(series),
        "mark": {"type": "bar", "height": {"band": 0.64}},
        "encoding": {
            "y": categories(),
            "x": {
                "field": "value",
                "type": "quantitative",
                "stack": "zero",
                "scale": {"domain": [0, 1]} if is_share else {"nice": True},
                "axis": {"title": cut or None, **ruled(".0%" if is_share else ",.0f")},
            },
            "color": by_column(series, colours),
            "order": {"field": "place"},
        },
    }


def _bands(names: tuple[str, ...]) -> tuple[str, ...]:
    """Colours of stacked parts: severities have theirs, all else runs from harmless to grave."""
    if any(name.lower() in SEVERITIES for name in names):
        return tuple(SEVERITIES.get(name.lower(), OTHER) for name in names)
    return BANDS if len(names) == 5 else (BANDS[0], *BANDS[5 - len(names) : 4])


def _largest(series: Series) -> Rows:
    """At most MOST_CATEGORIES rows, those with the largest values, in the order as given."""
    if len(series.rows) <= MOST_CATEGORIES:
        return series.rows
    floor = sorted((number(row[1]) for row in series.rows), reverse=True)[MOST_CATEGORIES - 1]
    above = [row for row in series.rows if number(row[1]) > floor]
    at_floor = [row for row in series.rows if number(row[1]) == floor]
    chosen = above + at_floor[: MOST_CATEGORIES - len(above)]
    return tuple(row for row in series.rows if row in chosen)[:MOST_CATEGORIES]
