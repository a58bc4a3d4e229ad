from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from builders import a_change, a_commit

from techdd.collectors import (
    departures,
    language_knowledge,
    leadership,
    orphans,
    ownership,
    truck_factor,
    turnover,
)
from techdd.departure import knowledge, simulate
from techdd.facts import Change, Commit, Contribution, File, Person, Survivor, frame
from techdd.model import Metric, Observation, Series, person_token

AS_OF = date(2025, 12, 31)
END = datetime(2025, 12, 31, 12, tzinfo=UTC)
ANN, BEN, CY = (person_token(name) for name in ("ann", "ben", "cy"))

Row = tuple[str, str, str]  # repository, path, "ann+ ben": who touched it, + = made it


def tables(rows: list[Row], last: dict[str, int]) -> tuple[Any, Any, Any]:
    """Contributions, commits and people; `last` = days since each person's last commit."""
    made: list[tuple[str, Contribution]] = []
    for repo, path, who in rows:
        role = {"test": "test", "docs": "documentation"}.get(path.partition("/")[0], "source")
        for name in who.split():
            one = Contribution(
                path, path.partition("/")[0], role, name.rstrip("+"), name.endswith("+"), 1, 5,
                END - timedelta(days=900), END - timedelta(days=800),
            )  # fmt: skip
            made.append((repo, one))
    contributions = frame(Contribution, [one for _, one in made])
    contributions.insert(0, "repo", [repo for repo, _ in made])
    commits = frame(
        Commit,
        [
            a_commit(name, author=name, authored=END - timedelta(days=ago))
            for name, ago in last.items()
        ],
    )
    commits.insert(0, "repo", "any")
    people = frame(Person, [Person(n, n, n, f"{n}@x.io", n == "bot") for n in (*last, "bot")])
    return contributions, commits, people


def metrics(found: list[Any]) -> dict[tuple[str, str], float | None]:
    return {(one.repo, one.name): one.value for one in found if isinstance(one, Metric)}


def observed(found: list[Any]) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (one.rule, one.repo, one.key, dict(one.values))
        for one in found
        if isinstance(one, Observation)
    ]


def series(found: list[Any], name: str) -> tuple[tuple[Any, ...], ...]:
    (one,) = [one for one in found if isinstance(one, Series) and one.name == name]
    return one.rows


def truck(rows: list[Row]) -> list[Any]:
    return list(
        truck_factor.truck_factor.run(AS_OF, *tables(rows, {"ann": 0, "ben": 9, "cy": 400}))
    )


def test_truck_factor_of_each_repository_and_of_all() -> None:
    found = truck(
        [
            *(("api", f"core/{n}", "ann+") for n in range(4)), ("api", "core/x", "ben+"),
            *(("web", f"ui/{n}", "ben+") for n in range(2)), ("web", "ui/x", "cy+"),
            ("web", "test/x", "cy+"), ("web", "ui/0", "bot"), ("web", "docs/x", "ann+"),
        ]
    )  # fmt: skip
    assert metrics(found) == {
        ("", "truck_factor.people"): 2,
        ("", "truck_factor.top_share"): 4 / 9,
        ("api", "truck_factor.people"): 1,
        ("api", "truck_factor.top_share"): 4 / 5,
        ("web", "truck_factor.people"): 2,
        ("web", "truck_factor.top_share"): 2 / 4,
    }
    assert {one.basis for one in found if isinstance(one, Metric)} == {
        f"{number} source and test files" for number in (9, 5, 4)
    }
    assert series(found, "coverage_curve") == (
        ("nobody", 1.0),
        (ANN, 5 / 9),
        (BEN, 2 / 9),
        (CY, 0.0),
    )
    assert series(found, "main_authors") == (
        (ANN, 4, 4 / 9, "2025-12-31"),
        (BEN, 3, 3 / 9, "2025-12-22"),
        (CY, 2, 2 / 9, "2024-11-26"),
    )


def test_a_commit_after_the_day_of_the_audit_is_not_the_last_one() -> None:
    contributions, _, people = tables([("api", "core/a", "ann+"), ("api", "core/b", "ben+")],
                                      {"ann": 0, "ben": 0})  # fmt: skip
    contributions["last"] = END + timedelta(days=2)
    commits = committed(("ann", -2), ("ann", 0), ("ann", 30), ("ben", -2))
    found = list(truck_factor.truck_factor.run(AS_OF, contributions, commits, people))
    assert [row[-1] for row in series(found, "main_authors")] == ["2025-12-31", "unknown"]


def test_commits_after_the_day_of_the_audit_keep_nobody_here() -> None:
    rows = [("api", f"core/{n}", "ann+") for n in range(9)] + [("api", "ui/a", "ben+")]
    contributions, _, people = tables(rows, {"ann": 0, "ben": 0})
    contributions["last"] = END + timedelta(days=2)
    commits = committed(("ann", -2), ("ann", 200), ("ben", 5))
    found = list(departures.departures.run(AS_OF, contributions, commits, people))
    assert metrics(found)["api", "departures.orphaned_share"] == 9 / 10
    said = {rule: values["last"] for rule, _, _, values in observed(found)}
    assert said == {"departed-key-person": "2025-06-14", "orphaned-component": "unknown"}
    parts = list(orphans.orphans.run(AS_OF, contributions, commits, people))
    assert series(parts, "untended_components") == (("api", "core", 9, 1.0, "unknown", "orphaned"),)


def test_no_source_file_has_no_truck_factor() -> None:
    assert metrics(truck([])) == {
        ("", "truck_factor.people"): None,
        ("", "truck_factor.top_share"): None,
    }


def gone(rows: list[Row], **last: int) -> list[Any]:
    return list(departures.departures.run(AS_OF, *tables(rows, last)))


def test_files_whose_authors_are_all_gone_are_orphaned() -> None:
    rows = [
        ("api", "core/a", "ann+"), ("api", "core/b", "ann+ ben+"), ("api", "core/c", "ben+"),
        ("web", "ui/a", "ann+"),
    ]  # fmt: skip
    assert metrics(gone(rows, ann=89, ben=90)) == {
        ("", "departures.orphaned_share"): 1 / 4,
        ("api", "departures.orphaned_share"): pytest.approx(1 / 3),
        ("web", "departures.orphaned_share"): 0,
    }
    assert metrics(gone([], ann=1)) == {("", "departures.orphaned_share"): None}


def key_people(own: int, rest: int, days: int) -> list[tuple[str, str, str, dict[str, Any]]]:
    """What is observed of ann, who made `own` files and was last seen `days` ago."""
    rows = [("api", f"core/{n}", "ann+") for n in range(own)]
    rows += [("api", f"x{n}/a", "ben+ cy+") for n in range(rest)]
    return [one for one in observed(gone(rows, ann=days, ben=0, cy=0)) if one[2] == "ann"]


@pytest.mark.parametrize(
    ("own", "rest", "days", "rule"),
    [
        (5, 5, 10, "key-person"),
        (49, 51, 10, ""),
        (25, 75, 400, "departed-key-person"),
        (24, 76, 400, ""),
        (60, 40, 400, "departed-key-person"),
    ],
)
def test_who_wrote_much_is_a_key_person_here_or_gone(
    own: int, rest: int, days: int, rule: str
) -> None:
    assert [one[0] for one in key_people(own, rest, days)] == ([rule] if rule else [])


def test_a_key_person_comes_with_the_numbers() -> None:
    assert key_people(1, 3, 400) == [
        (
            "departed-key-person", "api", "ann",
            {
                "person": ANN, "share": 1 / 4, "files": 1, "last": "2024-11-26", "months": 13,
                "severity": "high", "aside": "",
            },
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ann", "ben", "severity", "rests"),
    [
        (100, 0, "medium", False),  # others work on
        (100, 100, "low", True),
        (200, 95, "high", False),  # others worked on for more than a quarter
        (200, 190, "medium", True),
        (364, 370, "medium", True),
        (400, 390, "high", False),  # abandoned
    ],
)
def test_where_the_work_itself_stopped_nobody_is_said_to_have_left_for_sure(
    ann: int, ben: int, severity: str, rests: bool
) -> None:
    rows = [("api", f"core/{n}", "ann+") for n in range(4)]
    contributions, commits, people = tables(rows, {"ann": ann, "ben": ben})
    commits["repo"] = "api"
    found = departures.departures.run(AS_OF, contributions, commits, people)
    (told,) = (
        values
        for rule, _, who, values in observed(found)
        if (rule, who) == ("departed-key-person", "ann")
    )
    assert (told["severity"], bool(told["aside"])) == (severity, rests)


@pytest.mark.parametrize(("more", "said"), [({}, []), ({"ben": 5}, ["key-person"])])
def test_who_brought_all_code_in_with_one_commit_need_not_have_written_it(
    more: dict[str, int], said: list[str]
) -> None:
    contributions, commits, people = tables(
        [("api", f"core/{n}", "ann+") for n in range(12)], {"ann": 5, **more}
    )
    commits["repo"] = "api"
    found = departures.departures.run(AS_OF, contributions, commits, people)
    assert [rule for rule, *_ in observed(found)] == said


@pytest.mark.parametrize(
    ("files", "others", "changes", "days", "severity", "said"),
    [
        (20, 20, 1, 5, "medium", " 20 of these"),
        (20, 21, 1, 400, "high", ""),  # not half of all
        (19, 0, 1, 5, "high", ""),  # not so many
        (20, 0, 2, 5, "high", ""),  # changed since
        (20, 0, 1, 400, "medium", " 20 of these"),
        (20, 0, 1, 100, "low", " 20 of these"),
    ],
)
def test_who_brought_most_files_in_at_once_need_not_have_written_them(
    files: int, others: int, changes: int, days: int, severity: str, said: str
) -> None:
    rows = [("api", f"core/{n}", "ann+") for n in range(files)]
    rows += [("api", f"web/{n}", "ben+") for n in range(others)]
    contributions, commits, people = tables(rows, {"ann": days, "ben": 0, "cy": 0})
    contributions["changes"] = changes
    commits["repo"] = "api"
    found = departures.departures.run(AS_OF, contributions, commits, people)
    (told,) = (values for *_, who, values in observed(found) if who == "ann")
    assert (told["severity"], str(told["aside"])[:12]) == (severity, said)


@pytest.mark.parametrize(("days", "severity"), [(100, "medium"), (2_000, "high")])
def test_who_left_long_ago_weighs_more(days: int, severity: str) -> None:
    assert [values["severity"] for *_, values in key_people(1, 3, days)] == [severity]


def test_who_left_years_ago_weighs_little_where_others_kept_working() -> None:
    grades = [departures._severity(days, 10) for days in (100, 400, 1_200)]
    assert grades == ["medium", "high", "low"]
    assert departures._severity(1_200, 1_000) == "high"


def test_who_has_no_plausible_date_is_not_said_to_have_left() -> None:
    contributions, commits, people = tables([("api", "core/a", "ann+")], {"ann": 0})
    commits.loc[0, "authored"] = pd.NaT
    found = list(departures.departures.run(AS_OF, contributions, commits, people))
    assert metrics(found)["api", "departures.orphaned_share"] == 0
    assert observed(found) == [
        (
            "key-person", "api", "ann",
            {
                "person": ANN, "share": 1.0, "files": 1, "last": "unknown", "months": None,
                "severity": "high", "aside": "",
            },
        )
    ]  # fmt: skip


def test_a_component_that_nobody_active_wrote_is_observed() -> None:
    rows = [("api", f"old/{n}", "ann+") for n in range(3)]
    rows += [("api", f"two/{n}", "ann+") for n in range(2)]
    rows += [("api", f"new/{n}", "ben+") for n in range(95)]
    found = [one for one in observed(gone(rows, ann=200, ben=0)) if one[2] == "old"]
    assert found == [
        (
            "orphaned-component", "api", "old",
            {"component": "old", "files": 3, "share": 3 / 100, "last": "2023-10-23"},
        )
    ]  # fmt: skip
    whole = observed(gone(rows, ann=200, ben=200))
    assert [rule for rule, *_ in whole] == ["departed-key-person"]


def test_ownership_counts_files_that_one_person_ever_changed() -> None:
    contributions, _, people = tables(
        [
            *(("api", f"core/{n}", "ann+ ben") for n in "ab"), ("api", "core/c", "ann+ bot"),
            ("web", "ui/a", "cy+"),
        ],
        {"ann": 0, "ben": 0, "cy": 0},
    )  # fmt: skip
    found = list(ownership.ownership.run(AS_OF, contributions, people))
    shares = metrics(found)
    assert shares["", "ownership.single_author_share"] == 2 / 4
    assert shares["api", "ownership.single_author_share"] == pytest.approx(1 / 3)
    assert shares["", "ownership.one_owner_components"] is None  # too few to say
    assert series(found, "components") == (("api", "core", 3, ANN, 1.0, BEN, 2 / 3, 2),)


def people_of(*names: str) -> Any:
    return frame(Person, [Person(n, n, n, f"{n}@x.io", n == "bot") for n in names])


def standing(**lines: int) -> Any:
    rows = [Survivor("core/a", "core", "source", who, "2025-01", n) for who, n in lines.items()]
    table = frame(Survivor, rows)
    table.insert(0, "repo", "api")
    return table


def test_lines_of_people_who_left_and_nothing_where_nobody_counted() -> None:
    _, commits, people = tables([], {"ann": 0, "ben": 400})
    run = ownership.surviving_lines.run
    found = metrics(list(run(AS_OF, standing(ann=30, ben=70), commits, people)))
    assert found["", "departures.lost_lines_share"] == 0.7
    empty = metrics(list(run(AS_OF, standing(), commits, people)))
    assert empty["", "departures.lost_lines_share"] is None


def test_three_readings_and_whether_they_agree() -> None:
    rows = [("api", f"core/{n}", "ann+") for n in range(4)] + [("api", "core/x", "ben+")]
    contributions, commits, people = tables(rows, {"ann": 400, "ben": 0})
    found = list(
        truck_factor.concentration.run(
            AS_OF, contributions, standing(ann=40, ben=60), commits, people
        )
    )
    assert series(found, "readings_of_concentration") == (
        ("api", 1, 0, 1, 1, None, "yes, 1 each; not the same person first"),
    )


def test_what_is_lost_when_people_leave() -> None:
    rows = [("api", f"core/{n}", "ann+") for n in range(4)]
    rows += [("api", "core/x", "ben+"), ("api", "core/y", "ann+ cy+")]
    contributions, commits, people = tables(rows, {"ann": 0, "ben": 0, "cy": 400})
    known = knowledge(
        AS_OF, contributions, standing(ann=75, ben=25), commits, [("api", "core/0")], people
    )
    assert known.main_people() == ["ann", "ben"]
    one = simulate(known, ["ann"])
    assert (one.lines_share, one.files, one.files_share) == (0.75, 5, 5 / 6)
    assert (one.hot_files, one.hotspots, one.components) == (1, 1, ())
    assert simulate(known, ["ann", "ben"]).components == (("api", "core"),)
    assert simulate(known, ["cy"]).files == 0  # gone already


def committed(*made: tuple[str, int]) -> Any:
    """Commits of (person, days before the audit)."""
    rows = [
        a_commit(f"c{n}", author=who, authored=END - timedelta(days=ago), number=n)
        for n, (who, ago) in enumerate(sorted(made, key=lambda one: -one[1]))
    ]
    table = frame(Commit, rows)
    table.insert(0, "repo", "api")
    return table


def test_attrition_needs_ten_people_and_counts_who_stopped() -> None:
    for size, share in ((10, 0.4), (9, None)):
        names = [f"p{n}" for n in range(size)]
        early = [(who, ago) for who in names for ago in (600, 560, 500, 450)]
        late = [(who, 10) for who in names[:6]]
        found = list(turnover.turnover.run(AS_OF, committed(*early, *late), people_of(*names)))
        assert metrics(found)["", "turnover.attrition_12m"] == share


def test_the_best_quarter_is_that_in_which_most_members_joined() -> None:
    def work(who: str, first: int) -> list[tuple[str, int]]:
        return [(who, first - days) for days in (0, 40, 80)]

    founders = [*work("ann", 900), *work("ben", 880)]
    late = [*work("cy", 620), *work("di", 300), *work("ed", 290)]  # 2024-Q2 and, twice, 2025-Q1
    visitor = [("zoe", 295)]
    people = people_of("ann", "ben", "cy", "di", "ed", "zoe")
    found = list(turnover.turnover.run(AS_OF, committed(*founders, *late, *visitor), people))
    (best,) = [one for one in found if getattr(one, "name", "") == "turnover.best_quarter_joiners"]
    assert (best.value, best.basis) == (2, "in 2025-Q1, of 3 who joined after the first months")
    found = list(turnover.turnover.run(AS_OF, committed(*founders), people))
    assert metrics(found)["", "turnover.best_quarter_joiners"] is None
    found = list(turnover.turnover.run(AS_OF, committed(), people))
    assert metrics(found)["", "turnover.best_quarter_joiners"] is None


def test_a_language_that_nobody_active_writes() -> None:
    rows = [
        *(("api", f"src/{n}.py", "ann+ cy") for n in range(6)),
        *(("api", f"old/{n}.php", "cy+ bot") for n in range(5)),
        *(("api", f"few/{n}.pl", "cy+") for n in range(4)),  # too few to be told
    ]
    contributions, commits, people = tables(rows, {"ann": 0, "cy": 400})
    endings = {"py": "Python", "php": "PHP", "pl": "Perl"}
    listed = [
        File(path, "b", 1, endings[path.rpartition(".")[2]], "source", 1, 1, 0, "x", "src")
        for _, path, _ in rows
    ]
    files = frame(File, listed).assign(repo="api")
    probe = language_knowledge.language_knowledge
    found = list(probe.run(AS_OF, contributions, files, commits, people))
    (metric,) = [one for one in found if isinstance(one, Metric)]
    assert (metric.value, metric.basis) == (1, "PHP of 2 languages")
    assert series(found, "language_knowledge") == (("Python", 6, 2, 1), ("PHP", 5, 1, 0))
    nothing = list(probe.run(AS_OF, contributions, files[:0], commits, people))
    assert metrics(nothing)["", "language_knowledge.unattended"] is None


def test_a_half_year_is_called_by_its_last_day() -> None:
    made = committed(*(("ann", n) for n in range(12)))
    found = list(leadership.leadership.run(date(2025, 12, 31), made, people_of("ann")))
    assert series(found, "leaders")[-1][0] == "2025-12-31"
    team = committed(*(("ann", n) for n in (20, 60, 100)))
    found = list(turnover.turnover.run(date(2025, 12, 15), team, people_of("ann")))
    ends = [row[0] for row in series(found, "joiners_and_leavers")]
    assert ends[-2:] == ["2025-06-15", "2025-12-15"]


def test_a_new_leader_is_observed_and_a_gap_is_not() -> None:
    old = [("ann", 200 + n) for n in range(12)]
    new = [("ben", 10 + n) for n in range(12)]
    found = list(leadership.leadership.run(AS_OF, committed(*old, *new), people_of("ann", "ben")))
    assert [one[0] for one in observed(found)] == ["leadership-change"]
    assert metrics(found)["", "leadership.changes_12m"] == 1
    long_ago = [("ann", 900 + n) for n in range(12)]
    found = list(
        leadership.leadership.run(AS_OF, committed(*long_ago, *new), people_of("ann", "ben"))
    )
    assert observed(found) == []


def resumed(*made: tuple[str, str, int]) -> list[Any]:
    """What is said of (person, path, days before the audit)."""
    commits = committed(*((who, ago) for who, _, ago in made))
    ordered = sorted(made, key=lambda one: -one[2])
    changes = frame(Change, [a_change(f"c{n}", path) for n, (_, path, _) in enumerate(ordered)])
    changes.insert(0, "repo", "api")
    paths = sorted({path for _, path, _ in made})
    files = frame(File, [File(p, p, 1, "Python", "source", 1, 1, 0, "", "core") for p in paths])
    files.insert(0, "repo", "api")
    people = people_of("ann", "ben")
    return list(orphans.resumptions.run(AS_OF, commits, changes, files, people))


def test_a_component_is_picked_up_again_by_new_people() -> None:
    before = [("ann", f"core/{n}", 900 + n) for n in range(3)]
    since = [("ben", f"core/{n}", 100 + n) for n in range(3)]
    ((rule, repo, _, values),) = observed(resumed(*before, *since))
    assert (rule, repo) == ("resumed-components", "api")
    assert (values["count"], values["new"], values["severity"]) == (1, 1, "medium")
    assert observed(resumed(*before, *since[:2])) == []  # a visit
    between = [("ann", "core/0", 600), ("ann", "core/0", 350)]
    assert metrics(resumed(*before, *between, *since))["", "resumptions.components"] == 0


def test_names_are_never_written() -> None:
    rows = [("api", f"core/{n}", "ann+") for n in range(4)]
    contributions, commits, people = tables(rows, {"ann": 400})
    people["person"] = "p1"
    people["name"] = "Ann Able"
    for probe, facts in (
        (truck_factor.truck_factor, (contributions, commits, people)),
        (departures.departures, (contributions, commits, people)),
        (ownership.ownership, (contributions, people)),
    ):
        said = repr(list(probe.run(AS_OF, *facts)))
        assert person_token("p1") in said
        assert "Ann" not in said
        assert "@" not in said
