from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.charts import CHARTS, MOST_CATEGORIES, draw
from techdd.model import Series, Value

ROWS: tuple[tuple[Value, ...], ...] = (("2025-01", 0.5), ("2025-02", 0.25), ("2025-03", 0.125))


def a_series(
    chart: str,
    columns: tuple[str, ...] = ("month", "share of files"),
    rows: tuple[tuple[Value, ...], ...] = ROWS,
) -> Series:
    return Series("name", "A title", columns, rows, chart, "A note")


def words(svg: str | None) -> list[str]:
    assert svg is not None
    return [element.text or "" for element in ElementTree.fromstring(svg).iter() if element.text]


@pytest.mark.parametrize("chart", [name for name in CHARTS if name != "stacked"])
def test_every_chart_draws_shares_as_percentages(chart: str) -> None:
    said = words(draw(a_series(chart)))
    assert any(re.fullmatch(r"\d+%", word) for word in said), said


def test_stacked_shares_run_to_the_whole() -> None:
    series = a_series("stacked", ("repo", "low", "high"), (("a", 0.75, 0.25), ("b", 0.5, 0.5)))
    said = words(draw(series))
    assert {"a", "b", "low", "high", "0%", "100%"} <= set(said)


def test_stacked_counts_keep_their_size() -> None:
    series = a_series("stacked", ("repo", "low", "critical"), (("a", 40, 4), ("b", 1, 0)))
    said = words(draw(series))
    assert "40" in said
    assert not any(word.endswith("%") for word in said)


def test_severities_keep_their_colours_in_any_order() -> None:
    one = draw(a_series("stacked", ("repo", "critical", "unknown"), (("a", 4, 9),)))
    other = draw(a_series("stacked", ("repo", "unknown", "critical"), (("a", 9, 4),)))
    assert one is not None
    assert other is not None
    for colour in ("#7c2315", "#cfd4d9"):
        assert colour in one
        assert colour in other


def test_has_a_text_for_those_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(draw(a_series("bar")) or "")
    assert root.get("role") == "img"
    assert (root.get("aria-label") or "").startswith("A title. Columns: month, share of files.")


def test_what_was_not_measured_is_no_bar_of_zero() -> None:
    said = words(draw(a_series("bar", ("repo", "lines"), (("a", 3), ("b", None)))))
    assert "not measured" in said
    assert "3" in said


def test_many_categories_are_cut_and_counted() -> None:
    rows = tuple((f"file {n}", n) for n in range(40))
    said = words(draw(a_series("bar", ("file", "changes"), rows)))
    assert f"changes (the {MOST_CATEGORIES} largest of 40)" in said
    assert "file 39" in said
    assert "file 23" not in said


@pytest.mark.parametrize(
    "series",
    [
        a_series(""),
        a_series("pie"),
        a_series("bar", rows=()),
        a_series("bar", rows=(("a", None),)),
        a_series("bar", ("a", "b", "c"), (("x", 1, 2),)),
        a_series("bar", rows=(("a", "no number"),)),
        a_series("stacked"),
        a_series("stacked", ("repo", "low", "high"), (("a", 0, 0),)),
        a_series("stacked", ("repo", "low", "high"), (("a", 1, None),)),
        a_series("line", rows=ROWS[:1]),
        a_series("curve", rows=(("nobody", True), ("A", True))),
    ],
)
def test_what_does_not_fit_is_left_to_a_table(series: Series) -> None:
    assert draw(series) is None


def test_months_do_not_shift_with_the_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    rows = tuple((f"2024-{month:02}", month) for month in range(1, 13))
    said = words(draw(a_series("line", ("month", "commits"), rows)))
    assert said[0] == "2024" or "2024" in said
    assert "2023" not in said


def test_the_same_series_gives_the_same_picture() -> None:
    assert draw(a_series("line")) == draw(a_series("line"))


def test_two_pictures_share_no_identifier() -> None:
    one, other = a_series("line"), Series("other", "B", ("m", "n"), ROWS, "line")
    ids = [set(re.findall(r'id="([^"]+)"', draw(series) or "")) for series in (one, other)]
    assert ids[0].isdisjoint(ids[1])


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text(max_size=12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(CHARTS)),
    st.integers(1, 4).flatmap(
        lambda width: st.tuples(
            st.tuples(*[st.text(max_size=12)] * width),
            st.lists(st.tuples(*[VALUES] * width), max_size=4).map(tuple),
        )
    ),
)
def test_any_series_is_drawn_well_formed_or_left_to_a_table(
    chart: str, table: tuple[tuple[str, ...], tuple[tuple[Value, ...], ...]]
) -> None:
    columns, rows = table
    svg = draw(Series("name", "<title> & \u202e", columns, rows, chart))
    if svg is not None:
        assert ElementTree.fromstring(svg).tag.endswith("svg")
