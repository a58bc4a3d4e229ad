from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pytest
from licence_tables import a_licence, deliveries, of, policy

from techdd.collectors.licences import licences
from techdd.depsdev import PackageFact
from techdd.facts import Package, frame
from techdd.licensing import Declaration, LicenceFile
from techdd.model import Location, Metric, Observation, Series
from techdd.text import PLACE_TOKEN, without_places

TODAY = date(2026, 1, 1)


def table(*rows: tuple[str, Package]) -> Any:
    packages = frame(Package, [row for _, row in rows])
    packages.insert(0, "repo", [repo for repo, _ in rows])
    return packages


def package(name: str, licence: str, scope: str = "runtime", **more: Any) -> Package:
    fields: dict[str, Any] = {
        "ecosystem": "npm", "version": "1.0.0", "requirement": "", "line": 7, "locked": True,
        "manifest": "package-lock.json", "direct": True,
    }  # fmt: skip
    return Package(name=name, licence=licence, scope=scope, **(fields | more))


def answers(
    *rows: tuple[str, Package],
    facts: Iterable[PackageFact] = (),
    delivered: Mapping[str, str] | None = None,
    files: Iterable[tuple[str, LicenceFile]] = (),
) -> tuple[dict[tuple[str, str], Any], list[Any]]:
    looked_up = frame(PackageFact, facts).assign(repo="web")
    tables = (of(LicenceFile, files), of(Declaration, []), deliveries(delivered or {}), policy())
    found = list(licences.run(TODAY, table(*rows), looked_up, *tables))
    metrics = {(m.name, m.repo): m for m in found if isinstance(m, Metric)}
    return metrics, [one for one in found if not isinstance(one, Metric)]


def test_metrics_count_what_may_be_shipped() -> None:
    metrics, others = answers(
        ("web", package("free", "MIT")),
        ("web", package("bound", "GPL-3.0", line=9)),
        ("web", package("bound", "GPL-3.0", version="1.1.0", manifest="b/package-lock.json")),
        ("web", package("tool", "GPL-3.0", scope="development")),
        ("web", package("open", "MPL-2.0", scope="unknown")),
        ("api", package("served", "AGPL-3.0-only")),
        ("api", package("silent", "")),
        ("api", package("debian", "", ecosystem="Docker", manifest="Dockerfile")),
    )
    values = {key: metric.value for key, metric in metrics.items()}
    assert values == {
        ("licences.strong_copyleft", ""): 3,
        ("licences.weak_copyleft", ""): 1,
        ("licences.restricted", ""): 0,
        ("licences.unknown_share", ""): pytest.approx(1 / 6),
        ("licences.strong_copyleft", "web"): 2,
        ("licences.weak_copyleft", "web"): 1,
        ("licences.restricted", "web"): 0,
        ("licences.unknown_share", "web"): 0.0,
        ("licences.strong_copyleft", "api"): 1,
        ("licences.weak_copyleft", "api"): 0,
        ("licences.restricted", "api"): 0,
        ("licences.unknown_share", "api"): 0.5,
    }
    assert metrics["licences.strong_copyleft", ""].basis == (
        "2 strong copyleft and 1 network copyleft; "
        "licence known for 5 of 6 packages that may be shipped"
    )
    observations = [one for one in others if isinstance(one, Observation)]
    assert [(one.rule, one.repo, one.key) for one in observations] == [
        ("network-copyleft-package", "api", "npm:served"),
        ("copyleft-package", "web", "npm:bound"),
        ("weak-copyleft", "web", "packages weak copyleft"),
    ]
    told = observations[1].values.pop("told")  # type: ignore[attr-defined]
    assert str(told).startswith("How the product is delivered was not stated. By the policy it")
    assert observations[1].values == {
        "package": "bound",
        "version": "1.0.0, 1.1.0",
        "licence": "GPL-3.0-only",
        "scope": "runtime",
        "severity": "high",
        "verdict": "forbidden",
    }
    assert observations[1].locations == (
        Location("b/package-lock.json", 7),
        Location("package-lock.json", 9),
    )
    series, counsel = [one for one in others if isinstance(one, Series)]
    assert counsel.columns[3:7] == ("saas", "distributed", "embedded", "internal")
    forbidden, review, allowed = "forbidden", "review", "allowed"
    assert tuple((*row[:-1], PLACE_TOKEN.sub(r"\2", row[-1])) for row in counsel.rows) == (
        ("AGPL-3.0-only", "network copyleft", 1, forbidden, forbidden, forbidden, review,
         "served 1.0.0"),
        ("GPL-3.0-only", "strong copyleft", 2, review, forbidden, forbidden, allowed,
         "bound 1.0.0, bound 1.1.0"),
        ("not stated", "unknown", 1, review, review, review, review, "silent 1.0.0"),
        ("MPL-2.0", "weak copyleft", 1, allowed, review, review, allowed, "open 1.0.0"),
        ("MIT", "permissive", 1, allowed, allowed, allowed, allowed, "free 1.0.0"),
    )  # fmt: skip
    assert [without_places(row[-1]) for row in counsel.rows] == [
        "served", "bound, bound", "Names withheld", "open", "free",
    ]  # fmt: skip
    assert {row[0]: row[1:] for row in series.rows} == {
        "permissive": (1, 0),
        "weak copyleft": (1, 0),
        "unknown": (1, 0),
        "proprietary": (0, 0),
        "source-available": (0, 0),
        "strong copyleft": (2, 1),
        "network copyleft": (1, 0),
        "restricted use": (0, 0),
        "noncommercial": (0, 0),
    }


def test_no_stated_licence_is_not_clean() -> None:
    metrics, _ = answers(("api", package("flask", "", ecosystem="PyPI", line=None)))
    for name in ("licences.strong_copyleft", "licences.weak_copyleft"):
        assert metrics[name, ""].value is None
        assert metrics[name, ""].note == "no licence is stated in the audited files"
    assert metrics["licences.unknown_share", ""].value == 1.0


def test_no_packages_at_all() -> None:
    metrics, _ = answers()
    assert {metric.value for metric in metrics.values()} == {None}


def test_a_licence_from_deps_dev_fills_in_and_never_overrules() -> None:
    def looked_up(name: str, licence: str) -> PackageFact:
        return PackageFact("npm", name, "1.0.0", None, "", None, None, None, licence)

    metrics, (series, _, _, bound) = answers(
        ("web", package("stated", "MIT")),
        ("web", package("silent", "")),
        ("api", package("silent", "", line=None)),
        ("web", package("other", "", version="2.0.0")),
        ("web", package("odd", "")),
        facts=[
            looked_up("stated", "GPL-3.0-only"),
            looked_up("silent", "AGPL-3.0-only"),
            looked_up("other", "MIT"),
            looked_up("odd", "non-standard"),
        ],
    )
    copyleft, unknown = (
        metrics[f"licences.{name}", ""] for name in ("strong_copyleft", "unknown_share")
    )
    assert (copyleft.value, unknown.value, unknown.note) == (1, 0.5, "unknown, not clean")
    assert copyleft.basis == (
        "licence known for 2 of 4 packages that may be shipped, 1 of them from deps.dev"
    )
    assert metrics["licences.strong_copyleft", "api"].value == 1
    assert (bound.key, bound.values["licence"]) == ("npm:silent", "AGPL-3.0-only")
    assert "deps.dev is asked, here for 3." in series.note


GPL, SSPL = package("bound", "GPL-2.0-only"), package("db", "SSPL-1.0")


@pytest.mark.parametrize(
    ("delivery", "severity", "verdict"),
    [
        ("", "high", "forbidden"),  # the graver of a service and a delivery to customers
        ("saas", "medium", "review"),
        ("distributed", "high", "forbidden"),
        ("embedded", "high", "forbidden"),
    ],
)
def test_the_severity_follows_from_the_policy(delivery: str, severity: str, verdict: str) -> None:
    _, others = answers(("web", GPL), delivered={"web": delivery})
    (bound,) = [one for one in others if isinstance(one, Observation)]
    assert (bound.rule, bound.values["severity"]) == ("copyleft-package", severity)
    assert bound.values["verdict"] == verdict


@pytest.mark.parametrize("delivery", ["", "saas", "distributed", "embedded", "internal"])
def test_what_permits_no_commercial_use_is_a_finding_however_it_is_delivered(delivery: str) -> None:
    metrics, others = answers(
        ("app", package("icons", "CC-BY-NC-SA-4.0")),
        ("app", package("json", "JSON")),
        delivered={"app": delivery},
    )
    found = {one.rule: one.values for one in others if isinstance(one, Observation)}
    assert found["noncommercial-package"]["verdict"] == "forbidden"
    assert "no commercial use" in str(found["noncommercial-package"]["told"])
    assert found["restricted-use-packages"]["verdict"] == "review"
    assert metrics["licences.restricted", ""].value == 2
    basis = metrics["licences.restricted", ""].basis
    assert basis.startswith("1 restricted use and 1 noncommercial; licence known for 2 of 2")


def test_what_the_policy_allows_is_no_finding() -> None:
    packages = [("web", GPL), ("web", package("open", "MPL-2.0"))]
    _, others = answers(*packages, delivered={"web": "internal"})
    assert [one for one in others if isinstance(one, Observation)] == []


def test_source_available_and_proprietary_packages() -> None:
    metrics, others = answers(
        ("web", SSPL), ("web", package("own", "UNLICENSED")), delivered={"web": "saas"}
    )
    assert metrics["licences.restricted", "web"].value == 2
    db, own = [one for one in others if isinstance(one, Observation)]
    assert (db.rule, db.values["severity"]) == ("source-available-package", "high")
    assert (own.rule, own.values["severity"]) == ("proprietary-packages", "low")
    assert str(db.values["told"]).startswith("The product is delivered as a service: SSPL-1.0, ")
    assert PLACE_TOKEN.sub(r"\2", own.values["what"]) == "packages such as own 1.0.0"
    # What no public registry has can be taken there by whoever knows its name.
    assert without_places(own.values["what"]) == "packages such as names withheld"


def test_a_product_under_the_same_copyleft_is_not_bound_by_it_but_may_clash() -> None:
    rows = [
        ("web", GPL),
        ("web", package("later", "GPL-3.0-only")),
        ("web", package("apache", "Apache-2.0")),
    ]
    own = [("web", a_licence("COPYING", "GPL-2.0-only"))]
    _, others = answers(*rows, files=own, delivered={"web": "distributed"})
    found = [one for one in others if isinstance(one, Observation)]
    assert [(one.rule, one.values["licence"], one.values["severity"]) for one in found] == [
        ("licence-conflict", "Apache-2.0", "medium"),
        ("licence-conflict", "GPL-3.0-only", "medium"),
    ]
    # The text of the GPL alone leaves later versions open, under which both would fit.
    _, others = answers(*rows, files=[("web", a_licence("COPYING", "GPL-2.0"))])
    assert [one for one in others if isinstance(one, Observation)] == []
