from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import A, opened, tables_of

from techdd.collectors.code import code
from techdd.collectors.debt_markers import (
    DatedMarker,
    DebtMarker,
    debt_markers,
    marked_comments,
    marker_age,
    marker_ages,
)
from techdd.collectors.history import history
from techdd.facts import Change, Commit, File, frame
from techdd.model import Issue, Metric, Series


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


def test_a_marker_is_as_old_as_its_line_whatever_its_file_was_called(tmp_path: Path) -> None:
    repo = opened(
        tmp_path,
        [
            A({"old.py": "a = 1\n# TODO one\nb = 2\nc = 3\n", "x.py": "x = 1\n"}, day=0),
            A({"old.py": None, "src/new.py": "a = 1\n# TODO one\nb = 2\nc = 3\n"}, day=100),
            A({"src/new.py": "a = 1\nz = 9\n# TODO one\nb = 2\nc = 4  # FIXME\n"}, day=200),
            A({"x.py": "x = 2\n"}, day=300),
        ],
    )
    files = tables_of(code.run(repo), File)[File]
    tables = tables_of(history.run(repo), Commit, Change)
    markers = frame(DebtMarker, list(marked_comments.run(repo, files)))
    found = list(marker_ages.run(repo, markers, files, tables[Commit], tables[Change]))
    assert found == [
        DatedMarker("src/new.py", "src", 3, "TODO", "2025-01"),
        DatedMarker("src/new.py", "src", 5, "FIXME", "2025-07"),
    ]


def aged(months: list[str]) -> list[Any]:
    files = frame(File, [File("a.py", "b", 9, "Python", "source", 9, 500, 0, "tree-sitter", ".")])
    rows = [DatedMarker("a.py", ".", 9 + n, "TODO", month) for n, month in enumerate(months)]
    tables = [frame(DatedMarker, rows), files]
    for table in tables:
        table.insert(0, "repo", "api")
    return list(marker_age.run(date(2026, 3, 31), *tables))


def test_ages_of_markers() -> None:
    found = aged(["2025-03"] * 5 + ["2025-02"] * 3 + ["2022-03", "2030-01", ""])
    values = {one.name: one.value for one in found if isinstance(one, Metric) and one.repo}
    assert values == {
        "debt_markers.median_years": 1.0,
        "debt_markers.over_1y_share": pytest.approx(0.4),
    }
    (series,) = (one for one in found if isinstance(one, Series))
    assert series.rows == (("(top folder)", 10, 4, 1.0, "TODO at a.py:17", "2022-03"),)


def test_the_age_of_few_markers_says_nothing() -> None:
    found = [one for one in aged(["2025-01"] * 9) if isinstance(one, Metric)]
    assert {one.value for one in found} == {None}
    assert {one.note for one in found} == {"fewer than 10 markers with a known date"}


def test_of_a_truncated_history_no_age_is_told(tmp_path: Path) -> None:
    repo = replace(opened(tmp_path, [A({"a.py": "# TODO\n"})]), shallow=True)
    files = tables_of(code.run(repo), File)[File]
    markers = frame(DebtMarker, [DebtMarker("a.py", 1, "TODO")])
    found = list(marker_ages.run(repo, markers, files, frame(Commit, []), frame(Change, [])))
    assert [type(one) for one in found] == [Issue]
