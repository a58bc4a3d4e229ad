from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from techdd.amounts import estimate, money, number, span
from techdd.model import Metric
from techdd.pages import (
    amount,
    anchor,
    breakable,
    cell,
    clip,
    day,
    percent,
    sentences,
    web,
)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (0.0001, "< 1%"), (0.374, "37%"), (0.9999, "> 99%"), (1, "100%")],
)
def test_percent_never_rounds_to_none_or_all(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (93_600, 306_600, "EUR 94,000–310,000"),
        (900, 900, "EUR 900"),
        (0, 1_449, "EUR 0–1,400"),
        (1_234_567, 9_876_543, "EUR 1,200,000–9,900,000"),
    ],
)
def test_money_has_two_figures(low: float, high: float, said: str) -> None:
    assert money(low, high, "EUR") == said


def test_amount_of_what_was_not_measured_is_not_zero() -> None:
    assert amount(Metric("x", None, "share")) == "not measured"
    assert amount(Metric("x", 0.0, "share")) == "0%"
    assert amount(Metric("x", 1, "people")) == "1 person"
    assert amount(Metric("x", 1, "packages")) == "1 package"
    assert amount(Metric("x", 1, "technologies")) == "1 technology"
    assert amount(Metric("x", 1, "lines of releases")) == "1 line of releases"
    assert amount(Metric("x", 1234.5, "days")) == "1,234.5 days"
    assert amount(Metric("x", 2, "people"), False) == "2"


def test_cells() -> None:
    assert cell(None) == "not measured"
    assert cell(0.43, "share of files") == "43%"
    assert cell(43, "share of files") == "43"
    assert cell(True) == "yes"
    assert cell(12_000, "lines") == "12,000"


def test_numbers_and_ranges() -> None:
    assert number(1234.0) == "1,234"
    assert number(0.41, 2) == "0.41"
    assert span(2, 5, "days") == "2–5 days"
    assert span(3, 3) == "3"


def test_dates_that_are_none_stay_as_they_are() -> None:
    assert day("2026-11-23") == "23 November 2026"
    assert day("unknown") == "unknown"


def test_sentences_are_not_cut_in_the_middle() -> None:
    assert sentences("One is short. Two is rather longer than that.", 20) == "One is short."
    assert sentences("A single sentence without an end in sight", 20).endswith("…")


@pytest.mark.parametrize(
    "reference", ["javascript:alert(1)", "file:///etc/passwd", "http:", "//x", "http://[x"]
)
def test_only_the_web_is_linked(reference: str) -> None:
    assert not web(reference)


def test_the_web_is_linked() -> None:
    assert web("https://example.com/a#b")


@given(st.text(max_size=300), st.integers(2, 80))
def test_clipped_text_fits_and_can_be_printed(text: str, length: int) -> None:
    clipped = clip(text, length)
    assert len(clipped) <= length
    assert clipped.isprintable()


@given(st.text(min_size=1, max_size=50))
def test_anchors_are_plain(name: str) -> None:
    assert all(char.isascii() and (char.isalnum() or char in "-_") for char in anchor(name))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("org.apache:commons-text 1.2.0", ["org.", "apache:", "commons-", "text 1.2.0"]),
        ("github.com/a/b v0.3.2", ["github.", "com/", "a/", "b v0.3.2"]),
        ("AbstractReplicationFactory", ["Abstract", "Replication", "Factory"]),
        ("GPL-3.0-or-later", ["GPL-3.0-", "or-", "later"]),
        ("x" * 40, ["x" * 18, "x" * 18, "xxxx"]),
        ("<b>&", ["&lt;b&gt;&amp;"]),
        ("", []),
    ],
)
def test_names_end_a_line_where_a_part_of_them_ends(name: str, parts: list[str]) -> None:
    assert str(breakable(name)) == "<wbr>".join(parts)


@given(st.text(max_size=60))
def test_what_may_be_broken_is_the_same_text(text: str) -> None:
    assert breakable(text).replace(Markup("<wbr>"), "") == escape(text)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 0, (0, 0)),
        (0.01, 0.01, (0.1, 0.1)),
        (0.26, 0.21, (0.2, 0.3)),
        (1.9, 1.1, (1.5, 1.5)),
        (3, 10, (3, 10)),
        (12.9, 12.1, (12, 13)),
        (1_299, 1_201, (1_200, 1_300)),
    ],
)
def test_a_range_is_rounded_outward(low: float, high: float, said: tuple[float, float]) -> None:
    assert estimate(low, high) == said
