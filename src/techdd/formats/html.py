"""Writes the report as one self-contained HTML file: the printed page and an explorer on top of it.

Nothing is fetched, the type is embedded. Without script the page reads as it is printed.
"""

from __future__ import annotations

import base64
import re
from io import BytesIO
from pathlib import Path

from techdd.formats import format
from techdd.formats._explorer import with_explorer
from techdd.model import Report
from techdd.pages import compose
from techdd.workspace import Templates

MARK = "/* type */"


@format(".html")
def html(report: Report, templates: Templates) -> bytes:
    """The same page as the PDF, laid out for a screen, with an explorer of all it rests on."""
    return with_type(with_explorer(compose(report, templates, MARK), report, templates))


def with_type(page: str) -> bytes:
    """A page that was composed with MARK as its fonts, with the type that it needs."""
    return page.replace(MARK, _fonts(page), 1).encode()


def _fonts(page: str) -> str:
    """The type as data URIs, cut down to the characters that the page has."""
    import fontpkg_inter

    folder = Path(fontpkg_inter.ROOT) / "files"
    text = "".join(sorted(set(re.sub(r"\s", " ", page))))
    faces = [
        ("normal", _subset(folder / "Inter[opsz,wght].ttf", text)),
        ("italic", _subset(folder / "Inter-Italic[opsz,wght].ttf", text)),
    ]
    return "".join(
        "@font-face{font-family:Inter;font-weight:100 900;"
        f"font-style:{style};src:url(data:font/woff2;base64,{data})}}"
        for style, data in faces
    )


def _subset(font: Path, text: str) -> str:
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "tnum", "calt"])
    options.notdef_outline = True
    with subset.load_font(str(font), options) as loaded:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(loaded)
        out = BytesIO()
        subset.save_font(loaded, out, options)
    return base64.b64encode(out.getvalue()).decode()
