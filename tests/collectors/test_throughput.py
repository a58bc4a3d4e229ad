from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from delivery_tables import AS_OF, PEOPLE, basis, commits, metrics, note, series

from techdd.collectors.throughput import throughput


def monthly(counts: list[int], as_of: date = AS_OF, **how: Any) -> list[Any]:
    """So many changes in each month, the last of them being December 2025."""
    rows = []
    for back, count in enumerate(reversed(counts)):
        place = 2025 * 12 + 11 - back
        when = datetime(place // 12, place % 12 + 1, 9, tzinfo=UTC)
        rows += [{"authored": when, "committed": when, **how}] * count
    return list(throughput.run(as_of, commits(*rows), PEOPLE))


def test_a_fall_is_measured_with_its_month() -> None:
    found = monthly([20] * 14 + [8] * 6)
    assert metrics(found)["", "recent_fall"] == pytest.approx(0.6)
    assert metrics(found)["", "months_since_fall"] == 6
    assert basis(found, "throughput.recent_fall") == (
        "landed changes fell from 20.0 to 8.0 a month in 2025-07, over 20 whole months"
    )
    pace = series(found, "throughput")
    assert pace.rows[13:15] == (("2025-06", 20, 20.0), ("2025-07", 8, 8.0))
    changes = series(found, "change_points").rows
    assert ("landed changes", "2025-07", 20.0, 8.0, "-60%") in changes


def test_a_fall_of_two_years_ago_is_no_recent_one() -> None:
    found = monthly([40] * 10 + [10] * 24)
    assert metrics(found)["", "recent_fall"] == 0
    assert metrics(found)["", "months_since_fall"] == 24


def test_where_nothing_is_left_to_fall_no_zero_is_told() -> None:
    found = monthly([20] * 14 + [0] * 24)
    for name in ("recent_fall", "people_recent_fall"):
        assert metrics(found)["", name] is None
        assert note(found, f"throughput.{name}").endswith(" since 2024-01")


def test_work_that_ended_before_all_that_is_drawn_has_no_chart() -> None:
    assert not [one for one in monthly([5] * 3 + [0] * 70) if getattr(one, "chart", "")]


def test_a_steady_pace_has_no_fall() -> None:
    found = monthly([20, 22, 19, 21] * 6)
    assert metrics(found)["", "recent_fall"] == 0
    assert note(found, "throughput.months_since_fall") == "no fall was found in 24 whole months"
    assert series(found, "change_points").rows == ()


def test_the_month_of_the_audit_counts_only_when_it_is_over() -> None:
    found = monthly([20] * 15 + [1], as_of=date(2025, 12, 10))
    assert series(found, "throughput").rows[-1] == ("2025-11", 20, 20.0)
    assert series(monthly([20] * 15), "throughput").rows[-1][0] == "2025-12"


def test_work_that_stopped_from_a_small_level_is_not_said_to_go_on() -> None:
    found = monthly([2] * 30 + [0] * 12)
    for name, measure in (("", "landed changes"), ("people_", "active people")):
        assert metrics(found)["", f"{name}recent_fall"] is None
        assert note(found, f"throughput.{name}recent_fall").startswith(f"{measure} fell from ")
    assert note(found, "throughput.recent_fall").endswith(
        " to 0.0 a month in 2025-01; a level below 3 is too small to judge"
    )


def test_a_short_history_shows_no_level_to_fall_from() -> None:
    found = monthly([20] * 6 + [1] * 5)
    assert metrics(found)["", "recent_fall"] is None
    assert note(found, "throughput.recent_fall") == "fewer than 12 whole months of history"


def test_bots_have_no_pace() -> None:
    assert metrics(monthly([20] * 14, author="bot"))["", "recent_fall"] is None


def test_people_are_counted_apart() -> None:
    when = [datetime(2024 + n // 12, n % 12 + 1, 9, tzinfo=UTC) for n in range(24)]
    rows = [
        {"authored": one, "committed": one, "author": name}
        for n, one in enumerate(when)
        for name in (("ann", "bob", "cid") if n < 14 else ("ann",))
        for _ in range(1 if n < 14 else 3)
    ]
    found = list(throughput.run(AS_OF, commits(*rows), PEOPLE))
    assert metrics(found)["", "recent_fall"] == 0
    assert metrics(found)["", "people_recent_fall"] == pytest.approx(2 / 3)
