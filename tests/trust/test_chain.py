from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import A, build
from test_jobs import inline

from techdd import pipeline
from techdd.trust.chain import FILE, Chain
from techdd.trust.checks import FAILED, NOT_CHECKED, OK
from techdd.trust.integrity import verify_engagement
from techdd.workspace import Workspace

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    root = tmp_path / "evidence"
    for name in ("commits/api.parquet", "changes/api.parquet/000.parquet", "runs/history.api.json"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    Chain(root).extend(AT, "techdd 1")
    return root


def differing(root: Path) -> dict[str, str]:
    return dict(Chain(root).differing())


def test_a_run_that_changed_nothing_adds_nothing(evidence: Path) -> None:
    before = (evidence / FILE).read_bytes()
    Chain(evidence).extend(AT, "techdd 2")
    assert (evidence / FILE).read_bytes() == before
    assert not differing(evidence)
    assert set(Chain(evidence).files) == {
        "commits/api.parquet", "changes/api.parquet/000.parquet", "runs/history.api.json",
    }  # fmt: skip


def test_any_change_between_runs_shows(evidence: Path) -> None:
    (evidence / "commits" / "api.parquet").write_text("forged")
    (evidence / "runs" / "history.api.json").unlink()
    (evidence / "runs" / "code.api.json").write_text("new")
    (evidence / "runs" / ".code.api.json.x").write_text("being written")
    assert differing(evidence) == {
        "commits/api.parquet": "is not as the last run left it",
        "runs/code.api.json": "is of no run that ended",
        "runs/history.api.json": "is not there any more",
    }


def test_the_next_run_adds_what_it_changed(evidence: Path) -> None:
    (evidence / "commits" / "api.parquet").write_text("measured anew")
    (evidence / "runs" / "history.api.json").unlink()
    Chain(evidence).extend(AT, "techdd 2")
    chain = Chain(evidence)
    assert not chain.doubts
    assert not differing(evidence)
    assert set(chain.links[1].files) == {"commits/api.parquet", "runs/history.api.json"}
    assert chain.links[1].files["runs/history.api.json"] is None


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_changed_or_missing_line_shows(evidence: Path, line: int) -> None:
    for text in ("second", "third"):
        (evidence / "commits" / "api.parquet").write_text(text)
        Chain(evidence).extend(AT, "techdd 1")
    lines = (evidence / FILE).read_text().splitlines(keepends=True)
    changed = [*lines]
    changed[line] = json.dumps(json.loads(lines[line]) | {"tool": "techdd 9"}) + "\n"
    (evidence / FILE).write_text("".join(changed))
    told = [*Chain(evidence).doubts, *differing(evidence)]
    assert told or line == 2  # nothing follows the last one: a signed report vouches for it
    (evidence / FILE).write_text("".join(one for one in lines if one != lines[line]))
    assert [*Chain(evidence).doubts, *differing(evidence)]


def test_a_line_that_was_cut_costs_itself_only(evidence: Path) -> None:
    with (evidence / FILE).open("a") as file:
        file.write('{"at": "2026')
    assert Chain(evidence).doubts == ["line 2 is no entry"]
    (evidence / "commits" / "api.parquet").write_text("again")
    Chain(evidence).extend(AT, "techdd 1")
    assert Chain(evidence).doubts == ["line 2 is no entry"]
    assert not differing(evidence)


def test_of_an_engagement(tmp_path: Path) -> None:
    build(tmp_path / "api", [A({"a.py": "x = 1\n"})])
    workspace = Workspace.create(tmp_path / "acme", "Acme", [str(tmp_path / "api")])
    assert next(verify_engagement(workspace.root)).end == NOT_CHECKED
    for _ in range(2):
        pipeline.collect(workspace, only=["history"], pool=inline)
    checks = list(verify_engagement(workspace.root))
    assert [(one.name, one.end) for one in checks] == [
        ("chain", OK), ("evidence", OK), ("answers", OK),
    ]  # fmt: skip
    assert checks[0].words.startswith("1 runs, ")
    for path in (workspace.root / "evidence" / "commits").rglob("[0-9]*.parquet"):
        path.write_bytes(b"forged")
    ends = {one.name: one.end for one in verify_engagement(workspace.root)}
    assert ends == {"chain": OK, "evidence": FAILED, "answers": OK}
    answer = {"item": "SEC-01", "level": 2, "by": "x", "at": "2026-11-23T00:00:00Z", "prev": "no"}
    (workspace.root / "answers").mkdir()
    (workspace.root / "answers" / "journal.jsonl").write_text(json.dumps(answer) + "\n")
    assert {one.name: one.end for one in verify_engagement(workspace.root)}["answers"] == FAILED
