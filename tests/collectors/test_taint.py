"""semgrep, where there is one: a stand-in that answers as semgrep 1.185 does, and the real one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened

from techdd.collectors.weaknesses.taint import TaintResult, TaintScan
from techdd.collectors.weaknesses.taint import taint as collector
from techdd.facts import File, frame
from techdd.model import Issue
from techdd.repository import Repository

CODE = (
    "from flask import request\n"
    "def f(db):\n"
    "    name = request.args['n']\n"
    '    sql = "select * from u where n = \'" + name + "\'"\n'
    "    db.execute(sql)  # nosemgrep\n"
)
# What semgrep 1.185.0 wrote of it, cut down: the rule behind its folder, the mark told of.
RULE = "work.checklists.policy.request-to-sql-python"
ANSWER: dict[str, Any] = {
    "version": "2.1.0",
    "runs": [
        {
            "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": []}],
            "tool": {
                "driver": {
                    "name": "Semgrep OSS",
                    "semanticVersion": "1.185.0",
                    "rules": [
                        {
                            "id": RULE,
                            "defaultConfiguration": {"level": "error"},
                            "properties": {
                                "precision": "very-high", "tags": ["CWE-89", "security"],
                            },
                        }
                    ],
                }
            },
            "results": [
                {
                    "ruleId": RULE,
                    "message": {"text": "Data of a request"},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {
                                    "uri": "/tmp/x/f000000.py", "uriBaseId": "%SRCROOT%",
                                },
                                "region": {"startLine": 5},
                            }
                        }
                    ],
                    "suppressions": [{"kind": "inSource"}],
                }
            ],
        }
    ],
}  # fmt: skip


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return opened(tmp_path, [A({"app.py": CODE, "copy.py": CODE})])


def files_of(repo: Repository) -> Any:
    rows = [
        File(one.path, one.blob, one.size, "Python", "source", 5, 5, 0, "tree-sitter", ".")
        for one in repo.regular_files()
    ]
    return frame(File, rows)


def stand_in(folder: Path, script: str) -> str:
    program = folder / "semgrep"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_without_semgrep_nothing_is_run(repo: Repository) -> None:
    assert list(collector.run(repo, files_of(repo), semgrep="")) == [TaintScan("", 0)]


def test_results_are_told_of_each_copy_whatever_the_marks_say(
    repo: Repository, tmp_path: Path
) -> None:
    (tmp_path / "answer").write_text(json.dumps(ANSWER))
    program = stand_in(
        tmp_path,
        f'echo "$@" > {tmp_path}/called; echo "$HOME" >> {tmp_path}/called; cat {tmp_path}/answer',
    )
    found = list(collector.run(repo, files_of(repo), semgrep=program))
    assert [
        (one.path, one.line, one.rule, one.cwe, one.severity, one.accepted)
        for one in found
        if isinstance(one, TaintResult)
    ] == [
        (path, 5, "request-to-sql-python", "CWE-89", "high", "") for path in ("app.py", "copy.py")
    ]
    assert found[-1] == TaintScan("1.185.0", 1)
    called = (tmp_path / "called").read_text()
    for word in ("--disable-nosem", "--metrics off", "--disable-version-check", "--no-git-ignore"):
        assert word in called
    assert Path(called.splitlines()[-1]).name.startswith("techdd-")


@pytest.mark.parametrize("script", ["exit 7", "echo no json", "echo '{}'"])
def test_a_semgrep_that_fails_is_a_gap(repo: Repository, tmp_path: Path, script: str) -> None:
    found = list(collector.run(repo, files_of(repo), semgrep=stand_in(tmp_path, script)))
    assert [one for one in found if isinstance(one, Issue)]
    assert not [one for one in found if isinstance(one, TaintResult)]


@pytest.mark.skipif(not shutil.which("semgrep"), reason="no semgrep on PATH")
def test_the_real_one_follows_data(repo: Repository) -> None:
    program = shutil.which("semgrep") or ""
    found = list(collector.run(repo, files_of(repo), semgrep=program))
    assert {one.line for one in found if isinstance(one, TaintResult)} == {5}
