"""Tables out of a file that somebody else made: CSV in any usual encoding, or XLSX.

Values only: a formula is never evaluated, and an XLSX is opened only after its size, its number of
parts and the absence of entity declarations were checked.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from techdd import files
from techdd.errors import TechddError
from techdd.workbooks import MAX_BYTES, OLE, ZIP, opened

MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_SHEETS = 20
DELIMITERS = ",;\t"

Row = tuple[int, tuple[object, ...]]  # number in the file from 1, values


@dataclass(frozen=True)
class Sheet:
    """One table: its rows with their numbers, and what day 0 of its date numbers is."""

    name: str
    rows: tuple[Row, ...]
    epoch: datetime | None = None  # None: numbers are no dates


def read_sheets(path: Path) -> list[Sheet]:
    """The tables in the file `path`; rows without any value are left out.

    Raises TechddError where it is too large, protected, or neither CSV nor XLSX.
    """
    if not path.is_file():
        raise TechddError("is no file", path)
    raw = files.content(path, MAX_BYTES)
    if raw.startswith(ZIP):
        return _workbook(raw, path)
    if raw.startswith(OLE):
        raise TechddError("is an old .xls or has a password; save it as .xlsx or CSV", path)
    return [Sheet("", _capped(_csv_rows(_text(raw), path), path))]


def _text(raw: bytes) -> str:
    """`raw` by its byte order mark, else as UTF-8, else as Windows and Latin-1 write it."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    head = raw[:400]
    if head.count(0) > len(head) // 4:  # UTF-16 without a mark: every other byte of Latin text is 0
        return raw.decode("utf-16-le" if head[1::2].count(0) else "utf-16-be", "replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def _csv_rows(text: str, path: Path) -> Iterator[Row]:
    said = re.match(r"sep=([,;\t])\r?\n", text)  # Excel's own first line
    body = text[said.end() :] if said else text
    lines = io.StringIO(body, newline="")
    reader = csv.reader(lines, delimiter=said[1] if said else _delimiter(body))
    before = 1 if said else 0
    number = 1
    try:
        for cells in reader:
            yield number + before, tuple(cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise TechddError(f"is no CSV: {error}", f"{path}:{number + before}") from None


def _delimiter(text: str) -> str:
    """The delimiter that parts the first lines into the most cells, the same number in each."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:10]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(widths), key=lambda one: (widths.count(one), one), default=1)
        return (widths.count(usual) if usual > 1 else 0), usual

    return max(DELIMITERS, key=fit)


def _workbook(raw: bytes, path: Path) -> list[Sheet]:
    how = {"read_only": True, "data_only": True}
    found = []
    with opened(raw, path, instead="save it as CSV", **how) as book:
        for sheet in book.worksheets[:MAX_SHEETS]:
            sheet.reset_dimensions()  # what the file claims may be a million columns
            rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
            found.append(Sheet(sheet.title, _capped(enumerate(rows, 1), path), book.epoch))
    return found


def _capped(rows: Iterable[tuple[int, Sequence[object]]], path: Path) -> tuple[Row, ...]:
    """The rows that hold something. Raises TechddError where there are too many or too wide."""
    found = []
    for number, cells in islice(rows, 20 * MAX_ROWS):  # gaps count as rows
        values = tuple(cells[: MAX_COLUMNS + 1])
        while values and _is_blank(values[-1]):
            values = values[:-1]
        if len(values) > MAX_COLUMNS:
            raise TechddError(f"has more than {MAX_COLUMNS} columns", f"{path}:{number}")
        if values:
            found.append((number, values))
        if len(found) > MAX_ROWS:
            raise TechddError(f"has more than {MAX_ROWS:,} rows", path)
    return tuple(found)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
