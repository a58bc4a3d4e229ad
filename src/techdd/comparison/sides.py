"""One of two audits, asked whether it could have seen what the other saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from techdd.model import Check, Finding, Issue, ItemScore, Metric, Outcome, Report, Run, Status

MEASURED = (Status.OK, Status.PARTIAL)
CLARIFIED = "difference"  # stands for the rule of a contradiction that is not yet in words


class Side:
    """A report with what a comparison looks up in it."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.commits = {one.name: one.commit for one in report.scope}
        self.checks = {(one.rule, one.repo): one for one in report.checks}
        self.runs = {(one.collector, one.repo): one for one in report.runs}
        self.versions = dict(report.versions)

    @cached_property
    def metrics(self) -> dict[tuple[str, str], Metric]:
        """By name and repository."""
        found = (metric for chapter in self.report.chapters for metric in chapter.metrics)
        return {(one.name, one.repo): one for one in found}

    @cached_property
    def items(self) -> dict[str, ItemScore]:
        """The questions by id."""
        return {one.id: one for chapter in self.report.chapters for one in chapter.items}

    def check(self, finding: Finding) -> Check | None:
        """How the rule of `finding` was applied here."""
        own = self.checks.get((finding.rule, finding.repo))
        return own or self.checks.get((finding.rule, ""))

    def advisories(self) -> dict[str, str]:
        """What the audit knew of published weaknesses, by source."""
        names = ("advisories ", "exploits ", "advisory data")
        return {name: said for name, said in self.versions.items() if name.startswith(names)}


def missed(finding: Finding, here: Side, there: Side) -> str:
    """Why `here` could not see `finding`, which `there` has; "" where it could.

    That it does not stand here says something only then.
    """
    return next(_obstacles(finding, here, there), "")


def _obstacles(finding: Finding, here: Side, there: Side) -> Iterator[str]:
    if finding.repo and finding.repo not in here.commits:
        yield f"{finding.repo} is not in this audit"
    gone = sorted(there.commits.keys() - here.commits.keys())
    if not finding.repo and gone:
        yield f"it speaks of all repositories, and {', '.join(gone)} is not in this audit"
    check, seen = here.check(finding), there.check(finding)
    if finding.rule != CLARIFIED:
        if check is None:
            yield "its rule was not applied in this audit"
        elif check.result == "not assessable":
            yield f"it could not be assessed: {check.observed or 'no reason is given'}"
        elif seen and check.threshold != seen.threshold:
            yield f"its rule differs ({there_then(seen)} against {there_then(check)})"
    rests = _rests_on(check, seen)
    repos = [finding.repo] if finding.repo else sorted(here.commits.keys() & there.commits.keys())
    for (collector, repo), run in there.runs.items():
        if repo in repos and (rests is None or collector in rests) and run.status in MEASURED:
            yield from _blind(finding, check, here.runs.get((collector, repo)), run)
    if not finding.repo and rests is None:
        yield from _unanswered(finding.domain, here, there)


def there_then(check: Check) -> str:
    """The bounds of a rule in words."""
    return f"“{check.threshold}”"


def _rests_on(*checks: Check | None) -> set[str] | None:
    """The collectors behind the checks; None = not known, so that any may be."""
    known = [set(one.collectors) for one in checks if one and one.collectors is not None]
    return set[str]().union(*known) if known else None


def _blind(finding: Finding, check: Check | None, run: Run | None, other: Run) -> Iterator[str]:
    """What `run` did not read of what `other` did, as far as `finding` may stand there."""
    where = f"{other.collector} of {other.repo}"
    if run is None:
        yield f"{where} was not run"
        return
    if run.status not in MEASURED:
        why = run.issues[0].reason if run.issues else "no reason is given"
        yield f"{where} {'failed' if run.status is Status.FAILED else 'was not run'}: {why}"
        return
    fresh = unread(run, other)
    places = {place.path for place in finding.locations}
    for one in fresh:
        if one.path and one.path in places:
            yield f"{where} did not read {one.path}: {one.reason}"
        elif not one.path:
            yield f"{where} saw a part only: {one.reason}"
    if fresh and not places and not (check and check.metric):
        yield f"{where} left out what was read in the other audit: {fresh[0].reason}"


def unread(run: Run, other: Run) -> list[Issue]:
    """What `run` could not look at and `other` could, or at least did not say."""
    known = {(one.reason, one.path) for one in other.issues}
    return [one for one in run.issues if (one.reason, one.path) not in known]


def _unanswered(domain: str, here: Side, there: Side) -> Iterator[str]:
    """Questions of the domain that were answered there and are not here."""
    asked = {item for chapter in there.report.chapters for item in _answered(chapter.items)
             if domain in (chapter.domain, "interview")}  # fmt: skip
    open_ = sorted(asked - set(_answered(here.items.values())))
    if open_:
        yield f"not answered in this audit: {', '.join(open_[:5])}"


def _answered(items: Iterable[ItemScore]) -> Iterator[str]:
    for one in items:
        if one.stated is not None or one.outcome is Outcome.CLARIFIED or not one.applicable:
            yield one.id
