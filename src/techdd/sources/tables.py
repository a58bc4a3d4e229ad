"""A CSV table of repositories: one a row, under heads that say what a column is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from techdd.errors import TechddError
from techdd.sources import Handed, Named, many, place

# What is known under which heads.
HEADS = {
    "source": ("source", "url", "clone url", "path"),
    "name": ("name", "repository"),
    "group": ("group", "product", "team", "subsidiary", "project"),
    "revision": ("revision", "branch"),
    "fork": ("fork",),
    "archived": ("archived",),
}
DELIMITERS = ",;\t"
_YES, _NO = ("yes", "true", "1", "x"), ("no", "false", "0", "")


@many
def csv_table(handed: Handed) -> Iterable[Named] | None:
    """A table whose first line has the head "source" and further heads of HEADS."""
    first = next((line for line in handed.text.splitlines() if line.strip()), "")
    for delimiter in DELIMITERS:
        heads = [_head(cell) for cell in next(csv.reader([first], delimiter=delimiter), [])]
        if "source" in heads and len(heads) > 1:
            return _rows(handed, heads, delimiter)
    return None


def _head(cell: str) -> str:
    """What a head is known as; the cell itself where it is none."""
    word = cell.strip().casefold().replace("_", " ")
    return next((name for name, words in HEADS.items() if word in words), word)


def _rows(handed: Handed, heads: list[str], delimiter: str) -> Iterator[Named]:
    if len(set(heads)) < len(heads):
        raise TechddError("two columns say the same", f"{handed.path}:1")
    reader = csv.reader(io.StringIO(handed.text), delimiter=delimiter)
    try:
        for row in reader:
            told = dict(zip(heads, (cell.strip() for cell in row), strict=False))
            source = told.get("source", "")
            if not source or source.startswith("#") or _head(source) == "source":
                continue
            where = f"{handed.path}:{reader.line_num}"
            yield Named(
                place(source, handed.path, where),
                told.get("name", ""),
                told.get("group", ""),
                told.get("revision", ""),
                _said(told, "fork", where),
                _said(told, "archived", where),
                where,
            )
    except csv.Error as error:
        raise TechddError(str(error), f"{handed.path}:{reader.line_num}") from None


def _said(told: dict[str, str], column: str, where: str) -> bool | None:
    if column not in told:
        return None
    word = told[column].casefold()
    if word not in (*_YES, *_NO):
        raise TechddError(f"{column}: write yes or no, not {word!r}", where)
    return word in _YES
