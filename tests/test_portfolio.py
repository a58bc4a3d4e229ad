"""Which repositories and groups carry the risk, at five repositories and at many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders import START, a_commit, a_finding
from sample_report import sample_report

from techdd.facts import Commit, Person, frame
from techdd.folders import data
from techdd.model import (
    Finding,
    Issue,
    Metric,
    Portfolio,
    Reading,
    RepositoryScope,
    Run,
    Series,
    Severity,
    Status,
)
from techdd.pages import compose
from techdd.policy import LeftOut, RepositoryEntry
from techdd.portfolio import portfolio
from techdd.telling import unaudited
from techdd.workspace import Templates

AS_OF = date(2025, 6, 1)
GRAVE = (Severity.CRITICAL, Severity.HIGH)


def scope(name: str, lines: int = 100, **changes: object) -> RepositoryScope:
    one = RepositoryScope(
        name, "c" * 40, "2025-05-01", "main", 10, 2, 5, (("Python", lines, "tree-sitter"),), (),
        False, (),
    )  # fmt: skip
    return replace(one, **changes)  # type: ignore[arg-type]


def found(repo: str, **counts: int) -> list[Finding]:
    """So many findings of each severity."""
    return [
        a_finding(repo=repo, severity=Severity(severity), id=f"{repo}-{severity}-{number}",
                  rule=f"rule-{severity}", title=f"A {severity} matter of {repo}")
        for severity, count in counts.items()
        for number in range(count)
    ]  # fmt: skip


def made(
    groups: dict[str, str],
    findings: Sequence[Finding],
    scopes: Sequence[RepositoryScope] = (),
    runs: Sequence[Run] = (),
) -> Portfolio:
    """The portfolio of repositories, each with its group."""
    entries = [RepositoryEntry(name=name, source=name, group=of) for name, of in groups.items()]
    commits = frame(
        Commit,
        [a_commit(f"{name}{n}", authored=START + timedelta(days=n)) for name in groups
         for n in range(3)],
    )  # fmt: skip
    commits.insert(0, "repo", [name for name in groups for _ in range(3)])
    people = frame(Person, [Person("ann", "ann", "Ann", "ann@x", bot=False)])
    reading = Reading(
        "ratings", "How?", "code_health", Status.OK,
        tuple(Metric(f"rating.{what}", stars, "stars", name) for name in groups
              for what, stars in (("unit_size", 2.0), ("duplication", 5.0), ("volume", 1.0))),
    )  # fmt: skip
    given = {one.name: one for one in scopes}
    ledger = [given.get(name, scope(name)) for name in groups]
    whole = portfolio(entries, ledger, findings, [reading], runs, (AS_OF, commits, people))
    assert whole is not None
    return whole


def many(number: int) -> Portfolio:
    """A portfolio of so many, in which each tenth repository has grave findings."""
    names = [f"service-{n:03d}" for n in range(number)]
    groups = ("Payments", "Logistics", "Web shop", "Platform", "Legacy of the acquired company")
    findings = [
        one
        for n, name in enumerate(names)
        for one in found(name, critical=int(n % 40 == 0), high=(n % 10 == 0) * (1 + n % 3),
                         medium=n % 4, low=n % 3)
    ]  # fmt: skip
    scopes = [scope(name, 200 + 37 * n % 4_000) for n, name in enumerate(names)]
    scopes[-1] = replace(scopes[-1], commit="", commits=None, lines_by_language=(), files=0)
    runs = [Run("repository", names[-1], Status.FAILED, "", {}, (Issue("cannot be opened"),))]
    belongs = {name: groups[n * n % len(groups)] for n, name in enumerate(names)}
    return made(belongs, findings, scopes, runs)


def table(whole: Portfolio, name: str) -> Series:
    return next(one for one in whole.series if one.name == name)


def column(series: Series, name: str) -> list[object]:
    return [row[series.columns.index(name)] for row in series.rows]


def test_the_order_has_no_weights() -> None:
    findings = [
        *found("many-high", high=40),
        *found("one-critical", critical=1),
        *found("medium", high=1, medium=9),
        *found("low", high=1, medium=8, low=90),
        a_finding(repo="breaker", severity=Severity.CRITICAL, deal_breaker=True),
    ]
    names = ("calm", "low", "medium", "many-high", "one-critical", "breaker")
    ranking = table(made(dict.fromkeys(names, ""), findings), "portfolio_ranking")
    assert column(ranking, "repository") == list(reversed(names))
    assert column(ranking, "rank") == [1, 2, 3, 4, 5, 6]
    assert column(ranking, "share of critical and high")[2] == 40 / 44
    assert column(ranking, "what weighs most")[2] == "A high matter of many-high and 39 more"
    assert column(ranking, "what weighs most")[5] == "no finding of its own"
    assert column(ranking, "stars") == [3.5] * 6  # volume is no fault
    assert column(ranking, "people in 12 months") == [1] * 6


def test_the_few_that_carry_most_are_named() -> None:
    findings = [
        *found("a", high=6),
        *found("b", critical=2),
        *found("c", high=1),
        *found("", high=2),
    ]
    gaps = scope("d", issues=(("code", "syntax error", 1, ""),))
    whole = made(dict.fromkeys("abcd", ""), findings, [gaps])
    assert whole.says == (
        "4 of 4 repositories were assessed.",
        "b and a carry 8 of the 9 critical and high findings that concern one repository (89%).",
        "1 without a critical or high finding of its own, of which 1 could be looked at in part "
        "only.",
        "2 more concern the engagement as a whole and count with no repository.",
    )


def test_risk_that_is_spread_is_said_to_be() -> None:
    names = [f"r{n}" for n in range(10)]
    whole = made(dict.fromkeys(names, ""), [one for name in names for one in found(name, high=1)])
    assert whole.says[1] == (
        "The risk is spread: it takes 8 of 10 repositories to have 8 of the 10 critical and "
        "high findings that concern one repository (80%)."
    )


def test_what_was_not_assessed_is_told_and_never_ranked() -> None:
    blind = scope("b", commit="", commits=None, lines_by_language=())
    run = Run("repository", "b", Status.FAILED, "", {}, (Issue("cannot be opened"),))
    whole = made({"a": "", "b": "", "c": ""}, [], [blind], [run])
    assert whole.says[0] == "2 of 3 repositories were assessed; b could not be assessed."
    assert "in what could be tested" in whole.says[1]
    assert column(table(whole, "portfolio_ranking"), "repository") == ["a", "c"]
    assert table(whole, "portfolio_unassessed").rows == (("b", "(no group)", "cannot be opened"),)


def test_groups_are_shown_where_they_group_something() -> None:
    findings = [*found("a", high=1), *found("c", high=3)]
    whole = made({"a": "Pay", "b": "Pay", "c": "Web"}, findings)
    groups = table(whole, "portfolio_groups")
    assert column(groups, "group") == ["Web", "Pay"]
    assert column(groups, "repositories") == [1, 2]
    assert column(groups, "people in 12 months") == [1, 1]
    assert whole.says[2] == "First of 2 groups is Web, with 75% of them and 33% of the code."
    for alike in ({"a": "x", "b": "x"}, {"a": "x", "b": "y"}):
        names = [one.name for one in made(alike, findings[:1]).series]
        assert "portfolio_groups" not in names
        assert table(made(alike, findings[:1]), "portfolio_map").columns[0] == "repository"


def test_one_repository_is_no_portfolio() -> None:
    entry = RepositoryEntry(name="a", source="a")
    none = frame(Commit, []), frame(Person, [])
    assert portfolio([entry], [scope("a")], [], [], [], (AS_OF, *none)) is None


@pytest.mark.parametrize("number", [5, 160])
def test_the_page_names_no_more_than_a_reader_takes_in(number: int) -> None:
    report = replace(sample_report(), portfolio=many(number))
    page = compose(report, Templates((data("report_templates"),)), "")
    section = page[page.index('id="portfolio"') : page.index('id="scope"')]
    shown = section.count('<span class="strong">service-')
    assert shown == min(number - 1, 15)
    assert ("and 144 more" in section) == (number == 160)
    assert "Repositories that were not assessed" in section


def test_what_was_left_out_is_counted_by_reason() -> None:
    left = [LeftOut(source=f"https://h/{n}", why="fork" if n else "archived") for n in range(3)]
    assert list(unaudited(left)) == [
        "3 repositories that were named are not audited: 1 archived, 2 fork."
    ]
    assert list(unaudited([])) == []
