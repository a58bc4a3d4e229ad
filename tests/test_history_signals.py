"""What tags, subjects and landings say: versions, repairs, releases, reverts, branches."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from builders import START, a_commit
from hypothesis import given
from hypothesis import strategies as st

from techdd.facts import Commit, Tag, frame
from techdd.history.landing import is_line_merge, landings
from techdd.history.purpose import is_fix, is_repair
from techdd.history.releases import fast_repositories, releases_of
from techdd.history.reverts import reverted_landings
from techdd.history.versions import is_early, version

DAY = pd.Timedelta(days=1)


# --- versions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("1.2.3", ("", 1, 2, 3)),
        ("v1.2.3", ("", 1, 2, 3)),
        ("V1.2", ("", 1, 2, 0)),
        ("release-2.0.1", ("release", 2, 0, 1)),
        ("release/v2.0.1", ("release", 2, 0, 1)),
        ("@scope/app@3.4.5", ("@scope/app", 3, 4, 5)),
        ("flask-0.1", ("flask", 0, 1, 0)),
        ("v2.7.18.RELEASE", ("", 2, 7, 18)),
        ("1.2.3.4", ("", 1, 2, 3)),
        ("v1.0.0+build.5", ("", 1, 0, 0)),
        ("v1.0.0-rc.1", None),
        ("1.0rc1", None),
        ("2.0.0b2", None),
        ("v2.0.0.M1", None),
        ("3.0-alpha0", None),
        ("v1.2.3-SNAPSHOT", None),
        ("v3.0.0-canary.4", None),
        ("2025.1.2", None),  # a date, not a version
        ("2025-01-02", None),
        ("v7", None),
        ("nightly", None),
        ("", None),
        ("v999999999999.1", None),
    ],
)
def test_the_version_of_a_tag(tag: str, expected: tuple[str, int, int, int] | None) -> None:
    assert version(tag) == expected


def test_which_number_moved() -> None:
    steps = [one.step for tag in ("2.0.0", "2.1.0", "2.1.3", "3.0") if (one := version(tag))]
    assert steps == ["major", "minor", "patch", "major"]


@given(st.text(max_size=80))
def test_any_name_is_a_version_or_none(tag: str) -> None:
    found = version(tag)
    assert found is None or (not is_early(tag) and found.major >= 0)


@given(st.integers(0, 1_900), st.integers(0, 99), st.integers(0, 99), st.sampled_from(("", "v")))
def test_a_plain_version_is_read_as_written(major: int, minor: int, patch: int, mark: str) -> None:
    assert version(f"{mark}{major}.{minor}.{patch}") == ("", major, minor, patch)


# --- purpose --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "fix", "repair"),
    [
        ("Fix rounding of rates", True, True),
        ("fix(api): null pointer", True, True),
        ("Fix typo in README", True, False),
        ("Fix flaky tests", True, False),
        ("fix mypy findings", True, False),
        ("docs: fix link", True, False),
        ("Fix formatter crash", True, True),
        ("Add rates", False, False),
    ],
)
def test_repairs_are_fixes_of_the_product(subject: str, fix: bool, repair: bool) -> None:
    subjects = pd.Series([subject])
    assert (bool(is_fix(subjects)[0]), bool(is_repair(subjects)[0])) == (fix, repair)


# --- releases -------------------------------------------------------------------------------------


def tags(*rows: tuple[str, float, str]) -> Any:
    made = frame(Tag, [Tag(name, sha, START + DAY * day) for name, day, sha in rows])
    made.insert(0, "repo", "api")
    return made


def test_two_names_of_one_release_are_one() -> None:
    found = releases_of(tags(("v1.0.0", 0, "a"), ("1.0.0", 0, "a"), ("1.0.1", 5, "b")))
    assert found["step"].tolist() == ["major", "patch"]
    assert found["hotfixed"].tolist()[0] == 5
    assert pd.isna(found["hotfixed"].tolist()[1])


def test_a_patch_of_another_product_corrects_nothing() -> None:
    found = releases_of(tags(("web-1.0.0", 0, "a"), ("api-1.0.1", 1, "b")))
    assert found["hotfixed"].isna().all()


def test_where_releases_follow_each_other_within_a_week() -> None:
    weekly = releases_of(tags(*((f"1.{n}.0", 7 * n, f"{n}") for n in range(5))))
    slower = releases_of(tags(*((f"1.{n}.0", 8 * n, f"{n}") for n in range(5))))
    assert fast_repositories(weekly) == {"api"}
    assert fast_repositories(slower) == set()


# --- reverts --------------------------------------------------------------------------------------


def history(*rows: dict[str, Any]) -> Any:
    """Commits on the main line, one a day, but for what is said; ids are 40 times one letter."""
    made = []
    for number, row in enumerate(rows):
        when = START + DAY * row.get("day", number)
        one = a_commit("abcdef"[number] * 40, authored=when, committed=when, number=number)
        made.append(one._replace(**{k: v for k, v in row.items() if k != "day"}))
    table = frame(Commit, made)
    table.insert(0, "repo", "api")
    return table


def test_a_revert_names_the_change_by_its_id() -> None:
    found = reverted_landings(history({}, {}, {"day": 5, "reverts": "a" * 10}))
    assert found[["landed", "days"]].values.tolist() == [["a" * 40, 5.0]]


def test_a_revert_without_an_id_names_the_change_by_its_title() -> None:
    table = history(
        {"subject": "Add rates (#1)"},
        {"subject": "Add rates (#1)"},
        {"subject": 'Revert "Add rates (#1)" (#2)'},
        {"subject": 'Revert "Something else"'},
    )
    assert reverted_landings(table)["landed"].tolist() == ["b" * 40]


def test_a_revert_within_one_branch_took_nothing_back() -> None:
    side = {"mainline": False, "landed": "c" * 40}
    table = history(side, {**side, "reverts": "a" * 40}, {"parents": 2})
    assert reverted_landings(table).empty


def test_a_change_is_taken_back_by_the_first_revert_of_any_of_its_commits() -> None:
    table = history(
        {"mainline": False, "landed": "c" * 40},
        {"mainline": False, "landed": "c" * 40},
        {"parents": 2, "day": 2},
        {"reverts": "b" * 40, "day": 6},
        {"reverts": "a" * 40, "day": 9},
    )
    assert reverted_landings(table)[["landed", "days"]].values.tolist() == [["c" * 40, 4.0]]


def test_an_id_of_another_repository_is_nobodys() -> None:
    assert reverted_landings(history({}, {"reverts": "f" * 40})).empty
    assert reverted_landings(history()).empty


# --- landings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "line"),
    [
        ("Merge branch '3.0.x'", True),
        ("Merge branch '2.7.x' into 3.0.x", True),
        ("Merge branch 'main' into feature/rates", True),
        ("Merge remote-tracking branch 'origin/master'", True),
        ("Merge branch 'release/1.4' into develop", True),
        ("Merge branch 'stable'", True),
        ("Merge tag 'v1.2.3'", True),
        ("Merge branch 'feature/rates'", False),
        ("Merge branch '1234-rates'", False),
        ("Merge branch 'develop-rates'", False),
        ("Merge pull request #12 from ann/main", False),
        ("Rates by country (#5400)", False),
    ],
)
def test_merges_of_whole_lines(subject: str, line: bool) -> None:
    assert is_line_merge(subject) is line


def test_what_a_merge_brought_and_how_long_it_had_waited() -> None:
    table = history(
        {"mainline": False, "landed": "c" * 40, "day": 1},
        {"mainline": False, "landed": "c" * 40, "day": 2},
        {"parents": 2, "day": 4},
        {"day": 5, "review": "pull request"},
        {"day": 6},
    )
    found = landings(table).sort_values("number")
    assert found["way"].tolist() == ["merge", "pull request", "direct"]
    assert found["brought"].tolist() == [2, 1, 1]
    assert found["days"].tolist() == [3, 0, 0]


def test_a_clock_that_runs_ahead_tells_no_time() -> None:
    table = history({"mainline": False, "landed": "b" * 40, "day": 9}, {"parents": 2, "day": 4})
    assert landings(table)["days"].isna().all()
