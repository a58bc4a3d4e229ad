from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest

from techdd.facts import Commit, Fact, Function, Identity, Person, frame, schema, table_name


class Probe(NamedTuple):
    """One value of every kind that a fact may hold."""

    text: str
    count: int
    share: float
    flag: bool
    when: datetime
    text_or: str | None
    count_or: int | None
    share_or: float | None
    flag_or: bool | None
    when_or: datetime | None


WHEN = datetime(2025, 3, 4, 5, 6, 7, 891_011, UTC)
FULL = Probe("Zoë", 7, 0.5, True, WHEN, "x", -1, 1.5, False, WHEN)
BARE = Probe("", 0, 0.0, False, WHEN, None, None, None, None, None)


class AccessLog(NamedTuple):
    """For a name of two words."""

    at: datetime


class Entry(NamedTuple):
    """For a name that ends in y."""

    at: datetime


class Box(NamedTuple):
    """For a name that ends in x."""

    at: datetime


@pytest.mark.parametrize(
    ("fact", "name"),
    [
        (Commit, "commits"),
        (Identity, "identities"),
        (Person, "people"),
        (AccessLog, "access_logs"),
        (Entry, "entries"),
        (Box, "boxes"),
    ],
)
def test_a_table_is_named_in_the_plural(fact: Fact, name: str) -> None:
    assert table_name(fact) == name


def test_the_annotations_are_the_columns() -> None:
    assert schema(Function)["path"] == (str, False)
    assert schema(Commit)["authored"] == (datetime, True)
    assert list(schema(Person)) == ["identity", "person", "name", "email", "bot", "affiliation"]


def test_every_kind_keeps_its_type_with_and_without_values() -> None:
    for rows in ([], [FULL], [BARE], [FULL, BARE]):
        table = frame(Probe, rows)
        assert {name: str(kind) for name, kind in table.dtypes.items()} == {
            "text": "object",
            "count": "int64",
            "share": "float64",
            "flag": "bool",
            "when": "datetime64[us, UTC]",
            "text_or": "object",
            "count_or": "Int64",
            "share_or": "float64",
            "flag_or": "boolean",
            "when_or": "datetime64[us, UTC]",
        }
    assert frame(Probe, [FULL]).iloc[0].to_dict() == FULL._asdict()
    assert frame(Probe, [BARE]).isna().iloc[0].to_dict() == {
        name: name.endswith("_or") for name in Probe._fields
    }


def test_columns_and_rows_give_the_same_table() -> None:
    columns = {name: [getattr(FULL, name), getattr(BARE, name)] for name in Probe._fields}
    assert frame(Probe, columns).equals(frame(Probe, [FULL, BARE]))


def test_times_are_told_in_utc() -> None:
    east = WHEN.astimezone(timezone(timedelta(hours=9)))
    assert frame(Probe, [FULL._replace(when=east)])["when"][0] == WHEN


def test_a_large_number_is_not_rounded_beside_a_gap() -> None:
    big = (1 << 53) + 1
    table = frame(Probe, [FULL._replace(count_or=big), BARE])
    assert table["count_or"][0] == big


def test_text_is_cleaned_where_it_enters() -> None:
    table = frame(Probe, [FULL._replace(text="\x1b[31m\u202e", text_or="a\nb")])
    assert (table["text"][0], table["text_or"][0]) == ("\\x1b[31m\\u202e", "a\\x0ab")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("text", 5),
        ("text", None),
        ("text", b"bytes"),
        ("text_or", 5),
        ("count", None),
        ("count", "many"),
        ("count", 1.5),
        ("count_or", 1.5),
        ("share", "half"),
        ("flag", "yes"),
        ("flag", None),
        ("flag_or", "yes"),
        ("when", "soon"),
        ("when", None),
    ],
)
def test_a_value_of_another_type_is_refused(column: str, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"^Probe\.{column} is "):
        frame(Probe, [FULL, FULL._replace(**{column: value})])


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(KeyError):
        frame(Probe, {"text": ["a"]})
