"""Draws a Series as SVG through Vega-Lite: real axes, units, one palette, offline.

A chart is a function from Series to a Vega-Lite specification (plain data); it returns None where
the series does not have the chart's form, and the template then prints the table instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from techdd.charts.areas import treemap
from techdd.charts.bars import bar, parts, ranges, stacked
from techdd.charts.base import MOST_CATEGORIES, Spec
from techdd.charts.drawing import alternative, png, svg
from techdd.charts.grids import heatmap, matrix
from techdd.charts.layers import layers
from techdd.charts.lines import area, curve, line, points
from techdd.charts.pairs import dumbbell
from techdd.charts.spreads import scatter, timeline
from techdd.model import Series
from techdd.text import clean

__all__ = ["CHARTS", "MOST_CATEGORIES", "alternative", "draw", "png"]

CHARTS: Mapping[str, Callable[[Series], Spec | None]] = {
    "area": area,
    "bar": bar,
    "curve": curve,
    "dumbbell": dumbbell,
    "heatmap": heatmap,
    "layers": layers,
    "line": line,
    "matrix": matrix,
    "parts": parts,
    "points": points,
    "ranges": ranges,
    "scatter": scatter,
    "stacked": stacked,
    "timeline": timeline,
    "treemap": treemap,
}


@lru_cache(maxsize=256)  # the formats of one run draw the same pictures
def draw(series: Series) -> str | None:
    """The series as an `<svg>` element with a text alternative; None if it is to be a table."""
    # A control character ends the process: the engine panics where it measures such text.
    series = replace(series, columns=tuple(map(clean, series.columns)))
    chart = CHARTS.get(series.chart)
    spec = chart(series) if chart and series.rows else None
    return svg(spec, series) if spec else None
