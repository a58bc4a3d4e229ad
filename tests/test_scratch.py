"""Copies of a client's content: private, and gone even after a run that was killed."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from techdd import scratch


@pytest.fixture(autouse=True)
def _on_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MEMORY", Path("/nowhere"))


def test_a_folder_is_private_and_gone_at_the_end(tmp_path: Path) -> None:
    with scratch.scratch(tmp_path) as folder:
        assert folder.is_relative_to(tmp_path)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "code.py").write_text("x = 1")
    assert not folder.exists()


def test_memory_is_taken_where_there_is_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "shm"
    memory.mkdir()
    monkeypatch.setattr(scratch, "MEMORY", memory)
    monkeypatch.setattr(scratch, "_ROOM", 0)
    with scratch.scratch(tmp_path / "near") as folder:
        assert folder.parent == memory


def test_memory_that_is_full_is_memory_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "MEMORY", tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=2 << 30, free=0))
    assert scratch.in_memory()
    assert scratch.memory() is None


def test_what_a_killed_run_left_is_removed_by_the_next_and_a_living_one_is_not(
    tmp_path: Path,
) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from techdd import scratch\n"
        "scratch.MEMORY = Path('/nowhere')\n"
        "with scratch.scratch(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'code.py').write_text('x = 1')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert done.returncode < 0
    (left,) = (tmp_path / "scratch").iterdir()
    assert (left / "code.py").exists()
    with scratch.scratch(tmp_path) as first:
        assert not left.exists()
        (first / "code.py").write_text("x = 2")
        with scratch.scratch(tmp_path):
            assert (first / "code.py").exists()


def test_links_and_what_is_not_ours_stay(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "a").write_text("a")
    base = tmp_path / "base"
    base.mkdir()
    (base / "techdd-link").symlink_to(kept)
    (base / "other").mkdir()
    scratch.remove_abandoned(base)
    assert (kept / "a").exists()
    assert (base / "other").exists()
