"""Writes tables as XLSX: text stays text, numbers are numbers, equal tables give equal bytes."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.office import without_clock
from techdd.text import clean, legible

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_767  # characters that a cell may hold
MOST_ROWS = 1_048_576  # that a sheet may hold
MOST_LINKS = 60_000  # that a sheet may hold: Excel refuses more than 65,530
MOST_LINES = 12  # that a row shows; the rest of a long text is in its cells
CUT = " [cut]"
SHARE, WHOLE, AMOUNT, LEVEL, DAY = "0%", "#,##0", "#,##0.##", "0.0", "yyyy-mm-dd"
_HEAD, _LINE, _LINK = "1B2733", "D9DFE5", "14507F"


class Cell(NamedTuple):
    """A value with a look of its own: its number format, a link `(sheet, row)`, its colours."""

    value: str | float | bool | date | None
    form: str = ""
    link: tuple[str, int] | None = None
    look: str = ""  # a key of the looks that the book was given


Content = str | float | bool | date | Cell | None


class Column(NamedTuple):
    """A column by its head and its width in characters; a `spare` one without content is left out."""

    head: str
    width: int = 14
    form: str = ""
    spare: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table with a head that stays in sight and a filter; `cut` is said where rows are too many.

    `plain` is for sheets that are read: no filter, and a row that has only its first cell spans all.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Content]]
    plain: bool = False
    cut: str = "more rows did not fit"


class Look(NamedTuple):
    """Colours of a cell as RRGGBB."""

    ink: str
    fill: str


def title(wanted: str, taken: Iterable[str]) -> str:
    """A name that a sheet may have: 31 characters, none of some, each name once."""
    used = {name.casefold() for name in taken} | {"history"}  # Excel's own
    base = re.sub(r"[\[\]:*?/\\']", " ", wanted).strip()[:31].strip() or "Sheet"
    name, number = base, 2
    while name.casefold() in used:
        name, number = f"{base[:27]} {number}", number + 1
    return name


def put(sheet: Worksheet, row: int, column: int, value: object) -> Any:
    """A cell with a value; text stays text whatever it begins with, and has to be without control
    characters.
    """
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        # What looks like an escape of the format is one only where it was written as such.
        cell.value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", value) or None
        if value:
            cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@"
    else:
        cell.value = value
    return cell


def printed(sheet: Worksheet, footer: str = "") -> None:
    """Sets a sheet up for landscape A4, as wide as a page, `footer` beside the page's number."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    made: Any = sheet
    made.sheet_properties.pageSetUpPr.fitToPage = True
    made.oddFooter.center.text = "&A, page &P of &N"
    if footer:
        made.oddFooter.left.text = footer[:120].replace("&", "&&")


def book(
    sheets: Sequence[Sheet], *, name: str, author: str, day: str, looks: Mapping[str, Look]
) -> bytes:
    """A workbook of `sheets`, dated `day` (ISO), with `name` and "Confidential" on each page."""
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.worksheets[0])
    made.properties.title, made.properties.creator = clean(name)[:250], clean(author)[:250]
    writer = _Writer(made, f"Confidential. {clean(name)[:100]}", looks)
    for sheet in sheets:
        writer.write(sheet)
    out = io.BytesIO()
    made.save(out)
    return without_clock(out.getvalue(), f"{day[:10]}T00:00:00Z")


class _Writer:
    """Sheets with one look; what is drawn with often is made once."""

    def __init__(self, made: Workbook, footer: str, looks: Mapping[str, Look]) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.book = made
        self.footer = footer
        self.text = Alignment(wrap_text=True, vertical="top")
        self.figure = Alignment(vertical="top", horizontal="right")
        self.head = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor=_HEAD)
        self.bold, self.link = Font(bold=True), Font(color=_LINK, underline="single")
        self.line = Border(bottom=Side(style="thin", color=_LINE))
        self.looks = {
            name: (Font(bold=True, color=ink), PatternFill("solid", fgColor=fill))
            for name, (ink, fill) in looks.items()
        }

    def write(self, sheet: Sheet) -> None:
        from openpyxl.utils import get_column_letter

        made = self.book.create_sheet(sheet.title)
        room = MOST_ROWS - 1
        rows = sheet.rows[:room] if len(sheet.rows) <= room else sheet.rows[: room - 1]
        kept = [
            place
            for place, column in enumerate(sheet.columns)
            if not column.spare or any(_value(row[place]) not in ("", None) for row in rows)
        ]
        columns = [sheet.columns[place] for place in kept]
        for number, column in enumerate(columns, 1):
            cell = put(made, 1, number, clean(column.head))
            cell.font, cell.fill = self.head
            cell.alignment = self.text
            made.column_dimensions[get_column_letter(number)].width = column.width
        links, across = 0, sum(column.width for column in columns)
        for at, row in enumerate(rows, 2):
            lines, spans = 1, sheet.plain and all(_value(one) is None for one in row[1:])
            for number, (place, column) in enumerate(zip(kept, columns, strict=True), 1):
                content = row[place]
                said = content if isinstance(content, Cell) else Cell(content)
                links += said.link is not None
                cell = self._cell(made, at, number, said, column, links <= MOST_LINKS)
                if isinstance(cell.value, str):
                    lines = max(lines, _lines(cell.value, across if spans else column.width))
            if spans and len(columns) > 1:
                made.merge_cells(None, at, 1, at, len(columns))
            made.row_dimensions[at].height = 15.0 * min(lines, MOST_LINES) + 3
        if len(rows) < len(sheet.rows):
            more = f"{len(sheet.rows) - len(rows):,} {sheet.cut}"
            put(made, len(rows) + 2, 1, more).font = self.bold
        made.freeze_panes = "B2" if len(columns) > 4 else "A2"
        if not sheet.plain:
            last = get_column_letter(max(len(columns), 1))
            made.auto_filter.ref = f"A1:{last}{max(len(rows) + 1, 1)}"
        made.print_title_rows = "1:1"
        made.sheet_view.showGridLines = False
        printed(made, self.footer)

    def _cell(
        self, sheet: Worksheet, row: int, number: int, said: Cell, column: Column, linked: bool
    ) -> Any:
        from openpyxl.worksheet.hyperlink import Hyperlink

        value = _value(said)
        cell = put(sheet, row, number, value)
        is_text = isinstance(value, str)
        cell.border = self.line
        cell.alignment = self.text if is_text or isinstance(value, date) else self.figure
        if not is_text:
            cell.number_format = said.form or column.form or (
                DAY if isinstance(value, date) else "General"
            )  # fmt: skip
        if said.link and linked:
            target, at = said.link
            place = f"'{target}'!A{at}"
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place, display=str(value))
            cell.font = self.link
        if said.look in self.looks:
            cell.font, cell.fill = self.looks[said.look]
        return cell


_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


def _value(content: Content) -> str | float | date | None:
    """What is put into the cell: text that can be shown and fits, days as days."""
    value = content.value if isinstance(content, Cell) else content
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if not isinstance(value, str):
        return value
    if _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    text = legible(str(value))
    if len(text) * 2 <= LONGEST:
        return text
    units = text.encode("utf-16-le")  # as Excel counts
    if len(units) <= LONGEST * 2:
        return text
    return units[: (LONGEST - len(CUT)) * 2].decode("utf-16-le", "ignore") + CUT


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column, about."""
    return sum(1 + len(line) // max(width, 1) for line in islice(text.split("\n"), MOST_LINES))
