from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import A, a_commit, git, opened, rows_of, tables_of

from techdd.collectors import trend as module
from techdd.collectors.code import code
from techdd.collectors.history import history
from techdd.collectors.trend import TrendPoint, trend, trends
from techdd.facts import Commit, File, Function, frame
from techdd.model import Issue, Metric, Series

SIMPLE = "def simple(a):\n    return a\n"
COMPLEX = "def knot(a):\n" + "".join(f"    if a == {n}:\n        return {n}\n" for n in range(12))
LONG = "def long(a, b, c, d, e):\n" + "    a += 1\n" * 70
# Day 0 is the 6th of January 2025.
TALE = [
    A({"src/a.py": SIMPLE, "tests/test_a.py": SIMPLE}),
    A({"src/b.py": COMPLEX}, day=20),
    A({"lib/c.py": LONG, "README.md": "# A\n"}, day=60),
    A({"src/b.py": SIMPLE}, day=100),
]


def points(repository: Any, **options: Any) -> tuple[list[TrendPoint], list[Issue]]:
    commits = tables_of(history.run(repository), Commit)[Commit]
    files = tables_of(code.run(repository), File)[File]
    found = list(trend.run(repository, commits, files, **options))
    rows = [one for one in found if isinstance(one, TrendPoint)]
    return rows, [one for one in found if isinstance(one, Issue)]


def test_each_month_is_measured_as_it_ended(tmp_path: Path) -> None:
    found, issues = points(opened(tmp_path, TALE))
    assert issues == []
    assert sorted(one[:1] + one[2:] for one in found) == [
        ("2025-01", "src", 27, 0, 25, 0, 0, 0, 0),
        ("2025-01", "tests", 0, 2, 0, 0, 0, 0, 0),
        ("2025-02", "src", 27, 0, 25, 0, 0, 0, 0),
        ("2025-02", "tests", 0, 2, 0, 0, 0, 0, 0),
        ("2025-03", "lib", 71, 0, 0, 0, 71, 71, 71),
        ("2025-03", "src", 27, 0, 25, 0, 0, 0, 0),
        ("2025-03", "tests", 0, 2, 0, 0, 0, 0, 0),
        ("2025-04", "lib", 71, 0, 0, 0, 71, 71, 71),
        ("2025-04", "src", 4, 0, 0, 0, 0, 0, 0),
        ("2025-04", "tests", 0, 2, 0, 0, 0, 0, 0),
    ]


def test_the_last_point_is_what_the_tree_says(tmp_path: Path) -> None:
    repository = opened(tmp_path, TALE)
    tables = tables_of(code.run(repository), File, Function)
    files, functions = rows_of(tables[File], File), rows_of(tables[Function], Function)
    last = [one for one in points(repository)[0] if one.month == "2025-04"]
    assert {one.commit for one in last} == {repository.head}
    source = [one for one in files if one.role == "source"]
    assert sum(one.code for one in last) == sum(one.code for one in source)
    long = (one.lines for one in functions if one.role == "source" and one.lines > 60)
    assert sum(one.very_long for one in last) == sum(long)


def test_months_are_as_many_as_asked_for_and_fewer_where_there_is_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = opened(tmp_path, TALE)
    assert {one.month for one in points(repository, months=1)[0]} == {"2025-03", "2025-04"}
    monkeypatch.setattr(module, "MOST_VERSIONS", 4)
    found, issues = points(repository)
    assert {one.month for one in found} == {"2025-04"}
    assert [one.reason for one in issues] == ["fewer earlier months were looked at"]


def test_a_tree_whose_files_are_missing_is_left_out_and_told(tmp_path: Path) -> None:
    repository = opened(tmp_path, TALE)
    source = tmp_path / "app.git"
    lost = git(source, "rev-parse", "main~1:src/b.py").strip()
    store = source / "objects"
    for pack in [one.rename(tmp_path / one.name) for one in store.glob("pack/*")]:
        if pack.suffix == ".pack":
            command = ["git", "-C", str(source), "unpack-objects", "-q"]
            subprocess.run(command, input=pack.read_bytes(), check=True)
    (store / lost[:2] / lost[2:]).unlink()
    found, issues = points(repository)
    assert {one.month for one in found} == {"2025-04"}
    assert len([one for one in issues if one.transient]) == 3


def _row(month: str, code: int, complex_: int, component: str = "src") -> TrendPoint:
    return TrendPoint(month, "c" * 40, component, code, 10, complex_, 0, 0, 0, 0)


def _answers(
    rows: dict[str, list[TrendPoint]], begun: dict[str, str] | None = None
) -> Iterator[Any]:
    """What the probe says where repositories begin with their first point, or in `begun`."""
    import pandas as pd

    tables = [frame(TrendPoint, some).assign(repo=repo) for repo, some in rows.items()]
    firsts = {repo: (begun or {}).get(repo, some[0].month) for repo, some in rows.items()}
    commits = [
        frame(Commit, [a_commit("a", committed=datetime.fromisoformat(f"{month}-01T00:00:00Z"))])
        .assign(repo=repo)
        for repo, month in firsts.items()
    ]  # fmt: skip
    return trends.run(
        date(2025, 6, 1),
        pd.concat(tables, ignore_index=True),
        pd.concat(commits, ignore_index=True),
    )


def test_growth_is_against_a_year_before_and_a_repository_that_rests_stays_as_it_was() -> None:
    found = list(
        _answers(
            {
                "busy": [_row("2024-05", 2_000, 200), _row("2025-05", 4_000, 800)],
                "rests": [_row("2024-04", 1_000, 100), _row("2024-05", 1_000, 100)],
            }
        )
    )
    metrics = {(one.name, one.repo): one for one in found if isinstance(one, Metric)}
    assert metrics["trend.code_12m", "busy"].value == 1.0
    assert "measured code lines in" in metrics["trend.code_12m", "busy"].basis
    assert metrics["trend.complex_12m", "busy"].value == pytest.approx(10.0)
    assert metrics["trend.code_12m", ""].value == pytest.approx(5_000 / 3_000 - 1)
    assert metrics["trend.complex_12m", ""].value == pytest.approx(100 * (900 / 5_000 - 0.1))
    assert metrics["trend.code_12m", "rests"].value is None
    assert "a year before" in metrics["trend.code_12m", "rests"].note
    series = {one.name: one for one in found if isinstance(one, Series)}
    assert series["trend_size"].rows[-1] == ("2025-05", 5_000, 20)
    assert series["trend_components"].rows == (("busy: src", 2_000, 4_000, 0.1, 0.2),)


def test_a_repository_does_not_grow_out_of_nothing_where_its_months_begin() -> None:
    old = [_row("2022-01", 3_000, 0), _row("2023-01", 3_000, 0), _row("2023-02", 3_000, 0)]
    large = [_row(month, 90_000, 0) for month in ("2022-12", "2023-01", "2023-02")]
    found = _answers({"old": old, "large": large}, {"large": "2015-01"})
    rows = next(one for one in found if isinstance(one, Series) and one.name == "trend_size").rows
    assert rows == (
        ("2022-12", 93_000, 20),
        ("2023-01", 93_000, 20),
        ("2023-02", 93_000, 20),
    )
    born = _answers({"old": old, "large": large}, {"large": "2022-12"})
    rows = next(one for one in born if isinstance(one, Series) and one.name == "trend_size").rows
    assert rows[0] == ("2022-01", 3_000, 10)


def test_a_component_without_code_a_year_ago_has_no_share_of_then() -> None:
    found = _answers({"api": [_row("2024-05", 0, 0), _row("2025-05", 2_000, 200)]})
    (table,) = [one for one in found if isinstance(one, Series) and one.name == "trend_components"]
    assert table.rows == (("src", 0, 2_000, None, 0.1),)


def test_little_code_has_no_trend() -> None:
    found = _answers({"a": [_row("2024-05", 100, 50), _row("2025-05", 200, 0)]})
    assert {one.value for one in found if isinstance(one, Metric)} == {None}


def test_without_points_nothing_is_claimed() -> None:
    found = list(
        trends.run(
            date(2025, 6, 1), *(frame(one, []).assign(repo=[]) for one in (TrendPoint, Commit))
        )
    )
    assert {one.value for one in found if isinstance(one, Metric)} == {None}
    assert not [one for one in found if isinstance(one, Series)]
