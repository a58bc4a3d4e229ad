from __future__ import annotations

from pathlib import Path

import pytest
from builders import START, A, build, git, opened

from techdd.collectors.snapshot import snapshot
from techdd.facts import Snapshot
from techdd.intake import open_repository
from techdd.model import Issue

SUB = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def test_the_audited_commit_with_its_date_and_branch(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A({"a": "1"}, day=-3), A({"a": "2"})])
    assert list(snapshot.run(repository)) == [Snapshot(repository.head, "main", START, False)]


def test_submodules_are_named_as_not_audited(tmp_path: Path) -> None:
    repository = opened(
        tmp_path,
        [A({"lib/x": SUB, "b": "/etc", "a": ""}, modes={"lib/x": "160000", "b": "120000"})],
    )
    assert list(snapshot.run(repository))[1:] == [
        Issue("submodule is another repository and was not audited", "lib/x")
    ]


@pytest.mark.parametrize("day", [-30_000.0, 2_000_000.0])
def test_a_date_that_cannot_be_is_unknown(tmp_path: Path, day: float) -> None:
    repository = opened(tmp_path, [A({"a": "1"}, day=day)])
    (fact,) = snapshot.run(repository)
    assert fact.committed is None


def test_a_shallow_and_detached_clone_says_so(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"a": "1"}), A({"a": "2"})])
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{source}", "b")
    git(tmp_path / "b", "checkout", "-q", "--detach")
    (fact,) = snapshot.run(open_repository("b", tmp_path / "b", tmp_path / "o"))
    assert (fact.branch, fact.shallow) == ("", True)
