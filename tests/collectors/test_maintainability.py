from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from builders import A, opened, tables_of
from radon.metrics import mi_visit

from techdd.collectors.code import code
from techdd.collectors.maintainability import (
    Maintainability,
    maintainability,
    maintainability_index,
)
from techdd.facts import File, frame
from techdd.model import Issue, Metric

PYTHON = "def f(a):\n    if a:\n        return 1\n"


def gathered(tmp_path: Path, files: dict[str, Any]) -> tuple[list[Maintainability], list[Issue]]:
    repo = opened(tmp_path, [A(files)])
    rows = tables_of(code.run(repo), File)[File]
    items = list(maintainability_index.run(repo, rows))
    return (
        [one for one in items if isinstance(one, Maintainability)],
        [one for one in items if isinstance(one, Issue)],
    )


def test_the_index_is_radons(tmp_path: Path) -> None:
    found, issues = gathered(tmp_path, {"a.py": PYTHON, "test_a.py": PYTHON, "empty.py": "# no\n"})
    assert found == [Maintainability("a.py", round(mi_visit(PYTHON, multi=True), 2), "A", 3)]
    assert issues == []


def test_odd_encodings_are_ranked_too(tmp_path: Path) -> None:
    latin = "# -*- coding: latin-1 -*-\nx = 'café'\n".encode("latin-1")
    found, issues = gathered(
        tmp_path, {"bom.py": b"\xef\xbb\xbf" + PYTHON.encode(), "old.py": latin}
    )
    assert [one.path for one in found] == ["bom.py", "old.py"]
    assert issues == []


def test_what_radon_cannot_take_is_said(tmp_path: Path) -> None:
    found, issues = gathered(
        tmp_path,
        {
            "deep.py": "x = " + " + ".join("a" * 900) + "\n",
            "huge.py": "x = 1\n" * 170_000,
            "list.py": "x = [\n" + "1,\n" * 3_000 + "]\n",
            "two.py": "print 'x'\n",
        },
    )
    assert found == []
    assert [(one.path, one.detail) for one in issues] == [
        ("huge.py", "more than 1,000,000 bytes"),
        ("deep.py", "radon failed: nested too deeply"),
        ("list.py", "a statement of more than 2,000 lines"),
        ("two.py", "not Python of this interpreter's version (line 1)"),
    ]


def test_low_share() -> None:
    files = frame(File, [File("a.py", "b", 9, "Python", "source", 9, 9, 0, "tree-sitter", ".")])
    files.insert(0, "repo", "api")
    ranked = frame(
        Maintainability,
        [
            Maintainability("a.py", 5.0, "C", 30),
            Maintainability("b.py", 15.0, "B", 20),
            Maintainability("c.py", 80.0, "A", 50),
        ],
    )
    ranked.insert(0, "repo", "api")
    found = list(maintainability.run(date(2026, 1, 1), files, ranked))
    shares = {one.repo: one.value for one in found if isinstance(one, Metric)}
    assert shares == {"": 0.3, "api": 0.3}
    assert [row[1] for row in found[-1].rows] == ["a.py", "b.py"]
    none = list(maintainability.run(date(2026, 1, 1), files, ranked[:0]))
    assert all(one.value is None and one.note for one in none)
