from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techdd.changepoints import SHORTEST, Level, levels


def test_a_steady_count_has_one_level() -> None:
    counts = [20, 23, 18, 21, 19, 24, 17, 22, 20, 18, 21, 25]
    assert levels(counts) == [Level(0, 12, pytest.approx(20.67, abs=0.01))]


def test_a_fall_is_found_in_its_month() -> None:
    counts = [40, 44, 37, 41, 39, 45, 38, 42, 12, 9, 14, 11, 10, 13]
    assert [(one.start, one.end) for one in levels(counts)] == [(0, 8), (8, 14)]
    assert [one.mean for one in levels(counts)] == [40.75, 11.5]


def test_a_fall_and_a_rise_are_two_changes() -> None:
    counts = [30] * 8 + [5] * 6 + [60] * 8
    assert [(one.start, one.mean) for one in levels(counts)] == [(0, 30), (8, 5), (14, 60)]


def test_one_odd_month_is_no_level() -> None:
    counts = [20, 22, 19, 21, 18, 70, 20, 23, 19, 21, 20, 22, 18, 21]
    assert len(levels(counts)) == 1


def test_small_counts_that_waver_do_not_change() -> None:
    assert len(levels([3, 1, 4, 2, 0, 3, 5, 2, 1, 3, 2, 4, 1, 3])) == 1


def test_the_wider_the_spread_the_larger_a_change_must_be() -> None:
    even = [30, 31, 29, 30, 32, 30, 12, 13, 11, 12, 12, 13]
    wild = [60, 8, 45, 20, 5, 42, 30, 2, 25, 8, 1, 6]
    assert len(levels(even)) == 2
    assert len(levels(wild)) == 1


def test_short_histories_have_one_level_or_none() -> None:
    assert levels([]) == []
    assert levels([100, 100, 100, 1, 1, 1]) == [Level(0, 6, 50.5)]


@given(st.lists(st.integers(0, 5_000), min_size=1, max_size=60))
def test_levels_cover_every_month_once(counts: list[int]) -> None:
    found = levels(counts)
    assert [one.start for one in found] == [0, *(one.end for one in found[:-1])]
    assert found[-1].end == len(counts)
    for one in found:
        assert one.end - one.start >= min(SHORTEST, len(counts))
        assert one.mean == pytest.approx(sum(counts[one.start : one.end]) / (one.end - one.start))
