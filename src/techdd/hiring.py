"""From evidence to a table of roles: when, why, what happens without, the cost, and who is planned.

`policy/roles.yaml` says what calls for a role; the engagement's `hiring.yaml` holds the client's
own plan, which is held against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from techdd.amounts import money, span
from techdd.documents import load, read_yaml
from techdd.errors import DocumentError
from techdd.files import is_there
from techdd.model import (
    Finding,
    Horizon,
    ItemScore,
    Metric,
    Reading,
    Series,
    Severity,
    Status,
)
from techdd.policy import Name, Range, Versioned, Written

FILE = "hiring.yaml"
PLANNED = "Planned: "  # before what the client's plan says
DOMAIN = "team"
_QUESTION = "Which roles does the evidence call for, and does the plan have them?"
NEEDED, OPEN, LOOSE = "planned and needed", "needed and not planned", "planned without evidence"


class Call(Written):
    """What calls for a role: a metric beyond a bound, items at a low level, or open findings."""

    metric: str = ""
    above: float | None = None
    below: float | None = None
    says: str = ""
    items: tuple[str, ...] = ()  # ids, or patterns such as SEC-*
    at_most: Annotated[int, Field(ge=0, le=4)] | None = None
    count: Annotated[int, Field(ge=1)] = 1
    findings: tuple[str, ...] = ()  # rules

    @model_validator(mode="after")
    def _calls_by_one_thing(self) -> Call:
        if bool(self.metric) + bool(self.items) + bool(self.findings) != 1:
            raise ValueError("give one of 'metric', 'items' and 'findings'")
        bounds = (self.above is not None) + (self.below is not None)
        if bounds != bool(self.metric) or bool(self.says) != bool(self.metric):
            raise ValueError("a 'metric' needs 'says' and one of 'above' and 'below'")
        if (self.at_most is not None) != bool(self.items):
            raise ValueError("'items' need 'at_most'")
        return self


class Role(Written):
    """A role, what it costs a year as an assumption, and what calls for it."""

    id: Name
    title: str
    yearly: Range
    ramp_months: Range
    horizon: Horizon
    without: str
    calls: Annotated[tuple[Call, ...], Field(min_length=1)]


class Roles(Written):
    """The policy `roles.yaml`."""

    source: str
    roles: tuple[Role, ...]


class Planned(Written):
    """One line of the client's hiring plan."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    role: Name | None = None  # an id of roles.yaml; left out = none of them
    quarter: Annotated[str, Field(pattern=r"^\d{4}-Q[1-4]$")]
    people: Annotated[int, Field(ge=1, le=10_000)] = 1
    cost: Range | None = None  # of one person a year
    milestone: Annotated[str, Field(max_length=300)] = ""


class Hiring(Versioned):
    """hiring.yaml: the client's plan, and full costs a year by role that the engagement knows."""

    stored = "hiring.yaml"

    plan: tuple[Planned, ...] = ()
    costs: Mapping[Name, Range] = Field(default_factory=dict)


class Scope(NamedTuple):
    """What roles are called for by."""

    metrics: Mapping[str, Metric]
    items: Mapping[str, ItemScore]
    findings: Sequence[Finding]


def hiring_plan(root: Path, roles: Roles) -> Hiring | None:
    """The client's plan; None where there is none. Raises DocumentError."""
    path = root / FILE
    if not is_there(path) or read_yaml(path) is None:
        return None
    found = load(path, Hiring)
    known = [role.id for role in roles.roles]
    named = {one.role for one in found.plan if one.role} | found.costs.keys()
    for stranger in sorted(named - set(known)):
        raise DocumentError(f"no role {stranger!r}; there are: {', '.join(known)}", path)
    return found


def pace(plan: Hiring | None, metrics: Mapping[str, Metric]) -> Reading:
    """How the fullest quarter of the plan compares with the best in the history, as a probe would.

    It is read before findings are judged, since it is judged itself.
    """
    best = metrics.get("turnover.best_quarter_joiners")
    quarters = _by_quarter(plan.plan) if plan else {}
    note = ""
    if plan is None:
        note = "no hiring plan was given"
    elif not quarters:
        note = "the hiring plan is empty"
    elif best is None or not best.value:
        note = best.note if best and best.note else "nobody is known to have joined"
    value, basis = None, ""
    if not note and best and best.value:
        fullest = max(quarters, key=lambda one: (quarters[one], one))
        value = quarters[fullest] / best.value
        basis = f"{quarters[fullest]} planned in {fullest}, {best.value:.0f} joined in the best"
    metric = Metric("hiring.pace", value, "ratio", basis=basis, note=note)
    joined = best.value if best else None
    series = Series(
        "hiring_pace",
        "Planned hires by quarter, and the best quarter in the history",
        ("quarter", "planned", "joined in the best quarter"),
        tuple((quarter, people, joined) for quarter, people in sorted(quarters.items())),
        note="Joined: first commit of people who went on to commit in several months. People whose "
        "work is not in the repositories are not counted.",
    )
    return Reading("hiring_pace", _QUESTION, DOMAIN, Status.OK, (metric,), (), (series,))


def _by_quarter(plan: Iterable[Planned]) -> Counter[str]:
    quarters: Counter[str] = Counter()
    for one in plan:
        quarters[one.quarter] += one.people
    return quarters


def hiring(roles: Roles, plan: Hiring | None, scope: Scope, currency: str) -> Reading:
    """The table of roles, as a probe would answer it; needs findings that are judged."""
    rows, called = [], 0
    undecided = []
    for role in roles.roles:
        reasons = list(_reasons(role, scope))
        lines = [one for one in plan.plan if one.role == role.id] if plan else []
        called += bool(reasons)
        if reasons or lines:
            rows.append(_row(role, reasons, lines, plan, currency))
        elif _is_open(role, scope):
            undecided.append(role.title)
    rows += [_stranger(one, currency) for one in (plan.plan if plan else ()) if one.role is None]
    order = [NEEDED, OPEN, LOOSE]
    rows.sort(key=lambda row: order.index(str(row[-1])) if str(row[-1]) in order else 0)
    told = [f"Costs that are marked so are assumptions ({roles.source})."]
    if plan is None:
        told.append("No hiring plan was given.")
    if undecided:
        told.append(f"Not enough was assessed to say for: {'; '.join(undecided)}.")
    series = Series(
        "hiring_plan",
        "Roles that the evidence calls for, held against the plan",
        ("role", "when", "why", "without", "cost a year", "plan"),
        tuple(rows),
        note=" ".join(told),
        prose=True,
    )
    metric = Metric("hiring.roles_called_for", called, "roles", basis=f"{len(roles.roles)} roles")
    return Reading("hiring", _QUESTION, DOMAIN, Status.OK, (metric,), (), (series,))


def _row(
    role: Role, reasons: Sequence[str], lines: Sequence[Planned], plan: Hiring | None, currency: str
) -> tuple[str, ...]:
    own = next((one.cost for one in lines if one.cost), None)
    own = own or (plan.costs.get(role.id) if plan else None)
    low, high = own or role.yearly
    cost = f"{money(low, high, currency)} ({'own figure' if own else 'assumption'})"
    standing = (NEEDED if reasons else LOOSE) if lines else OPEN
    if plan is None:
        standing = "no plan was given"
    months = span(*role.ramp_months, "months")
    when = f"{role.horizon.value.capitalize()}; productive after {months}"
    if lines:
        when += f". {PLANNED}{'; '.join(map(_planned, lines))}"
    why = " ".join(reasons) or "Nothing that was assessed calls for it."
    return role.title, when, why, role.without if reasons else "", cost, standing


def _planned(one: Planned) -> str:
    people = f"{one.people} x " if one.people > 1 else ""
    return f"{people}{one.title}, {one.quarter}{f' for {one.milestone}' if one.milestone else ''}"


def _stranger(one: Planned, currency: str) -> tuple[str, ...]:
    """A planned role that the evidence does not speak to."""
    cost = f"{money(*one.cost, currency)} (own figure)" if one.cost else "not told"
    why = "It is of none of the roles that the evidence is read for."
    return one.title, f"{PLANNED}{_planned(one)}", why, "", cost, LOOSE


def _reasons(role: Role, scope: Scope) -> Iterator[str]:
    """What calls for the role, in sentences with numbers."""
    for call in role.calls:
        if call.metric:
            metric = scope.metrics.get(call.metric)
            if metric and metric.value is not None and _is_beyond(call, metric.value):
                yield call.says.format(value=metric.value, basis=metric.basis)
        elif call.items:
            low = [one for one in _items(call, scope) if _is_low(call, one)]
            if len(low) >= call.count:
                levels = ", ".join(f"{one.id} at level {one.level:g}" for one in low)
                yield f"Questions: {levels}."
        else:
            for rule in call.findings:
                if open_ := _open(rule, scope.findings):
                    more = f", and {len(open_) - 1} more like it" if len(open_) > 1 else ""
                    yield f"Finding: {_title(open_[0])}{more}."


def _title(finding: Finding) -> str:
    """What a finding is called here, where nobody chooses what an audience may read of it."""
    contradicts = "an answer and the evidence differ"
    return contradicts if finding.difference else finding.title


def _is_beyond(call: Call, value: float) -> bool:
    return value > call.above if call.above is not None else value < (call.below or 0.0)


def _items(call: Call, scope: Scope) -> list[ItemScore]:
    return [
        one for name, one in sorted(scope.items.items())
        if one.applicable and any(fnmatchcase(name, pattern) for pattern in call.items)
    ]  # fmt: skip


def _is_low(call: Call, item: ItemScore) -> bool:
    return item.level is not None and call.at_most is not None and item.level <= call.at_most


def _open(rule: str, findings: Sequence[Finding]) -> list[Finding]:
    return [one for one in findings if one.rule == rule and one.severity is not Severity.INFO]


def _is_open(role: Role, scope: Scope) -> bool:
    """Whether a call of the role could not be decided: a metric or an item is not assessed."""
    for call in role.calls:
        metric = scope.metrics.get(call.metric)
        if call.metric and (metric is None or metric.value is None):
            return True
        if call.items and any(one.level is None for one in _items(call, scope)):
            return True
    return False
