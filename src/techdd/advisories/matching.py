"""Whether a version is affected: the OSV event walk, and aliases of one vulnerability merged.

https://ossf.github.io/osv-schema/#evaluation
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from techdd.advisories.versions import VersionError, parse
from techdd.model import Issue

# From harmless to worst. "info" is a notice (unmaintained, for instance) and no vulnerability;
# "unknown" means that nobody has rated it, which may be anything.
SEVERITIES = ("info", "unknown", "low", "medium", "high", "critical")

_STEPS = 30  # from one candidate for an update to the next
Event = tuple[str, str]  # ("introduced" | "fixed" | "last_affected" | "limit", version)


@dataclass(frozen=True)
class Affected:
    """What one advisory says of one package. `ranges` leaves out ranges of commits."""

    advisory: str
    aliases: tuple[str, ...]
    severity: str
    score: float | None
    summary: str
    published: str
    ranges: tuple[tuple[Event, ...], ...]
    versions: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """One known vulnerability of the version asked for, under all its names.

    `severity` is one of SEVERITIES, `score` the CVSS base score; `fixed` is the smallest version
    above the one asked for that is not affected, empty where none is known.
    """

    id: str
    aliases: tuple[str, ...]
    severity: str
    score: float | None
    fixed: str
    summary: str
    published: str


@dataclass(frozen=True)
class Matches:
    """The answer for one package version; what is in `unclear` was not assessed, so not clean."""

    found: tuple[Match, ...] = ()
    unclear: tuple[Issue, ...] = ()


def match(ecosystem: str, version: str, rows: Iterable[Affected]) -> Matches:
    """Which of the advisories in `rows`, all of one package, affect `version`."""
    return judged(ecosystem, version, by_vulnerability(rows))


def judged(ecosystem: str, version: str, groups: Iterable[list[Affected]]) -> Matches:
    """The same for rows that are already brought together `by_vulnerability`."""
    found: list[Match] = []
    unclear: list[Issue] = []
    for group in groups:
        verdicts = [_judged(ecosystem, version, row) for row in group]
        if True in verdicts:
            found.append(_merged(ecosystem, version, group))
        elif False not in verdicts:
            reason = next(verdict for verdict in verdicts if isinstance(verdict, str))
            unclear.append(Issue(reason, detail=_names(group)[0]))
    return Matches(tuple(sorted(found, key=lambda match: match.id)), tuple(unclear))


def affects(ecosystem: str, version: str, row: Affected) -> bool:
    """Whether `row` names `version`. Raises VersionError where that cannot be told."""
    if version in row.versions or version.removeprefix("v") in row.versions:
        return True
    if not row.ranges and not row.versions:
        raise VersionError("advisory names no versions")
    here = parse(ecosystem, version)
    if any(within(ecosystem, here, events) for events in row.ranges):
        return True
    listed = _in_order(ecosystem, row.versions)
    place = bisect_left(listed, here)
    return place < len(listed) and bool(listed[place] == here)


def within(ecosystem: str, here: Any, events: Sequence[Event]) -> bool:
    """Whether the parsed version `here` lies in the affected part of a range.

    Where a stretch ends at the version that opens another, both events stand at one place: the
    stretches touch, or the second is empty. Either way nothing changes there.
    """
    limits = [version for kind, version in events if kind == "limit"]
    if limits and not any(limit == "*" or here < parse(ecosystem, limit) for limit in limits):
        return False
    affected = False
    for place, opens in _turns(ecosystem, tuple(events)):
        if place > (1, here, 0):
            break
        affected = opens
    return affected


@lru_cache(maxsize=50_000)
def _turns(ecosystem: str, events: tuple[Event, ...]) -> tuple[tuple[Any, bool], ...]:
    """The places of a range, in order, from which versions are affected or no longer are."""
    placed = sorted(
        (
            (_place(ecosystem, kind, version), kind)
            for kind, version in events
            if kind in ("introduced", "fixed", "last_affected")
        ),
        key=lambda pair: pair[0],
    )
    turns = []
    for place, pairs in groupby(placed, key=lambda pair: pair[0]):
        opens = {kind == "introduced" for _, kind in pairs}
        if len(opens) == 1:
            turns.append((place, opens.pop()))
    return tuple(turns)


def _place(ecosystem: str, kind: str, version: str) -> tuple[Any, ...]:
    """Where a stretch begins or ends: "0" before all versions, `last_affected` after its own."""
    if version == "0":
        return (0, 0, int(kind == "last_affected"))
    return (1, parse(ecosystem, version), int(kind == "last_affected"))


@lru_cache(maxsize=20_000)
def _in_order(ecosystem: str, versions: tuple[str, ...]) -> tuple[Any, ...]:
    """Those of the listed versions that can be placed, sorted: some lists have hundreds."""
    placed = []
    for version in versions:
        with suppress(VersionError):
            placed.append(parse(ecosystem, version))
    return tuple(sorted(placed))


def _judged(ecosystem: str, version: str, row: Affected) -> bool | str:
    try:
        return affects(ecosystem, version, row)
    except VersionError as error:
        return str(error)


def by_vulnerability(rows: Iterable[Affected]) -> list[list[Affected]]:
    """Rows that share an id or an alias, directly or through others, are one vulnerability."""
    groups: list[tuple[set[str], list[Affected]]] = []
    for row in rows:
        names, members = {row.advisory, *row.aliases}, [row]
        apart = []
        for group in groups:
            if names.isdisjoint(group[0]):
                apart.append(group)
            else:
                names |= group[0]
                members = group[1] + members
        groups = [*apart, (names, members)]
    return [members for _, members in groups]


def _merged(ecosystem: str, version: str, group: list[Affected]) -> Match:
    first, *others = _names(group)
    scores = [row.score for row in group if row.score is not None]
    summaries = sorted((row.advisory[:4] != "GHSA", row.advisory, row.summary) for row in group)
    return Match(
        id=first,
        aliases=tuple(others),
        severity=max((row.severity for row in group), key=SEVERITIES.index),
        score=max(scores, default=None),
        fixed=_fixed(ecosystem, version, group),
        summary=next((summary for *_, summary in summaries if summary), ""),
        published=min((row.published for row in group if row.published), default=""),
    )


def preferred(ids: Iterable[str]) -> list[str]:
    """The ids of one vulnerability, the best known first: CVE, then GHSA, then the others."""
    return sorted(ids, key=lambda name: (name[:4] != "CVE-", name[:5] != "GHSA-", name))


class Upgrade(NamedTuple):
    """A version to update to, "" for none, and how many vulnerabilities are known of it all the
    same; None = that cannot be told.
    """

    version: str
    left: int | None


def upgrade(ecosystem: str, found: Iterable[Match], again: Callable[[str], Matches]) -> Upgrade:
    """The smallest version known at which nothing of `found` is open that a fix is known for.

    What is fixed there may have other flaws, so each candidate is matched `again` by its version.
    """
    best = Upgrade("", None)
    for _ in range(_STEPS):
        fixes = [one.fixed for one in found if one.fixed and one.severity != "info"]
        if not fixes:
            break
        try:
            version = max(fixes, key=lambda version: parse(ecosystem, version))
        except VersionError:
            return best if best.version else Upgrade(fixes[0], None)
        answer = again(version)
        found = answer.found
        left = sum(one.severity != "info" for one in found)
        best = Upgrade(version, None if answer.unclear else left)
    return best


def _names(group: list[Affected]) -> list[str]:
    return preferred({name for row in group for name in (row.advisory, *row.aliases)})


def _fixed(ecosystem: str, version: str, group: list[Affected]) -> str:
    """The smallest fixed version above `version` that none of the group calls affected."""
    try:
        here = parse(ecosystem, version)
    except VersionError:
        return ""
    events = {event for row in group for events in row.ranges for event in events}
    above: list[tuple[Any, str]] = []
    for fixed in sorted(version for kind, version in events if kind == "fixed"):
        with suppress(VersionError):
            if (place := parse(ecosystem, fixed)) > here:
                above.append((place, fixed))
    for _, fixed in sorted(above, key=lambda pair: pair[0]):
        if not any(_judged(ecosystem, fixed, row) is True for row in group):
            return fixed
    return ""
