"""PyDriller behind its door: it changes nothing of ours, and what it cannot read is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from builders import A, build, fast_import

from techdd.history.pydriller_door import each_commit, pydriller_git
from techdd.intake import open_repository
from techdd.model import Issue


def names(git: Any, sha: str) -> Iterator[str]:
    yield from (file.new_path for file in git.get_commit(sha).modified_files)


def test_two_can_be_at_work_and_the_overlay_stays_as_it_is(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"a.py": "1\n"}), A({"b.py": "1\n"})])
    repository = open_repository("a", source, tmp_path / "overlay")
    before = {p: p.read_bytes() for p in repository.git_dir.rglob("*") if p.is_file()}
    with pydriller_git(repository) as one, pydriller_git(repository) as other:
        assert list(names(one, repository.head)) == list(names(other, repository.head)) == ["b.py"]
    assert {p: p.read_bytes() for p in repository.git_dir.rglob("*") if p.is_file()} == before


def test_a_repository_with_long_object_ids_is_a_gap(tmp_path: Path) -> None:
    stream = b"commit refs/heads/main\ncommitter C <c@x> 1 +0000\ndata 1\nx\nM 100644 inline a\n"
    stream += b"data 1\nx\n"
    source = fast_import(tmp_path / "a.git", stream, "main", "--object-format=sha256")
    repository = open_repository("a", source, tmp_path / "overlay")
    found = list(each_commit(repository, [repository.head], 9, names, late="late", failed="failed"))
    assert found == [
        Issue("failed", detail="PyDriller reads no repository with SHA-256 object ids")
    ]
