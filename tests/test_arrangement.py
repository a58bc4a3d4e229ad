"""What the page shows where: kinds of findings, exhibits, domains that nothing is known of."""

from __future__ import annotations

from dataclasses import replace

from builders import a_finding
from sample_report import empty_report, huge_report, sample_report

from techdd.arrangement import (
    CARDS,
    ENTRIES,
    MANY,
    OF_KIND,
    OF_NAME,
    RANKING,
    Arrangement,
    arrange,
    kinds,
)  # fmt: skip
from techdd.model import Portfolio, Series, Severity


def series(name: str, repo: str = "") -> Series:
    return Series(name, name, ("a",), ((1,),), repo=repo)


def test_findings_of_one_rule_stand_together_the_worst_first() -> None:
    low = a_finding(id="1", rule="a", severity=Severity.LOW)
    high = a_finding(id="2", rule="b", severity=Severity.HIGH)
    worst = a_finding(id="3", rule="a", severity=Severity.CRITICAL)
    assert kinds([low, high, worst]) == [(worst, low), (high,)]


def test_every_finding_is_told_once_or_counted() -> None:
    for report in (sample_report(), huge_report(), empty_report()):
        placed = arrange(report, {}, [])
        in_chapters = [kind[0].id for some in placed.told.values() for kind in some]
        in_annex = [one.id for some in placed.further.values() for kind in some for one in kind]
        assert all(len(some) <= CARDS for some in placed.told.values())
        assert len(in_annex) <= ENTRIES
        assert len({*in_chapters, *in_annex}) == len(in_chapters) + len(in_annex)
        assert {*in_chapters, *in_annex} == placed.linked
        untold = len({one.id for one in report.findings} - placed.linked)
        assert sum(placed.untold.values()) == untold


def test_a_chapter_shows_what_is_planned_and_the_annex_the_rest() -> None:
    names = ["c", "b", "a", "a", "a", "d", "apart"]
    chapter = replace(
        sample_report().chapters[0],
        domain="x",
        series=tuple(map(series, names, "1234567")),
        findings=(),
    )
    report = replace(empty_report(), chapters=(chapter,))
    placed = arrange(report, {"x": {"key": ["a"], "groups": [("More", ["b"])]}}, ["apart"])
    found = placed.exhibits["x"]
    assert [one.name for one in found.key] == ["a", "a"]
    told = [(heading, [one.name for one in some]) for heading, some in found.groups]
    assert told == [("More", ["b"]), ("Further", ["a", "c", "d"])]
    assert [one.name for one in placed.apart] == ["apart"]


def test_a_chapter_without_a_plan_shows_its_first_exhibits_and_counts_what_is_left() -> None:
    several = tuple(series(str(n)) for n in range(20))
    chapter = replace(sample_report().chapters[0], domain="x", series=several)
    found = arrange(replace(empty_report(), chapters=(chapter,)), {}, []).exhibits["x"]
    assert [one.name for one in found.key] == ["0", "1", "2"]
    assert (len(found.groups[0][1]), found.left) == (8, 9)


def test_what_something_is_known_of_is_not_bare() -> None:
    report = sample_report()
    bare = arrange(report, {}, []).bare
    assert bare
    assert all(not one.findings and one.score.rating == "grey" for one in bare)
    with_finding = replace(bare[0], findings=(a_finding(),))
    assert not arrange(replace(report, chapters=(with_finding,)), {}, []).bare


def of_many(count: int) -> Arrangement:
    """A report on r0, r1, ... of which the last carries most risk: each with a low finding of one
    rule, an exhibit, and a row of one table; the first with a high finding of another rule.
    """
    names = [f"r{number:02}" for number in range(count)]
    ranking = Series(RANKING, "", ("rank", "repository"), tuple(enumerate(reversed(names), 1)))
    findings = [a_finding(id=f"low-{name}", rule="a", repo=name) for name in names]
    findings = [replace(one, severity=Severity.LOW, domain="x") for one in findings]
    high = replace(a_finding(id="high", rule="z", repo="r00"), severity=Severity.HIGH, domain="x")
    table = Series("table", "", ("repository", "n"), tuple((name, 1) for name in names))
    chapter = replace(
        sample_report().chapters[0], domain="x", findings=(*findings, high),
        series=(table, *(series("drawn", name) for name in names)),
    )  # fmt: skip
    report = replace(
        empty_report(), chapters=(chapter,), findings=chapter.findings,
        scope=tuple(replace(sample_report().scope[0], name=name) for name in names),
        portfolio=Portfolio((), (ranking,)),
    )  # fmt: skip
    plan = {"x": {"key": [], "groups": [("More", ["table", "drawn"])]}}
    return arrange(report, plan, [])  # type: ignore[arg-type]


def test_of_many_repositories_the_riskiest_are_told_and_the_others_are_counted() -> None:
    placed = of_many(30)
    assert [kind[0].id for kind in placed.told["x"]] == ["high", "low-r29"]
    (kind,) = placed.further["x"]
    assert [one.id for one in kind] == [f"low-r{n:02}" for n in range(28, 28 - OF_KIND, -1)]
    assert placed.untold == {("x", "a"): 30 - 1 - OF_KIND}
    assert [(kind[0].id, len(kind)) for kind in placed.register] == [("high", 1), ("low-r29", 30)]
    shown = placed.exhibits["x"]
    table, *drawn = shown.groups[0][1]
    assert [row[0] for row in table.rows] == [f"r{n:02}" for n in range(29, -1, -1)]
    assert [one.repo for one in drawn] == [f"r{29 - n:02}" for n in range(OF_NAME)]
    assert shown.left == 30 - OF_NAME


def test_of_few_repositories_everything_stands_as_it_comes() -> None:
    placed = of_many(MANY - 1)
    assert placed.register == ()
    assert not placed.untold
    assert [row[0] for row in placed.exhibits["x"].groups[0][1][0].rows][:2] == ["r00", "r01"]
    assert len(placed.further["x"][0]) == MANY - 2
