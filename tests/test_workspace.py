from __future__ import annotations

import stat
from pathlib import Path

import pytest
from builders import A, build, git

from techdd.answers import Answer
from techdd.errors import DocumentError, RepositoryError, TechddError
from techdd.folders import data
from techdd.locking import PURGE
from techdd.pipeline import assess
from techdd.policy import RepositoryEntry
from techdd.sources import entries
from techdd.workspace import Workspace

ONE = [A({"a": "1"})]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    build(tmp_path / "api.git", ONE)
    return Workspace.create(tmp_path / "e", "Northwind", [str(tmp_path / "api.git")], "Lighthouse")


def test_an_engagement_is_a_file_that_people_can_read(workspace: Workspace, tmp_path: Path) -> None:
    assert (
        workspace.file.read_text()
        == f"""\
# The engagement: one client and the repositories that are audited.
# Comments stay when techdd adds to this file. See docs/engagement.md for every key.
format_version: 1
client: Northwind
adviser: Lighthouse
repositories:
  - name: api
    source: {tmp_path}/api.git
"""
    )
    assert Workspace(workspace.root).engagement.client == "Northwind"


def test_a_folder_without_an_engagement_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(TechddError) as caught:
        Workspace(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: holds no engagement.yaml; begin with: techdd init {tmp_path} --client NAME"
    )


def test_an_engagement_is_its_user_s_alone(workspace: Workspace) -> None:
    assert stat.S_IMODE(workspace.root.stat().st_mode) == 0o700


def test_an_engagement_is_not_begun_twice(workspace: Workspace) -> None:
    with pytest.raises(TechddError, match=r"is an engagement already; add to its engagement\.yaml"):
        Workspace.create(workspace.root, "Other", [])


def test_repositories_are_added_once_and_comments_stay(
    workspace: Workspace, tmp_path: Path
) -> None:
    workspace.file.write_text(workspace.file.read_text() + "# a note of the adviser\n")
    (tmp_path / "deep").mkdir()
    other = build(tmp_path / "deep" / "api.git", ONE)
    workspace.add([str(tmp_path / "api.git"), str(other), str(other)])
    workspace.add([str(other)])
    assert workspace.names == ("api", "api-2")
    assert "# a note of the adviser\n" in workspace.file.read_text()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://github.com/nw/parcel-api.git", "parcel-api"),
        ("git@github.com:nw/parcel_web", "parcel_web"),
        ("ssh://git@host/Übung 2.git", "bung-2"),
        ("https://host/...", "repository"),
        ("https://host/x/.git", "x"),
    ],
)
def test_names_are_short_and_safe(source: str, name: str) -> None:
    assert [one.name for one in entries([source])] == [name]


def test_two_of_one_name_are_told_apart() -> None:
    known = [RepositoryEntry(name="x", source="https://a/x")]
    found = entries(["https://b/x", "https://a/x", "https://c/x", "https://b/x"], known)
    assert [one.name for one in found] == ["x-2", "x-3"]


def test_a_source_that_is_nothing_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    for wrong in (str(tmp_path / "none"), "https://a:b@host/x"):
        with pytest.raises(RepositoryError):
            Workspace.create(tmp_path / "e", "N", [wrong])
    assert not (tmp_path / "e").exists()


def test_a_repository_opens_from_a_path_beside_the_engagement_or_a_url(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = git(tmp_path / "api.git", "rev-parse", "main").strip()
    url = f"file://{tmp_path}/api.git"
    for source in (str(tmp_path / "api.git"), "../api.git", url):
        assert workspace.open(RepositoryEntry(name="x", source=source)).head == head
    monkeypatch.chdir(workspace.root)
    relative = Workspace(Path()).open(RepositoryEntry(name="y", source="../api.git"))
    assert [one.path for one in relative.entries()] == ["a"]


def test_mistakes_of_the_engagement_have_their_line(workspace: Workspace) -> None:
    workspace.file.write_text("client: N\nadvisor: X\n")
    with pytest.raises(DocumentError) as caught:
        _ = Workspace(workspace.root).names
    assert str(caught.value) == (
        f"{workspace.file}:2:1: unknown key 'advisor' (did you mean 'adviser'?)"
    )


def test_own_checklists_come_before_those_that_ship(workspace: Workspace) -> None:
    shipped = {one.id: one for one in workspace.checklists}
    own = data("checklists") / "team.yaml"
    (workspace.root / "checklists").mkdir()
    text = own.read_text().replace("title: Team and hiring plan", "title: Our team")
    (workspace.root / "checklists" / "team.yaml").write_text(text)
    again = Workspace(workspace.root)
    assert again.checklist("team").title == "Our team"
    assert {one.id for one in again.checklists} == set(shipped)
    assert [one.order for one in again.checklists] == sorted(one.order for one in again.checklists)


def test_an_unknown_checklist_lists_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(TechddError, match=r"^no checklist 'tem' in this engagement; there are: "):
        workspace.checklist("tem")
    workspace.file.write_text(workspace.file.read_text() + "checklists: [team, tem]\n")
    with pytest.raises(DocumentError, match=r"no checklist 'tem'; there are: .*team"):
        _ = Workspace(workspace.root).checklists


def test_the_engagement_may_choose_checklists_and_scoring(workspace: Workspace) -> None:
    workspace.file.write_text(workspace.file.read_text() + "checklists: [team]\n")
    shipped = (data("checklists") / "policy" / "scoring.yaml").read_text()
    (workspace.root / "scoring.yaml").write_text(shipped.replace("power: 0.5", "power: 1"))
    again = Workspace(workspace.root)
    assert [one.id for one in again.checklists] == ["team"]
    assert again.scoring.power == 1


def test_answers_say_what_was_asked_and_keep_its_wording(workspace: Workspace) -> None:
    team = workspace.checklist("team")
    item = team.items[0]
    for level in (1, 3):
        workspace.record(team, item, Answer(item=item.id, level=level, by="Ann"))
    said = [entry.answer for entry in workspace.journal.read()]
    assert [(one.level, one.version, one.wording) for one in said] == [
        (level, team.version, item.wording) for level in (1, 3)
    ]
    assert all(one.at for one in said)
    assert (workspace.root / "asked" / "team.yaml").is_file()
    assert workspace.standings()[item.id].counts == said[1]


def test_one_writer_at_a_time(workspace: Workspace) -> None:
    other = Workspace(workspace.root)
    said = "another techdd is working on this engagement"
    with workspace.locked(), pytest.raises(TechddError, match=said), other.locked():
        raise AssertionError
    with other.locked():
        pass


def test_any_number_reads_while_nobody_writes(workspace: Workspace) -> None:
    other = Workspace(workspace.root)
    said = "another techdd is working on this engagement"
    with workspace.unchanging(), other.unchanging():
        with pytest.raises(TechddError, match=said), other.locked():
            raise AssertionError
        assess(other)
    with workspace.locked(), pytest.raises(TechddError, match=said):
        assess(other)
    (workspace.root / PURGE).touch()
    with pytest.raises(TechddError, match="is half deleted; go on with"), other.unchanging():
        raise AssertionError


def test_to_add_waits_for_nobody_and_loses_nothing(workspace: Workspace, tmp_path: Path) -> None:
    for name in ("web", "jobs"):
        build(tmp_path / f"{name}.git", ONE)
    late, other = (Workspace(workspace.root) for _ in range(2))
    assert late.names == ("api",)
    said = "another techdd is working on this engagement"
    with workspace.locked(), pytest.raises(TechddError, match=said):
        other.add([str(tmp_path / "web.git")])
    other.add([str(tmp_path / "web.git")])
    with pytest.raises(TechddError, match="was changed meanwhile; run the same command again"):
        late.add([str(tmp_path / "jobs.git")])
    assert Workspace(workspace.root).names == ("api", "web")


def test_rules_are_there_once_each(workspace: Workspace) -> None:
    ids = [rule.id for rule in workspace.rules]
    assert ids == sorted(set(ids))
    assert len(ids) > 40
