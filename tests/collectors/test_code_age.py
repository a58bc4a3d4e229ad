from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from techdd.collectors.code_age import code_age
from techdd.facts import Survivor, frame
from techdd.model import Metric, Series

AS_OF = date(2025, 6, 30)


def asked(*lines: tuple[str, str, int], role: str = "source") -> list[Any]:
    """`code_age` of (component, month, lines)."""
    rows = [Survivor(f"{c}/x.py", c, role, "ann", month, n) for c, month, n in lines]
    made = frame(Survivor, rows)
    made.insert(0, "repo", "app")
    return list(code_age.run(AS_OF, made))


def values(found: list[Any]) -> dict[str, float | None]:
    return {one.name: one.value for one in found if isinstance(one, Metric) and not one.repo}


def test_the_median_is_weighted_by_lines() -> None:
    found = asked(("a", "2025-06", 40), ("a", "2024-06", 20), ("b", "2015-06", 60))
    assert values(found) == {"code_age.median_years": 1.0, "code_age.over_3y_share": 0.5}
    assert found[0].basis == "120 of 120 lines of production code with a known date"


def test_shares_by_band_sum_to_the_whole_and_the_largest_component_is_first() -> None:
    found = asked(
        ("a", "2024-07", 50), ("a", "2024-06", 30), ("a", "2022-06", 15), ("a", "2019-06", 5),
        ("b", "2031-01", 300),
    )  # fmt: skip
    (series,) = [one for one in found if isinstance(one, Series)]
    assert series.rows == (("b", 1.0, 0.0, 0.0, 0.0), ("a", 0.5, 0.3, 0.15, 0.05))
    assert series.chart == "parts"


@pytest.mark.parametrize(
    ("lines", "role", "note"),
    [
        ((), "source", "who wrote the lines that stand was not measured"),
        ((("a", "2024-06", 500),), "test", "who wrote the lines that stand was not measured"),
        ((("a", "", 500),), "source", "fewer than 100 lines of production code with a known date"),
        ((("a", "2024-06", 9),), "source", "fewer than 100 lines of production code with a known"),
    ],
)
def test_what_was_not_measured_has_no_age(lines: Any, role: str, note: str) -> None:
    found = asked(*lines, role=role)
    assert set(values(found).values()) == {None}
    assert found[0].note.startswith(note)
