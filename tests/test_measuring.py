from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders import A, build, git, opened, rows_of, tables_of

from techdd import measuring
from techdd.collectors.code import code
from techdd.facts import File, Function
from techdd.intake import open_repository
from techdd.measuring import Measured

PYTHON = "def f{0}(a):\n    return {0}\n"
MANY = {f"src/{n}.py": PYTHON.format(n) for n in range(8)}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were measured, as they are."""
    paths: list[str] = []
    analysed = measuring._analysed

    def noted(entries: Any, content: bytes) -> Any:
        paths.extend(one.path for one in entries)
        return analysed(entries, content)

    monkeypatch.setattr(measuring, "_analysed", noted)
    return paths


def sha(source: Path, back: int) -> str:
    return git(source, "rev-parse", f"main~{back}").strip()


def facts(repository: Any) -> tuple[Any, ...]:
    tables = tables_of(code.run(repository), File, Function)
    return rows_of(tables[File], File), rows_of(tables[Function], Function)


def test_only_what_is_new_is_measured(tmp_path: Path, read: list[str]) -> None:
    tale = [A(MANY), A({"src/3.py": PYTHON.format(33), "src/new.py": "x = 1\n"}, day=1)]
    source = build(tmp_path / "a.git", tale)
    before = open_repository("a", source, tmp_path / "overlay" / "a", sha(source, 1))
    first = facts(before)
    assert sorted(read) == sorted(MANY)
    read.clear()
    assert facts(before) == first
    assert read == []
    after = facts(open_repository("a", source, tmp_path / "overlay" / "a"))
    assert sorted(read) == ["src/3.py", "src/new.py"]
    assert after == facts(open_repository("a", source, tmp_path / "overlay" / "fresh"))
    assert [one.name for one in after[1] if one.path == "src/3.py"] == ["f33"]


def test_a_run_that_was_killed_goes_on_with_what_it_kept(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "PART", 3)
    repository = opened(tmp_path, [A(MANY)])
    with monkeypatch.context() as dying:
        analysed = measuring._analysed

        def killed(entries: Any, content: bytes) -> Any:
            if len(read) == 6:
                raise KeyboardInterrupt
            return analysed(entries, content)

        dying.setattr(measuring, "_analysed", killed)
        with pytest.raises(KeyboardInterrupt):
            facts(repository)
    kept = len(Measured(repository).store.columns("files", "path")["path"])
    assert 0 < kept <= 6
    read.clear()
    assert len(facts(repository)[0]) == 8
    assert len(read) == 8 - kept


def test_many_small_runs_are_joined_and_nothing_is_lost(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("techdd.derived.MOST_PARTS", 2)
    tale = [A({f"{n}.py": PYTHON.format(n)}, f"{n}", day=n) for n in range(6)]
    source = build(tmp_path / "a.git", tale)
    for back in range(5, -1, -1):
        repository = open_repository("a", source, tmp_path / "overlay" / "a", sha(source, back))
        assert len(facts(repository)[0]) == 6 - back
    assert len(read) == 6
    assert len(Measured(repository).store.parts()) <= 3


def test_a_damaged_part_is_measured_anew(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A(MANY)])
    first = facts(repository)
    (part,) = Measured(repository).store.parts()
    (part / "functions.parquet").write_bytes(b"PAR1")
    assert facts(repository) == first
