from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from techdd import workbooks
from techdd.errors import TechddError
from techdd.identity import RosterEntry
from techdd.roster import Understood, read_sheets, sheets, understand

ENGLISH = """\
Name,E-mails,Role,Start,End,Contract type,IP assignment signed,Salary
Ann Able,ann@acme.io; ann@home.io,Backend,2021-03-01,,Permanent,yes,1
Ben Böök,ben@acme.io,"Lead, Ops",01.04.2019,31.05.2023,Freelancer,no,2
Cy Cook,,QA,,,,pending,3
"""
GERMAN = """\
Personalliste;;;;;
;;;;;
Nachname;Vorname;E-Mail;Eintritt;Austritt;IP-Übertragung
Böök;Ben;ben@acme.io;1.4.2019;31.05.2023;nein
"""


def read(path: Path, text: str | bytes, encoding: str = "utf-8") -> Understood:
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return understand(read_sheets(path))


def test_a_csv_is_understood(tmp_path: Path) -> None:
    found = read(tmp_path / "staff.csv", ENGLISH)
    assert found.entries == (
        RosterEntry(
            name="Ann Able", emails=("ann@acme.io", "ann@home.io"), role="Backend",
            start=date(2021, 3, 1), contract="employee", ip_assigned=True,
        ),
        RosterEntry(
            name="Ben Böök", emails=("ben@acme.io",), role="Lead, Ops", start=date(2019, 4, 1),
            end=date(2023, 5, 31), contract="contractor", ip_assigned=False,
        ),
        RosterEntry(name="Cy Cook", role="QA"),
    )  # fmt: skip
    assert found.unmatched == ("Salary",)
    assert found.unclear == ("IP assignment signed: 'pending' (1)",)
    assert found.refused == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(tmp_path: Path, encoding: str, delimiter: str) -> None:
    found = read(tmp_path / "s.csv", GERMAN.replace(";", delimiter), encoding)
    (ben,) = found.entries
    assert (ben.name, ben.end, ben.ip_assigned) == ("Ben Böök", date(2023, 5, 31), False)


def test_the_line_of_excel_that_names_the_delimiter(tmp_path: Path) -> None:
    found = read(tmp_path / "s.csv", "sep=;\r\nName;Role\r\nAnn Able;Dev, Ops\r\n;\r\nBen;=1+1\r\n")
    assert [one.role for one in found.entries] == ["Dev, Ops", "=1+1"]


def test_rows_are_refused_with_their_number_and_column(tmp_path: Path) -> None:
    text = (
        "Name,E-mail,Start,End\n"
        "Ann,a@x.io,03/04/2024,\n"
        '"Two\nlines",b@x.io,2024-01-01,2023-01-01\n'
        ",,2024-01-01,\n"
        "Cy,c@x.io,2024-01-01,soon\n"
        "Dan,d@x.io,2024-01-01,\n"
    )
    found = read(tmp_path / "s.csv", text)
    assert [one.name for one in found.entries] == ["Dan"]
    assert [row for row, _ in found.refused] == [2, 3, 5, 6]
    reasons = [why for _, why in found.refused]
    assert reasons[0].startswith("column 'Start': '03/04/2024' can be read in two ways")
    assert reasons[1:3] == ["'end' is before 'start'", "give a 'name' or 'emails'"]
    assert reasons[3].startswith("column 'End': 'soon' is no date")
    dmy = understand(read_sheets(tmp_path / "s.csv"), "DD/MM/YYYY")
    assert dmy.entries[0].start == date(2024, 4, 3)


@pytest.mark.parametrize("text", ["", "a\n", "Salary,Age\n1,2\n", "Name\nAnn\n", "\0" * 500])
def test_a_table_without_a_header_is_no_roster(tmp_path: Path, text: str) -> None:
    with pytest.raises(TechddError, match="has no header row"):
        read(tmp_path / "s.csv", text)


# --- XLSX -----------------------------------------------------------------------------------------


def workbook(path: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Confidential"])
    sheet = book.create_sheet("Team")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


HEADER = ("Name", "E-Mail", "Start", "Ende", "Vertragsart", "IP signed")


def test_an_xlsx_is_understood(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "s.xlsx",
        (),
        HEADER,
        ("Ann Able", "a@x.io", datetime(2021, 3, 1), None, "Festanstellung, unbefristet", True),
        (),
        ("Ben Book", "b@x.io", 43556, "31.05.2023", "Werkvertrag", "nein"),
        ("Cy Cook", "c@x.io", "03/04/2024", None, None, None),
    )
    found = understand(read_sheets(path))
    assert found.sheet == "Team"
    assert [one.start for one in found.entries] == [date(2021, 3, 1), date(2019, 4, 1)]
    assert [one.contract for one in found.entries] == ["employee", "contractor"]
    assert [one.ip_assigned for one in found.entries] == [True, False]
    assert [row for row, _ in found.refused] == [6]


def test_a_formula_is_not_evaluated_and_is_unknown(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", HEADER, ("Ann", "a@x.io", None, None, None, "=1=1"))
    assert understand(read_sheets(path)).entries == (RosterEntry(name="Ann", emails=("a@x.io",)),)


def repacked(path: Path, part: str, change: bytes, by: bytes) -> Path:
    """`path` with `change` replaced in one of its parts."""
    raw = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(change, by, 1) if name == part else data)
    return path


def test_entities_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", HEADER, ("Ann", "a@x.io"))
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet'
    repacked(path, "xl/worksheets/sheet2.xml", b"<worksheet", entity)
    with pytest.raises(TechddError, match="declares XML entities"):
        read_sheets(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * (workbooks.MAX_UNPACKED + 1))
    with pytest.raises(TechddError, match="unpacks to more than"):
        read_sheets(path)


def test_a_sheet_that_claims_a_million_rows_and_columns(tmp_path: Path) -> None:
    path = workbook(tmp_path / "s.xlsx", HEADER, ("Ann", "a@x.io"))
    repacked(path, "xl/worksheets/sheet2.xml", b'r="2"', b'r="999999999"')
    repacked(path, "xl/worksheets/sheet2.xml", b'ref="A1:F2"', b'ref="A1:XFD1048576"')
    assert read_sheets(path)[1].rows == ((1, HEADER),)


def test_too_many_rows_columns_and_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TechddError, match="more than 5,000 rows"):
        read(tmp_path / "s.csv", "Name,Role\n" + "Ann,Dev\n" * 5_001)
    with pytest.raises(TechddError, match="more than 100 columns"):
        read(tmp_path / "s.csv", "Name,Role" + ",x" * 200)
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)
    with pytest.raises(TechddError, match="larger than 10 bytes"):
        read(tmp_path / "s.csv", ENGLISH)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\xd0\xcf\x11\xe0rest", "is an old .xls or has a password"),
        (b"PK\x03\x04rest", "cannot be read as XLSX"),
        (b'Name,Role\n"' + b"x" * 200_000, "is no CSV"),
    ],
)
def test_what_is_no_table(tmp_path: Path, raw: bytes, why: str) -> None:
    with pytest.raises(TechddError, match=why):
        read(tmp_path / "s", raw)


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "s.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("hello.txt", "hello")
    with pytest.raises(TechddError, match=r"cannot be read as XLSX .*save it as CSV"):
        read_sheets(path)


def test_a_folder_or_nothing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(TechddError, match="is no file"):
            read_sheets(path)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda one: one.encode())))
def test_any_bytes_are_a_table_or_a_mistake_that_is_told(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    for head in (b"", b"Name,E-mail,Start\n"):
        try:
            read(tmp_path_factory.mktemp("r") / "s.csv", head + raw)
        except TechddError as error:
            assert error.message
