"""Turns a Vega-Lite specification into SVG, offline and with the type of the report."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path

from techdd.charts.base import CONFIG, Spec
from techdd.model import Series, fingerprint
from techdd.text import clean


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


def svg(spec: Spec, series: Series) -> str:
    """The specification as an `<svg>` element that says what it shows."""
    drawn = _engine()(
        {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "config": CONFIG, **spec},
        vl_version="6.4",
        allowed_base_urls=[],
    )
    # Several pictures share one page: identifiers that Vega gives are made unique.
    mark = fingerprint(*map(clean, (series.repo, series.name, series.title)))
    drawn = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>c{mark}-", drawn)
    # The picture is one image with one text; its marks are no objects of their own.
    drawn = re.sub(r'(<g class="[^"<>]*") role="[^"]*" aria-roledescription="[^"]*"', r"\1", drawn)
    said = escape(clean(alternative(series)))
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)


def png(drawn: str, scale: float = 2.0) -> bytes:
    """An `<svg>` as a picture on white, at `scale` times 96 dots an inch."""
    import vl_convert

    _engine()  # which knows the type
    on_white = re.sub(
        r"(<svg [^>]*>)", r'\1<rect width="100%" height="100%" fill="#fff"/>', drawn, count=1
    )
    picture: bytes = vl_convert.svg_to_png(on_white, scale=scale)
    return picture


def alternative(series: Series) -> str:
    """What the picture says, for those who cannot see it: title, columns, first and last rows."""
    rows = series.rows if len(series.rows) <= 6 else (*series.rows[:3], *series.rows[-3:])
    said = "; ".join(", ".join("not measured" if v is None else str(v) for v in r) for r in rows)
    return f"{series.title}. Columns: {', '.join(series.columns)}. {said}"
