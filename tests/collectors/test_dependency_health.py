from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from techdd.charts import draw
from techdd.collectors.dependency_health import NOBODY_SAYS, NOT_ASKED, dependency_health
from techdd.depsdev import PackageFact, PackageLookup
from techdd.facts import Package, frame
from techdd.model import Location, Metric, Observation, Series

TODAY = date(2026, 1, 1)


def package(name: str, version: str | None = "1.0.0", **rest: Any) -> Package:
    row = Package("npm", name, version, "", "lock.json", 3, True, True, "runtime", "")
    return row._replace(**rest)


def day(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def fact(
    name: str, published: str, newest: str, last: str = "", deprecated: bool | None = False
) -> PackageFact:
    dates = (day(newest), day(last or newest))
    return PackageFact("npm", name, "1.0.0", day(published), "9.0.0", *dates, deprecated, "")


def ask(
    packages: Iterable[Package],
    facts: Iterable[PackageFact] = (),
    lookups: Iterable[PackageLookup] = (PackageLookup("deps.dev", 3, 1),),
) -> tuple[dict[str, Metric], list[Observation], dict[str, Series]]:
    tables = (
        frame(kind, rows).assign(repo="web")
        for kind, rows in ((Package, packages), (PackageFact, facts), (PackageLookup, lookups))
    )
    found = list(dependency_health.run(TODAY, *tables))
    return (
        {one.name.split(".")[1]: one for one in found if isinstance(one, Metric) and not one.repo},
        [one for one in found if isinstance(one, Observation)],
        {one.name: one for one in found if isinstance(one, Series)},
    )


def values(metrics: dict[str, Metric]) -> dict[str, float | None]:
    return {name: metric.value for name, metric in metrics.items()}


def notes(metrics: dict[str, Metric]) -> set[str]:
    """Why there is no number, but for the one that nobody can give."""
    nobody = metrics["single_maintainer"]
    assert (nobody.value, nobody.note) == (None, NOBODY_SAYS)
    return {one.note for one in metrics.values() if one is not nobody}


def test_nothing_is_measured_where_nobody_asked() -> None:
    metrics, observations, series = ask([package("a")], lookups=())
    assert set(values(metrics).values()) == {None}
    assert notes(metrics) == {NOT_ASKED}
    assert not observations and not series


def test_libyears_count_direct_packages_that_may_be_shipped() -> None:
    metrics, _, series = ask(
        [
            package("late"),
            package("new"),
            package("ahead", scope="unknown"),
            package("undated"),
            package("deep", direct=False),
            package("unsaid", direct=None),
            package("tool", scope="development"),
            package("wish", None),
            package("node", "20", ecosystem="Docker"),
        ],
        [
            fact("late", "2020-01-01", "2024-01-01"),
            fact("new", "2025-06-01", "2025-06-01"),
            fact("ahead", "2025-06-01", "2025-01-01"),
            fact("undated", "", "2025-01-01"),
            fact("deep", "2000-01-01", "2025-01-01"),
            fact("unsaid", "2000-01-01", "2025-01-01"),
            fact("tool", "2000-01-01", "2025-01-01"),
        ],
    )
    assert metrics["libyears"].value == pytest.approx(4.0, abs=0.01)
    assert metrics["libyears_median"].value == 0.0
    assert metrics["libyears"].basis == "dates of 3 of 4 direct packages that may be shipped"
    assert metrics["behind_share"].value is None
    assert metrics["behind_share"].note == "fewer than 10 packages with dates"
    ages = series["package_ages"]
    assert ages.rows == (("ahead", 0.59, 0.0), ("late", 6.0, 4.0), ("new", 0.59, 0.0))
    assert draw(ages)
    assert series["packages_behind"].rows == (
        ("late", "1.0.0", "2020-01-01", "9.0.0", "2024-01-01", 4.0, "2024-01-01"),
    )
    assert "names and versions of 3 packages, 1 private ones" in series["packages_behind"].note


def test_a_package_rests_after_24_months_without_any_release() -> None:
    names = [f"p{number}" for number in range(10)]
    last = ["2023-12-31", "2024-01-02", *["2025-12-01"] * 8]
    metrics, _, _ = ask(
        [package(name) for name in names],
        [
            fact(name, "2020-01-01", "2020-01-01", one)
            for name, one in zip(names, last, strict=True)
        ],
    )
    assert (metrics["unmaintained"].value, metrics["unmaintained_share"].value) == (1, 0.1)
    assert metrics["behind_share"].value == 0.0


def test_the_table_holds_the_ten_furthest_behind() -> None:
    names = [f"p{number:02}" for number in range(12)]
    metrics, _, series = ask(
        [package(name) for name in names],
        [fact(name, f"20{12 + at}-01-01", "2024-01-01") for at, name in enumerate(names)],
    )
    rows = series["packages_behind"].rows
    assert [row[0] for row in rows] == names[:10]
    assert series["packages_behind"].note.endswith("The furthest 10 of 12.")
    assert metrics["behind_share"].value == pytest.approx(10 / 12)


def test_a_deprecated_version_is_counted_however_deep_and_observed_where_it_was_chosen() -> None:
    metrics, observations, _ = ask(
        [
            package("chosen", line=9),
            package("chosen", manifest="a/lock.json"),
            package("deep", direct=False),
            package("unsaid"),
            package("fine"),
        ],
        [
            fact("chosen", "2020-01-01", "2021-01-01", deprecated=True)._replace(reason="Use b"),
            fact("deep", "2020-01-01", "2021-01-01", deprecated=True),
            fact("unsaid", "2020-01-01", "2021-01-01", deprecated=None),
            fact("fine", "2020-01-01", "2021-01-01"),
        ],
    )
    assert metrics["deprecated"].value == 2
    assert metrics["deprecated"].basis == "stated of 3 of 4 packages that may be shipped"
    (one,) = observations
    assert (one.rule, one.repo, one.key) == ("deprecated-package", "web", "npm:chosen@1.0.0")
    assert one.locations == (Location("a/lock.json", 3), Location("lock.json", 9))
    assert one.values == {
        "package": "chosen",
        "version": "1.0.0",
        "ecosystem": "npm",
        "latest": "9.0.0",
        "reason": ' The notice reads: "Use b".',
    }


def test_no_answer_is_no_zero() -> None:
    metrics, _, series = ask([package("a")])
    assert set(values(metrics).values()) == {None}
    assert notes(metrics) == {"the service said nothing of them"}
    assert series["packages_behind"].rows == series["package_ages"].rows == ()
    metrics, _, _ = ask([])
    assert notes(metrics) == {"no such package in a known version"}
