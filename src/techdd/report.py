"""An assessment becomes a report for one audience: chapters, strengths, limits, roadmap; pure.

What an audience may see is decided in `audiences` and `naming`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from techdd import __version__
from techdd.additions import NOTHING, Added, placeless
from techdd.assessment import Assessment
from techdd.audiences import shown
from techdd.checklists import Checklist
from techdd.claims.approved import approved
from techdd.confidential import Terms
from techdd.errors import TechddError
from techdd.identity import Resolution
from techdd.library import Selection
from techdd.model import (
    Audience,
    Chapter,
    EvidenceFile,
    Finding,
    Grade,
    Horizon,
    ItemScore,
    Outcome,
    Rating,
    Report,
    Score,
    Severity,
    Status,
)
from techdd.naming import Voice, goes_by_name, merges_series, numbered
from techdd.policy import Engagement, Scoring
from techdd.portfolio.parts import GRAVE
from techdd.remediation import day_rate
from techdd.telling import left_out, limits, summary, unaudited
from techdd.text import listed

STRENGTHS = 6
STRONG = 3  # level from which an item is a strength


def build(
    assessment: Assessment,
    engagement: Engagement,
    policy: Scoring,
    audience: Audience,
    *,
    names: bool | None = None,
    numbers: Mapping[str, int] | None = None,
    selection: Selection | None = None,
    added: Added = NOTHING,
    evidence: tuple[EvidenceFile, ...] = (),
) -> Report:
    """The report of `assessment` for `audience`, with people named as the audience may see them.

    `names` says whether people go by name, whatever the audience; `numbers` are the pseudonyms of
    identities that were given before; `selection` is what a profile asks; `added` is what people
    add to it; `evidence` are the files that it rests on.
    """
    named = goes_by_name(audience, names)
    if audience == "investor":
        added = placeless(added, assessment.findings)
    rate = day_rate(policy, engagement)
    people = assessment.who.people
    voice = Voice(
        people,
        assessment.who.identities,
        numbered(people, numbers or {}),
        named,
        places=audience != "investor",
        others=assessment.who.others,
    )
    chapters = tuple(_chapter(one, assessment) for one in assessment.domains)
    if audience == "internal" and named:
        chapters = tuple(_with_merges(one, assessment.who) for one in chapters)
    report = Report(
        client=engagement.client,
        title=f"Technical due diligence: {engagement.client}",
        date=assessment.as_of.isoformat(),
        audience=audience,
        adviser=engagement.adviser,
        tool=f"techdd {__version__}",
        verdict=assessment.verdict,
        summary=tuple(summary(assessment)),
        chapters=chapters,
        findings=assessment.findings,
        checks=assessment.checks,
        strengths=tuple(_strengths(assessment)),
        scope=assessment.scope,
        runs=tuple(
            replace(run, key="", state="") for run in assessment.runs
        ),  # keys name this engagement
        limits=(
            *unaudited(engagement.left_out),
            *limits(assessment, audience, named=named),
            *left_out(selection),
            *added.limits,
        ),
        roadmap=tuple(_roadmap(assessment.findings)),
        day_rate=(rate.low, rate.high),
        currency=rate.currency,
        rate_given=rate.given,
        methodology=policy.model_dump(mode="json")
        | ({"profile": selection._asdict()} if selection else {}),
        versions=assessment.versions,
        people=tuple({one.person: one.name for one in people}.items()) if named else (),
        differences=assessment.differences,
        clarifying=sum(not one.words for one in assessment.differences),
        moves=assessment.moves,
        portfolio=assessment.portfolio,
        comments=added.comments,
        responses=added.responses,
        brand=added.brand,
        evidence=evidence,
    )
    told = report if audience == "internal" else approved(report)
    seen = shown(told, audience, voice, Terms(engagement.withheld_from(audience)))
    return _distinct(seen)


def _distinct(report: Report) -> Report:
    """`report`, whose repositories still have names of their own. Raises TechddError."""
    names = [one.name for one in report.scope]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise TechddError(
            f"the terms under 'confidential' make two repositories one ({twice}); give one of them "
            "an 'as' of its own",
            "engagement.yaml",
        )
    return report


def _with_merges(chapter: Chapter, who: Resolution) -> Chapter:
    """The chapter on the team tells which spellings were joined to one person, and why."""
    merges = merges_series(who)
    if chapter.domain != "team" or not merges.rows:
        return chapter
    return replace(chapter, series=(*chapter.series, merges))


def _chapter(
    domain: tuple[Checklist, Score, tuple[ItemScore, ...]], assessment: Assessment
) -> Chapter:
    checklist, score, items = domain
    readings = [one for one in assessment.readings if one.domain == checklist.id]
    unread = [
        f"{reading.question} Not answered: {listed(reading.reasons)}."
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
        strengths=tuple(_item_strengths(assessment, items))
        if score.rating is not Rating.RED
        else (),
        gaps=(*unread, *_unknown(items), *sorted(limits)),
    )


def _unknown(items: Iterable[ItemScore]) -> Iterable[str]:
    """What nobody who was asked could answer is a gap of its own: it tells something."""
    named = [one.id for one in items if one.outcome is Outcome.NOT_KNOWN and one.level is None]
    if named:
        yield f"Nobody who was asked could answer: {listed(named)}."


def _item_strengths(assessment: Assessment, items: Iterable[ItemScore]) -> list[str]:
    """What the evidence shows to be good: strong items that were sampled or measured, and that do
    not contradict what was answered. What a probe tells is none beside its own grave findings.
    """
    grave = {one.rule for one in assessment.findings if one.severity in GRAVE}
    contested = {
        metric.name
        for reading in assessment.readings
        if any(one.rule in grave for one in reading.observations)
        for metric in reading.metrics
    }
    strong = [
        item
        for item in items
        if item.level is not None
        and item.level >= STRONG
        and item.grade >= Grade.SAMPLED
        and item.outcome is not Outcome.CONTRADICTED
        and contested.isdisjoint(item.metrics)
    ]
    strong.sort(key=lambda item: (-(item.level or 0), -item.weight, item.id))
    return [
        item.evidence[0] if item.evidence else f"{item.ask} Level {item.level:g} of 4."
        for item in strong
    ]


def _strengths(assessment: Assessment) -> list[str]:
    """The heaviest strengths of the domains that are not red, no more than two of each; then the
    domains that are green.
    """
    found = [
        text
        for _, score, items in assessment.domains
        if score.rating is not Rating.RED
        for text in _item_strengths(assessment, items)[:2]
    ]
    found += [
        f"{one.title}: {score.value:.0f} of 100, confidence {score.confidence}."
        for one, score, _ in assessment.domains
        if score.rating is Rating.GREEN and score.value is not None
    ]
    return found[:STRENGTHS]


def _roadmap(
    findings: Sequence[Finding],
) -> Iterable[tuple[str, tuple[str, ...], float, float]]:
    for horizon in Horizon:
        due = [
            one for one in findings if one.horizon is horizon and one.severity is not Severity.INFO
        ]
        low, high = (sum(one.effort[end] for one in due) for end in (0, 1))
        yield horizon.value, tuple(one.id for one in due), low, high
