from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from pandas import Series as Series_

from techdd.collectors._units import Duplicated
from techdd.collectors.ratings import ratings, thresholds
from techdd.facts import File, Function, frame
from techdd.model import Metric, Series


def file(path: str, code: int, component: str = "src") -> File:
    return File(path, "b" * 40, 1, "Python", "source", code, code, 0, "tree-sitter", component)


def function(path: str, lines: int, complexity: int = 1, parameters: int = 0) -> Function:
    component = path.split("/", maxsplit=1)[0]
    return Function(
        path, component, "source", "Python", "f", 1, lines, lines, parameters, complexity, 0, 0
    )


def answers(files: list[File], functions: list[Function], copied: int = 0) -> list[Any]:
    rows = [Duplicated(one.path, one.component, "Python", one.code, copied) for one in files]
    tables = [
        frame(fact, some).assign(repo="app")
        for fact, some in ((File, files), (Function, functions), (Duplicated, rows))
    ]
    return list(ratings.run(date(2025, 1, 1), *tables))


def stars(found: list[Any]) -> dict[str, float | None]:
    return {one.name: one.value for one in found if isinstance(one, Metric) and one.repo == "app"}


def test_the_thresholds_grow_stricter_with_each_star() -> None:
    rows = [one.at_most for one in thresholds().properties]
    rows.append({star: (most,) for star, most in thresholds().duplication.items()})
    for at_most in rows:
        assert list(at_most) == [5, 4, 3, 2]
        for better, worse in pairwise(at_most.values()):
            assert all(one < other for one, other in zip(better, worse, strict=True))


@pytest.mark.parametrize(
    ("long", "expected"), [(0, 5), (20, 5), (21, 4), (70, 4), (71, 3), (120, 3), (150, 2), (151, 1)]
)
def test_one_share_too_large_takes_a_star(long: int, expected: int) -> None:
    """`long` of 1,000 lines stand in a function of more than sixty, by the share alone."""
    lines = 61 if 0 < long <= 60 else long
    functions = [function("src/a.py", lines)] if lines else []
    found = answers([file("src/a.py", 1_000 * lines // long if long else 1_000)], functions)
    assert stars(found)["rating.unit_size"] == expected


def test_each_property_is_rated_by_its_own_column() -> None:
    files = [file("src/a.py", 1_000)]
    found = stars(answers(files, [function("src/a.py", 10, complexity=30)]))
    assert found == {
        "rating.unit_size": 5, "rating.unit_complexity": 4, "rating.unit_interfacing": 5,
        "rating.duplication": 5, "rating.volume": 5,
    }  # fmt: skip
    found = stars(answers(files, [function("src/a.py", 100, parameters=7)]))
    assert found["rating.unit_interfacing"] == 1
    assert [stars(answers(files, [], copied))["rating.duplication"] for copied in
            (30, 31, 50, 100, 200, 201)] == [5, 4, 4, 3, 2, 1]  # fmt: skip


def test_components_are_rated_on_their_own() -> None:
    files = [file("src/a.py", 2_000), file("lib/b.py", 1_000, "lib"), file("x/c.py", 10, "x")]
    found = answers(files, [function("lib/b.py", 600, complexity=40)])
    (table,) = (one for one in found if isinstance(one, Series))
    properties = ("unit size", "unit complexity", "unit interfacing", "duplication", "volume")
    assert table.columns[2:] == properties
    assert table.rows == (
        ("All", 3_010, 1, 1, 5, 5, 5),
        ("src", 2_000, 5, 5, 5, 5, None),
        ("lib", 1_000, 1, 1, 5, 5, None),
    )


@pytest.mark.parametrize(
    ("lines", "expected"), [(66_000, 5), (66_001, 4), (665_001, 2), (1_310_001, 1)]
)
def test_a_whole_is_rated_by_its_volume(lines: int, expected: int) -> None:
    assert stars(answers([file("src/a.py", lines)], []))["rating.volume"] == expected


def test_without_code_there_are_no_stars() -> None:
    nowhere = Series_([], dtype=object)
    tables = [frame(fact, []).assign(repo=nowhere) for fact in (File, Function, Duplicated)]
    document = file("a.md", 1)._replace(role="documentation", measured="")
    tables[0] = frame(File, [document]).assign(repo="app")
    found = list(ratings.run(date(2025, 1, 1), *tables))
    assert set(stars(found).values()) == {None}
    assert not [one for one in found if isinstance(one, Series)]
