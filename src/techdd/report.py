"""An assessment becomes a report for one audience: chapters, strengths, limits, roadmap; pure.

What an audience may see is decided in `audiences` and `naming`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from techdd import __version__
from techdd.audiences import Audience, withheld
from techdd.checklists import Checklist
from techdd.identity import Resolution
from techdd.model import (
    Chapter,
    Check,
    Difference,
    Finding,
    Grade,
    Horizon,
    ItemScore,
    Move,
    Outcome,
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
from techdd.naming import Voice, merges_series, numbered
from techdd.policy import Engagement, Scoring
from techdd.repository import MISSING
from techdd.scope import unread_files
from techdd.scoring import overall
from techdd.triage import Decision

STRENGTHS = 6
STRONG = 3  # level from which an item is a strength


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
    who: Resolution
    scope: tuple[RepositoryScope, ...]
    versions: tuple[tuple[str, str], ...]
    strays: tuple[str, ...] = ()  # answers to items or checklists that are not asked
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    unmatched: tuple[str, ...] = ()  # decisions about findings that there are none of
    differences: tuple[Difference, ...] = ()
    lapsed: tuple[str, ...] = ()  # approved words that no longer count
    moves: tuple[Move, ...] = ()


def build(
    assessment: Assessment,
    engagement: Engagement,
    policy: Scoring,
    audience: Audience,
    *,
    names: bool | None = None,
    numbers: Mapping[str, int] | None = None,
) -> Report:
    """The report of `assessment` for `audience`, with people named as the audience may see them.

    `names` says whether people go by name, whatever the audience; `numbers` are the pseudonyms of
    identities that were given before.
    """
    named = audience == "internal" if names is None else names
    people = assessment.who.people
    voice = Voice(
        people,
        assessment.who.identities,
        numbered(people, numbers or {}),
        named,
        places=audience != "investor",
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
        summary=tuple(_summary(assessment)),
        chapters=chapters,
        findings=assessment.findings,
        checks=assessment.checks,
        strengths=tuple(_strengths(assessment)),
        scope=assessment.scope,
        runs=tuple(replace(run, key="") for run in assessment.runs),  # keys name this engagement
        limits=tuple(_limits(assessment, audience, named=named)),
        roadmap=tuple(_roadmap(assessment.findings)),
        day_rate=engagement.day_rate or policy.day_rate,
        currency=engagement.currency or policy.currency,
        methodology=policy.model_dump(mode="json"),
        versions=assessment.versions,
        people=tuple({one.person: one.name for one in people}.items()) if named else (),
        differences=assessment.differences,
        clarifying=sum(not one.words for one in assessment.differences),
        moves=assessment.moves,
    )
    spoken = voice.spoken(withheld(report, audience, named=named))
    # What the adviser calls the client and themselves is not the client's to hide.
    return replace(spoken, client=report.client, title=report.title, adviser=report.adviser)


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
        gaps=(*unread, *_unknown(items), *sorted(limits)),
    )


def _unknown(items: Iterable[ItemScore]) -> Iterable[str]:
    """What nobody who was asked could answer is a gap of its own: it tells something."""
    named = [one.id for one in items if one.outcome is Outcome.NOT_KNOWN and one.level is None]
    if named:
        yield f"Nobody who was asked could answer: {_listed(named)}."


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
    unknown = not any(lines.values()) and (_unread(scope) or not any(one.files for one in scope))
    counted = "an unknown number of" if unknown else f"{sum(lines.values()):,}"
    largest = sorted(lines, key=lambda language: (-lines[language], language))[:3]
    committed = {one.identity for one in assessment.who.identities if one.commits}
    people = {
        one.person for one in assessment.who.people if not one.bot and one.identity in committed
    }
    history = f"{commits:,} commits by {_counted(len(people), 'person', 'people')}"
    if all(one.commits is None for one in scope):
        history = "an unknown history"
    yield (
        f"{_counted(len(scope), 'repository', 'repositories')} with {history} "
        f"and {counted} lines of code"
        f"{f', mainly {_listed(largest)},' if largest else ''} were examined as of "
        f"{assessment.as_of.isoformat()}."
    )
    answered = sum(bool(item.voices) for _, _, items in assessment.domains for item in items)
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


def _unread(scope: Iterable[RepositoryScope]) -> int:
    """How many audited files have no contents, as in a partial clone."""
    found = (issue for one in scope for issue in one.issues)
    return sum(count for who, why, count, _ in found if (who, why) == ("code", MISSING))


def _limits(assessment: Assessment, audience: Audience, *, named: bool) -> Iterable[str]:
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
    if unread := _unread(assessment.scope):
        yield f"The contents of {_counted(unread, 'file', 'files')} are missing and were not read."
    if files := unread_files(assessment.scope):
        number = _counted(len(files), "dependency file", "dependency files")
        yield f"{number} could not be read and count nowhere: {_listed(files)}."
    if shallow := [one.name for one in assessment.scope if one.shallow]:
        yield f"History is truncated in {_listed(shallow)}: ages, people and trends are incomplete."
    if undecided := sum(check.result == "not assessable" for check in assessment.checks):
        total = len(assessment.checks)
        yield f"{undecided} of {total} checks could not be decided; see the register."
    if assessment.strays:
        yield f"Answers to what no checklist asks were left out: {_listed(assessment.strays)}."
    if assessment.unmatched:
        yield f"In triage.yaml, without a finding in this audit: {_listed(assessment.unmatched)}."
    if clarifying := sum(not one.words for one in assessment.differences):
        word = "difference" if clarifying == 1 else "differences"
        verb = "is" if clarifying == 1 else "are"
        yield f"{clarifying} {word} between answers and evidence {verb} being clarified."
    if assessment.lapsed:
        yield f"Approved words that no longer count: {_listed(assessment.lapsed)}."
    unanswered = sum(
        item.level is None and item.applicable
        for _, _, items in assessment.domains
        for item in items
    )
    if unanswered:
        yield f"{unanswered} checklist items were neither answered nor measurable."
    if not named:
        yield "People appear under pseudonyms that are the same throughout this report."
    if audience == "investor":
        yield "Places of security evidence are withheld; the client's copy has them."


def _roadmap(
    findings: Sequence[Finding],
) -> Iterable[tuple[str, tuple[str, ...], float, float]]:
    for horizon in Horizon:
        due = [
            one for one in findings if one.horizon is horizon and one.severity is not Severity.INFO
        ]
        low, high = (sum(one.effort[end] for one in due) for end in (0, 1))
        yield horizon.value, tuple(one.id for one in due), low, high


def _listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"; longer lists are cut."""
    shown = list(words[:5])
    if len(words) > 5:
        shown[4] = f"{len(words) - 4} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
