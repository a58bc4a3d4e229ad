"""What people write: finding rules, scoring policy and engagement.

Frozen pydantic models; unknown keys are mistakes. `documents.load` reads them from YAML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from techdd.amounts import volume_of
from techdd.model import Audience, Horizon, Rating, Severity

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=80)]
Importance = Literal["critical", "major", "minor"]
Delivered = Literal["saas", "distributed", "embedded", "internal"]
# Kinds of debt that a price can be put on, in the order of the report.
Debt = Literal[
    "complex-functions", "long-functions", "wide-interfaces", "duplication", "missing-tests",
    "patch-updates", "minor-updates", "major-updates", "replacements",
]  # fmt: skip


def _ordered(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise ValueError("give the lower end first")
    return ends


_Amount = Annotated[float, Field(gt=0, le=1_000_000)]
Range = Annotated[tuple[_Amount, _Amount], AfterValidator(_ordered)]


def repeated(names: Iterable[str]) -> list[str]:
    """Those of `names` that are there more than once, sorted."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


class Written(BaseModel):
    """The base of everything people write: frozen, and a mistyped key is an error."""

    # Most commands need few of the models: each is built when it is first used.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    def stated(self) -> dict[str, Any]:
        """What differs from the defaults, as a document has it."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Versioned(Written):
    """The base of a whole file of an engagement; `stored` is its name in `migrations.FORMATS`."""

    stored: ClassVar[str]

    format_version: Annotated[int, Field(ge=1)] = 1  # see `migrations.current`


# --- finding rules --------------------------------------------------------------------------------


class Threshold(Written):
    """One bound of a metric and how severe it is to be beyond it (`above` or `below` it)."""

    severity: Severity
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Threshold:
        if (self.above is None) == (self.below is None):
            raise ValueError("give exactly one of 'above' and 'below'")
        return self

    def fires(self, value: float) -> bool:
        """Whether `value` lies strictly beyond the bound."""
        return value > self.above if self.above is not None else value < (self.below or 0.0)


class FindingRule(Written):
    """Judges a metric (by thresholds) or an observation (by its severity).

    Texts and references may name `{value}`, `{repo}`, `{basis}` and the observation's own values,
    with Python's format specifications; a reference that comes out empty is left out.
    `severity_from` names an observation value that holds the severity, `kind_from` one that parts
    the findings of this rule by kind.
    `measured_by` names the metric of the same probe: where it could not be measured, that nothing
    was observed says nothing.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    domain: str
    metric: str = ""
    scope: Literal["repository", "engagement"] = "repository"
    thresholds: tuple[Threshold, ...] = ()  # the first that fires decides
    observed: bool = False  # judges the observations that carry this rule's id
    severity: Severity | None = None
    severity_from: str = ""
    kind_from: str = ""
    measured_by: str = ""
    title: str
    observation: str
    why: str
    remedy: str
    effort: tuple[float, float]  # person-days, low and high, for the whole finding
    horizon: Horizon | None = None  # default: by severity
    treatment: str = ""  # deal treatment: condition precedent, warranty, ...
    tags: tuple[Literal["continuity", "clock", "cash"], ...] = ()
    references: tuple[str, ...] = ()
    source: str = ""  # of the threshold
    deal_breaker: bool = False  # at severity critical, a red flag that can stop a deal

    @model_validator(mode="after")
    def _judges_one_thing(self) -> FindingRule:
        if bool(self.metric) == self.observed:
            raise ValueError("give either 'metric' with 'thresholds' or 'observed: true'")
        if self.metric and not self.thresholds:
            raise ValueError("a metric rule needs 'thresholds'")
        if self.observed and not (self.severity or self.severity_from):
            raise ValueError("an observation rule needs 'severity' or 'severity_from'")
        if self.measured_by and not self.observed:
            raise ValueError("'measured_by' belongs to an observation rule")
        return self


class FindingRules(Written):
    """One file of finding rules."""

    rules: tuple[FindingRule, ...]


# --- scoring policy -------------------------------------------------------------------------------


class Bounds(Written):
    """From which score (0-100) a domain is green or amber; below it is red."""

    green: float
    amber: float


class VerdictRule(Written):
    """The verdict `label` where all its conditions hold; the first rule that holds decides."""

    label: str
    rating: Rating
    says: str
    coverage_below: float | None = None
    deal_breakers_from: int | None = None
    critical_from: int | None = None
    high_from: int | None = None
    red_domains_from: int | None = None
    score_below: float | None = None


class Scoring(Written):
    """How answers and evidence become scores, and scores a verdict; printed in the methodology."""

    power: Annotated[float, Field(gt=0, le=1)]  # exponent of the power mean; 1 = arithmetic
    caps: Mapping[str, int]  # evidence grade -> highest level it can earn
    importance: Mapping[Importance, float]  # weight factors
    critical_caps: tuple[tuple[int, float], ...]  # (critical item at or below level, domain score)
    contradiction: int  # measured level below the stated one by this much = contradicted
    unsure: int  # levels that an answer given with low confidence may be off
    # importance -> (levels apart from, severity) of the finding, the worst first
    disagreement: Mapping[Importance, tuple[tuple[int, Severity], ...]]
    contradicted: Mapping[Importance, tuple[tuple[int, Severity], ...]]
    bounds: Bounds
    severity_caps: Mapping[Severity, Rating]  # an open finding's ceiling on its domain's light
    domain_coverage: float  # below this share of assessed weight a domain is grey
    confidence: tuple[tuple[str, float, float], ...]  # (label, coverage from, mean grade from)
    verdicts: tuple[VerdictRule, ...]
    quick: float  # person-days
    horizons: Mapping[Severity, tuple[Horizon, Horizon]]  # of what is quick, and of what takes more
    day_rate: Range
    currency: str

    def due(self, severity: Severity, effort: tuple[float, float]) -> Horizon:
        """When a finding of that severity and effort, in person-days, should be dealt with."""
        return self.horizons[severity][effort[1] > self.quick]


# --- engagement -----------------------------------------------------------------------


Group = Annotated[str, Field(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class RepositoryEntry(Written):
    """One repository of the client: a path or a clone URL, and the name it has in the report."""

    name: Name
    source: str
    revision: str = ""  # branch, tag or full commit id; empty = what HEAD points to
    group: Group = ""  # product, team or subsidiary that it belongs to; empty = none
    delivery: Delivered | None = None  # where it differs from the engagement's
    products: tuple[str, ...] = ()  # what VEX documents call it: purls, names, serials of bills
    sarif: tuple[str, ...] = ()  # results of the client's scanners, outside the repository
    coverage: tuple[str, ...] = ()  # reports on test coverage, outside the repository


class LeftOut(Written):
    """A repository that a list or an export named and that is not audited."""

    source: str
    why: Annotated[str, Field(max_length=200)]


def _hexadecimal(colour: str) -> str:
    if colour and not re.fullmatch("#[0-9a-fA-F]{6}", colour):
        raise ValueError("write the colour as #rrggbb, in quotes")
    return colour


def _bytes(written: Any) -> int:
    return volume_of(str(written))


Colour = Annotated[str, AfterValidator(_hexadecimal)]


class House(Written):
    """How the adviser's house shows in the report."""

    logo: Annotated[str, Field(max_length=300)] = ""  # a PNG, JPEG or SVG in the engagement
    colour: Colour = ""  # of headings and rules
    accent: Colour = ""  # of links and marks
    line: Annotated[str, Field(max_length=200)] = ""  # licence or imprint


class Allowance(Written):
    """What a collector may take on one repository; None = as the collector says."""

    minutes: Annotated[float, Field(gt=0, le=10_080)] | None = None
    memory: Annotated[int, BeforeValidator(_bytes), Field(ge=256 << 20)] | None = None  # bytes


class Confidential(Written):
    """A word that some audiences may not read, and what stands for it."""

    term: Annotated[str, Field(min_length=3, max_length=100, pattern=r"\w")]
    instead: Annotated[str, Field(alias="as", max_length=100)] = "[withheld]"
    audiences: tuple[Audience, ...] = ("investor",)


def _termed(written: Any) -> Any:
    return {"term": written} if isinstance(written, str) else written


class Engagement(Versioned):
    """engagement.yaml: one client, its repositories and what is particular to this audit."""

    stored = "engagement.yaml"

    client: Annotated[str, Field(min_length=1, max_length=200)]
    repositories: tuple[RepositoryEntry, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    adviser: str = ""
    brand: House = House()
    page: Literal["a4", "letter"] = "a4"
    checklists: tuple[Name, ...] = ()  # empty = all that ship with the tool
    profile: Name | None = None  # what occasions the audit; None = every question, as it weighs
    round: Annotated[str, Field(max_length=80)] = ""  # of interviews; a new one asks anew
    retain_until: date | None = None  # the last day on which the engagement has to be kept
    as_of: date | None = None  # the date that "inactive for 90 days" counts back from
    online: bool = False  # whether collectors may use the network
    delivery: Delivered | None = None  # how the product reaches its users; None = not known
    day_rate: Range | None = None
    currency: str | None = None
    remediation_hours: Mapping[Debt, Range] = Field(default_factory=dict)  # against the policy's
    options: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)  # collector -> options
    budgets: Mapping[str, Allowance] = Field(default_factory=dict)  # collector -> what it may take
    confidential: tuple[Annotated[Confidential, BeforeValidator(_termed)], ...] = ()

    def withheld_from(self, audience: Audience) -> tuple[tuple[str, str], ...]:
        """The terms that `audience` may not read, each with what stands for it."""
        return tuple(
            (one.term, one.instead) for one in self.confidential if audience in one.audiences
        )

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Engagement:
        if twice := repeated(entry.name for entry in self.repositories):
            raise ValueError(f"repository name used twice: {', '.join(twice)}")
        if self.currency and self.day_rate is None:
            raise ValueError("'currency' belongs to a day rate: give 'day_rate' too")
        return self
