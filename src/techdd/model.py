"""The words of the trade: frozen values that every floor speaks; standard library only."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

Value = str | int | float | bool | None
Audience = Literal["investor", "client", "internal"]


class Severity(StrEnum):
    """How much a finding matters to the deal, from `info` to `critical`."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for `info` up to 4 for `critical`."""
        return list(Severity).index(self)


class Status(StrEnum):
    """The only four ends of a measurement."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


class Grade(IntEnum):
    """How well an answer is evidenced; caps the level it can earn (see `policy.Scoring`)."""

    NONE = 0
    STATED = 1
    SHOWN = 2
    SAMPLED = 3
    MEASURED = 4


class Rating(StrEnum):
    """Traffic light; `grey` means not assessed, never clean."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class Outcome(StrEnum):
    """What the repositories say about an answer."""

    SUPPORTED = "supported"
    PARTLY = "partly supported"
    CONTRADICTED = "contradicted"
    NO_EVIDENCE = "no evidence in scope"
    NOT_ASKED = "not asked"
    NOT_KNOWN = "not known to who was asked"
    CLARIFIED = "being clarified"  # contradicted, and not yet in words for this audience
    NOT_TESTABLE = "not testable from repositories"


class Horizon(StrEnum):
    """When a finding should be dealt with, seen from the signing of the deal."""

    BEFORE_SIGNING = "before signing"
    DAYS_30 = "first 30 days"
    DAYS_60 = "first 60 days"
    DAYS_100 = "first 100 days"
    YEAR = "first year"


@dataclass(frozen=True)
class Issue:
    """Something that could not be looked at: limits the scope of a run and is no finding.

    `reason` is a short phrase that many issues can share ("syntax error"); `path` and `detail` tell
    this one apart. `transient` says that the next try may do better (a program that is missing, a
    network that is down), so that the run is not kept as fresh.
    """

    reason: str
    path: str = ""
    detail: str = ""
    transient: bool = False


@dataclass(frozen=True)
class Run:
    """How one collector ended on one repository. `rows` counts facts by table."""

    collector: str
    repo: str
    status: Status
    key: str
    rows: Mapping[str, int] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    state: str = ""  # `Repository.state` that was read; "" = not known


@dataclass(frozen=True)
class Location:
    """Where something stands; any part may be unknown."""

    path: str = ""
    line: int | None = None
    commit: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.path and self.line else self.path
        return f"{place} @ {self.commit[:10]}".strip() if self.commit else place


@dataclass(frozen=True)
class Metric:
    """One number. `repo` empty means the whole engagement; only those speak for checklist items.

    `value` None means it could not be measured, with the reason in `note`. `basis` says what it was
    counted over ("412 commits in 12 months").
    """

    name: str
    value: float | None
    unit: str = ""
    repo: str = ""
    basis: str = ""
    note: str = ""


@dataclass(frozen=True)
class Observation:
    """A fact worth judging: names the finding rule that judges it and fills the rule's texts.

    `key` makes the finding's fingerprint together with rule and repository, so it must hold still
    when code moves (no line numbers). `values` are what the rule's texts may name; `places` is the
    mark of what can gain further ones (`triage.mark_of`). `domain` is given where it is not the
    rule's, `difference` where it tells of a Difference.
    """

    rule: str
    repo: str
    key: str
    locations: tuple[Location, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    places: str = ""
    domain: str = ""
    difference: str = ""
    known: str = ""  # ISO date since when it holds by itself: an advisory published, support ended


@dataclass(frozen=True)
class Series:
    """A small table that a chapter may print or draw.

    `chart` names a chart of `charts` ("" = print as a table); `columns` carry their unit in
    their name. `note` holds the caveat and the source that go with it.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    chart: str = ""
    note: str = ""
    repo: str = ""
    guarded: bool = False  # only columns that are known to name no place are for investors
    prose: bool = False  # its cells hold sentences
    full: bool = False  # too long to print, there for programs


@dataclass(frozen=True)
class Reading:
    """What one probe answered; its status is no better than the worst run behind its facts."""

    probe: str
    question: str
    domain: str
    status: Status
    metrics: tuple[Metric, ...] = ()
    observations: tuple[Observation, ...] = ()
    series: tuple[Series, ...] = ()
    reasons: tuple[str, ...] = ()
    guarded: bool = False  # what it reads would show an attacker the way: no places for investors
    fault: bool = False  # techdd itself failed at it
    collectors: tuple[str, ...] | None = None  # behind its facts; None = not known


@dataclass(frozen=True)
class Finding:
    """A judged observation, with what it means and what to do. `effort` is in person-days.

    `kind` parts the findings of a rule that speaks of many kinds; `places` as in Observation;
    `difference` is the id of the Difference that it tells of.
    """

    id: str
    rule: str
    title: str
    severity: Severity
    domain: str
    repo: str
    locations: tuple[Location, ...]
    observation: str
    why: str
    remedy: str
    effort: tuple[float, float]
    horizon: Horizon
    treatment: str
    tags: tuple[str, ...]
    references: tuple[str, ...]
    source: str
    threshold: str = ""
    deal_breaker: bool = False
    guarded: bool = False  # its places are not for investors
    kind: str = ""
    places: str = ""
    difference: str = ""
    known: str = ""  # as in Observation
    decision: str = ""  # that counts today: "accept", "suppress" or "severity"


@dataclass(frozen=True)
class Check:
    """One rule as it was applied to one scope, whether or not it fired.

    `metric` is the one it judges, `collectors` are those that it rests on (None = not known).
    """

    rule: str
    title: str
    domain: str
    repo: str
    observed: str
    threshold: str
    result: str  # "fired", "did not fire" or "not assessable"
    metric: str = ""
    collectors: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Said:
    """What one person said to an item in the round that counts; `level` None = see `words`."""

    by: str
    role: str
    level: int | None
    words: str  # "does not apply: no backend", "does not know", or a note
    grade: Grade
    confidence: str = ""  # of the respondent: "low", "medium", "high" or not told


@dataclass(frozen=True)
class ItemScore:
    """One checklist item as it was scored, with everything that made the number.

    `told` is the level by the answer alone, `least` and `most` are the levels it could be at where
    people differ or are unsure (None = `level`, or 0 and 4 where there is none).
    """

    id: str
    ask: str
    importance: str
    weight: float
    level: float | None  # effective level 0-4; None = not assessed or not applicable
    stated: int | None
    measured: int | None
    grade: Grade
    outcome: Outcome
    applicable: bool
    basis: str  # one sentence: where the level comes from
    evidence: tuple[str, ...] = ()
    capped: str = ""
    why: str = ""
    note: str = ""
    by: str = ""
    told: float | None = None
    least: float | None = None
    most: float | None = None
    voices: tuple[Said, ...] = ()
    spread: int = 0  # levels between the voices that nobody has settled
    gap: int = 0  # levels that the evidence lies below the answer
    documents: tuple[tuple[str, str], ...] = ()  # name and SHA-256 of what was shown
    metrics: tuple[str, ...] = ()  # the names of those that speak for it


@dataclass(frozen=True)
class Difference:
    """Where an answer and the evidence contradict each other, and what may be said of it outside.

    `state` is a digest of both: words that were approved for another state do not count.
    """

    id: str  # of the item, or of a figure of it: "BCD-01.rpo_hours"
    item: str
    domain: str
    about: str
    told: str
    seen: str
    state: str
    words: str = ""  # approved by the adviser for all audiences
    note: str = ""  # that the respondent added


@dataclass(frozen=True)
class Score:
    """A domain's score: 0-100 or None, printed together with its coverage, always.

    `low` and `high` are the score if every unanswered item were at 0 or at 4, and every doubtful
    one at its lowest or highest; `grade` is the mean evidence grade (0-4) of the assessed items.
    `told` is the score by the answers alone, over `told_coverage` of the weight. `capped_by` are
    the critical items without whose level the score would be higher.
    """

    value: float | None
    coverage: float
    confidence: str  # "high", "medium", "low" or "none"
    rating: Rating
    low: float = 0.0
    high: float = 100.0
    grade: float = 0.0
    rationale: tuple[str, ...] = ()
    told: float | None = None
    told_coverage: float = 0.0
    capped_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """What one item at a higher level would change, all else and all findings being as they are."""

    level: float
    domain_score: float | None
    score: float | None
    verdict: str


@dataclass(frozen=True)
class Move:
    """An item that would move the result: where it stands, what `steps` upwards would do, in
    numbers and in `words`.
    """

    item: str
    domain: str
    ask: str
    level: float
    domain_score: float | None
    score: float | None
    verdict: str
    steps: tuple[Step, ...]
    words: str


@dataclass(frozen=True)
class Chapter:
    """One domain of the report."""

    domain: str
    title: str
    intro: str
    score: Score
    items: tuple[ItemScore, ...]
    findings: tuple[Finding, ...]
    metrics: tuple[Metric, ...]
    series: tuple[Series, ...]
    strengths: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The printed outcome and the rule that gave it."""

    label: str
    rating: Rating
    rationale: tuple[str, ...]
    rule: str
    coverage: float
    confidence: str
    score: float | None = None  # of all domains, 0-100
    low: float = 0.0
    high: float = 100.0
    told: float | None = None  # the same by the answers alone
    told_coverage: float = 0.0


@dataclass(frozen=True)
class RepositoryScope:
    """The coverage ledger of one repository."""

    name: str
    commit: str
    committed: str  # ISO date of the audited commit
    branch: str
    commits: int | None
    contributors: int | None
    files: int
    lines_by_language: tuple[tuple[str, int, str], ...]  # language, code lines, how measured
    left_out: tuple[tuple[str, int, int], ...]  # role, files, lines
    shallow: bool
    issues: tuple[tuple[str, str, int, str], ...]  # collector, reason, count, example
    unread: tuple[tuple[str, str], ...] = ()  # dependency files that were not read, and why


@dataclass(frozen=True)
class Brand:
    """How the adviser's house shows in the report; what is empty is left out."""

    logo: str = ""  # an image as a data URI
    colour: str = ""  # of headings and rules, "#rrggbb"
    accent: str = ""  # of links and marks, "#rrggbb"
    line: str = ""  # licence or imprint, one line
    page: str = "a4"  # or "letter"


@dataclass(frozen=True)
class Comment:
    """The adviser's own words about one place of the report, as Markdown.

    `place` is "summary", the anchor of a section, a domain, or a finding's id.
    """

    place: str
    text: str


@dataclass(frozen=True)
class Response:
    """What the client says of one finding, and what the adviser replies; dates are ISO."""

    finding: str
    position: str  # "agreed", "corrected" or "disputed"
    words: str
    by: str = ""
    date: str = ""
    reply: str = ""
    replied: str = ""
    earlier: bool = False  # it was given to an earlier state of the finding


@dataclass(frozen=True)
class EvidenceFile:
    """One file that the assessment read, and its digest (see `manifest`)."""

    name: str  # its path in the engagement, or below "techdd/" where it ships with the tool
    digest: str  # "sha256:..." or "hmac-sha256:...", in hex


@dataclass(frozen=True)
class Portfolio:
    """The repositories of an engagement against each other: in sentences, and as exhibits."""

    says: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class Report:
    """All that a format sees; JSON-able through `dataclasses.asdict`."""

    client: str
    title: str
    date: str  # ISO; the one date that may differ between equal audits
    audience: str
    adviser: str
    tool: str
    verdict: Verdict
    summary: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    strengths: tuple[str, ...]
    scope: tuple[RepositoryScope, ...]
    runs: tuple[Run, ...]
    limits: tuple[str, ...]
    roadmap: tuple[tuple[str, tuple[str, ...], float, float], ...]  # horizon, finding ids, days
    day_rate: tuple[float, float]
    currency: str
    rate_given: bool  # by the adviser; else assumed by the policy
    methodology: Mapping[str, object]
    versions: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...] = ()  # only where the audience may see names: id, name
    differences: tuple[Difference, ...] = ()  # outside, only in the words that were approved
    clarifying: int = 0  # how many more differences there are
    moves: tuple[Move, ...] = ()
    brand: Brand = Brand()
    comments: tuple[Comment, ...] = ()
    responses: tuple[Response, ...] = ()
    evidence: tuple[EvidenceFile, ...] = ()  # every file that was read
    portfolio: Portfolio | None = None  # where there are several repositories
    trends: tuple[Series, ...] = ()  # over the audits of the engagement, from the third on
    withheld: tuple[tuple[str, int], ...] = ()  # kind, how many things this edition leaves out


def fingerprint(*parts: str) -> str:
    """12 hex digits that identify `parts`, stable over runs and machines."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


PERSON_MARK = "\N{LEFT WHITE SQUARE BRACKET}"
_PERSON_END = "\N{RIGHT WHITE SQUARE BRACKET}"
PERSON_TOKEN = re.compile(f"{PERSON_MARK}(.+?){_PERSON_END}")


def person_token(person: str) -> str:
    """The stand-in for a person's name in texts, resolved by `report.py` for each audience.

    Probes never write names, so an investor's copy cannot leak one.
    """
    return f"{PERSON_MARK}{person}{_PERSON_END}"
