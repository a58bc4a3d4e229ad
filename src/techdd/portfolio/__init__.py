"""The repositories of an engagement against each other: which of them carry the risk; pure.

The order is ours and has no weights: deal breakers, then critical, high, medium and low findings,
each compared only where all before are equal. `docs/portfolio.md` says how it is to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from techdd.model import Finding, Portfolio, Reading, RepositoryScope, Run
from techdd.policy import RepositoryEntry
from techdd.portfolio.exhibits import groups_table, heat, ranking, size_map, unassessed
from techdd.portfolio.parts import GRAVE, Membership, Part, carriers, groups_of, parts_of
from techdd.text import listed

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Membership", "portfolio"]

NAMED = 5  # more are no few


def portfolio(
    entries: Sequence[RepositoryEntry],
    scope: Sequence[RepositoryScope],
    findings: Iterable[Finding],
    readings: Iterable[Reading],
    runs: Iterable[Run],
    work: tuple[date, DataFrame, DataFrame],
) -> Portfolio | None:
    """How the risk is spread; None where there are not several repositories.

    `work` is the day of the audit, with the tables of commits and people.
    """
    if len(entries) < 2:
        return None
    findings = list(findings)
    parts = list(parts_of(entries, scope, findings, work))
    ranked = sorted((one for one in parts if one.opened), key=Part.place)
    closed = [one for one in parts if not one.opened]
    grave = sum(one.grave for one in ranked)
    groups = groups_of(parts)
    metrics = {(one.name, one.repo): one.value for read in readings for one in read.metrics}
    exhibits = [size_map(ranked, grouped=bool(groups))]
    exhibits += [groups_table(groups, grave)] if groups else []
    exhibits += [ranking(ranked, grave, metrics, grouped=bool(groups)), heat(ranked)]
    exhibits += [unassessed(closed, runs)] if closed else []
    says = _said(parts, ranked, closed, groups, findings)
    return Portfolio(tuple(says), tuple(one for one in exhibits if one.rows))


def _said(
    parts: Sequence[Part],
    ranked: Sequence[Part],
    closed: Sequence[Part],
    groups: Sequence[Part],
    findings: Iterable[Finding],
) -> Iterator[str]:
    known = f"{len(ranked):,} of {len(parts):,} repositories were assessed"
    unknown = listed([one.name for one in closed])
    yield f"{known}; {unknown} could not be assessed." if closed else f"{known}."
    grave = sum(one.grave for one in ranked)
    if not grave:
        yield "No repository has a critical or high finding of its own, in what could be tested."
        return
    yield _carried(ranked, grave)
    lines = sum(one.lines for one in ranked)
    if groups and groups[0].grave and lines:
        first = groups[0]
        yield (
            f"First of {len(groups)} groups is {first.name}, with {first.grave / grave:.0%} of "
            f"them and {first.lines / lines:.0%} of the code."
        )
    calm = [one for one in ranked if not one.grave]
    blind = sum(bool(one.gaps) for one in calm)
    if calm:
        told = f", of which {blind:,} could be looked at in part only" if blind else ""
        yield f"{len(calm):,} without a critical or high finding of its own{told}."
    whole = sum(one.severity in GRAVE and not one.repo for one in findings)
    if whole:
        yield f"{whole:,} more concern the engagement as a whole and count with no repository."


def _carried(ranked: Sequence[Part], grave: int) -> str:
    """Who has most of the critical and high findings, or that they are spread."""
    few, carried = carriers(ranked)
    what = f"critical and high findings that concern one repository ({carried / grave:.0%})"
    if len(few) > max(len(ranked) / 2, NAMED):
        told = f"it takes {len(few):,} of {len(ranked):,} repositories to have {carried:,} of"
        return f"The risk is spread: {told} the {grave:,} {what}."
    verb = "carries" if len(few) == 1 else "carry"
    return f"{listed([one.name for one in few])} {verb} {carried:,} of the {grave:,} {what}."
