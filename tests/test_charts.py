from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.charts import CHARTS, MOST_CATEGORIES, draw
from techdd.charts.areas import Box, squarified
from techdd.charts.layering import ROW, layer_of, ordered, path_of
from techdd.charts.layers import MOST_PARTS
from techdd.model import Series, Value

ROWS: tuple[tuple[Value, ...], ...] = (("2025-01", 0.5), ("2025-02", 0.25), ("2025-03", 0.125))


def a_series(
    chart: str,
    columns: tuple[str, ...] = ("month", "share of files"),
    rows: tuple[tuple[Value, ...], ...] = ROWS,
) -> Series:
    return Series("name", "A title", columns, rows, chart, "A note")


FITTING = {
    **{chart: a_series(chart) for chart in ("area", "bar", "curve", "line")},
    "dumbbell": a_series("dumbbell", ("domain", "share then", "share now"), (("a", 0.5, 0.25),)),
    "heatmap": a_series("heatmap", ("day", "hour", "share"), (("Mon", 9, 0.5), ("Tue", 10, 0.25))),
    "layers": a_series(
        "layers",
        ("from", "to", "share", "lines of from", "lines of to", "in a circle"),
        (("a", "b", 0.5, 10, 20, "no"), ("b", "c", 0.25, 20, 5, "yes")),
    ),
    "matrix": a_series("matrix", ("from", "to", "share"), (("a", "b", 0.5), ("b", "a", 0.25))),
    "parts": a_series("parts", ("component", "new", "old"), (("a", 0.75, 0.25),)),
    "points": a_series(
        "points", ("month", "share", "mark"), (("2025-01", 0.5, None), ("2025-02", 0.1, "down"))
    ),
    "ranges": a_series("ranges", ("kind", "share from", "to"), (("a", 0.5, 0.75),)),
    "scatter": a_series("scatter", ("file", "share", "n"), (("a.py", 0.5, 3), ("b.py", 0.2, 9))),
    "stacked": a_series("stacked", ("repo", "low", "high"), (("a", 0.75, 0.25),)),
    "timeline": a_series(
        "timeline", ("person", "from", "to", "share"), (("A", "2024-02", "2025-03-01", 0.5),)
    ),
    "treemap": a_series("treemap", ("part", "lines", "share"), (("a", 30, 0.5), ("b", 10, 0.1))),
}


def words(svg: str | None) -> list[str]:
    assert svg is not None
    return [element.text or "" for element in ElementTree.fromstring(svg).iter() if element.text]


def test_every_chart_is_tried_here() -> None:
    assert set(FITTING) == set(CHARTS)


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_draws_shares_as_percentages(chart: str) -> None:
    said = words(draw(FITTING[chart]))
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


def test_a_heatmap_puts_numbers_in_order_and_leaves_unknown_cells_empty() -> None:
    rows = (("Tue", 10, 4), ("Mon", 9, 7), ("Mon", 10, None))
    said = words(draw(a_series("heatmap", ("day", "hour", "commits"), rows)))
    assert [word for word in said if word in ("9", "10", "Tue", "Mon")] == ["9", "10", "Tue", "Mon"]
    assert "7" in said
    assert "null" not in said


def test_a_grid_with_many_columns_has_shades_without_figures() -> None:
    rows = tuple(("row", f"{n}", 1_000_001 + n) for n in range(40))
    said = words(draw(a_series("heatmap", ("a", "b", "commits"), rows)))
    assert not [word for word in said if word.startswith("1,000,0") and word != "1,000,000"]
    assert draw(a_series("heatmap", ("a", "b", "c"), (*rows, ("row", "40", 1)))) is None


def test_shades_are_steps_with_round_bounds() -> None:
    rows = (("Mon", 1, 0), ("Tue", 2, 87))
    said = words(draw(a_series("heatmap", ("day", "hour", "commits"), rows)))
    assert {"20", "40", "60", "80"} <= set(said)


def test_a_legend_of_long_names_goes_over_several_rows() -> None:
    names = tuple(f"a rather long name of a part, number {n}" for n in range(4))
    svg = draw(a_series("stacked", ("repo", *names), (("a", 1, 2, 3, 4),)))
    places = re.findall(r'role="legend-symbol"|translate\(0,(\d+)\)', svg or "")
    assert set(names) <= set(words(svg))
    assert len(places) > 4


def test_a_matrix_numbers_its_parts_and_keeps_those_with_most() -> None:
    rows = tuple((f"p{n}", f"p{n + 1}", n) for n in range(30))
    said = words(draw(a_series("matrix", ("part", "part", "shared"), rows)))
    assert "p30 · 16" in said
    assert "part (rows), part (columns), the 16 with most of 31" in said
    assert not [word for word in said if word.startswith("p3 ")]
    assert draw(a_series("matrix", ("part", "part", "n"), (("a", "a", 3),))) is None


def test_a_dumbbell_shows_both_ends_and_what_is_known_of_one() -> None:
    rows = (("Security", 40, 62), ("Team", 55, 30), ("Data", None, 20), ("Product", None, None))
    said = words(draw(a_series("dumbbell", ("domain", "score then", "score now"), rows)))
    assert {"Security", "40 → 62", "55 → 30", "Data", "score then", "score now", "100"} <= set(said)
    assert "Product" not in said
    assert not [word for word in said if "null" in word]
    assert draw(a_series("dumbbell", ("domain", "then", "now"), (("a", "b", 1),))) is None


def test_a_treemap_fills_its_box_in_proportion() -> None:
    boxes = squarified([6, 6, 4, 3, 2, 2, 1], Box(0, 0, 600, 400))  # the example of the paper
    assert [round(box.width * box.height) for box in boxes] == [
        60_000, 60_000, 40_000, 30_000, 20_000, 20_000, 10_000,
    ]  # fmt: skip
    assert boxes[0] == Box(0, 0, 300, 200)
    assert max(box.x + box.width for box in boxes) == pytest.approx(600)
    assert max(box.y + box.height for box in boxes) == pytest.approx(400)


def test_a_treemap_writes_no_name_that_does_not_fit() -> None:
    long = "a/very/long/path/that/goes/on/and/on/for/ever/and/ever/and/yet/does/not/end/at/all.py"
    rows = ((long, 900, 1), (f"{long}x", 100, 2), ("b" * 80, 50, None))
    said = words(draw(a_series("treemap", ("file", "code lines", "changes"), rows)))
    assert long in said
    assert "all.pyx" in said
    assert not [word for word in said if "bbb" in word]


def test_a_name_wider_than_its_tile_is_written_in_lines() -> None:
    rows = tuple((f"routing-planner-{n:03}", 10, n % 4) for n in range(40))
    said = words(draw(a_series("treemap", ("repository", "code lines", "findings"), rows)))
    assert {"routing-", "planner-"} <= {word.strip() for word in said}
    narrow = tuple(("n" * 30 + f"-{n}", 10, n % 4) for n in range(40))
    said = words(draw(a_series("treemap", ("repository", "code lines", "findings"), narrow)))
    assert not [word for word in said if "nnn" in word]


@pytest.mark.parametrize(("size", "turned"), [(10, False), (1, True)])
def test_a_name_longer_than_its_tile_is_wide_runs_downwards(size: int, turned: bool) -> None:
    rows = (("large", 10, 1), ("unbreakable", size, 1))
    svg = draw(a_series("treemap", ("repository", "code lines", "findings"), rows))
    assert svg
    assert bool(re.search(r"rotate\(90\)[^>]*>unbreakable<", svg)) is turned
    assert "unbreakable" in words(svg)


def test_small_tiles_are_drawn_as_one() -> None:
    rows = tuple((f"{n % 2}", f"f{n}", 10, n) for n in range(600))
    said = words(draw(a_series("treemap", ("part", "file", "lines", "changes"), rows)))
    assert "300 smaller" in said


def test_a_scatter_names_the_outermost_points_only() -> None:
    rows = tuple((f"src/file{n}.py", n % 9, (n * 7) % 40, n) for n in range(200))
    said = words(draw(a_series("scatter", ("file", "changes", "complexity", "lines"), rows)))
    named = [word for word in said if word.endswith(".py")]
    assert 1 <= len(named) <= 8
    assert {"changes", "complexity", "lines"} <= set(said)


def test_what_lies_far_apart_is_drawn_on_a_logarithmic_scale() -> None:
    rows = (("a", 1, 1), ("b", 10, 2), ("c", 9_000, 3))
    said = words(draw(a_series("scatter", ("file", "changes", "complexity"), rows)))
    assert {"1", "10", "100", "1,000"} <= set(said)


def test_a_timeline_keeps_a_row_for_each_name_and_counts_what_is_cut() -> None:
    rows = tuple((f"P{n % 40}", "2020-01", f"2021-{1 + n % 9:02}") for n in range(80))
    said = words(draw(a_series("timeline", ("person", "from", "to"), rows)))
    assert said.count("P3") == 1
    assert "the first 30 of 40" in said
    assert "P35" not in said


def test_marks_of_change_stand_on_the_line() -> None:
    rows = tuple((f"2024-{m:02}", m, "fewer" if m == 9 else None) for m in range(1, 13))
    assert "fewer" in words(draw(a_series("points", ("month", "commits", "mark"), rows)))
    none = tuple((month, value, None) for month, value, _ in rows)
    assert draw(a_series("points", ("month", "commits", "mark"), none)) is not None


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
        a_series("heatmap", ("a", "b", "c"), (("x", "y", "no number"),)),
        a_series("points", ("m", "n", "mark"), (("2025-01", 1, 7), ("2025-02", 1, 7))),
        a_series("scatter", ("f", "x", "y"), (("a", 1, 2),)),
        a_series("scatter", ("f", "x", "y"), (("a", 1, None), ("b", 1, 2))),
        a_series("timeline", ("p", "from", "to"), (("a", "2024", None),)),
        a_series("treemap", ("f", "lines", "n"), (("a", 0, 1),)),
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


def test_ranges_write_both_ends_without_needless_decimals() -> None:
    rows: tuple[tuple[Value, ...], ...] = (("Long functions", 5.5, 24.0), ("Copies", 230, 1500))
    said = words(draw(a_series("ranges", ("kind", "days from", "to"), rows)))
    assert {"5.5–24", "230–1,500", "days"} <= set(said)
    assert draw(a_series("ranges", ("kind", "days from", "to"), (("a", None, 2),))) is None


# --- layers ---------------------------------------------------------------------------------------


def test_parts_stand_below_what_imports_them_and_a_circle_opens_at_its_lightest() -> None:
    weight = {("app", "core"): 9.0, ("core", "util"): 5.0, ("app", "util"): 2.0,
              ("util", "app"): 1.0}  # fmt: skip
    assert layer_of(["app", "core", "util"], weight) == {"app": 0, "core": 1, "util": 2}


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcdefghijk"), st.sampled_from("abcdefghijk")).filter(
            lambda pair: pair[0] != pair[1]
        ),
        st.floats(0.1, 1e6),
        min_size=1,
        max_size=40,
    )
)
@settings(max_examples=60)
def test_a_layout_places_every_part_and_arrow_once(weight: dict[tuple[str, str], float]) -> None:
    parts = sorted({name for arrow in weight for name in arrow} | {"alone"})
    layer = layer_of(parts, weight)
    rows = ordered(parts, weight, layer)
    assert sorted(item for row in rows for item in row if isinstance(item, str)) == parts
    assert all(sum(isinstance(item, str) for item in row) <= ROW for row in rows)
    for arrow in weight:
        assert layer[arrow[0]] != layer[arrow[1]]
        assert len(path_of(arrow, layer)) == abs(layer[arrow[0]] - layer[arrow[1]]) + 1
    turned = dict(reversed(weight.items()))
    assert layer == layer_of(parts, turned)
    assert rows == ordered(parts, turned, layer)


def test_what_is_not_drawn_is_counted() -> None:
    columns = ("from", "to", "statements", "lines", "lines of to", "in a circle")
    rows = tuple((f"p{i:02}", "base", 5, 10, 1_000, "no") for i in range(MOST_PARTS + 2))
    said = words(draw(a_series("layers", columns, rows)))
    assert "and 3 more components and 3 more arrows, which are not drawn" in said
    assert "base" in said
    assert "1,000 lines" in said
