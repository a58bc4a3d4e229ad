"""triage.yaml: how the adviser or the client settled findings, each with a reason and a person.

`findings` settles known vulnerabilities, in the words of VEX; `decisions` speaks of any finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import Field, model_validator

from techdd.policy import Versioned, Written
from techdd.triage import Decision, FindingId, Text
from techdd.vex.statement import SETTLING, Justification, Statement, Status, named


class Settled(Written):
    """How one finding was triaged.

    `advisories` are those that were looked at. Without them it holds for what is published later
    too, so that it then needs an end.
    """

    status: Status
    justification: Justification | None = None
    advisories: tuple[Text, ...] = ()
    reason: Text
    by: Text
    until: date | None = None

    @model_validator(mode="after")
    def _is_answered_for(self) -> Settled:
        if self.status == "not_affected" and not self.justification:
            raise ValueError("'not_affected' needs a 'justification'")
        if self.status in SETTLING and not self.advisories and not self.until:
            raise ValueError("name the 'advisories' that were looked at, or give 'until'")
        return self


class Triage(Versioned):
    """triage.yaml; a finding goes by the id that `techdd findings list` shows."""

    stored = "triage.yaml"

    findings: Mapping[FindingId, Settled] = Field(default_factory=dict)
    decisions: Mapping[FindingId, Decision] = Field(default_factory=dict)

    def statements(self) -> Iterator[Statement]:
        """Every entry as statements, one an advisory."""
        for finding, one in self.findings.items():
            for advisory in one.advisories or ("",):
                yield Statement(
                    finding, "", "", "", "", named([advisory]), one.status,
                    one.justification or "", one.reason, one.by, "",
                    one.until.isoformat() if one.until else "", "triage.yaml",
                )  # fmt: skip
