"""Evidence as the probes read it: of one state of each repository."""

from __future__ import annotations

from pathlib import Path

from builders import A, build
from test_jobs import inline

from techdd import pipeline
from techdd.facts import Commit, Snapshot
from techdd.model import Status
from techdd.reading import Tables
from techdd.workspace import Workspace


def test_evidence_of_an_earlier_state_is_no_evidence_of_this_one(tmp_path: Path) -> None:
    repo = build(tmp_path / "api", [A({"a.py": "x = 1\n"})])
    workspace = Workspace.create(tmp_path / "e", "Northwind", [str(repo)])
    pipeline.collect(workspace, only=["history", "snapshot"], workers=1, pool=inline)
    tables = Tables(workspace)
    assert (len(tables.table(Commit)), len(tables.table(Snapshot))) == (1, 1)

    build(repo, [A({"a.py": "x = 1\n"}), A({"a.py": "x = 2\n"})])
    pipeline.collect(workspace, only=["snapshot"], workers=1, pool=inline)
    tables = Tables(workspace)
    assert (len(tables.table(Commit)), len(tables.table(Snapshot))) == (0, 1)
    runs = {one.collector: one for one in tables.runs()}
    assert runs["snapshot"].status is Status.OK
    assert runs["history"].status is Status.SKIPPED
    assert runs["history"].issues[0].reason == "was not run since the repository changed"

    pipeline.collect(workspace, only=["history"], workers=1, pool=inline)
    assert len(Tables(workspace).table(Commit)) == 2
