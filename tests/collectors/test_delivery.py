from __future__ import annotations

from typing import Any

import pytest
from builders import a_change
from delivery_tables import AS_OF, PEOPLE, basis, commits, metrics, note, table

from techdd.collectors.delivery import change_size, delivery
from techdd.facts import Change, File


@pytest.fixture(autouse=True)
def _small_numbers_will_do(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "few" not in request.node.name:
        monkeypatch.setattr("techdd.counting.FEWEST", 1)


# --- delivery -------------------------------------------------------------------------------------


def known(files: dict[str, str]) -> Any:
    return table(
        File,
        [File(p, "b", 1, "Python", role, 1, 1, 0, "lizard", ".") for p, role in files.items()],
    )


def delivered(history: Any, changes: list[Change], files: dict[str, str]) -> list[Any]:
    return list(delivery.run(AS_OF, history, table(Change, changes), known(files), PEOPLE))


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
    history = commits(
        {"subject": "Fix a"}, {"assisted": True}, {}, {"subject": "Revert b"},
        {"subject": "Fix", "parents": 2},
        {"subject": "Fix", "author": "bot", "assisted": True}, {"subject": "Fix", "ago": 366},
    )  # fmt: skip
    found = delivered(history, [], {})
    assert metrics(found) == {
        ("", "revert_share"): 1 / 4, ("", "fix_share"): 1 / 4, ("", "test_cotouch_share"): None,
        ("", "assisted_share"): 1 / 4, ("api", "assisted_share"): 1 / 4,
        ("api", "revert_share"): 1 / 4, ("api", "fix_share"): 1 / 4,
        ("api", "test_cotouch_share"): None,
    }  # fmt: skip
    assert found[0].basis == "4 non-merge commits in the last 12 months"
    assert note(found, "delivery.assisted_share").startswith("a lower bound")


def test_tests_that_come_with_the_code() -> None:
    files = {"a.py": "source", "test_a.py": "test", "README": "documentation"}
    touched = [("a.py", "test_a.py"), ("a.py",), ("test_a.py",), ("README",), ("a.py", "gone.py")]
    changes = [a_change(f"{n}", path) for n, paths in enumerate(touched) for path in paths]
    found = delivered(commits(*({} for _ in touched)), changes, files)
    assert metrics(found)["", "test_cotouch_share"] == 1 / 3
    assert basis(found, "delivery.test_cotouch_share") == (
        "3 commits in the last 12 months that changed production code"
    )


def test_few_changes_are_no_habit() -> None:
    changes = [a_change(f"{n}") for n in range(12)]
    few = delivered(commits(*({} for _ in range(9))), changes, {"a.py": "source"})
    assert set(metrics(few).values()) == {None}
    what = "commits in the last 12 months that changed production code"
    assert note(few, "delivery.test_cotouch_share") == f"fewer than 10 {what}"
    enough = delivered(commits(*({} for _ in range(10))), changes, {"a.py": "source"})
    assert set(metrics(enough).values()) == {0.0}


def test_a_revert_that_names_what_it_takes_back_counts_whatever_its_title() -> None:
    found = metrics(delivered(commits({"subject": "Undo rates", "reverts": "abcdef0"}), [], {}))
    assert found["", "revert_share"] == 1


# --- change_size ----------------------------------------------------------------------------------


def sized(
    changes: list[Change], files: dict[str, str], rows: tuple[dict[str, Any], ...] = ({}, {}, {})
) -> list[Any]:
    history = commits(*rows)
    return list(change_size.run(AS_OF, history, table(Change, changes), known(files), PEOPLE))


def test_the_size_of_a_change_is_what_was_written_by_hand() -> None:
    changes = [
        a_change("0", "a.py", added=10, deleted=2),
        a_change("0", "yarn.lock", added=5_000, deleted=4_000),
        a_change("1", "gone.py", added=900, deleted=200),  # no longer in the tree
        a_change("1", "logo.png", added=None, deleted=None),
        a_change("2", "a.py", added=30, deleted=0),
    ]
    files = {"a.py": "source", "yarn.lock": "generated", "logo.png": "binary"}
    found = sized(changes, files)
    values = metrics(found)
    assert values["", "lines_median"] == 30
    assert values["", "files_median"] == 1
    assert values["", "large_share"] == 1 / 3
    assert values["api", "lines_p90"] == pytest.approx(30 + 0.8 * (1_100 - 30))


def test_imports_merges_and_bots_are_no_changes_to_review() -> None:
    changes = [
        a_change("0", added=10_000, deleted=999),  # brought in
        a_change("1", added=10_000, deleted=1_000),  # rewritten
        *(a_change(sha, added=7, deleted=0) for sha in "2345"),
    ]
    rows = ({}, {}, {"parents": 0}, {"parents": 2}, {"author": "bot"}, {"ago": 366})
    found = sized(changes, {"a.py": "source"}, rows)
    assert metrics(found)["", "lines_median"] == 11_000
    assert basis(found, "change_size.lines_median") == (
        "1 commits that changed written files in the last 12 months (imports left out: 1)"
    )


def test_few_changes_have_no_typical_size() -> None:
    found = sized([a_change("0")], {"a.py": "source"}, ({},))
    assert set(metrics(found).values()) == {None}
    assert note(found, "change_size.large_share").startswith("fewer than 10")
