from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from builders import A, opened, rows_of, tables_of

from techdd.collectors._units import Class
from techdd.collectors.classes import classes
from techdd.collectors.code import code
from techdd.facts import File, Function, frame
from techdd.model import Metric, Series


def file(path: str, lines: int, language: str = "Java") -> File:
    return File(path, "b" * 40, 9, language, "source", lines, lines, 0, "tree-sitter", "src")


def a_class(path: str, lines: int, complexity: int, **also: Any) -> Class:
    row = Class(path, "src", "source", "Java", "Order", 1, lines, lines, 3, complexity)
    return row._replace(**also)


def asked(files: list[File], found: list[Class]) -> list[Any]:
    tables = [frame(fact, rows) for fact, rows in ((File, files), (Function, []), (Class, found))]
    for table in tables:
        table.insert(0, "repo", "api")
    return list(classes.run(date(2025, 1, 1), *tables))


def value(found: list[Any], name: str) -> float | None:
    (one,) = (
        one for one in found if isinstance(one, Metric) and (one.name, one.repo) == (name, "")
    )
    return one.value


def largest(found: list[Any]) -> tuple[Any, ...]:
    return next((one.rows for one in found if isinstance(one, Series)), ())


def test_a_class_is_very_large_by_its_paths_and_its_lines() -> None:
    files = [file("src/a.java", 1_000)]
    for lines, complexity, share in ((195, 47, 0.195), (194, 47, 0), (195, 46, 0)):
        found = asked(files, [a_class("src/a.java", lines, complexity)])
        assert value(found, "classes.very_large_share") == share
        assert bool(largest(found)) is bool(share)
    test = a_class("src/a.java", 900, 900, role="test")
    assert value(asked(files, [test]), "classes.very_large_share") == 0


def test_only_what_may_be_spread_is_joined_within_its_folder() -> None:
    halves = [("src/a.x", "Order"), ("src/b.x", "Order"), ("lib/c.x", "Order"), ("src/a.x", "Item")]
    for language, whole in (("C#", 1), ("Java", 0)):
        files = [file(path, 500, language) for path in ("src/a.x", "src/b.x", "lib/c.x")]
        found = [a_class(path, 100, 30, language=language, name=name) for path, name in halves]
        rows = largest(asked(files, found))
        assert rows == (("Order", "api: src/a.x:1", 6, 60, 200),) * whole


def test_two_classes_of_one_name_in_a_file_stay_two() -> None:
    pair = [a_class("src/a.py", 100, 30, start=start, language="Python") for start in (1, 200)]
    assert not largest(asked([file("src/a.py", 500, "Python")], pair))


def test_files_of_more_than_400_lines_count_whole() -> None:
    found = asked([file("src/a.java", 401), file("src/b.java", 400)], [])
    assert value(found, "files.over_400") == 401 / 801


def test_without_code_there_is_no_share() -> None:
    document = file("a.md", 9)._replace(role="documentation", measured="")
    found = asked([document], [])
    assert {one.value for one in found} == {None}


def test_classes_of_a_tree_are_gathered_with_their_role(tmp_path: Path) -> None:
    text = "class A:\n    def f(self):\n        return 1\n"
    repo = opened(tmp_path, [A({"src/a.py": text, "tests/test_a.py": text, "docs/x.py": text})])
    rows = rows_of(tables_of(code.run(repo), Class)[Class], Class)
    assert rows == [
        Class("src/a.py", "src", "source", "Python", "A", 1, 3, 3, 1, 1),
        Class("tests/test_a.py", "tests", "test", "Python", "A", 1, 3, 3, 1, 1),
    ]
