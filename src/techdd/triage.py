"""What the adviser or the client decided about findings, each with a reason, a person and a day.

A decision never hides a finding: it stays in the report with who decided what, and why. About a
finding of several places (or packages, or advisories) it speaks of those that were there: one more,
and it no longer counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from techdd.amounts import counted
from techdd.model import Finding, Severity, fingerprint
from techdd.policy import Scoring, Written

Text = Annotated[str, Field(min_length=1, max_length=2_000)]
FindingId = Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
Places = Annotated[str, Field(pattern=r"^([1-9][0-9]*-[0-9a-f]{8})?$")]
_WORDS = {
    "accept": "The risk was accepted",
    "suppress": "It was judged a false alarm",
    "severity": "Its severity was set",
}
_DECISION = re.compile(rf"(?:{'|'.join(_WORDS.values())}) by .+ on \d{{4}}-\d\d-\d\d.*", re.DOTALL)


class Decision(Written):
    """`accept` leaves a finding as it is, `suppress` calls it a false alarm until a day, `severity`
    sets another one.

    `places` is the mark of the places that were judged, as `techdd findings list` shows it. A
    decision cannot be of a day after the one that is told as `latest` when it is read.
    """

    decision: Literal["accept", "suppress", "severity"]
    severity: Severity | None = None
    reason: Text
    by: Text
    at: date
    until: date | None = None
    places: Places = ""

    @model_validator(mode="after")
    def _is_whole(self, info: ValidationInfo) -> Decision:
        if (self.decision == "severity") != (self.severity is not None):
            raise ValueError("'severity' belongs to the decision 'severity', which needs one")
        if self.decision != "severity" and self.until is None:
            raise ValueError(f"'{self.decision}' needs an end: give 'until'")
        if self.until and self.until < self.at:
            raise ValueError(f"ends ({self.until}) before it begins ({self.at})")
        latest = (info.context or {}).get("latest")
        if latest and self.at > latest:
            raise ValueError(f"is of a day to come ({self.at})")
        return self

    def holds(self, day: date) -> bool:
        """Whether it was made by `day` and has not ended."""
        return self.at <= day and (self.until is None or day <= self.until)

    def misses(self, finding: Finding) -> str:
        """Why it does not speak of all places of `finding`; "" where it does."""
        if finding.places == self.places:
            return ""
        if not self.places:
            return f"names no places, so that it does not count (places: {finding.places})"
        if not finding.places:
            return ""
        more = _number(finding.places) - _number(self.places)
        changed = (
            f"{counted(more, 'place')} more than" if more > 0 else "other places or answers than"
        )
        return f"does not count: it has {changed} when it was judged"


def mark_of(paths: Iterable[str]) -> str:
    """What a person writes to say which places they judged: how many, and a digest of the files.

    It holds still when lines move, and changes with a place that is added to a file or taken away.
    """
    places = sorted(Counter(paths).items())
    parts = [part for path, count in places for part in (path, str(count))]
    return f"{sum(count for _, count in places)}-{fingerprint(*parts)[:8]}"


def _number(mark: str) -> int:
    return int(mark.partition("-")[0])


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


def decision_in(observation: str) -> str:
    """What was decided, by whom and why, of the words of a finding; "" where nothing was."""
    found = _DECISION.search(observation)
    return found[0] if found else ""


def _decided(finding: Finding, one: Decision, day: date, policy: Scoring) -> Finding:
    if one.at > day:
        return finding
    until = f" until {one.until.isoformat()}" if one.until else ""
    told = f"{_WORDS[one.decision]} by {one.by} on {one.at.isoformat()}{until}"
    if one.severity:
        told += f" (from {finding.severity} to {one.severity})"
    missed = one.misses(finding)
    if not one.holds(day):
        told += ", which has ended"
    elif missed:
        told += f", which {missed}"
    observation = f"{finding.observation} {told}: {one.reason.rstrip('.')}."
    severity = finding.severity
    counts = one.holds(day) and not missed
    if counts and one.decision != "accept":
        severity = one.severity or Severity.INFO
    same = severity is finding.severity
    return replace(
        finding,
        severity=severity,
        horizon=finding.horizon if same else policy.due(severity, finding.effort),
        observation=observation,
        deal_breaker=finding.deal_breaker and severity is Severity.CRITICAL,
        decision=one.decision if counts else "",
    )
