"""What the page shows where: kinds of findings, exhibits, domains that nothing is known of."""

from __future__ import annotations

from dataclasses import replace

from builders import a_finding
from sample_report import empty_report, huge_report, sample_report

from techdd.arrangement import CARDS, ENTRIES, arrange, kinds
from techdd.model import Series, Severity


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
        assert placed.untold == len({one.id for one in report.findings} - placed.linked)


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
