"""Writes the workbook in which the client answers to findings: equal findings give equal bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from techdd.model import Finding
from techdd.response_sheets import (
    BY,
    DATE,
    ID,
    MARK,
    NAME,
    POSITION,
    SHOWN,
    STATE,
    WORDS,
    Manifest,
)
from techdd.responses import LONGEST, POSITIONS, Standing
from techdd.spreadsheets import printed_across, protect, put, saved
from techdd.text import clean

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_SEVERITY, _TITLE, _SAW, _WHERE, _REPLY = SHOWN
_WIDTHS = {
    ID: 15, STATE: 15, _SEVERITY: 10, _TITLE: 36, _SAW: 56, _WHERE: 34,
    POSITION: 13, WORDS: 56, BY: 20, DATE: 13, _REPLY: 40,
}  # fmt: skip
_OPEN = (POSITION, WORDS, BY, DATE)
_COLUMN = {header: number for number, header in enumerate(_WIDTHS, 1)}
_CHUNK = 30_000  # characters that a cell may hold, with room to spare
_PLACES = 5  # of a finding that are named
_CELL = 2_000  # characters of a text that is shown
_ABOUT = (
    'The sheet "Findings" lists what was found. For each finding on which you have something to '
    "say, choose a position and fill in the yellow cells; leave the others empty. Save the file as "
    ".xlsx and send it back. What you write stands beside the finding in the report, in each of "
    "its editions; it changes no score by itself.",
    "agreed: the finding is right",
    "corrected: a fact in it is wrong; write what is right",
    "disputed: the finding as a whole is wrong; write why",
    f"Write no passwords or keys. A text holds up to {LONGEST:,} characters. Dates: 2026-07-31.",
)


def workbook(
    client: str,
    findings: Sequence[Finding],
    states: Mapping[str, str],
    known: Mapping[str, Standing],
) -> bytes:
    """The workbook for `findings` as the client may see them, with the responses that count."""
    from openpyxl import Workbook
    from openpyxl.workbook.protection import WorkbookProtection

    known = {one.id: known[one.id] for one in findings if one.id in known}
    book = Workbook()
    first = book.active
    assert first is not None
    _instructions(first, client)
    _findings(book.create_sheet("Findings"), findings, states, known)
    hidden = book.create_sheet("techdd")
    made = Manifest(
        client=client,
        findings={one.id: states.get(one.id, "") for one in findings},
        answered={name: one.response.id for name, one in known.items()},
    )
    said = json.dumps(made.model_dump(mode="json") | {"digest": made.own_digest}, sort_keys=True)
    put(hidden, 1, 1, MARK)
    for row, start in enumerate(range(0, len(said), _CHUNK), 2):
        put(hidden, row, 1, said[start : start + _CHUNK])
    for row, position in enumerate(POSITIONS, 1):
        put(hidden, row, 2, position)
    hidden.sheet_state = "hidden"
    protect(hidden)
    book.security = WorkbookProtection(lockStructure=True)
    return saved(book)


def _instructions(sheet: Worksheet, client: str) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.title = "Read first"
    sheet.column_dimensions["A"].width = 16
    sheet.column_dimensions["B"].width = 90
    put(sheet, 1, 1, f"Management response of {clean(client)}").font = Font(bold=True)
    put(sheet, 3, 1, NAME).font = Font(bold=True)
    _input(sheet, 3, 2, "")
    for row, line in enumerate(_ABOUT, 5):
        put(sheet, row, 2, line).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[5].height = 62
    protect(sheet)
    printed_across(sheet)


def _findings(
    sheet: Worksheet,
    findings: Sequence[Finding],
    states: Mapping[str, str],
    known: Mapping[str, Standing],
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    wrap = Alignment(wrap_text=True, vertical="top")
    for header, width in _WIDTHS.items():
        cell = put(sheet, 1, _COLUMN[header], header)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="D9E1F2")
        column = sheet.column_dimensions[get_column_letter(_COLUMN[header])]
        column.width, column.hidden = width, header == STATE
    for row, finding in enumerate(findings, 2):
        values = _shown(finding, states.get(finding.id, ""), known.get(finding.id))
        for header, value in values.items():
            if header in _OPEN:
                _input(sheet, row, _COLUMN[header], value)
            else:
                put(sheet, row, _COLUMN[header], value).alignment = wrap
        lines = max(1 + len(str(values[one])) // _WIDTHS[one] for one in (_TITLE, _SAW, _WHERE))
        sheet.row_dimensions[row].height = min(400, 15 * lines + 3)
    choose = DataValidation(
        type="list", formula1=f"'techdd'!$B$1:$B${len(POSITIONS)}", allow_blank=True,
        showErrorMessage=True, errorTitle=POSITION, error=f"One of: {', '.join(POSITIONS)}",
    )  # fmt: skip
    letter = get_column_letter(_COLUMN[POSITION])
    choose.add(f"{letter}2:{letter}{max(2, len(findings) + 1)}")
    sheet.add_data_validation(choose)
    sheet.freeze_panes = sheet.cell(2, _COLUMN[_SAW]).coordinate
    protect(sheet)
    printed_across(sheet)
    sheet.print_title_rows = "1:1"


def _shown(finding: Finding, state: str, known: Standing | None) -> dict[str, object]:
    """What stands in a finding's row, by the names of the columns."""
    places = [str(one) for one in finding.locations[:_PLACES]]
    if len(finding.locations) > _PLACES:
        places.append(f"and {len(finding.locations) - _PLACES} more")
    where = "\n".join([finding.repo or "whole engagement", *places])
    said = known.response.said if known else None
    reply = known.reply if known else None
    return {
        ID: finding.id,
        STATE: state,
        _SEVERITY: finding.severity.value,
        _TITLE: clean(finding.title)[:_CELL],
        _SAW: clean(finding.observation)[:_CELL],
        _WHERE: where[:_CELL],
        POSITION: said.position or "" if said else "",
        WORDS: said.words if said else "",
        BY: said.by if said else "",
        DATE: said.on if said and said.on else "",
        _REPLY: reply.reply if reply else "",
    }


def _input(sheet: Worksheet, row: int, column: int, value: object) -> Any:
    from openpyxl.styles import Alignment, PatternFill, Protection

    cell = put(sheet, row, column, value)
    cell.protection, cell.fill = Protection(locked=False), PatternFill("solid", fgColor="FFF9DB")
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
