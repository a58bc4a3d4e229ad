from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techdd.roster.cells import contract_of, date_of, emails_of, text_of, yes_or_no
from techdd.roster.columns import field_of

EPOCH = datetime(1899, 12, 30)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-03-04", date(2024, 3, 4)),
        ("2024/3/4", date(2024, 3, 4)),
        ("2024-03-04T09:30:00", date(2024, 3, 4)),
        ("2024-03-04 09:30:00", date(2024, 3, 4)),
        ("04.03.2024", date(2024, 3, 4)),
        (" 4.3.2024 ", date(2024, 3, 4)),
        ("25/12/2024", date(2024, 12, 25)),
        ("12/25/2024", date(2024, 12, 25)),
        ("03/03/2024", date(2024, 3, 3)),
        (datetime(2024, 3, 4, 9), date(2024, 3, 4)),
        (date(2024, 3, 4), date(2024, 3, 4)),
        (45355, date(2024, 3, 4)),
        (45355.0, date(2024, 3, 4)),
        ("", None),
        (None, None),
        ("-", None),
        ("unbefristet", None),
        ("Present", None),
        ("31.12.9999", None),
        (datetime(9999, 12, 31), None),
    ],
)
def test_days_that_are_understood(value: Any, day: date | None) -> None:
    assert date_of(value, epoch=EPOCH) == day


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("03/04/2024", "can be read in two ways; say which with --date-format"),
        ("3-4-2024", "can be read in two ways"),
        ("31.02.2024", "there is no day '31.02.2024'"),
        ("13/13/2024", "there is no day"),
        ("01.03.24", "is no date such as"),
        ("March 2024", "is no date such as"),
        ("0204-01-01", "the year 204 is implausible"),
        ("=TODAY()", "is no date such as"),
        (-1, "is no date"),
        (10**30, "is no date"),
        (float("inf"), "is no date"),
        (float("nan"), "is no date"),
    ],
)
def test_days_that_are_refused(value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        date_of(value, epoch=EPOCH)


def test_the_order_of_day_and_month_can_be_said() -> None:
    assert date_of("03/04/2024", "DD/MM/YYYY") == date(2024, 4, 3)
    assert date_of("03/04/2024", "MM/DD/YYYY") == date(2024, 3, 4)
    with pytest.raises(ValueError, match="there is no day"):
        date_of("25/12/2024", "MM/DD/YYYY")


def test_a_number_in_a_csv_is_no_date() -> None:
    with pytest.raises(ValueError, match="45355 is no date"):
        date_of(45355)


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("Yes", True), ("ja", True), ("x", True), ("✓", True), ("Unterschrieben", True),
        (True, True), (1, True), (1.0, True), ("12.03.2021", True), (datetime(2021, 3, 12), True),
        ("No", False), ("nein", False), ("nicht unterschrieben", False), (False, False),
        (0, False), ("fehlt", False),
        ("", None), (None, None), ("?", None), ("unknown", None), ("pending", None), ("n/a", None),
        ("in progress", None), ("unbekannt", None), ("=A1", None), (2, None),
    ],
)  # fmt: skip
def test_what_is_neither_yes_nor_no_is_unknown(value: Any, answer: bool | None) -> None:
    assert yes_or_no(value) is answer


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("Permanent", "employee"), ("unbefristet angestellt", "employee"),
        ("Werkstudent", "employee"), ("Teilzeit", "employee"), ("Festanstellung", "employee"),
        ("Geschäftsführer", "employee"), ("full-time", "employee"),
        ("Freelancer", "contractor"), ("Freier Mitarbeiter", "contractor"), ("B2B", "contractor"),
        ("self-employed", "contractor"), ("selbständig", "contractor"), ("extern", "contractor"),
        ("Agency", "outsourcing"), ("Externer Dienstleister", "outsourcing"),
        ("Arbeitnehmerüberlassung", "outsourcing"),
        ("", None), (None, None), ("other", None), (7, None),
    ],
)  # fmt: skip
def test_kinds_of_contract(value: Any, kind: str | None) -> None:
    assert contract_of(value) == kind


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("Ann@X.io", ("ann@x.io",)),
        ("a@x.io; b@y.io,c@z.io d@w.io", ("a@x.io", "b@y.io", "c@z.io", "d@w.io")),
        ("Ann Able <ann@x.io>", ("ann@x.io",)),
        ("mailto:a@x.io a@x.io", ("a@x.io",)),
        ("none", ()),
        ("@", ()),
        (None, ()),
    ],
)
def test_addresses_of_a_cell(value: Any, found: tuple[str, ...]) -> None:
    assert emails_of(value) == found


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Name", "name"), ("Full Name", "name"), ("Mitarbeiter/-in", "name"), ("Vorname", "given"),
        ("Nachname", "family"), ("E-Mail", "emails"), ("Private email address", "emails"),
        ("Job title", "role"), ("Tätigkeit", "role"), ("Start date", "start"),
        ("Eintrittsdatum", "start"), ("End", "end"), ("Letzter Arbeitstag", "end"),
        ("Contract type", "contract"), ("Beschäftigungsart", "contract"),
        ("IP assignment signed?", "assigned"), ("IP-Übertragung (signiert)", "assigned"),
        ("Salary", ""), ("", ""), (None, ""), (7, ""),
    ],
)  # fmt: skip
def test_headers_in_two_languages(header: Any, field: str) -> None:
    assert field_of(header) == field


def test_a_cell_is_one_clean_line() -> None:
    assert text_of("Ann\n\x1b[31mAble\u202e") == "Ann \\x1b[31mAble\\u202e"
    assert (text_of(7.0), text_of(None), text_of(True)) == ("7", "", "True")


@given(st.one_of(st.text(), st.floats(), st.integers(), st.datetimes(), st.booleans(), st.none()))
def test_no_value_is_too_strange(value: Any) -> None:
    try:
        date_of(value, epoch=EPOCH)
    except ValueError as error:
        assert str(error)
    assert yes_or_no(value) in (True, False, None)
    contract_of(value)
    assert all(one.count("@") >= 1 for one in emails_of(value))
