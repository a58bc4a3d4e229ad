"""How a questionnaire looks as a workbook: sheets, columns, lists to choose from, protection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from techdd import replies
from techdd.checklists import Checklist, Figure, Item
from techdd.questionnaires import FIELDS, Questionnaire
from techdd.spreadsheets import printed_across, protect, put, saved
from techdd.text import normal

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ID, WORDING, FIGURE = "id", "wording", "figure"
MANIFEST = "techdd questionnaire"  # how the hidden sheet begins
# Header -> width in characters; the first two are hidden.
_COLUMNS = {
    "Id": 12, "Wording": 14, "Question": 48, "Levels": 62, "Level": 15, "Figure": 15,
    "Reason": 30, "Known how": 12, "Confidence": 12, "Documents": 26, "Note": 48,
}  # fmt: skip
_PLACE = {header: number for number, header in enumerate(_COLUMNS, 1)}
_LISTS = {
    "Level": ("0", "1", "2", "3", "4", replies.NOT_APPLICABLE, replies.UNKNOWN),
    "Known how": tuple(replies.GRADES),
    "Confidence": replies.CONFIDENCES,
}
_CHUNK = 30_000  # characters that a cell may hold, with room to spare
_ABOUT = """\
Each sheet holds the questions of one subject. Fill in the yellow cells; leave empty what you cannot
answer. Save the file as .xlsx and send it back together with the documents that you name in it."""


def laid_out(asked: Questionnaire) -> bytes:
    """The workbook's bytes, the same for the same questionnaire."""
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    assert first is not None
    lists = book.create_sheet("techdd")
    _Paper(book, lists, asked).fill(first)
    return saved(book)


class _Paper:
    """The workbook in the making."""

    def __init__(self, book: Workbook, hidden: Worksheet, asked: Questionnaire) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

        self.book = book
        self.hidden = hidden
        self.asked = asked
        self.lists: dict[tuple[str, ...], str] = {}
        self.wrap = Alignment(wrap_text=True, vertical="top")
        self.bold = Font(bold=True)
        self.head = PatternFill("solid", fgColor="D9E1F2")
        self.input = PatternFill("solid", fgColor="FFF9DB")
        self.open = Protection(locked=False)
        line = Side(style="thin", color="BFBFBF")
        self.frame = Border(line, line, line, line)

    def fill(self, first: Worksheet) -> None:
        """Every sheet: instructions, subjects, and the hidden one."""
        from openpyxl.workbook.protection import WorkbookProtection

        self._instructions(first)
        titles = {first.title.casefold(), self.hidden.title.casefold()}
        for number, checklist in enumerate(self.asked.checklists, 1):
            title = _title(checklist.title, titles)
            titles.add(title.casefold())
            self._subject(self.book.create_sheet(title, number), checklist)
        put(self.hidden, 1, 1, MANIFEST)
        said = self.asked.manifest
        for row, start in enumerate(range(0, len(said), _CHUNK), 2):
            put(self.hidden, row, 1, said[start : start + _CHUNK])
        self.hidden.sheet_state = "hidden"
        protect(self.hidden)
        self.book.security = WorkbookProtection(lockStructure=True)

    def _instructions(self, sheet: Worksheet) -> None:
        sheet.title = "Read first"
        sheet.column_dimensions["A"].width = 16
        sheet.column_dimensions["B"].width = 90
        heading = f"Questionnaire: technical due diligence of {self.asked.client}"
        put(sheet, 1, 1, heading).font = self.bold
        put(sheet, 2, 1, " ".join(_ABOUT.split())).alignment = self.wrap
        sheet.merge_cells("A2:B2")
        sheet.row_dimensions[2].height = 48
        for at, (label, said) in enumerate(
            (("Your name", self.asked.respondent), ("Your role", self.asked.role)), 4
        ):
            put(sheet, at, 1, label).font = self.bold
            self._input(sheet, at, 2, said)
        for row, (label, about) in enumerate(FIELDS.values(), 7):
            put(sheet, row, 1, label).font = self.bold
            put(sheet, row, 2, about).alignment = self.wrap
        put(sheet, row + 1, 1, "Figure").font = self.bold
        put(sheet, row + 1, 2, "a number, a day as YYYY-MM-DD, or a choice from the list")
        protect(sheet)
        printed_across(sheet)

    def _subject(self, sheet: Worksheet, checklist: Checklist) -> None:
        from openpyxl.utils import get_column_letter

        for header, width in _COLUMNS.items():
            cell = put(sheet, 1, _PLACE[header], header)
            cell.font, cell.fill, cell.border = self.bold, self.head, self.frame
            column = sheet.column_dimensions[get_column_letter(_PLACE[header])]
            column.width = width
            column.hidden = header in ("Id", "Wording")
        sheet.freeze_panes = sheet.cell(2, _PLACE["Levels"]).coordinate
        row = 2
        for item in checklist.items:
            self._question(sheet, row, item)
            for figure in item.figures:
                row += 1
                self._figure(sheet, row, item, figure)
            row += 1
        for header, choices in _LISTS.items():
            rows = sheet.max_row
            letter = get_column_letter(_PLACE[header])
            self._choose(sheet, f"{letter}2:{letter}{rows}", choices)
        protect(sheet)
        printed_across(sheet)
        sheet.print_title_rows = "1:1"

    def _question(self, sheet: Worksheet, row: int, item: Item) -> None:
        levels = "\n".join(f"{at}: {' '.join(text.split())}" for at, text in enumerate(item.levels))
        if item.documents:
            levels += f"\nWorth handing over: {'; '.join(item.documents)}"
        put(sheet, row, _PLACE["Id"], item.id)
        put(sheet, row, _PLACE["Wording"], item.wording)
        put(sheet, row, _PLACE["Question"], f"{item.id}  {' '.join(item.ask.split())}")
        put(sheet, row, _PLACE["Levels"], levels)
        for key, (label, _) in FIELDS.items():
            text = self.asked.text(item, key)
            number = int(text) if key == "level" and text.isdecimal() else text
            self._input(sheet, row, _PLACE[label], number)
        self._frame(sheet, row)
        lines = sum(1 + len(line) // _COLUMNS["Levels"] for line in levels.split("\n"))
        asked = 1 + len(item.ask) // _COLUMNS["Question"]
        sheet.row_dimensions[row].height = min(400, 15 * max(lines, asked) + 3)

    def _figure(self, sheet: Worksheet, row: int, item: Item, figure: Figure) -> None:
        from openpyxl.worksheet.datavalidation import DataValidation

        expects = replies.expects(figure)
        put(sheet, row, _PLACE["Id"], f"{item.id}/{figure.key}")
        asked = f"{' '.join(figure.ask.split())}{f' ({expects})' if expects else ''}"
        put(sheet, row, _PLACE["Question"], asked)
        value = self.asked.figure(item, figure.key)
        cell = self._input(sheet, row, _PLACE["Figure"], "" if value is None else value)
        if figure.kind == "choice":
            self._choose(sheet, cell.coordinate, figure.choices)
        elif figure.kind != "text":
            is_day = figure.kind == "date"
            rule = DataValidation(
                type="date" if is_day else "decimal",
                operator="between",
                formula1="1" if is_day else "-1E+15",
                formula2="2958465" if is_day else "1E+15",  # the last day that Excel knows
                allow_blank=True, showErrorMessage=True, errorTitle="Figure",
                error=f"This is for {expects or 'a number'}.",
            )  # fmt: skip
            rule.add(cell.coordinate)
            sheet.add_data_validation(rule)
            if figure.kind == "date":
                cell.number_format = "yyyy-mm-dd"
        self._frame(sheet, row)
        sheet.row_dimensions[row].height = 15 * (1 + len(asked) // _COLUMNS["Question"]) + 3

    def _choose(self, sheet: Worksheet, cells: str, choices: tuple[str, ...]) -> None:
        """A list to choose from; its entries stand on the hidden sheet, where any text may."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        if choices not in self.lists:
            column = len(self.lists) + 2
            for row, choice in enumerate(choices, 1):
                value = int(choice) if choice.isdecimal() and len(choice) < 10 else choice
                put(self.hidden, row, column, value)
            letter = get_column_letter(column)
            title = self.hidden.title
            self.lists[choices] = f"'{title}'!${letter}$1:${letter}${len(choices)}"
        rule = DataValidation(
            type="list", formula1=self.lists[choices], allow_blank=True,
            showErrorMessage=True, errorTitle="Choose from the list",
            error=f"One of: {', '.join(choices)}"[:250],
        )  # fmt: skip
        rule.add(cells)
        sheet.add_data_validation(rule)

    def _input(self, sheet: Worksheet, row: int, column: int, value: object) -> Any:
        cell = put(sheet, row, column, value)
        cell.protection, cell.fill = self.open, self.input
        cell.alignment, cell.border = self.wrap, self.frame
        return cell

    def _frame(self, sheet: Worksheet, row: int) -> None:
        for column in _PLACE.values():
            sheet.cell(row, column).border = self.frame
            sheet.cell(row, column).alignment = self.wrap


def _title(title: str, taken: set[str]) -> str:
    """A name that a sheet may have: 31 characters, none of some, each name once."""
    base = re.sub(r"[\[\]:*?/\\']", " ", normal(title)).strip()[:31] or "Questions"
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base[:27]} {number}", number + 1
    return name
