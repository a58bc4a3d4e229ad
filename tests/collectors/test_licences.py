from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techdd.collectors.licences import CATEGORIES, classify, licences
from techdd.depsdev import PackageFact
from techdd.facts import Package, frame
from techdd.model import Location, Metric, Observation, Series

TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("stated", "spdx", "category"),
    [
        ("MIT", "MIT", "permissive"),
        ("The MIT License", "MIT", "permissive"),
        ("Apache 2", "Apache-2.0", "permissive"),
        ("Apache License, Version 2.0", "Apache-2.0", "permissive"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0", "permissive"),
        ("BSD", "BSD", "permissive"),
        ("CC0-1.0", "CC0-1.0", "permissive"),
        ("MPL-2.0", "MPL-2.0", "weak copyleft"),
        ("LGPLv3+", "LGPL-3.0-or-later", "weak copyleft"),
        ("GPL-3.0", "GPL-3.0-only", "strong copyleft"),
        ("GPLv2+", "GPL-2.0-or-later", "strong copyleft"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", None, "weak copyleft"),
        ("GPL-2.0-with-classpath-exception", None, "weak copyleft"),
        ("GPL-2.0-only WITH Made-up-exception", None, "strong copyleft"),
        ("AGPL-3.0", "AGPL-3.0-only", "network copyleft"),
        ("SSPL-1.0", "SSPL-1.0", "network copyleft"),
        ("OSL-3.0", "OSL-3.0", "network copyleft"),
        ("BUSL-1.1", "BUSL-1.1", "restricted use"),
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0", "restricted use"),
        ("UNLICENSED", "UNLICENSED", "restricted use"),
        ("(MIT OR GPL-3.0)", "MIT OR GPL-3.0-only", "permissive"),
        ("MIT AND GPL-3.0-only", "MIT AND GPL-3.0-only", "strong copyleft"),
        ("MIT AND (LGPL-2.1-only OR GPL-2.0-only)", None, "weak copyleft"),
        ("MIT AND Own-Terms", None, "unknown"),
        ("GPL-2.0-only AND Own-Terms", None, "strong copyleft"),
        ("GPL-2.0-only OR Own-Terms", None, "strong copyleft"),
        ("", "", "unknown"),
        ("SEE LICENSE IN LICENSE.txt", "SEE LICENSE IN LICENSE.txt", "unknown"),
        ("https://example.com/licence", "https://example.com/licence", "unknown"),
        ("MIT OR " * 100, None, "unknown"),
        ("BSD-3-Clause; MIT", "BSD-3-Clause; MIT", "permissive"),
        ("AGPL-3.0; MIT", "AGPL-3.0; MIT", "unknown"),
        ("((((", "((((", "unknown"),
    ],
)
def test_classify(stated: str, spdx: str | None, category: str) -> None:
    name, found = classify(stated)
    assert found == category
    assert spdx is None or name == spdx


WORDS = st.lists(st.sampled_from(["MIT", "GPL-2.0", "Own", "AND", "OR", "WITH", "(", ")", "/"]))


@given(st.text(max_size=80) | WORDS.map(" ".join))
def test_whatever_is_stated_has_a_category(stated: str) -> None:
    assert classify(stated)[1] in CATEGORIES


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
    *rows: tuple[str, Package], facts: Iterable[PackageFact] = ()
) -> tuple[dict[tuple[str, str], Any], list[Any]]:
    found = list(licences.run(TODAY, table(*rows), frame(PackageFact, facts).assign(repo="web")))
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
        ("licences.unknown_share", ""): pytest.approx(1 / 6),
        ("licences.strong_copyleft", "web"): 2,
        ("licences.weak_copyleft", "web"): 1,
        ("licences.unknown_share", "web"): 0.0,
        ("licences.strong_copyleft", "api"): 1,
        ("licences.weak_copyleft", "api"): 0,
        ("licences.unknown_share", "api"): 0.5,
    }
    assert metrics["licences.strong_copyleft", ""].basis == (
        "licence known for 5 of 6 packages that may be shipped"
    )
    observations = [one for one in others if isinstance(one, Observation)]
    assert [(one.rule, one.repo, one.key) for one in observations] == [
        ("network-copyleft-package", "api", "npm:served"),
        ("copyleft-package", "web", "npm:bound"),
    ]
    assert observations[1].values == {
        "package": "bound",
        "version": "1.0.0, 1.1.0",
        "licence": "GPL-3.0-only",
        "scope": "runtime",
    }
    assert observations[1].locations == (
        Location("b/package-lock.json", 7),
        Location("package-lock.json", 9),
    )
    series, counsel = [one for one in others if isinstance(one, Series)]
    assert counsel.rows == (
        ("AGPL-3.0-only", "network copyleft", 1, "served 1.0.0"),
        ("GPL-3.0-only", "strong copyleft", 2, "bound 1.0.0, bound 1.1.0"),
        ("not stated", "unknown", 1, "silent 1.0.0"),
        ("MPL-2.0", "weak copyleft", 1, "open 1.0.0"),
        ("MIT", "permissive", 1, "free 1.0.0"),
    )
    assert {row[0]: row[1:] for row in series.rows} == {
        "permissive": (1, 0),
        "weak copyleft": (1, 0),
        "unknown": (1, 0),
        "restricted use": (0, 0),
        "strong copyleft": (2, 1),
        "network copyleft": (1, 0),
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

    metrics, (series, _, bound, _) = answers(
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
