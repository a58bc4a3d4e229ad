"""What the adviser or the client decided about findings, each with a reason, a person and a day.

A decision never hides a finding: it stays in the report with who decided what, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from techdd.model import Finding, Severity
from techdd.policy import Scoring, Written

Text = Annotated[str, Field(min_length=1, max_length=2_000)]
FindingId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
_WORDS = {
    "accept": "The risk was accepted",
    "suppress": "It was judged a false alarm",
    "severity": "Its severity was set",
}


class Decision(Written):
    """`accept` leaves a finding as it is, `suppress` calls it a false alarm until a day, `severity`
    sets another one.
    """

    decision: Literal["accept", "suppress", "severity"]
    severity: Severity | None = None
    reason: Text
    by: Text
    at: date
    until: date | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Decision:
        if (self.decision == "severity") != (self.severity is not None):
            raise ValueError("'severity' belongs to the decision 'severity', which needs one")
        if self.decision != "severity" and self.until is None:
            raise ValueError(f"'{self.decision}' needs an end: give 'until'")
        return self

    def holds(self, day: date) -> bool:
        """Whether it was made by `day` and has not ended."""
        return self.at <= day and (self.until is None or day <= self.until)


def decided(
    findings: Iterable[Finding], decisions: Mapping[str, Decision], day: date, policy: Scoring
) -> list[Finding]:
    """`findings` as decided on `day`, the most severe first; what has ended is said to have."""
    told = [
        _decided(one, decisions[one.id], day, policy) if one.id in decisions else one
        for one in findings
    ]
    return sorted(
        told, key=lambda one: (-one.severity.rank, one.domain, one.rule, one.repo, one.id)
    )


def _decided(finding: Finding, one: Decision, day: date, policy: Scoring) -> Finding:
    if one.at > day:
        return finding
    until = f" until {one.until.isoformat()}" if one.until else ""
    told = f"{_WORDS[one.decision]} by {one.by} on {one.at.isoformat()}{until}"
    if one.severity:
        told += f" (from {finding.severity} to {one.severity})"
    if not one.holds(day):
        told += ", which has ended"
    observation = f"{finding.observation} {told}: {one.reason.rstrip('.')}."
    severity = finding.severity
    if one.holds(day) and one.decision != "accept":
        severity = one.severity or Severity.INFO
    same = severity is finding.severity
    return replace(
        finding,
        severity=severity,
        horizon=finding.horizon if same else policy.horizons[severity],
        observation=observation,
        deal_breaker=finding.deal_breaker and severity is Severity.CRITICAL,
    )
