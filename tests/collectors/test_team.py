"""Newcomers, a replaced team, abandoned files and who must not leave, each worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from builders import a_change
from test_knowledge import (
    ANN,
    AS_OF,
    BEN,
    END,
    Row,
    committed,
    metrics,
    observed,
    people_of,
    series,
    standing,
    tables,
)

from techdd.collectors import departures, orphans, turnover
from techdd.facts import Change, File, Function, frame
from techdd.model import Metric, person_token

# --- newcomers ------------------------------------------------------------------------------------

# Ann is old; in the last 36 months she made 2, 4 and 9 commits a month (October to December):
# the pace of the team is the median, 4.
OLDER = [
    ("ann", ago) for ago in (1_500, 1_460, 1_420, 80, 79, *range(50, 46, -1), *range(20, 11, -1))
]
BEN_JOINS = [("ben", 400 - 7 * n) for n in range(12)]  # one a week
CY_JOINS = [("cy", 360 - 14 * n) for n in range(12)]  # one in two weeks
DAN_JOINS = [("dan", 300), *(("dan", 265 - 7 * n) for n in range(12))]  # weekly after five weeks
EVE_JOINS = [("eve", ago) for ago in (200, 165, 135, 134, 133, 130)]  # never a tenth one
VISIT = [("fay", ago) for ago in range(100, 88, -1)]  # 12 commits, but in two months only


def joined(*made: tuple[str, int]) -> dict[str, Metric]:
    """What is said of newcomers, by the metric's name."""
    people = people_of(*sorted({who for who, _ in made}))
    found = turnover.onboarding.run(AS_OF, committed(*made), people)
    return {one.name: one for one in found if isinstance(one, Metric)}


def test_newcomers_take_weeks_to_their_tenth_commit_and_to_the_pace_of_the_team() -> None:
    found = joined(*OLDER, *BEN_JOINS, *CY_JOINS, *DAN_JOINS, *EVE_JOINS, *VISIT)
    tenth = found["onboarding.weeks_to_tenth_commit"]
    # Ben 9 weeks, Cy 9 times two, Dan 5 and 8 more; Eve made six and is in the basis only.
    assert (tenth.value, tenth.unit) == (13, "weeks")
    assert tenth.basis == "3 of 4 people who joined in 36 months made 10 commits"
    pace = found["onboarding.weeks_to_team_pace"]
    # Four within 30 days: Ben at once (3 weeks), Dan after 5 weeks (3 more), Eve on day 70; Cy
    # needs 42 days for four.
    assert (pace.value, pace.unit) == (8, "weeks")
    assert pace.basis == (
        "3 of 4 people who joined in 36 months reached the median of 4 commits a month"
    )


def test_of_fewer_than_three_newcomers_nothing_is_said() -> None:
    found = joined(*OLDER, *BEN_JOINS, *CY_JOINS, *EVE_JOINS)
    tenth, pace = found.values()
    assert (tenth.value, pace.value) == (None, None)
    assert tenth.note == (
        "fewer than 3 newcomers: 2 of 3 people who joined in 36 months made 10 commits"
    )


def test_who_founded_a_young_repository_is_no_newcomer() -> None:
    founders = [(who, 400 + late - 7 * n) for who, late in (("ann", 0), ("ben", 30), ("cy", 60))
                for n in range(12)]  # fmt: skip
    later = [(who, 250 - 7 * n) for who in ("dan", "eve", "fay") for n in range(12)]
    assert joined(*founders)["onboarding.weeks_to_tenth_commit"].basis.startswith("0 of 0 people")
    found = joined(*founders, *later)
    assert found["onboarding.weeks_to_tenth_commit"].value == 9
    # Nobody is older than the 36 months, so that there is no pace to reach.
    assert found["onboarding.weeks_to_team_pace"].value is None


# --- a team replaced ------------------------------------------------------------------------------


def carried(before: dict[str, int], after: dict[str, int]) -> list[Any]:
    """What is said of commits by people in the first and in the second half of 2025."""
    made = [(who, 190 + n) for who, count in before.items() for n in range(count)]
    made += [(who, n) for who, count in after.items() for n in range(count)]
    people = people_of(*sorted({*before, *after}))
    return list(turnover.continuity_of_team.run(AS_OF, committed(*made), people))


def test_a_team_that_was_replaced_is_observed() -> None:
    found = carried({"ann": 20, "ben": 10}, {"ann": 10, "cy": 15, "dan": 15})
    assert metrics(found) == {("", "continuity_of_team.carried_share"): 10 / 40}
    assert series(found, "carried_on") == (("2025-12-31", 10 / 40),)
    assert observed(found) == [
        (
            "team-replaced", "api", "2025-07-01",
            {"since": "2025-07-01", "share": 10 / 40, "before": 2, "after": 3},
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ({"ann": 20, "ben": 10}, {"ann": 12, "cy": 14, "dan": 14}, 0.3),  # not below it
        ({"ann": 30}, {"cy": 20, "dan": 20}, 0.0),  # one person is no team
        ({"ann": 20, "ben": 10}, {"cy": 40}, 0.0),
        ({"ann": 20, "ben": 9}, {"cy": 20, "dan": 20}, None),  # 29 commits tell nothing
        ({"ann": 20, "ben": 10}, {"cy": 20, "dan": 9}, None),
    ],
)
def test_a_team_that_goes_on_or_is_too_small_is_not(
    before: dict[str, int], after: dict[str, int], share: float | None
) -> None:
    found = carried(before, after)
    assert metrics(found) == {("", "continuity_of_team.carried_share"): share}
    assert observed(found) == []


# --- abandoned files ------------------------------------------------------------------------------


def abandoned(*rows: tuple[str, str, int]) -> list[Any]:
    """What is said of (path, people, days since the last change); ann has left, ben has not."""
    contributions, commits, people = tables(
        [("api", path, who) for path, who, _ in rows], {"ann": 400, "ben": 0}
    )
    ages = {path: timedelta(days=ago) for path, _, ago in rows}
    contributions["last"] = END - contributions["path"].map(ages)
    return list(orphans.orphans.run(AS_OF, contributions, commits, people))


def test_a_file_is_abandoned_without_an_active_author_and_a_change_in_24_months() -> None:
    left = [(f"old/{n}", "ann+", 730) for n in range(4)]
    tended = [(f"done/{n}", "ben+", 900) for n in range(3)]
    recent = [(f"new/{n}", "ann+", 729) for n in range(3)]
    found = abandoned(*left, *tended, *recent)
    assert metrics(found) == {
        ("", "orphans.abandoned_share"): 4 / 10,
        ("api", "orphans.abandoned_share"): 4 / 10,
    }
    assert series(found, "untended_components") == (
        ("api", "old", 4, 1.0, "2024-01-01", "orphaned and abandoned"),
        ("api", "done", 3, 0.0, "2023-07-15", "abandoned"),
        ("api", "new", 3, 1.0, "2024-01-02", "orphaned"),
    )
    assert metrics(abandoned(*left, *tended, *recent[1:]))["", "orphans.abandoned_share"] is None


# --- who must not leave ---------------------------------------------------------------------------

# Twelve files: ann alone 5, ann with cy 1, ben alone 3, cy alone 1, and 2 of dan, who has left.
HELD: list[Row] = [
    *(("any", f"core/{n}", "ann+") for n in range(5)), ("any", "core/both", "ann+ cy+"),
    *(("any", f"lib/{n}", "ben+") for n in range(3)), ("any", "core/cy", "cy+"),
    *(("any", f"core/dan{n}", "dan+") for n in range(2)),
]  # fmt: skip
HOT = ("core/0", "core/both", "lib/0", "core/dan0")  # ann, ann and cy, ben, nobody any more
DAYS = {"ann": 0, "ben": 0, "cy": 0, "dan": 400}


def leaving(rows: list[Row], hot: tuple[str, ...] = HOT, **days: int) -> list[Any]:
    """What is said if the main people of `rows` leave; `days` since each one's last commit."""
    contributions, commits, people = tables(rows, days)
    changes = frame(Change, [a_change("ann", path) for path in hot])
    files = frame(
        File, [File(p, p, 1, "Python", "source", 1, 1, 0, "", "core") for _, p, _ in rows]
    )
    functions = frame(
        Function,
        [Function(p, "core", "source", "Python", "f", 1, 1, 1, 0, 3, 0, 0) for _, p, _ in rows],
    )
    for table in (changes, files, functions):
        table.insert(0, "repo", "any")
    lines = standing(ann=50, ben=30, cy=15, dan=5)
    facts = (contributions, lines, commits, changes, files, functions, people)
    return list(departures.simulation.run(AS_OF, *facts))


def test_if_the_two_main_people_leave() -> None:
    found = leaving(HELD, **DAYS)
    assert metrics(found) == {
        ("", "simulation.two_files_share"): 8 / 12,  # 5 of ann's and 3 of ben's
        ("", "simulation.two_hotspots"): 2,  # core/0 and lib/0
        ("", "simulation.two_lines_share"): 80 / 100,
    }
    assert [one.basis for one in found if isinstance(one, Metric)] == [
        "12 source files, the two main authors among active people",
        "4 hotspots, the two main authors among active people",
        "100 surviving source lines, the two main authors among active people",
    ]
    first, second, third = series(found, "if_people_leave")
    assert first == (ANN, 0.5, 5 / 12, "1 of 4", "none")
    assert second == (f"{ANN}, {BEN}", 0.8, 8 / 12, "2 of 4", "1: lib")
    assert third[1:] == (0.95, 10 / 12, "3 of 4", "2: core, lib")
    assert observed(found) == [
        (
            "main-people-leave", "any", "",
            {"people": BEN, "count": 1, "components": "lib"},  # whether ann stays or not
        )
    ]  # fmt: skip


def test_if_the_only_main_person_leaves() -> None:
    found = leaving(HELD, ann=0, ben=400, cy=400, dan=400)
    assert metrics(found) == {
        ("", "simulation.two_files_share"): 6 / 12,
        ("", "simulation.two_hotspots"): 2,  # core/0 and core/both
        ("", "simulation.two_lines_share"): 50 / 100,
    }
    bases = [one.basis for one in found if isinstance(one, Metric)]
    assert all(one.endswith("the one main author among active people") for one in bases)
    ((_, _, _, values),) = observed(found)
    assert values == {"people": person_token("ann"), "count": 1, "components": "core"}


@pytest.mark.parametrize(
    ("rows", "hot", "days", "notes"),
    [
        (HELD, HOT, dict.fromkeys(DAYS, 400), ["no author of a source file is active"] * 3),
        (HELD[:9], HOT, DAYS, ["fewer than 10 source files", "", ""]),
        (HELD, (), DAYS, ["", "no file was both complex and changed in 12 months", ""]),
    ],
)
def test_what_cannot_be_simulated_has_no_value_and_a_note(
    rows: list[Row], hot: tuple[str, ...], days: dict[str, int], notes: list[str]
) -> None:
    found = [one for one in leaving(rows, hot, **days) if isinstance(one, Metric)]
    assert [one.note for one in found] == notes
    assert [one.value is None for one in found] == [bool(one) for one in notes]
