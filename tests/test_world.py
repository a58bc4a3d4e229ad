"""A made-up portfolio is collected, and the facts say what is known to be true of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_jobs import inline

from techdd import advisories, pipeline
from techdd.collectors._updates import Vulnerability
from techdd.collectors.coupling.graph import component_graph
from techdd.collectors.coupling.tables import ComponentCoupling, ImportEdge
from techdd.collectors.duplication.gather import CloneMark
from techdd.collectors.secrets.scan import Secret
from techdd.facts import Commit, File, Package, Person, Tag, frame
from techdd.model import Status
from techdd.reading import Tables
from techdd.workspace import OPENING, Workspace

SAMPLES = Path(__file__).parents[1] / "sample_repos"
SIZE = (
    "--repositories",
    "9",
    "--commits",
    "60",
    "--lines",
    "900",
    "--people",
    "12",
    "--teams",
    "3",
)
LANGUAGES = ("--languages", "python,typescript,java")
COLLECTED = ("history", "imports", "secrets", "vulnerabilities", "duplication")


def build(dest: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SAMPLES / "world.py"), str(dest), *options]
    # Workers are started with it, by which a script finds nothing that lies beside it.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("world")
    done = build(folder, *SIZE, *LANGUAGES)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads((folder / "world.json").read_text())
    return told


@pytest.fixture(scope="module")
def tables(world: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    folder = tmp_path_factory.mktemp("larkspur")
    known = advisories.default_folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TECHDD_ADVISORIES", str(folder / "advisories"))
        advisories.import_advisories([SAMPLES / "advisories"], known())
        sources = [one["path"] for one in world["repositories"]]
        workspace = Workspace.create(folder / "e", "Larkspur", sources)
        pipeline.collect(workspace, only=COLLECTED, workers=1, pool=inline)
        yield Tables(workspace)


def whole(world: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in world["repositories"] if not one["broken"]]


def planted(world: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    """(repository, fault) of every fault of that kind; a test of none would say nothing."""
    found = [(one["name"], f) for one in whole(world) for f in one["faults"] if f["kind"] == kind]
    assert found
    return found


def test_same_wishes_give_the_same_commits_and_other_seeds_others(
    world: dict[str, Any], tmp_path: Path
) -> None:
    heads = [one["head"] for one in world["repositories"]]
    for seed, same in (("7", True), ("8", False)):
        assert build(tmp_path, *SIZE, *LANGUAGES, "--seed", seed).returncode == 0
        again = json.loads((tmp_path / "world.json").read_text())
        assert ([one["head"] for one in again["repositories"]] == heads) is same


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    done = build(tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == [tmp_path / "letter.txt"]


@pytest.mark.parametrize(
    "wrong", [("--languages", "latin"), ("--people", "2", "--teams", "3"), ("--commits", "3")]
)
def test_wishes_that_cannot_be_met_are_one_line(tmp_path: Path, wrong: tuple[str, ...]) -> None:
    done = build(tmp_path / "w", *wrong)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_repositories_that_cannot_be_opened_are_those_that_were_broken(
    world: dict[str, Any], tables: Tables
) -> None:
    closed = [
        run.repo
        for run in tables.runs()
        if run.collector == OPENING and run.status is Status.FAILED
    ]
    broken = [one["name"] for one in world["repositories"] if one["broken"]]
    assert [name.removesuffix(".git") for name in closed] == broken != []


def test_commits_merges_and_tags(world: dict[str, Any], tables: Tables) -> None:
    commits, tags = tables.table(Commit), tables.table(Tag)
    for one in whole(world):
        own = commits[commits["repo"] == one["name"]]
        days = sorted(own["authored"].dt.strftime("%Y-%m-%d"))
        assert len(own) == one["commits"] == 60
        assert int((own["parents"] > 1).sum()) == one["merges"]
        assert (days[0], days[-1]) == (one["first_commit"], one["last_commit"])
        assert int((tags["repo"] == one["name"]).sum()) == one["tags"]


def test_authors_by_person(world: dict[str, Any], tables: Tables) -> None:
    people = tables.table(Person).set_index("identity")
    commits = tables.table(Commit)
    commits = commits.assign(person=commits["author"].map(people["name"]))
    for one in whole(world):
        counted = Counter(commits.loc[commits["repo"] == one["name"], "person"])
        assert counted == {author["name"]: author["commits"] for author in one["authors"]}
    bots = {str(name) for name in people.loc[people["bot"], "name"]}
    assert bots == {a["name"] for one in whole(world) for a in one["authors"] if a["bot"]} != set()


def test_people_who_move_or_leave(world: dict[str, Any], tables: Tables) -> None:
    people = tables.table(Person).set_index("identity")
    commits = tables.table(Commit)
    day = commits["authored"].dt.strftime("%Y-%m-%d")
    team = commits["repo"].map({one["name"]: one["team"] for one in whole(world)})
    commits = commits.assign(person=commits["author"].map(people["name"]), day=day, team=team)
    moved = 0
    for move in world["moves"]:
        own = commits[commits["person"] == move["person"]]
        before, after = (own.loc[own["team"] == move[end], "day"] for end in ("from", "to"))
        assert set(own["team"]) <= {move["from"], move["to"]}
        assert all(before < move["on"])
        assert all(after >= move["on"])
        moved += len(before) > 0 and len(after) > 0
    assert moved
    for person in world["people"]:
        own = commits[commits["person"] == person["name"]]
        assert len(own) == person["commits"]
        if person["left"] and len(own):
            assert max(own["day"]) == person["last"] < "2026-01-01"
    assert any(person["left"] and person["commits"] for person in world["people"])


def languages_found(tables: Tables, repo: str) -> dict[str, dict[str, int]]:
    files = tables.table(File)
    own = files[(files["repo"] == repo) & files["role"].isin(["source", "test"])]
    programs = own[~own["component"].isin([".", ".github", "deploy"])]  # the rest is settings
    return {
        str(language): {"files": len(part), "lines": int(part["lines"].sum())}
        for language, part in programs.groupby("language")
    }


def test_files_and_lines_by_language(world: dict[str, Any], tables: Tables) -> None:
    files = tables.table(File)
    for one in whole(world):
        assert int((files["repo"] == one["name"]).sum()) == one["files"]
        assert languages_found(tables, one["name"]) == one["languages"]


def test_every_language_is_read_as_what_it_is(tmp_path: Path) -> None:
    all_of_them = "python,typescript,javascript,go,java,csharp,ruby,rust,kotlin"
    size = ("--repositories", "9", "--teams", "9", "--commits", "20", "--lines", "120")
    assert build(tmp_path / "w", *size, "--languages", all_of_them).returncode == 0
    told = json.loads((tmp_path / "w" / "world.json").read_text())
    sources = [one["path"] for one in whole(told)]
    workspace = Workspace.create(tmp_path / "e", "Larkspur", sources)
    pipeline.collect(workspace, only=["code"], workers=1, pool=inline)
    tables = Tables(workspace)
    for one in whole(told):
        assert languages_found(tables, one["name"]) == one["languages"]
        run = workspace.evidence.run("code", one["name"])
        assert run is not None and run.status is Status.OK


def test_packages_are_the_pinned_ones(world: dict[str, Any], tables: Tables) -> None:
    packages = tables.table(Package)
    for one in whole(world):
        own = packages[packages["repo"] == one["name"]]
        named = set(zip(own["name"], own["version"], strict=True))
        assert set(one["packages"].items()) <= named


def test_vulnerable_dependencies(world: dict[str, Any], tables: Tables) -> None:
    found = tables.table(Vulnerability)
    known = {
        (repo, fault["package"], fault["advisory"])
        for repo, fault in planted(world, "vulnerable-dependency")
    }
    assert set(zip(found["repo"], found["package"], found["advisory"], strict=True)) == known


def test_secrets_in_history(world: dict[str, Any], tables: Tables) -> None:
    found = tables.table(Secret)
    places = set(zip(found["repo"], found["path"], strict=True))
    assert places == {(repo, fault["path"]) for repo, fault in planted(world, "secret-in-history")}
    assert not found["in_head"].any()
    assert found["removed"].notna().all()


def test_components_that_import_each_other(world: dict[str, Any], tables: Tables) -> None:
    edges, files = tables.table(ImportEdge), tables.table(File)
    none = frame(ComponentCoupling, [])
    none.insert(0, "repo", [])
    answers = list(component_graph.run(tables.workspace.engagement.as_of, none, edges, files))
    tangled = {
        one.repo: one.value
        for one in answers
        if getattr(one, "name", "") == "imports.components_in_circles" and one.repo and one.value
    }
    assert tangled == {repo: 2 for repo, _ in planted(world, "import-cycle")}


def test_files_that_two_repositories_share(world: dict[str, Any], tables: Tables) -> None:
    marks = tables.table(CloneMark)
    for repo, fault in planted(world, "duplicated-file"):
        if fault["repository"] in tables.closed:
            continue
        own, twin = (
            set(marks.loc[(marks["repo"] == name) & (marks["path"] == fault["path"]), "mark"])
            for name in (repo, fault["repository"])
        )
        assert own == twin != set()


def test_one_author_and_abandoned(world: dict[str, Any], tables: Tables) -> None:
    commits = tables.table(Commit)
    for repo, _ in planted(world, "single-owner"):
        assert commits.loc[commits["repo"] == repo, "author"].nunique() == 1
    for repo, _ in planted(world, "abandoned-repository"):
        assert commits.loc[commits["repo"] == repo, "authored"].max().year < 2025


def test_a_repository_that_uses_another_one_names_its_package(
    world: dict[str, Any], tables: Tables
) -> None:
    packages = tables.table(Package)
    published = {one["name"]: one["package"] for one in world["repositories"]}
    using = [(one["name"], other) for one in whole(world) for other in one["depends_on"]]
    assert using
    for repo, other in using:
        own = packages[packages["repo"] == repo]
        assert published[other["repository"]] in set(own["name"])


# --- killed, and gone on with ---------------------------------------------------------------------

RESUMED = ("survival", "duplication", "imports", "dependencies")


SCRIPT = """
import sys
from pathlib import Path
from techdd.collecting import collect
from techdd.workspace import Workspace

def tell(event):
    if event.run and not event.cached:
        print(event.repo, event.collector)

collect(Workspace(Path(sys.argv[1])), only=sys.argv[2:], tell=tell)
"""


def collecting(folder: Path) -> subprocess.Popen[str]:
    """Collects, and says which jobs were done and not only found to be done."""
    command = [sys.executable, "-uc", SCRIPT, str(folder), *RESUMED]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> set[tuple[str, ...]]:
    lines = process.communicate()[0].splitlines()
    return {tuple(line.split()) for line in lines} - {(line.split()[0], OPENING) for line in lines}


def stored(folder: Path) -> dict[str, bytes]:
    """Everything in the evidence but the chain, which holds the time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.glob("evidence/[!.]*/**/*")
        if path.is_file()
    }


def ended(folder: Path) -> set[tuple[str, ...]]:
    """(repository, collector) of what has come to its end."""
    names = [path.name.removesuffix(".json") for path in folder.glob("evidence/runs/[!.]*.json")]
    found = {(repo, collector) for collector, _, repo in (one.partition(".") for one in names)}
    return {(repo, collector) for repo, collector in found if collector != OPENING}


def test_a_run_that_is_killed_is_gone_on_with_and_repeats_nothing(
    world: dict[str, Any], tmp_path: Path
) -> None:
    sources = [one["path"] for one in whole(world)[:4]]
    undisturbed, killed = (
        Workspace.create(tmp_path / name, "Larkspur", sources).root
        for name in ("undisturbed", "killed")
    )
    with collecting(undisturbed) as process:
        process.communicate()
    assert process.returncode == 0
    everything = ended(undisturbed)
    done: set[tuple[str, ...]] = set()
    for more in (1, 5, 10):
        with collecting(killed) as process:
            while len(ended(killed)) < len(done) + more and process.poll() is None:
                time.sleep(0.01)
            process.kill()
            assert not done & told(process)
        done = ended(killed)
        assert done < everything
    with collecting(killed) as process:
        assert told(process) == everything - done
    assert process.returncode == 0
    assert stored(killed) == stored(undisturbed)
