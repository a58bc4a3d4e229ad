"""Numbers then and now: what is noise, which answers changed, what cannot be compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders import an_item
from hypothesis import given
from hypothesis import strategies as st
from two_audits import (
    NEW_COMMIT,
    OLD_COMMIT,
    VERSIONS,
    a_find,
    a_report,
    a_run,
    a_scope,
    between,
)

from techdd.comparison.measures import differs
from techdd.model import Issue, Metric, Outcome, Rating, Score, Status


def a_metric(value: float | None, unit: str = "share", basis: str = "", **changes: Any) -> Metric:
    return replace(Metric("code.part", value, unit, basis=basis), **changes)


@pytest.mark.parametrize(
    ("then", "now", "unit", "basis", "is_more"),
    [
        (0.40, 0.41, "share", "9,000 lines", False),  # below two points
        (0.40, 0.45, "share", "9,000 lines", True),
        (0.40, 0.50, "share", "12 commits", False),  # below two standard errors
        (0.40, 0.90, "share", "12 commits", True),
        (100, 109, "files", "", False),  # below a tenth
        (100, 112, "files", "", True),
        (1, 2, "people", "", True),
        (0, 0, "people", "", False),
        (2.0, 2.1, "per 1,000 lines", "", False),
        (2.0, 2.5, "per 1,000 lines", "", True),
        (0.0, 0.3, "", "", True),
    ],
)
def test_what_is_noise(then: float, now: float, unit: str, basis: str, is_more: bool) -> None:
    one, other = a_metric(float(then), unit, basis), a_metric(float(now), unit, basis)
    assert differs(one, other) is differs(other, one) is is_more


@given(st.floats(-1e12, 1e12), st.sampled_from(["share", "files", "days", ""]))
def test_a_value_never_differs_from_itself_or_from_what_is_not_known(
    value: float, unit: str
) -> None:
    one = a_metric(value, unit, "7 commits")
    assert not differs(one, one)
    assert not differs(one, replace(one, value=None))
    assert not differs(one, replace(one, unit="other"))


def test_a_measure_comes_with_both_values_and_commits() -> None:
    (moved,) = between(
        a_report(then=True, metrics=(a_metric(0.4),)), a_report(metrics=(a_metric(0.1),))
    ).measures
    assert (moved.then.value, moved.now.value) == (0.4, 0.1)
    assert (moved.commit_then, moved.commit_now) == (OLD_COMMIT, NEW_COMMIT)


def test_over_other_repositories_only_those_in_common_are_compared() -> None:
    then = (a_metric(0.4), a_metric(0.4, repo="api"))
    now = (a_metric(0.1), a_metric(0.1, repo="api"), a_metric(0.2, repo="web"))
    scope = (a_scope(commit=NEW_COMMIT), a_scope("web", "c" * 40))
    comparison = between(a_report(then=True, metrics=then), a_report(metrics=now, scope=scope))
    assert [one.now.repo for one in comparison.measures] == ["api"]
    assert any("web was added" in one for one in comparison.limits)


def test_what_did_not_cover_every_repository_is_left_out() -> None:
    then, now = a_metric(9, "files"), a_metric(3, "files", note="without web")
    assert not between(a_report(then=True, metrics=(then,)), a_report(metrics=(now,))).measures


def test_what_one_audit_has_no_value_of_is_told() -> None:
    then, now = a_metric(0.4), a_metric(None)
    comparison = between(a_report(then=True, metrics=(then,)), a_report(metrics=(now,)))
    assert comparison.unmeasured == ("code.part",)
    assert not comparison.measures


def test_answers_that_changed_are_told_in_words() -> None:
    then = (
        an_item("A-1", stated=1), an_item("A-2", stated=2), an_item("A-3", stated=3),
        an_item("A-4", stated=3), an_item("A-5", stated=0, ask="Worded so?"), an_item("A-6"),
    )  # fmt: skip
    now = (
        an_item("A-1", stated=3, outcome=Outcome.SUPPORTED), an_item("A-2", stated=2),
        an_item("A-3", stated=None, applicable=False), an_item("A-4", stated=None, level=None),
        an_item("A-5", stated=4, ask="Or so?"), an_item("A-7"),
    )  # fmt: skip
    comparison = between(a_report(then=True, items=then), a_report(items=now))
    assert [(one.item, one.then, one.now) for one in comparison.answers] == [
        ("A-1", "level 1", "level 3, supported"),
        ("A-3", "level 3", "does not apply"),
        ("A-4", "level 3", "not answered"),
    ]
    (asked,) = [one for one in comparison.limits if "other words" in one]
    assert "A-5, A-6, A-7" in asked


def test_domains_stand_side_by_side_with_what_was_fixed() -> None:
    grey = Score(None, 0.1, "low", Rating.GREY)
    fixed = a_find(domain="security")
    (move,) = between(a_report(fixed, then=True, score=grey), a_report()).domains
    assert (move.then, move.now and move.now.value, move.fixed, move.new) == (grey, 50.0, 1, 0)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"client": "Another"}, "is of “Northwind Ledger”, the newer of “Another”."),
        ({"audience": "client"}, "is the investor edition, the newer the client one"),
        ({"runs": (a_run("code", "api", Status.FAILED),)}, "Collectors that failed now"),
        ({"runs": ()}, "that were not run now, and not in the other audit: code of api."),
        ({"runs": (a_run("code", "api", Status.PARTIAL, Issue("cut", "a.py")),)},
         "Collectors that read less now, and not in the other audit: code of api (cut)."),
        ({"versions": (("techdd", "0.2.0"), *VERSIONS[1:])}, "techdd (0.1.0 → 0.2.0)"),
        ({"versions": (("finding rules", "r2"),)}, "Rules or engines differ"),
        ({"versions": (*VERSIONS[:2], ("advisories npm", "10"))},
         "differ, advisories npm: 9, newest of 2026-01-31 then, 10 now."),
        ({"versions": (*VERSIONS, ("checklist team", "2"))}, "checklist team (none → 2)"),
        ({"methodology": {"power": 0.9}}, "The scoring policy differs"),
        ({"methodology": {"profile": {"title": "Seed"}}}, "The profile that chooses"),
        ({"scope": (a_scope(commit=NEW_COMMIT, branch="dev"),)}, "branch was main then and is dev"),
        ({"scope": (a_scope(commit=NEW_COMMIT, shallow=True),)}, "the history is truncated now"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(now: dict[str, Any], told: str) -> None:
    limits = between(a_report(then=True), a_report(**now)).limits
    assert any(told in one for one in limits), limits


def test_two_audits_made_alike_have_no_limit_but_that_of_the_edition() -> None:
    (limit,) = between(a_report(then=True), a_report()).limits
    assert "places of security evidence are withheld" in limit
    assert not between(
        a_report(then=True, audience="internal"), a_report(audience="internal")
    ).limits
