"""Decisions about findings: they change what they may, end when they say, and hide nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import a_finding
from pydantic import ValidationError

from techdd.documents import load
from techdd.model import Finding, Horizon, Severity
from techdd.policy import Scoring
from techdd.triage import Decision, decided
from techdd.vex import decisions
from techdd.workspace import data

DAY = date(2026, 7, 1)
HIGH = a_finding(id="0123456789ab", severity=Severity.HIGH, observation="Seen.")
OTHER = a_finding(id="ba9876543210", severity=Severity.MEDIUM)


def decide(**changes: Any) -> Finding:
    given: dict[str, Any] = {
        "decision": "suppress", "reason": "a test value.", "by": "A. Adviser", "at": DAY,
        "until": date(2026, 12, 31),
    }  # fmt: skip
    one = Decision.model_validate({**given, **changes})
    policy = load(data("checklists") / "policy" / "scoring.yaml", Scoring)
    found = {each.id: each for each in decided([HIGH, OTHER], {HIGH.id: one}, DAY, policy)}
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
    assert (found.severity, found.horizon) == (Severity.LOW, Horizon.YEAR)
    assert "(from high to low)" in found.observation


def test_what_has_ended_or_is_to_come_does_not_count() -> None:
    ended = decide(at=date(2026, 1, 1), until=date(2026, 6, 30))
    assert ended.severity is Severity.HIGH
    assert "which has ended" in ended.observation
    assert decide(at=date(2026, 7, 2)) == HIGH


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": None}, {"decision": "severity"}, {"severity": "low"}, {"reason": ""},
        {"decision": "accept", "until": None}, {"decision": "hide"},
    ],
)  # fmt: skip
def test_a_decision_has_an_end_a_reason_and_a_person(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        decide(**wrong)


def test_decisions_stand_in_triage_yaml(tmp_path: Path) -> None:
    assert decisions(tmp_path) == {}
    (tmp_path / "triage.yaml").write_text(
        "format_version: 1\ndecisions:\n  0123456789ab:\n    decision: accept\n"
        "    reason: known\n    by: A. Adviser\n    at: 2026-07-01\n    until: 2026-12-31\n"
    )
    assert decisions(tmp_path)["0123456789ab"].until == date(2026, 12, 31)
