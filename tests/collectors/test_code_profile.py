from __future__ import annotations

from datetime import date
from typing import Any

from techdd.collectors.code_profile import EMPTY, complexity, interfacing, size, testing, unit_size
from techdd.facts import File, Function, frame
from techdd.model import Location, Metric, Observation, Series

DAY = date(2026, 1, 1)


def table(fact: Any, rows: list[Any], repo: str = "api") -> Any:
    made = frame(fact, rows)
    made.insert(0, "repo", repo)
    return made


def a_file(path: str, code: int, *, role: str = "source", language: str = "Go") -> File:
    measured = "tree-sitter" if language in ("Go", "Python") else ""
    return File(path, "b", 9, language, role, code, code, 0, measured, ".")


def a_function(
    lines: int,
    mccabe: int = 1,
    parameters: int = 0,
    *,
    path: str = "a.go",
    name: str = "f",
    role: str = "source",
) -> Function:
    return Function(path, ".", role, "Go", name, 7, 9, lines, parameters, mccabe, 1, 1)


def metrics(found: Any) -> dict[tuple[str, str], float | None]:
    return {(one.name, one.repo): one.value for one in found if isinstance(one, Metric)}


def test_size_counts_production_code_only() -> None:
    files = table(
        File,
        [
            a_file("a.go", 70),
            a_file("b.html", 30, language="HTML"),
            a_file("a_test.go", 50, role="test"),
            a_file("vendor/c.go", 900, role="vendored"),
        ],
    )
    found = list(size.run(DAY, files, FUNCTIONS))
    assert metrics(found) == {("size.code_lines", ""): 100, ("size.code_lines", "api"): 100}
    (bars,) = (one for one in found if isinstance(one, Series))
    assert bars.rows == (("Go", 70), ("HTML", 30))


def test_files_without_contents_are_not_counted_as_no_lines() -> None:
    lost, empty = a_file("lost.go", 0), a_file("empty.go", 0)._replace(blob=EMPTY[0])
    for rows, value, note in (
        ([lost, lost], None, "the contents of 2 of them could not be read"),
        ([lost, a_file("a.go", 7)], 7, "the contents of 1 of them could not be read"),
        ([empty, a_file("a.go", 7)], 7, ""),
        ([a_file("a.txt", 7, role="documentation")], 0, ""),
    ):
        metric = next(iter(size.run(DAY, table(File, rows), FUNCTIONS)))
        assert isinstance(metric, Metric)
        assert (metric.value, metric.note) == (value, note)


FILES = table(File, [a_file("a.go", 200), a_file("b.html", 999, language="HTML")])
FUNCTIONS = table(
    Function,
    [
        a_function(20, 26, 5, name="worst"),
        a_function(40, 11, 4),
        a_function(70, 10, 1),
        a_function(50, 99, 9, path="a_test.go", role="test"),
    ],
)


def test_complexity_shares_lie_above_the_bound_and_leave_out_tests() -> None:
    found = list(complexity.run(DAY, FILES, FUNCTIONS))
    assert metrics(found)["complexity.over_10", "api"] == 60 / 200
    assert metrics(found)["complexity.over_25", ""] == 20 / 200
    bands, units = (one for one in found if isinstance(one, Series))
    assert bands.rows == (("api", 0.35, 0.35, 0.2, 0.1),)
    assert units.rows == (("worst", "api: a.go:7", 26, 1, 20), ("f", "api: a.go:7", 11, 1, 40))


def test_far_too_complex_functions_are_observed_once_a_repository() -> None:
    found = complexity.run(DAY, FILES, FUNCTIONS)
    (seen,) = (one for one in found if isinstance(one, Observation))
    assert (seen.rule, seen.repo, seen.locations) == (
        "complex-function",
        "api",
        (Location("a.go", 7),),
    )
    assert seen.values == {"name": "worst", "complexity": 26, "lines": 20, "count": 1}


def test_unit_size_and_interfacing() -> None:
    shares = metrics(
        [*unit_size.run(DAY, FILES, FUNCTIONS), *interfacing.run(DAY, FILES, FUNCTIONS)]
    )
    assert shares["unit_size.over_30", "api"] == 110 / 200
    assert shares["unit_size.over_60", "api"] == 70 / 200
    assert shares["interfacing.over_4", "api"] == 20 / 200


def test_unmeasured_code_is_not_clean() -> None:
    only_html = table(File, [a_file("b.html", 9, language="HTML")])
    none = table(Function, [])
    for probe in (complexity, unit_size, interfacing):
        found = [one for one in probe.run(DAY, only_html, none) if isinstance(one, Metric)]
        assert found and all(one.value is None and one.note for one in found)
    assert metrics(testing.run(DAY, only_html, none))["testing.ratio", "api"] is None


def test_the_ratio_of_tests_leaves_markup_out() -> None:
    files = table(
        File,
        [
            a_file("a.go", 200),
            a_file("a_test.go", 50, role="test"),
            a_file("t.html", 999, role="test", language="HTML"),
        ],
    )
    assert metrics(testing.run(DAY, files, FUNCTIONS)) == {
        ("testing.ratio", ""): 0.25,
        ("testing.ratio", "api"): 0.25,
    }


def test_tests_are_told_by_component() -> None:
    rows = [a_file("api/a.go", 1_000), a_file("api/a_test.go", 250, role="test"),
            a_file("web/b.go", 800), a_file("x/c.go", 499)]  # fmt: skip
    files = table(File, [one._replace(component=one.path.split("/")[0]) for one in rows])
    (shown,) = (one for one in testing.run(DAY, files, FUNCTIONS) if isinstance(one, Series))
    assert shown.rows == (("api", 1_000, 250, 0.25), ("web", 800, 0, 0.0))


def test_tests_in_a_folder_of_their_own_leave_open_whose_they_are() -> None:
    rows = [a_file("app/a.go", 1_000), a_file("lib/b.go", 600),
            a_file("lib/t.go", 60, role="test"), a_file("spec/a.go", 900, role="test")]  # fmt: skip
    files = table(File, [one._replace(component=one.path.split("/")[0]) for one in rows])
    (shown,) = (one for one in testing.run(DAY, files, FUNCTIONS) if isinstance(one, Series))
    assert shown.rows == (
        ("app", 1_000, 0, None), ("lib", 600, 60, 0.1), ("spec", 0, 900, None),
    )  # fmt: skip


def test_tests_in_the_file_that_they_test_are_tests() -> None:
    files = table(File, [a_file("a.rs", 100), a_file("b.rs", 50)])
    functions = table(
        Function,
        [
            a_function(20, 11, path="a.rs"),
            a_function(60, 99, path="a.rs", name="tests.all", role="test"),
        ],
    )
    found = [probe.run(DAY, files, functions) for probe in (size, testing, complexity)]
    shown = metrics([one for answers in found for one in answers])
    assert shown["size.code_lines", "api"] == 90
    assert shown["testing.ratio", "api"] == shown["testing.ratio", ""] == 60 / 90
    assert shown["complexity.over_10", "api"] == 20 / 90


def test_one_line_functions_cannot_push_a_share_over_the_whole() -> None:
    files = table(File, [a_file("a.go", 2)])
    crowded = table(Function, [a_function(1, 30) for _ in range(5)])
    found = list(complexity.run(DAY, files, crowded))
    assert metrics(found)["complexity.over_10", "api"] == 1.0
    (bands, _) = (one for one in found if isinstance(one, Series))
    assert bands.rows == (("api", 0.0, 0.0, 0.0, 1.0),)
