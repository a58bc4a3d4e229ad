"""SARIF through an engagement: handed in, merged, decided about, and written."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, build
from click.testing import CliRunner
from schemas import mistakes
from test_jobs import inline
from test_sarif import SCHEMA

from techdd import pipeline
from techdd.cli import main
from techdd.collectors.weaknesses import probe
from techdd.model import Finding, Status
from techdd.reading import Tables, read
from techdd.text import PLACE_TOKEN
from techdd.workspace import Workspace

DAY = date(2026, 7, 1)
CODE = "def f(db, name):\n    db.execute(f\"SELECT * FROM t WHERE n = '{name}'\")  # nosec\n"
CHOSEN = ["weaknesses", "patterns", "taint", "imported_results", "history", "snapshot"]
HANDED = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "Scanner", "rules": [
                {"id": "sqli", "properties": {"tags": ["external/cwe/cwe-089"]}},
            ]}},
            "results": [
                {
                    "ruleId": "sqli",
                    "level": "error",
                    "message": {"text": "Query of hunter2-planted"},
                    "locations": [{"physicalLocation": {
                        "artifactLocation": {"uri": f"file:///builds/x/{path}"},
                        "region": {"startLine": 3},
                    }}],
                    "suppressions": [{"kind": "external"}],
                }
                for path in ("app/db.py", "gone.py")
            ],
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tmp_path = tmp_path_factory.mktemp("sarif")
    source = build(tmp_path / "api.git", [A({"app/db.py": CODE, "tests/test_db.py": CODE})])
    made = Workspace.create(tmp_path / "e", "Northwind", [str(source)])
    (made.root / "scan.sarif").write_text(json.dumps(HANDED))
    text = made.file.read_text()
    made.file.write_text(text.replace("- name: api\n", "- name: api\n    sarif: [scan.sarif]\n"))
    made = Workspace(made.root)
    assert made.engagement.repositories[0].sarif == ("scan.sarif",)
    pipeline.collect(made, only=CHOSEN, workers=1, pool=inline)
    return made.root


@pytest.fixture
def workspace(collected: Path, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(collected, tmp_path / "e")))


def found(workspace: Workspace) -> Finding:
    (one,) = (
        one
        for one in pipeline.assess(workspace, as_of=DAY).findings
        if one.rule == "static-weakness"
    )
    return one


def test_all_tools_speak_in_one_finding(workspace: Workspace) -> None:
    one = found(workspace)
    assert one.severity == "high"
    assert [str(place) for place in one.locations] == ["app/db.py:2"]
    for words in (
        "Scanner (imported from scan.sarif) sqli, bandit B608, techdd sql-values-from-strings",
        "1 that the client's own tool",
        "Not counted: 1 in tests",
    ):  # fmt: skip
        assert words in PLACE_TOKEN.sub(r"\2", one.observation)
    assert one.references[:3] == (
        "CWE-89 SQL Injection", "OWASP Top 10:2021 A03 Injection", "OWASP Top 10:2025 A05 Injection"
    )  # fmt: skip


def test_what_was_handed_in_is_listed_and_nothing_it_quotes_is_kept(workspace: Workspace) -> None:
    reading = read(probe, DAY, Tables(workspace))
    (table,) = (one for one in reading.series if one.name == "imported_results")
    assert table.rows == (("api", "Scanner", "scan.sarif", "counts", 2, 2, 1, 2),)
    assert "hunter2" not in repr(reading)


def test_a_file_that_cannot_be_read_limits_the_reading(workspace: Workspace) -> None:
    (workspace.root / "scan.sarif").unlink()
    tables = Tables(workspace)
    (run,) = (one for one in tables.runs() if one.collector == "imported_results")
    assert run.status is Status.PARTIAL
    assert [(one.reason, one.path) for one in run.issues] == [("SARIF not read", "scan.sarif")]
    assert read(probe, DAY, tables).status is Status.PARTIAL


def test_a_decision_reaches_the_report_and_the_file(workspace: Workspace) -> None:
    one = found(workspace)
    assert re.fullmatch("1-[0-9a-f]{8}", one.places)
    (workspace.root / "triage.yaml").write_text(
        f"format_version: 1\ndecisions:\n  {one.id}:\n    decision: suppress\n"
        f"    places: {one.places}\n    reason: reached by tests only\n    by: A. Adviser\n"
        "    at: 2026-06-01\n    until: 2026-12-31\n"
    )
    after = found(workspace)
    assert (after.id, after.severity) == (one.id, "info")
    assert "false alarm by A. Adviser" in after.observation
    path = workspace.root / "out.sarif"
    done = CliRunner().invoke(
        main,
        ["findings", "sarif", str(workspace.root), "-o", str(path), "--as-of", "2026-07-01",
         "--domain", "security"],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(path.read_text())
    assert mistakes(document, SCHEMA) == []
    results = [result for run in document["runs"] for result in run["results"]]
    kind = "static-weakness/sql-values-from-strings"
    (weak,) = (one for one in results if one["ruleId"] == kind)
    assert weak["suppressions"][0]["status"] == "accepted"
    assert str(workspace.root) not in path.read_text()


def test_a_decision_about_nothing_is_told(workspace: Workspace) -> None:
    (workspace.root / "triage.yaml").write_text(
        "format_version: 1\ndecisions:\n  0123456789ab:\n    decision: accept\n"
        "    reason: known\n    by: A. Adviser\n    at: 2026-06-01\n    until: 2026-12-31\n"
    )
    assessment = pipeline.assess(workspace, as_of=DAY)
    assert assessment.unmatched == ("0123456789ab",)
    limits = pipeline.report(workspace, assessment, "investor").limits
    assert "In triage.yaml, without a finding in this audit: 0123456789ab." in limits
    done = CliRunner().invoke(
        main, ["findings", "list", str(workspace.root), "--as-of", "2026-07-01"]
    )
    assert "triage.yaml: 0123456789ab matches no finding of this audit." in done.output
    assert re.search(r"\(places: 1-[0-9a-f]{8}\)", done.output)


def test_what_was_not_read_is_told_on_the_terminal(workspace: Workspace) -> None:
    (workspace.root / "scan.sarif").write_bytes(b'{"version": "1.0.0", "runs": []}')
    told = "scan.sarif of api: SARIF not read: not of version 2.1.0"
    root = str(workspace.root)
    done = CliRunner().invoke(main, ["report", root, "-o", str(workspace.root / "r.json")])
    assert (done.exit_code, told in done.output) == (0, True)
    again = ["collect", root, "-q", *(word for name in CHOSEN for word in ("--only", name))]
    assert told in CliRunner().invoke(main, again).output


def test_what_was_handed_in_about_other_files_is_a_gap(workspace: Workspace) -> None:
    (run,) = (one for one in Tables(workspace).runs() if one.collector == "imported_results")
    assert [(one.reason, one.detail) for one in run.issues] == [
        ("results about files that are not in the repository", "1 in number")
    ]
