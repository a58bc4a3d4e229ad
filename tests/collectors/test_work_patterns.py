from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from delivery_tables import AS_OF, PEOPLE, basis, commits, metrics, note, series

from techdd.collectors.work_patterns import work_patterns

MONDAY = datetime(2025, 12, 1, tzinfo=UTC)
TEAM = ("ann", "bob", "cid")


def worked(*times: tuple[int, int, int], offset: int = 0, back: int = 0, **how: Any) -> list[Any]:
    """Commits of a team of three: (weekday, hour in UTC, how many)."""
    rows = []
    for day, hour, count in times:
        when = MONDAY + timedelta(days=day - back, hours=hour)
        rows += [
            {"authored": when, "offset": offset, "author": TEAM[n % 3], **how} for n in range(count)
        ]
    return rows


def asked(rows: list[Any]) -> list[Any]:
    return list(work_patterns.run(AS_OF, commits(*rows), PEOPLE))


def test_weekends_and_nights() -> None:
    found = asked(worked((0, 10, 60), (1, 21, 10), (2, 22, 10), (3, 5, 5), (4, 6, 5), (5, 12, 10)))
    assert metrics(found)["", "weekend_share"] == 10 / 100
    assert metrics(found)["", "night_share"] == 15 / 100
    assert metrics(found)["api", "night_share"] == 15 / 100


@pytest.mark.parametrize(
    ("offset", "share"), [(0, 0), (-9 * 60, 1), (12 * 60, 1), (5 * 60 + 30, 0)]
)
def test_the_clock_is_the_authors_own(offset: int, share: float) -> None:
    found = asked(worked((1, 12, 120), offset=offset))
    assert metrics(found)["", "night_share"] == share


def test_a_friday_night_in_utc_can_be_a_saturday() -> None:
    assert metrics(asked(worked((4, 22, 120), offset=180)))["", "weekend_share"] == 1


def test_a_clock_that_is_not_known_tells_nothing() -> None:
    found = asked(worked((0, 10, 100)) + worked((5, 10, 50), offset=None))  # type: ignore[arg-type]
    assert metrics(found)["", "weekend_share"] == 0
    assert basis(found, "work_patterns.weekend_share").startswith("100 non-merge commits")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (worked((5, 10, 99)), "fewer than 100 commits"),
        (worked((5, 10, 200), author="ann"), "fewer than 3 people"),
        (worked((5, 10, 200), parents=2), "fewer than 100 commits"),
        (worked((5, 10, 200), back=400), "fewer than 100 commits"),
    ],
)
def test_few_commits_or_people_are_not_looked_at(rows: list[Any], why: str) -> None:
    found = asked(rows)
    assert metrics(found).get(("", "weekend_share")) is None
    assert why in note(found, "work_patterns.weekend_share")
    assert [one for one in found if not hasattr(one, "value")] == []  # nor is a week shown


def test_one_persons_hours_in_one_repository_are_not_shown() -> None:
    rows = worked((0, 10, 150)) + worked((5, 23, 120), author="ann", repo="solo")
    found = asked(rows)
    assert metrics(found)["", "weekend_share"] is not None
    assert metrics(found)["solo", "weekend_share"] is None


def test_the_change_against_the_year_before() -> None:
    before = worked((0, 10, 150), (5, 10, 50), back=371)
    found = asked(worked((0, 10, 60), (5, 10, 60)) + before)
    assert metrics(found)["", "off_hours_change"] == pytest.approx(25)
    alone = asked(worked((0, 10, 120)))
    assert (
        note(alone, "work_patterns.off_hours_change") == "the year before: fewer than 100 commits"
    )


def test_the_week_is_shown_whole() -> None:
    week = series(asked(worked((0, 10, 100), (6, 23, 20))), "working_hours")
    assert len(week.rows) == 7 * 24
    assert ("Mon", "10", 100) in week.rows
    assert ("Sun", "23", 20) in week.rows
    assert week.chart == "heatmap"
