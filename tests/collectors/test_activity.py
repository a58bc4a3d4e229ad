from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_commit

from techdd.collectors.activity import activity
from techdd.facts import Commit, Person, frame
from techdd.model import Metric, Observation, Series

AS_OF = date(2025, 12, 31)


def answers(*commits: tuple[str, str, int]) -> list[Any]:
    """What `activity` says of (repository, person, days before the audit) commits."""
    end = datetime(2025, 12, 31, 12, tzinfo=UTC)
    rows = [
        a_commit(f"{n}", author=who, authored=end - timedelta(days=ago), committed=end)
        for n, (_, who, ago) in enumerate(commits)
    ]
    table = frame(Commit, rows)
    table.insert(0, "repo", [repo for repo, _, _ in commits])
    people = {who: Person(who, who, who, f"{who}@corp.io", who == "bot") for _, who, _ in commits}
    known = frame(Person, list(people.values()))
    return list(activity.run(AS_OF, table, known))


def metrics(found: list[Any], repo: str = "") -> dict[str, float | None]:
    return {
        one.name.partition(".")[2]: one.value
        for one in found
        if isinstance(one, Metric) and one.repo == repo
    }


def test_activity_counts_people_and_leaves_bots_out() -> None:
    found = answers(
        ("api", "ann", 0), ("api", "ann", 80), ("api", "ben", 100), ("api", "bot", 1),
        ("web", "cy", 200), ("web", "cy", 300), ("web", "cy", 400),
    )  # fmt: skip
    assert metrics(found) == {
        "active_people": 1,
        "commits_90d": 2,
        "commits_12m": 5,
        "days_since_last": 0,
        "trend": 3 / 2,
    }
    assert metrics(found, "web") == {
        "active_people": 0,
        "commits_90d": 0,
        "commits_12m": 2,
        "days_since_last": 200,
        "trend": 0,
    }


def test_nothing_to_compare_with_is_not_zero() -> None:
    found = answers(("api", "ann", 10))
    assert metrics(found)["trend"] is None
    empty = answers()
    assert metrics(empty) == {
        "active_people": 0,
        "commits_90d": 0,
        "commits_12m": 0,
        "trend": None,
    }


@pytest.mark.parametrize(
    ("ago", "rules"),
    [
        ([1, 100, 200], []),
        ([400], [("abandoned-repository", {"last": "2024-11-26", "months": 13, "commits": 1})]),
        (
            [10, 300],
            [("resumed-repository",
              {"gap_months": 10, "resumed": "2025-12-21", "who": "the same people"})],
        ),
        ([10, 270], []),
        ([10, *range(100, 900, 100), 2_000], []),  # long over
        ([380, 999], [("abandoned-repository", {"last": "2024-12-16", "months": 12, "commits": 2})])
    ],
)  # fmt: skip
def test_long_silences_are_observed(ago: list[int], rules: list[tuple[str, Any]]) -> None:
    found = [
        one for one in answers(*(("api", "ann", n) for n in ago)) if isinstance(one, Observation)
    ]
    assert [(one.rule, one.values) for one in found] == rules
    assert {one.repo for one in found} <= {"api"}


def test_the_series_has_36_months_with_their_gaps() -> None:
    (series,) = [
        one for one in answers(("api", "ann", 0), ("api", "ben", 5)) if isinstance(one, Series)
    ]
    assert len(series.rows) == 36
    assert series.rows[0] == ("2023-01", 0, 0)
    assert series.rows[-2:] == (("2025-11", 0, 0), ("2025-12", 2, 2))
