from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders import A, opened, rows_of, tables_of

from techdd.collectors.code import code
from techdd.facts import File, Function
from techdd.measuring import component_of
from techdd.model import Issue

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 9\n"
PYTHON = "def f(a):\n    if a:\n        return 1\n"


def gathered(tmp_path: Path, files: dict[str, Any], **modes: str) -> tuple[Any, Any, list[Issue]]:
    """Files by path, functions as rows, and the issues."""
    commit = A(files, modes={path.replace("_", "/"): mode for path, mode in modes.items()})
    items = list(code.run(opened(tmp_path, [commit])))
    tables = tables_of(items, File, Function)
    found = {one.path: one for one in rows_of(tables[File], File)}
    functions = rows_of(tables[Function], Function)
    return found, functions, [one for one in items if isinstance(one, Issue)]


def test_files_with_language_role_lines_and_functions(tmp_path: Path) -> None:
    files, functions, issues = gathered(
        tmp_path,
        {
            "src/app/a.py": "# Why.\n\n" + PYTHON,
            "tests/test_a.py": PYTHON,
            "README.md": "# A\n",
            "vendor/b.py": PYTHON,
            "logo.png": b"\x89PNG\0",
        },
    )
    one = files["src/app/a.py"]
    assert one[2:] == (45, "Python", "source", 5, 3, 1, "tree-sitter", "src/app")
    assert {path: file.role for path, file in files.items()} == {
        "src/app/a.py": "source",
        "tests/test_a.py": "test",
        "README.md": "documentation",
        "vendor/b.py": "vendored",
        "logo.png": "binary",
    }
    assert files["vendor/b.py"].measured == ""
    assert functions == [
        Function("src/app/a.py", "src/app", "source", "Python", "f", 3, 5, 3, 1, 2, 1, 1),
        Function("tests/test_a.py", "tests", "test", "Python", "f", 1, 3, 3, 1, 2, 1, 1),
    ]
    assert issues == []


def test_tests_in_a_rust_file_are_tests(tmp_path: Path) -> None:
    rust = "fn one() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn works() {}\n}\n"
    files, functions, _ = gathered(tmp_path, {"src/a.rs": rust})
    assert files["src/a.rs"].role == "source"
    assert {row.name: row.role for row in functions} == {"one": "source", "tests.works": "test"}


def test_a_blob_with_two_names_counts_for_both(tmp_path: Path) -> None:
    files, functions, _ = gathered(tmp_path, {"a.py": PYTHON, "test_a.py": PYTHON, "c.txt": PYTHON})
    assert {path: file.measured for path, file in files.items()} == {
        "a.py": "tree-sitter",
        "test_a.py": "tree-sitter",
        "c.txt": "",
    }
    assert [(row.path, row.role) for row in functions] == [
        ("a.py", "source"),
        ("test_a.py", "test"),
    ]


def test_what_cannot_be_looked_at_is_said(tmp_path: Path) -> None:
    files, functions, issues = gathered(
        tmp_path,
        {
            "link": "/etc/passwd",
            "model.bin": POINTER,
            "big.js": b"x = 1;\n" * 750_000,
            "video.mp4": b"x" * 5_000_001,
            "broken.go": "package a\nfunc f( {{{\n",
            "old.py": "x = 'caf\xe9'\n".encode("latin-1"),
            "run.sh": "echo\n",
            "lib/x.sh": "true\n",
            "page.html": "<p>\n",
            "long.lua": "x = 1\n" * 200_000,
        },
        link="120000",
    )
    assert [(one.reason, one.path) for one in issues] == [
        ("symbolic link, not followed", "link"),
        ("syntax errors", "broken.go"),
        ("functions not measured", "long.lua"),
        ("content is in Git LFS, not in the repository", "model.bin"),
        ("not UTF-8, read as Latin-1", "old.py"),
        ("too large to be read", "big.js"),
        ("language measured in lines only", ""),
    ]
    assert issues[-1].detail == "Shell: 2 files"
    assert (files["big.js"].code, files["video.mp4"].role) == (0, "binary")
    assert (files["long.lua"].code, files["model.bin"].lines) == (200_000, 0)
    assert not [row for row in functions if row.path == "link"]


def test_code_where_none_can_be_measured_is_named(tmp_path: Path) -> None:
    *_, issues = gathered(tmp_path, {
        "src/run.rb": b"\x7fELF\0\0", "logo.png": b"\x89PNG\0", "tests/a.go": b"a\0b",
        "nb/a.ipynb": '{"cells": []}', "examples/b.ipynb": "{", "one.py": "def f(:\n",
    })  # fmt: skip
    assert [(one.reason, one.path, one.detail) for one in issues] == [
        ("syntax errors", "one.py", "in 1 place; functions there may be missing"),
        ("binary content under a name of source code", "src/run.rb", ""),
        ("binary content under a name of source code", "tests/a.go", ""),
        ("code in notebooks not measured", "nb/a.ipynb", ""),
    ]


def test_submodules_are_no_files(tmp_path: Path) -> None:
    sub = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    files, _, _ = gathered(tmp_path, {"a.py": PYTHON, "lib/x": sub}, lib_x="160000")
    assert set(files) == {"a.py"}


@pytest.mark.parametrize(
    ("path", "component"),
    [
        ("a.py", "."),
        ("app/models/a.rb", "app"),
        ("src/a.py", "src"),
        ("src/shop/cart/a.py", "src/shop"),
        ("packages/web/src/a.ts", "packages/web"),
    ],
)
def test_components(path: str, component: str) -> None:
    assert component_of(path) == component
