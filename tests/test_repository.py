from __future__ import annotations

import pickle
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from builders import ENVIRONMENT, A, build, fast_import, git, loose, opened, quoted
from hypothesis import given
from hypothesis import strategies as st

from techdd.errors import RepositoryError
from techdd.intake import open_repository
from techdd.repository import Entry, git_version, records

ODD = {
    "plain.txt": "plain\n",
    "new\nline\ttab.txt": "odd\n",
    'quote"back\\slash': "odd\n",
    "Zoë 李.txt": "odd\n",
    "dir/deep/er.txt": "",
    "link": "/etc/passwd",
    "sub": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "run.sh": "#!/bin/sh\n",
}
MODES = {"link": "120000", "sub": "160000", "run.sh": "100755"}


def test_every_entry_of_the_tree_is_listed_with_mode_and_size(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A(ODD, modes=MODES)])
    assert {(one.path, one.mode, one.size) for one in repository.entries()} == {
        ("Zoë 李.txt", "100644", 4),
        ("dir/deep/er.txt", "100644", 0),
        ("link", "120000", 11),
        ("new\\x0aline\\x09tab.txt", "100644", 4),
        ("plain.txt", "100644", 6),
        ('quote"back\\slash', "100644", 4),
        ("run.sh", "100755", 10),
        ("sub", "160000", -1),
    }


def test_links_and_submodules_are_no_regular_files(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A(ODD, modes=MODES)])
    kept = {one.path for one in repository.regular_files()}
    assert {one.path for one in repository.entries()} - kept == {"link", "sub"}


def test_a_path_that_is_not_utf_8_stays_apart_from_its_neighbours(tmp_path: Path) -> None:
    stream = b"commit refs/heads/main\ncommitter A <a@b.c> 1700000000 +0000\ndata 0\n"
    for path in (b"caf\xe9.py", b"caf\xff.py"):
        stream += b"M 100644 inline %s\ndata 1\nx\n" % quoted(path)
    source = fast_import(tmp_path / "a.git", stream)
    repository = open_repository("app", source, tmp_path / "overlay")
    assert [one.path for one in repository.entries()] == ["caf\\xe9.py", "caf\\xff.py"]


def test_blobs_come_in_the_order_asked_with_gaps_as_none(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A({"a": "first\n", "b": b"\x00\xff\n\n", "c": ""})])
    a, b, c = (entry.blob for entry in repository.entries())
    missing, tree = "0" * 40, repository.git("rev-parse", f"{repository.head}^{{tree}}")
    asked = [c, missing, a, b, tree.decode().strip(), a]
    assert [content for _, content in repository.blobs(asked)] == [
        b"", None, b"first\n", b"\x00\xff\n\n", None, b"first\n"
    ]  # fmt: skip
    assert list(repository.blobs([])) == []


def test_reading_of_blobs_may_stop_early(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A({f"{n}.txt": "x" * 100_000 for n in range(20)})])
    blobs = repository.blobs(entry.blob for entry in repository.entries())
    assert len(next(blobs)[1] or b"") == 100_000
    blobs.close()  # type: ignore[attr-defined]


def test_a_missing_blob_leaves_the_listing_whole(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"here.txt": "here\n", "lost.txt": "lost\n"})])
    lost = git(source, "rev-parse", "main:lost.txt").strip()
    loose(source, lost).unlink()
    repository = open_repository("app", source, tmp_path / "overlay")
    assert [(e.path, e.size) for e in repository.entries()] == [("here.txt", 5), ("lost.txt", -1)]
    assert dict(repository.blobs([lost])) == {lost: None}


def test_a_damaged_blob_counts_as_missing(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"bad.txt": "bad\n" * 100, "good.txt": "good\n"})])
    bad, good = git(source, "rev-parse", "main:bad.txt", "main:good.txt").split()
    loose(source, bad).chmod(0o644)
    loose(source, bad).write_bytes(b"\x00 no zlib at all")
    repository = open_repository("app", source, tmp_path / "overlay")
    assert dict(repository.blobs([good, bad])) == {good: b"good\n", bad: None}


def test_a_missing_tree_is_an_error_not_an_empty_repository(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", [A({"dir/a.txt": "a\n"})])
    loose(source, git(source, "rev-parse", "main:dir").strip()).unlink()
    with pytest.raises(RepositoryError, match=r"a\.git: folders .* missing or damaged"):
        open_repository("app", source, tmp_path / "overlay")


def test_a_bomb_of_ten_billion_files_is_refused(tmp_path: Path) -> None:
    """Ten levels, each ten times the same tree, as in kate.io's git bomb."""
    source = build(tmp_path / "a.git", [A({f"{n}": "x" for n in range(10)})])
    tree = git(source, "rev-parse", "main^{tree}").strip()
    for _ in range(9):
        (tmp_path / "ten").write_text("".join(f"040000 tree {tree}\t{n}\n" for n in range(10)))
        with (tmp_path / "ten").open() as listing:
            tree = subprocess.check_output(
                ["git", "mktree"], cwd=source, env=ENVIRONMENT, stdin=listing, text=True
            ).strip()
    person = ("-c", "user.name=x", "-c", "user.email=x@y")
    commit = git(source, *person, "commit-tree", tree, "-m", "x").strip()
    git(source, "update-ref", "refs/heads/main", commit)
    with pytest.raises(RepositoryError, match=r"has more than 2,000,000 files in its tree$"):
        open_repository("app", source, tmp_path / "overlay")


def test_a_failing_command_is_one_line(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A({"a": "a"})])
    with pytest.raises(RepositoryError) as caught:
        repository.git("rev-parse", "--verify", "nowhere")
    assert str(caught.value) == "app: git rev-parse: Needed a single revision"
    with pytest.raises(RepositoryError) as caught:
        repository.git("-c", "alias.endless=!sleep 60", "endless", timeout=0.1)
    assert str(caught.value) == "app: git -c: time limit of 0.1 s"


def test_a_stream_gives_what_came_before_the_failure(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A({"a": "a"})])
    blob = repository.entries()[0].blob
    got = []
    with pytest.raises(RepositoryError, match=r"^app: git cat-file: "):
        for chunk in repository.stream("cat-file", "--batch=%(objectname)", "--bogus"):
            got.append(chunk)  # noqa: PERF402
    assert got == []
    lines = repository.stream("cat-file", "--batch-check=%(objecttype)", lines=[blob, blob])
    assert b"".join(lines) == b"blob\nblob\n"


def test_a_repository_goes_to_a_worker_and_back(tmp_path: Path) -> None:
    repository = opened(tmp_path, [A({"a": "a"})])
    there = pickle.loads(pickle.dumps(repository))
    assert there == repository
    assert there.entries() == [Entry("a", "100644", repository.entries()[0].blob, 1)]


@given(st.lists(st.binary().filter(lambda one: b"\0" not in one)), st.data())
def test_records_do_not_depend_on_how_the_stream_is_cut(
    wanted: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(one + b"\0" for one in wanted)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    edges = [0, *cuts, len(stream)]
    chunks = (stream[a:b] for a, b in pairwise(edges))
    assert list(records(chunks)) == wanted


def test_the_version_of_git_is_a_number() -> None:
    assert git_version().split(".")[0].isdigit()
