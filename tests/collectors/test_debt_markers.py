from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from builders import A, opened, tables_of

from techdd.collectors.code import code
from techdd.collectors.debt_markers import DebtMarker, debt_markers, marked_comments
from techdd.facts import File, frame
from techdd.model import Metric


def found_in(tmp_path: Path, files: dict[str, Any]) -> list[Any]:
    repo = opened(tmp_path, [A(files)])
    rows = tables_of(code.run(repo), File)[File]
    return list(marked_comments.run(repo, rows))


def test_markers_in_comments_of_production_code(tmp_path: Path) -> None:
    found = found_in(
        tmp_path,
        {
            "a.py": 'TODO = "FIXME"\n# TODO(ann): it\ndef f():\n    """Doc.\n\n    XXX"""\n',
            "b.go": "package a\n/* one\n   HACK: two */\nvar todo = 1 // a todo list\n",
            "run.sh": "echo TODO # FIXME now\n",
            "test_a.py": "# TODO in a test\n",
            "notes.md": "TODO\n",
        },
    )
    assert found == [
        DebtMarker("a.py", 2, "TODO"),
        DebtMarker("a.py", 6, "XXX"),
        DebtMarker("b.go", 3, "HACK"),
        DebtMarker("run.sh", 1, "FIXME"),
    ]


def test_per_thousand_lines() -> None:
    files = frame(File, [File("a.py", "b", 9, "Python", "source", 9, 500, 0, "tree-sitter", ".")])
    files.insert(0, "repo", "api")
    markers = frame(DebtMarker, [DebtMarker("a.py", 1, "TODO"), DebtMarker("a.py", 2, "TODO")])
    markers.insert(0, "repo", "api")
    found = list(debt_markers.run(date(2026, 1, 1), files, markers))
    assert {one.repo: one.value for one in found if isinstance(one, Metric)} == {
        "": 4.0,
        "api": 4.0,
    }
    assert found[-1].rows == (("TODO", 2),)
    clean = list(debt_markers.run(date(2026, 1, 1), files, markers[:0]))
    assert [one.value for one in clean] == [0.0, 0.0]
