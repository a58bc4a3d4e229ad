from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from builders import a_change, a_commit

from techdd.collectors._tests_named import TestNames
from techdd.collectors.hotspots import churn, hotspots
from techdd.coverage import Coverage
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
    covered: dict[str, float] | None = None,
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
    told = [Coverage(p, int(100 * s), 100, "r", False) for p, s in (covered or {}).items()]
    return list(
        hotspots.run(
            AS_OF, table(Commit, commits), table(Change, changes), table(File, files),
            table(Function, functions), table(Coverage, told),
        )
    )  # fmt: skip


def shares(found: list[Any]) -> dict[str, float | None]:
    return {
        one.repo: one.value
        for one in found
        if isinstance(one, Metric) and one.name in ("hotspots.top_share", "churn.relative_12m")
    }


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
    (series,) = [one for one in found if isinstance(one, Series) and one.name == "hotspots"]
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
            {"path": "pay.go", "changes": 5, "complexity": 10,
             "told": "no test file was found that is named after it"},
        )
    ]  # fmt: skip


def test_tests_in_the_file_itself_are_tests_and_no_complexity() -> None:
    found = asked({"a.rs": 5, "index.js": 5}, {"a.rs": 10, "index.js": 10}, inline=("a.rs",))
    assert [one for one in found if isinstance(one, Observation)] == []
    (series,) = [one for one in found if isinstance(one, Series) and one.name == "hotspots"]
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
    told = table(Coverage, [])
    found = list(hotspots.run(AS_OF, *tables, files, functions, told))
    assert shares(found) == {"": 1.0, "api": 1.0, "quiet": None}


def test_nothing_to_look_at_is_not_measured() -> None:
    assert shares(asked({}, {})) == {"": None}


def untested(found: list[Any]) -> tuple[float | None, list[Any]]:
    """(share, rows of the exhibit)"""
    (share,) = (
        one.value
        for one in found
        if isinstance(one, Metric) and one.name == "hotspots.untested_share" and not one.repo
    )
    return share, [row for one in found if isinstance(one, Series)
                   and one.name == "untested_hotspots" for row in one.rows]  # fmt: skip


def test_hotspots_without_tests_are_a_plan() -> None:
    names = ("cart", "pay", "user_profile", "order", "stock")
    touched = {f"{name}.py": 9 - number for number, name in enumerate(names)}
    complexity = dict.fromkeys(touched, 10)
    found = asked(touched, complexity, tests=("t/UserProfileTest.java", "t/cart_test.py"))
    share, rows = untested(found)
    assert share == 3 / 5
    assert rows == [
        ("api", f"{name}.py", changes, 10, 7, None, "none named after it")
        for name, changes in (("pay", 8), ("order", 6), ("stock", 5))
    ]


def test_a_report_on_coverage_counts_before_the_names_of_tests() -> None:
    touched = dict.fromkeys(("a1.py", "pay.py", "order.py", "index.js", "cart.py"), 5)
    told = {"a1.py": 0.49, "pay.py": 0.5, "index.js": 0.1}
    found = asked(touched, dict.fromkeys(touched, 10), tests=("test_order.py",), covered=told)
    share, rows = untested(found)
    assert share == 3 / 5
    assert [(row[1], row[5]) for row in rows] == [
        ("a1.py", 0.49), ("cart.py", None), ("index.js", 0.1),
    ]  # fmt: skip
    (first,) = (one for one in found if isinstance(one, Observation) and one.key == "a1.py")
    assert first.values["told"] == "the coverage reports tell that tests run 49% of its lines"


def test_a_share_of_few_hot_files_is_none() -> None:
    found = asked({"pay.py": 5}, {"pay.py": 10})
    assert untested(found) == (None, [("api", "pay.py", 5, 10, 7, None, "none named after it")])


@pytest.mark.parametrize(
    ("path", "test", "named"),
    [
        ("src/user_profile.py", "tests/test_user_profile.py", True),
        ("src/UserProfile.java", "src/test/java/a/UserProfileTests.java", True),
        ("src/user-profile.ts", "src/user-profile.spec.ts", True),
        ("src/pay.service.ts", "src/pay.service.spec.ts", True),
        ("pkg/pay.go", "pkg/pay_test.go", True),
        ("app/order.rb", "spec/order/create_spec.rb", True),
        ("src/HTTPServer.kt", "test/HttpServerTest.kt", True),
        ("models/cables.py", "tests/test_cable.py", True),
        ("models/cable.py", "tests/test_cables.py", True),
        ("src/api.py", "tests/test_apiary.py", False),
        ("src/order.py", "order/deep/er/test_a.py", False),
        ("src/index.ts", "src/index.spec.ts", None),
        ("src/db.py", "tests/test_db.py", None),
    ],
)
def test_tests_are_named_after_what_they_test(path: str, test: str, named: bool | None) -> None:
    assert TestNames([test]).after(path) is named


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
            table(Function, [function]), table(Coverage, []),
        )
    )  # fmt: skip
    (series,) = [one for one in found if isinstance(one, Series) and one.name == "hotspots"]
    assert series.rows == (("api", "new.go", 3, 5, 7),)
    assert {one.chart for one in found if isinstance(one, Series)} == {"", "scatter", "treemap"}
