"""What mending technical debt takes: assumptions that people write, as facts for the probes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from techdd.policy import Debt, Engagement, Range, Scoring, Written, repeated


class Remediation(NamedTuple):
    """What one kind of debt is and what mending takes, in hours for each step or part of one."""

    kind: str
    title: str
    counted: str  # what one item is
    above: int  # the bound over which something is an item
    step: int  # of the measure above the bound; 0 = an item takes the same whatever its size
    low: float
    high: float
    buys: str
    source: str
    own: bool  # the adviser's hours, in place of the policy's


class Rate(NamedTuple):
    """What a person-day costs, at least and at most: one for all money of a report."""

    low: float
    high: float
    currency: str
    given: bool  # by the adviser; else the policy's assumption


def day_rate(policy: Scoring, engagement: Engagement) -> Rate:
    """The engagement's own, or what the policy assumes."""
    if engagement.day_rate is None:
        return Rate(*policy.day_rate, policy.currency, given=False)
    return Rate(*engagement.day_rate, engagement.currency or policy.currency, given=True)


class Basis(NamedTuple):
    """What turns hours into days, money and a share of what building anew would take."""

    hours_per_day: float
    lines_low: float  # code lines that a person-day brings forth when all is built anew
    lines_high: float
    lines_source: str
    rate_low: float
    rate_high: float
    currency: str
    rate_given: bool  # by the adviser; else assumed by the policy


class Kind(Written):
    """One kind of debt, as the policy has it."""

    id: Debt
    title: str
    counted: str
    above: Annotated[int, Field(ge=0)] = 0
    step: Annotated[int, Field(ge=0)] = 0
    hours: Range
    buys: str
    source: str


class DebtPolicy(Written):
    """The assumptions of `policy/debt.yaml`."""

    hours_per_day: Annotated[float, Field(gt=0, le=24)]
    lines_per_day: Range
    lines_source: str
    kinds: tuple[Kind, ...]

    @model_validator(mode="after")
    def _each_kind_once(self) -> DebtPolicy:
        if twice := repeated(one.id for one in self.kinds):
            raise ValueError(f"kind given twice: {', '.join(twice)}")
        return self

    def remediations(self, engagement: Engagement) -> Iterator[Remediation]:
        """The kinds, with the hours of the engagement where it has its own."""
        for one in self.kinds:
            own = engagement.remediation_hours.get(one.id)
            yield Remediation(
                one.id, one.title, one.counted, one.above, one.step, *(own or one.hours), one.buys,
                "the adviser's own hours" if own else one.source, own is not None,
            )  # fmt: skip

    def basis(self, rate: Rate) -> Basis:
        """The rest."""
        fewest, most = self.lines_per_day
        return Basis(
            self.hours_per_day, fewest, most, self.lines_source,
            rate.low, rate.high, rate.currency, rate.given,
        )  # fmt: skip
