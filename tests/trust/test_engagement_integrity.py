"""Evidence that something other than a run changed: found, set aside, and measured anew."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import A, build
from sample_report import sample_report
from test_jobs import inline

from techdd import audits
from techdd.answers import Answer
from techdd.collecting import collect
from techdd.errors import EvidenceError, TechddError
from techdd.model import Run
from techdd.trust.chain import ASIDE, FILE, UNFINISHED, Chain
from techdd.trust.checks import FAILED
from techdd.trust.integrity import verify_engagement
from techdd.workspace import Workspace

COLLECTORS = ["history", "code", "snapshot"]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    build(tmp_path / "api.git", [A({"a.py": "def f():\n    return 1\n"})])
    made = Workspace.create(tmp_path / "e", "Acme", [str(tmp_path / "api.git")])
    collect(made, only=COLLECTORS, pool=inline)
    made.journal.append(Answer(item="SEC-01", level=2, by="Ann"))
    made.journal.append(Answer(item="SEC-02", level=3, by="Ann"))
    return made


def failures(workspace: Workspace) -> list[str]:
    found = verify_engagement(Workspace(workspace.root).root)
    return [one.words for one in found if one.end == FAILED]


def again(workspace: Workspace) -> tuple[list[Run], list[str]]:
    told: list[str] = []
    return collect(workspace, only=COLLECTORS, pool=inline, warn=told.append), told


def test_one_flipped_byte_of_any_file_is_found(workspace: Workspace) -> None:
    chained = [path for path in workspace.evidence.root.rglob("*") if path.is_file()]
    assert {path.suffix for path in chained} == {".parquet", ".json", ".jsonl"}
    for path in (*chained, workspace.journal.path):
        whole = path.read_bytes()
        text = path.suffix in (".json", ".jsonl")
        for place in range(0, len(whole), 1 if text and len(whole) < 2_000 else 997):
            if text and whole[place] in b" \n":
                continue  # another blank says nothing else
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            assert failures(workspace), f"{path} at {place}"
        path.write_bytes(whole)
    assert not failures(workspace)


def test_one_flipped_byte_of_a_kept_audit_is_found(workspace: Workspace) -> None:
    kept = audits.keep(workspace.root, [sample_report()], datetime(2026, 11, 27, tzinfo=UTC))
    assert kept
    assert not failures(workspace)
    whole = kept.read_bytes()
    beyond_its_head = (*range(10, 60), *range(60, len(whole), 499), len(whole) - 1)
    for place in beyond_its_head:
        kept.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert failures(workspace), place
    lines = gzip.decompress(whole).replace(b"Northwind", b"Southwind")
    kept.write_bytes(gzip.compress(lines))
    assert failures(workspace) == [f"{kept.name} is not as it was kept"]


def test_a_line_that_is_taken_out_is_found(workspace: Workspace) -> None:
    build(workspace.root.parent / "b.git", [A({"b.py": "b = 1\n"})])
    workspace.add([str(workspace.root.parent / "b.git")])
    again(workspace)
    for path in (workspace.evidence.root / FILE, workspace.journal.path):
        whole = path.read_bytes()
        first, second = whole.splitlines(keepends=True)
        for left in (second, second + first, first + first + second):
            path.write_bytes(left)
            assert failures(workspace), path
        path.write_bytes(whole)
    assert not failures(workspace)


@pytest.mark.parametrize(
    "name", ["snapshots/api.parquet", "runs/code.api.json", "commits/api.parquet/000.parquet"]
)
def test_what_was_changed_is_set_aside_measured_anew_and_told(
    workspace: Workspace, name: str
) -> None:
    path = workspace.evidence.root / name
    whole = path.read_bytes()
    path.unlink()  # a part is linked to the cache, which is to stay as it is
    path.write_bytes(b"forged")
    assert failures(workspace) == [f"{name} is not as the last run left it"]
    _, told = again(workspace)
    assert told == [
        f"evidence/{name} is not as the last run left it: something other than techdd changed it; "
        "it is set aside"
    ]
    assert path.read_bytes() == whole
    assert (workspace.evidence.root / ASIDE / name).read_bytes() == b"forged"
    assert not failures(workspace)
    history = [one.words for one in verify_engagement(workspace.root) if one.name == "history"]
    assert [name in words for words in history] == [True]
    assert again(workspace)[1] == []


def test_of_what_was_deleted_nothing_is_said_to_be_set_aside(workspace: Workspace) -> None:
    path = workspace.evidence.root / "snapshots" / "api.parquet"
    whole = path.read_bytes()
    path.unlink()
    _, told = again(workspace)
    said = "snapshots/api.parquet is not there any more"
    assert told == [f"evidence/{said}: something other than techdd removed it"]
    assert path.read_bytes() == whole
    history = [one.words for one in verify_engagement(workspace.root) if one.name == "history"]
    assert len(history) == 1 and history[0].endswith(said)


def test_a_chain_that_was_cut_off_is_told_by_the_next_run(workspace: Workspace) -> None:
    chain = workspace.evidence.root / FILE
    chain.write_bytes(chain.read_bytes()[:100])
    words = f"evidence/{FILE}: line 1 is no entry"
    assert again(workspace)[1] == [f"{words}: something other than techdd changed it"]
    assert failures(workspace) == [f"{chain}: line 1 is no entry"]  # for ever: no run mends it


def test_from_a_damaged_chain_the_way_that_is_told_leads_on(workspace: Workspace) -> None:
    chain = workspace.evidence.root / FILE
    chain.write_bytes(chain.read_bytes()[:100])
    said = [one.words for one in verify_engagement(workspace.root) if one.name == "chain"]
    assert "delete the folder evidence and run techdd collect" in said[-1]
    shutil.rmtree(workspace.evidence.root)
    assert again(workspace)[1] == []
    assert not failures(workspace)


def test_what_a_killed_run_left_is_its_own_and_is_not_measured_again(workspace: Workspace) -> None:
    (workspace.evidence.root / UNFINISHED).touch()
    run = workspace.evidence.root / "runs" / "code.api.json"
    run.write_text(json.dumps(json.loads(run.read_text())))  # as if written by it
    events: list[bool] = []
    collect(
        workspace, only=COLLECTORS, pool=inline,
        tell=lambda event: events.append(event.cached) if event.run else None,
    )  # fmt: skip
    assert events == [False, True, True, True]  # the opening, and three that are fresh
    assert not failures(workspace)
    assert not (workspace.evidence.root / UNFINISHED).exists()


def test_what_a_killed_run_left_half_written_is_cleared_away(workspace: Workspace) -> None:
    half = workspace.evidence.root / "commits" / ".put.x" / "api.parquet"
    half.parent.mkdir()
    half.touch()
    record = workspace.evidence.root / "runs" / ".code.api.json.x"
    record.touch()
    again(workspace)
    assert not half.parent.exists()
    assert not record.exists()


def test_answers_that_are_gone_altogether_are_missed(workspace: Workspace) -> None:
    workspace.library.pin("security")  # as with the first answer
    assert not failures(workspace)
    workspace.journal.path.unlink()
    assert "journal.jsonl is gone" in failures(workspace)[0]


def test_evidence_whose_chain_is_gone_is_not_believed(workspace: Workspace) -> None:
    table = workspace.evidence.root / "snapshots" / "api.parquet"
    whole = table.read_bytes()
    table.write_bytes(b"other")
    (workspace.evidence.root / FILE).unlink()
    assert "is gone, which says how runs left" in failures(workspace)[0]
    _, told = again(workspace)
    assert told[-1].startswith("and so ")
    assert table.read_bytes() == whole
    assert not failures(workspace)


def test_a_clock_that_is_set_back_mixes_nothing_up(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("techdd.collecting.now", lambda: datetime(2020, 1, 1, tzinfo=UTC))
    build(workspace.root.parent / "b.git", [A({"b.py": "b = 1\n"})])
    workspace.add([str(workspace.root.parent / "b.git")])
    _, told = again(workspace)
    assert told[0].startswith("the clock shows 2020-01-01 00:00 UTC, and the last run was at ")
    chain = Chain(workspace.evidence.root)
    assert not chain.ahead_of(chain.links[0].at)  # the last run is of 2020
    assert [link.at.year == 2020 for link in chain.links] == [False, True]
    assert {"snapshots/api.parquet", "snapshots/b.parquet"} <= chain.files.keys()
    found = {one.name: one.words for one in verify_engagement(workspace.root)}
    assert found["chain"].endswith("; the clock was set back before 1 of them")
    assert not failures(workspace)


def test_a_run_that_ends_early_is_unfinished(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise EvidenceError("cannot be written: No space left on device", "x")

    monkeypatch.setattr(type(workspace.evidence), "record", fail)
    with pytest.raises(EvidenceError):
        collect(workspace, only=COLLECTORS, pool=inline)
    assert (workspace.evidence.root / UNFINISHED).exists()
    (run,) = [one for one in verify_engagement(workspace.root) if one.name == "run"]
    assert "techdd collect goes on with it" in run.words
    assert Chain(workspace.evidence.root).begin() == {}


@pytest.mark.parametrize("left", [b"", b"0123", b"\xff" * 40])
def test_a_damaged_key_of_fingerprints_is_told(workspace: Workspace, left: bytes) -> None:
    collect(workspace, only=["secrets"], pool=inline)
    key = workspace.root / "fingerprint.key"
    assert (len(key.read_text()), key.stat().st_mode & 0o777) == (64, 0o600)
    key.write_bytes(left)
    with pytest.raises(TechddError, match=r"fingerprint\.key: is damaged; restore it"):
        collect(workspace, only=["secrets"], pool=inline)
