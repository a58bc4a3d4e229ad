"""The history engine over several runs: what is new is read, and the facts are the same."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from builders import START, A, build, git, loose, rows_of, tables_of

from techdd import derived
from techdd.collectors.history import history
from techdd.errors import RepositoryError
from techdd.facts import Change, Commit, Identity, Parts, Trailer
from techdd.history import reader
from techdd.history.reader import dealt
from techdd.intake import open_repository
from techdd.repository import Repository

FACTS = (Commit, Change, Trailer, Identity)
TALE = [
    A({"a.py": "1\n"}, "One", "Ann <ann@x.io>"),
    A({"b.py": "1\n2\n"}, "Two\n\nReviewed-by: Cy <cy@x.io>", "Ben <ben@x.io>", day=1),
    A({"a.py": "1\n2\n"}, "Side", "Cy <cy@x.io>", day=0.5, parent=0),
    A({}, "Merge", day=3, parent=1, merges=[2]),
    A({"c.py": "x\n"}, "Last", day=2),
]


def facts(repository: Repository) -> dict[Any, list[Any]]:
    tables = tables_of(history.run(repository), *FACTS)
    found = {fact: rows_of(tables[fact], fact) for fact in FACTS}
    found[Commit].sort(key=lambda one: -one.number)
    found[Change].sort()
    found[Trailer].sort()
    return found


def opened(tmp_path: Path, source: Path, revision: str = "", overlay: str = "o") -> Repository:
    return open_repository("a", source, tmp_path / overlay, revision)


def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many commits each git log that is started is asked for."""
    seen: list[int] = []
    attempt = reader._attempt

    def counting(repository: Repository, shas: Sequence[str], depth: int, keep: Any) -> Any:
        seen.append(len(shas))
        return attempt(repository, shas, depth, keep)

    monkeypatch.setattr(reader, "_attempt", counting)
    return seen


def test_new_commits_alone_are_read_and_the_facts_are_those_of_a_whole_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = build(tmp_path / "a.git", TALE)
    seen = asked(monkeypatch)
    facts(opened(tmp_path, source, git(source, "rev-parse", "main~2").strip()))
    assert sum(seen) == 2
    grown = facts(opened(tmp_path, source))
    assert sum(seen) == 5
    assert facts(opened(tmp_path, source)) == grown
    assert sum(seen) == 5
    assert grown == facts(opened(tmp_path, source, overlay="fresh"))


@pytest.mark.parametrize("seed", range(3))
def test_a_history_that_grows_in_steps_has_the_facts_of_one_read_whole(
    tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    tale, tips = [A({"0.py": "0\n"}, "0")], {0}
    for number in range(1, 16):
        parent = random.choice([number - 1, random.randrange(number)])
        merged = random.sample(sorted(tips - {parent}), min(len(tips - {parent}), number % 3))
        path, day = f"{random.randrange(4)}.py", random.randrange(5)
        tale.append(A({path: f"{number}\n"}, f"{number}", day=day, parent=parent, merges=merged))
        tips = tips - {parent, *merged} | {number}
    tale.append(A({}, "last", day=3, merges=sorted(tips - {15})))
    source = build(tmp_path / "a.git", tale)
    shas = git(source, "rev-list", "--topo-order", "--reverse", "main").split()
    for sha in [*random.choices(shas, k=3), shas[8], shas[12], shas[-1]]:
        grown = facts(opened(tmp_path, source, sha))
        assert grown == facts(opened(tmp_path, source, sha, overlay=f"fresh-{sha}"))


def test_what_was_written_of_commits_stands_while_the_old_head_is_on_the_mainline(
    tmp_path: Path,
) -> None:
    tale = [*TALE, A({}, "Theirs", day=4, parent=2, merges=[4])]
    source = build(tmp_path / "a.git", tale)

    def files(revision: str) -> dict[str, int]:
        repository = opened(tmp_path, source, revision)
        (commits,) = (one for one in history.run(repository) if getattr(one, "fact", 0) is Commit)
        assert isinstance(commits, Parts)
        return {path.name: path.stat().st_ino for path in commits.paths}

    theirs, last, merge = git(source, "rev-list", "--topo-order", "main").split()[:3]
    before = files(merge)
    grown = files(last)
    assert (len(before), len(grown)) == (1, 2) and before.items() <= grown.items()
    assert len(files(theirs)) == 1  # "Last" is merged into another line: its own landed there


def test_what_the_audited_commit_does_not_reach_is_left_out_again(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    before = git(source, "rev-parse", "main~2").strip()
    facts(opened(tmp_path, source))
    shrunk = facts(opened(tmp_path, source, before))
    assert shrunk == facts(opened(tmp_path, source, before, overlay="fresh"))
    assert [one.subject for one in shrunk[Commit]] == ["Two", "One"]


def test_order_mainline_and_landing_come_from_the_parents(tmp_path: Path) -> None:
    found = facts(opened(tmp_path, build(tmp_path / "a.git", TALE)))[Commit]
    by_sha = {one.sha: one.subject for one in found}
    assert [(one.subject, one.mainline, by_sha[one.landed]) for one in found] == [
        ("Last", True, "Last"),
        ("Merge", True, "Merge"),
        ("Two", True, "Two"),
        ("Side", False, "Merge"),
        ("One", True, "One"),
    ]


def test_a_run_that_was_killed_goes_on_with_the_parts_it_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = [A({f"{n}.py": "x\n"}, f"{n}", day=n) for n in range(40)]
    source = build(tmp_path / "a.git", commits)
    monkeypatch.setattr(reader, "SHARES", (8, 8))
    monkeypatch.setattr(derived, "FEWEST", 8)
    add = derived.Store.add
    written: list[int] = []

    def killed(self: derived.Store, rows: Any) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(len(rows["commits"]["sha"]))
        add(self, rows)

    monkeypatch.setattr(derived.Store, "add", killed)
    with pytest.raises(KeyboardInterrupt):
        facts(opened(tmp_path, source))
    monkeypatch.setattr(derived.Store, "add", add)
    seen = asked(monkeypatch)
    rest = facts(opened(tmp_path, source))
    assert sum(seen) == 40 - written[0]
    assert rest == facts(opened(tmp_path, source, overlay="fresh"))


def test_many_small_runs_are_joined_into_one_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derived, "MOST_PARTS", 2)
    source = build(tmp_path / "a.git", [A({"a.py": f"{n}\n"}, f"{n}", day=n) for n in range(6)])
    for back in range(5, -1, -1):
        grown = facts(opened(tmp_path, source, git(source, "rev-parse", f"main~{back}").strip()))
    (kept,) = [path for path in (tmp_path / "o.derived" / "history").iterdir() if path.is_dir()]
    assert len([path for path in kept.iterdir() if path.is_dir()]) <= 2
    assert grown == facts(opened(tmp_path, source, overlay="fresh"))


def test_a_history_whose_last_head_was_thrown_away_is_read_on(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    facts(opened(tmp_path, source))
    again = build(tmp_path / "b.git", [*TALE[:2], A({"z.py": "1\n"}, "Other", day=4)])
    shutil.rmtree(source)
    again.rename(source)
    found = facts(opened(tmp_path, source))
    assert [one.subject for one in found[Commit]] == ["Other", "Two", "One"]
    assert found == facts(opened(tmp_path, source, overlay="fresh"))


def test_a_part_that_was_cut_is_read_again(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    repository = opened(tmp_path, source)
    whole = facts(repository)
    cut = next((repository.derived / "history").glob("*/*/changes.parquet"))
    cut.write_bytes(cut.read_bytes()[:100])
    assert facts(repository) == whole


def test_behind_a_shallow_boundary_nothing_is_counted(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{source}", "shallow.git")
    found = facts(opened(tmp_path, tmp_path / "shallow.git"))
    assert [(one.subject, one.files) for one in found[Commit]] == [
        ("Last", 1), ("Merge", 0),
    ]  # fmt: skip
    assert [one.path for one in found[Change]] == ["c.py"]


def test_a_parent_that_is_gone_is_an_error(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    lost = git(source, "rev-parse", "main~2").strip()
    (source / "objects" / lost[:2] / lost[2:]).unlink()
    with pytest.raises(RepositoryError, match=r"^a: git rev-list: "):
        facts(opened(tmp_path, source))


def test_dates_of_1970_and_of_the_future_do_not_bend_the_order(tmp_path: Path) -> None:
    commits = [
        A({"a": "1"}, "One", day=50_000),
        A({"a": "2"}, "Two", day=-20_000),
        A({"a": "3"}, "Three"),
    ]
    found = facts(opened(tmp_path, build(tmp_path / "a.git", commits)))[Commit]
    assert [(one.subject, one.authored) for one in found] == [
        ("Three", START), ("Two", None), ("One", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("number", "hands"), [(0, 2), (5, 2), (100, 1), (1_000, 3)])
def test_commits_are_dealt_out_whole_and_in_short_lists_at_both_ends(
    number: int, hands: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "SHARES", (10, 40))
    lists = list(dealt([str(one) for one in range(number)], hands))
    assert sorted(sha for one in lists for sha in one) == sorted(map(str, range(number)))
    assert all(len(one) <= 40 for one in lists)
    assert all(len(one) <= 20 for one in lists[:hands])
    assert all(len(one) <= 10 for one in lists[hands:][-hands:])


def test_a_damaged_part_is_read_anew(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    before = facts(opened(tmp_path, source))
    for part in (tmp_path / "o.derived" / "history").rglob("*/*/changes.parquet"):
        part.write_bytes(part.read_bytes()[:50])
    assert facts(opened(tmp_path, source)) == before


def test_what_comes_in_behind_a_shallow_boundary_is_read_and_what_goes_is_dropped(
    tmp_path: Path,
) -> None:
    source = build(tmp_path / "a.git", TALE)
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{source}", "shallow.git")
    shallow = tmp_path / "shallow.git"
    short = facts(opened(tmp_path, shallow))
    git(shallow, "fetch", "-q", "--deepen=1", "origin", "main")
    deeper = facts(opened(tmp_path, shallow, overlay="deeper"))
    assert facts(opened(tmp_path, shallow)) == deeper
    git(shallow, "fetch", "-q", "--unshallow", "origin", "main")
    whole = facts(opened(tmp_path, source, overlay="whole"))
    assert facts(opened(tmp_path, shallow)) == whole
    assert len(short[Commit]) < len(deeper[Commit]) < len(whole[Commit]) == 5
    shutil.rmtree(shallow)
    git(tmp_path, "clone", "-q", "--bare", "--depth=2", f"file://{source}", "shallow.git")
    assert facts(opened(tmp_path, shallow)) == short


def test_contents_that_are_supplied_later_are_read(tmp_path: Path) -> None:
    source = build(tmp_path / "a.git", TALE)
    blob = git(source, "rev-parse", "main:b.py").strip()
    lost = loose(source, blob)
    lost.rename(tmp_path / "kept")
    found = {one.subject: one.added for one in facts(opened(tmp_path, source))[Commit]}
    assert found["Two"] == 0
    (tmp_path / "kept").rename(lost)
    found = {one.subject: one.added for one in facts(opened(tmp_path, source))[Commit]}
    assert found["Two"] == 2


def test_what_is_kept_lies_outside_the_repository_that_others_scan(tmp_path: Path) -> None:
    repository = opened(tmp_path, build(tmp_path / "a.git", TALE))
    before = sorted(repository.git_dir.rglob("*"))
    facts(repository)
    assert sorted(repository.git_dir.rglob("*")) == before
    assert (repository.derived / "history").is_dir()
