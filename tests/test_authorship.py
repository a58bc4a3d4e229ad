from __future__ import annotations

from datetime import UTC, datetime
from math import log

import pytest
from pandas import DataFrame

from techdd.authorship import (
    Removal,
    authors,
    contributions_by_person,
    contributors,
    departures,
    lines_by_person,
    owners,
    truck_factor,
)
from techdd.facts import Contribution, Person, Survivor, frame

DAYS = [datetime(2025, 1, day, tzinfo=UTC) for day in range(1, 10)]


def part(path: str, who: str, changes: int, *, made: bool = False) -> Contribution:
    return Contribution(path, ".", "source", who, made, changes, 10, DAYS[0], DAYS[1])


def table(*rows: Contribution, people: dict[str, str] | None = None, bots: str = ""):
    """`contributions_by_person` of one repository; people maps identity -> person."""
    identities = {one.identity for one in rows}
    known = [
        Person(who, (people or {}).get(who, who), who, f"{who}@x.io", who in bots.split())
        for who in sorted(identities)
    ]
    facts = frame(Contribution, rows)
    facts.insert(0, "repo", "app")
    return contributions_by_person(facts, frame(Person, known))


def test_degree_of_authorship_by_hand() -> None:
    found = authors(table(part("f", "ann", 9, made=True), part("f", "ben", 20)))
    assert dict(zip(found["person"], found["doa"], strict=True)) == pytest.approx(
        {
            "ann": 3.293
            + 1.098
            + 0.164 * 8
            - 0.321 * log(1 + 20),  # 4.7257; the creation is no change
            "ben": 3.293 + 0.164 * 20 - 0.321 * log(1 + 8),  # 5.8677
        }
    )


@pytest.mark.parametrize(
    ("rows", "who"),
    [
        pytest.param([("ann", 1, True)], ["ann"], id="who made it alone"),
        pytest.param([("ann", 1, True), ("ben", 1, False)], ["ann", "ben"], id="one touch of two"),
        pytest.param([("ann", 2, True), ("ben", 1, False)], ["ann"], id="one touch of three"),
        pytest.param([("ann", 1, True), ("ben", 8, False)], ["ann", "ben"], id="many touches are"),
        pytest.param([("ann", 1, True), ("ben", 40, False)], ["ben"], id="maker outgrown"),
        pytest.param([("ann", 1, False), ("ben", 1, False)], [], id="nobody knows it well"),
        pytest.param(
            [("ann", 1, True), *((f"b{n}", 1, False) for n in range(40))],
            ["ann"],
            id="who made it, however many touched it",
        ),
    ],
)
def test_who_is_an_author(rows: list[tuple[str, int, bool]], who: list[str]) -> None:
    found = authors(table(*(part("f", name, count, made=made) for name, count, made in rows)))
    assert sorted(found["person"]) == who


def test_aliases_count_together_and_bots_not_at_all() -> None:
    rows = table(
        part("f", "ann", 2, made=True), part("f", "ann2", 3), part("f", "renovate", 99),
        people={"ann2": "ann"}, bots="renovate",
    )  # fmt: skip
    assert rows.to_dict("records") == [
        {
            "repo": "app", "path": "f", "component": ".", "role": "source", "person": "ann",
            "created": True, "changes": 5, "added": 20, "first": DAYS[0], "last": DAYS[1],
        }
    ]  # fmt: skip


def owned(owners: dict[str, str]):
    """A table of authors: "ann ben" are the authors of a file."""
    return table(
        *(part(path, who, 1, made=True) for path, all_ in owners.items() for who in all_.split())
    )


def test_truck_factor_by_hand() -> None:
    """Of 10 files ann has 5, ben 4 (one with ann), cy 2: 6 are covered without ann, then 2."""
    owners = {f"a{n}": "ann" for n in range(4)} | {"ab": "ann ben"}
    owners |= {f"b{n}": "ben" for n in range(3)} | {"c1": "cy", "c2": "cy"}
    assert truck_factor(10, owned(owners)) == [Removal("ann", 5, 0.6), Removal("ben", 4, 0.2)]


def test_exactly_half_is_still_covered() -> None:
    assert truck_factor(2, owned({"a": "ann", "b": "ben"})) == [
        Removal("ann", 1, 0.5),
        Removal("ben", 1, 0.0),
    ]
    assert truck_factor(3, owned({"a": "ann", "b": "ann", "c": "ben"})) == [
        Removal("ann", 2, 1 / 3)
    ]


def test_files_without_an_author_count_as_lost_from_the_start() -> None:
    assert truck_factor(10, owned({"a": "ann"})) == []
    assert truck_factor(0, owned({})) == []


def test_ties_are_broken_by_the_id_whatever_the_order() -> None:
    pairs = [("a", "dan"), ("b", "cy"), ("c", "ben"), ("d", "ann")]
    for order in (pairs, pairs[::-1]):
        removed = truck_factor(4, owned(dict(order)))
        assert [one.person for one in removed] == ["ann", "ben", "cy"]


def test_no_contributions_have_no_authors() -> None:
    assert len(authors(table())) == 0


def test_the_curve_goes_on_to_the_last_author() -> None:
    steps = list(departures(4, owned({"a": "ann", "b": "ann ben", "c": "cy"})))
    assert steps == [Removal("ann", 2, 0.5), Removal("ben", 1, 0.25), Removal("cy", 1, 0.0)]


def standing(**lines: int):
    """`lines_by_person` of one file."""
    rows = [Survivor("f", ".", "source", who, "2025-01", count) for who, count in lines.items()]
    rows.append(Survivor("t", ".", "test", "ann", "2025-01", 99))
    facts = frame(Survivor, rows)
    facts.insert(0, "repo", "app")
    people = [Person(who, who, who, f"{who}@x.io", who == "bot") for who in (*lines, "ann")]
    return lines_by_person(facts, frame(Person, people))


@pytest.mark.parametrize(
    ("lines", "gone", "who"),
    [
        ({"ann": 60, "ben": 40}, (), ["ann"]),
        ({"ann": 50, "ben": 50}, (), ["ann", "ben"]),
        ({"ann": 40, "ben": 30, "cy": 30, "bot": 900}, (), ["ann", "ben"]),
        ({"ann": 40, "ben": 30, "cy": 30}, ("ben",), ["ann"]),
        ({"ann": 60, "ben": 40}, ("ann",), []),
    ],
)
def test_the_fewest_people_behind_half_of_the_lines(
    lines: dict[str, int], gone: tuple[str, ...], who: list[str]
) -> None:
    assert owners(standing(**lines), gone) == who


@pytest.mark.parametrize(
    ("who", "found"), [("aab", ["a"]), ("aabb", ["a"]), ("aabbc", ["a", "b"]), ("", [])]
)
def test_half_of_the_commits_is_reached_at_half(who: str, found: list[str]) -> None:
    assert contributors(DataFrame({"person": list(who)})) == found
