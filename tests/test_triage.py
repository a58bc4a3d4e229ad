"""Decisions about findings: they change what they may, end when they say, and hide nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import a_finding
from pydantic import ValidationError

from techdd.documents import load
from techdd.errors import DocumentError
from techdd.folders import data
from techdd.model import Finding, Horizon, Severity
from techdd.policy import Scoring
from techdd.triage import Decision, decided, mark_of
from techdd.vex import triage_in

DAY = date(2026, 7, 1)
HIGH = a_finding(id="0123456789ab", severity=Severity.HIGH, observation="Seen.")
OTHER = a_finding(id="ba9876543210", severity=Severity.MEDIUM)


def decide(has: str = "", **changes: Any) -> Finding:
    given: dict[str, Any] = {
        "decision": "suppress", "reason": "a test value.", "by": "A. Adviser", "at": DAY,
        "until": date(2026, 12, 31),
    }  # fmt: skip
    one = Decision.model_validate({**given, **changes})
    high = replace(HIGH, places=has)
    policy = load(data("checklists") / "policy" / "scoring.yaml", Scoring)
    found = {each.id: each for each in decided([high, OTHER], {HIGH.id: one}, DAY, policy)}
    assert found[OTHER.id] == OTHER
    return found[HIGH.id]


def test_a_false_alarm_weighs_nothing_and_stays_with_its_reason() -> None:
    found = decide()
    assert found.severity is Severity.INFO
    assert found.observation == (
        "Seen. It was judged a false alarm by A. Adviser on 2026-07-01 until 2026-12-31:"
        " a test value."
    )


def test_an_accepted_risk_weighs_as_before() -> None:
    found = decide(decision="accept")
    assert (found.severity, found.horizon) == (HIGH.severity, HIGH.horizon)
    assert "The risk was accepted by A. Adviser" in found.observation


def test_a_severity_is_set_with_its_horizon() -> None:
    found = decide(decision="severity", severity="low", until=None)
    assert (found.severity, found.horizon) == (Severity.LOW, Horizon.DAYS_100)
    assert "(from high to low)" in found.observation


def test_a_finding_says_which_decision_counts() -> None:
    assert decide().decision == "suppress"
    assert decide(decision="accept").decision == "accept"
    assert decide(at=date(2026, 1, 1), until=date(2026, 6, 30)).decision == ""  # it has ended
    assert decide(has="2-00000000").decision == ""  # it names no places


def test_what_has_ended_or_is_to_come_does_not_count() -> None:
    ended = decide(at=date(2026, 1, 1), until=date(2026, 6, 30))
    assert ended.severity is Severity.HIGH
    assert "which has ended" in ended.observation
    assert decide(at=date(2026, 7, 2)) == HIGH


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": None}, {"until": date(2026, 6, 30)}, {"places": "many"},
        {"decision": "severity"}, {"severity": "low"}, {"reason": ""},
        {"decision": "accept", "until": None}, {"decision": "hide"},
    ],
)  # fmt: skip
def test_a_decision_has_an_end_a_reason_and_a_person(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        decide(**wrong)


def test_decisions_stand_in_triage_yaml(tmp_path: Path) -> None:
    assert triage_in(tmp_path, DAY).decisions == {}
    (tmp_path / "triage.yaml").write_text(
        "format_version: 1\ndecisions:\n  0123456789ab:\n    decision: accept\n"
        "    reason: known\n    by: A. Adviser\n    at: 2026-07-01\n    until: 2026-12-31\n"
    )
    assert triage_in(tmp_path, DAY).decisions["0123456789ab"].until == date(2026, 12, 31)
    with pytest.raises(DocumentError, match="is of a day to come") as told:
        triage_in(tmp_path, date(2026, 6, 30))
    assert str(told.value.where) == f"{tmp_path / 'triage.yaml'}:3:3"


PLACES = mark_of(["a.py", "a.py", "b.py"])


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (["b.py", "a.py", "a.py"], ""),
        (["a.py", "a.py", "b.py", "c.py"], "does not count: it has 1 place more than when it"),
        (["a.py"] * 5, "does not count: it has 2 places more than when it was judged"),
        (
            ["a.py", "b.py", "b.py"],
            "does not count: it has other places or answers than when it was judged",
        ),
        (["a.py"], "does not count: it has other places or answers than when it was judged"),
    ],
)
def test_a_decision_speaks_of_the_places_that_were_judged(now: list[str], words: str) -> None:
    found = decide(has=mark_of(now), places=PLACES)
    assert (found.severity is Severity.HIGH) == bool(words)
    assert words in found.observation


def test_a_decision_about_several_places_names_them() -> None:
    found = decide(has=PLACES)
    assert found.severity is Severity.HIGH
    assert f"names no places, so that it does not count (places: {PLACES})" in found.observation
    assert decide(places=PLACES).severity is Severity.INFO  # one thing: there is nothing to miss
