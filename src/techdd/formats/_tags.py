"""Mends the structure that WeasyPrint gives a tagged PDF, before it is written.

What it leaves undone: running headers and pictures without a meaning stay marked as content that
no part of the structure owns, where they are artifacts to a screen reader; and the head of a table
does not say what it heads.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

_LABELLED = re.compile(r'(<svg\b[^>]*\baria-label="([^"]*)"[^>]*>)(?!\s*<title>)')

_HEADING = re.compile("/H[1-6]")
_GROUPS = ("/THead", "/TBody", "/TFoot")
_ROWS = (*_GROUPS, "/TR")
_TABLE = ("/Table", *_ROWS, "/TD")


def titled(page: str) -> str:
    """`page` with the label of each picture as its title too, which is what becomes its /Alt."""
    return _LABELLED.sub(r"\1<title>\2</title>", page)


def mend(document: Any, pdf: Any) -> None:
    """A finisher of `write_pdf`: `pdf` with scopes at the heads of tables, tables only where there
    are heads, and as artifacts what is no content.
    """
    tree = _at(pdf, pdf.catalog["StructTreeRoot"])
    owned = dict.fromkeys(_owned(pdf, tree["K"][0]))
    _level_headings(_at(pdf, one) for one in owned)
    numbers = _at(pdf, tree["ParentTree"])["Nums"]
    for page, elements in zip(numbers[::2], numbers[1::2], strict=True):
        if isinstance(elements, list):  # of a page; annotations have one element each
            strays = {mark for mark, one in enumerate(elements) if one not in owned}
            elements[:] = ["null" if i in strays else one for i, one in enumerate(elements)]
            _make_artifacts(_contents(pdf, page), strays)
    if files := pdf.catalog.get("AF"):
        files[:] = dict.fromkeys(files)  # each is listed twice
    _pack(pdf)


def _pack(pdf: Any) -> None:
    """Compresses each stream once: the writer would do it twice, and for the smallest size."""
    for stream in pdf.objects:
        if getattr(stream, "compress", False):
            stream.compress = False
            _, _, written = stream.data.partition(b"\nstream\n")
            stream.stream = [zlib.compress(written.removesuffix(b"\nendstream"))]
            stream.extra["Filter"] = "/FlateDecode"


def _level_headings(elements: Iterable[Any]) -> None:
    """Takes out the levels that a heading skips, as one of the third below one of the first."""
    above: list[str] = []
    for element in elements:
        if _HEADING.fullmatch(kind := element.get("S", "")):
            while above and above[-1] >= kind:
                above.pop()
            above.append(kind)
            element["S"] = f"/H{len(above)}"


def _owned(pdf: Any, reference: bytes, inside: str = "") -> Iterator[bytes]:
    """The elements of the structure below `reference`; `inside` is the part of a table around."""
    yield reference
    element = _at(pdf, reference)
    kind = element.get("S", "")
    if kind == "/Table":
        inside = kind if _has_heads(pdf, element) else ""
    elif kind in _GROUPS and inside:
        inside = kind
    if kind == "/TH":
        element["A"]["Scope"] = "/Column" if inside == "/THead" else "/Row"
    elif kind in _TABLE and not inside:  # it only arranges
        element["S"] = "/Div"
        element.pop("A", None)
    kept = [one for one in element.get("K", ()) if not _is_decoration(pdf, one)]
    if "K" in element:
        element["K"][:] = kept
    for one in kept:
        if isinstance(one, bytes):
            yield from _owned(pdf, one, inside)


def _has_heads(pdf: Any, element: Any) -> bool:
    below = (_at(pdf, one) for one in element.get("K", ()) if isinstance(one, bytes))
    return any(
        one.get("S") == "/TH" or (one.get("S") in _ROWS and _has_heads(pdf, one)) for one in below
    )


def _is_decoration(pdf: Any, child: int | bytes) -> bool:
    """A picture that says nothing in words, such as a bar beside the number it shows."""
    if isinstance(child, int):
        return False
    element = _at(pdf, child)
    return element.get("S") == "/Figure" and not element.get("Alt")


def _make_artifacts(stream: list[Any], marks: set[int]) -> None:
    """Marks what was marked with one of `marks` as an artifact; `stream` holds its operators."""
    for place, item in enumerate(stream):
        if isinstance(item, dict) and item.get("MCID") in marks and stream[place + 1] == b"BDC":
            stream[place - 1 : place + 2] = [b"/Artifact", b"", b"BMC"]


def _contents(pdf: Any, page: int) -> list[Any]:
    operators: list[Any] = _at(pdf, _at(pdf, pdf.page_references[page])["Contents"]).stream
    return operators


def _at(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
