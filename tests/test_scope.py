from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import A, a_commit, opened

from techdd.collectors.dependencies import MAX_SIZE, dependencies
from techdd.facts import Commit, Fact, File, Person, Snapshot, frame
from techdd.model import Issue, RepositoryScope, Run, Status
from techdd.scope import UNREAD, ledger

DAY = datetime(2025, 12, 1, 23, 59, tzinfo=UTC)
PEOPLE = [
    Person("i1", "p1", "Ann", "a@x.io", False),
    Person("i2", "p1", "Ann", "b@x.io", False),
    Person("i3", "p2", "Ben", "c@x.io", False),
]
ALL_RAN = [
    Run(name, repo, Status.OK, "k") for name in ("history", "code") for repo in ("api", "web")
]


def table(fact: Fact, rows: list[tuple[str, Any]]) -> Any:
    made = frame(fact, [row for _, row in rows])
    made.insert(0, "repo", [repo for repo, _ in rows])
    return made


def a_file(path: str, role: str = "source", language: str = "Go", code: int = 10) -> File:
    measured = "tree-sitter" if language == "Go" else ""
    return File(path, "b", 1, language, role, code + 2, code, 2, measured, ".")


def drawn(
    *files: tuple[str, File],
    runs: list[Run] | None = None,
    snapshots: bool = True,
    commits: bool = True,
) -> dict[str, RepositoryScope]:
    made = ledger(
        ["web", "api"],
        table(Snapshot, [("api", Snapshot("c" * 40, "main", DAY, True))] if snapshots else []),
        table(
            Commit,
            [
                ("api", a_commit(f"{n}", author=who))
                for n, who in enumerate(("i1", "i2", "i3", "i1"))
                if commits
            ],
        ),
        frame(Person, [*PEOPLE, *PEOPLE]),
        table(File, list(files)),
        ALL_RAN if runs is None else runs,
    )
    assert [one.name for one in made] == ["web", "api"]
    return {one.name: one for one in made}


def test_a_repository_with_its_numbers() -> None:
    one = drawn(("api", a_file("a.go")))["api"]
    assert (one.commit, one.committed, one.branch, one.shallow) == (
        "c" * 40, "2025-12-01", "main", True,
    )  # fmt: skip
    assert (one.commits, one.contributors, one.files) == (4, 2, 1)


def test_what_was_not_collected_is_unknown_and_not_zero() -> None:
    failed = [Run("history", "api", Status.FAILED, "k"), Run("history", "web", Status.OK, "k")]
    found = drawn(runs=failed, snapshots=False, commits=False)
    assert (found["api"].commits, found["api"].contributors) == (None, None)
    assert (found["web"].commits, found["web"].contributors) == (0, 0)
    assert (found["api"].commit, found["api"].committed, found["api"].branch) == ("", "", "")


def test_lines_by_language_of_source_and_tests() -> None:
    found = drawn(
        ("api", a_file("a.go", code=10)), ("api", a_file("a_test.go", "test", code=5)),
        ("api", a_file("x.cob", language="COBOL", code=99)), ("api", a_file("b.go", code=1)),
        ("api", a_file("empty.rs", language="Rust", code=0)),
        ("api", a_file("v.go", "vendored", code=1000)), ("api", a_file("noise", language="")),
        ("web", a_file("w.go", code=7)),
    )  # fmt: skip
    assert found["api"].lines_by_language == (
        ("COBOL", 99, "not measured"),
        ("Go", 16, "tree-sitter"),
    )
    assert found["web"].lines_by_language == (("Go", 7, "tree-sitter"),)


def test_what_is_not_the_clients_own_code_is_left_out_by_role() -> None:
    found = drawn(
        ("api", a_file("v1", "vendored", code=8)), ("api", a_file("v2", "vendored", code=18)),
        ("api", a_file("g", "generated", code=0)), ("api", a_file("a.go")),
    )  # fmt: skip
    assert found["api"].left_out == (("generated", 1, 2), ("vendored", 2, 30))


def test_issues_are_grouped_by_reason_with_an_example() -> None:
    issues = (
        Issue("syntax error", "b.py", "line 3"), Issue("too large", "c.bin"),
        Issue("syntax error", "a.py"),
    )  # fmt: skip
    runs = [Run("code", "api", Status.PARTIAL, "k", {}, issues), Run("code", "web", Status.OK, "k")]
    found = drawn(runs=runs)
    assert found["api"].issues == (
        ("code", "syntax error", 2, "b.py: line 3"),
        ("code", "too large", 1, "c.bin"),
    )
    assert found["web"].issues == ()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("package-lock.json", '{"packages": {"": '),
        ("setup.cfg", "[metadata]\n[options\n"),
        ("pom.xml", "<project>"),
        ("lib/go.mod", "nonsense"),
        ("flake.lock", "{}"),
        ("poetry.lock", "x" * (MAX_SIZE + 1)),
    ],
)
def test_dependency_files_that_could_not_be_read_are_in_the_ledger(
    tmp_path: Path, path: str, content: str
) -> None:
    repo = opened(tmp_path, [A({path: content, "requirements.txt": "flask\n"})])
    issues = tuple(one for one in dependencies.run(repo) if isinstance(one, Issue))
    runs = [Run("dependencies", "api", Status.PARTIAL, "k", {}, issues)]
    ((unread, why),) = drawn(runs=runs)["api"].unread
    assert unread == path
    assert why.startswith(UNREAD)
    assert drawn(runs=runs)["web"].unread == ()
