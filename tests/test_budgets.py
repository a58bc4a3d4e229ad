"""What collectors may take, as engagement.yaml says it; `test_jobs.py` has what happens beyond."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import A, build

from techdd import collecting
from techdd.amounts import volume, volume_of
from techdd.collecting import collect
from techdd.errors import DocumentError
from techdd.model import Status
from techdd.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    build(tmp_path / "api.git", [A({"a.py": "a = 1\n"})])
    return Workspace.create(tmp_path / "e", "Northwind", [str(tmp_path / "api.git")])


def budgets(workspace: Workspace, written: str) -> dict[str, tuple[float, int]]:
    """Collector -> (minutes, bytes) under `written`."""
    workspace.file.write_text(f"{workspace.file.read_text()}budgets: {written}\n")
    made = collecting._within_budgets(workspace, collecting.choose_collectors(["survival"]))
    return {one.name: (one.minutes, one.memory) for one in made}


def test_a_budget_is_a_collectors_own_or_everybodys(workspace: Workspace) -> None:
    found = budgets(workspace, "{default: {memory: 6 GiB}, history: {minutes: 7}}")
    assert found["history"] == (7, 6 << 30)
    assert found["survival"] == (120, 6 << 30)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "{histroy: {minutes: 7}}",
            "a budget for no collector 'histroy' (did you mean 'history'?)",
        ),
        ("{history: {memory: 6}}", "budgets.history.memory: write it as in: 512 MiB, 6 GiB"),
        ("{history: {memory: 1 MiB}}", "should be greater than or equal to 268435456"),
        ("{history: {minutes: 0}}", "should be greater than 0"),
        ("{repository: {memory: 1 GiB}}", "a budget of 'repository' has minutes only"),
    ],
)
def test_a_budget_that_is_none_is_one_line(workspace: Workspace, written: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        budgets(workspace, written)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(workspace.file))


def test_who_has_too_little_time_fails_and_the_others_go_on(workspace: Workspace) -> None:
    text = workspace.file.read_text()
    workspace.file.write_text(f"{text}budgets: {{code: {{minutes: 0.0001}}}}\n")
    runs = {run.collector: run for run in collect(workspace, only=["code", "history"])}
    assert runs["history"].status is Status.OK
    assert runs["code"].issues[0].reason == "time limit of 0.0001 minutes"
    workspace.file.write_text(f"{text}budgets: {{code: {{minutes: 10}}}}\n")
    again = collect(Workspace(workspace.root), only=["code"])
    assert [str(run.status) for run in again] == ["ok", "ok"]


@pytest.mark.parametrize("written", ["512 MiB", "1.5 GiB", "6 GiB"])
def test_a_volume_is_read_as_it_is_written(written: str) -> None:
    assert volume(volume_of(written)) == written
