from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import A, opened, tables_of
from hypothesis import given, settings
from hypothesis import strategies as st

from techdd.collectors._units import Duplicated
from techdd.collectors.code import code
from techdd.collectors.duplication import Clone, CloneMark, collector, probe
from techdd.collectors.duplication import gather as module
from techdd.collectors.duplication.groups import WINDOW, groups, windows
from techdd.collectors.duplication.tokens import Tokenizer
from techdd.facts import Columns, File, frame
from techdd.languages import languages
from techdd.model import Issue, Metric, Series

BODY = "".join(f"    total_{n} = work(a, {n}) + b[{n}]\n" for n in range(12))


def function(name: str, body: str = BODY) -> str:
    return f"def {name}(a, b):\n{body}    return a\n"


# --- tokens ---------------------------------------------------------------------------------------


def spelled(language: str, source: str) -> list[int]:
    return list(Tokenizer().tokens(languages()[language], source.encode()).hashes)


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("Python", "x = f(1)  # one\n", "# two\nx = f( 1 )\n"),
        ("Python", 'def f():\n    """Doc."""\n    return 1\n', "def f():\n  return 1\n"),
        ("Go", 'import "a"\nx := 1 // one\n', "/* two\nlines */ x := 1\n"),
        ("Java", "import a.b.C;\nint x;\n", "package p;\nimport d.E;\nint   x;\n"),
        ("C", "#include <a.h>\nint x;\n", "int\nx;\n"),
    ],
)
def test_layout_comments_and_imports_are_no_tokens(language: str, one: str, other: str) -> None:
    assert spelled(language, one) == spelled(language, other)
    assert spelled(language, one)


def test_names_and_literals_are() -> None:
    assert spelled("Python", "x = 1\n") != spelled("Python", "y = 1\n")
    assert spelled("Python", "x = 'a # b'\n") != spelled("Python", "x = 'a # c'\n")


def test_each_token_knows_its_line() -> None:
    found = Tokenizer().tokens(languages()["Go"], b"a /* x\ny */ b\n\nc\n")
    assert found.lines.tolist() == [1, 2, 4]


# --- groups ---------------------------------------------------------------------------------------


def row(*values: int) -> Any:
    return np.array(values, np.uint64) * np.uint64(0x9E3779B97F4A7C15)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=WINDOW, max_size=3 * WINDOW))
def test_windows_are_equal_where_their_tokens_are(values: list[int]) -> None:
    hashed = windows(row(*values)).tolist()
    plain = [tuple(values[at : at + WINDOW]) for at in range(len(values) - WINDOW + 1)]
    assert len(hashed) == len(plain)
    same: dict[int, set[Any]] = defaultdict(set)
    for one, window in zip(hashed, plain, strict=True):
        same[one].add(window)
    assert all(len(found) == 1 for found in same.values())
    assert len(same) == len(set(plain))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(WINDOW, 90)),
        min_size=2, max_size=6,
    )
)  # fmt: skip
def test_all_that_stands_twice_is_covered_and_nothing_else(
    pieces: list[tuple[int, int, int]],
) -> None:
    """Pieces of four long texts one after the other, parted by tokens of their own."""
    texts = [[1_000 * (text + 1) + n for n in range(130)] for text in range(4)]
    values: list[int] = []
    for number, (text, start, length) in enumerate(pieces):
        values += [*texts[text][start : start + length], 900_000 + number]
    covered = set()
    for group in groups(row(*values)):
        copies = {tuple(values[at : at + group.length]) for at in group.places.tolist()}
        assert len(copies) == 1
        assert len(group.places) > 1
        covered |= {at + n for at in group.places.tolist() for n in range(group.length)}
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at in range(len(values) - WINDOW + 1):
        places[tuple(values[at : at + WINDOW])].append(at)
    twice = {
        at + n for some in places.values() if len(some) > 1 for at in some for n in range(WINDOW)
    }
    assert covered == twice


def test_a_copy_is_one_group_as_long_as_it_goes() -> None:
    text = list(range(1, 81))
    (found,) = groups(row(*text, 900, *text, 901))
    assert (found.places.tolist(), found.length) == ([0, 81], 80)
    whole, rest = sorted(
        groups(row(*text, 900, *text, 901, *text[10:], 902)), key=lambda g: g.length
    )
    assert {(len(one.places), one.length) for one in (whole, rest)} == {(2, 59), (3, 70)}


def test_equal_rows_of_a_table_are_no_copies_of_themselves() -> None:
    assert list(groups(row(*([1, 2] * 40)))) == []


def test_too_little_to_compare() -> None:
    assert list(groups(row())) == []
    assert list(groups(row(1, 2, 3))) == []
    assert list(groups(row(*range(200)))) == []


# --- a repository ---------------------------------------------------------------------------------


def gathered(tmp_path: Path, files: dict[str, Any], name: str = "app") -> dict[Any, Any]:
    repo = opened(tmp_path, [A(files)], name)
    found = list(collector.run(repo, tables_of(code.run(repo), File)[File]))
    tables = tables_of(found, Clone, Duplicated)
    tables[Issue] = [one for one in found if isinstance(one, Issue)]
    marks = [one.data for one in found if isinstance(one, Columns)]
    tables[CloneMark] = frame(CloneMark, marks[0] if marks else [])
    return tables


def test_clones_with_their_places(tmp_path: Path) -> None:
    found = gathered(
        tmp_path,
        {
            "src/a.py": "import os\n\n" + function("f"),
            "src/b.py": "# Copied.\n" + function("g") + "x = 1\n",
            "src/c.py": function("h", BODY.replace("work", "play")),
            "tests/test_a.py": function("f"),
            "app/migrations/0001.py": function("f"),
        },
    )
    places = found[Clone][["path", "component", "start", "end", "lines"]].values.tolist()
    assert sorted(places) == [["src/a.py", "src", 3, 16, 14], ["src/b.py", "src", 2, 15, 14]]
    counts = found[Duplicated].set_index("path")[["lines", "copied"]].T.to_dict("list")
    assert set(counts) == {"src/a.py", "src/b.py", "src/c.py"}
    assert counts["src/a.py"][0] == 14
    assert counts["src/a.py"][1] == counts["src/b.py"][1] >= 13
    assert counts["src/c.py"][1] == 0


def test_what_is_shorter_than_six_lines_is_no_clone(tmp_path: Path) -> None:
    long = "x = [" + ", ".join(map(str, range(60))) + "]\n"
    found = gathered(tmp_path, {"a.py": long, "b.py": long})
    assert found[Clone].empty
    assert found[Duplicated]["copied"].sum() == 0


def test_a_file_under_two_names_is_a_copy(tmp_path: Path) -> None:
    found = gathered(tmp_path, {"a.py": function("f"), "b.py": function("f")})
    assert found[Duplicated]["copied"].tolist() == found[Duplicated]["lines"].tolist()


def test_more_clones_than_are_listed_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_CLONES", 2)
    other = BODY.replace("total", "sum")
    files = {f"{n}.py": function("f") + function("g", other) for n in range(2)}
    files["2.py"] = function("g", other)
    found = gathered(tmp_path, files)
    assert len(found[Clone]) == 2
    assert [one.reason for one in found[Issue]] == ["clones that are counted and not listed"]
    assert found[Duplicated].set_index("path")["copied"]["2.py"] > 0


def test_nothing_to_compare(tmp_path: Path) -> None:
    found = gathered(tmp_path, {"README.md": "# A\n"})
    assert found[Duplicated].empty


# --- what it means --------------------------------------------------------------------------------


def test_shares_groups_and_what_repositories_have_in_common(tmp_path: Path) -> None:
    import pandas as pd

    wide = "".join(f"def f{n}(a):\n    b = a + {n}\n    return b * {n}\n" for n in range(60))
    trees = {
        "one": {"src/a.py": function("f"), "src/b.py": function("f"), "src/lib.py": wide},
        "two": {"lib.py": wide + function("h", BODY.replace("work", "play"))},
    }
    found = {name: gathered(tmp_path, files, name) for name, files in trees.items()}

    def whole(fact: Any) -> Any:
        return pd.concat([one[fact].assign(repo=name) for name, one in found.items()])

    files = pd.DataFrame({"repo": ["one", "two"]})
    answers = list(
        probe.run(date(2025, 1, 1), whole(Duplicated), whole(Clone), whole(CloneMark), files)
    )
    shares = {one.repo: one.value for one in answers if isinstance(one, Metric)}
    assert shares["one"] == pytest.approx(28 / 208)
    assert shares["two"] == 0
    series = {one.name: one for one in answers if isinstance(one, Series)}
    ((repo, places, lines, spared, where),) = series["clones"].rows
    assert (repo, places, lines, spared) == ("one", 2, 14, 14)
    assert where == "src/a.py:1-14; src/b.py:1-14"
    ((first, second, lines, others, *_),) = series["code_in_common"].rows
    assert (first, second) == ("one", "two")
    assert 120 <= int(lines or 0) == int(others or 0) <= 180


def test_no_code_is_no_share() -> None:
    import pandas as pd

    empty = [frame(one, []).assign(repo=[]) for one in (Duplicated, Clone, CloneMark)]
    found = list(probe.run(date(2025, 1, 1), *empty, pd.DataFrame({"repo": ["a"]})))
    assert [one.value for one in found if isinstance(one, Metric)] == [None, None]
