"""What a comparison of two audits comes to: frozen values, all that its formats see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from techdd.model import Brand, Finding, Metric, Score, Severity, Verdict


class Fate(StrEnum):
    """What became of a finding from one audit to the next."""

    NEW = "new"
    WORSE = "worse"
    BETTER = "better"
    STAYS = "stays"
    FIXED = "fixed"
    DECIDED = "decided"  # accepted, judged a false alarm or given another severity, not fixed
    UNSEEN = "no longer assessed"  # gone, and nobody looked as they did then


@dataclass(frozen=True)
class Change:
    """One finding then and now; `why` says what made it what it is, `doubt` what is not known."""

    fate: Fate
    then: Finding | None
    now: Finding | None
    why: str = ""
    doubt: str = ""
    introduced: bool = False  # new, and known to have come with the client's changes

    @property
    def finding(self) -> Finding:
        """The newer of the two."""
        one = self.now or self.then
        assert one is not None
        return one

    @property
    def severity(self) -> Severity:
        """Of the newer of the two."""
        return self.finding.severity


@dataclass(frozen=True)
class Condition:
    """A finding that was, or now is, to be dealt with before signing; `state` says how it stands.

    "met", "not met", "eased", "decided", "not known" or "new".
    """

    state: str
    change: Change


@dataclass(frozen=True)
class DomainMove:
    """The score of one domain then and now; None where the audit has no such domain."""

    domain: str
    title: str
    then: Score | None
    now: Score | None
    fixed: int = 0
    new: int = 0
    note: str = ""  # why the two cannot be compared


@dataclass(frozen=True)
class Answer:
    """One question that is answered otherwise than then, in words."""

    item: str
    domain: str
    ask: str
    then: str
    now: str


@dataclass(frozen=True)
class Measure:
    """One measure that moved beyond noise, with the commits it was taken at ("" = of several)."""

    domain: str
    then: Metric
    now: Metric
    commit_then: str = ""
    commit_now: str = ""


@dataclass(frozen=True)
class Commits:
    """The state of one repository then and now; "" where it was not in the audit."""

    repo: str
    then: str
    now: str
    committed_then: str = ""
    committed_now: str = ""

    @property
    def same(self) -> bool:
        """Whether both audits saw the same code."""
        return bool(self.then) and self.then == self.now


@dataclass(frozen=True)
class Standing:
    """One of the two audits as a whole."""

    date: str
    tool: str
    audience: str
    verdict: Verdict
    findings: int
    serious: int  # of severity high or critical


@dataclass(frozen=True)
class Comparison:
    """Two audits of one client held against each other, as one audience may see it."""

    client: str
    title: str
    date: str
    audience: str
    adviser: str
    tool: str
    headline: str
    then: Standing
    now: Standing
    domains: tuple[DomainMove, ...]
    changes: tuple[Change, ...]
    conditions: tuple[Condition, ...]
    answers: tuple[Answer, ...]
    measures: tuple[Measure, ...]
    unmeasured: tuple[str, ...]  # measures that only one audit has a value of
    commits: tuple[Commits, ...]
    limits: tuple[str, ...]  # what cannot be compared, and why
    method: tuple[str, ...]
    brand: Brand

    def of(self, *fates: Fate) -> tuple[Change, ...]:
        """The changes of those fates, the most severe first."""
        return tuple(one for one in self.changes if one.fate in fates)
