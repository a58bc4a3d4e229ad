from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from techdd.collectors.lookalikes import imitated, lookalikes
from techdd.facts import Package, frame
from techdd.model import Location, Metric, Observation


def package(name: str, **rest: Any) -> Package:
    row = Package("npm", name, "1.0.0", "", "yarn.lock", 4, True, None, "runtime", "")
    return row._replace(**rest)


def ask(*rows: Package) -> tuple[dict[str, Metric], list[Observation]]:
    table = frame(Package, list(rows))
    table.insert(0, "repo", "web")
    found = list(lookalikes.run(date(2026, 1, 1), table))
    metrics = {one.repo: one for one in found if isinstance(one, Metric)}
    return metrics, [one for one in found if isinstance(one, Observation)]


@pytest.mark.parametrize(
    ("ecosystem", "name", "known"),
    [
        ("npm", "lodahs", "lodash"),  # swapped
        ("npm", "expres", "express"),  # less
        ("npm", "react-domm", "react-dom"),  # more
        ("npm", "crossenv", "cross-env"),  # the incident of 2017
        ("PyPI", "djanga", "django"),  # other
        ("PyPI", "Python.DateUtils", "python-dateutil"),
        ("PyPI", "urlib3", "urllib3"),
    ],
)
def test_one_slip_from_a_well_known_name_is_named(ecosystem: str, name: str, known: str) -> None:
    assert imitated(ecosystem, name) == known


@pytest.mark.parametrize(
    ("ecosystem", "name"),
    [
        ("npm", "lodash"),
        ("npm", "lodash-es"),
        ("npm", "preact"),  # well-known itself
        ("npm", "@acme/express-tools"),
        ("npm", "is-blub"),
        ("npm", "elasticsearch7"),
        ("PyPI", "elasticsearch6"),  # a version
        ("PyPI", "tango"),  # short
        ("PyPI", "fjango"),  # the first letter
        ("PyPI", "dajgno"),  # two slips
        ("PyPI", ""),
    ],
)
def test_other_names_are_not(ecosystem: str, name: str) -> None:
    assert imitated(ecosystem, name) == ""


def test_each_repository_counts_and_each_place_is_told() -> None:
    metrics, observed = ask(
        package("lodahs"),
        package("lodahs", manifest="package.json", line=None),
        package("express"),
        package("serdee", ecosystem="crates.io"),
    )
    assert (metrics[""].value, metrics["web"].value) == (1, 1)
    assert metrics["web"].basis == "2 packages of npm and PyPI, development's included"
    (one,) = observed
    assert one.locations == (Location("package.json", None), Location("yarn.lock", 4))
    assert one.values == {"package": "lodahs", "ecosystem": "npm", "known": "lodash"}


def test_without_packages_of_these_two_nothing_is_counted() -> None:
    metrics, observed = ask(package("serdee", ecosystem="crates.io"))
    assert metrics["web"].value is None and metrics["web"].note == "no package of npm or PyPI"
    assert not observed
