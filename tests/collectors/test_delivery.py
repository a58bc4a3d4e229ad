from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_change, a_commit

from techdd.collectors.delivery import delivery, releases, review
from techdd.facts import Change, Commit, File, Person, Tag, frame
from techdd.model import Metric, Series

AS_OF = date(2025, 12, 31)
END = datetime(2025, 12, 31, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_numbers_will_do(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "few" not in request.node.name:
        monkeypatch.setattr("techdd.collectors.delivery.FEWEST", 1)


PEOPLE = frame(Person, [Person(n, n, n, f"{n}@x.io", n == "bot") for n in ("ann", "bot")])


def commits(*rows: dict[str, Any]) -> Any:
    """Commits of ann yesterday on the mainline of `api`, but for what is said."""
    made = []
    for number, row in enumerate(rows):
        when = END - timedelta(days=row.get("ago", 1))
        one = a_commit(f"{number}", authored=when, committed=when)
        made.append(one._replace(**{k: v for k, v in row.items() if k not in ("ago", "repo")}))
    table = frame(Commit, made)
    table.insert(0, "repo", [row.get("repo", "api") for row in rows])
    return table


def metrics(found: Any) -> dict[tuple[str, str], float | None]:
    return {(m.repo, m.name.partition(".")[2]): m.value for m in found if isinstance(m, Metric)}


# --- review ---------------------------------------------------------------------------------------


def test_changes_without_a_mark_of_review() -> None:
    table = commits(
        {"review": "pull request"}, {"review": "trailer"}, {}, {"parents": 2},
        {"mainline": False}, {"author": "bot"}, {"ago": 366}, {"repo": "web"},
    )  # fmt: skip
    found = list(review.run(AS_OF, table, PEOPLE))
    assert metrics(found) == {
        ("", "unreviewed_share"): 2 / 5,
        ("api", "unreviewed_share"): 1 / 4,
        ("web", "unreviewed_share"): 1,
    }
    (series,) = [one for one in found if isinstance(one, Series)]
    assert series.rows == (("merge", 1), ("no mark", 2), ("pull request", 1), ("trailer", 1))
    assert "not proof" in series.note


def test_no_recent_change_is_not_measured() -> None:
    (metric, *_) = review.run(AS_OF, commits({"ago": 400}), PEOPLE)
    assert (metric.value, metric.note) == (None, "no change in the last 12 months")


# --- delivery -------------------------------------------------------------------------------------


def delivered(table: Any, changes: list[Change], files: dict[str, str]) -> list[Any]:
    made = frame(Change, changes)
    made.insert(0, "repo", "api")
    known = frame(
        File, [File(p, "b", 1, "Python", role, 1, 1, 0, "lizard", ".") for p, role in files.items()]
    )
    known.insert(0, "repo", "api")
    return list(delivery.run(AS_OF, table, made, known, PEOPLE))


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ('Revert "Add rates"', "revert"),
        ("revert: rates", "revert"),
        ("Back out the new rates", "revert"),
        ("Reverted to sender: new status", ""),
        ("Fix rounding", "fix"),
        ("Hotfix: login", "fix"),
        ("bugfix for #12", "fix"),
        ("fixes a regression", "fix"),
        ("Add a prefix to labels", ""),
        ("Fixture for parcels", ""),
        ("Debug output", ""),
        ("Add rates", ""),
    ],
)
def test_what_a_subject_says(subject: str, kind: str) -> None:
    found = metrics(delivered(commits({"subject": subject}), [], {}))
    assert [name for name in ("revert", "fix") if found["api", f"{name}_share"]] == [kind][
        : bool(kind)
    ]


def test_shares_leave_out_merges_bots_and_the_old() -> None:
    table = commits(
        {"subject": "Fix a"}, {}, {}, {"subject": "Revert b"}, {"subject": "Fix", "parents": 2},
        {"subject": "Fix", "author": "bot"}, {"subject": "Fix", "ago": 366},
    )  # fmt: skip
    found = delivered(table, [], {})
    assert metrics(found) == {
        ("", "revert_share"): 1 / 4, ("", "fix_share"): 1 / 4, ("", "test_cotouch_share"): None,
        ("api", "revert_share"): 1 / 4, ("api", "fix_share"): 1 / 4,
        ("api", "test_cotouch_share"): None,
    }  # fmt: skip
    assert found[0].basis == "4 non-merge commits in the last 12 months"


def test_tests_that_come_with_the_code() -> None:
    files = {"a.py": "source", "test_a.py": "test", "README": "documentation"}
    touched = [("a.py", "test_a.py"), ("a.py",), ("test_a.py",), ("README",), ("a.py", "gone.py")]
    changes = [a_change(f"{n}", path) for n, paths in enumerate(touched) for path in paths]
    found = delivered(commits(*({} for _ in touched)), changes, files)
    assert metrics(found)["", "test_cotouch_share"] == 1 / 3
    assert found[2].basis == "3 commits in the last 12 months that changed production code"


def test_few_changes_are_no_habit() -> None:
    changes = [a_change(f"{n}") for n in range(12)]
    few = delivered(commits(*({} for _ in range(9))), changes, {"a.py": "source"})
    assert set(metrics(few).values()) == {None}
    assert few[2].note == "fewer than 10 commits changed production code"
    enough = delivered(commits(*({} for _ in range(10))), changes, {"a.py": "source"})
    assert set(metrics(enough).values()) == {0.0}


# --- releases -------------------------------------------------------------------------------------


def tagged(*rows: tuple[str, int | None], active: str = "api") -> list[Any]:
    """Releases of (repository, days before the audit) tags."""
    tags = frame(
        Tag,
        [
            Tag(f"v{n}", "s", None if ago is None else END - timedelta(days=ago))
            for n, (_, ago) in enumerate(rows)
        ],
    )
    tags.insert(0, "repo", [repo for repo, _ in rows])
    return list(releases.run(AS_OF, tags, commits(*({"repo": repo} for repo in active.split()))))


def test_releases_are_days_with_a_tag() -> None:
    found = tagged(("api", 0), ("api", 0), ("api", 10), ("api", 40), ("api", 400), ("api", None))
    assert metrics(found) == {
        ("", "per_quarter"): 3 / 4,
        ("", "median_gap_days"): 20,
        ("api", "per_quarter"): 3 / 4,
        ("api", "median_gap_days"): 20,
    }


def test_one_release_has_no_gap() -> None:
    found = tagged(("api", 10))
    assert metrics(found)["api", "median_gap_days"] is None
    assert found[1].note == "fewer than two tags in the last 12 months"


def test_days_are_counted_once_for_the_whole_and_in_each_repository() -> None:
    found = metrics(tagged(("api", 10), ("web", 10), active="api web"))
    assert found["", "per_quarter"] == 1 / 4
    assert found["api", "per_quarter"] == found["web", "per_quarter"] == 1 / 4


def test_an_active_repository_without_a_tag_releases_nothing() -> None:
    found = metrics(tagged(("api", 10), active="api web"))
    assert found["web", "per_quarter"] == 0
    assert ("old", "per_quarter") not in metrics(tagged(("old", 10), active="api"))
