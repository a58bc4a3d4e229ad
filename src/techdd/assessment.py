"""What collected evidence and answers come to, before anything is chosen or withheld."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from techdd.checklists import Checklist
from techdd.identity import Resolution
from techdd.model import (
    Check,
    Difference,
    Finding,
    ItemScore,
    Move,
    Portfolio,
    Reading,
    RepositoryScope,
    Run,
    Score,
    Verdict,
)
from techdd.triage import Decision


@dataclass(frozen=True)
class Assessment:
    """What collected evidence and answers come to, before anything is chosen or withheld."""

    as_of: date
    verdict: Verdict
    domains: tuple[tuple[Checklist, Score, tuple[ItemScore, ...]], ...]
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    runs: tuple[Run, ...]
    who: Resolution
    scope: tuple[RepositoryScope, ...]
    versions: tuple[tuple[str, str], ...]
    strays: tuple[str, ...] = ()  # answers to items or checklists that are not asked
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()  # decisions about findings that there are none of
    differences: tuple[Difference, ...] = ()
    lapsed: tuple[str, ...] = ()  # approved words that no longer count
    moves: tuple[Move, ...] = ()
    portfolio: Portfolio | None = None
    states: Mapping[str, str] = field(default_factory=dict)  # of findings, before decisions
