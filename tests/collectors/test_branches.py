from __future__ import annotations

from typing import Any

import pytest
from delivery_tables import AS_OF, PEOPLE, basis, commits, metrics, note, series

from techdd.collectors.branches import branches


@pytest.fixture(autouse=True)
def _small_numbers_will_do(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "few" not in request.node.name:
        monkeypatch.setattr("techdd.counting.FEWEST", 1)


def asked(*rows: dict[str, Any]) -> list[Any]:
    return list(branches.run(AS_OF, commits(*rows), PEOPLE))


def branch(number: int, begun: float, merged: float, **how: Any) -> list[dict[str, Any]]:
    """A merge as commit `number`, and its branch of two commits."""
    merge = {"parents": 2, "ago": merged, "subject": "Merge branch 'rates'", **how}
    inner = {"landed": f"{number}", "author": how.get("author", "ann")}
    return [merge, {**inner, "ago": begun}, {**inner, "ago": merged + 0.5}]


def test_how_long_branches_wait_and_how_large_they_are() -> None:
    found = asked(
        *branch(0, 20, 10), *branch(3, 36, 30), {"ago": 5}, {"ago": 4, "review": "pull request"}
    )
    values = metrics(found)
    assert values["", "merge_share"] == 2 / 4
    assert values["", "direct_share"] == 1 / 4
    assert values["", "commits_median"] == 2
    assert values["api", "days_to_merge_median"] == 8
    assert values["api", "days_to_merge_p90"] == pytest.approx(9.6)


def test_merges_of_a_line_and_branches_of_bots_wait_for_nobody() -> None:
    line = branch(0, 200, 10, subject="Merge branch '2.x'")
    by_bot = {"parents": 2, "ago": 9, "subject": "Merge pull request #1 from bump"}
    found = asked(*line, by_bot, {"landed": "3", "ago": 50, "author": "bot"}, *branch(5, 11, 10))
    assert metrics(found)["", "days_to_merge_median"] == 1
    assert basis(found, "branches.days_to_merge_median").startswith("1 branches merged")


def test_a_branch_begun_long_before_the_year_keeps_its_whole_wait() -> None:
    found = asked(*branch(0, 900, 300))
    assert metrics(found)["", "days_to_merge_median"] == 600


def test_ways_and_waits_by_quarter() -> None:
    rows = [row for n in range(5) for row in branch(3 * n, 12, 10)]
    found = asked(*rows, {"ago": 100}, {"ago": 100, "subject": "Merge 2.x", "parents": 2})
    ways, waits = series(found, "landings"), series(found, "time_to_merge")
    assert ways.rows[-2:] == (("2025 Q3", 0, 0, 1, 1), ("2025 Q4", 0, 5, 0, 0))
    assert waits.rows[-2:] == (("2025 Q3", 0, None, None), ("2025 Q4", 5, 2.0, 2.0))
    assert "Squash and rebase hide" in waits.note


def test_few_merges_are_not_measured() -> None:
    found = asked(*branch(0, 20, 10))
    assert set(metrics(found).values()) == {None}
    assert "fewer than 10 branches" in note(found, "branches.days_to_merge_median")
    assert series(found, "time_to_merge").rows == ()
