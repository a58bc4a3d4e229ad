from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from techdd.collectors.vendored import place_of, vendored
from techdd.facts import File, frame
from techdd.model import Metric, Series


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("deps/lua/src/lapi.c", "deps/lua"),
        ("a/third_party/zlib/x.c", "a/third_party/zlib"),
        ("vendor/github.com/x/y/z.go", "vendor/github.com/x/y"),
        ("web/node_modules/@scope/kit/i.js", "web/node_modules/@scope/kit"),
        ("vendor/one.js", "vendor/one.js"),
        ("js/jquery-3.1.js", "js/jquery-3.1.js"),
        ("vendor/a/vendor/b/c.js", "vendor/a"),
    ],
)
def test_a_copy_is_named_by_its_folder(path: str, place: str) -> None:
    assert place_of(path) == place


def asked(*rows: tuple[str, str, str, int]) -> tuple[dict[tuple[str, str], Any], Series]:
    """Answers about files of (repository, path, role, code lines)."""
    made = [File(path, "b", 1, "C", role, code, code, 0, "", ".") for _, path, role, code in rows]
    table = frame(File, made)
    table.insert(0, "repo", [repo for repo, *_ in rows])
    found = list(vendored.run(date(2026, 1, 1), table))
    (series,) = [one for one in found if isinstance(one, Series)]
    metrics = [one for one in found if isinstance(one, Metric)]
    return {(one.name.split(".")[1], one.repo): one.value for one in metrics}, series


def test_copies_are_counted_by_repository_and_the_largest_shown_first() -> None:
    values, series = asked(
        ("api", "deps/lua/a.c", "vendored", 10),
        ("api", "deps/lua/b.c", "vendored", 5),
        ("api", "deps/zlib/z.c", "vendored", 40),
        ("api", "src/main.c", "source", 100),
        ("web", "deps/lua/a.c", "vendored", 3),
        ("own", "src/x.c", "source", 1),
    )
    assert values == {
        ("copies", ""): 3, ("code_lines", ""): 58, ("copies", "api"): 2, ("code_lines", "api"): 55,
        ("copies", "own"): 0, ("code_lines", "own"): 0, ("copies", "web"): 1,
        ("code_lines", "web"): 3,
    }  # fmt: skip
    assert series.rows == (
        ("api", "deps/zlib", 1, 40), ("api", "deps/lua", 2, 15), ("web", "deps/lua", 1, 3),
    )  # fmt: skip


def test_where_no_file_was_read_nothing_is_clean() -> None:
    values, series = asked()
    assert (values, series.rows) == ({("copies", ""): None, ("code_lines", ""): None}, ())
