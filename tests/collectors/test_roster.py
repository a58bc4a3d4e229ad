from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import a_commit

from techdd.collectors.roster import NO_ROSTER, assignments, roster
from techdd.facts import Commit, Person, Survivor, frame
from techdd.identity import Employment
from techdd.model import Metric, Observation, Series, person_token

AS_OF = date(2025, 12, 31)


def table(kind: Any, rows: list[Any]) -> Any:
    found = frame(kind, rows)
    found.insert(0, "repo", "app")
    return found


def day(text: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(text).replace(hour=hour, tzinfo=UTC)


PEOPLE = frame(Person, [Person(n, n, n, f"{n}@x.io", n == "bot") for n in ("ann", "ben", "bot")])


def entry(person: str, end: str = "", assigned: bool | None = True) -> Employment:
    return Employment(1, person, "", None, day(end, 0) if end else None, "employee", assigned)


def asked(commits: list[Commit], *entries: Employment) -> list[Any]:
    employed = frame(Employment, entries)
    return list(roster.run(AS_OF, table(Commit, commits), PEOPLE, employed))


def by(who: str, *days: str, offset: int | None = 0, hour: int = 12) -> list[Commit]:
    return [
        a_commit(f"{who}{n}", author=who, authored=day(one, hour), offset=offset)
        for n, one in enumerate(days)
    ]


def recent(who: str, number: int) -> list[Commit]:
    return by(who, *(f"2025-10-{n + 1:02}" for n in range(number)))


def metrics(found: list[Any]) -> dict[str, Any]:
    return {one.name.partition(".")[2]: one.value for one in found if isinstance(one, Metric)}


def test_without_a_roster_nothing_is_known() -> None:
    found = asked(recent("ann", 12))
    assert set(metrics(found).values()) == {None}
    assert {one.note for one in found} == {NO_ROSTER}
    lines = table(Survivor, [Survivor("a.py", ".", "source", "ann", "", 50)])
    found = list(assignments.run(AS_OF, lines, PEOPLE, frame(Employment, [])))
    assert {(one.value, one.note) for one in found} == {(None, NO_ROSTER)}


def test_who_is_not_on_the_roster() -> None:
    found = asked([*recent("ann", 9), *recent("ben", 3), *recent("bot", 9)], entry("ann"))
    assert metrics(found) == {
        "unknown_contributors": 1,
        "unknown_commit_share": 0.25,
        "unsigned_contributors": 0,
        "unstated_contributors": 0,
        "access_after_end": 0,
    }
    (gaps,) = [one for one in found if isinstance(one, Series)]
    assert gaps.rows == ((person_token("ben"), "not on the roster", 3, 3, "2025-10-03"),)
    few = asked(recent("ben", 3), entry("ann"))
    assert metrics(few)["unknown_contributors"] == 1
    assert metrics(few)["unknown_commit_share"] is None


@pytest.mark.parametrize(
    ("entries", "unsigned", "unstated"),
    [
        ([entry("ann")], 0, 0),
        ([entry("ann", assigned=False)], 1, 0),
        ([entry("ann", assigned=None)], 0, 1),
        ([entry("ann"), entry("ann", assigned=None)], 0, 1),  # one stint without a word
        ([entry("ann"), entry("ann", assigned=False)], 1, 0),
        ([entry("", assigned=False)], 0, 0),  # wrote no code
    ],
)
def test_who_has_not_assigned(entries: list[Employment], unsigned: int, unstated: int) -> None:
    found = metrics(asked(recent("ann", 3), *entries))
    assert (found["unsigned_contributors"], found["unstated_contributors"]) == (unsigned, unstated)


@pytest.mark.parametrize(
    ("commits", "entries", "late"),
    [
        (by("ann", "2025-05-31", "2025-05-30"), [entry("ann", "2025-05-31")], None),
        (by("ann", "2025-06-01", "2025-07-09"), [entry("ann", "2025-05-31")], (2, "2025-07-09")),
        # 22:00 in New York on the last day is already the next day in UTC.
        (by("ann", "2025-06-01", offset=-240, hour=2), [entry("ann", "2025-05-31")], None),
        (by("ann", "2025-07-01"), [entry("ann", "2025-05-31"), entry("ann")], None),  # came back
        (by("ann", "2025-07-01"), [entry("ann", "2025-05-31"), entry("ann", "2025-08-01")], None),
        (by("bot", "2025-07-01"), [entry("bot", "2025-05-31")], None),
        (by("ann", "2026-01-02"), [entry("ann", "2025-05-31")], None),  # after the audit
        (by("ann", "2025-06-02", offset=None), [entry("ann", "2025-05-31")], (1, "2025-06-02")),
    ],
)
def test_access_that_outlived_the_last_day(
    commits: list[Commit], entries: list[Employment], late: tuple[int, str] | None
) -> None:
    found = asked(commits, *entries)
    seen = [one for one in found if isinstance(one, Observation)]
    assert metrics(found)["access_after_end"] == (1 if late else 0)
    assert [(one.values["commits"], one.values["last"]) for one in seen] == ([late] if late else [])
    for one in seen:
        assert (one.rule, one.values["end"]) == ("access-after-end", "2025-05-31")
        assert one.values["person"] == person_token("ann")


def test_code_without_an_assignment_on_record() -> None:
    lines = table(
        Survivor,
        [
            Survivor("a.py", ".", "source", "ann", "2024-01", 60),
            Survivor("a.py", ".", "source", "ben", "2024-01", 40),
            Survivor("a.py", ".", "source", "bot", "2024-01", 900),
            Survivor("t.py", ".", "test", "ben", "2024-01", 900),
        ],
    )

    def shares(*entries: Employment) -> dict[str, Any]:
        return metrics(list(assignments.run(AS_OF, lines, PEOPLE, frame(Employment, entries))))

    assert shares(entry("ann")) == {"unsigned_code_share": 0, "unproven_code_share": 0.4}
    assert shares(entry("ann"), entry("ben", assigned=False)) == {
        "unsigned_code_share": 0.4,
        "unproven_code_share": 0.4,
    }
    assert shares(entry("ann"), entry("ben")) == dict.fromkeys(shares(entry("ann")), 0)


def test_without_surviving_lines_no_share_is_given() -> None:
    found = list(
        assignments.run(AS_OF, table(Survivor, []), PEOPLE, frame(Employment, [entry("ann")]))
    )
    assert set(metrics(found).values()) == {None}


def test_the_order_of_rows_changes_nothing() -> None:
    commits = [*recent("ann", 5), *recent("ben", 5)]
    entries = (entry("ann", "2025-10-02"), entry("ben", "2025-10-03", None))
    assert asked(commits, *entries) == asked(commits[::-1], *entries[::-1])
