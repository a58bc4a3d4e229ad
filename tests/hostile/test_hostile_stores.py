"""The whole `audit` on repositories whose store is a trap, watched by strace.

All cases that do not interfere share a run. `README.md` beside this says which threat is tested
where.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from audited import Audited, audit, outside, rows
from builders import build, git
from every_audit import *  # noqa: F403 - tests
from hostile_history import hostile_tree
from hostile_stores import STORES, TWO, lazy
from test_intake import fingerprint, work_tree
from watching import STRACE, watch

pytestmark = pytest.mark.skipif(not STRACE.exists(), reason="needs strace: apt-get install strace")


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Traps in how repositories are laid out, with a good one among them."""
    home = tmp_path_factory.mktemp("stores")
    _, script = outside(home)
    (home / "clients").mkdir()
    for name, store in STORES.items():
        store.lay(home / "clients" / name)
    build(home / "clients" / "good", TWO)
    hostile_tree(home / "clients" / "tree")
    lazy(home / "clients" / "lazy", script)
    return audit(
        home, "--audience", "client", "--only", "snapshot", "--only", "code", "--only", "history"
    )


@pytest.mark.parametrize("name", STORES)
def test_a_store_is_opened_or_refused_in_words(audited: Audited, name: str) -> None:
    run = next(
        one
        for one in audited.report["runs"]
        if (one["collector"], one["repo"]) == ("repository", name)
    )
    said = " ".join(f"{one['reason']} {one['detail']}" for one in run["issues"])
    assert (run["status"] != "failed", STORES[name].said in said) == (STORES[name].opened, True), (
        said
    )


def test_bad_stores_do_not_cost_the_others(audited: Audited) -> None:
    assert audited.done.returncode == 3
    ends = {(run["repo"], run["collector"]): run["status"] for run in audited.report["runs"]}
    opened = ["good", "tree", "lazy", *(name for name, one in STORES.items() if one.opened)]
    for repo in opened:
        for collector in ("snapshot", "code", "history"):
            assert ends[repo, collector] in ("ok", "partial"), (repo, collector)
    assert ends["good", "history"] == "ok"


def test_entries_that_lead_out_of_a_tree_are_names_and_no_places(audited: Audited) -> None:
    evidence = audited.home / "out" / "report.engagement" / "evidence"
    paths = [row["path"] for row in rows(evidence / "files" / "tree.parquet")]
    assert "../good.py" in paths
    assert ".." in paths
    (deep,) = (path for path in paths if path.startswith("deep/d/d/"))
    assert len(deep) < 2_000  # cut, and told from others by the digest at its end
    assert not (audited.home / "out" / "good.py").exists()


@pytest.mark.parametrize(
    ("lay", "said"),
    [
        ("gitfile", "points outside the folder"),
        ("worktree", "is a linked worktree"),
        ("folder", "is a folder inside the repository"),
        ("plain", "is no git repository"),
    ],
)
def test_what_is_another_repository_is_refused_in_one_line(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, lay: str, said: str
) -> None:
    client = work_tree(tmp_path / "client")
    other = work_tree(tmp_path / "other")
    if lay == "gitfile":
        shutil.rmtree(client / ".git")
        (client / ".git").write_text(f"gitdir: {other}/.git\n")
    elif lay == "worktree":
        git(other, "worktree", "add", "-q", str(tmp_path / "linked"), "-b", "topic")
        client = tmp_path / "linked"
    elif lay == "folder":
        client = client / "sub"
        client.mkdir()
    else:
        client = tmp_path / "plain"
        client.mkdir()
    before = fingerprint(tmp_path)
    home = tmp_path_factory.mktemp("home")
    done = watch(home, "audit", client, "-o", home / "x.json", cwd=home)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert fingerprint(tmp_path) == before
    assert not (home / "x.json").exists()
