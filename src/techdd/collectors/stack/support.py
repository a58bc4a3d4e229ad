"""What is past the end of its support, what soon will be, and of what that is not known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.stack.calendar import Calendar, Ends, calendar
from techdd.collectors.stack.deployables import Deployable
from techdd.collectors.stack.lifetimes import Version, end_of, is_past, severity, versions
from techdd.collectors.stack.versions import RuntimeVersion
from techdd.facts import Package
from techdd.model import Location, Metric, Observation, Series, Severity, Value
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

SOON = timedelta(days=730)  # the 24 months of ARC-11
OLD = timedelta(days=180)  # after which newer dates and lines are likely
SHOWN = 40  # rows
PLACES = 10  # of one observation

Group = tuple[str, str, str]  # repository, product, line of releases


@probe(domain="architecture", needs=(Package, Deployable, RuntimeVersion))
def end_of_life(
    as_of: date, packages: DataFrame, deployables: DataFrame, stated: DataFrame
) -> Answered:
    """Which runtimes, frameworks, data stores and systems are past the end of their support?"""
    known = calendar()
    found = versions(known, packages, deployables, stated)
    tables = (packages, deployables, stated)
    repos = sorted({str(repo) for table in tables for repo in table["repo"].unique()})
    groups: dict[Group, list[Version]] = {}
    for one in found:
        groups.setdefault((one.repo, one.product, one.cycle), []).append(one)
    told = {key[:2] for key in groups if key[2]}
    groups = {key: some for key, some in groups.items() if key[2] or key[:2] not in told}
    ends = {key: end_of(known, some[0]) for key, some in groups.items()}
    for repo in ("", *repos):
        own = [
            key
            for key, some in groups.items()
            if repo in ("", key[0]) and any(one.live and one.runs for one in some)
        ]
        stated_of = {key[1] for key in groups if repo in ("", key[0])}
        yield from _metrics(as_of, known, repo, own, ends)
        yield _unknown(
            repo, stated_of, {key[1] for key in groups if key[2] and repo in ("", key[0])}
        )
    yield from _observations(as_of, known, groups, ends)
    if found:
        yield _table(as_of, known, groups, ends)


def _metrics(
    as_of: date, known: Calendar, repo: str, own: list[Group], ends: dict[Group, Ends | None]
) -> Iterator[Metric]:
    told = [key for key in own if key[2]]
    past = [key for key in told if is_past(ends[key], as_of)]
    soon = [key for key in told if key not in past and is_past(ends[key], as_of + SOON)]
    basis = f"{len(told):,} lines of releases that production runs, dates of {known.compiled}"
    note = "" if told else "no version that production runs is stated"
    for name, keys in (("past", past), ("within_24m", soon)):
        value = len(keys) if told else None
        yield Metric(f"end_of_life.{name}", value, "lines of releases", repo, basis, note)


def _unknown(repo: str, products: set[str], told: set[str]) -> Metric:
    """The products of which no file tells the line of releases: not judged, and not clean."""
    unknown = sorted(products - told)
    note = f"no version is told of {some_of(unknown, PLACES)}" if unknown else ""
    return Metric(
        "end_of_life.unknown",
        len(unknown) if products else None,
        "products",
        repo,
        f"{len(products):,} known products",
        note if products else "no product of the calendar is named",
    )


def _observations(
    as_of: date, known: Calendar, groups: dict[Group, list[Version]], ends: dict[Group, Ends | None]
) -> Iterator[Observation]:
    """What is past its end and builds or runs the product; tests may be of old versions."""
    for key, all_ in groups.items():
        some = [one for one in all_ if one.live]
        if not some or not is_past(ends[key], as_of):
            continue
        weights = {one: severity(known, one, as_of) for one in some}
        grave = sorted(some, key=lambda one: -Severity(weights[one]).rank)
        repo, product, cycle = key
        values: dict[str, Value] = {
            "product": product,
            "cycle": cycle,
            "kind": some[0].kind,
            "ended": _said(ends[key]),
            "count": len(some),
            "sign": grave[0].sign,
            "severity": weights[grave[0]],
        }
        places = tuple(dict.fromkeys(Location(one.path, one.line) for one in grave))
        end = ends[key]
        yield Observation(
            "end-of-life", repo, f"{product}:{cycle}", places[:PLACES], values,
            known=end.isoformat() if isinstance(end, date) else "",
        )  # fmt: skip


def _said(ends: Ends | None) -> str:
    if isinstance(ends, date):
        return f"on {ends.day} {ends:%B %Y}"
    return "on a day that is not known"


def _table(
    as_of: date, known: Calendar, groups: dict[Group, list[Version]], ends: dict[Group, Ends | None]
) -> Series:
    def order(key: Group) -> tuple[bool, bool, str, Group]:
        end = ends[key]
        return not is_past(end, as_of), not isinstance(end, date), str(end), key

    rows = []
    for key in sorted(groups, key=order):
        some = sorted(groups[key], key=lambda one: (not one.live, not one.runs, one.path))
        first = some[0]
        version = key[2] or f"not known ({first.stated})" if first.stated else "not known"
        rows.append(
            (key[1], version, key[0], _state(ends[key], as_of, first), first.sign,
             _used(first),
             str(Location(first.path, first.line)))
        )  # fmt: skip
    note = (
        f"Dates: {known.source}; the audit counts from {as_of}. Support that has to be bought does "
        "not count. Of Java the dates of Eclipse Temurin are given; other vendors have others."
    )
    if as_of - known.compiled > OLD:
        note = f"The dates are {(as_of - known.compiled).days} days old: newer ones exist. {note}"
    if len(rows) > SHOWN:
        note += f" {len(rows) - SHOWN:,} rows more are in the evidence."
    return Series(
        "end_of_life",
        "Support of runtimes, frameworks, data stores and systems",
        ("product", "version", "repository", "support", "stated by", "used in", "where"),
        tuple(rows[:SHOWN]),
        note=note,
    )


def _used(first: Version) -> str:
    if not first.live:
        return "development or tests"
    return "production" if first.runs else "builds only"


def _state(ends: Ends | None, as_of: date, first: Version) -> str:
    if ends is None:
        return first.why
    if ends == "none":
        return "no end announced"
    if ends == "ended":
        return "ended, day not known"
    state = "ended" if is_past(ends, as_of) else "until"
    return f"{state} {ends}"
