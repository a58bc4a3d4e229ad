"""Questionnaires as XLSX: a sheet a checklist, a row a question and one for each of its figures.

Ids and the wording stand in hidden columns, what the questionnaire knows of itself on a hidden
sheet. Sheets and columns are found by what is in them, not by where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.errors import TechddError
from techdd.questionnaires import (
    FIELDS,
    Filled,
    Format,
    Manifest,
    Questionnaire,
    Refusal,
    Returned,
    Value,
    field_of,
    manifest_of,
    once,
)
from techdd.questionnaires._layout import FIGURE, ID, MANIFEST, WORDING, laid_out
from techdd.spreadsheets import MAX_COLUMNS, MAX_ROWS, content, wrong
from techdd.spreadsheets import merged as merged_cells
from techdd.spreadsheets import place as place_of
from techdd.spreadsheets import text as text_of
from techdd.text import normal
from techdd.workbooks import opened

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_UNPACKED = 20_000_000
MAX_SHEETS = 60
HEADER_WITHIN = 20  # rows: somebody may have written above the header


def _write(asked: Questionnaire) -> bytes:
    return laid_out(asked)


def _read(path: Path) -> Returned:
    """Raises TechddError where it is no questionnaire."""
    raw = content(path)
    instead = "open it and save it as .xlsx anew"
    with opened(raw, path, instead=instead, unpacked=MAX_UNPACKED) as book:
        return _Book(book, path).returned()


class _Header(NamedTuple):
    """Where the columns of a sheet are: key -> number from 1."""

    row: int
    columns: dict[str, int]


class _Book:
    """A workbook as it came back."""

    def __init__(self, book: Any, path: Path) -> None:
        self.sheets: list[Worksheet] = book.worksheets
        self.path = path
        self.refused: list[Refusal] = []
        self.notices: list[str] = []
        self.name = self.role = ""

    def returned(self) -> Returned:
        """All that is in it. Raises TechddError where it is no questionnaire."""
        if len(self.sheets) > MAX_SHEETS:
            raise TechddError(
                f"has more than {MAX_SHEETS} sheets; take out what was added", self.path
            )
        manifest = self._manifest()
        rows: list[Filled] = []
        for sheet in self.sheets:
            if str(sheet["A1"].value or "").startswith(MANIFEST):
                continue
            if header := self._header(sheet):
                rows += self._rows(sheet, header)
            elif not self._respondent(sheet):
                self.notices.append(f"sheet {sheet.title!r} is no part of the questionnaire")
        whole, refused = once(rows)
        bad = {one.item for one in self.refused}
        kept = tuple(row for row in whole if row.item not in bad)
        every = (*self.refused, *refused)
        return Returned(manifest, kept, self.name, self.role, every, tuple(self.notices))

    def _manifest(self) -> Manifest:
        for sheet in self.sheets:
            if str(sheet["A1"].value or "").startswith(MANIFEST):
                parts = (sheet.cell(row, 1).value for row in range(2, 200))
                return manifest_of("".join(str(one) for one in parts if one), self.path)
        raise TechddError("is no questionnaire of techdd: its hidden sheet is missing", self.path)

    def _header(self, sheet: Worksheet) -> _Header | None:
        """The row that names the columns, among the first ones."""
        for cells in sheet.iter_rows(max_row=HEADER_WITHIN, max_col=MAX_COLUMNS):
            columns: dict[str, int] = {}
            unknown = []
            for cell in cells:
                label = text_of(cell.value)
                key = _column(label)
                if key and key not in columns:
                    columns[key] = cell.column or 0
                elif key:
                    self.notices.append(f"{place_of(sheet, cell)}: a second column {label!r}")
                elif label:
                    unknown.append(f"{place_of(sheet, cell)}: no known column {label[:40]!r}")
            if ID in columns:
                self.notices += [
                    one for one in unknown if not one.endswith(("'Question'", "'Levels'"))
                ]
                self.notices += [
                    f"sheet {sheet.title!r} has no column {label!r} any more"
                    for label in _missing(columns)
                ]
                return _Header(cells[0].row or 0, columns)
        return None

    def _rows(self, sheet: Worksheet, header: _Header) -> Iterator[Filled]:
        """The questions of a sheet, the figures of each with it."""
        merged = merged_cells(sheet)
        if sheet.max_row > MAX_ROWS:
            self.notices.append(
                f"sheet {sheet.title!r}: what is below row {MAX_ROWS:,} is not read"
            )
        found: dict[str, Filled] = {}
        figures: dict[str, dict[str, Value]] = {}
        self._tell_beside(sheet, header)
        for number in _below(sheet, header):
            said = {key: sheet.cell(number, at) for key, at in header.columns.items()}
            name = text_of(said[ID].value)
            item, _, figure = name.partition("/")
            values = {}
            for key, cell in said.items():
                if key in (ID, WORDING):
                    continue
                place = place_of(sheet, cell)
                if why := wrong(cell, (number, cell.column) in merged):
                    self.refused.append(Refusal(item, place, why))
                elif text := normal(text_of(cell.value)):
                    values[key] = Value(text, place)
            place = f"{sheet.title}!{number}"
            value = values.pop(FIGURE, None)
            misplaced = _misplaced(name, values, value, figures)
            if not name and (values or value):
                why = "stands in a row whose question is not known any more"
                self.refused.append(Refusal("", place, why))
            elif misplaced:
                self.refused += [Refusal(item, one.place, why) for one, why in misplaced]
            elif value:
                figures.setdefault(item, {})[figure] = value
            if not name or figure:
                continue
            wording = text_of(said[WORDING].value) if WORDING in said else ""
            row = Filled(item, place, values, figures.setdefault(item, {}), wording)
            if item in found:
                yield row  # the same question twice is told by all its places
            found.setdefault(item, row)
        yield from found.values()
        self.refused += [
            Refusal(item, value.place, "the question of this figure is not there any more")
            for item in figures.keys() - found.keys()
            for value in figures[item].values()
        ]

    def _tell_beside(self, sheet: Worksheet, header: _Header) -> None:
        """Tells what stands in columns that are none of ours. Where one of ours has lost its name,
        that may be a part of the answers.
        """
        lost = ", ".join(map(repr, _missing(header.columns)))
        ours = {*header.columns.values()}
        for column in range(1, min(sheet.max_column, MAX_COLUMNS) + 1):
            top = sheet.cell(header.row, column)
            label = text_of(top.value)
            below = (sheet.cell(row, column) for row in _below(sheet, header))
            held = [place_of(sheet, cell) for cell in below if text_of(cell.value)]
            if column in ours or label in ("Question", "Levels") or not held:
                continue
            if lost:
                why = f"is no known column, and {lost} is missing; give it its name, or empty it"
                self.refused.append(Refusal("", place_of(sheet, top), why))
            elif not label:
                self.notices += [f"{one}: its column has no name; not read" for one in held]

    def _respondent(self, sheet: Worksheet) -> bool:
        """Whether a sheet is the one with name and role, which are then known."""
        found = False
        for cells in sheet.iter_rows(max_row=60, max_col=10):
            for cell, beside in pairwise(cells):
                label = text_of(cell.value).casefold()
                if label in ("your name", "your role"):
                    found = True
                    text = "" if wrong(beside, False) else normal(text_of(beside.value))
                    setattr(self, label.removeprefix("your "), " ".join(text.split()))
        return found


def _missing(columns: dict[str, int]) -> list[str]:
    """The labels of our columns that are not among `columns`."""
    labels = {key: label for key, (label, _) in FIELDS.items()} | {FIGURE: "Figure"}
    return [label for key, label in labels.items() if key not in columns]


def _below(sheet: Any, header: _Header) -> list[int]:
    """The rows below the header that hold any cell: a cell far away costs one row."""
    return sorted({row for row, _ in sheet._cells if header.row < row <= MAX_ROWS})


def _misplaced(
    name: str, values: dict[str, Value], value: Value | None, known: dict[str, dict[str, Value]]
) -> list[tuple[Value, str]]:
    """What stands in the row `name` and belongs into another: `value` is that of a figure."""
    item, _, figure = name.partition("/")
    if value and not figure:
        return [(value, "is no row of a figure")]
    if figure and values:
        why = "stands in the row of a figure; write it in the row of its question"
        return [(one, why) for one in values.values()]
    if value and figure in known.get(item, {}):
        return [(value, f"the figure is there already, in {known[item][figure].place}")]
    return []


def _column(label: str) -> str:
    word = label.casefold()
    return word if word in (ID, WORDING, FIGURE) else field_of(label)


workbook = Format("workbook", (".xlsx", ".xlsm", ".xls"), _read, _write)
