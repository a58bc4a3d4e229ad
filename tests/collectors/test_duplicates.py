from __future__ import annotations

from datetime import date
from typing import Any

from techdd.collectors.duplicates import duplicates
from techdd.facts import Package, frame
from techdd.model import Metric, Series


def package(name: str, version: str | None, **rest: Any) -> Package:
    row = Package("npm", name, version, "", "yarn.lock", None, True, None, "runtime", "")
    return row._replace(**rest)


def ask(**rows: list[Package]) -> tuple[dict[str, Metric], Series]:
    table = frame(Package, [row for own in rows.values() for row in own])
    table.insert(0, "repo", [repo for repo, own in rows.items() for _ in own])
    found = list(duplicates.run(date(2026, 1, 1), table))
    (series,) = (one for one in found if isinstance(one, Series))
    return {one.repo: one for one in found if isinstance(one, Metric)}, series


def test_versions_side_by_side_in_one_lock_file_count() -> None:
    metrics, series = ask(
        web=[
            package("a", "1.0.0"),
            package("a", "2.0.0"),
            package("a", "2.0.0", line=9),
            package("b", "1.0.0"),
            package("b", "2.0.0", manifest="other/yarn.lock"),
            package("tool", "1.0.0", scope="development"),
            package("tool", "2.0.0", scope="development"),
            package("wish", "1.0.0", locked=False),
            package("wish", "2.0.0", locked=False),
            package("c", "1.0", ecosystem="PyPI"),
            package("c", "2.0", ecosystem="PyPI"),
        ],
        core=[
            *(package("syn", f"{n}.0.0", ecosystem="crates.io") for n in range(1, 9)),
            package("a", "1.0.0"),
            package("a", "3.0.0"),
        ],
        api=[package("flask", "1.0", ecosystem="PyPI")],
    )
    assert {repo: one.value for repo, one in metrics.items()} == {
        "": 2,
        "web": 1,
        "core": 2,
        "api": None,
    }
    assert metrics["web"].basis == "2 packages that may be shipped, in 2 lock files"
    assert metrics["api"].note == "no lock file of npm or Cargo"
    assert series.rows == (
        ("core", "syn", 8, "1.0.0, 2.0.0, 3.0.0, 4.0.0, 5.0.0, 6.0.0 and 2 more"),
        ("core", "a", 2, "1.0.0, 3.0.0"),
        ("web", "a", 2, "1.0.0, 2.0.0"),
    )


def test_the_table_is_short_and_says_so() -> None:
    rows = [package(f"p{n:02}", version) for n in range(12) for version in ("1.0.0", "2.0.0")]
    metrics, series = ask(web=rows)
    assert (metrics[""].value, len(series.rows)) == (12, 10)
    assert "The 10 of most versions of 12." in series.note


def test_nothing_locked_is_no_zero() -> None:
    metrics, series = ask()
    assert metrics[""].value is None
    assert series.rows == ()
