"""What stands where in the report's page: short chapters, and an annex for all else; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from techdd.model import Chapter, Finding, Rating, Report, Series, Severity

CARDS = 4  # kinds of findings that a chapter tells
ENTRIES = 300  # findings that the annex tells, besides those that somebody said something of
KEY = 3  # exhibits of a chapter that has none of those that are planned
ALIKE = 2  # exhibits of one name in a chapter, such as one a repository; the annex has the others
FURTHER = 8  # of a chapter's exhibits that no group of the plan names, as many are in the annex
# From so many repositories on, what there is of each would bury what matters: then the annex tells
# the first findings of a kind and exhibits of a name, those of the riskiest repositories.
MANY = 20
OF_KIND = 12
OF_NAME = 6
RANKING = "portfolio_ranking"  # the exhibit that says which carry most risk

_NO_RANKS: Mapping[str, int] = {}

Kind = tuple[Finding, ...]  # findings of one rule in one chapter, the most severe first


class Plan(TypedDict):
    """Names of a domain's exhibits: those of its chapter, and (heading, names) for the annex."""

    key: list[str]
    groups: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Exhibits:
    """A chapter's: the `key` ones shown in it, `groups` (heading, exhibits) in the annex, and how
    many are `left` for the formats that hold everything.
    """

    key: tuple[Series, ...]
    groups: tuple[tuple[str, tuple[Series, ...]], ...]
    left: int


@dataclass(frozen=True)
class Arrangement:
    """Where the parts of a report stand; mappings go by domain.

    `told` are the kinds of findings in the chapters, of which the first finding is told in full;
    `further` are those that the annex tells. `linked` are the findings that one of them tells,
    `untold` counts the others, by domain and rule. `register` are the kinds that stand for single
    findings in the register of MANY repositories. `bare` are chapters that nothing is known of.
    """

    told: Mapping[str, tuple[Kind, ...]]
    further: Mapping[str, tuple[Kind, ...]]
    linked: frozenset[str]
    untold: Mapping[tuple[str, str], int]
    register: tuple[Kind, ...]
    exhibits: Mapping[str, Exhibits]
    apart: tuple[Series, ...]
    bare: tuple[Chapter, ...]


def arrange(report: Report, plan: Mapping[str, Plan], apart: Sequence[str]) -> Arrangement:
    """Places findings and exhibits. `plan` is, by domain, the names of the `key` exhibits and the
    `groups` (heading, names); `apart` names exhibits that have a section of their own.
    """
    many = len(report.scope) >= MANY
    ranks = _ranks(report) if many else {}
    found = {one.domain: kinds(one.findings, ranks) for one in report.chapters}
    told = {
        domain: tuple(one for one in some if one[0].severity is not Severity.INFO)[:CARDS]
        for domain, some in found.items()
    }
    first = {kind[0].id for some in told.values() for kind in some}
    rest = {domain: [_without(kind, first) for kind in some] for domain, some in found.items()}
    most = OF_KIND if many else ENTRIES
    entries = [one for some in rest.values() for kind in some for one in kind[:most]]
    entries.sort(key=lambda one: -one.severity.rank)
    shown = {one.id for one in entries[:ENTRIES]} | spoken_of(report)
    further = {
        domain: tuple(filter(None, (_among(kind, shown) for kind in some)))
        for domain, some in rest.items()
    }
    linked = first | {one.id for some in further.values() for kind in some for one in kind}
    return Arrangement(
        told=told,
        further={domain: some for domain, some in further.items() if some},
        linked=frozenset(linked),
        untold=Counter((one.domain, one.rule) for one in report.findings if one.id not in linked),
        register=tuple(kinds(report.findings, ranks)) if many else (),
        exhibits={
            one.domain: _exhibits(
                _by_risk([series for series in one.series if series.name not in apart], ranks),
                plan.get(one.domain), OF_NAME if many else None,
            )
            for one in report.chapters
        },
        apart=tuple(
            series for name in apart for one in report.chapters for series in one.series
            if series.name == name
        ),
        bare=tuple(filter(is_bare, report.chapters)),
    )  # fmt: skip


def kinds(findings: Iterable[Finding], ranks: Mapping[str, int] = _NO_RANKS) -> list[Kind]:
    """Findings of one rule together, the most severe first, in it and among them; of equal ones
    those of the repository that comes first by `ranks`.
    """
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda one: (-one.severity.rank, ranks.get(one.repo, 0))):
        by_rule[finding.rule].append(finding)
    return [tuple(some) for some in by_rule.values()]


def spoken_of(report: Report) -> set[str]:
    """The places and findings that somebody said something of."""
    places = {one.place for one in report.comments}
    return places | {one.finding for one in report.responses if one.words or one.reply}


def is_bare(chapter: Chapter) -> bool:
    """Whether nothing is known of the chapter's domain."""
    return (
        chapter.score.rating is Rating.GREY
        and not chapter.findings
        and not chapter.series
        and all(one.level is None for one in chapter.items)
    )


def _ranks(report: Report) -> dict[str, int]:
    """The repositories in the order of their risk, from 1, as far as it is known."""
    for series in report.portfolio.series if report.portfolio else ():
        if series.name == RANKING:
            at = series.columns.index("repository")
            return {str(row[at]): number for number, row in enumerate(series.rows, 1)}
    return {}


def _without(kind: Kind, linked: set[str]) -> Kind:
    return tuple(one for one in kind if one.id not in linked)


def _among(kind: Kind, ids: set[str]) -> Kind:
    return tuple(one for one in kind if one.id in ids)


def _exhibits(series: Sequence[Series], plan: Plan | None, most: int | None) -> Exhibits:
    """As planned, `most` of a name in the annex; what nothing names comes last."""
    drawn = [one for one in series if not one.full]
    plan = plan or {"key": [], "groups": []}
    named = {*plan["key"]}.union(*(names for _, names in plan["groups"]))
    key = _picked(drawn, plan["key"], ALIKE)
    rest = [one for one in _picked(drawn, plan["key"]) if one not in key]
    rest += [one for one in drawn if one.name not in named]
    if not key:
        key, rest = tuple(rest[:KEY]), rest[KEY:]
    groups = [(heading, _picked(drawn, names, most)) for heading, names in plan["groups"]]
    groups.append(("Further" if groups else "", tuple(rest[:FURTHER])))
    shown = len(key) + sum(len(some) for _, some in groups)
    return Exhibits(key, tuple(one for one in groups if one[1]), len(drawn) - shown)


def _picked(
    drawn: Sequence[Series], names: Sequence[str], most: int | None = None
) -> tuple[Series, ...]:
    """The first `most` exhibits of each name."""
    found = ([one for one in drawn if one.name == name][:most] for name in names)
    return tuple(one for some in found for one in some)


def _by_risk(some: Sequence[Series], ranks: Mapping[str, int]) -> list[Series]:
    """Exhibits of one repository each in the order of `ranks`, behind those of several."""
    found = sorted(some, key=lambda one: ranks.get(one.repo, 0))
    return [_riskiest_first(one, ranks) for one in found] if ranks else found


def _riskiest_first(series: Series, ranks: Mapping[str, int]) -> Series:
    """A table that goes by the names of repositories, in the order of `ranks`: pages show its
    head.
    """
    names = [str(row[0]) for row in series.rows]
    if series.chart or series.columns[0] != "repository" or names != sorted(names):
        return series
    rows = sorted(series.rows, key=lambda row: ranks.get(str(row[0]), 0))
    return replace(series, rows=tuple(rows))
