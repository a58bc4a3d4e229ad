"""What every workbook needs that goes out to be filled in and comes back.

Text stays text, equal content gives equal bytes, and cells are read as one would write them.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd import files
from techdd.errors import TechddError
from techdd.office import EPOCH, without_clock
from techdd.text import normal
from techdd.workbooks import MAX_BYTES, OLE, ZIP

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MAX_ROWS = 2_000
MAX_COLUMNS = 60
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

# --- out ------------------------------------------------------------------------------------------


def put(sheet: Worksheet, row: int, column: int, value: object) -> Any:
    """A cell with a value; text stays text whatever it begins with."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        text = normal(value)
        # What looks like an escape of the format is one only where it was written as such.
        cell.value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text) or None
        if text:
            cell.data_type = "s"
        cell.quotePrefix = text[:1] in "=+-@"
    else:
        cell.value = value
    return cell


def protect(sheet: Worksheet) -> None:
    """Against slips, not against will: there is no password."""
    sheet.protection.enable()
    sheet.protection.formatColumns = sheet.protection.formatRows = False


def printed_across(sheet: Worksheet, pages: int = 1) -> None:
    """Landscape on A4, `pages` wide, with its name and number below."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages, 0
    made: Any = sheet
    made.sheet_properties.pageSetUpPr.fitToPage = True
    made.oddFooter.center.text = "&A, page &P of &N"


def saved(book: Workbook, moment: str = EPOCH) -> bytes:
    """The workbook's bytes, without the time at which they were written but for `moment`."""
    written = io.BytesIO()
    book.save(written)
    return without_clock(written.getvalue(), moment)


# --- in -------------------------------------------------------------------------------------------


def content(path: Path) -> bytes:
    """The bytes of an XLSX. Raises TechddError where it is none, too large or holds macros."""
    raw = files.content(path, MAX_BYTES)
    if raw.startswith(OLE):
        raise TechddError("is an old .xls or has a password; save it as .xlsx without one", path)
    if not raw.startswith(ZIP):
        raise TechddError("is no XLSX", path)
    if b"vbaProject.bin" in raw:  # names of parts stand there as they are
        raise TechddError("holds macros; save it as .xlsx without them", path)
    return raw


def merged(sheet: Worksheet, rows: int = MAX_ROWS) -> set[tuple[int, int]]:
    """The cells of the first `rows` that share a value with others."""
    return {
        (row, column)
        for one in sheet.merged_cells.ranges
        if sheet.cell(one.min_row, one.min_col).value is not None
        for row in range(one.min_row, min(one.max_row, rows) + 1)
        for column in range(one.min_col, min(one.max_col, MAX_COLUMNS) + 1)
    }


def wrong(cell: Any, is_merged: bool) -> str:
    """Why nothing can be read from a cell; "" where it can."""
    if is_merged:
        return "is merged with other cells; part them, so that it is clear whose value it is"
    if cell.data_type == "f":
        return "is a formula, which is not evaluated; write its value"
    if cell.data_type == "e":
        return f"holds the error {text(cell.value)}"
    return ""


def text(value: object) -> str:
    """A cell's value as one would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value)).strip()


def place(sheet: Worksheet, cell: Any) -> str:
    """Where a cell stands, as spreadsheets say it: "Sheet!B7"."""
    return f"{sheet.title}!{cell.coordinate}"
