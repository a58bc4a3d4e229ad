"""Hostile and odd repositories: only what lies in the folder is opened, and nothing runs."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import ENVIRONMENT, A, build, fast_import, git

from techdd.errors import RepositoryError
from techdd.intake import open_repository
from techdd.repository import Repository
from techdd.text import clean

TWO = [A({"app.py": "a = 1\n"}), A({"app.py": "a = 2\n", "b.txt": "b\n"}, "Second", day=1)]


def open_(source: Path, revision: str = "") -> Repository:
    return open_repository("app", source, source.parent / "overlay", revision)


def refusal(source: Path, revision: str = "") -> str:
    with pytest.raises(RepositoryError) as caught:
        open_(source, revision)
    return str(caught.value).removeprefix(f"{source}: ")


def work_tree(path: Path, commits: list[A] | None = None) -> Path:
    """A repository with a work tree, as a client hands it over."""
    bare = build(path.with_suffix(".bare"), commits or TWO)
    path.mkdir()
    bare.rename(path / ".git")
    git(path, "config", "core.bare", "false")
    git(path, "reset", "--quiet", "--hard")
    return path


def fingerprint(folder: Path) -> dict[str, str]:
    """Every path below `folder` with kind, mode, time and content: equal means untouched."""
    found = {}
    for path in sorted(folder.rglob("*")):
        info = path.lstat()
        content = b""
        if stat.S_ISREG(info.st_mode):
            content = path.read_bytes()
        elif stat.S_ISLNK(info.st_mode):
            content = os.fsencode(path.readlink())
        digest = hashlib.sha256(content).hexdigest()
        found[str(path)] = f"{info.st_mode:o} {info.st_mtime_ns} {digest}"
    return found


# --- nothing of the client's runs -----------------------------------------------------------------


def _config(text: str) -> Callable[[Path, str], None]:
    def plant(source: Path, script: str) -> None:
        with (source / ".git" / "config").open("a") as file:
            file.write(text.replace("SCRIPT", script))

    return plant


def _attributes(line: str, config: str) -> Callable[[Path, str], None]:
    def plant(source: Path, script: str) -> None:
        (source / ".git" / "info").mkdir(exist_ok=True)
        (source / ".git" / "info" / "attributes").write_text(line)
        (source / ".gitattributes").write_text(line)
        _config(config)(source, script)

    return plant


def _included(source: Path, script: str) -> None:
    (source / ".git" / "evil").write_text(f'[core]\n\tfsmonitor = "{script}"\n')
    _config('[include]\n\tpath = evil\n[includeIf "gitdir:**"]\n\tpath = evil\n')(source, script)


def _signed(source: Path, script: str) -> None:
    """A signed commit and a program to check signatures with: plain `git log` runs it."""
    commit = git(source, "cat-file", "commit", "HEAD").partition("\n\n")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n"
    raw = f"{commit[0]}\n{signature}\n{commit[2]}".encode()
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
        cwd=source, env=ENVIRONMENT, input=raw, check=True, capture_output=True,
    )  # fmt: skip
    git(source, "update-ref", "HEAD", made.stdout.decode().strip())
    _config("[log]\n\tshowSignature = true\n[gpg]\n\tprogram = SCRIPT\n")(source, script)


def _lazy(source: Path, script: str) -> None:
    """A partial clone whose missing blob would be fetched by the client's own program."""
    blob = git(source, "rev-parse", "HEAD:b.txt").strip()
    (source / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    _config(
        '[remote "evil"]\n\turl = ext::SCRIPT\n\tuploadpack = SCRIPT\n\tpromisor = true\n'
        "\tpartialCloneFilter = blob:none\n[extensions]\n\tpartialClone = evil\n"
        "[core]\n\tsshCommand = SCRIPT\n[protocol]\n\tallow = always\n"
    )(source, script)


def _hooks(source: Path, script: str) -> None:
    hooks = source / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit"):
        shutil.copy(script, hooks / name)
    _config(f"[core]\n\thooksPath = {hooks}\n")(source, script)


VECTORS = {
    "fsmonitor": _config("[core]\n\tfsmonitor = SCRIPT\n"),
    "include": _included,
    "gpg.program": _signed,
    "textconv": _attributes("* diff=evil\n", '[diff "evil"]\n\ttextconv = SCRIPT\n'),
    "external diff": _config("[diff]\n\texternal = SCRIPT\n"),
    "diff driver": _attributes("* diff=evil\n", '[diff "evil"]\n\tcommand = SCRIPT\n'),
    "filters": _attributes(
        "* filter=evil\n",
        '[filter "evil"]\n\tclean = SCRIPT\n\tsmudge = SCRIPT\n\tprocess = SCRIPT\n\trequired\n',
    ),
    "hooks": _hooks,
    "lazy fetch": _lazy,
    "alias and pager": _config(
        "[alias]\n\tlog = !SCRIPT\n\tcat-file = !SCRIPT\n[core]\n\tpager = SCRIPT\n"
        "\teditor = SCRIPT\n\taskPass = SCRIPT\n\talternateRefsCommand = SCRIPT\n"
    ),
    "mailmap and order files": _config(
        "[mailmap]\n\tfile = /dev/zero\n[diff]\n\torderFile = /dev/zero\n"
    ),
}


@pytest.mark.parametrize("vector", VECTORS)
def test_nothing_runs_and_nothing_changes(tmp_path: Path, vector: str) -> None:
    source = work_tree(tmp_path / "client")
    canary = tmp_path / "CANARY"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {canary}\nexit 1\n")
    script.chmod(0o755)
    VECTORS[vector](source, str(script))
    before = fingerprint(source)

    repository = open_(source)
    ids = [entry.blob for entry in repository.entries()]
    contents = dict(repository.blobs(ids))
    log = b"".join(repository.stream("log", "--raw", "--format=%H", repository.head))
    if vector != "lazy fetch":  # git cannot count the lines of a blob that is missing
        repository.git("log", "--numstat", "-p", repository.head)
        repository.git("diff", f"{repository.head}~1", repository.head)
        repository.git("archive", repository.head)
        assert contents[ids[1]] == b"b\n"
    else:
        assert contents[ids[1]] is None
    repository.git("for-each-ref")

    assert contents[ids[0]] == b"a = 2\n"
    assert log.count(b"app.py") == 2
    assert not canary.exists()
    assert fingerprint(source) == before


def test_the_vectors_are_real(tmp_path: Path) -> None:
    """The same planted repository does run a program where git is used as everybody uses it."""
    source = work_tree(tmp_path / "client")
    canary = tmp_path / "CANARY"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {canary}\nexit 1\n")
    script.chmod(0o755)
    _signed(source, str(script))
    git(source, "log")
    assert canary.read_text() == "ran\n"


# --- where the git directory is -------------------------------------------------------------------


def test_a_work_tree_a_bare_repository_and_a_git_folder_are_the_same(tmp_path: Path) -> None:
    source = work_tree(tmp_path / "client")
    shutil.copytree(source / ".git", tmp_path / "bare.git")
    opened = [open_(source), open_(tmp_path / "bare.git"), open_(source / ".git")]
    assert {(one.head, one.branch, one.issues) for one in opened} == {
        (git(source, "rev-parse", "HEAD").strip(), "main", ())
    }
    assert len({one.state for one in opened}) == 1


def test_a_relative_folder_and_overlay_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_tree(tmp_path / "client")
    monkeypatch.chdir(tmp_path)
    repository = open_repository("app", Path("client"), Path("overlay"))
    assert [entry.path for entry in repository.entries()] == ["app.py", "b.txt"]


def test_a_gitfile_may_point_inside_the_folder_only(tmp_path: Path) -> None:
    source, other = work_tree(tmp_path / "client"), work_tree(tmp_path / "other")
    (source / ".git").rename(source / "store")
    (source / ".git").write_text("gitdir: store\n")
    assert open_(source).branch == "main"
    (source / ".git").write_text(f"gitdir: {other}/.git\n")
    assert refusal(source) == (
        f"its .git points outside the folder, to {other}/.git; audit that one"
    )
    (source / ".git").write_text("gitdir: ../other/.git\n")
    assert "points outside the folder" in refusal(source)


def test_a_symlinked_git_folder_outside_is_refused(tmp_path: Path) -> None:
    source, other = work_tree(tmp_path / "client"), work_tree(tmp_path / "other")
    shutil.rmtree(source / ".git")
    (source / ".git").symlink_to(other / ".git")
    assert "points outside the folder" in refusal(source)


def test_a_linked_worktree_names_the_repository_to_audit(tmp_path: Path) -> None:
    source = work_tree(tmp_path / "client")
    git(source, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "topic")
    assert refusal(tmp_path / "linked") == (f"is a linked worktree of {source}; audit that one")
    assert open_(source, "topic").branch == "topic"


def _alternates(folder: Path, target: str) -> None:
    (folder / "objects" / "info").mkdir(exist_ok=True)
    (folder / "objects" / "info" / "alternates").write_text(f"# note\n{target}\n")


def test_borrowed_objects_outside_are_refused(tmp_path: Path) -> None:
    source, other = build(tmp_path / "a.git", TWO), build(tmp_path / "b.git", TWO)
    _alternates(source, f"{other}/objects")
    assert refusal(source) == (
        f"borrows objects from {other}/objects, outside the folder; "
        "make a copy with 'git clone --mirror --no-local'"
    )
    _alternates(source, "../../b.git/objects")
    assert f"borrows objects from {other}/objects" in refusal(source)


def test_objects_borrowed_at_second_hand_are_refused(tmp_path: Path) -> None:
    source, other = build(tmp_path / "a.git", TWO), build(tmp_path / "b.git", TWO)
    shutil.copytree(other, source / "inner.git")
    _alternates(source, "../inner.git/objects")
    assert open_(source).branch == "main"
    _alternates(source / "inner.git", f"{other}/objects")
    assert f"borrows objects from {other}/objects" in refusal(source)


@pytest.mark.parametrize("line", ['"../b.git/objects"', "pack\x1c/../../../b.git/objects"])
def test_alternates_are_read_as_git_reads_them(tmp_path: Path, line: str) -> None:
    source = build(tmp_path / "a.git", TWO)
    build(tmp_path / "b.git", TWO)
    _alternates(source, line)
    assert "quoted path" in (text := refusal(source)) or "outside the folder" in text


def test_alternates_in_a_circle_end(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    shutil.copytree(source, source / "inner.git")
    _alternates(source, "../inner.git/objects")
    _alternates(source / "inner.git", str(source / "objects"))
    assert open_(source).branch == "main"


@pytest.mark.parametrize("part", ["objects", "objects/pack", "one pack", "one loose object"])
def test_object_stores_that_are_links_to_the_outside_are_refused(tmp_path: Path, part: str) -> None:
    source, other = build(tmp_path / "a.git", TWO), tmp_path / "elsewhere"
    other.mkdir()
    if part == "one pack":
        git(source, "repack", "-adq")
        place = next((source / "objects" / "pack").glob("*.pack"))
    elif part == "one loose object":
        blob = git(source, "hash-object", "-w", str(source / "config")).strip()
        place = source / "objects" / blob[:2] / blob[2:]
    else:
        place = source / part
    place.rename(other / place.name)
    place.symlink_to(other / place.name)
    assert "outside the folder" in refusal(source)


# --- what is no repository ------------------------------------------------------------------------


def test_what_is_no_repository_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "plain").mkdir()
    source = work_tree(tmp_path / "client")
    (source / "sub" / "deep").mkdir(parents=True)
    assert refusal(tmp_path / "none") == "no such folder; give the folder of a git repository"
    assert refusal(tmp_path / "file") == (
        "is a file, and no bill of materials (CycloneDX, SPDX); give the folder of a git "
        "repository, a list of them with --from"
    )
    assert (
        refusal(tmp_path / "plain")
        == "is no git repository (no .git, not bare); a bill of materials is given as a file, "
        "a folder of repositories with --from"
    )
    assert refusal(source / "sub" / "deep") == (
        f"is a folder inside the repository {source}; give that path"
    )
    assert not (tmp_path / "overlay").exists()


def test_the_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    (tmp_path / "plain").mkdir()
    os.mkfifo(tmp_path / "plain" / ".git")
    for name in ("packed-refs", "shallow", "refs/heads/other"):
        (source / name).unlink(missing_ok=True)
        os.mkfifo(source / name)
    (source / "info").mkdir(exist_ok=True)
    os.mkfifo(source / "info" / "grafts")
    assert open_(source).branch == "main"
    assert (
        refusal(tmp_path / "plain")
        == "is no git repository (no .git, not bare); a bill of materials is given as a file, "
        "a folder of repositories with --from"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    source = work_tree(tmp_path / "client")
    source.chmod(0)
    try:
        assert "Permission denied" in refusal(source)
    finally:
        source.chmod(0o755)


def test_an_empty_repository_has_nothing_to_audit(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "empty.git")
    assert refusal(tmp_path / "empty.git") == (
        "is empty: it has no commit on any branch, nothing to audit"
    )


def test_a_broken_configuration_is_said(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    (source / "config").write_text("[core\nbroken\n")
    with pytest.raises(RepositoryError) as caught:
        open_(source)
    assert str(caught.value) == (
        f"{source}/config: its git configuration is broken: bad config line 1 in file "
        f"{source}/config"
    )


def test_reftable_is_refused_with_the_way_out(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    git(source, "config", "core.repositoryformatversion", "1")
    with (source / "config").open("a") as file:
        file.write("[extensions]\n\trefStorage = reftable\n")
    assert refusal(source) == "keeps its refs as reftable; clone it with 'git clone --mirror'"


# --- which commit is audited ----------------------------------------------------------------------


def test_a_detached_head_is_audited_as_it_is(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    first = git(source, "rev-parse", "main~1").strip()
    (source / "HEAD").write_text(f"{first}\n")
    repository = open_(source)
    assert (repository.head, repository.branch, repository.issues) == (first, "", ())


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("ref: refs/heads/gone\n", id="missing branch"),
        pytest.param("\x00\xff garbage\n", id="garbage"),
        pytest.param("", id="empty"),
        pytest.param("ref: ../../../../etc/passwd\n", id="a path"),
        pytest.param("ref: refs/heads/../../config\n", id="a way out of refs"),
    ],
)
def test_a_head_that_says_nothing_falls_back_to_the_usual_branch(tmp_path: Path, head: str) -> None:
    source = build(tmp_path / "a.git", TWO)
    git(source, "branch", "aaa", "main~1")
    (source / "HEAD").write_text(head)
    repository = open_(source)
    assert repository.branch == "main"
    assert [issue.reason for issue in repository.issues] == [
        "HEAD names no existing branch; refs/heads/main was audited instead"
    ]


def test_packed_refs_alone_are_enough_and_loose_ones_win(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    git(source, "tag", "v1")
    git(source, "pack-refs", "--all")
    assert not list((source / "refs").rglob("main"))
    packed = open_(source)
    head, first = git(source, "rev-parse", "main", "main~1").split()
    assert packed.head == head
    assert packed.git("for-each-ref", "--format=%(refname)") == b"refs/heads/main\nrefs/tags/v1\n"
    (source / "refs" / "heads" / "main").write_text(f"{first}\n")
    assert open_(source).head == first


@pytest.mark.parametrize(
    ("revision", "commit", "branch"),
    [
        ("topic", "main~1", "topic"),
        ("light", "main~1", "light"),
        ("annotated", "main~1", "annotated"),
        ("refs/heads/topic", "main~1", "refs/heads/topic"),
        ("ID", "main~1", ""),
    ],
)
def test_a_revision_is_a_branch_a_tag_or_an_id(
    tmp_path: Path, revision: str, commit: str, branch: str
) -> None:
    source = build(tmp_path / "a.git", TWO)
    git(source, "branch", "topic", "main~1")
    git(source, "tag", "light", "main~1")
    git(source, "-c", "user.name=x", "-c", "user.email=x@y", "tag", "-a", "annotated", "-m", "m",
        "main~1")  # fmt: skip
    expected = git(source, "rev-parse", commit).strip()
    repository = open_(source, expected if revision == "ID" else revision)
    assert (repository.head, repository.branch) == (expected, branch)


def test_a_revision_that_is_not_there_is_said(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    assert refusal(source, "nowhere") == "has no branch, tag or full commit id 'nowhere'"
    assert refusal(source, "main~1") == "has no branch, tag or full commit id 'main~1'"
    assert refusal(source, "--all") == "has no branch, tag or full commit id '--all'"
    assert refusal(source, "0" * 40) == (
        "commit 000000000000 is missing; fetch it or audit another"
    )
    blob = git(source, "rev-parse", "main:app.py").strip()
    assert refusal(source, blob) == f"{blob[:12]} is a blob, not a commit"


def test_a_branch_named_like_an_option_is_a_branch(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    head = git(source, "rev-parse", "main").strip()
    (source / "refs" / "heads" / "--output=PWNED").write_text(f"{head}\n")
    (source / "HEAD").write_text("ref: refs/heads/--output=PWNED\n")
    repository = open_(source)
    assert (repository.head, repository.branch) == (head, "--output=PWNED")
    repository.git("log", repository.head)
    assert not list(tmp_path.rglob("PWNED"))
    assert not Path("/PWNED").exists()


@pytest.mark.parametrize(
    "line",
    [
        "HASH refs/heads/../../config",
        "HASH refs/heads/a b",
        "HASH config",
        "HASH refs/heads/\x1b[31m",
        "HASH refs/heads/a.lock",
        "zzzz refs/heads/short",
        "garbage",
    ],
)
def test_refs_that_git_would_not_make_are_left_out(tmp_path: Path, line: str) -> None:
    source = build(tmp_path / "a.git", TWO)
    head = git(source, "rev-parse", "main").strip()
    (source / "packed-refs").write_text(f"# pack-refs with: peeled\n{line.replace('HASH', head)}\n")
    repository = open_(source)
    assert repository.git("for-each-ref", "--format=%(refname)") == b"refs/heads/main\n"


# --- what rewrites or hides history ---------------------------------------------------------------


def test_replace_refs_and_grafts_are_reported_and_not_applied(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    head, first = git(source, "rev-parse", "main", "main~1").split()
    git(source, "replace", head, first)
    (source / "info").mkdir(exist_ok=True)
    (source / "info" / "grafts").write_text(f"{head}\n")
    repository = open_(source)
    assert sorted(issue.reason for issue in repository.issues) == [
        "grafts rewrite the history; they were not applied",
        "replace refs rewrite objects; they were not applied",
    ]
    assert repository.git("rev-list", repository.head).split() == [head.encode(), first.encode()]
    assert repository.git("log", "-1", "--format=%s", repository.head) == b"Second\n"


def test_a_forged_commit_graph_is_not_believed(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    git(source, "commit-graph", "write", "--reachable")
    graph = source / "objects" / "info" / "commit-graph"
    content = bytearray(graph.read_bytes())
    tree = bytes.fromhex(git(source, "rev-parse", "main^{tree}").strip())
    parent = content.index(tree) + len(tree)
    content[parent : parent + 4] = bytes.fromhex("70000000")  # "has no parent"
    graph.chmod(0o644)
    graph.write_bytes(content)
    assert git(source, "rev-list", "--count", "main") == "1\n"
    repository = open_(source)
    assert repository.git("rev-list", "--count", repository.head) == b"2\n"


def test_a_shallow_clone_says_that_its_history_is_truncated(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{source}", "shallow")
    repository = open_(tmp_path / "shallow")
    assert repository.shallow
    assert [issue.reason for issue in repository.issues] == ["history is truncated (shallow clone)"]
    assert repository.git("rev-list", "--count", repository.head) == b"1\n"
    shutil.rmtree(tmp_path / "shallow")
    git(tmp_path, "clone", "--quiet", str(source), "shallow")
    again = open_(tmp_path / "shallow")
    assert (again.shallow, again.issues) == (False, ())
    assert again.git("rev-list", "--count", again.head) == b"2\n"
    assert again.state != repository.state


def test_a_sha256_repository_is_read(tmp_path: Path) -> None:
    stream = b"commit refs/heads/main\ncommitter A <a@b.c> 1700000000 +0000\ndata 1\nx"
    stream += b"M 100644 inline a.txt\ndata 2\nhi\n"
    source = fast_import(tmp_path / "a.git", stream, "main", "--object-format=sha256")
    repository = open_(source)
    assert len(repository.head) == 64
    assert [(e.path, e.size, len(e.blob)) for e in repository.entries()] == [("a.txt", 2, 64)]


def test_the_state_follows_every_ref(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TWO)
    states = [open_(source).state, open_(source).state]
    git(source, "tag", "v1", "main~1")
    states.append(open_(source).state)
    assert states[0] == states[1] != states[2]


@pytest.mark.parametrize(
    "name", ["caf\udce9", "feature/\N{WOMAN}\N{ZERO WIDTH JOINER}x", "v3\xa0x"]
)
def test_a_branch_of_any_name_that_git_takes_is_audited(tmp_path: Path, name: str) -> None:
    source = build(tmp_path / "a.git", [A({"a": "1"})])
    head = git(source, "rev-parse", "main").strip()
    (source / "refs" / "heads" / "main").unlink(missing_ok=True)
    raw = name.encode("utf-8", "surrogateescape")
    (source / "packed-refs").write_bytes(b"%s refs/heads/%s\n" % (head.encode(), raw))
    (source / "HEAD").write_bytes(b"ref: refs/heads/%s\n" % raw)
    repository = open_repository("app", source, tmp_path / "overlay")
    assert (repository.head, repository.issues) == (head, ())
    assert repository.branch == clean(repository.branch)


def test_a_damaged_ref_over_an_older_one_is_said(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"a": "1"})])
    git(source, "pack-refs", "--all")
    (source / "refs" / "heads").mkdir(parents=True, exist_ok=True)
    (source / "refs" / "heads" / "main").write_text("")
    repository = open_repository("app", source, tmp_path / "overlay")
    assert [(one.reason, one.path) for one in repository.issues] == [
        ("a ref is damaged; its older value was taken", "refs/heads/main")
    ]
