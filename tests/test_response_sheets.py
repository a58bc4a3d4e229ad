"""The management response as a workbook: out, filled in by friend and foe, and back in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import a_finding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from techdd.errors import TechddError
from techdd.model import Finding, Location
from techdd.response_sheets.reading import Returned, read
from techdd.response_sheets.writing import workbook
from techdd.responses import Entry, Said, ledger, reply, standings

IDS = ("0d1f8a6c3b2e", "77b0c1d2e3f4", "a1b2c3d4e5f6")
STATES = {name: f"state of {name[:2]}" for name in IDS}
NOW = datetime(2026, 7, 31, 12, tzinfo=UTC)
NASTY = ("=HYPERLINK(1)", "<b>x</b>\u202e{{ 7*7 }}", "漢字 عربى " + "x" * 2_000)
FINDINGS = tuple(
    a_finding(
        id=name,
        title=text,
        observation=text,
        repo="api",
        locations=tuple(Location(f"+src/{n}.py", n) for n in range(7)),
    )
    for name, text in zip(IDS, NASTY, strict=True)
)
# What a spreadsheet can hold: it refuses control characters itself.
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.dates(date(1901, 1, 1)),
    st.sampled_from(["agreed", "DISPUTED ", "=1", IDS[1], "2026-07-01", "1.7.2026 10:00", " "]),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20),
)
Fill = Callable[[Any, Any], None]


def made(
    tmp_path: Path, findings: tuple[Finding, ...] = FINDINGS, client: str = "Northwind"
) -> Path:
    path = tmp_path / "out.xlsx"
    known = standings(ledger(tmp_path).read())
    path.write_bytes(workbook(client, findings, STATES, known))
    return path


def filled(path: Path, fill: Fill) -> Path:
    """The workbook after `fill` has had it; it gets the book, and a writer of (row, header)."""
    book = load_workbook(path)
    sheet = book["Findings"]
    columns = {cell.value: cell.column for cell in sheet[1]}

    def put(row: int, header: str, value: object) -> None:
        sheet.cell(row, columns[header]).value = value  # type: ignore[assignment]

    fill(book, put)
    back = path.with_name("back.xlsx")
    book.save(back)
    return back


def back(tmp_path: Path, fill: Fill, by: str = "") -> Returned:
    path = filled(made(tmp_path), fill)
    return read(path, "Northwind", ledger(tmp_path).read(), by, NOW)


def recorded(tmp_path: Path, fill: Fill, by: str = "Cleo") -> list[Entry]:
    found = back(tmp_path, fill, by)
    assert not found.refused
    return ledger(tmp_path).add(found.to_record(overwrite=False), lambda _: None)


def agreed(book: Any, put: Any) -> None:
    put(2, "Position", "agreed")


# --- out ------------------------------------------------------------------------------------------


def test_equal_findings_give_equal_bytes(tmp_path: Path) -> None:
    assert made(tmp_path).read_bytes() == workbook("Northwind", FINDINGS, STATES, {})


def test_only_what_the_client_fills_in_is_open_and_all_text_is_text(tmp_path: Path) -> None:
    book = load_workbook(made(tmp_path))
    sheet = book["Findings"]
    headers = [cell.value for cell in sheet[1]]
    assert sheet.protection.sheet and book.security.lockStructure
    for row in sheet.iter_rows(min_row=2):
        unlocked = {headers[cell.column - 1] for cell in row if not cell.protection.locked}
        assert unlocked == {"Position", "Your words", "By", "Date"}
        assert all(cell.data_type in "sn" for cell in row)
    assert sheet["D2"].value == "=HYPERLINK(1)" and sheet["D2"].quotePrefix
    assert sheet["F2"].value == "api\n" + "\n".join(
        [*(f"+src/{n}.py:{n}" if n else "+src/0.py" for n in range(5)), "and 2 more"]
    )
    assert len(sheet["D4"].value) == 2_000
    assert sheet.column_dimensions["B"].hidden
    [choices] = sheet.data_validations.dataValidation
    assert (choices.type, str(choices.sqref)) == ("list", "G2:G4")
    assert [book["techdd"].cell(n, 2).value for n in (1, 2, 3)] == [
        "agreed", "corrected", "disputed",
    ]  # fmt: skip


def test_what_was_said_before_stands_in_it(tmp_path: Path) -> None:
    recorded(tmp_path, agreed)
    reply(tmp_path, IDS[0], "=Good", "A. Adviser", NOW)
    sheet = load_workbook(made(tmp_path))["Findings"]
    assert [sheet.cell(2, n).value for n in (7, 9, 11)] == ["agreed", "Cleo", "=Good"]


# --- back in --------------------------------------------------------------------------------------


def test_what_was_filled_in_comes_back(tmp_path: Path) -> None:
    def fill(book: Any, put: Any) -> None:
        book["Read first"]["B3"] = "  Cleo   Cook "
        put(2, "Position", " Agreed ")
        put(3, "Position", "corrected")
        put(3, "Your words", "It is 3, not 4.\r\nSee *below* <b>.")
        put(3, "By", "Dan Doe")
        put(3, "Date", date(2026, 7, 30))
        put(4, "Position", "DISPUTED")
        put(4, "Your words", "لا 不 \u202e")
        put(4, "Date", "29.7.2026")

    found = back(tmp_path, fill)
    assert not found.refused and not found.notices
    assert [one.kind for one in found.changes] == ["new"] * 3
    first, second, third = found.to_record(overwrite=False)
    assert first == Said(
        finding=IDS[0], state=STATES[IDS[0]], position="agreed", by="Cleo Cook", at=NOW
    )
    assert second.words == "It is 3, not 4.\nSee *below* <b>."
    assert (second.by, second.on) == ("Dan Doe", date(2026, 7, 30))
    assert (third.words, third.on) == ("لا 不 \\u202e", date(2026, 7, 29))


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    assert len(recorded(tmp_path, agreed)) == 1
    again = back(tmp_path, agreed, "Cleo")
    assert [one.kind for one in again.changes] == ["unchanged"]
    assert again.to_record(overwrite=True) == []


def test_a_response_can_be_changed_and_taken_back(tmp_path: Path) -> None:
    recorded(tmp_path, agreed)

    def other(book: Any, put: Any) -> None:
        put(2, "Position", "disputed")
        put(2, "Your words", "No.")

    def empty(book: Any, put: Any) -> None:
        put(2, "Position", None)
        put(2, "Your words", None)

    assert [one.kind for one in back(tmp_path, other).changes] == ["changed"]
    recorded(tmp_path, other)
    assert [one.kind for one in back(tmp_path, empty).changes] == ["withdrawn"]
    recorded(tmp_path, empty)
    assert standings(ledger(tmp_path).read()) == {}


def test_what_came_in_since_is_a_conflict(tmp_path: Path) -> None:
    path = filled(made(tmp_path), agreed)
    newer = Said(finding=IDS[0], position="disputed", words="No.", by="Dan", at=NOW)
    ledger(tmp_path).add([newer], lambda _: None)
    found = read(path, "Northwind", ledger(tmp_path).read(), "Cleo", NOW)
    assert [one.kind for one in found.changes] == ["conflict"]
    assert found.to_record(overwrite=False) == []
    assert len(found.to_record(overwrite=True)) == 1


def test_credentials_in_words_are_left_out(tmp_path: Path) -> None:
    def fill(book: Any, put: Any) -> None:
        put(2, "Position", "disputed")
        put(2, "Your words", f"It is gone: {'gh' + 'p_' + 'a1B2' * 9}")

    [one] = back(tmp_path, fill, "Cleo").to_record(overwrite=False)
    assert one.words == "It is gone: [masked]"


def test_columns_and_rows_may_be_moved(tmp_path: Path) -> None:
    def fill(book: Any, put: Any) -> None:
        agreed(book, put)
        sheet = book["Findings"]
        sheet.insert_cols(1)
        sheet["A1"] = "My notes"
        sheet["A2"] = "hm"
        sheet.insert_rows(1, 2)
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
        for number, row in enumerate(reversed(rows), 4):
            for column, value in enumerate(row, 1):
                sheet.cell(number, column).value = value
        book.move_sheet("Findings", -1)
        book.create_sheet("Scratch")["A1"] = "anything"

    found = back(tmp_path, fill, "Cleo")
    assert [(one.kind, one.said.finding) for one in found.changes] == [("new", IDS[0])]
    assert found.notices == ["Findings!A3: 'My notes' is not read"]


def _ids_swapped(book: Any, put: Any) -> None:
    agreed(book, put)
    put(2, "Id", IDS[1])


def _id_twice(book: Any, put: Any) -> None:
    for header in ("Id", "State"):
        put(3, header, {"Id": IDS[0], "State": STATES[IDS[0]]}[header])


def _merged(book: Any, put: Any) -> None:
    agreed(book, put)
    book["Findings"].merge_cells("G2:G4")


def _twice_a_column(book: Any, put: Any) -> None:
    book["Findings"]["L1"] = "Position"


@pytest.mark.parametrize(
    ("fill", "place", "why"),
    [
        (_ids_swapped, "Findings!2", "its id was changed"),
        (_id_twice, "Findings!3", "is there more than once: Findings!2"),
        (_merged, "Findings!G2", "is merged with other cells"),
        (_twice_a_column, "Findings!L1", "a second column 'Position'"),
        (lambda _, put: put(2, "Position", "yes"), "Findings!2", "'yes' is no response"),
        (
            lambda _, put: (agreed(_, put), put(2, "By", "x" * 201)),
            "Findings!2", "by: ",
        ),
        (lambda _, put: put(2, "Your words", "x"), "Findings!2", "words without a position"),
        (lambda _, put: put(2, "Position", "disputed"), "Findings!2", "'disputed' needs words"),
        (lambda _, put: put(2, "Position", "=1+1"), "Findings!G2", "is a formula"),
        (lambda _, put: put(2, "Your words", '=WEBSERVICE("x")'), "Findings!H2", "is a formula"),
        (lambda _, put: put(2, "Id", "ffffffffffff"), "Findings!2", "is no finding of this"),
        (lambda _, put: (agreed(_, put), put(2, "Id", None)), "Findings!2", "without an id"),
        (lambda _, put: (agreed(_, put), put(2, "Date", "soon")), "Findings!2", "is no date"),
        (
            lambda _, put: (agreed(_, put), put(2, "Date", date(2026, 8, 1))),
            "Findings!2", "is not one of the past years",
        ),
        (
            lambda _, put: (agreed(_, put), put(2, "Your words", "x" * 2_001)),
            "Findings!2", "more than 2,000 characters",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_with_its_place(
    fill: Fill, place: str, why: str, tmp_path: Path
) -> None:
    found = back(tmp_path, fill, "Cleo")
    assert [(one.place, why in one.why) for one in found.refused][:1] == [(place, True)]


def test_somebody_says_it(tmp_path: Path) -> None:
    assert "does not tell who says so" in back(tmp_path, agreed).refused[0].why


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(
        st.sampled_from(["Id", "State", "Position", "Your words", "By", "Date"]), VALUES
    )
)
def test_whatever_stands_in_a_row_it_is_taken_or_refused(
    tmp_path: Path, row: dict[str, object]
) -> None:
    def fill(book: Any, put: Any) -> None:
        for header, value in row.items():
            put(2, header, value)

    found = back(tmp_path, fill, "Cleo")
    assert len(found.changes) + len(found.refused) <= 1
    for one in found.to_record(overwrite=True):
        assert one.finding == IDS[0] and one.position


# --- hostile and broken files ---------------------------------------------------------------------


def _hidden_changed(book: Any, put: Any) -> None:
    cell = book["techdd"]["A2"]
    cell.value = str(cell.value).replace(IDS[0], "f" * 12)


def _no_column(book: Any, put: Any) -> None:
    put(1, "Your words", "Notes")


@pytest.mark.parametrize(
    ("fill", "why"),
    [
        (_hidden_changed, "holds a changed list of findings"),
        (lambda book, _: book.remove(book["techdd"]), "its hidden part is missing"),
        (lambda book, _: book.remove(book["Findings"]), "no table of findings any more"),
        (_no_column, "has no column 'Your words' any more"),
        (lambda book, put: put(1, "State", None), "has no column 'State' any more"),
        (lambda book, _: [book.create_sheet() for _ in range(30)], "more than 20 sheets"),
    ],
)
def test_a_workbook_that_is_not_ours_any_more_is_one_line(
    fill: Fill, why: str, tmp_path: Path
) -> None:
    with pytest.raises(TechddError, match=why) as told:
        back(tmp_path, fill, "Cleo")
    assert told.value.where == str(tmp_path / "back.xlsx")


def test_another_clients_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TechddError, match="is for 'Southwind'; this is the engagement of 'North"):
        read(made(tmp_path, client="Southwind"), "Northwind", (), "Cleo", NOW)


def _plain_workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def _with_part(raw: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as parts, zipfile.ZipFile(out, "w") as kept:
        for one in parts.infolist():
            kept.writestr(one, parts.read(one))
        kept.writestr(name, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is no XLSX"),
        (b"Id,Position\n", "is no XLSX"),
        (b"\xd0\xcf\x11\xe0x", "old .xls or has a password"),
        (b"PK\x03\x04cut", "cannot be read as XLSX"),
        (_plain_workbook(), "is no sheet of techdd responses"),
        (_with_part(_plain_workbook(), "xl/vbaProject.bin", b"x"), "holds macros"),
        (_with_part(_plain_workbook(), "a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]>"), "entities"),
        (_with_part(_plain_workbook(), "b", b"0" * 70_000_000), "unpacks to more than"),
    ],
)
def test_a_hostile_file_is_one_line(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(TechddError, match=why) as told:
        read(path, "Northwind", (), "Cleo", NOW)
    assert "\n" not in str(told.value)


def test_a_folder_and_nothing_are_no_workbooks(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.xlsx"):
        with pytest.raises(TechddError, match="cannot be read"):
            read(path, "Northwind", (), "Cleo", NOW)
