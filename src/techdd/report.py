"""An assessment becomes a report for one audience: chapters, strengths, limits, roadmap; pure.

What an audience may see is decided here and nowhere else, by what is let through:

- investor: people as pseudonyms, findings of the security chapter without their places, answers
  without names and notes;
- client: as the investor, with the places;
- internal: everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, Literal, TypeVar

from techdd import __version__
from techdd.facts import Person
from techdd.model import (
    PERSON_MARK,
    PERSON_TOKEN,
    Chapter,
    Check,
    Finding,
    Grade,
    Horizon,
    ItemScore,
    Rating,
    Reading,
    Report,
    RepositoryScope,
    Run,
    Score,
    Severity,
    Status,
    Verdict,
)
from techdd.policy import Checklist, Engagement, Scoring
from techdd.scoring import overall

Audience = Literal["investor", "client", "internal"]
AUDIENCES: tuple[Audience, ...] = ("investor", "client", "internal")
HIDDEN_PLACES = ("security",)  # chapters whose places would show an attacker the way
STRENGTHS = 6
STRONG = 3  # level from which an item is a strength

T = TypeVar("T")


@dataclass(frozen=True)
class Assessment:
    """What collected evidence and answers come to, before anything is chosen or withheld."""

    as_of: date
    verdict: Verdict
    domains: tuple[tuple[Checklist, Score, tuple[ItemScore, ...]], ...]
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]
    runs: tuple[Run, ...]
    people: tuple[Person, ...]
    scope: tuple[RepositoryScope, ...]
    versions: tuple[tuple[str, str], ...]
    strays: tuple[str, ...] = ()  # answers to items or checklists that are not asked


def build(
    assessment: Assessment, engagement: Engagement, policy: Scoring, audience: Audience
) -> Report:
    """The report of `assessment` for `audience`, with people named as the audience may see them."""
    chapters = tuple(_chapter(one, assessment) for one in assessment.domains)
    labels = _labels(assessment.people, audience)
    report = Report(
        client=engagement.client,
        title=f"Technical due diligence: {engagement.client}",
        date=assessment.as_of.isoformat(),
        audience=audience,
        adviser=engagement.adviser,
        tool=f"techdd {__version__}",
        verdict=assessment.verdict,
        summary=tuple(_summary(assessment)),
        chapters=chapters,
        findings=assessment.findings,
        checks=assessment.checks,
        strengths=tuple(_strengths(assessment)),
        scope=assessment.scope,
        runs=tuple(replace(run, key="") for run in assessment.runs),  # keys name this engagement
        limits=tuple(_limits(assessment, audience)),
        roadmap=tuple(_roadmap(assessment.findings)),
        day_rate=engagement.day_rate or policy.day_rate,
        currency=engagement.currency or policy.currency,
        methodology=policy.model_dump(mode="json"),
        versions=assessment.versions,
        people=tuple((person, name) for person, name in _names(assessment.people).items())
        if audience == "internal"
        else (),
    )
    return _spoken(_withheld(report, audience), labels)


def _chapter(
    domain: tuple[Checklist, Score, tuple[ItemScore, ...]], assessment: Assessment
) -> Chapter:
    checklist, score, items = domain
    readings = [one for one in assessment.readings if one.domain == checklist.id]
    unread = [
        f"{reading.question} Not answered: {_listed(reading.reasons)}."
        for reading in readings
        if reading.status is Status.FAILED
    ]
    limits = {reason for one in readings if one.status is Status.PARTIAL for reason in one.reasons}
    return Chapter(
        domain=checklist.id,
        title=checklist.title,
        intro=checklist.about,
        score=score,
        items=items,
        findings=tuple(one for one in assessment.findings if one.domain == checklist.id),
        metrics=tuple(metric for reading in readings for metric in reading.metrics),
        series=tuple(series for reading in readings for series in reading.series if series.rows),
        strengths=tuple(_item_strengths(items)) if score.rating is not Rating.RED else (),
        gaps=(*unread, *sorted(limits)),
    )


def _item_strengths(items: Iterable[ItemScore]) -> list[str]:
    """What the evidence shows to be good: strong items that were sampled or measured."""
    strong = [
        item
        for item in items
        if item.level is not None and item.level >= STRONG and item.grade >= Grade.SAMPLED
    ]
    strong.sort(key=lambda item: (-(item.level or 0), -item.weight, item.id))
    return [
        item.evidence[0] if item.evidence else f"{item.ask} Level {item.level:g} of 4."
        for item in strong
    ]


def _strengths(assessment: Assessment) -> list[str]:
    """The heaviest strengths of the domains that are not red, no more than two of each."""
    found = [
        text
        for _, score, items in assessment.domains
        if score.rating is not Rating.RED
        for text in _item_strengths(items)[:2]
    ]
    return found[:STRENGTHS]


def _summary(assessment: Assessment) -> Iterable[str]:
    scope = assessment.scope
    commits = sum(one.commits or 0 for one in scope)
    lines: dict[str, int] = {}
    for repository in scope:
        for language, code, _ in repository.lines_by_language:
            lines[language] = lines.get(language, 0) + code
    largest = sorted(lines, key=lambda language: (-lines[language], language))[:3]
    people = {person.person for person in assessment.people if not person.bot}
    yield (
        f"{_counted(len(scope), 'repository', 'repositories')} with {commits:,} commits by "
        f"{_counted(len(people), 'person', 'people')} and {sum(lines.values()):,} lines of code"
        f"{f', mainly {_listed(largest)},' if largest else ''} were examined as of "
        f"{assessment.as_of.isoformat()}."
    )
    answered = sum(item.stated is not None for _, _, items in assessment.domains for item in items)
    total = sum(len(items) for _, _, items in assessment.domains)
    if answered:
        yield f"{answered} of {total} interview questions were answered."
    else:
        yield (
            f"No interview was held: {total} questions are open, and what only people can tell "
            "is stated as not assessed."
        )
    score, coverage = overall([(one, score) for one, score, _ in assessment.domains])
    if score is not None and assessment.verdict.rating is not Rating.GREY:
        yield f"What could be assessed ({coverage:.0%} of the weight) scores {score:.0f} of 100."


def _limits(assessment: Assessment, audience: Audience) -> Iterable[str]:
    """What limits the report as a whole, the widest first."""
    failed = sorted(
        {(run.collector, run.repo) for run in assessment.runs if run.status is Status.FAILED}
    )
    for collector, repo in failed:
        run = next(r for r in assessment.runs if (r.collector, r.repo) == (collector, repo))
        yield f"{collector} of {repo} failed: {run.issues[0].reason if run.issues else 'unknown'}."
    skipped = sorted({run.collector for run in assessment.runs if run.status is Status.SKIPPED})
    if skipped:
        yield f"Not run on every repository: {_listed(skipped)}."
    shallow = [one.name for one in assessment.scope if one.shallow]
    if shallow:
        yield f"History is truncated in {_listed(shallow)}: ages, people and trends are incomplete."
    open_checks = sum(check.result == "not assessable" for check in assessment.checks)
    if open_checks:
        total = len(assessment.checks)
        yield f"{open_checks} of {total} checks could not be decided; see the register."
    if assessment.strays:
        yield f"Answers to what no checklist asks were left out: {_listed(assessment.strays)}."
    unanswered = sum(
        item.level is None and item.applicable
        for _, _, items in assessment.domains
        for item in items
    )
    if unanswered:
        yield f"{unanswered} checklist items were neither answered nor measurable."
    if audience != "internal":
        yield "People appear under pseudonyms that are the same throughout this report."
    if audience == "investor":
        yield "Places of security findings are withheld; the client's copy has them."


def _roadmap(
    findings: Sequence[Finding],
) -> Iterable[tuple[str, tuple[str, ...], float, float]]:
    for horizon in Horizon:
        due = [
            one for one in findings if one.horizon is horizon and one.severity is not Severity.INFO
        ]
        low, high = (sum(one.effort[end] for one in due) for end in (0, 1))
        yield horizon.value, tuple(one.id for one in due), low, high


def _withheld(report: Report, audience: Audience) -> Report:
    """`report` without what `audience` may not see."""
    if audience == "internal":
        return report
    chapters = tuple(
        replace(
            chapter,
            items=tuple(replace(item, by="", note="") for item in chapter.items),
            findings=tuple(_placeless(one, audience) for one in chapter.findings),
        )
        for chapter in report.chapters
    )
    return replace(
        report,
        chapters=chapters,
        findings=tuple(_placeless(one, audience) for one in report.findings),
    )


def _placeless(finding: Finding, audience: Audience) -> Finding:
    hidden = audience == "investor" and finding.domain in HIDDEN_PLACES
    return replace(finding, locations=()) if hidden else finding


def _names(people: Iterable[Person]) -> Mapping[str, str]:
    return {one.person: one.name for one in people}


def _labels(people: Iterable[Person], audience: Audience) -> Mapping[str, str]:
    """Person -> how the audience reads them. Numbers follow the first commit, so that they hold
    still when new people arrive."""
    names = _names(people)
    if audience == "internal":
        return names
    return {person: f"Person {number}" for number, person in enumerate(names, start=1)}


def _spoken(value: T, labels: Mapping[str, str]) -> T:
    """`value` with every person token replaced, in whatever it holds."""
    spoken: Any = value
    if isinstance(value, str):
        if PERSON_MARK in value:
            spoken = PERSON_TOKEN.sub(lambda found: labels.get(found[1], "Unknown person"), value)
    elif is_dataclass(value) and not isinstance(value, type):
        changes = {one.name: _spoken(getattr(value, one.name), labels) for one in fields(value)}
        spoken = replace(value, **changes)
    elif isinstance(value, tuple):
        spoken = tuple(_spoken(one, labels) for one in value)
    elif isinstance(value, Mapping):
        spoken = {key: _spoken(one, labels) for key, one in value.items()}
    result: T = spoken
    return result


def _listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"; longer lists are cut."""
    shown = list(words[:5])
    if len(words) > 5:
        shown[4] = f"{len(words) - 4} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
