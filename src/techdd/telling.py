"""What a report says in sentences of what was examined, and of what limits it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from techdd.amounts import counted, day
from techdd.assessment import Assessment
from techdd.library import Selection
from techdd.model import Audience, Rating, RepositoryScope, Run, Status
from techdd.policy import LeftOut
from techdd.repository import MISSING
from techdd.scope import unread_files
from techdd.scoring import overall
from techdd.text import listed

_OLD_DAYS = 30  # between the newest commit and the day of the audit


def summary(assessment: Assessment) -> Iterable[str]:
    """What was examined and answered, and what it scores."""
    scope = assessment.scope
    commits = sum(one.commits or 0 for one in scope)
    lines: dict[str, int] = {}
    for repository in scope:
        for language, code, _ in repository.lines_by_language:
            lines[language] = lines.get(language, 0) + code
    unknown = not any(lines.values()) and (_unread(scope) or not any(one.files for one in scope))
    size = "an unknown number of" if unknown else f"{sum(lines.values()):,}"
    largest = sorted(lines, key=lambda language: (-lines[language], language))[:3]
    committed = {one.identity for one in assessment.who.identities if one.commits}
    people = {
        one.person for one in assessment.who.people if not one.bot and one.identity in committed
    }
    history = f"{commits:,} commits by {counted(len(people), 'person', 'people')}"
    if all(one.commits is None for one in scope):
        history = "an unknown history"
    yield (
        f"{_read(scope)} with {history} "
        f"and {size} lines of code"
        f"{f', mainly {listed(largest)},' if largest else ''} were examined as of "
        f"{day(assessment.as_of.isoformat())}."
    )
    if assessment.portfolio and len(assessment.portfolio.says) > 1:
        yield assessment.portfolio.says[1]
    answered = sum(
        item.stated is not None or not item.applicable
        for _, _, items in assessment.domains
        for item in items
    )
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


def _read(scope: Sequence[RepositoryScope]) -> str:
    """How many repositories were read, of how many."""
    read = sum(bool(one.commit) for one in scope)
    of = "" if read == len(scope) else f"{read:,} of "
    return of + counted(len(scope), "repository", "repositories")


def _unread(scope: Iterable[RepositoryScope]) -> int:
    """How many audited files have no contents, as in a partial clone."""
    found = (issue for one in scope for issue in one.issues)
    return sum(count for who, why, count, _ in found if (who, why) == ("code", MISSING))


def limits(assessment: Assessment, audience: Audience, *, named: bool) -> Iterable[str]:
    """What limits the report as a whole, the widest first."""
    yield from _failed(assessment.runs)
    skipped = sorted({run.collector for run in assessment.runs if run.status is Status.SKIPPED})
    if skipped:
        yield f"Not run on every repository: {listed(skipped)}."
    if unread := _unread(assessment.scope):
        yield f"The contents of {counted(unread, 'file', 'files')} are missing and were not read."
    if files := unread_files(assessment.scope):
        number = counted(len(files), "dependency file", "dependency files")
        which = "" if audience == "investor" else f": {listed(files)}"
        yield f"{number} could not be read and count nowhere{which}."
    yield from _old(assessment)
    if shallow := [one.name for one in assessment.scope if one.shallow]:
        yield f"History is truncated in {listed(shallow)}: ages, people and trends are incomplete."
    if imported := [one.name for one in assessment.scope if one.commits == 1]:
        yield f"History is a single commit in {listed(imported)}: who wrote what is not known."
    if undecided := sum(check.result == "not assessable" for check in assessment.checks):
        total = len(assessment.checks)
        yield f"{undecided} of {total} checks could not be decided; the annex lists them."
    yield from _of_answers(assessment)
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
        yield (
            "Files, lines, versions and the places of security evidence are withheld; the client's "
            "copy has them. Files and packages that a number stands for keep it throughout."
        )


def _old(assessment: Assessment) -> Iterable[str]:
    """That the newest commit lies far back, where nobody can tell rest from an old copy."""
    newest = max((one.committed[:10] for one in assessment.scope if one.committed), default="")
    if not newest:
        return
    days = (assessment.as_of - date.fromisoformat(newest)).days
    if days > _OLD_DAYS:
        yield (
            f"The newest audited commit dates from {day(newest)}, {days} days before the date of"
            " the audit. If the copies are older than the work, what is said of people who left and"
            " of the last months does not hold."
        )


def _failed(runs: Iterable[Run]) -> Iterable[str]:
    """What failed and why, one sentence a collector and reason."""
    repos: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        if run.status is Status.FAILED:
            reason = run.issues[0].reason if run.issues else "unknown"
            repos.setdefault((run.collector, reason), []).append(run.repo)
    for (collector, reason), some in sorted(repos.items()):
        yield f"{collector} of {listed(sorted(some))} failed: {reason}."


def unaudited(left_out: Iterable[LeftOut]) -> Iterable[str]:
    """What lists and exports named and is not audited."""
    reasons = Counter(one.why for one in left_out)
    if number := sum(reasons.values()):
        told = ", ".join(f"{count:,} {why}" for why, count in sorted(reasons.items()))
        was = "repository that was" if number == 1 else "repositories that were"
        yield f"{number:,} {was} named {'is' if number == 1 else 'are'} not audited: {told}."


def _of_answers(assessment: Assessment) -> Iterable[str]:
    """What limits what people said and decided."""
    if assessment.strays:
        yield f"Answers to what no checklist asks were left out: {listed(assessment.strays)}."
    if assessment.unmatched:
        yield f"In triage.yaml, without a finding in this audit: {listed(assessment.unmatched)}."
    if clarifying := sum(not one.words for one in assessment.differences):
        word = "difference" if clarifying == 1 else "differences"
        verb = "is" if clarifying == 1 else "are"
        yield f"{clarifying} {word} between answers and evidence {verb} being clarified."
    if assessment.lapsed:
        yield f"Approved words that no longer count: {listed(assessment.lapsed)}."


def left_out(selection: Selection | None) -> Iterable[str]:
    """What the profile of the engagement does not ask."""
    if selection and selection.asked < selection.of:
        missing = selection.of - selection.asked
        yield (
            f"The profile {selection.title!r} leaves out {missing} of {selection.of} questions; "
            "the method names their chapters."
        )
