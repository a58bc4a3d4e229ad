"""Literal metrics, items and findings to roles; a client's plan against them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders import a_finding, an_item

from techdd.documents import load
from techdd.errors import DocumentError
from techdd.folders import data
from techdd.hiring import Hiring, Planned, Roles, Scope, hiring, hiring_plan, pace
from techdd.model import Metric, Severity

SHIPPED = load(data("checklists") / "policy" / "roles.yaml", Roles)
TRUCK = {"metric": "truck_factor.people", "below": 3, "says": "Truck factor: {value:.0f}."}
LOW = {"items": ["SEC-*"], "at_most": 1, "count": 2}


def roles(*calls: dict[str, Any]) -> Roles:
    role = {
        "id": "second", "title": "Second owner", "yearly": [80_000, 120_000],
        "ramp_months": [3, 6], "horizon": "first 100 days", "without": "Work stops.",
        "calls": calls,
    }  # fmt: skip
    return Roles.model_validate({"source": "ours", "roles": [role]})


def scope(*given: Any, truck: float | None = 5) -> Scope:
    findings = [one for one in given if hasattr(one, "rule")]
    items = {one.id: one for one in given if hasattr(one, "ask")}
    metrics = {"truck_factor.people": Metric("truck_factor.people", truck)}
    return Scope(metrics, items, findings)


def rows(made: Roles, plan: Hiring | None, seen: Scope) -> list[tuple[Any, ...]]:
    (series,) = hiring(made, plan, seen, "EUR").series
    return list(series.rows)


@pytest.mark.parametrize(
    ("call", "seen", "why"),
    [
        (TRUCK, scope(truck=2), "Truck factor: 2."),
        (TRUCK, scope(truck=3), None),
        (TRUCK, scope(truck=None), None),
        ({"findings": ["key-person"]}, scope(a_finding(title="One person")),
         "Finding: One person."),
        ({"findings": ["key-person"]}, scope(a_finding(), a_finding(id="f2")),
         "Finding: One person, and 1 more like it."),
        ({"findings": ["key-person"]}, scope(a_finding(severity=Severity.INFO)), None),
        ({"findings": ["key-person"]}, scope(a_finding(difference="TEA-01")),
         "Finding: an answer and the evidence differ."),
        (LOW, scope(an_item("SEC-01", level=1), an_item("SEC-02", level=0)),
         "Questions: SEC-01 at level 1, SEC-02 at level 0."),
        (LOW, scope(an_item("SEC-01", level=1), an_item("SEC-02", level=2)), None),
        (LOW, scope(an_item("SEC-01", level=1), an_item("SEC-02", level=None)), None),
        (LOW, scope(an_item("SEC-01", level=1), an_item("TEA-02", level=0)), None),
        (LOW, scope(an_item("SEC-01", level=1),
                    an_item("SEC-02", level=0, applicable=False)), None),
    ],
)  # fmt: skip
def test_what_calls_for_a_role(call: dict[str, Any], seen: Scope, why: str | None) -> None:
    found = rows(roles(call), Hiring(), seen)
    assert [row[2] for row in found] == ([why] if why else [])


def test_a_role_says_when_what_without_and_what_it_costs() -> None:
    (row,) = rows(roles(TRUCK), None, scope(truck=1))
    assert row == (
        "Second owner", "First 100 days; productive after 3–6 months", "Truck factor: 1.",
        "Work stops.", "EUR 80,000–120,000 (assumption)", "no plan was given",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("plan", "cost"),
    [
        (Hiring(costs={"second": (90_000, 100_000)}), "EUR 90,000–100,000 (own figure)"),
        (Hiring(plan=(Planned(title="X", role="second", quarter="2026-Q3", cost=(70_000, 70_000)),),
                costs={"second": (90_000, 100_000)}), "EUR 70,000 (own figure)"),
        (Hiring(), "EUR 80,000–120,000 (assumption)"),
    ],
)  # fmt: skip
def test_own_figures_come_before_assumptions(plan: Hiring, cost: str) -> None:
    assert rows(roles(TRUCK), plan, scope(truck=1))[0][4] == cost


def test_the_plan_is_held_against_what_is_called_for() -> None:
    line = Planned(title="Lead", role="second", quarter="2026-Q4", people=2, milestone="v2")
    stranger = Planned(title="Poet", quarter="2026-Q3")
    needed = rows(roles(TRUCK), Hiring(plan=(stranger, line)), scope(truck=1))
    assert [(row[0], row[5]) for row in needed] == [
        ("Second owner", "planned and needed"),
        ("Poet", "planned without evidence"),
    ]
    assert needed[0][1].endswith("Planned: 2 x Lead, 2026-Q4 for v2")
    assert needed[1][4] == "not told"
    loose = rows(roles(TRUCK), Hiring(plan=(line,)), scope(truck=9))
    assert [(row[2], row[3], row[5]) for row in loose] == [
        ("Nothing that was assessed calls for it.", "", "planned without evidence")
    ]
    missing = rows(roles(TRUCK), Hiring(plan=(stranger,)), scope(truck=1))
    assert [row[5] for row in missing] == ["needed and not planned", "planned without evidence"]


def test_what_could_not_be_assessed_is_said_and_not_read_as_no_need() -> None:
    (series,) = hiring(roles(TRUCK), Hiring(), scope(truck=None), "EUR").series
    assert series.rows == ()
    assert "Not enough was assessed to say for: Second owner." in series.note


@pytest.mark.parametrize(
    ("quarters", "best", "value", "note"),
    [
        ({"2026-Q3": 4, "2026-Q4": 6}, 2.0, 3.0, ""),
        ({"2026-Q3": 1}, 2.0, 0.5, ""),
        ({}, 2.0, None, "the hiring plan is empty"),
        ({"2026-Q3": 1}, None, None, "nobody joined"),
    ],
)
def test_the_pace_of_the_plan(
    quarters: dict[str, int], best: float | None, value: float | None, note: str
) -> None:
    lines = tuple(
        Planned(title="X", quarter=quarter, people=1)
        for quarter, people in quarters.items()
        for _ in range(people)
    )
    name = "turnover.best_quarter_joiners"
    metrics = {name: Metric(name, best, note="" if best else "nobody joined")}
    reading = pace(Hiring(plan=lines), metrics)
    assert (reading.metrics[0].value, reading.metrics[0].note) == (value, note)
    assert [row[:2] for row in reading.series[0].rows] == sorted(quarters.items())


def test_no_plan_has_no_pace() -> None:
    assert pace(None, {}).metrics[0].note == "no hiring plan was given"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("plan: [{title: X, role: poet, quarter: 2026-Q1}]", "no role 'poet'; there are: second-"),
        ("costs: {poet: [1, 2]}", "no role 'poet'"),
        ("plan: [{title: X, quarter: 2026-5}]", "hiring.yaml:1:"),
        ("plan: [{title: X, quarter: 2026-Q1, cost: [2, 1]}]", "give the lower end first"),
    ],
)
def test_mistakes_in_the_plan_are_told(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "hiring.yaml").write_text(text)
    with pytest.raises(DocumentError) as caught:
        hiring_plan(tmp_path, SHIPPED)
    assert message in str(caught.value)


def test_no_file_is_no_plan(tmp_path: Path) -> None:
    assert hiring_plan(tmp_path, SHIPPED) is None
    (tmp_path / "hiring.yaml").write_text("# nothing yet\n")
    assert hiring_plan(tmp_path, SHIPPED) is None


@pytest.mark.parametrize(
    "call",
    [{}, {"metric": "m", "says": "x"}, {"metric": "m", "above": 1}, {"items": ["A-1"]},
     {"metric": "m", "above": 1, "says": "x", "findings": ["f"]}],
)  # fmt: skip
def test_a_call_names_one_thing_and_its_bound(call: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"give one of|needs?"):
        roles(call)
