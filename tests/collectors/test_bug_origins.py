from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders import A, opened, tables_of
from delivery_tables import AS_OF, PEOPLE, ago, commits, metrics, note, series, table

from techdd.collectors.bug_origins import BugOrigin, bug_introduction, bug_origins
from techdd.collectors.history import history
from techdd.facts import Change, Commit, File, frame
from techdd.model import Issue
from techdd.repository import Repository

CODE = "def rate(x):\n    return x * 2\n\n\ndef tax(x):\n    return x / 5\n"
FIXED = CODE.replace("x * 2", "x * 3")
STORY = [
    A({"a.py": "def rate(x):\n    return x\n", "other.py": "x = 1\n"}, "Start", day=0),
    A({"a.py": CODE}, "Add tax and double the rate", day=1),
    A({"other.py": "x = 2\n"}, "Fix the other one", day=2),
    A({"a.py": CODE + "# more\n"}, "Say more", day=3),
    A({"a.py": FIXED + "# more\n"}, "Fix the rate", day=5),
]


def read(repo: Repository) -> tuple[Any, Any]:
    made = tables_of(history.run(repo), Commit, Change)
    return made[Commit], made[Change]


def traced(
    repo: Repository, roles: dict[str, str] | None = None, **options: Any
) -> list[BugOrigin | Issue]:
    roles = roles or {"a.py": "source", "other.py": "source"}
    blobs = {entry.path: entry.blob for entry in repo.regular_files()}
    files = [
        File(path, blobs.get(path, ""), 9, "Python", roles.get(path, "other"), 9, 9, 0, "", ".")
        for path in {**roles, **blobs}
    ]
    return list(bug_origins.run(repo, *read(repo), frame(File, files), **options))


def titles(repo: Repository, found: list[BugOrigin | Issue]) -> list[tuple[str, str, str, int]]:
    """The rows with subjects in place of ids."""
    known = read(repo)[0].set_index("sha")["subject"].to_dict() | {"": ""}
    return [
        (known[one.fix], known[one.origin], one.path, one.lines)
        for one in found
        if isinstance(one, BugOrigin)
    ]


def test_the_lines_that_a_fix_replaced_lead_to_their_change(tmp_path: Path) -> None:
    repo = opened(tmp_path, STORY)
    assert titles(repo, traced(repo)) == [
        ("Fix the rate", "Add tax and double the rate", "a.py", 1)
    ]


@pytest.mark.parametrize("role", ["test", "documentation", "vendored"])
def test_only_production_files_matter(tmp_path: Path, role: str) -> None:
    repo = opened(tmp_path, STORY)
    found = titles(repo, traced(repo, {"a.py": role, "other.py": "source"}))
    assert found == [("Fix the other one", "Start", "other.py", 1)]


def test_one_wrong_clock_does_not_move_the_window(tmp_path: Path) -> None:
    late = A({"other.py": "x = 3\n"}, "Say it again", day=2_000)
    repo = opened(tmp_path, [*STORY, late])
    assert "Fix the rate" in {fix for fix, *_ in titles(repo, traced(repo))}


def test_a_fix_that_only_adds_has_no_origin(tmp_path: Path) -> None:
    repo = opened(tmp_path, [*STORY[:2], A({"a.py": CODE + "y = 1\n"}, "Fix: add y", day=2)])
    assert titles(repo, traced(repo)) == [("Fix: add y", "", "a.py", 0)]


def test_a_bound_on_fixes_is_told(tmp_path: Path) -> None:
    again = A({"a.py": FIXED.replace("x / 5", "x / 4")}, "Fix the tax", day=6)
    repo = opened(tmp_path, [*STORY, again])
    found = traced(repo, newest=1)
    assert [row[0] for row in titles(repo, found)] == ["Fix the tax"]
    assert [one for one in found if isinstance(one, Issue)] == [
        Issue("older fixes were not traced to their origin", detail="the 1 newest of 2")
    ]


def test_a_bound_on_time_is_told(tmp_path: Path) -> None:
    found = traced(opened(tmp_path, STORY), seconds=-1.0)
    assert found == [Issue("fixes not traced for lack of time", detail="1 of 1")]


def test_huge_files_are_not_blamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("techdd.history.pydriller_door.MAX_BYTES", 10)
    (issue,) = traced(opened(tmp_path, STORY))
    assert isinstance(issue, Issue)
    assert issue.reason == "fix could not be traced"


def test_revisions_to_ignore_are_looked_through(tmp_path: Path) -> None:
    style = A({"a.py": CODE.replace("x * 2", "(x * 2)")}, "Reformat", day=2)
    story = [*STORY[:2], style, A({"a.py": FIXED}, "Fix the rate", day=5)]
    plain = opened(tmp_path, story, "plain")
    assert titles(plain, traced(plain))[0][1] == "Reformat"
    ids = read(plain)[0].set_index("subject")["sha"]
    ignored = f"# style\n{ids['Reformat']}\n{'0' * 40}\nno id\n"
    last = A({".git-blame-ignore-revs": ignored}, "Ignore style", day=6)
    repo = opened(tmp_path, [*story, last], "asked")
    assert titles(repo, traced(repo))[0][1] == "Add tax and double the rate"


def test_an_unusual_commit_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("odd")

    monkeypatch.setattr("techdd.collectors.bug_origins._origins", fail)
    (issue,) = traced(opened(tmp_path, STORY))
    assert isinstance(issue, Issue)
    assert issue.detail.endswith("ValueError: odd")


def test_a_repository_without_fixes_has_no_origins(tmp_path: Path) -> None:
    assert traced(opened(tmp_path, STORY[:2])) == []


# --- the probe ------------------------------------------------------------------------------------


def asked(origins: list[BugOrigin], *rows: dict[str, Any]) -> list[Any]:
    return list(bug_introduction.run(AS_OF, table(BugOrigin, origins), commits(*rows), PEOPLE))


def test_what_had_to_be_repaired_and_how_long_it_lived() -> None:
    rows = [{"ago": 100 - n} for n in range(12)] + [{"ago": 40 - n} for n in range(10)]
    origins = [BugOrigin(f"{12 + n}", f"{n}", "a.py", 1) for n in range(10)]  # 60 days each
    origins += [BugOrigin("12", "11", "b.py", 1)]  # 49 days: the latest origin counts
    found = asked(origins, *rows)
    assert metrics(found)["", "inducing_share"] == 11 / 22
    assert metrics(found)["", "median_days"] == 60
    assert metrics(found)["api", "fresh_share"] == 0
    files = series(found, "bug_origins")
    assert files.rows == (("api", "a.py", 10, 10, 60), ("api", "b.py", 1, 1, 49))
    assert "SZZ" in files.note


def test_origins_before_the_year_count_for_their_age_only() -> None:
    rows = [{"ago": 500}, *({"ago": 20 - n} for n in range(10))]
    found = asked([BugOrigin(f"{n + 1}", "0", "a.py", 1) for n in range(10)], *rows)
    assert metrics(found)["", "inducing_share"] == 0
    assert metrics(found)["", "median_days"] == pytest.approx(484.5)


def test_a_fix_after_the_day_of_the_audit_is_not_yet_known() -> None:
    late = {"committed": ago(-5), "authored": ago(-5)}
    found = asked([BugOrigin("10", "0", "a.py", 1)], *({} for _ in range(10)), late)
    assert series(found, "bug_origins").rows == ()


def test_nothing_examined_is_not_a_clean_result() -> None:
    found = asked([], *({} for _ in range(20)))
    assert metrics(found)["", "inducing_share"] is None
    assert "0 examined fixes" in note(found, "bug_introduction.inducing_share")


def test_few_fixes_are_no_habit() -> None:
    found = asked([BugOrigin("1", "0", "a.py", 1)], {"ago": 9}, {"ago": 3})
    assert set(metrics(found).values()) == {None}
