from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from builders import a_change, a_commit

from techdd.collectors.hotspots import churn, hotspots
from techdd.facts import Change, Commit, File, Function, frame
from techdd.model import Location, Metric, Observation, Series

AS_OF = date(2025, 12, 31)
END = datetime(2025, 12, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_numbers_will_do(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "few" not in request.node.name:
        monkeypatch.setattr("techdd.collectors.hotspots.FEWEST", 1)


def table(fact: Any, rows: list[Any], repo: str = "api") -> Any:
    made = frame(fact, rows)
    made.insert(0, "repo", repo)
    return made


def asked(
    touched: dict[str, int],
    complexity: dict[str, int],
    *,
    ago: int = 1,
    tests: tuple[str, ...] = (),
    inline: tuple[str, ...] = (),
) -> list[Any]:
    """`hotspots` of files with so many changes each, and so much complexity."""
    when = END - timedelta(days=ago)
    commits = [
        a_commit(f"{n}", authored=when, committed=when)
        for n in range(max(touched.values(), default=0))
    ]
    changes = [a_change(f"{n}", path) for path, times in touched.items() for n in range(times)]
    files = [File(p, "b", 9, "Go", "source", 9, 7, 0, "lizard", ".") for p in complexity]
    files += [File(p, "b", 9, "Go", "test", 9, 7, 0, "lizard", ".") for p in tests]
    functions = [
        Function(p, ".", "source", "Go", "f", 1, 9, 7, 0, half, 1, 1)
        for p, whole in complexity.items()
        for half in (whole - whole // 2, whole // 2)
    ]
    functions += [Function(p, ".", "test", "Go", "tests.f", 1, 9, 7, 0, 99, 1, 1) for p in inline]
    return list(
        hotspots.run(
            AS_OF, table(Commit, commits), table(Change, changes), table(File, files),
            table(Function, functions),
        )
    )  # fmt: skip


def shares(found: list[Any]) -> dict[str, float | None]:
    return {one.repo: one.value for one in found if isinstance(one, Metric)}


def test_the_share_of_changes_in_the_most_complex_files() -> None:
    complexity = {f"{n}.go": 10 for n in range(39)} | {"big.go": 90}
    found = asked({"big.go": 3, "1.go": 5, "2.go": 4}, complexity)
    assert shares(found) == {"": 3 / 12 + 0 / 12, "api": 3 / 12}
    assert found[0].basis == "12 changes to source files in the last 12 months"


def test_five_percent_of_forty_files_are_two() -> None:
    complexity = {f"{n}.go": n for n in range(40)}
    assert shares(asked({"39.go": 1, "38.go": 2, "37.go": 7}, complexity))[""] == 3 / 10


def test_a_few_changes_are_no_share() -> None:
    found = asked({"a.go": 9}, {"a.go": 30})
    assert shares(found) == {"": None, "api": None}
    assert found[0].note == "fewer than 10 changes in the last 12 months"
    assert shares(asked({"a.go": 10}, {"a.go": 30})) == {"": 1.0, "api": 1.0}


def test_the_hottest_come_first() -> None:
    found = asked({"a.go": 3, "b.go": 9, "c.go": 9}, {"a.go": 30, "b.go": 10, "c.go": 0, "d.go": 9})
    (series,) = [one for one in found if isinstance(one, Series) and not one.chart]
    assert series.rows == (("api", "a.go", 3, 30, 7), ("api", "b.go", 9, 10, 7))


def test_old_changes_do_not_count() -> None:
    found = asked({"a.go": 9}, {"a.go": 30}, ago=366)
    assert shares(found) == {"": None, "api": None}
    assert found[0].note == "fewer than 1 changes in the last 12 months"


def test_a_hotspot_that_no_test_is_named_after_is_observed() -> None:
    touched, complexity = {"pay.go": 5, "ui.go": 5, "io.go": 5, "cold.go": 4}, {}
    complexity = dict.fromkeys(touched, 10)
    found = asked(touched, complexity, tests=("test/PayTest.go",))
    assert [one for one in found if isinstance(one, Observation)] == []
    found = asked(touched, complexity, tests=("test/other.go",))
    assert [one for one in found if isinstance(one, Observation)] == [
        Observation(
            "untested-hotspot", "api", "pay.go", (Location("pay.go"),),
            {"path": "pay.go", "changes": 5, "complexity": 10},
        )
    ]  # fmt: skip


def test_tests_in_the_file_itself_are_tests_and_no_complexity() -> None:
    found = asked({"a.rs": 5, "index.js": 5}, {"a.rs": 10, "index.js": 10}, inline=("a.rs",))
    assert [one for one in found if isinstance(one, Observation)] == []
    (series,) = [one for one in found if isinstance(one, Series) and not one.chart]
    assert {row[1]: row[3] for row in series.rows} == {"a.rs": 10, "index.js": 10}


def test_the_complex_files_of_all_are_those_of_each_repository() -> None:
    when = END - timedelta(days=1)
    commit = a_commit("1", authored=when, committed=when)
    change = a_change("1", "x.go")
    tables = [table(Commit, [commit]), table(Change, [change])]
    parts = [
        (
            table(File, [File("x.go", "b", 9, "Go", "source", 9, 7, 0, "lizard", ".")], repo),
            table(
                Function, [Function("x.go", ".", "source", "Go", "f", 1, 9, 7, 0, n, 1, 1)], repo
            ),
        )
        for repo, n in (("api", 5), ("quiet", 90))
    ]
    files, functions = (pd.concat(one, ignore_index=True) for one in zip(*parts, strict=True))
    found = list(hotspots.run(AS_OF, *tables, files, functions))
    assert shares(found) == {"": 1.0, "api": 1.0, "quiet": None}


def test_nothing_to_look_at_is_not_measured() -> None:
    assert shares(asked({}, {})) == {"": None}


def churned(
    lines: list[tuple[int, int, int]], *, code: int = 200, role: str = "source"
) -> list[Any]:
    """`churn` of (days ago, added, deleted) in one file of so many code lines."""
    commits, changes = [], []
    for n, (ago, added, deleted) in enumerate(lines):
        when = END - timedelta(days=ago)
        commits.append(a_commit(f"{n}", number=len(lines) - n, authored=when, committed=when))
        changes.append(a_change(f"{n}", "a.go", added=added, deleted=deleted))
    file = File("a.go", "b", 9, "Go", role, 9, code, 0, "lizard", ".")
    return list(
        churn.run(AS_OF, table(Commit, commits), table(Change, changes), table(File, [file]))
    )


def test_churn_is_what_was_written_in_a_year_by_what_stands() -> None:
    found = churned([(1, 60, 40), (200, 100, 0), (400, 900, 0)])
    assert shares(found) == {"": 1.0, "api": 1.0}
    assert found[0].basis == "200 lines added or deleted in 12 months, 200 code lines today"
    (series,) = [one for one in found if isinstance(one, Series)]
    assert series.rows[-1] == ("2025-12", 60, 40)
    assert sum(row[1] for row in series.rows) == 1060
    assert len(series.rows) == 24


def test_tests_and_very_small_code_have_no_churn() -> None:
    assert shares(churned([(1, 60, 40)], role="test")) == {"": None}
    assert shares(churned([(1, 60, 40)], code=99)) == {"": None, "api": None}


def test_a_renamed_file_keeps_its_changes() -> None:
    when = END - timedelta(days=3)
    commits = [a_commit(f"{n}", number=n, authored=when, committed=when) for n in range(3)]
    changes = [
        a_change("0", "old.go"),
        a_change("1", "new.go", old_path="old.go", status="R"),
        a_change("2", "new.go"),
    ]
    file = File("new.go", "b", 9, "Go", "source", 9, 7, 0, "lizard", ".")
    function = Function("new.go", ".", "source", "Go", "f", 1, 9, 7, 0, 5, 1, 1)
    found = list(
        hotspots.run(
            AS_OF, table(Commit, commits), table(Change, changes), table(File, [file]),
            table(Function, [function]),
        )
    )  # fmt: skip
    (series,) = [one for one in found if isinstance(one, Series) and not one.chart]
    assert series.rows == (("api", "new.go", 3, 5, 7),)
    assert {one.chart for one in found if isinstance(one, Series)} == {"", "scatter", "treemap"}
