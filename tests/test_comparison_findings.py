"""What became of a finding: "fixed" is said only where it was looked for in the same way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from two_audits import (
    OLD_COMMIT,
    VERSIONS,
    a_check,
    a_find,
    a_report,
    a_run,
    a_scope,
    between,
    only,
)

from techdd.comparison import Fate
from techdd.errors import TechddError
from techdd.model import Horizon, Issue, Location, Metric, Run, Severity, Status

ONE = a_find()
PARTIAL = Status.PARTIAL


def test_what_was_looked_for_at_another_commit_and_not_found_is_fixed() -> None:
    change = only(a_report(ONE, then=True), a_report())
    assert (change.fate, change.doubt) == (Fate.FIXED, "")


OTHER = a_scope("web", "c" * 40)


def ended(status: Status, reason: str, path: str = "") -> tuple[Run, ...]:
    return (a_run("code", "api", status, Issue(reason, path)),)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"scope": (OTHER,)}, "api is not in this audit"),
        ({"runs": ended(Status.FAILED, "no memory")}, "code of api failed: no memory"),
        ({"runs": ended(Status.SKIPPED, "was not run")}, "was not run"),
        ({"runs": ()}, "code of api was not run"),
        ({"checks": ()}, "its rule was not applied in this audit"),
        ({"checks": (a_check(result="not assessable", observed="no data"),)}, "no data"),
        ({"checks": (a_check(threshold="above 9: high"),)}, "its rule differs"),
        ({"runs": ended(PARTIAL, "too large", "app.py")}, "did not read app.py"),
        ({"runs": ended(PARTIAL, "time ran out")}, "saw a part only"),
        ({"scope": (a_scope(),)}, "the code is the same commit"),
    ],
)  # fmt: skip
def test_what_nobody_looked_for_in_the_same_way_is_never_fixed(
    now: dict[str, Any], why: str
) -> None:
    scope = (a_scope(), replace(OTHER, commit="d" * 40))
    change = only(a_report(ONE, then=True, scope=scope), a_report(**now))
    assert change.fate is Fate.UNSEEN
    assert why in change.why


@pytest.mark.parametrize(
    "runs",
    [
        (a_run(), a_run("secrets", "api", Status.FAILED)),  # it rests on "code" alone
        (a_run("code", "api", PARTIAL, Issue("too large", "elsewhere.py")),),
    ],
)
def test_a_gap_that_does_not_concern_it_leaves_a_fix_a_fix(runs: Any) -> None:
    before = a_report(ONE, then=True, runs=(a_run(), a_run("secrets")))
    assert only(before, a_report(runs=runs)).fate is Fate.FIXED


def test_without_places_a_new_gap_anywhere_is_no_fix() -> None:
    runs = (a_run("code", "api", PARTIAL, Issue("too large", "elsewhere.py")),)
    change = only(a_report(replace(ONE, locations=()), then=True), a_report(runs=runs))
    assert change.fate is Fate.UNSEEN


def test_where_it_is_not_known_what_a_rule_rests_on_any_collector_counts() -> None:
    """As in reports of an earlier version."""
    checks = (a_check(collectors=None),)
    before = a_report(ONE, then=True, checks=checks, runs=(a_run(), a_run("secrets")))
    after = a_report(checks=checks, runs=(a_run(), a_run("secrets", "api", Status.FAILED)))
    assert only(before, after).fate is Fate.UNSEEN


def test_what_speaks_of_all_repositories_is_no_fix_where_one_is_missing() -> None:
    whole = replace(ONE, repo="", locations=())
    before = a_report(whole, then=True, scope=(a_scope(), OTHER))
    change = only(before, a_report())
    assert change.fate is Fate.UNSEEN
    assert "web is not in this audit" in change.why


def test_other_rules_or_tools_leave_a_doubt_in_the_headline() -> None:
    other = (("techdd", "0.2.0"), *VERSIONS[1:])
    comparison = between(a_report(ONE, then=True), a_report(versions=other))
    (change,) = comparison.changes
    assert change.fate is Fate.FIXED
    assert "rules or tools differ" in change.doubt
    assert "1 of them judged by other rules or tools" in comparison.headline


def test_a_measured_fix_tells_both_values() -> None:
    check = a_check(repo="api", metric="size.long", threshold="above 0.2: high")
    then, now = (Metric("size.long", value, "share", "api", "900 lines") for value in (0.4, 0.1))
    change = only(
        a_report(ONE, then=True, checks=(check,), metrics=(then,)),
        a_report(checks=(check,), metrics=(now,), versions=(("techdd", "0.2.0"),)),
    )
    assert (change.fate, change.why, change.doubt) == (Fate.FIXED, "40.0% → 10.0%", "")


# --- what is new ------------------------------------------------------------------------------


def test_what_came_with_the_changes_is_said_to() -> None:
    change = only(a_report(then=True), a_report(ONE))
    assert (change.fate, change.introduced, change.doubt) == (Fate.NEW, True, "")


@pytest.mark.parametrize(
    ("then", "why"),
    [
        ({"scope": (OTHER,)}, "api is not in this audit"),
        ({"runs": (a_run("code", "api", Status.FAILED, Issue("crash")),)}, "code of api failed"),
        ({"checks": ()}, "its rule was not applied"),
        ({"checks": (a_check(result="not assessable"),)}, "could not be assessed"),
    ],
)
def test_what_could_not_be_seen_then_is_not_the_clients(then: dict[str, Any], why: str) -> None:
    scope = (a_scope(commit="b" * 40), OTHER)
    change = only(a_report(then=True, **then), a_report(ONE, scope=scope))
    assert (change.fate, change.introduced) == (Fate.NEW, False)
    assert why in change.why
    assert change.doubt == "whether it was there then"


NEWER = (*VERSIONS[:2], ("advisories npm", "12, newest of 2026-07-31"))
PACKAGE = a_find(rule="vulnerable-package", title="left-pad 1.0 has known vulnerabilities")
ON_PACKAGES = (a_check("vulnerable-package", collectors=("vulnerabilities",)),)


@pytest.mark.parametrize(
    ("known", "commit", "why", "doubt"),
    [
        ("2026-05-01", "b" * 40, "first published on 2026-05-01, after", "package was there"),
        ("2025-05-01", "b" * 40, "known since 2025-05-01, so that", "older data held"),
        ("", "b" * 40, "the advisory data differ", "whether the client or newer data"),
        ("2026-05-01", OLD_COMMIT, "the advisory data are newer, the code is not", ""),
    ],
)  # fmt: skip
def test_newer_advisories_are_told_apart_from_newer_packages(
    known: str, commit: str, why: str, doubt: str
) -> None:
    runs = (a_run("vulnerabilities"),)
    before = a_report(then=True, checks=ON_PACKAGES, runs=runs)
    after = a_report(
        replace(PACKAGE, known=known), checks=ON_PACKAGES, runs=runs,
        scope=(a_scope(commit=commit),), versions=NEWER,
    )  # fmt: skip
    change = only(before, after)
    assert not change.introduced
    assert why in change.why
    assert doubt in change.doubt


def test_time_alone_is_not_the_client() -> None:
    ended = replace(ONE, known="2026-05-01")
    assert "holds since 2026-05-01" in only(a_report(then=True), a_report(ended)).why
    checks = (a_check(collectors=("history",)),)
    runs = (a_run("history"),)
    change = only(
        a_report(then=True, checks=checks, runs=runs), a_report(ONE, checks=checks, runs=runs)
    )
    assert not change.introduced
    assert "time that passes" in change.why
    same = only(a_report(then=True), a_report(ONE, scope=(a_scope(),)))
    assert not same.introduced
    assert "same commit" in same.why


def test_what_was_answered_is_no_change_of_code() -> None:
    said = replace(ONE, rule="answer-contradicted", repo="", locations=())
    checks = (a_check("answer-contradicted", collectors=None),)
    change = only(a_report(then=True, checks=checks), a_report(said, checks=checks))
    assert (change.introduced, change.why) == (False, "from what was answered since")


# --- worse and better -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "fate", "why"),
    [
        ({"severity": Severity.CRITICAL}, Fate.WORSE, "severity high → critical"),
        ({"severity": Severity.LOW}, Fate.BETTER, "severity high → low"),
        ({"places": "5-00000000"}, Fate.WORSE, "2 → 5 places"),
        ({"places": "1-00000000"}, Fate.BETTER, "2 → 1 places"),
        ({"places": ""}, Fate.STAYS, ""),  # withheld in one edition is no change
        ({"locations": (Location("app.py", 99),)}, Fate.STAYS, ""),
        ({"severity": Severity.LOW, "places": "5-00000000"}, Fate.BETTER, "2 → 5 places"),
    ],
)
def test_severity_decides_then_places(changes: dict[str, Any], fate: Fate, why: str) -> None:
    before = replace(ONE, places="2-11111111")
    change = only(a_report(before, then=True), a_report(replace(before, **changes)))
    assert change.fate is fate
    assert why in change.why


@pytest.mark.parametrize(
    ("bounds", "now", "fate"),
    [
        ("above 0.2: high", 0.60, Fate.WORSE),
        ("below 0.9: high", 0.60, Fate.BETTER),
        ("above 0.2: high", 0.41, Fate.STAYS),  # noise
    ],
)
def test_a_measured_value_moves_in_the_direction_of_its_rule(
    bounds: str, now: float, fate: Fate
) -> None:
    checks = (a_check(repo="api", metric="m", threshold=bounds),)
    then, later = (Metric("m", value, "share", "api", "900 lines") for value in (0.4, now))
    change = only(
        a_report(ONE, then=True, checks=checks, metrics=(then,)),
        a_report(ONE, checks=checks, metrics=(later,)),
    )
    assert change.fate is fate


def test_a_move_that_was_not_measured_alike_says_so() -> None:
    runs = (a_run("code", "api", PARTIAL, Issue("time ran out")),)
    before, after = replace(ONE, places="9-11111111"), replace(ONE, places="2-11111111")
    change = only(a_report(before, then=True), a_report(after, runs=runs))
    assert change.fate is Fate.STAYS  # that it is better is not known
    assert "not measured alike: code of api saw a part only" in change.doubt
    worse = only(a_report(after, then=True), a_report(before, runs=runs))
    assert worse.fate is Fate.WORSE


@pytest.mark.parametrize("decision", ["accept", "suppress", "severity"])
def test_a_decision_is_no_fix(decision: str) -> None:
    after = replace(ONE, decision=decision, severity=Severity.INFO)
    change = only(a_report(ONE, then=True), a_report(after))
    assert change.fate is Fate.DECIDED


def test_a_decision_that_ends_is_told() -> None:
    accepted = replace(ONE, decision="accept")
    change = only(a_report(accepted, then=True), a_report(ONE))
    assert (change.fate, change.why) == (Fate.STAYS, "that the risk was accepted no longer counts")


def test_a_false_alarm_that_is_gone_was_not_fixed() -> None:
    alarm = replace(ONE, decision="suppress", severity=Severity.INFO)
    assert only(a_report(alarm, then=True), a_report()).fate is Fate.DECIDED


# --- one thing under two ids --------------------------------------------------------------------

IN_TREE = a_find("00000000000a", rule="secret-in-tree", title="AWS key: whoever can read it")
IN_HISTORY = a_find("00000000000b", rule="secret-in-history", title="AWS key: left in the history")
ON_SECRETS = (a_check("secret-in-tree"), a_check("secret-in-history"))


@pytest.mark.parametrize("places", [(Location("app.py", 3),), ()])
def test_a_secret_that_left_the_tree_is_not_fixed(places: tuple[Location, ...]) -> None:
    before, after = (replace(one, locations=places) for one in (IN_TREE, IN_HISTORY))
    change = only(
        a_report(before, then=True, checks=ON_SECRETS), a_report(after, checks=ON_SECRETS),
        one_engagement=True,
    )  # fmt: skip
    assert change.fate is Fate.STAYS
    assert "secret in tree → secret in history" in change.why


def test_secrets_of_two_engagements_are_not_taken_for_fixed_where_places_are_withheld() -> None:
    """Their ids come from a key of each engagement."""
    one = replace(IN_TREE, locations=())
    before, after = a_report(one, then=True, checks=ON_SECRETS), a_report(checks=ON_SECRETS)
    assert only(before, after).fate is Fate.UNSEEN
    assert only(before, after, one_engagement=True).fate is Fate.FIXED


def test_another_version_of_a_package_is_the_same_matter() -> None:
    newer = replace(
        PACKAGE, id="00000000000f", title="left-pad 1.1 has known vulnerabilities",
        severity=Severity.MEDIUM,
    )  # fmt: skip
    change = only(
        a_report(PACKAGE, then=True, checks=ON_PACKAGES), a_report(newer, checks=ON_PACKAGES)
    )
    assert change.fate is Fate.BETTER
    assert change.why.startswith("1.0 → 1.1")


def test_a_file_that_moved_took_its_finding_along_where_there_is_one_such_file() -> None:
    here, there = (
        a_find(f"00000000000{n}", title=f"In {path}", locations=(Location(path, 1),))
        for n, path in enumerate(("old/pay.py", "new/pay.py"))
    )
    change = only(a_report(here, then=True), a_report(there))
    assert (change.fate, change.why) == (Fate.STAYS, "moved from old/pay.py to new/pay.py")
    second = a_find("000000000007", title="Z", locations=(Location("third/pay.py", 1),))
    several = between(a_report(here, then=True), a_report(there, second))
    assert {one.fate for one in several.changes} == {Fate.FIXED, Fate.NEW}


# --- the whole ------------------------------------------------------------------------------------


def test_conditions_before_signing_are_met_only_by_a_fix() -> None:
    due = [
        a_find(f"00000000010{n}", horizon=Horizon.BEFORE_SIGNING, title=f"Due {n}",
               locations=(Location(f"{n}.py", 1),))
        for n in range(6)
    ]  # fmt: skip
    now = (
        replace(due[1], decision="accept"),
        due[2],
        replace(due[3], horizon=Horizon.YEAR, severity=Severity.LOW),
        due[5],
    )
    runs = (a_run("code", "api", PARTIAL, Issue("too large", "4.py")),)
    comparison = between(a_report(*due[:5], then=True), a_report(*now, runs=runs))
    told = {one.change.finding.title: one.state for one in comparison.conditions}
    assert told == {
        "Due 0": "met", "Due 1": "decided", "Due 2": "not met", "Due 3": "eased",
        "Due 4": "not known", "Due 5": "new",
    }  # fmt: skip


def test_the_headline_is_one_sentence_that_counts() -> None:
    gone, stays, fresh = a_find(), a_find("000000000002"), a_find("000000000003")
    far = replace(fresh, locations=(Location("else.py", 1),))
    said = between(a_report(gone, stays, then=True), a_report(stays, far)).headline
    assert said == (
        "1 of 2 findings is fixed, 1 is new, 1 stays; the verdict stays “Proceed with conditions”."
    )


def test_audits_in_the_wrong_order_or_of_other_repositories_are_refused() -> None:
    with pytest.raises(TechddError, match="give the earlier one first"):
        between(a_report(), a_report(then=True))
    with pytest.raises(TechddError, match="no repository in common"):
        between(a_report(then=True), a_report(scope=(a_scope("other"),)))


def test_the_same_audit_twice_changes_nothing() -> None:
    comparison = between(a_report(ONE), a_report(ONE))
    assert [one.fate for one in comparison.changes] == [Fate.STAYS]
    assert comparison.measures == comparison.answers == comparison.limits[:0] == ()
