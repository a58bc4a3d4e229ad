"""Questionnaires as workbooks, and what spreadsheets and people do to them."""

from __future__ import annotations

import io
import re
import tracemalloc
import zipfile
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from paper import engagement, export, record, refused, returned, told

from techdd.errors import TechddError
from techdd.interviews.returned import Preview
from techdd.workbooks import MAX_BYTES
from techdd.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return engagement(tmp_path / "e")


@pytest.fixture
def path(workspace: Workspace, tmp_path: Path) -> Path:
    return export(workspace, tmp_path / "q.xlsx")


class Edit:
    """An exported workbook that is changed as a spreadsheet would change it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = load_workbook(path)
        self.team = self.book["Title  team"]

    def column(self, label: str, sheet: Any = None) -> int:
        header = next((sheet or self.team).iter_rows(max_row=1))
        return next(cell.column for cell in header if cell.value == label)

    def row(self, item: str) -> int:
        return next(
            row for row in range(1, 20) if self.team.cell(row, self.column("Id")).value == item
        )

    def put(self, item: str, label: str, value: object) -> str:
        cell = self.team.cell(self.row(item), self.column(label))
        cell.value = value
        return f"{self.team.title}!{cell.coordinate}"

    def read(self, workspace: Workspace) -> Preview:
        self.book.save(self.path)
        return returned(workspace, self.path)


@pytest.fixture
def edit(path: Path) -> Edit:
    return Edit(path)


def test_the_sheets_are_as_people_need_them(path: Path, edit: Edit) -> None:
    book, team = edit.book, edit.team
    assert book.sheetnames == ["Read first", "Title  ops", "Title  team", "techdd"]
    assert book["techdd"].sheet_state == "hidden"
    assert team.freeze_panes == "D2"
    assert team.protection.sheet
    assert (team.page_setup.orientation, team.page_setup.fitToHeight) == ("landscape", 0)
    assert team.print_title_rows == "$1:$1"
    hidden = {key for key, one in team.column_dimensions.items() if one.hidden}
    assert hidden == {"A", "B"}
    open_ = {
        cell.column_letter for row in team["A2:K2"] for cell in row if not cell.protection.locked
    }
    assert open_ == {"E", "G", "H", "I", "J", "K"}  # level, reason, grade, confidence, ...
    assert team["D2"].value.startswith("0: none\n1: ad hoc\n")
    assert team["D2"].alignment.wrap_text
    rules = {str(one.sqref): one for one in team.data_validations.dataValidation}
    assert rules["E2:E8"].formula1 == "'techdd'!$C$1:$C$7"
    choices = [book["techdd"].cell(row, 3).value for row in range(1, 8)]
    assert choices == [0, 1, 2, 3, 4, "not applicable", "don't know"]
    kinds = {one.type for key, one in rules.items() if key.startswith("F")}
    assert kinds == {"decimal", "date", "list"}


def test_no_text_becomes_a_formula(workspace: Workspace, tmp_path: Path) -> None:
    evil = '=HYPERLINK("http://x")'
    for item, note in (("TE-01", evil), ("TE-02", "+1+1"), ("OP-01", "@SUM(1)")):
        record(workspace, item, level=1, note=note)
    book = load_workbook(export(workspace, tmp_path / "q.xlsx", "Lea"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    (found,) = [cell for cell in cells if cell.value == evil]
    assert found.quotePrefix
    # The client's own name begins with "=" in these tests.
    assert book["Read first"]["A1"].value.endswith("of =Northwind -- Parcel")


@pytest.mark.parametrize("value", [3, 3.0, "3 ", "3.0", "level 3", "3: defined", "  3"])
def test_a_level_is_known_however_it_is_typed(
    workspace: Workspace, edit: Edit, value: object
) -> None:
    edit.put("TE-01", "Level", value)
    found = edit.read(workspace)
    assert [(one.item, one.answer.level) for one in found.changes] == [("TE-01", 3)]


@pytest.mark.parametrize(
    ("label", "value", "why"),
    [
        ("Level", "=1+2", "is a formula, which is not evaluated; write its value"),
        ("Note", "=1+2", "is a formula, which is not evaluated; write its value"),
        ("Level", "#N/A", "holds the error #N/A"),
        ("Level", 3.5, "'3.5' is no level"),
        ("Level", True, "'TRUE' is no level"),
        ("Level", datetime(2026, 3, 4), "'2026-03-04' is no level"),
        ("Confidence", 3, "'3' is none of: low, medium, high"),
    ],
)
def test_what_is_no_value_is_refused_with_its_cell(
    workspace: Workspace, edit: Edit, label: str, value: object, why: str
) -> None:
    if label != "Level":
        edit.put("TE-01", "Level", 3)
    place = edit.put("TE-01", label, value)
    edit.put("TE-02", "Level", 1)
    found = edit.read(workspace)
    (line,) = refused(found)
    assert line.startswith(f"TE-01 {place}: {why}")
    assert told(found) == [("new", "TE-02")]


@pytest.mark.parametrize(
    ("value", "figure"),
    [(datetime(2026, 2, 3), "2026-02-03"), ("2026-02-03", "2026-02-03")],
)
def test_dates_come_as_excel_keeps_them(
    workspace: Workspace, edit: Edit, value: object, figure: str
) -> None:
    edit.put("TE-03", "Level", 2)
    edit.put("TE-03/since", "Figure", value)
    edit.put("TE-03/rto", "Figure", "4 hours")
    (change,) = edit.read(workspace).changes
    assert change.answer.figures == {"since": figure, "rto": 4.0}


def test_a_figure_that_is_none_is_refused_with_its_cell(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-03", "Level", 2)
    place = edit.put("TE-03/since", "Figure", datetime(2026, 2, 3, 12, 30))
    (line,) = refused(edit.read(workspace))
    assert line == f"TE-03 {place}: '2026-02-03 12:30:00' is no date such as 2026-03-31"


def test_nothing_in_the_row_of_a_figure_is_lost(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-03", "Level", 2)
    note = edit.put("TE-03/rto", "Note", "important")
    level = edit.put("TE-03/since", "Level", 3)
    edit.put("TE-01", "Level", 1)
    found = edit.read(workspace)
    assert [change.item for change in found.changes] == ["TE-01"]
    why = "stands in the row of a figure; write it in the row of its question"
    assert [(one.place, one.why) for one in found.refused] == [(note, why), (level, why)]


def test_a_figure_twice_and_one_without_its_question_are_refused(
    workspace: Workspace, edit: Edit
) -> None:
    first = edit.put("TE-03/rto", "Figure", 4)
    last = edit.team.max_row + 1
    edit.team.cell(last, edit.column("Id")).value = "TE-03/rto"
    edit.team.cell(last, edit.column("Figure")).value = 9
    edit.put("TE-03", "Level", 2)
    found = edit.read(workspace)
    (again,) = found.refused
    assert (found.changes, again.why) == ((), f"the figure is there already, in {first}")
    edit.team.cell(last, edit.column("Id")).value = None
    edit.team.cell(last, edit.column("Figure")).value = None
    edit.team.delete_rows(edit.row("TE-03"))
    (alone,) = edit.read(workspace).refused
    assert alone.why == "the question of this figure is not there any more"


def test_what_stands_beside_the_columns_is_told(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 2)
    beside = edit.team.cell(edit.row("TE-01"), 14)
    beside.value = "written beside"
    (told_,) = edit.read(workspace).notices
    assert told_ == f"{edit.team.title}!{beside.coordinate}: its column has no name; not read"


def test_too_many_sheets_are_told(workspace: Workspace, edit: Edit) -> None:
    for number in range(60):
        edit.book.create_sheet(f"x{number}", 0)
    with pytest.raises(TechddError, match="has more than 60 sheets"):
        edit.read(workspace)


def test_moved_columns_rows_and_sheets_are_found(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 3)
    edit.put("TE-01", "Note", "why")
    team = edit.team
    rows = [[cell.value for cell in row] for row in team.iter_rows()]
    team.delete_rows(1, team.max_row)
    team.append(["Printed on Monday"])
    team.append([])
    for row in [rows[0], *rows[:0:-1]]:
        team.append(row[::-1])
    team.title = "Renamed"
    edit.book.move_sheet("Renamed", -2)
    found = edit.read(workspace)
    (change,) = found.changes
    assert (change.item, change.answer.level, change.answer.note) == ("TE-01", 3, "why")
    assert change.place == "Renamed!10"
    assert (refused(found), found.notices) == ([], ())


def test_added_and_lost_sheets_and_columns_are_told(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 3)
    edit.book.create_sheet("Mine")["A1"] = "x"
    del edit.book["Title  ops"]
    edit.team.cell(1, 12).value = "Remarks"
    edit.team.cell(1, edit.column("Reason")).value = None
    found = edit.read(workspace)
    assert told(found) == [("new", "TE-01")]
    assert set(found.notices) == {
        "sheet 'Mine' is no part of the questionnaire",
        "Title  team!L1: no known column 'Remarks'",
        "sheet 'Title  team' has no column 'Reason' any more",
        "not in the file any more: OP-01, OP-02, OP-03",
    }


@pytest.mark.parametrize(("name", "merged"), [("Remarks", False), (None, False), (None, True)])
def test_answers_whose_column_lost_its_name_are_refused(
    workspace: Workspace, edit: Edit, name: str | None, merged: bool
) -> None:
    edit.put("TE-01", "Level", 3)
    edit.put("TE-01", "Note", "why")
    top = edit.team.cell(1, edit.column("Note"))
    if merged:
        edit.team.merge_cells(start_row=1, end_row=1, start_column=top.column - 1,
                              end_column=top.column)  # fmt: skip
    else:
        top.value = name
    (change,) = edit.read(workspace).refused
    why = "is no known column, and 'Note' is missing; give it its name, or empty it"
    assert (change.place, change.why) == (f"{edit.team.title}!{top.coordinate}", why)


def test_changed_and_double_ids_are_refused(workspace: Workspace, edit: Edit) -> None:
    for item in ("TE-01", "TE-02", "TE-03"):
        edit.put(item, "Level", 3)
    edit.put("TE-02", "Id", "TE-09")
    edit.put("TE-01", "Id", "OP-01")
    sheet = edit.book["Title  ops"]
    sheet.cell(3, 1).value = "OP-03"
    lines = refused(edit.read(workspace))
    assert sum("is there more than once" in line for line in lines) == 4
    assert any(
        line == "TE-09 Title  team!3: is no question of this questionnaire" for line in lines
    )


def test_swapped_ids_are_noticed_by_the_wording(workspace: Workspace, edit: Edit) -> None:
    first, second = edit.row("TE-01"), edit.row("TE-02")
    edit.team.cell(first, 1).value, edit.team.cell(second, 1).value = "TE-02", "TE-01"
    edit.put("TE-01", "Level", 3)
    assert refused(edit.read(workspace)) == [
        "TE-01 Title  team!3: its id was changed: it belongs to another question"
    ]


def test_an_answer_whose_id_was_deleted_is_not_lost(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 3)
    edit.put("TE-01", "Id", None)
    found = edit.read(workspace)
    assert refused(found) == [
        " Title  team!2: stands in a row whose question is not known any more"
    ]
    assert found.notices == ("not in the file any more: TE-01",)


def test_merged_cells_are_refused_and_the_rest_is_taken(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 3)
    edit.put("TE-03", "Level", 3)
    edit.team.merge_cells("E2:E3")
    edit.team.merge_cells("K2:K3")  # nothing stands in it
    found = edit.read(workspace)
    assert [line.partition(": ")[0] for line in refused(found)] == [
        "TE-01 Title  team!E2", "TE-02 Title  team!E3",
    ]  # fmt: skip
    assert told(found) == [("new", "TE-03")]


def test_rich_text_comments_and_pictures_do_no_harm(workspace: Workspace, edit: Edit) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.comments import Comment

    edit.put("TE-01", "Level", 3)
    edit.put("TE-01", "Note", CellRichText("a ", TextBlock(InlineFont(b=True), "bold")))
    edit.team["C2"].comment = Comment("what?", "Lea")
    (change,) = edit.read(workspace).changes
    assert change.answer.note == "a bold"


def test_what_excel_escapes_is_read_as_it_was_typed(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 3)
    edit.put("TE-01", "Note", "one_x000D_\ntwo _x005F_x0041_")
    (change,) = edit.read(workspace).changes
    assert change.answer.note == "one\ntwo _x0041_"


# --- files that are none --------------------------------------------------------------------------


def repacked(path: Path, change: Any) -> None:
    """The same file with parts as `change(name, content)` gives them; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in parts.namelist():
            content = change(name, parts.read(name))
            if content is not None:
                kept.writestr(name, content)
    path.write_bytes(out.getvalue())


def test_another_workbook_is_told(workspace: Workspace, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(TechddError, match="is no questionnaire of techdd: its hidden sheet is mis"):
        returned(workspace, tmp_path / "other.xlsx")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is an old .xls or has a password"),
        (b"%PDF-1.7", "is no XLSX"),
        (b"", "is no XLSX"),
        (b"PK\x03\x04 cut", "cannot be read as XLSX"),
        (b"\0" * (MAX_BYTES + 1), "larger than 10,000,000 bytes"),
    ],
)
def test_a_file_that_is_none_is_told(
    workspace: Workspace, tmp_path: Path, raw: bytes, message: str
) -> None:
    (tmp_path / "q.xlsx").write_bytes(raw)
    with pytest.raises(TechddError, match=message):
        returned(workspace, tmp_path / "q.xlsx")


def test_macros_are_refused(workspace: Workspace, path: Path) -> None:
    with zipfile.ZipFile(path, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(TechddError, match="holds macros; save it as"):
        returned(workspace, path)


def test_bombs_and_entities_are_refused(workspace: Workspace, path: Path) -> None:
    whole = path.read_bytes()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/x.xml", b" " * 20_000_001)
    with pytest.raises(TechddError, match="unpacks to more than 20,000,000 bytes"):
        returned(workspace, path)
    path.write_bytes(whole)
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'
    repacked(path, lambda _, content: content.replace(b"<worksheet", entity))
    with pytest.raises(TechddError, match="declares XML entities"):
        returned(workspace, path)


def test_a_part_that_unpacks_to_more_than_it_says_costs_no_memory(
    workspace: Workspace, path: Path
) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/media/x.xml", b" " * 50_000_000)
    raw = bytearray(path.read_bytes())
    entry = raw.rfind(b"PK\x01\x02")
    told, really = (10).to_bytes(4, "little"), zlib.crc32(b" " * 10).to_bytes(4, "little")
    raw[entry + 24 : entry + 28], raw[entry + 16 : entry + 20] = told, really
    path.write_bytes(raw)
    tracemalloc.start()
    try:
        assert not returned(workspace, path).changes
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_otherwise_is_refused(workspace: Workspace, path: Path, how: int) -> None:
    with zipfile.ZipFile(path, "a", how) as parts:
        parts.writestr("xl/media/x.xml", b" " * 1_000)
    with pytest.raises(TechddError, match="packed in a way that no spreadsheet is"):
        returned(workspace, path)


@pytest.mark.parametrize(
    "span",
    [
        b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        b"<x:mergeCells xmlns:x='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>"
        b"<x:mergeCell ref = 'a1:xfd1048576'/></x:mergeCells>",
        b'<hyperlinks><hyperlink tooltip="a > b" ref="A1:XFD1048576"/></hyperlinks>',
        b'<mergeCells><mergeCell ref="&#65;1:XFD1048576"/></mergeCells>',
        b"<mergeCells>" + b'<mergeCell ref="A1:Z999"/>' * 10 + b"</mergeCells>",
    ],
)
def test_few_bytes_that_span_millions_of_cells_are_refused(
    workspace: Workspace, path: Path, span: bytes
) -> None:
    repacked(path, lambda _, content: content.replace(b"</sheetData>", b"</sheetData>" + span))
    with pytest.raises(TechddError, match="merges or links more than 200,000 cells"):
        returned(workspace, path)


@pytest.mark.parametrize(
    "change",
    [
        lambda name, content: None if name.startswith("xl/worksheets") else content,
        lambda name, content: content[: len(content) // 2],
        lambda name, content: b"<x/>" if name == "xl/workbook.xml" else content,
        lambda name, content: re.sub(rb'r="[A-K]2"', b'r="ZZZZ9"', content),
        lambda name, content: content.replace(b'sqref="', b'sqref="?'),
    ],
    ids=["no sheets", "cut", "no book", "cells out of range", "bad validation"],
)
def test_a_broken_workbook_is_one_line(workspace: Workspace, path: Path, change: Any) -> None:
    repacked(path, change)
    with pytest.raises(TechddError, match=r"cannot be read as XLSX|is no questionnaire") as told_:
        returned(workspace, path)
    assert "\n" not in str(told_.value)


def test_a_cell_far_away_costs_nothing(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 3)
    edit.team["XFD1048576"] = "x"
    found = edit.read(workspace)
    assert told(found) == [("new", "TE-01")]
    assert found.notices == ("sheet 'Title  team': what is below row 2,000 is not read",)


def test_cells_far_away_on_many_sheets_cost_no_memory(workspace: Workspace, edit: Edit) -> None:
    edit.put("TE-01", "Level", 3)
    for number in range(10):
        sheet = edit.book.create_sheet(f"x{number}")
        sheet["A1"], sheet["BH2000"] = "Id", "x"
    edit.book.save(edit.path)
    tracemalloc.start()
    try:
        assert told(returned(workspace, edit.path)) == [("new", "TE-01")]
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()
