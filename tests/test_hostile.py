"""Repositories made to harm the auditor, through the whole command: it ends, and says what it left.

What git's own settings can start is in `test_intake.py`, what single files can do to one collector
in that collector's tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import ENVIRONMENT, A, build, git

import techdd
from techdd import repository
from techdd.collectors.history import history
from techdd.intake import open_repository
from techdd.model import Issue

TWO = [A({"app.py": "a = 1\n"}), A({"app.py": "a = 2\n", "b.txt": "b\n"}, "Second", day=1)]


def audit(
    tmp_path: Path, *args: object, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """The command as it is installed: a script, in whatever folder its user stands."""
    script = tmp_path / "bin" / "techdd"
    script.parent.mkdir(exist_ok=True)
    script.write_text("from techdd.cli import run\n\nif __name__ == '__main__':\n    run()\n")
    done = subprocess.run(
        [sys.executable, str(script), "audit", "-q", *map(str, args)],
        cwd=cwd,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(techdd.__file__).parents[1]),
            "TECHDD_ADVISORIES": str(tmp_path / "none"),
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr
    return done


def issues(report: Path) -> dict[str, list[tuple[str, str, str]]]:
    """(reason, path, detail) of what each collector could not look at."""
    runs: list[dict[str, Any]] = json.loads(report.read_text())["report"]["runs"]
    return {
        run["collector"]: [(one["reason"], one["path"], one["detail"]) for one in run["issues"]]
        for run in runs
    }


def test_modules_in_the_folder_where_the_user_stands_are_not_imported(tmp_path: Path) -> None:
    """`cd client && techdd audit .`: a fresh Python would look there for its own modules first."""
    source = tmp_path / "client"
    build(tmp_path / "a.git", TWO)
    git(tmp_path, "clone", "-q", "a.git", str(source))
    marker = tmp_path / "marker"
    for module in ("multiprocessing", "pickle", "socket", "struct", "runpy", "signal", "json"):
        (source / f"{module}.py").write_text(f"open({str(marker)!r}, 'w')\n")
    out = tmp_path / "x.json"
    done = audit(tmp_path, ".", "-o", out, "--only", "snapshot", cwd=source)
    assert done.returncode == 0, done.stderr
    assert not marker.exists()


def test_repositories_without_any_source_code_have_a_report(tmp_path: Path) -> None:
    build(tmp_path / "infra.git", [A({"main.tf": 'resource "aws_s3_bucket" "a" {}\n'})])
    build(tmp_path / "nothing.git", [A({"a.txt": "a\n"}), A({"a.txt": None}, day=1)])
    names = ("infra.git", "nothing.git")
    out = tmp_path / "x.json"
    done = audit(tmp_path, *(tmp_path / name for name in names), "-o", out)
    assert (done.returncode, out.is_file()) == (0, True), done.stderr
    runs = json.loads(out.read_text())["report"]["runs"]
    assert {one["collector"] for one in runs if one["status"] == "failed"} == set()


def _pipe_for_an_object(git_dir: Path) -> None:
    blob = git(git_dir, "hash-object", "-w", str(git_dir / "config")).strip()
    place = git_dir / "objects" / blob[:2] / blob[2:]
    place.unlink()
    os.mkfifo(place)


def _pipe_for_alternates(git_dir: Path) -> None:
    (git_dir / "objects" / "info").mkdir(exist_ok=True)
    os.mkfifo(git_dir / "objects" / "info" / "alternates")


def _nul_in_alternates(git_dir: Path) -> None:
    (git_dir / "objects" / "info").mkdir(exist_ok=True)
    (git_dir / "objects" / "info" / "alternates").write_bytes(b"a\0b\n")


def _link_to_itself(git_dir: Path) -> None:
    (git_dir / "objects" / "ab").symlink_to("ab")


def _folders_without_end(git_dir: Path) -> None:
    place = os.open(git_dir / "refs", os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("a", dir_fd=place)
        inner = os.open("a", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)


@pytest.mark.parametrize(
    ("lay", "said"),
    [
        (_pipe_for_an_object, "no file and no folder"),
        (_pipe_for_alternates, "no file and no folder"),
        (_nul_in_alternates, "cannot be opened: embedded null byte"),
        (_link_to_itself, "no file and no folder"),
        (_folders_without_end, "cannot be opened: folders nested too deeply"),
    ],
)
def test_a_store_laid_out_as_a_trap_is_refused_in_one_line(
    tmp_path: Path, lay: Callable[[Path], None], said: str
) -> None:
    source = build(tmp_path / "a.git", TWO)
    lay(source)
    done = audit(tmp_path, source, "-o", tmp_path / "x.json", "--only", "snapshot")
    # Python's rmtree recurses: pytest could not clear such a folder away later.
    subprocess.run(["rm", "-rf", str(source)], check=True)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "x.json").exists()


def test_one_hostile_repository_does_not_cost_the_others(tmp_path: Path) -> None:
    good, bad = build(tmp_path / "good.git", TWO), build(tmp_path / "bad.git", TWO)
    _pipe_for_alternates(bad)
    out = tmp_path / "x.json"
    done = audit(tmp_path, good, bad, "-o", out, "--only", "snapshot")
    assert done.returncode == 3
    runs = json.loads(out.read_text())["report"]["runs"]
    ends = {run["repo"]: run["status"] for run in runs if run["collector"] == "repository"}
    assert ends == {"good": "ok", "bad": "failed"}


def test_a_bomb_in_the_history_ends_at_the_memory_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audited tree is small; the commit before stands for ten billion files."""
    source = build(tmp_path / "a.git", [A({f"{n}": "x" for n in range(10)})])
    tree = git(source, "rev-parse", "main^{tree}").strip()
    small = tree
    for _ in range(9):
        listing = "".join(f"040000 tree {tree}\t{n}\n" for n in range(10))
        tree = subprocess.run(
            ["git", "mktree"], cwd=source, env=ENVIRONMENT, input=listing,
            capture_output=True, check=True, text=True,
        ).stdout.strip()  # fmt: skip
    person = ("-c", "user.name=x", "-c", "user.email=x@y")
    bomb = git(source, *person, "commit-tree", tree, "-m", "bomb").strip()
    head = git(source, *person, "commit-tree", small, "-p", bomb, "-m", "small").strip()
    git(source, "update-ref", "refs/heads/main", head)
    monkeypatch.setattr(repository, "MEMORY", 100 << 20)
    opened = open_repository("app", source, tmp_path / "overlay")
    issues = [item for item in history.run(opened) if isinstance(item, Issue)]
    assert [(one.reason, one.detail[:9]) for one in issues] == [
        ("changes are not known", "2 commits")
    ]


def test_a_change_to_a_huge_file_is_named_and_not_read(tmp_path: Path) -> None:
    huge = b"x = [" + b"1," * 10_000_000 + b"]\n"
    commits = [A({"a.py": "x = 1\n"}), A({"a.py": huge}, day=1), A({"a.py": "x = 2\n"}, day=2)]
    source = build(tmp_path / "a.git", commits)
    out = tmp_path / "x.json"
    done = audit(tmp_path, source, "-o", out, "--only", "change_quality", "--audience", "client")
    assert done.returncode == 0, done.stderr
    found = issues(out)["change_quality"]
    assert [reason for reason, _, _ in found] == ["change could not be analysed"] * 2
    assert "it changes a file of 20,000,007 bytes" in found[0][2]


def test_a_file_that_takes_all_memory_is_a_gap(tmp_path: Path) -> None:
    """Of a dotted key Python's own reader of TOML keeps every beginning: 200 kB become 40 GB."""
    files = {"pyproject.toml": "a" + ".a" * 100_000 + " = 1\n", "requirements.txt": "six==1.0\n"}
    source = build(tmp_path / "a.git", [A(files)])
    out = tmp_path / "x.json"
    done = audit(tmp_path, source, "-o", out, "--only", "dependencies", "--audience", "client")
    assert done.returncode == 0, done.stderr
    assert issues(out)["dependencies"] == [
        ("cannot be parsed", "pyproject.toml", "pyproject: a key of more than 100 parts")
    ]


def test_an_engagement_that_the_client_planted_is_not_opened(tmp_path: Path) -> None:
    """`cd client && techdd audit .` would find it beside the report: templates, answers and all."""
    source = tmp_path / "client"
    build(tmp_path / "a.git", TWO)
    git(tmp_path, "clone", "-q", "a.git", str(source))
    planted = source / "techdd-report.engagement"
    (planted / "templates").mkdir(parents=True)
    (planted / "templates" / "report.html").write_text("<h1>All is well</h1>")
    written = f"client: Us\nonline: true\nrepositories:\n  - {{name: client, source: {source}}}\n"
    (planted / "engagement.yaml").write_text(written)
    before = sorted(source.rglob("*"))
    done = audit(tmp_path, ".", "--only", "snapshot", "--format", "html", cwd=source)
    assert done.returncode == 2
    assert "lies inside the repository" in done.stderr
    done = audit(tmp_path, ".", "-o", "fresh.json", "--only", "snapshot", cwd=source)
    assert done.returncode == 2
    assert sorted(source.rglob("*")) == before
