"""Writes tables as XLSX: text stays text, numbers are numbers, equal tables give equal bytes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.spreadsheets import printed_across, put, saved
from techdd.text import clean, legible

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LONGEST = 32_767  # characters that a cell may hold
MOST_ROWS = 1_048_576  # that a sheet may hold
MOST_LINKS = 60_000  # that a sheet may hold: Excel refuses more than 65,530
MOST_LINES = 12  # that a row shows; the rest of a long text is in its cells
CUT = " [cut]"
SHARE, WHOLE, AMOUNT, DAYS = "0%", "#,##0", "#,##0.##", "#,##0.0"
LEVEL, DAY = "0.0", "yyyy-mm-dd"
_PAGE = 230  # characters that a page is wide, so that they can still be read
_TYPE = "Calibri"
_HEAD, _LINE, _LINK = "1B2733", "D9DFE5", "14507F"


class Cell(NamedTuple):
    """A value with a look of its own: its number format, a link `(sheet, row)`, its colours."""

    value: str | float | bool | date | None
    form: str = ""
    link: tuple[str, int] | None = None
    look: str = ""  # a key of the looks that the book was given


Content = str | float | bool | date | Cell | None


class Column(NamedTuple):
    """A column by its head and its width in characters; a `spare` one is left out where empty."""

    head: str
    width: int = 14
    form: str = ""
    spare: bool = False
    left: bool = False  # figures stand to the left, as in a list of all sorts of things


@dataclass(frozen=True)
class Sheet:
    """A table with a head that stays in sight and a filter; `cut` is said where rows are too many.

    `plain` is for sheets that are read: no filter, and a row with only its first cell spans all.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Content]]
    plain: bool = False
    still: int = 1  # columns that stay in sight
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
    return saved(made, f"{day[:10]}T00:00:00Z")


class _Writer:
    """Sheets with one look; what is drawn with often is made once."""

    def __init__(self, made: Workbook, footer: str, looks: Mapping[str, Look]) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        self.book = made
        self.footer = footer
        self.text = Alignment(wrap_text=True, vertical="top")
        self.left = Alignment(wrap_text=True, vertical="top", horizontal="left")
        self.headed = Alignment(wrap_text=True, vertical="top", horizontal="right", indent=1)
        self.figure = Alignment(vertical="top", horizontal="right", indent=1)
        self.head = Font(_TYPE, 11, bold=True, color="FFFFFF"), PatternFill("solid", fgColor=_HEAD)
        self.bold = Font(_TYPE, 11, bold=True)
        self.link = Font(_TYPE, 11, color=_LINK, underline="single")
        self.styles: dict[tuple[object, ...], Any] = {}
        self.line = Border(bottom=Side(style="thin", color=_LINE))
        self.looks = {
            name: (Font(_TYPE, 11, bold=True, color=ink), PatternFill("solid", fgColor=fill))
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
            cell.alignment = self.headed if column.form else self.text
            made.column_dimensions[get_column_letter(number)].width = column.width
        tall = max((_lines(column.head, column.width - 4) for column in columns), default=1)
        made.row_dimensions[1].height = 15.0 * tall + 3  # the filter's button takes room as well
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
        made.freeze_panes = made.cell(2, 1 + (sheet.still if len(columns) > 4 else 0)).coordinate
        if not sheet.plain:
            last = get_column_letter(max(len(columns), 1))
            made.auto_filter.ref = f"A1:{last}{max(len(rows) + 1, 1)}"
        made.print_title_rows = "1:1"
        if across > _PAGE:
            made.print_title_cols = "A:A"
        made.sheet_view.showGridLines = False
        printed_across(made, max(1, round(across / _PAGE)))
        made.oddFooter.left.text = self.footer.replace("&", "&&")

    def _cell(
        self, sheet: Worksheet, row: int, number: int, said: Cell, column: Column, linked: bool
    ) -> Any:
        from openpyxl.worksheet.hyperlink import Hyperlink

        value = _value(said)
        cell = put(sheet, row, number, value)
        link = said.link if linked else None
        if link:
            place = f"'{link[0]}'!A{link[1]}"
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)
        form = said.form or column.form or (DAY if isinstance(value, date) else "General")
        is_text = isinstance(value, str)
        figure = not (is_text or column.left or isinstance(value, date))
        key = (is_text, figure, "" if is_text else form, said.look, bool(link), cell.quotePrefix)
        if key not in self.styles:
            cell.border = self.line
            cell.alignment = self.text if is_text else self.figure if figure else self.left
            cell.number_format = "General" if is_text else form
            if link:
                cell.font = self.link
            if said.look in self.looks:
                cell.font, cell.fill = self.looks[said.look]
            self.styles[key] = copy(cell._style)
        cell._style = copy(self.styles[key])  # to set it anew for each cell takes ten times as long
        return cell


_DAY = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


def _value(content: Content) -> str | float | date | None:
    """What is put into the cell: text that can be shown and fits, days as days."""
    value = content.value if isinstance(content, Cell) else content
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _day(value) or _fitting(legible(str(value)))
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _fitting(text: str) -> str:
    """`text` as far as a cell holds it, by the units that Excel counts in."""
    if len(text) * 2 <= LONGEST:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= LONGEST * 2:
        return text
    return units[: (LONGEST - len(CUT)) * 2].decode("utf-16-le", "ignore") + CUT


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column, about."""
    return sum(1 + len(line) // max(width, 1) for line in islice(text.split("\n"), MOST_LINES))
