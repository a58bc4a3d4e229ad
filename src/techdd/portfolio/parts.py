"""Repositories and groups of them with what is known of each, in the order of their risk."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.counting import YEAR, end_of
from techdd.model import Finding, RepositoryScope, Severity
from techdd.policy import RepositoryEntry
from techdd.presence import before, human_commits

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_OF_IT = 0.8  # of the critical and high findings: what the few carry that are named
GRAVE = (Severity.CRITICAL, Severity.HIGH)
WEIGHED = (*GRAVE, Severity.MEDIUM, Severity.LOW)
NO_GROUP = "(no group)"


class Membership(NamedTuple):
    """The group that a repository belongs to; "" = none."""

    group: str


@dataclass(frozen=True)
class Part:
    """One repository, or several that make a group."""

    name: str
    group: str
    scopes: tuple[RepositoryScope, ...]
    findings: tuple[Finding, ...] = ()
    people: frozenset[str] = frozenset()  # who committed in the last twelve months
    commits: int | None = None  # in them; None = not known
    opened: bool = True

    @property
    def counts(self) -> Counter[Severity]:
        """Findings by severity."""
        return Counter(one.severity for one in self.findings)

    @property
    def grave(self) -> int:
        """Critical and high findings."""
        return sum(self.counts[severity] for severity in GRAVE)

    @property
    def lines(self) -> int:
        """Code lines of source and tests."""
        return sum(lines for one in self.scopes for _, lines, _ in one.lines_by_language)

    @property
    def gaps(self) -> int:
        """Kinds of what could not be looked at."""
        return sum(len(one.issues) for one in self.scopes)

    def place(self) -> tuple[object, ...]:
        """What sorts the parts, the riskiest first."""
        breakers = sum(one.deal_breaker for one in self.findings)
        counts = self.counts
        return -breakers, *(-counts[severity] for severity in WEIGHED), -self.lines, self.name

    def worst(self) -> str:
        """The kinds of findings that weigh most, in words."""
        kinds: dict[str, list[Finding]] = defaultdict(list)
        for one in sorted(self.findings, key=lambda one: (-one.severity.rank, one.rule)):
            if one.severity is not Severity.INFO:
                kinds[one.rule].append(one)
        told = [f"{kind[0].title}{_more(len(kind))}" for kind in list(kinds.values())[:2]]
        return "; ".join(told) or "no finding of its own"


def parts_of(
    entries: Sequence[RepositoryEntry],
    scope: Sequence[RepositoryScope],
    findings: Iterable[Finding],
    work: tuple[date, DataFrame, DataFrame],
) -> Iterator[Part]:
    """Each repository with what is known of it; `work` as in `portfolio`."""
    own: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        own[one.repo].append(one)
    made = human_commits(*work)
    recent = made[made["authored"] >= before(end_of(work[0]), YEAR)]
    people = recent.groupby("repo")["person"].agg(frozenset).to_dict()
    commits = recent.groupby("repo").size().to_dict()
    ledger = {one.name: one for one in scope}
    for entry in entries:
        seen = ledger[entry.name]
        known = seen.commits is not None
        yield Part(
            entry.name,
            entry.group or NO_GROUP,
            (seen,),
            tuple(own[entry.name]),
            people.get(entry.name, frozenset()),
            int(commits.get(entry.name, 0)) if known else None,
            bool(seen.commit),
        )


def groups_of(parts: Iterable[Part]) -> list[Part]:
    """The groups in the order of their risk; none where there are not several, or each is alone."""
    members: dict[str, list[Part]] = defaultdict(list)
    for one in parts:
        members[one.group].append(one)
    groups = [
        Part(
            name,
            name,
            tuple(scope for one in some for scope in one.scopes),
            tuple(finding for one in some for finding in one.findings),
            frozenset().union(*(one.people for one in some)),
        )
        for name, some in members.items()
    ]
    alone = all(len(some) == 1 for some in members.values())
    return [] if alone or len(groups) == 1 else sorted(groups, key=Part.place)


def carriers(ranked: Sequence[Part]) -> tuple[list[Part], int]:
    """The first of `ranked` that together have MOST_OF_IT of the critical and high findings, and
    how many they have.
    """
    grave = sum(one.grave for one in ranked)
    few: list[Part] = []
    carried = 0
    for one in ranked:
        if carried >= MOST_OF_IT * grave:
            break
        few.append(one)
        carried += one.grave
    return few, carried


def _more(number: int) -> str:
    return f" and {number - 1:,} more" if number > 1 else ""
