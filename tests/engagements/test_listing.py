"""The list of engagements: what each is at a glance, and what cannot be read is a line too."""

# ruff: noqa: F401, F811 - fixtures of another file

from __future__ import annotations

import errno
import json
import os
import shutil
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, build
from test_cli import Techdd, api, engagement, techdd

from techdd.answers import Answer
from techdd.engagements import index, listing
from techdd.engagements.contents import OWN
from techdd.workspace import Workspace


@pytest.fixture
def indexed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TECHDD_INDEX", str(tmp_path / "data" / "index.json"))
    return tmp_path / "data" / "index.json"


def test_each_engagement_is_a_line(engagement: Path, techdd: Techdd) -> None:
    workspace = Workspace(engagement)
    workspace.journal.append(Answer(item="SEC-01", level=3, by="Lea Lang"))
    assert techdd("report", "e", "-o", "r.json", "--as-of", "2026-07-01").code == 0
    with workspace.file.open("a") as file:
        file.write("retain_until: 2026-06-30\n")
    said = techdd("list", ".")
    assert said.code == 0
    head, line = said.out.splitlines()
    assert head.split()[:3] == ["client", "repos", "collected"]
    for words in (
        "Northwind  1 ",
        " 1 of 2",
        "2026-07-01  No overall",
        "2026-06-30 PASSED",
        " KB ",
    ):
        assert words in line
    assert line.endswith(str(engagement)) and "1 to go (retain_until has passed)" in said.err
    (row,) = json.loads(techdd("list", ".", "--format", "json").out)
    assert (row["client"], row["answered"], row["due"]) == ("Northwind", 1, True)
    assert row["asked"] == sum(len(one.items) for one in workspace.checklists)
    files = [one.stat() for one in engagement.rglob("*") if one.is_file()]
    assert row["size"] == sum({one.st_ino: one.st_size for one in files}.values())


def test_what_cannot_be_read_is_a_line_and_does_not_hide_the_others(
    engagement: Path, techdd: Techdd, tmp_path: Path
) -> None:
    for name, text in (("typo", "client: X\nclints: Y\n"), ("yaml", "client: [\n"), ("none", "")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "engagement.yaml").write_text(text)
    broken = tmp_path / "broken"
    shutil.copytree(engagement, broken)
    (broken / "audits").mkdir()
    (broken / "audits" / "2026-01-01-abc.json.gz").write_bytes(b"no gzip")
    said = techdd("list", ".")
    assert said.code == 3 and "Northwind" in said.out
    assert said.out.count("(see below)") == 4
    assert "typo: " in said.err and "unknown key 'clints'" in said.err
    assert "is damaged" in said.err and "Traceback" not in said.err
    rows = json.loads(techdd("list", ".", "--format", "json").out)
    assert [bool(one["problem"]) for one in rows] == [True, False, True, True, True]


def test_a_folder_that_cannot_be_looked_at_is_a_line_too(
    engagement: Path, techdd: Techdd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat, closed = os.stat, tmp_path / "closed"
    closed.mkdir()

    def refused(path: Any, **more: Any) -> os.stat_result:  # root may look at everything
        if Path(path).parent.name == closed.name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return stat(path, **more)

    monkeypatch.setattr(os, "stat", refused)
    said = techdd("list", ".")
    assert said.code == 3 and "Northwind" in said.out
    assert f"{closed}: cannot be read: Permission denied" in said.err


def test_the_list_holds_paths_and_nothing_else(
    api: Path, techdd: Techdd, tmp_path: Path, indexed: Path
) -> None:
    assert "No engagement in your list" in techdd("list").err
    assert techdd("init", "one", "--client", "CANARY", api).code == 0
    assert techdd("init", "two", "--client", "CANARY", api).code == 0
    assert json.loads(indexed.read_bytes()) == {
        "format": 1, "folders": [str(tmp_path / "one"), str(tmp_path / "two")],
    }  # fmt: skip
    assert indexed.stat().st_mode & 0o777 == 0o600
    shutil.rmtree(tmp_path / "one")
    said = techdd("list")
    assert said.code == 3 and f"{tmp_path}/one: is not there any more" in said.err
    assert techdd("list", "--forget").code == 0 and techdd("list").code == 0
    assert index.known() == [tmp_path / "two"]


def test_no_list_is_kept_where_none_is_wanted(
    api: Path, techdd: Techdd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TECHDD_INDEX", "off")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert techdd("init", "one", "--client", "Acme", api).code == 0
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 1, "folders": 3}'])
def test_a_damaged_list_stops_nothing_and_is_not_written_over(
    api: Path, techdd: Techdd, indexed: Path, content: str
) -> None:
    indexed.parent.mkdir()
    indexed.write_text(content)
    said = techdd("init", "one", "--client", "Acme", api)
    assert said.code == 0 and "Not in the list of engagements: " in said.err
    assert indexed.read_text() == content
    assert techdd("list").code == 2 and "is damaged; delete it" in techdd("list").err


def test_a_list_that_cannot_be_written_stops_nothing(
    api: Path, techdd: Techdd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TECHDD_INDEX", "/proc/nowhere/index.json")
    said = techdd("init", "one", "--client", "Acme", api)
    assert said.code == 0 and "Not in the list of engagements: /proc/nowhere" in said.err


def test_many_may_add_to_the_list_at_once(tmp_path: Path, indexed: Path) -> None:
    folders = [tmp_path / str(number) for number in range(20)]
    threads = [threading.Thread(target=index.remember, args=(one,)) for one in folders]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert index.known() == sorted(folders)


def test_a_clients_repository_and_links_are_not_looked_into(
    engagement: Path, tmp_path: Path
) -> None:
    build(tmp_path / "theirs.git", [A({"a": "b"})])
    for name in ("theirs.git", "work", ".hidden"):
        (tmp_path / name / "fake").mkdir(parents=True)
        (tmp_path / name / "fake" / "engagement.yaml").write_text("client: X\n")
    (tmp_path / "work" / ".git").mkdir()
    (tmp_path / "link").symlink_to(engagement)
    (tmp_path / "round").symlink_to(tmp_path)
    assert listing.found([tmp_path, engagement]) == [engagement]


def test_the_layout_that_docs_tell_is_the_one_that_is_known() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "engagement.md").read_text()
    table = docs.split("## engagement.yaml")[0]
    told = {
        line.split("`")[1].split("/")[0] for line in table.splitlines() if line.startswith("| `")
    }
    assert told <= OWN


def test_a_retention_day_is_the_last_on_which_it_is_kept(engagement: Path) -> None:
    with (engagement / "engagement.yaml").open("a") as file:
        file.write("retain_until: 2026-06-30\n")
    assert not listing.row(engagement, date(2026, 6, 30)).due
    assert listing.row(engagement, date(2026, 7, 1)).due
