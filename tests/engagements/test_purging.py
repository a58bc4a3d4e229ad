"""An engagement is deleted: all of it, nothing else, and with a proof."""

# ruff: noqa: F401, F811 - fixtures of another file

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from builders import A, build
from test_cli import Techdd, api, engagement, techdd

from techdd.answers import Answer
from techdd.engagements import index, purging
from techdd.interviews.web.server import alone
from techdd.workspace import Workspace


@pytest.fixture(autouse=True)
def _index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHDD_INDEX", str(tmp_path / "index.json"))


def digests(root: Path) -> list[str]:
    return sorted(
        hashlib.sha256(one.read_bytes()).hexdigest()
        for one in root.rglob("*")
        if one.is_file() and not one.relative_to(root).as_posix().startswith((".cache/", ".lock"))
    )


def test_all_of_it_goes_and_the_proof_tells_of_every_file(
    engagement: Path, techdd: Techdd, tmp_path: Path, api: Path
) -> None:
    index.remember(engagement)
    index.remember(tmp_path / "other")
    Workspace(engagement).journal.append(Answer(item="SEC-01", level=3, by="Lea Lang"))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept.txt").write_text("kept")
    (engagement / "vex").mkdir()
    (engagement / "vex" / "link").symlink_to(tmp_path / "outside")
    handle, log = tempfile.mkstemp(prefix="techdd-error-", suffix=".log")
    os.close(handle)
    there = digests(engagement)
    chain = (engagement / "evidence" / "manifest.jsonl").read_bytes().splitlines()[-1]

    said = techdd("purge", "e", "--proof", "proof.txt", "--yes", "--by", "A. Adviser")
    assert (said.code, said.out) == (0, f"{tmp_path}/proof.txt\n")
    Path(log).unlink()
    assert log in said.err
    assert not engagement.exists()
    assert (tmp_path / "outside" / "kept.txt").read_text() == "kept" and api.is_dir()
    assert index.known() == [tmp_path / "other"]
    proof = (tmp_path / "proof.txt").read_text()
    assert proof.startswith("PROOF OF DELETION\n")
    listed = [line.split()[0] for line in proof.splitlines() if len(line.split()[:1] or "") == 1]
    assert sorted(one for one in listed if len(one) == 64) == there
    assert hashlib.sha256(chain).hexdigest() in proof
    for words in ("Client            Northwind\n", "Deleted by        A. Adviser\n",
                  "The files were unlinked, not overwritten", "not touched: 1\n"):  # fmt: skip
        assert words in proof
    assert (tmp_path / "proof.txt").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--proof", "p.txt"], "e: is deleted only if somebody says so; give --yes"),
        (["--yes"], "e: say where the proof of deletion goes: --proof FILE"),
        (["--yes", "--proof", "e/p.txt"], "e/p.txt: lies in what is deleted"),
        (["--yes", "--proof", "there.txt"], "there.txt: is there already; name another file"),
        (["--yes", "--proof", "/proc/nowhere/p.txt"], "/proc/nowhere/p.txt: cannot be deleted or"),
    ],
)
def test_nothing_goes_unless_all_is_said(
    engagement: Path, techdd: Techdd, tmp_path: Path, arguments: list[str], expected: str
) -> None:
    (tmp_path / "there.txt").write_text("kept")
    before = digests(engagement)
    said = techdd("purge", "e", *arguments)
    assert said.code == 2 and expected in said.err.replace("/proc/nowhere:", "/proc/nowhere/p.txt:")
    assert digests(engagement) == before and (tmp_path / "there.txt").read_text() == "kept"


def test_the_clients_name_is_asked_for(engagement: Path, tmp_path: Path) -> None:
    def typed(word: str) -> subprocess.CompletedProcess[str]:
        """The command with somebody at its terminal."""
        keyboard, screen = os.openpty()
        os.write(keyboard, f"{word}\n".encode())
        try:
            return subprocess.run(
                [sys.executable, "-c", "from techdd.cli import run; run()",
                 "purge", "e", "--proof", "p.txt"],
                cwd=tmp_path, stdin=screen, capture_output=True, text=True, check=False,
            )  # fmt: skip
        finally:
            os.close(keyboard)
            os.close(screen)

    said = typed("Southwind")
    assert said.returncode == 2 and "is not the client's name; nothing was deleted" in said.stderr
    assert engagement.is_dir() and not (tmp_path / "p.txt").exists()
    assert typed("Northwind").returncode == 0
    assert not engagement.exists()


def test_it_is_kept_as_long_as_it_has_to_be(engagement: Path, techdd: Techdd) -> None:
    with (engagement / "engagement.yaml").open("a") as file:
        file.write("retain_until: 2999-12-31\n")
    said = techdd("purge", "e", "--proof", "p.txt", "--yes")
    assert said.code == 2 and "is to be kept until 2999-12-31 (retain_until); --even-so" in said.err
    assert engagement.is_dir()
    assert techdd("purge", "e", "--proof", "p.txt", "--yes", "--even-so").code == 0
    assert not engagement.exists()


def test_what_techdd_did_not_make_is_listed_and_stays_unless_it_is_said(
    engagement: Path, techdd: Techdd, tmp_path: Path
) -> None:
    build(engagement / "theirs.git", [A({"a.py": "x"})])
    (engagement / "notes").mkdir()
    (engagement / "notes" / "a.txt").write_text("mine")
    (engagement / "scans").mkdir()
    (engagement / "scans" / "api.sarif").write_text("{}")
    (engagement / "scans" / "other.txt").write_text("mine")
    (engagement / ".triage.yaml.abcdefgh").write_text("half written")
    file = engagement / "engagement.yaml"
    file.write_text(file.read_text() + "    sarif: [scans/api.sarif]\n")
    said = techdd("purge", "e", "--proof", "p.txt", "--yes")
    assert said.code == 2
    assert said.err.endswith("--everything:\n  notes\n  scans/other.txt\n  theirs.git\n")
    assert (engagement / "theirs.git" / "HEAD").is_file()
    assert techdd("purge", "e", "--proof", "p.txt", "--yes", "--everything").code == 0
    assert not engagement.exists()


def test_a_link_to_an_engagement_is_not_one(
    engagement: Path, techdd: Techdd, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(engagement)
    said = techdd("purge", "link", "--proof", "p.txt", "--yes")
    assert said.code == 2 and f"link: is a link; name the folder itself: {engagement}" in said.err
    assert engagement.is_dir()


def test_it_waits_for_nobody_who_is_at_work(engagement: Path, techdd: Techdd) -> None:
    with Workspace(engagement).locked():
        said = techdd("purge", "e", "--proof", "p.txt", "--yes")
    assert said.code == 2 and "another techdd is working on this engagement" in said.err
    with alone(Workspace(engagement)):
        said = techdd("purge", "e", "--proof", "p.txt", "--yes")
    assert said.code == 2 and "its interview page is being served" in said.err
    assert (engagement / "evidence").is_dir() and not Path("p.txt").exists()


def test_a_purge_that_was_killed_goes_on_and_its_proof_tells_of_everything(
    engagement: Path, techdd: Techdd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, delete = digests(engagement), shutil.rmtree

    def killed(path: Path) -> None:
        if path.name == "evidence":
            delete(path / "runs")
            raise KeyboardInterrupt
        delete(path)

    with monkeypatch.context() as patch:
        patch.setattr("techdd.engagements.purging.shutil.rmtree", killed)
        assert techdd("purge", "e", "--proof", "p.txt", "--yes").code == 130
    assert (tmp_path / "p.txt").read_text().startswith("DELETION NOT FINISHED")
    assert (engagement / "engagement.yaml").is_file() and 0 < len(digests(engagement)) < len(there)
    said = techdd("collect", "e")
    assert said.code == 2 and "is half deleted; go on with: techdd purge e" in said.err
    said = techdd("add", "e", "https://git.example/further.git")
    assert said.code == 2 and "is half deleted; go on with: techdd purge e" in said.err

    said = techdd("purge", "e", "--yes")
    assert said.code == 0 and "The purge that was begun at" in said.err
    assert not engagement.exists()
    proof = (tmp_path / "p.txt").read_text()
    listed = [line.split("  ")[0] for line in proof.splitlines() if "  " in line]
    assert sorted(one for one in listed if len(one) == 64) == there


def test_a_purge_that_could_not_begin_is_none_and_one_that_did_may_tell_elsewhere(
    engagement: Path, techdd: Techdd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes, mode: int = 0o644) -> None:
        raise OSError(28, "No space left on device", str(path))

    def stopped(root: Path, keep: object) -> None:
        raise OSError(5, "Input/output error", str(root))

    before = digests(engagement)
    with monkeypatch.context() as patch:
        patch.setattr("techdd.engagements.purging.write_atomic", full)
        said = techdd("purge", "e", "--proof", "p.txt", "--yes")
        assert said.code == 2 and "No space left on device" in said.err
        assert techdd("purge", "e", "--only", "cache").code == 0  # which needs no room
    assert digests(engagement) == before and not (tmp_path / "p.txt").exists()
    with monkeypatch.context() as patch:
        patch.setattr("techdd.engagements.purging._delete", stopped)
        assert techdd("purge", "e", "--proof", "gone/p.txt", "--yes").code == 2
    shutil.rmtree(tmp_path / "gone")
    (tmp_path / "gone").write_text("no folder any more")
    assert techdd("purge", "e", "--yes").code == 2
    assert techdd("purge", "e", "--yes", "--proof", "p.txt").code == 0
    assert (tmp_path / "p.txt").read_text().startswith("PROOF OF DELETION")


def test_what_changed_since_it_was_shown_is_not_deleted(engagement: Path, tmp_path: Path) -> None:
    what = purging.plan(engagement, tmp_path / "p", by="", everything=False, even_so=False)
    (engagement / "triage.yaml").write_text("format_version: 1\n")
    with pytest.raises(Exception, match="was changed meanwhile"):
        purging.purge(engagement, what)
    assert (engagement / "triage.yaml").is_file() and not (tmp_path / "p").exists()


def test_the_cache_alone_goes_and_is_made_again(
    engagement: Path, techdd: Techdd, tmp_path: Path
) -> None:
    evidence = digests(engagement)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("kept")
    (engagement / ".cache" / "link").symlink_to(tmp_path / "outside")
    said = techdd("purge", "e", "--only", "cache")
    assert said.code == 0 and "files deleted" in said.err
    assert not (engagement / ".cache").exists() and digests(engagement) == evidence
    assert (tmp_path / "outside" / "kept").is_file()
    assert techdd("purge", "e", "--only", "cache").code == 0
    assert techdd("collect", "e", "--only", "history", "-q").code == 0
    with Workspace(engagement).locked():
        assert techdd("purge", "e", "--only", "cache").code == 2
    assert techdd("purge", "outside", "--only", "cache").code == 2
