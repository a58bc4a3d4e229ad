"""Two audits of one client held against each other: pure, from two reports of one audience.

A comparison says nothing that the two reports do not say, so that what an audience may see of
them (`audiences`) is also what it may see here.
"""

from __future__ import annotations

from techdd import __version__
from techdd.audiences import AUDIENCES
from techdd.comparison.findings import changes
from techdd.comparison.limits import limits, method
from techdd.comparison.measures import answers, commits, domains, moved, unmeasured
from techdd.comparison.sides import Side
from techdd.comparison.telling import headline
from techdd.comparison.values import Change, Comparison, Condition, Fate, Standing
from techdd.errors import TechddError
from techdd.model import Finding, Horizon, Report, Severity

__all__ = ["Change", "Comparison", "Fate", "compare"]


def compare(then: Report, now: Report, *, one_engagement: bool = False) -> Comparison:
    """What changed from `then` to `now`, for the wider of their two audiences.

    Raises TechddError where the two cannot be held against each other at all.
    """
    old, new = Side(then), Side(now)
    if then.date > now.date:
        raise TechddError(f"the first audit is of {then.date}, the second of {now.date}: "
                          "give the earlier one first")  # fmt: skip
    if old.commits and new.commits and not old.commits.keys() & new.commits.keys():
        names = " and ".join(", ".join(sorted(one.commits)) for one in (old, new))
        raise TechddError(f"the two audits have no repository in common ({names})")
    found = changes(old, new, one_engagement=one_engagement)
    return Comparison(
        client=now.client,
        title=f"Comparison of audits: {now.client}",
        date=now.date,
        audience=max(then.audience, now.audience, key=list[str](AUDIENCES).index),
        adviser=now.adviser,
        tool=f"techdd {__version__}",
        headline=headline(old, new, found),
        then=_standing(then),
        now=_standing(now),
        domains=domains(old, new, found),
        changes=found,
        conditions=tuple(_conditions(found)),
        answers=tuple(answers(old, new)),
        measures=moved(old, new),
        unmeasured=tuple(sorted(unmeasured(old, new))),
        commits=commits(old, new),
        limits=tuple(limits(old, new)),
        method=method(old, new),
        brand=now.brand,
    )


def _standing(report: Report) -> Standing:
    serious = sum(one.severity.rank >= Severity.HIGH.rank for one in report.findings)
    return Standing(report.date, report.tool, report.audience, report.verdict,
                    len(report.findings), serious)  # fmt: skip


_STATES = {
    Fate.FIXED: "met",
    Fate.DECIDED: "decided",
    Fate.UNSEEN: "not known",
    Fate.NEW: "new",
}
_STATE_ORDER = ("not met", "new", "not known", "eased", "decided", "met")


def _conditions(found: tuple[Change, ...]) -> list[Condition]:
    """What was or is to be settled before signing, the open ones first."""
    due = [one for one in found if _is_due(one.then) or _is_due(one.now)]
    told = [Condition(_state(one), one) for one in due]
    return sorted(told, key=lambda one: _STATE_ORDER.index(one.state))


def _state(one: Change) -> str:
    if one.fate in _STATES:
        return _STATES[one.fate]
    if not _is_due(one.then):
        return "new"
    if _is_due(one.now):
        return "not met"
    return "not known" if one.doubt else "eased"


def _is_due(finding: Finding | None) -> bool:
    return finding is not None and finding.horizon is Horizon.BEFORE_SIGNING
