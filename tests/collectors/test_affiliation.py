from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_commit

from techdd.collectors.affiliation import affiliation, code_origin
from techdd.facts import Commit, Person, Survivor, frame
from techdd.identity import Domain
from techdd.model import Metric, Series

AS_OF = date(2025, 12, 31)
NOON = datetime(2025, 12, 31, 12, tzinfo=UTC)


def table(kind: Any, rows: list[Any]) -> Any:
    found = frame(kind, rows)
    found.insert(0, "repo", "app")
    return found


def person(who: str, domain: str, kind: str = "unknown", bot: bool = False) -> Person:
    return Person(who, who, who, f"{who}@{domain}", bot, kind)


def commits(**numbers: int) -> Any:
    """So many commits of each person, all of them yesterday; `old` ones are two years back."""
    rows = [
        a_commit(
            f"{who}{n}",
            author=who.removesuffix("_old"),
            authored=NOON - timedelta(days=700 if who.endswith("_old") else 1),
        )
        for who, number in numbers.items()
        for n in range(number)
    ]
    return table(Commit, rows)


def asked(people: list[Person], said: list[Domain] | None = None, **numbers: int) -> list[Any]:
    known = frame(Person, people)
    return list(affiliation.run(AS_OF, commits(**numbers), known, frame(Domain, said or [])))


def metrics(found: list[Any]) -> dict[str, Any]:
    return {one.name.partition(".")[2]: one.value for one in found if isinstance(one, Metric)}


def notes(found: list[Any]) -> dict[str, str]:
    return {one.name.partition(".")[2]: one.note for one in found if isinstance(one, Metric)}


def rows(found: list[Any]) -> tuple[Any, ...]:
    (series,) = [one for one in found if isinstance(one, Series)]
    return series.rows


STAFF = [
    person("ann", "acme.io", "employee"),
    person("ben", "codehouse.io", "outsourcing"),
    person("cy", "gmail.com", "private"),
    person("dan", "other.io"),
    person("bot", "acme.io", "employee", bot=True),
]


def test_shares_of_the_last_year_by_affiliation() -> None:
    found = asked(STAFF, ann=6, ben=2, cy=1, dan=1, bot=50, ann_old=90)
    assert metrics(found) == {
        "free_mail_share": 0.1,
        "company_share": 0.6,
        "outside_share": 0.2,
        "unplaced_share": 0.2,
        "elephant_factor": 1,
    }
    assert rows(found) == (
        ("employee", 1, 6, 0.6),
        ("outsourcing", 1, 2, 0.2),
        ("private", 1, 1, 0.1),
        ("unknown", 1, 1, 0.1),
    )


def test_fewer_than_ten_commits_say_nothing() -> None:
    found = asked(STAFF, ann=5, ben=4)
    assert {metrics(found)[name] for name in ("company_share", "outside_share")} == {None}
    assert notes(found)["company_share"] == "only 9"
    assert notes(found)["elephant_factor"] == "only 9 commits"
    assert metrics(asked(STAFF)) == dict.fromkeys(metrics(found))


def test_that_nobody_named_outsiders_is_not_that_there_are_none() -> None:
    inside = [person("ann", "acme.io", "employee")]
    assert metrics(asked(inside, ann=20))["outside_share"] is None
    said = [Domain("codehouse.io", "outsourcing")]
    assert metrics(asked(inside, said, ann=20))["outside_share"] == 0


def test_the_company_is_assumed_where_most_addresses_that_name_one_name_it() -> None:
    people = [
        person("ann", "acme.io"), person("eve", "mail.acme.io"), person("dan", "other.io"),
        person("cy", "gmail.com", "private"),
    ]  # fmt: skip
    found = asked(people, ann=8, eve=4, dan=4, cy=4)
    assert metrics(found)["company_share"] == 12 / 20
    assert notes(found)["company_share"].startswith("assumed: acme.io is the company's")
    assert metrics(found)["unplaced_share"] == 8 / 20


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param({"ann": 30}, id="one person's own domain"),
        pytest.param({"ann": 5, "eve": 4}, id="too few"),
        pytest.param({"ann": 6, "eve": 6, "dan": 12}, id="half is not most"),
    ],
)
def test_the_company_is_not_guessed(numbers: dict[str, int]) -> None:
    people = [person("ann", "acme.io"), person("eve", "acme.io"), person("dan", "other.io")]
    found = asked(people, **numbers)
    assert metrics(found)["company_share"] is None
    assert notes(found)["company_share"] in ("nobody said which domain is the company's", "only 9")


@pytest.mark.parametrize(
    ("numbers", "factor"),
    [
        ({"ann": 5, "ben": 3, "dan": 2}, 1),
        ({"ann": 4, "ben": 4, "dan": 4}, 2),
        ({"cy": 6, "ann": 5}, None),  # most commits name no organisation
        ({"cy": 5, "ann": 5}, 1),
        ({"ann": 3, "eve": 3, "dan": 4}, 1),  # two employees are one organisation
    ],
)
def test_the_elephant_factor_counts_organisations(
    numbers: dict[str, int], factor: int | None
) -> None:
    people = [*STAFF, person("eve", "gmail.com", "employee")]
    assert metrics(asked(people, **numbers))["elephant_factor"] == factor


def test_freelancers_with_private_addresses_are_one_organisation_each() -> None:
    people = [person(who, "gmail.com", "contractor") for who in ("ann", "ben", "cy")]
    assert metrics(asked(people, ann=4, ben=4, cy=4))["elephant_factor"] == 2


def survivors(**lines: int) -> Any:
    return table(
        Survivor,
        [Survivor("a.py", ".", "source", who, "2025-01", number) for who, number in lines.items()]
        + [Survivor("README.md", ".", "documentation", "ann", "2025-01", 999)],
    )


def test_the_origin_of_the_code_that_stands() -> None:
    found = list(
        code_origin.run(
            AS_OF,
            survivors(ann=60, ben=30, dan=10, bot=70),
            commits(),
            frame(Person, STAFF),
            frame(Domain, []),
        )
    )
    assert metrics(found) == {"company_share": 0.6, "outside_share": 0.3, "unplaced_share": 0.1}
    assert rows(found)[0] == ("employee", 1, 60, 0.6)


def test_without_surviving_lines_nothing_is_said_of_them() -> None:
    nothing = table(Survivor, [])
    known = frame(Person, STAFF)
    found = list(code_origin.run(AS_OF, nothing, commits(ann=20), known, frame(Domain, [])))
    assert set(metrics(found).values()) == {None}
    assert set(notes(found).values()) == {"nothing to count"}
    assert rows(found) == ()
