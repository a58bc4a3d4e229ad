"""A pipe where a file should be: nobody writes to it, and whoever reads it waits for ever."""

# ruff: noqa: F401, F811 - fixtures of another file

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from test_cli import Techdd, api, engagement, techdd

from techdd import coverage, files, sarif
from techdd.errors import TechddError
from techdd.model import Issue

TOLD = "it is a pipe or a device; put a file in its place, or take it away"


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    """Ends a test that waits."""

    def end(*_: object) -> NoReturn:
        raise AssertionError("waits for somebody at the other end")

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(12)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def pipe(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)


@pytest.mark.parametrize(
    "name",
    [
        "people.yaml", "roster.yaml", "licences.yaml", "hiring.yaml", "statements.yaml",
        "triage.yaml", "vex/a.json", "responses.jsonl", "answers/journal.jsonl",
        "asked/security.yaml", "checklists/mine.yaml", "evidence/commits/api.parquet",
        "evidence/commits/api.parquet/000.parquet",
    ],
)  # fmt: skip
def test_what_an_assessment_reads(engagement: Path, techdd: Techdd, name: str) -> None:
    pipe(engagement / name)
    held = os.open(engagement / name, os.O_RDWR)  # DuckDB could not be ended while it opens one
    said = techdd("score", "e")
    os.close(held)
    assert (said.code, said.err) == (2, f"techdd: e/{name}: cannot be read: {TOLD}\n")


@pytest.mark.parametrize("name", ["pseudonyms.json", "manifest.key"])
def test_what_a_report_reads(engagement: Path, techdd: Techdd, name: str) -> None:
    pipe(engagement / name)
    said = techdd("report", "e", "-o", "r.json")
    assert said.code == 2 and said.err.startswith(f"techdd: e/{name}: ")


@pytest.mark.parametrize("name", [".lock", "fingerprint.key"])
def test_what_a_run_begins_with(engagement: Path, techdd: Techdd, name: str) -> None:
    pipe(engagement / name)
    said = techdd("collect", "e", "--jobs", "1")
    assert said.code == 2 and said.err.startswith(f"techdd: e/{name}: cannot be ")


def test_a_device_too(engagement: Path, techdd: Techdd) -> None:
    (engagement / "answers").mkdir()
    (engagement / "answers" / "journal.jsonl").symlink_to("/dev/zero")
    assert TOLD in techdd("score", "e").err


@pytest.mark.parametrize(
    "name",
    [
        "engagement.yaml", "answers/journal.jsonl", "asked/security.yaml",
        "evidence/manifest.jsonl", "audits/2026-01-01-abc.json.gz",
    ],
)  # fmt: skip
def test_one_engagement_does_not_hold_up_the_list(
    engagement: Path, techdd: Techdd, name: str
) -> None:
    shutil.copytree(engagement, engagement.with_name("bad"))
    pipe(engagement.with_name("bad") / name)
    said = techdd("list", ".")
    assert said.code == 3 and said.out.count("Northwind") == 1
    assert f"bad/{name}: " in said.err and said.err.count(TOLD) == 1


def test_reports_that_were_handed_in_are_a_gap(tmp_path: Path) -> None:
    pipe(tmp_path / "report")
    for told in (
        sarif.handed_in(tmp_path / "report", "report"),
        coverage.handed_in(tmp_path / "report", "report", ()),
    ):
        (issue,) = told
        assert isinstance(issue, Issue) and (issue.path, issue.detail) == ("report", TOLD)


def test_a_user_may_name_a_pipe(tmp_path: Path) -> None:
    """As a shell does for `--from <(gh repo list ...)`."""
    ours, theirs = os.pipe()
    os.write(theirs, b"https://git.example/api.git\n")
    os.close(theirs)
    path = Path(f"/dev/fd/{ours}")
    with pytest.raises(TechddError, match=TOLD):
        files.content(path, 100)
    assert files.content(path, 100, piped=True) == b"https://git.example/api.git\n"
    os.close(ours)
