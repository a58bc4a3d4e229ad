# ruff: noqa: F811 - a fixture is used by its name
"""`techdd simulate` on a real history: who leaves, what is lost, and who cannot be told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import A, build
from test_cli import Techdd, techdd  # noqa: F401 - a fixture
from test_jobs import inline

from techdd import pipeline
from techdd.workspace import Workspace

ANN, BEN, CY = "Ann Able <ann@x.io>", "Ben Bow <ben@x.io>", "Cy Cole <cy@x.io>"
DAY = ("--as-of", "2025-03-01")
# Cy left years ago with core/old.py (6 lines); Ann has core/a.py (10 lines, the only file with a
# function that was changed in 12 months) and Ben core/b.py and core/c.py (2 lines each).
TALE = [
    A({"core/old.py": "".join(f"o{n} = {n}\n" for n in range(6))}, author=CY, day=-900),
    A({"core/a.py": "def f(x):\n" + "".join(f"    x += {n}\n" for n in range(9))}, author=ANN),
    A({"core/b.py": "b = 1\nc = 2\n", "core/c.py": "d = 1\ne = 2\n"}, author=BEN, day=10),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = build(tmp_path / "api.git", TALE)
    workspace = Workspace.create(tmp_path / "e", "Northwind", [str(source)])
    only = ["history", "snapshot", "contributions", "survival", "code"]
    pipeline.collect(workspace, only=only, workers=1, pool=inline)
    return workspace.root


def test_what_would_be_lost_is_told_in_words(techdd: Techdd, folder: Path) -> None:
    said = techdd("simulate", folder, "--leaves", "Ann Able", *DAY)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines() == [
        "If Ann Able left:",
        "  50% of the surviving source lines are theirs",  # 10 of 20
        "  25% of the source files would lose their last active author (1 of 4)",
        "  1 of 1 hotspots would lose their last active author",
        "  components that nobody active would know: none",
    ]


def test_people_are_found_by_address_and_pseudonym_and_may_leave_together(
    techdd: Techdd, folder: Path
) -> None:
    leavers = ("--leaves", "Ann@X.io", "--leaves", "person 3", "--leaves", "Ann Able")
    said = techdd("simulate", folder, *leavers, "--format", "json", *DAY)
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out) == {
        "leaves": ["Ann Able", "Ben Bow"],
        "lines_share": 14 / 20,
        "files_share": 3 / 4,
        "files": 3,
        "hotspots_left_alone": 1,
        "hotspots": 1,
        "components_left_alone": [{"repository": "api", "component": "core"}],
    }


def test_who_has_left_already_is_counted_as_gone_and_said_to_be(
    techdd: Techdd, folder: Path
) -> None:
    said = techdd("simulate", folder, "--leaves", "Cy Cole", *DAY)
    assert said.code == 0
    assert said.err == (
        "Counted as gone without this: Cy Cole (no commit in the 90 days before 2025-03-01; "
        "--as-of moves that day).\n"
    )
    assert "lose their last active author (0 of 4)" in said.out


@pytest.mark.parametrize("wanted", ["Dora", "Person 4", "able", ""])
def test_an_unknown_person_is_told_and_nothing_is_simulated(
    techdd: Techdd, folder: Path, wanted: str
) -> None:
    said = techdd("simulate", folder, "--leaves", "Ann Able", "--leaves", wanted, *DAY)
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        f"techdd: nobody in the history is {wanted!r}; see: techdd people list {folder}\n"
    )


def test_a_name_that_two_people_have_is_asked_back(
    techdd: Techdd, folder: Path, tmp_path: Path
) -> None:
    other = build(tmp_path / "web.git", [A({"w.c": "x\n"}, author="Ann Able <able@y.io>")])
    (folder / "people.yaml").write_text("separate:\n  - emails: [ann@x.io, able@y.io]\n")
    workspace = Workspace(folder)
    workspace.add([str(other)])
    pipeline.collect(workspace, only=["history", "snapshot"], workers=1, pool=inline)
    said = techdd("simulate", folder, "--leaves", "ann able", *DAY)
    assert (said.code, said.out) == (2, "")
    assert "'ann able' may be 2 people (p" in said.err
    assert techdd("simulate", folder, "--leaves", "able@y.io", *DAY).code == 0


def test_what_was_not_collected_is_not_measured_and_named(techdd: Techdd, tmp_path: Path) -> None:
    source = build(tmp_path / "api.git", TALE)
    workspace = Workspace.create(tmp_path / "e", "Northwind", [str(source)])
    pipeline.collect(workspace, only=["history", "survival", "code"], workers=1, pool=inline)
    said = techdd("simulate", "e", "--leaves", "Ann Able", *DAY)
    assert said.code == 0
    assert said.err == (
        "Not collected, so not measured: contributions of api. "
        "Next: techdd collect e --only contributions\n"
    )
    assert said.out.splitlines()[1:] == [
        "  50% of the surviving source lines are theirs",
        "  source files that would lose their last active author: not measured",
        "  hotspots that would lose their last active author: not measured",
        "  components that nobody active would know: not measured",
    ]
    said = techdd("simulate", "e", "--leaves", "Ann Able", "--format", "json", *DAY)
    told = json.loads(said.out)
    assert told["hotspots_left_alone"] is told["components_left_alone"] is told["files"] is None


def test_without_a_collected_history_the_next_step_is_named(techdd: Techdd, tmp_path: Path) -> None:
    source = build(tmp_path / "api.git", TALE)
    Workspace.create(tmp_path / "e", "Northwind", [str(source)])
    said = techdd("simulate", "e", "--leaves", "Ann Able")
    assert (said.code, said.out) == (2, "")
    assert said.err == "techdd: no history is collected yet; begin with: techdd collect e\n"
