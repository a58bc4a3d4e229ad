from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from techdd import sheets
from techdd.sheets import CUT, LONGEST, Cell, Column, Look, Sheet, book, title
from techdd.workbooks import _checked as refuse


def written(*tables: Sheet, day: str = "2026-11-23") -> bytes:
    return book(
        tables, name="A report", author="A house", day=day, looks={"bad": Look("FFFFFF", "B3261E")}
    )


def read(raw: bytes) -> Workbook:
    return load_workbook(io.BytesIO(raw))


def one(value: object, form: str = "") -> object:
    made = written(Sheet("Table", (Column("Head", form=form),), [(value,)]))  # type: ignore[arg-type]
    return read(made)["Table"]["A2"].value


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0"],
)
def test_text_is_never_a_formula(text: str) -> None:
    cell = read(written(Sheet("Table", (Column("Head"),), [(text,)])))["Table"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_what_xml_cannot_hold_is_shown_as_escapes() -> None:
    assert one("a\x00b\x1bc\udce9\u202ed\ufffe") == "a\\x00b\\x1bc\\udce9\\u202ed\\ufffe"


def test_escapes_of_the_format_stay_the_text_that_they_are() -> None:
    raw = written(Sheet("Table", (Column("Head"),), [("_x0041_",)]))
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        assert b"_x005F_x0041_" in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["x" * 40_000, "\U0001f600" * 20_000])
def test_a_cell_that_is_too_long_is_cut_and_marked(text: str) -> None:
    found = str(one(text))
    assert len(found.encode("utf-16-le")) // 2 <= LONGEST
    assert found.endswith(CUT)


def test_what_just_fits_is_whole() -> None:
    assert one("x" * LONGEST) == "x" * LONGEST


def test_lines_of_a_text_stay() -> None:
    assert one("one\r\ntwo\rthree") == "one\ntwo\nthree"


def test_numbers_are_numbers_and_days_are_days() -> None:
    assert one(0.37, "0%") == 0.37
    found = one("2026-11-23")
    assert getattr(found, "date", lambda: found)() == date(2026, 11, 23)
    assert one("2026-13-45") == "2026-13-45"
    assert one(True) == "yes"
    assert one(float("inf")) == "inf"


def test_too_many_rows_are_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 10)
    rows = [(number,) for number in range(30)]
    table = Sheet("Table", (Column("Head"),), rows, cut="more rows did not fit")
    found = [row[0] for row in read(written(table))["Table"].iter_rows(values_only=True)]
    assert found == ["Head", *range(8), "22 more rows did not fit"]
    whole = read(written(Sheet("Table", (Column("Head"),), rows[:9])))["Table"]
    assert whole.max_row == 10


def test_links_stop_where_excel_would_refuse_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_LINKS", 2)
    table = Sheet("Table", (Column("Head"),), [(Cell(n, link=("Table", 1)),) for n in range(5)])
    links = [row[0].hyperlink for row in read(written(table))["Table"].iter_rows(min_row=2)]
    assert [link is not None for link in links] == [True, True, False, False, False]
    assert links[0].location == "'Table'!A1"
    assert links[0].target is None


def test_heads_stay_in_sight_filter_and_are_printed_on_each_page() -> None:
    columns = tuple(Column(f"C{number}", 20) for number in range(30))
    sheet = read(written(Sheet("Table", columns, [(1,) * 30], still=2)))["Table"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:AD2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_title_cols == "$A:$A"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 3)
    assert "Confidential" in str(sheet.oddFooter.left.text)


def test_spare_columns_without_content_are_left_out() -> None:
    columns = (Column("A"), Column("B", spare=True), Column("C", spare=True))
    sheet = read(written(Sheet("Table", columns, [("a", "", "c"), ("a", None, "")])))["Table"]
    assert [cell.value for cell in sheet[1]] == ["A", "C"]


def test_equal_tables_give_equal_bytes_that_name_no_clock() -> None:
    table = Sheet("Table", (Column("Head"),), [("a",)])
    assert written(table) == written(table)
    with zipfile.ZipFile(io.BytesIO(written(table))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.read("docProps/core.xml").count(b"2026-11-23T00:00:00Z") == 2


@given(st.lists(st.text(max_size=60), max_size=12))
def test_titles_are_such_as_excel_takes(wanted: list[str]) -> None:
    taken: list[str] = []
    for name in wanted:
        taken.append(title(name, taken))
    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\'")
        assert name.casefold() != "history"


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=200))
def test_any_text_can_be_written_and_read(text: str) -> None:
    raw = written(Sheet("Table", (Column(text),), [(text,), (Cell(text, look="bad"),)]))
    assert read(raw)["Table"].max_row >= 1


def test_own_workbooks_pass_the_door_for_those_of_others() -> None:
    from pathlib import Path

    refuse(written(Sheet("Table", (Column("Head"),), [("a",)])), Path("x.xlsx"), 10_000_000)
