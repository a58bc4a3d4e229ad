from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from builders import START, A, opened, tables_of

from techdd.collectors.contributions import contributions
from techdd.collectors.history import history
from techdd.facts import Change, Commit, Contribution, File, frame
from techdd.model import Issue, fingerprint

TEXT = "".join(f"line {n}\n" for n in range(20))
ANN, BEN, CY = "Ann <ann@x.io>", "Ben <ben@x.io>", "Cy <cy@x.io>"
KEYS = {
    fingerprint(name, f"{name.lower()}@x.io"): name for name in ("Ann", "Ben", "Cy")
}  # identity -> name


def replay(tmp_path: Path, *commits: A) -> dict[tuple[str, str], Contribution]:
    """(path, name) -> contribution, from the real history of the commits."""
    repository = opened(tmp_path, commits)
    tables = tables_of(history.run(repository), Commit, Change)
    files = [
        File(one.path, one.blob, one.size, "Python", "source", 1, 1, 0, "lizard", ".")
        for one in repository.regular_files()
    ]
    found = list(contributions.run(repository, tables[Commit], tables[Change], frame(File, files)))
    return {(one.path, KEYS[one.identity]): one for one in found}


def test_who_made_it_and_who_changed_it(tmp_path: Path) -> None:
    found = replay(
        tmp_path,
        A({"a.py": "1\n"}, author=ANN),
        A({"a.py": "1\n2\n"}, author=BEN, day=2),
        A({"a.py": "1\n2\n3\n4\n"}, author=BEN, day=3),
    )
    ann, ben = found["a.py", "Ann"], found["a.py", "Ben"]
    assert (ann.created, ann.changes, ann.added) == (True, 1, 1)
    assert (ann.first, ann.last) == (START, START)
    assert (ben.created, ben.changes, ben.added) == (False, 2, 3)
    assert (ben.first, ben.last) == (START + timedelta(days=2), START + timedelta(days=3))


def test_a_renamed_file_takes_its_people_along(tmp_path: Path) -> None:
    found = replay(
        tmp_path,
        A({"a.py": TEXT}, author=ANN),
        A({"a.py": None, "b.py": TEXT + "x\n"}, author=BEN, day=1),
        A({"b.py": None, "c/d.py": TEXT}, author=CY, day=2),
    )
    assert {key: (one.created, one.changes, one.added) for key, one in found.items()} == {
        ("c/d.py", "Ann"): (True, 1, 20),
        ("c/d.py", "Ben"): (False, 1, 1),
        ("c/d.py", "Cy"): (False, 1, 0),
    }


def test_a_file_made_again_starts_anew(tmp_path: Path) -> None:
    found = replay(
        tmp_path,
        A({"a.py": "old\n", "keep": "x"}, author=ANN),
        A({"a.py": None}, author=ANN, day=1),
        A({"a.py": "new\n"}, author=BEN, day=2),
    )
    assert [key for key in found if key[0] == "a.py"] == [("a.py", "Ben")]
    assert found["a.py", "Ben"].created


def test_two_files_that_change_places_by_a_third_name(tmp_path: Path) -> None:
    other = TEXT.replace("line", "word")
    found = replay(
        tmp_path,
        A({"a.py": TEXT}, author=ANN),
        A({"b.py": other}, author=BEN, day=1),
        A({"a.py": None, "t.py": TEXT}, author=CY, day=2),
        A({"b.py": None, "a.py": other}, author=CY, day=3),
        A({"t.py": None, "b.py": TEXT}, author=CY, day=4),
    )
    assert sorted(found) == [("a.py", "Ben"), ("a.py", "Cy"), ("b.py", "Ann"), ("b.py", "Cy")]


def test_a_file_that_two_branches_made_has_both_makers(tmp_path: Path) -> None:
    found = replay(
        tmp_path,
        A({"x.py": "1\n"}, author=CY),
        A({"a.py": TEXT}, author=ANN, day=1),
        A({"a.py": "other\n"}, author=BEN, day=2, parent=0),
        A({"a.py": TEXT + "other\n"}, author=CY, day=3, parent=1, merges=[2]),
    )
    assert {key: one.created for key, one in found.items() if key[0] == "a.py"} == {
        ("a.py", "Ann"): True,
        ("a.py", "Ben"): True,
    }


def test_deleted_files_have_no_contributions(tmp_path: Path) -> None:
    found = replay(
        tmp_path, A({"a.py": "1\n", "b.py": "1\n"}, author=ANN), A({"a.py": None}, day=1)
    )
    assert list(found) == [("b.py", "Ann")]


def test_lines_of_binary_files_are_not_counted(tmp_path: Path) -> None:
    found = replay(
        tmp_path, A({"a.bin": b"\x00\x01"}, author=ANN), A({"a.bin": b"\x00"}, author=ANN)
    )
    assert (found["a.bin", "Ann"].changes, found["a.bin", "Ann"].added) == (2, 0)


def test_a_day_that_is_not_known_does_not_hide_one_that_is(tmp_path: Path) -> None:
    lost = -20_000.0  # before 1990: implausible
    found = replay(
        tmp_path,
        A({"a.py": "1\n"}, author=ANN, day=lost),
        A({"a.py": "2\n"}, author=ANN, day=1),
        A({"a.py": "3\n"}, author=ANN, day=lost),
        A({"b.py": "1\n"}, author=ANN, day=lost),
    )
    day = START + timedelta(days=1)
    assert (found["a.py", "Ann"].first, found["a.py", "Ann"].last) == (day, day)
    assert found["a.py", "Ann"].changes == 3
    table = frame(Contribution, [found["b.py", "Ann"]])
    assert table[["first", "last"]].isna().all(axis=None)


def test_a_truncated_history_makes_nobody_the_author_of_everything(tmp_path: Path) -> None:
    shallow = replace(opened(tmp_path, [A({"a.py": TEXT}, author=ANN)]), shallow=True)
    tables = [frame(fact, []) for fact in (Commit, Change, File)]
    (found,) = contributions.run(shallow, *tables)
    assert isinstance(found, Issue) and found.reason == "history is truncated (shallow clone)"
