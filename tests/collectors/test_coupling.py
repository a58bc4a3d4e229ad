from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import A, a_change, a_commit, opened, tables_of

from techdd.charts import draw
from techdd.collectors._circles import strongly_connected
from techdd.collectors.code import code
from techdd.collectors.coupling import (
    ChangeSpread,
    ComponentCoupling,
    Coupling,
    ImportEdge,
    change_coupling,
    component_graph,
    coupling,
    cross_repository_coupling,
)
from techdd.collectors.coupling.cochange import counted
from techdd.collectors.history import history
from techdd.facts import Change, Commit, Fact, File, Person, frame
from techdd.history.renames import followed
from techdd.model import Issue, Metric, Observation, Series

AS_OF = date(2025, 12, 31)


def table(fact: Fact, rows: list[Any], repo: str = "app") -> Any:
    made = frame(fact, rows)
    made.insert(0, "repo", repo)
    return made


def a_file(path: str, role: str = "source", component: str | None = None) -> File:
    own = component or path.split("/", maxsplit=1)[0]
    return File(path, path, 9, "Go", role, 9, 7, 0, "tree-sitter", own)


def gathered(repo: Any, **options: Any) -> tuple[list[Any], list[Issue]]:
    """The facts and issues of `coupling` on a real repository."""
    tables = tables_of([*history.run(repo), *code.run(repo)], Commit, Change, File).values()
    found = list(coupling.run(repo, *tables, **options))
    issues = [one for one in found if isinstance(one, Issue)]
    return [one for one in found if not isinstance(one, Issue)], issues


def edits(*paths: str, times: int, day: float = 1.0) -> list[A]:
    return [A(dict.fromkeys(paths, f"package a // {day} {n}\n"), day=day + n) for n in range(times)]


def test_files_changed_together_are_coupled_by_the_mean_of_their_revisions(tmp_path: Path) -> None:
    commits = [*edits("a/x.go", "b/y.go", times=6), *edits("a/x.go", times=4, day=20)]
    facts, issues = gathered(opened(tmp_path, commits))
    assert facts == [
        Coupling("a/x.go", "b/y.go", "a", "b", 6, 10, 6),
        ComponentCoupling("a", "b", 6, 10, 6),
        ChangeSpread(1, 4, 24),
        ChangeSpread(2, 6, 24),
    ]
    assert issues == []


def test_four_shared_changes_are_too_few_and_a_low_degree_too(tmp_path: Path) -> None:
    commits = [*edits("a/x.go", "b/y.go", times=4), *edits("c/z.go", "a/x.go", times=5, day=9)]
    commits += edits("c/z.go", times=25, day=20)
    facts, _ = gathered(opened(tmp_path, commits))
    assert [one for one in facts if isinstance(one, Coupling)] == []
    assert ComponentCoupling("a", "c", 5, 9, 30) in facts


def test_a_test_with_its_source_and_a_header_with_its_code_are_meant_to_be(tmp_path: Path) -> None:
    commits = edits("a/x.go", "a/x_test.go", "b/y.c", "b/y.h", times=6)
    facts, _ = gathered(opened(tmp_path, commits))
    pairs = {(one.path_a, one.path_b) for one in facts if isinstance(one, Coupling)}
    assert pairs == {("a/x.go", "b/y.c"), ("a/x.go", "b/y.h")}


def test_a_sweep_over_many_files_couples_nothing(tmp_path: Path) -> None:
    many = [f"a/f{n}.go" for n in range(31)]
    facts, _ = gathered(opened(tmp_path, edits(*many, times=6)))
    assert facts == []
    facts, _ = gathered(opened(tmp_path, edits(*many[:3], times=6), "less"))
    assert len([one for one in facts if isinstance(one, Coupling)]) == 3


def test_a_renamed_file_keeps_its_changes_even_in_a_sweep(tmp_path: Path) -> None:
    body = "package a\n" + "".join(f"var v{n} = {n}\n" for n in range(30))
    both = [A({"a/old.go": f"{body}// {n}\n", "b/y.go": f"{n}\n"}, day=n) for n in range(6)]
    others = {f"c/f{n}.go": "package c\n" for n in range(40)}
    moved = A({"a/old.go": None, "a/new.go": f"{body}// 5\n", **others}, day=9)
    facts, _ = gathered(opened(tmp_path, [*both, moved]))
    assert Coupling("a/new.go", "b/y.go", "a", "b", 6, 6, 6) in facts


def test_what_is_older_than_the_window_does_not_count(tmp_path: Path) -> None:
    commits = [*edits("a/x.go", "b/y.go", times=6), *edits("a/x.go", times=2, day=900)]
    repo = opened(tmp_path, commits)
    assert gathered(repo)[0] == [ChangeSpread(1, 2, 24)]
    everything, _ = gathered(repo, months=0)
    assert Coupling("a/x.go", "b/y.go", "a", "b", 6, 8, 6) in everything


def test_one_wrong_clock_does_not_move_the_window(tmp_path: Path) -> None:
    commits = [*edits("a/x.go", "b/y.go", times=6), *edits("a/x.go", times=1, day=2_000)]
    facts, _ = gathered(opened(tmp_path, commits))
    assert Coupling("a/x.go", "b/y.go", "a", "b", 6, 7, 6) in facts


def test_what_is_cut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("techdd.collectors.coupling.cochange.MOST_KEPT", 2)
    facts, issues = gathered(opened(tmp_path, edits("a/x.go", "a/y.go", "a/z.go", times=6)))
    assert len([one for one in facts if isinstance(one, Coupling)]) == 2
    assert issues == [
        Issue("not all coupled pairs are kept", detail="the strongest 2 of 3 pairs of files")
    ]


def test_counting_gives_up_the_rarest_pairs_before_memory() -> None:
    sets = [["a", "b"]] * 9 + [[f"x{n}", f"y{n}"] for n in range(50)]
    pairs, given_up = counted(sets, most=20)
    assert pairs["a", "b"] == 9
    assert given_up > 0
    assert len(pairs) <= 20
    assert counted(sets) == (counted(sets, most=51)[0], 0)


def test_a_file_made_again_is_another_one_before() -> None:
    commits = frame(Commit, [a_commit(f"c{n}", number=n) for n in range(5)])
    steps = [("A", None), ("M", None), ("D", None), ("A", None), ("M", None)]
    changes = frame(
        Change, [a_change(f"c{n}", "a.go", status=s, old_path=o) for n, (s, o) in enumerate(steps)]
    )
    assert set(followed(commits, changes, ["a.go"])["sha"]) == {"c3", "c4"}


# --- what the probes make of it -------------------------------------------------------------------


def answered(
    pairs: list[Coupling], components: list[ComponentCoupling], spread: list[ChangeSpread]
) -> list[Any]:
    files = [a_file(path) for path in ("a/x.go", "b/y.go", "c/z.go")]
    tables = [(Coupling, pairs), (ComponentCoupling, components), (ChangeSpread, spread)]
    return list(
        change_coupling.run(AS_OF, *(table(f, rows) for f, rows in tables), table(File, files))
    )


def values(found: list[Any]) -> dict[tuple[str, str], float | None]:
    return {(one.name, one.repo): one.value for one in found if isinstance(one, Metric)}


def test_the_share_of_changes_over_several_components() -> None:
    spread = [ChangeSpread(1, 30, 24), ChangeSpread(2, 8, 24), ChangeSpread(3, 2, 24)]
    found = answered([], [], spread)
    assert values(found)["coupling.multi_component_share", "app"] == 0.25
    assert values(found)["coupling.pairs", ""] == 0
    assert found[0].basis.startswith("40 commits of at most 30 files")
    assert found[0].basis.endswith("24 months up to the last commits")


def test_nine_changes_say_nothing() -> None:
    found = answered([], [], [ChangeSpread(1, 9, 24)])
    assert set(values(found).values()) == {None}
    assert found[0].note == "fewer than 10 changes in the period"


def test_coupled_files_and_components_are_shown() -> None:
    pairs = [Coupling("a/x.go", f"b/y{n}.go", "a", "b", 6, 10, 6) for n in range(10)]
    pairs += [Coupling("a/p/x.go", f"a/p/y{n}.go", "a", "a", 9, 9, 9) for n in range(10)]
    components = [ComponentCoupling("a", "b", 6, 10, 6), ComponentCoupling(".", "a", 5, 5, 10)]
    found = answered(pairs, components, [ChangeSpread(1, 30, 24)])
    assert values(found)["coupling.crossing_share", ""] == 0.5
    files, picture = [one for one in found if isinstance(one, Series)]
    assert files.rows[0] == ("app", "a/p", "x.go", "y0.go", 9, 1.0)
    assert files.rows[10][1:4] == ("(top folder)", "a/x.go", "b/y0.go")
    assert picture.chart == "matrix"
    assert ("a", "b", 0.75) in picture.rows
    assert ("a", "(top folder)", 2 / 3) in picture.rows


def graphed(edges: list[ImportEdge], coupled: list[ComponentCoupling]) -> list[Any]:
    return list(
        component_graph.run(
            AS_OF, table(ComponentCoupling, coupled), table(ImportEdge, edges),
            table(File, [a_file("a/x.go")]),
        )
    )  # fmt: skip


def test_circles_and_hidden_coupling_are_observed() -> None:
    edges = [ImportEdge(one, "", 3) for one in "abcde"]
    edges += [ImportEdge("a", "b", 1), ImportEdge("b", "c", 1), ImportEdge("c", "a", 2)]
    edges += [ImportEdge("d", "a", 1), ImportEdge("e", "e", 1), ImportEdge("unread", "", 5)]
    coupled = [
        ComponentCoupling("a", "d", 9, 9, 9),  # imported
        ComponentCoupling("a", "e", 6, 10, 10),
        ComponentCoupling("b", "e", 5, 100, 10),  # weak
        ComponentCoupling("a", "unread", 9, 9, 9),
    ]
    found = graphed(edges, coupled)
    assert values(found)["imports.components_in_circles", "app"] == 3
    assert values(found)["imports.edges", ""] == 4
    assert values(found)["coupling.hidden_pairs", ""] == 1
    circle, hidden = [one for one in found if isinstance(one, Observation)]
    assert circle.values == {"count": 3, "circles": 1, "largest": 3}
    assert hidden.values == {"count": 1, "one": "a", "other": "e", "shared": 6, "share": 0.6}


def test_circles_are_told_down_to_a_statement_and_drawn() -> None:
    edges = [ImportEdge("a", "b", 5, "a/x.py", 7), ImportEdge("b", "a", 1, "b/y.py", 2)]
    edges += [ImportEdge("c", "a", 3, "c/z.py", 1), ImportEdge("a", "", 9)]
    found = {one.name: one for one in graphed(edges, []) if isinstance(one, Series)}
    assert found["component_circles"].rows == (
        (1, "b", "a", 1, "b/y.py:2"),
        (1, "a", "b", 5, "a/x.py:7"),
    )
    assert found["component_stability"].rows[0][:1] + found["component_stability"].rows[0][2:] == (
        "a", 2, 1, 1 / 3, "yes",
    )  # fmt: skip
    drawn = found["component_imports"]
    assert drawn.chart == "layers"
    assert [(row[:3], row[5]) for row in drawn.rows] == [
        (("a", "b", 5), "yes"), (("b", "a", 1), "yes"), (("c", "a", 3), "no"),
    ]  # fmt: skip
    assert draw(drawn) is not None


def test_where_no_import_could_be_resolved_nothing_is_hidden_or_clean() -> None:
    found = graphed(
        [ImportEdge("a", "", 3), ImportEdge("b", "", 2)], [ComponentCoupling("a", "b", 9, 9, 9)]
    )
    assert values(found)["coupling.hidden_pairs", ""] is None
    assert values(found)["imports.components_in_circles", ""] is None
    assert [one for one in found if isinstance(one, Observation)] == []


def test_circles_of_any_depth_are_found_without_recursion() -> None:
    chain = {f"{n:05}": [f"{n + 1:05}"] for n in range(5_000)}
    chain["05000"] = ["00000"]
    assert list(map(len, strongly_connected(chain))) == [5_001]
    assert strongly_connected({"a": ["b"], "b": []}) == [["b"], ["a"]]
    two = {"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"]}
    assert sorted(strongly_connected(two)) == [["a", "b"], ["c", "d"]]


# --- across repositories --------------------------------------------------------------------------


def across(days: list[tuple[float, str, str, str]]) -> list[Any]:
    """`cross_repository_coupling` of (day, author, repository, subject), each a file's change."""
    import pandas as pd

    start = datetime(2025, 6, 1, 9, tzinfo=UTC)
    commits, changes = [], []
    for n, (day, author, repo, subject) in enumerate(days):
        when = start + timedelta(days=day)
        one = a_commit(f"s{n}", author=author, authored=when, committed=when, subject=subject)
        commits.append(table(Commit, [one], repo))
        changes.append(table(Change, [a_change(f"s{n}", "x/x.go")], repo))
    people = frame(Person, [Person(who, f"p{who}", who, f"{who}@x", who == "bot") for who in
                            ("ann", "ben", "bot")])  # fmt: skip
    files = [table(File, [a_file("x/x.go")], repo) for repo in ("api", "web")]
    return list(
        cross_repository_coupling.run(
            AS_OF, *(pd.concat(t, ignore_index=True) for t in (commits, changes, files)), people
        )
    )


def test_one_person_on_one_day_or_one_ticket_is_one_change() -> None:
    days = [(n, "ann", repo, "Change") for n in range(0, 20, 2) for repo in ("api", "web")]
    found = across(days)
    assert found[0].value == 1
    assert found[0].basis == "10 logical changes of production code in 24 months"
    assert found[1].rows == (("api", "x", "web", "x", 10, 1.0),)
    assert found[2].values == {"count": 1, "one": "api", "other": "web", "shared": 10, "share": 1.0}
    apart = [(n + (9 if repo == "web" else 0), "ann", repo, f"PAY-{n + 1}: x") for n in range(10)
             for repo in ("api", "web")]  # fmt: skip
    assert across(apart)[0].value == 1


@pytest.mark.parametrize("subject", ["Fix #12", "Use UTF-8", "CVE-2024-1 and SHA-256"])
def test_two_people_on_one_day_and_numbers_that_are_no_tickets_join_nothing(subject: str) -> None:
    days = [(n, "ann", "api", subject) for n in range(10)]
    days += [(n, "ben", "web", subject) for n in range(10)]
    assert across(days)[0].value == 0


def test_bots_and_few_changes_say_nothing() -> None:
    days = [(n, "bot", repo, "Bump") for n in range(20) for repo in ("api", "web")]
    assert across(days)[0].value is None
    found = across([(n * 2, "ann", repo, "x") for n in range(9) for repo in ("api", "web")])
    assert (found[0].value, len(found)) == (None, 1)
