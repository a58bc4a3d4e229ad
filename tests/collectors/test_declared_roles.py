from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import ENVIRONMENT, A, opened, tables_of
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.collectors.code import code
from techdd.collectors.declared_roles import DeclaredRole, collector, gather, probe
from techdd.collectors.declared_roles.rules import rules
from techdd.facts import File, frame
from techdd.model import Issue, Metric, Series

PATHS = sorted(
    f"{folder}{name}"
    for folder in ("", "a/", "b/", "a/b/", "a/x/b/", "a/b/a/", "a b/", "b/a/b/")
    for name in ("a.py", "b.py", "c.py", "a", "b", "xzy", "a b.py", "axb.py", "#.py")
)
PATTERNS = (
    "*.py", "a/*.py", "/a.py", "a/**", "**/b/*.py", "a/**/c.py", "**", "*", "a", "a/", "b/**/",
    "*.p?", "[ab].py", "[!a].py", "[^a].py", "a/b/c.py", "/**/c.py", "a/**/b/**/c.py", "x*y",
    "a**b.py", "a/**b/c.py", '"a b.py"', "\\a.py", "\\#.py", "/a/*", "*/c.py", "**/a/**", "a/**/*",
)  # fmt: skip


@pytest.mark.parametrize("folder", ["", "a/"])
def test_patterns_match_as_git_matches_them(tmp_path: Path, folder: str) -> None:
    """Each pattern sets an attribute of its own for git, so that git is asked but once."""
    where = tmp_path / folder / ".gitattributes"
    where.parent.mkdir(exist_ok=True)
    lines = [f"{pattern} p{number}" for number, pattern in enumerate(PATTERNS)]
    where.write_text("\n".join(lines))
    subprocess.run(["git", "init", "-q", tmp_path], env=ENVIRONMENT, check=True)
    asked = [f"p{number}" for number in range(len(PATTERNS))]
    done = subprocess.run(
        ["git", "check-attr", "-z", "--stdin", *asked],
        cwd=tmp_path, env=ENVIRONMENT, input="\0".join(PATHS), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    words = done.stdout.split("\0")[:-1]
    theirs = {(words[n], words[n + 1]) for n in range(0, len(words), 3) if words[n + 2] == "set"}
    ours = {
        (path, name)
        for name, pattern in zip(asked, PATTERNS, strict=True)
        for rule in rules(f"{folder}.gitattributes", f"{pattern} linguist-generated")
        for path in PATHS
        if rule.matches(path)
    }
    assert ours == theirs
    assert ours


def said(text: str, path: str = ".gitattributes") -> list[Any]:
    return [(rule.place, dict(rule.said)) for rule in rules(path, text)]


def test_a_rule_sets_unsets_and_takes_back() -> None:
    text = "# *.a linguist-generated\n*.b -linguist-vendored text=auto\r\n*.c !linguist-generated\n"
    text += "*.d linguist-detectable=false eol=lf\n*.e linguist-documentation=true\n*.f text\n"
    assert said(text) == [
        (".gitattributes:2", {"vendored": False}),
        (".gitattributes:3", {"generated": None}),
        (".gitattributes:4", {"detectable": False}),
        (".gitattributes:5", {"documentation": True}),
    ]


def test_macros_count_at_the_top_alone() -> None:
    text = "[attr]made linguist-generated -linguist-detectable\n*.x made\n*.y -made\n"
    assert said(text) == [(".gitattributes:2", {"generated": True, "detectable": False})]
    assert said(text, "a/.gitattributes") == []


@given(st.text(alphabet='a*?[]!^/\\"-# \t\n.', max_size=80), st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_rules(pattern: str, path: str) -> None:
    for rule in rules("a/.gitattributes", f"{pattern} linguist-generated\n{pattern}"):
        rule.matches(f"a/{path}")


def test_many_stars_take_no_time() -> None:
    (rule,) = rules(".gitattributes", f"{'a*' * 500}b{'/**/*a*' * 100}b linguist-generated")
    assert not rule.matches("a" * 3_000 + "b" + "/aaaa" * 300)


def gathered(tmp_path: Path, files: dict[str, str | bytes | None]) -> tuple[list[Any], list[Any]]:
    repo = opened(tmp_path, [A(files)])
    tree = tables_of(code.run(repo), File)[File]
    found = list(collector.run(repo, tree))
    return [one for one in found if isinstance(one, DeclaredRole)], found


def test_deeper_folders_and_later_lines_count(tmp_path: Path) -> None:
    text = "x = 1\n"
    rows, _ = gathered(
        tmp_path,
        {
            ".gitattributes": "*.py linguist-generated\nb/*.py linguist-vendored\n",
            "a/.gitattributes": "*.py linguist-generated\n/own.py -linguist-generated\n",
            "a/own.py": text, "a/other.py": text, "b/x.py": text, "b/x.js": text,
        },
    )  # fmt: skip
    assert rows == [
        DeclaredRole("a/other.py", "generated", True, "a/.gitattributes:1"),
        DeclaredRole("a/own.py", "generated", False, "a/.gitattributes:2"),
        DeclaredRole("b/x.py", "generated", True, ".gitattributes:1"),
        DeclaredRole("b/x.py", "vendored", True, ".gitattributes:2"),
    ]


def test_what_is_not_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gather, "MOST_RULES", 1)
    monkeypatch.setattr(gather, "MAX_BYTES", 60)
    rows, found = gathered(
        tmp_path,
        {
            ".gitattributes": "a.py linguist-generated\nb.py linguist-generated\n",
            "a/.gitattributes": "*.py linguist-generated\n" * 9,
            "a.py": "x = 1\n", "b.py": "y = 1\n",
        },
    )  # fmt: skip
    assert [one.path for one in rows] == ["a.py"]
    issues = [one for one in found if isinstance(one, Issue)]
    assert [(one.reason, one.path) for one in issues] == [
        ("too large to be read", "a/.gitattributes"),
        ("rules of .gitattributes not read", ""),
    ]


def asked(roles: dict[str, str], *rows: DeclaredRole) -> list[Any]:
    files = [
        File(path, "b" * 40, 9, "Go", role, 9, 100, 0, "tree-sitter", "src")
        for path, role in roles.items()
    ]
    tables = [frame(File, files), frame(DeclaredRole, rows)]
    for table in tables:
        table.insert(0, "repo", "api")
    return list(probe.run(date(2025, 1, 1), *tables))


def row(path: str, attribute: str, declared: bool = True) -> DeclaredRole:
    return DeclaredRole(path, attribute, declared, ".gitattributes:1")


def share(found: list[Any]) -> float | None:
    return next(one.value for one in found if isinstance(one, Metric) and one.repo == "api")


def table(found: list[Any]) -> tuple[Any, ...]:
    return next((one.rows for one in found if isinstance(one, Series)), ())


def test_only_product_code_that_would_be_left_out_is_in_the_share() -> None:
    roles = {"a.go": "source", "b.go": "source", "c_test.go": "test", "d.go": "generated"}
    assert share(asked(roles)) == 0
    for one in (
        row("a.go", "generated"),
        row("a.go", "vendored"),
        row("a.go", "detectable", False),
    ):
        found = asked(roles, one)
        assert share(found) == 0.5
        assert len(table(found)) == 1
    for one in (
        row("a.go", "generated", False),
        row("a.go", "detectable"),
        row("d.go", "generated"),
    ):
        assert share(asked(roles, one)) == 0
        assert table(asked(roles, one)) == ()
    both = asked(roles, row("a.go", "generated"), row("a.go", "vendored"))
    assert share(both) == 0.5
    assert share(asked(roles, row("c_test.go", "generated"))) == 0
    assert share(asked({"d.go": "generated"})) is None


def test_both_directions_are_told_with_their_rule() -> None:
    roles = {"a.go": "source", "b.go": "source", "d.go": "generated"}
    rows = (row("a.go", "generated"), row("b.go", "generated"), row("d.go", "generated", False))
    assert table(asked(roles, *rows, row("d.go", "vendored", False))) == (
        ("api", "generated", "source", 2, 200, ".gitattributes:1"),
        ("api", "not generated", "generated", 1, 100, ".gitattributes:1"),
    )
