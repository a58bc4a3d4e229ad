"""What stands where in the report's page: short chapters, and an annex for all else; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from techdd.model import Chapter, Finding, Rating, Report, Series, Severity

CARDS = 4  # kinds of findings that a chapter tells
ENTRIES = 300  # findings that the annex tells, besides those that somebody said something of
KEY = 3  # exhibits of a chapter that has none of those that are planned
ALIKE = 2  # exhibits of one name in a chapter, such as one a repository; the annex has the others
FURTHER = 8  # of a chapter's exhibits that no group of the plan names, as many are in the annex

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
    `untold` is the number of the others. `bare` are chapters that nothing is known of.
    """

    told: Mapping[str, tuple[Kind, ...]]
    further: Mapping[str, tuple[Kind, ...]]
    linked: frozenset[str]
    untold: int
    exhibits: Mapping[str, Exhibits]
    apart: tuple[Series, ...]
    bare: tuple[Chapter, ...]


def arrange(report: Report, plan: Mapping[str, Plan], apart: Sequence[str]) -> Arrangement:
    """Places findings and exhibits. `plan` is, by domain, the names of the `key` exhibits and the
    `groups` (heading, names); `apart` names exhibits that have a section of their own.
    """
    told, further, linked, room = {}, {}, set(), ENTRIES
    said = spoken_of(report)
    for chapter in report.chapters:
        all_kinds = kinds(chapter.findings)
        worth = [one for one in all_kinds if one[0].severity is not Severity.INFO]
        told[chapter.domain] = tuple(worth[:CARDS])
        linked |= {kind[0].id for kind in told[chapter.domain]}
        rest = [_without(kind, linked) for kind in all_kinds]
        shown = tuple(_first(rest, said, room))
        room -= sum(map(len, shown))
        linked |= {one.id for kind in shown for one in kind}
        if shown:
            further[chapter.domain] = shown
    return Arrangement(
        told=told,
        further=further,
        linked=frozenset(linked),
        untold=sum(one.id not in linked for one in report.findings),
        exhibits={
            one.domain: _exhibits(one, plan.get(one.domain), apart) for one in report.chapters
        },
        apart=tuple(
            series for name in apart for one in report.chapters for series in one.series
            if series.name == name
        ),
        bare=tuple(filter(is_bare, report.chapters)),
    )  # fmt: skip


def kinds(findings: Iterable[Finding]) -> list[Kind]:
    """Findings of one rule together, the most severe first, in it and among them."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda one: -one.severity.rank):
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


def _without(kind: Kind, linked: set[str]) -> Kind:
    return tuple(one for one in kind if one.id not in linked)


def _first(some: Iterable[Kind], said: set[str], room: int) -> Iterable[Kind]:
    for kind in some:
        if shown := (*kind[: max(room, 0)], *_among(kind[max(room, 0) :], said)):
            yield shown
        room -= len(kind)


def _among(kind: Kind, ids: set[str]) -> Kind:
    return tuple(one for one in kind if one.id in ids)


def _exhibits(chapter: Chapter, plan: Plan | None, apart: Sequence[str]) -> Exhibits:
    """As planned; what nothing names comes last."""
    drawn = [one for one in chapter.series if not one.full and one.name not in apart]
    plan = plan or {"key": [], "groups": []}
    named = {*plan["key"]}.union(*(names for _, names in plan["groups"]))
    key = tuple(one for name in plan["key"] for one in _picked(drawn, [name])[:ALIKE])
    rest = [one for one in _picked(drawn, plan["key"]) if one not in key]
    rest += [one for one in drawn if one.name not in named]
    if not key:
        key, rest = tuple(rest[:KEY]), rest[KEY:]
    groups = [(heading, _picked(drawn, names)) for heading, names in plan["groups"]]
    groups.append(("Further" if groups else "", tuple(rest[:FURTHER])))
    return Exhibits(key, tuple(one for one in groups if one[1]), len(rest[FURTHER:]))


def _picked(drawn: Sequence[Series], names: Sequence[str]) -> tuple[Series, ...]:
    return tuple(series for name in names for series in drawn if series.name == name)
