"""Repositories that are named many at a time: lists, tables, folders, exports of code hosts."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import A, build
from click.testing import CliRunner
from test_jobs import inline

from techdd import pipeline
from techdd.cli import main
from techdd.errors import TechddError
from techdd.sources import MAX_BYTES, taken
from techdd.workspace import Workspace


def hub(name: str, **more: object) -> dict[str, object]:
    """A repository as GitHub's interface tells of it."""
    return {
        "full_name": name,
        "clone_url": f"https://github.com/{name}.git",
        "ssh_url": f"git@github.com:{name}.git",
        "fork": False,
        "archived": False,
        "default_branch": "main",
    } | more


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_list_names_paths_beside_it_and_urls(tmp_path: Path) -> None:
    build(tmp_path / "api.git", [A({"a": "1"})])
    text = "# ours\n\napi.git\nhttps://host/acme/pay/web.git  # theirs\nhttps://host/acme/pay/web.git\n"
    found = taken([write(tmp_path / "all.txt", text)])
    assert [(one.name, one.source, one.group) for one in found.entries] == [
        ("api", str(tmp_path / "api.git"), ""),
        ("web", "https://host/acme/pay/web.git", "acme/pay"),
    ]
    assert found.doubts == ()


def test_what_cannot_be_opened_is_taken_over_and_told(tmp_path: Path) -> None:
    found = taken([write(tmp_path / "all.txt", "gone.git\n")])
    assert [one.name for one in found.entries] == ["gone"]
    assert "no such folder" in found.doubts[0]


def test_a_table_says_name_group_and_revision(tmp_path: Path) -> None:
    text = (
        "URL;Name;Team;Branch;Archived\nhttps://h/a/x;Core;Payments;v2;no\nhttps://h/a/y;;;;yes\n"
    )
    found = taken([write(tmp_path / "t.csv", text)], skip=["archived"])
    assert [one.stated() for one in found.entries] == [
        {"name": "Core", "source": "https://h/a/x", "revision": "v2", "group": "Payments"}
    ]
    assert [(one.source, one.why) for one in found.left_out] == [("https://h/a/y", "archived")]


def test_a_table_with_a_word_for_yes_that_nobody_knows_is_refused_with_its_line(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "t.csv", "source,fork\nhttps://h/a/x,perhaps\n")
    with pytest.raises(TechddError) as caught:
        taken([path])
    assert str(caught.value) == f"{path}:2: fork: write yes or no, not 'perhaps'"


def test_a_folder_that_cannot_be_read_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "api.git", [A({"a": "1"})])
    closed = tmp_path / "team" / "closed"
    closed.mkdir(parents=True)
    scandir = os.scandir

    def refused(path: Path) -> Iterator[os.DirEntry[str]]:
        if path == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)  # tests may run as root, who may read all
    found = taken([tmp_path])
    assert [(one.name, one.group) for one in found.entries] == [("api", ""), ("closed", "team")]
    assert found.doubts == (f"{closed}: cannot be read: Permission denied",)
    workspace = Workspace.create(tmp_path / "e", "Northwind", [], taken=found)
    pipeline.collect(workspace, only=["snapshot"], workers=1, pool=inline)
    report = pipeline.report(workspace, pipeline.assess(workspace), "internal")
    assert {one.name: bool(one.commit) for one in report.scope} == {"api": True, "closed": False}


def test_a_folder_is_searched_and_its_folders_are_the_groups(tmp_path: Path) -> None:
    for name in ("top.git", "pay/api.git", "pay/deep/lib.git"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        build(tmp_path / name, [A({"a": "1"})])
    (tmp_path / "pay" / "loop").symlink_to(tmp_path)
    found = taken([tmp_path])
    assert [(one.name, one.group) for one in found.entries] == [
        ("api", "pay"),
        ("lib", "pay"),
        ("top", ""),
    ]


def test_an_export_of_github_in_pages_or_lines(tmp_path: Path) -> None:
    one, fork, old = hub("acme/api"), hub("acme/web", fork=True), hub("acme/old", archived=True)
    pages = write(tmp_path / "pages.json", json.dumps([one, fork]) + json.dumps([old]))
    lines = write(tmp_path / "lines.json", "\n".join(map(json.dumps, (one, fork, old))))
    for path in (pages, lines, write(tmp_path / "slurped.json", [[one, fork], [old]])):
        found = taken([path], skip=["forks", "archived"])
        assert [(each.name, each.group) for each in found.entries] == [("api", "acme")]
        assert [each.why for each in found.left_out] == ["fork", "archived"]
        assert len(taken([path]).entries) == 3
    assert taken([pages], ssh=True).entries[0].source == "git@github.com:acme/api.git"


def test_what_gh_lists_and_what_gitlab_tells(tmp_path: Path) -> None:
    listed = [{"nameWithOwner": "acme/api", "url": "https://github.com/acme/api"}]
    assert taken([write(tmp_path / "gh.json", listed)]).entries[0].group == "acme"
    with pytest.raises(TechddError, match="does not tell which repositories are archived"):
        taken([tmp_path / "gh.json"], skip=["archived"])
    base = "https://gitlab.example/acme/pay"
    projects = [
        {"path_with_namespace": "acme/pay/api", "http_url_to_repo": f"{base}/api.git",
         "archived": False},
        {"path_with_namespace": "acme/pay/lib", "http_url_to_repo": f"{base}/lib.git",
         "archived": False, "forked_from_project": {"id": 1}},
    ]  # fmt: skip
    found = taken([write(tmp_path / "gitlab.json", projects)], skip=["forks"])
    assert [(one.name, one.group) for one in found.entries] == [("api", "acme/pay")]


def test_an_export_of_few_keys_is_read_and_says_nothing_of_forks(tmp_path: Path) -> None:
    few = [{"name": "api", "sshUrl": "git@github.com:acme/api.git"}]
    found = taken([write(tmp_path / "gh.json", few)])
    assert [(one.name, one.group) for one in found.entries] == [("api", "acme")]
    # GitLab tells so little with simple=true, and whoever is not logged in.
    url = "https://gitlab.example/acme/api.git"
    simple = [{"path_with_namespace": "acme/api", "http_url_to_repo": url}]
    assert taken([write(tmp_path / "simple.json", simple)]).entries
    with pytest.raises(TechddError, match="does not tell which repositories are forks"):
        taken([tmp_path / "simple.json"], skip=["forks"])


def test_names_that_clash_are_called_by_their_group_in_any_order(tmp_path: Path) -> None:
    urls = [f"https://h/acme/{group}/{name}" for group in ("pay", "web") for name in ("API", "lib")]
    urls.append("https://h/acme/ops/api")
    for order in (urls, urls[::-1]):
        found = taken([write(tmp_path / "all.txt", "\n".join(order))])
        assert {one.source.removeprefix("https://h/acme/"): one.name for one in found.entries} == {
            "pay/API": "pay-API",
            "pay/lib": "pay-lib",
            "web/API": "web-API",
            "web/lib": "web-lib",
            "ops/api": "ops-api",
        }


def test_the_same_repository_by_another_address_is_known(tmp_path: Path) -> None:
    first = taken([write(tmp_path / "a.json", [hub("acme/api")])])
    again = taken([tmp_path / "a.json"], first.entries, ssh=True)
    assert (again.entries, again.known) == ((), 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([hub("a/b", clone_url="file:///etc")], "none of https, ssh or git"),
        ([hub("a/b", clone_url="-oProxyCommand=x@h:y")], "none of https, ssh or git"),
        ([hub("a/b", clone_url="ext::sh -c id")], "none of https, ssh or git"),
        ([hub("a/b"), 7], "expected objects"),
        ("[" * 100_000, "nested too deeply"),
        ("[{]", "is no JSON"),
        ([{"some": "thing"}], "is no list, table, export or folder"),
        ([], "names no repository"),
        ({"message": "Not Found", "status": "404"}, "the host answered instead: Not Found"),
        ("# nothing\n", "names no repository"),
        ("a\x00b", "neither a path nor a clone URL"),
    ],
)
def test_what_a_client_hands_in_is_read_as_data(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(TechddError, match=said):
        taken([write(tmp_path / "x", content)])


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(TechddError, match="larger than"):
        taken([tmp_path / "x"])


def test_a_password_in_an_address_is_stored_nowhere(tmp_path: Path) -> None:
    found = taken([write(tmp_path / "x", "https://u:hunter2@h/a/b\nhttps://h/a/c\n")])
    assert [one.name for one in found.entries] == ["c"]
    assert found.left_out[0].why == "its address holds a password"
    assert "hunter2" not in str(found)


def test_init_and_add_keep_what_was_left_out_until_it_is_audited(tmp_path: Path) -> None:
    export = write(tmp_path / "org.json", [hub("acme/api"), hub("acme/old", archived=True)])
    folder = str(tmp_path / "e")
    begin = ["init", folder, "--client", "N", "--from", str(export), "--skip", "archived"]
    done = CliRunner().invoke(main, begin)
    assert done.exit_code == 0, done.output
    assert "Left out, archived: 1." in done.output
    workspace = Workspace(tmp_path / "e")
    assert workspace.names == ("api",)
    assert [one.why for one in workspace.engagement.left_out] == ["archived"]
    done = CliRunner().invoke(main, ["add", folder, "--from", str(export), "--group", "Old"])
    assert "1 added; 2 repositories in all." in done.output
    workspace = Workspace(tmp_path / "e")
    assert [one.group for one in workspace.engagement.repositories] == ["acme", "Old"]
    assert workspace.engagement.left_out == ()
    again = workspace.file.read_text()
    CliRunner().invoke(main, ["add", folder, "--from", str(export)])
    assert workspace.file.read_text() == again
