"""What people write as an answer, as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techdd import replies
from techdd.checklists import Figure
from techdd.model import Grade
from techdd.replies import Standpoint


@pytest.mark.parametrize(
    "text",
    ["3", " 3 ", "3.0", "3,00", "level 3", "Level 3", "3 - defined", "3: defined", "3) defined",
     "3/4", "3.", "**3**", "3 (defined)"],
)  # fmt: skip
def test_a_level_is_understood(text: str) -> None:
    assert replies.standpoint(text) == Standpoint(3)


@pytest.mark.parametrize("text", ["n/a", "N.A.", "Not applicable", "n", "not  applicable."])
def test_not_applicable_is_understood(text: str) -> None:
    assert replies.standpoint(text) == Standpoint(applicable=False)


@pytest.mark.parametrize("text", ["don't know", "Don’t know", "unknown", "u"])
def test_not_known_is_understood(text: str) -> None:
    assert replies.standpoint(text) == Standpoint()


@pytest.mark.parametrize(
    "text", ["5", "-1", "3.5", "33", "3-4", "3 - 4", "2/3", "٣", "three", "", "3 or 4", "1e0"]
)
def test_what_could_mean_another_thing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no level: 0 to 4"):
        replies.standpoint(text)


@given(st.text())
def test_whatever_is_written_is_a_level_or_a_plain_mistake(text: str) -> None:
    try:
        replies.standpoint(text)
    except ValueError as error:
        assert str(error).isprintable()


@pytest.mark.parametrize(
    ("text", "value"),
    [("4", 4.0), ("4.5 hours", 4.5), ("4,5", 4.5), ("1 hour", 1.0), ("-2", -2.0), ("1e3", 1000.0),
     ("1,000,000", 1e6), ("12,345.5", 12345.5), ("4 HOURS", 4.0)],
)  # fmt: skip
def test_a_number_may_carry_its_unit(text: str, value: float) -> None:
    assert replies.figure(Figure(key="rto", ask="?", unit="hours"), text) == value


@pytest.mark.parametrize("text", ["soon", "4 days", "nan", "inf", "1_0", "", "1,2,3", "0x10"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no number of hours"):
        replies.figure(Figure(key="rto", ask="?", unit="hours"), text)


def test_a_number_that_can_be_read_in_two_ways_is_refused() -> None:
    with pytest.raises(ValueError, match="can be read in two ways"):
        replies.figure(Figure(key="cost", ask="?"), "1,000")


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_is_read_as_it_is_written(value: float) -> None:
    assert replies.figure(Figure(key="n", ask="?"), replies.written(value)) == pytest.approx(value)


@pytest.mark.parametrize("text", ["31.03.2026", "2026-3-1", "2026-02-30", "46000", "2026"])
def test_a_day_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no date such as|there is no day"):
        replies.figure(Figure(key="d", ask="?", kind="date"), text)


def test_choices_and_texts() -> None:
    choice = Figure(key="c", ask="?", kind="choice", choices=("SaaS", "On site"))
    assert replies.figure(choice, " on  site") == "On site"
    with pytest.raises(ValueError, match="'cloud' is none of: SaaS, On site"):
        replies.figure(choice, "cloud")
    assert replies.figure(Figure(key="t", ask="?", kind="text"), " a  b ") == "a b"


def test_grades_and_confidence() -> None:
    assert [replies.grade(text) for text in ("said", "2", "Sampled", "3.0")] == [
        Grade.STATED, Grade.SHOWN, Grade.SAMPLED, Grade.SAMPLED,
    ]  # fmt: skip
    for text in ("4", "measured", "0", "none"):  # nobody can claim to have measured
        with pytest.raises(ValueError, match="is none of: stated, shown, sampled"):
            replies.grade(text)
    assert [replies.confidence(text) for text in ("l", "High", "medium")] == [
        "low", "high", "medium",
    ]  # fmt: skip


def test_a_text_that_is_too_long_for_a_figure_is_told() -> None:
    asked = Figure(key="words", ask="In your words?", kind="text")
    assert replies.figure(asked, "x" * 200) == "x" * 200
    with pytest.raises(ValueError, match="longer than 200 characters; write it as a note"):
        replies.figure(asked, "x" * 201)
