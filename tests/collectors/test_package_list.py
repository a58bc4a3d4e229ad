from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from techdd.collectors._updates import AdvisoryCoverage, Vulnerability
from techdd.collectors.package_list import package_list
from techdd.depsdev import PackageFact
from techdd.facts import Package, frame
from techdd.model import Series

DAY = date(2026, 11, 23)


def package(name: str, version: str | None = "1.0.0", **more: Any) -> Package:
    fields: dict[str, Any] = {
        "ecosystem": "npm", "requirement": "", "manifest": "package-lock.json", "line": 7,
        "locked": True, "direct": None, "scope": "runtime", "licence": "",
    }  # fmt: skip
    return Package(name=name, version=version, **(fields | more))


def flaw(name: str, severity: str, ecosystem: str = "npm") -> Vulnerability:
    return Vulnerability(
        ecosystem, name, "1.0.0", "package-lock.json", 7, "runtime", None, f"CVE-{severity}", "",
        severity, None, "", "", "", "osv", "", False, None,
    )  # fmt: skip


def listed(
    *packages: Package,
    flaws: Iterable[Vulnerability] = (),
    checked: int = 0,
    versions: int = 0,
) -> list[dict[str, Any]]:
    coverage = AdvisoryCoverage("npm", versions, checked, 0, 10, "2026-11-20", "", "")
    tables = [
        frame(kind, rows).assign(repo="web")
        for kind, rows in (
            (Package, packages), (PackageFact, ()), (Vulnerability, flaws),
            (AdvisoryCoverage, [coverage] if versions else []),
        )
    ]  # fmt: skip
    (series,) = package_list.run(DAY, *tables)
    assert isinstance(series, Series)
    assert series.full  # too long to print
    return [dict(zip(series.columns, row, strict=True)) for row in series.rows]


def test_each_version_is_a_row_with_where_it_is_named() -> None:
    rows = listed(
        package("left-pad", licence="MIT", direct=True, requirement="^1.0"),
        package("left-pad", manifest="b/package-lock.json", scope="development"),
        package("left-pad", version="2.0.0"),
    )
    assert [(row["package"], row["version"]) for row in rows] == [
        ("left-pad", "1.0.0"), ("left-pad", "2.0.0"),
    ]  # fmt: skip
    first = rows[0]
    assert (first["licence"], first["what it asks for"]) == ("MIT", "permissive")
    assert (first["scope"], first["direct"], first["asked for"]) == (
        "runtime, development", True, "^1.0",
    )  # fmt: skip
    assert first["named in"] == "b/package-lock.json, package-lock.json"


def test_what_is_not_known_is_said_to_be_so() -> None:
    ranged, bare = listed(package("a", None, requirement=">=2"), package("b", None))
    assert (ranged["version"], bare["version"]) == ("a range only", "not told")
    assert (ranged["direct"], ranged["licence"]) == ("not told", "not stated")
    assert ranged["known vulnerabilities, worst"] == "not checked"


def test_no_known_vulnerability_is_none_only_where_all_was_checked() -> None:
    column = "known vulnerabilities, worst"
    flaws = [flaw("bad", "low"), flaw("bad", "critical"), flaw("other", "high", "PyPI")]
    packages = (package("bad"), package("good"))
    for checked, expected in (
        (0, "not checked"), (1, "none known, or not checked"), (2, "none known"),
    ):  # fmt: skip
        rows = listed(*packages, flaws=flaws, checked=checked, versions=2)
        assert [row[column] for row in rows] == ["critical", expected]


def test_of_no_package_there_is_no_row() -> None:
    assert listed() == []


def test_tables_are_as_they_were() -> None:
    table = frame(Package, [package("a", None)]).assign(repo="web")
    rest = [frame(one, ()).assign(repo="web") for one in (PackageFact, Vulnerability)]
    list(package_list.run(DAY, table, *rest, frame(AdvisoryCoverage, ()).assign(repo="web")))
    assert table["version"].isna().all()
    assert isinstance(table, pd.DataFrame)
