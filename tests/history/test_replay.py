"""Surviving lines against `git blame`, which answers the same question file by file."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from builders import A, build, git, rows_of, tables_of
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.collectors.code import code
from techdd.collectors.history import history
from techdd.collectors.survival import survival
from techdd.facts import Change, Commit, File, Survivor, frame
from techdd.history.patches import read_merges, read_patches
from techdd.history.stream import patched
from techdd.intake import open_repository
from techdd.model import Issue
from techdd.repository import Repository

PEOPLE = ("Ann <ann@x.io>", "Ben <ben@x.io>", "Cy <cy@x.io>")
LINES = st.lists(st.sampled_from("abcde"), max_size=8).map(
    lambda one: "".join(f"{c}\n" for c in one)
)
EDITS = st.dictionaries(st.sampled_from(["x.py", "y.py", "d/z.py"]), st.none() | LINES, max_size=2)


def survivors(source: Path, overlay: Path) -> tuple[dict[str, Counter[str]], list[Issue]]:
    """path -> lines by writer's name, and what was said of the rest."""
    repository = open_repository("a", source, overlay)
    tables = tables_of(history.run(repository), Commit, Change)
    files = []
    entries = repository.regular_files()
    for entry, (_, content) in zip(
        entries, repository.blobs(one.blob for one in entries), strict=True
    ):
        assert content is not None
        count = content.count(b"\n") + (not content.endswith(b"\n") and bool(content))
        role = "binary" if b"\0" in content else "source"
        files.append(File(entry.path, entry.blob, 1, "Python", role, count, count, 0, "", "."))
    return _survivors(source, repository, tables, frame(File, files))


def _survivors(
    source: Path, repository: Repository, tables: Any, files: Any
) -> tuple[dict[str, Counter[str]], list[Issue]]:
    items = list(survival.run(repository, tables[Commit], tables[Change], files))
    names = dict(zip(tables[Commit]["author"], _names(source, tables), strict=True))
    found: dict[str, Counter[str]] = {}
    for row in rows_of(tables_of(items, Survivor)[Survivor], Survivor):
        found.setdefault(row.path, Counter())[names[row.identity]] += row.lines
    return found, [item for item in items if isinstance(item, Issue)]


def _names(source: Path, tables: Any) -> list[str]:
    return [git(source, "log", "-1", "--format=%an", sha).strip() for sha in tables[Commit]["sha"]]


def blamed(source: Path, *options: str) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for path in git(source, "ls-tree", "-r", "--name-only", "main").splitlines():
        out = git(source, "blame", "--line-porcelain", *options, "main", "--", path)
        writers = [line[7:] for line in out.splitlines() if line.startswith("author ")]
        if writers:
            found[path] = Counter(writers)
    return found


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(EDITS, st.sampled_from(PEOPLE)), min_size=1, max_size=8))
def test_a_straight_history_has_the_lines_that_git_blame_finds(
    tale: list[tuple[dict[str, str | None], str]],
) -> None:
    commits = [A({"first.py": "a\n"}, author=PEOPLE[0])]
    commits += [A(files, author=who, day=n) for n, (files, who) in enumerate(tale, start=1)]
    with tempfile.TemporaryDirectory() as folder:
        source = build(Path(folder) / "a.git", commits)
        found, issues = survivors(source, Path(folder) / "o")
        assert found == blamed(source)
        assert issues == []


BASE = "".join(f"{n}\n" for n in range(20))
MERGED = [
    A({"a.py": BASE}, author=PEOPLE[0]),
    A({"a.py": BASE.replace("3\n", "three\n", 1)}, author=PEOPLE[1], day=1),
    A({"a.py": BASE.replace("15\n", "fifteen\nand\n", 1)}, author=PEOPLE[2], day=2, parent=0),
    A(
        {"a.py": BASE.replace("3\n", "three\n", 1).replace("15\n", "fifteen\nand\n") + "evil\n"},
        author=PEOPLE[0], day=3, parent=1, merges=[2],
    ),
    A({"a.py": None, "b.py": "x\n" + BASE.replace("3\n", "three\n", 1)}, author=PEOPLE[1], day=4),
]  # fmt: skip


def test_a_merge_has_the_lines_of_both_sides_and_its_own(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", MERGED[:4])
    found, issues = survivors(source, tmp_path / "o")
    assert found == {"a.py": Counter({"Ann": 19, "Ben": 1, "Cy": 2})} == blamed(source)
    assert issues == []


def test_a_second_root_wrote_nothing_of_what_was_there_before(tmp_path: Path) -> None:
    second = {"a.py": BASE, "new.py": "x\n"}
    commits = [
        A({"a.py": BASE}, author=PEOPLE[0]),
        A(second, author=PEOPLE[1], day=1, parent=-1),
        A(second, author=PEOPLE[2], day=2, parent=0, merges=[1]),
    ]
    source = build(tmp_path / "a.git", commits)
    found, _ = survivors(source, tmp_path / "o")
    assert found == {"a.py": Counter({"Ann": 20}), "new.py": Counter({"Ben": 1})} == blamed(source)


def test_a_rename_takes_the_lines_along(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", MERGED)
    found, _ = survivors(source, tmp_path / "o")
    assert found == blamed(source)
    assert found["b.py"]["Ann"] > 15


def test_commits_that_the_repository_looks_through_keep_their_forerunners(tmp_path: Path) -> None:
    tale = [
        A({"a.py": BASE}, author=PEOPLE[0]),
        A({"a.py": BASE.replace("\n", " \n") + "more\n"}, author=PEOPLE[1], day=1),
    ]
    source = build(tmp_path / "a.git", tale)
    ignored = git(source, "rev-parse", "main").strip()
    notes = {".git-blame-ignore-revs": f"# format\n{ignored}\n"}
    source = build(tmp_path / "b.git", [*tale, A(notes, author=PEOPLE[2], day=2)])
    found, _ = survivors(source, tmp_path / "o")
    assert found["a.py"] == Counter({"Ann": 20, "Ben": 1})
    assert blamed(source, "--ignore-rev", ignored)["a.py"] == found["a.py"]


def test_lines_behind_a_missing_file_are_said_to_be_unknown(tmp_path: Path) -> None:
    tale = [
        A({"a.py": BASE}),
        A({"a.py": BASE + "1\n"}, day=1),
        A({"a.py": BASE + "1\n2\n"}, day=2),
    ]
    source = build(tmp_path / "a.git", tale)
    lost = git(source, "rev-parse", "main~1:a.py").strip()
    (source / "objects" / lost[:2] / lost[2:]).unlink()
    found, issues = survivors(source, tmp_path / "o")
    assert found == {}
    assert [(one.reason, one.detail) for one in issues] == [
        ("lines that commits changed are not known", "2 commits"),
        ("lines whose writer is not known", "22"),
    ]


def test_lines_of_unknown_writers_are_counted_once(tmp_path: Path) -> None:
    contents = [BASE, f"{BASE}1\n", f"{BASE}1\n2\n", f"{BASE}1\n2\n3\n"]
    tale = [A({"a.py": content}, day=day) for day, content in enumerate(contents)]
    source = build(tmp_path / "a.git", tale)
    lost = git(source, "rev-parse", "main~2:a.py").strip()
    (source / "objects" / lost[:2] / lost[2:]).unlink()
    found, issues = survivors(source, tmp_path / "o")
    assert found["a.py"].total() == 1
    assert [(one.reason, one.detail) for one in issues] == [
        ("lines that commits changed are not known", "2 commits"),
        ("lines whose writer is not known", "22"),
    ]


# With the contents of the audited tree, and without any: what Ben's commit made stands unchanged.
@pytest.mark.parametrize(
    ("option", "known", "unknown"),
    [
        (
            "--checkout",
            {"kept.py": Counter({"Ben": 2})},
            [
                ("lines that commits changed are not known", "4 commits"),
                ("lines whose writer is not known", "23"),
            ],
        ),
        ("--no-checkout", {}, [("lines that commits changed are not known", "5 commits")]),
    ],
)
def test_a_clone_without_contents_has_no_wrong_writers(
    tmp_path: Path, option: str, known: dict[str, Counter[str]], unknown: list[Any]
) -> None:
    kept = A({"kept.py": "k\nl\n"}, author=PEOPLE[1], day=3.5)
    tale = [*MERGED[:4], kept, A({"a.py": f"{BASE}1\n2\n3\n"}, author=PEOPLE[2], day=4)]
    source = build(tmp_path / "full.git", tale)
    git(source, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", option, source.as_uri(), "part")
    repository = open_repository("a", tmp_path / "part", tmp_path / "o")
    tables = tables_of(history.run(repository), Commit, Change)
    files = tables_of(code.run(repository), File)[File]
    found, issues = _survivors(source, repository, tables, files)
    assert found == known
    assert [(one.reason, one.detail) for one in issues] == unknown


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30)), st.integers(1, 9))
def test_no_line_of_a_patch_can_pass_for_one_of_git(contents: list[bytes], size: int) -> None:
    """Whatever stands in a file, its lines begin with a sign."""
    lines = [line for one in contents for line in one.split(b"\n")]
    patch = b"diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1,0 +2,%d @@\n" % len(lines)
    patch += b"".join(b"+" + line + b"\n" for line in lines)
    raw = b":100644 100644 %s %s M\0x\0" % (b"1" * 40, b"2" * 40)
    stream = b"".join(b"#%040x\0\n%s\0%s" % (n, raw, patch) for n in range(3))
    read = list(patched(stream[at : at + size] for at in range(0, len(stream), size)))
    assert [one.sha for one in read] == [f"{n:040x}" for n in range(3)]
    sections, blocks = read_patches([one.patch for one in read])
    assert sections.commit.tolist() == [0, 1, 2]
    assert blocks.added.tolist() == [len(lines)] * 3 if lines else blocks.added.tolist() == []
    assert blocks.at.tolist() == ([1] * 3 if lines else [])


def test_no_patches_have_no_sections() -> None:
    for read in (read_patches, read_merges):
        sections, rows = read([b"", b""])
        assert len(sections.commit) == len(rows.section) == 0
