from __future__ import annotations

from datetime import date
from typing import Any

from techdd.collectors.bill_agreement import bill_agreement
from techdd.facts import Package, frame
from techdd.model import Metric, Observation, Series
from techdd.text import PLACE_TOKEN

DAY = date(2026, 1, 1)


def package(repo: str, name: str, version: str | None, manifest: str, **more: Any) -> Any:
    fields: dict[str, Any] = {
        "ecosystem": "PyPI", "requirement": "", "line": None, "locked": True, "direct": None,
        "scope": "runtime", "licence": "",
    }  # fmt: skip
    return repo, Package(name=name, version=version, manifest=manifest, **(fields | more))


def answers(*rows: Any) -> tuple[Metric, list[Observation], Series]:
    table = frame(Package, [row for _, row in rows])
    table.insert(0, "repo", [repo for repo, _ in rows])
    metric, *observed, series = list(bill_agreement.run(DAY, table))
    assert isinstance(metric, Metric)
    assert isinstance(series, Series)
    return metric, [one for one in observed if isinstance(one, Observation)], series


LOCK = (
    package("api", "Flask", "3.0", "poetry.lock"),
    package("api", "click", "8.1", "poetry.lock"),
    package("api", "jinja2", "3.1", "poetry.lock"),
    package("api", "pytest", "8.0", "poetry.lock", scope="development"),
)


def test_a_bill_beside_lock_files_is_held_against_them() -> None:
    metric, (seen,), series = answers(
        *LOCK,
        package("api", "flask", "3.0", "bom.json"),
        package("api", "click", "7.0", "bom.json"),
        package("api", "gone", "1", "bom.json"),
        package("api", "left-pad", "1", "bom.json", ecosystem="npm"),  # nothing to compare with
    )
    assert (metric.value, metric.basis) == (3, "1 bills compared with lock files")
    assert series.rows == (("api: bom.json", "the lock files beside it", 1, 1, 1, 1),)
    assert (seen.rule, seen.repo, seen.key) == ("bill-out-of-step", "api", "bom.json")
    assert PLACE_TOKEN.sub(r"\2", str(seen.values["told"])) == (
        "1 in another version (click 7.0 for 8.1); 1 in the bill only (gone 1); "
        "1 in the lock files only (jinja2 3.1)"
    )


def test_a_bill_that_was_handed_in_alone_is_held_against_the_other_repositories() -> None:
    metric, observed, series = answers(
        *LOCK,
        package("web", "x", "1.0.0", "package-lock.json", ecosystem="npm"),
        package("shop", "flask", "3.0", "shop.cdx.json"),
        package("shop", "click", "8.1", "shop.cdx.json"),
        package("shop", "jinja2", "3.1", "shop.cdx.json"),
    )
    assert (metric.value, observed) == (0, [])
    assert series.rows == (("shop: shop.cdx.json", "the lock files of api", 3, 0, 0, 0),)


def test_without_lock_files_or_bills_nothing_is_compared() -> None:
    for rows in (LOCK, [package("shop", "flask", "3.0", "bom.json")], []):
        metric, observed, series = answers(*rows)
        assert (metric.value, observed, series.rows) == (None, [], ())
        assert metric.note == "no bill of materials stands beside a lock file"


def test_versions_with_and_without_a_v_are_the_same() -> None:
    go = {"ecosystem": "Go"}
    metric, _, _ = answers(
        package("api", "example.org/x", "v1.2.0", "go.mod", **go),
        package("api", "example.org/x", "1.2.0", "bom.json", **go),
    )
    assert metric.value == 0
