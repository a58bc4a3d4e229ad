"""How far the packages in use lag behind, and which of them nobody looks after any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, probe
from techdd.counting import FEWEST, end_of
from techdd.depsdev import PackageFact, PackageLookup
from techdd.facts import Package
from techdd.lockfiles import TOOLS
from techdd.model import Location, Metric, Observation, Series

if TYPE_CHECKING:
    from pandas import DataFrame

NOBODY_SAYS = "neither the files nor deps.dev say who maintains a package"
NOT_ASKED = "online look-ups were not asked for: --online"
QUIET = 24  # months without a release after which OSSRA speaks of an abandoned component
BEHIND = 2.0  # libyears, as checklist item DEP-08 counts them
SHOWN = 10
_YEAR = 365.25  # days
_KEY = ["repo", "ecosystem", "name", "version"]


class Used(NamedTuple):
    """A package version that may be shipped, with what the service says of it."""

    repo: str
    ecosystem: str
    name: str
    version: str
    direct: bool
    published: datetime | None
    latest: str
    latest_published: datetime | None
    last_release: datetime | None
    deprecated: bool | None
    reason: str
    locations: tuple[Location, ...]

    @property
    def libyears(self) -> float | None:
        """Years from the version in use to the newest; 0 where that one is no newer."""
        if self.published is None or self.latest_published is None:
            return None
        return max(0.0, (self.latest_published - self.published).days / _YEAR)


@probe(domain="dependencies", needs=(Package, PackageFact, PackageLookup))
def dependency_health(
    as_of: date, packages: DataFrame, facts: DataFrame, lookups: DataFrame
) -> Answered:
    """How old are the third-party packages in use, and are they still looked after?"""
    packages = packages[~packages["ecosystem"].isin(TOOLS)]
    used = _used(packages, facts)
    asked = set(lookups["repo"])
    repos = sorted(map(str, packages["repo"].unique()))
    by_repo = {"": used} | {repo: list(own) for repo, own in groupby(used, attrgetter("repo"))}
    for repo in ("", *repos):
        own = by_repo.get(repo, [])
        missing = [one for one in ([repo] if repo else repos) if one not in asked]
        yield from _metrics(as_of, repo, own, NOT_ASKED if missing else "")
        yield Metric("dependency_health.single_maintainer", None, "packages", repo, "", NOBODY_SAYS)
    if not asked:
        return
    sent = int(lookups["packages"].sum())
    withheld = int(lookups["withheld"].sum())
    direct = _distinct(one for one in used if one.direct)
    yield _ages(as_of, direct)
    yield _furthest(direct, sent, withheld)
    for one in used:
        if one.direct and one.deprecated:
            yield Observation(
                "deprecated-package",
                one.repo,
                f"{one.ecosystem}:{one.name}@{one.version}",
                one.locations,
                {
                    "package": one.name,
                    "version": one.version,
                    "ecosystem": one.ecosystem,
                    "latest": one.latest if one.latest not in ("", one.version) else "none named",
                    "reason": f' The notice reads: "{one.reason}".' if one.reason else "",
                },
            )


def _used(packages: DataFrame, facts: DataFrame) -> list[Used]:
    """Every package version of a repository that may be shipped, once, in a fixed order."""
    said = {tuple(map(str, row[:4])): row[4:] for row in _rows(facts, [*_KEY, *_SAID])}
    shipped = packages[(packages["scope"] != "development") & packages["version"].notna()]
    found = []
    rows = _rows(shipped.sort_values([*_KEY, *_PLACE]), [*_KEY, *_PLACE, "direct"])
    for key, group in groupby(rows, key=itemgetter(0, 1, 2, 3)):
        names = tuple(map(str, key))
        stated = [(row[4:6], row[6]) for row in group]
        published, latest, latest_published, last, deprecated, reason = said.get(
            names, (None, "", None, None, None, "")
        )
        found.append(
            Used(
                *(names[0], names[1], names[2], names[3]),
                any(direct for _, direct in stated),
                *(published, str(latest), latest_published, last),
                None if deprecated is None else bool(deprecated),
                str(reason),
                tuple(Location(*place) for place in dict.fromkeys(place for place, _ in stated)),
            )
        )
    return found


_PLACE = ["manifest", "line"]
_SAID = ["published", "latest", "latest_published", "last_release", "deprecated", "reason"]


def _rows(table: DataFrame, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of `table` with None where pandas has its own words for nothing."""
    plain = table[columns].astype(object)
    yield from plain.where(plain.notna(), None).itertuples(index=False, name=None)


def _distinct(used: Iterable[Used]) -> list[Used]:
    """One entry a package version, for it counts once over all repositories."""
    return list({one[1:4]: one for one in used}.values())


def _metrics(as_of: date, repo: str, used: list[Used], unasked: str) -> Iterator[Metric]:
    direct = _distinct(one for one in used if one.direct)
    years = [one.libyears for one in direct if one.libyears is not None]
    basis = f"dates of {len(years):,} of {len(direct):,} direct packages that may be shipped"
    note = "; ".join(filter(None, [unasked, "" if years else _nothing(direct, unasked)]))
    name = "dependency_health"
    yield Metric(f"{name}.libyears", sum(years) if years else None, "years", repo, basis, note)
    middle = median(years) if years else None
    yield Metric(f"{name}.libyears_median", middle, "years", repo, basis, note)
    behind = [one > BEHIND for one in years]
    yield _share(f"{name}.behind_share", behind, repo, basis, note)

    limit = _limit(as_of)
    quiet = [one.last_release < limit for one in direct if one.last_release]
    basis = f"last release of {len(quiet):,} of {len(direct):,} direct packages known"
    note = "; ".join(filter(None, [unasked, "" if quiet else _nothing(direct, unasked)]))
    value = sum(quiet) if quiet else None
    yield Metric(f"{name}.unmaintained", value, "packages", repo, basis, note)
    yield _share(f"{name}.unmaintained_share", quiet, repo, basis, note)

    # Deprecation is the one thing that matters however deep a package lies.
    every = _distinct(used)
    told = [one.deprecated for one in every if one.deprecated is not None]
    basis = f"stated of {len(told):,} of {len(every):,} packages that may be shipped"
    note = "; ".join(filter(None, [unasked, "" if told else _nothing(every, unasked)]))
    value = sum(told) if told else None
    yield Metric(f"{name}.deprecated", value, "packages", repo, basis, note)


def _nothing(packages: list[Used], unasked: str) -> str:
    if unasked:
        return ""
    return "the service said nothing of them" if packages else "no such package in a known version"


def _share(name: str, marked: list[bool], repo: str, basis: str, note: str) -> Metric:
    enough = len(marked) >= FEWEST
    few = f"fewer than {FEWEST} packages with dates" if marked and not enough else ""
    value = sum(marked) / len(marked) if enough else None
    return Metric(name, value, "share", repo, basis, "; ".join(filter(None, [note, few])))


def _limit(as_of: date) -> datetime:
    import pandas as pd

    moment: datetime = (end_of(as_of) - pd.DateOffset(months=QUIET)).to_pydatetime()
    return moment


def _ages(as_of: date, direct: list[Used]) -> Series:
    end = end_of(as_of).to_pydatetime()
    rows = [
        (one.name, (end - one.published).days / _YEAR, one.libyears)
        for one in direct
        if one.published and one.libyears is not None
    ]
    return Series(
        "package_ages",
        "Direct packages by the age of the version in use and how far it lags behind",
        ("package", "age of the version in use, years", "behind the newest version, years"),
        tuple((name, round(age, 2), round(behind or 0.0, 2)) for name, age, behind in rows),
        chart="scatter",
        note="Old and not behind: nothing newer exists. Libyears as in Cox et al. 2015.",
    )


def _furthest(direct: list[Used], sent: int, withheld: int) -> Series:
    late = sorted(
        (one for one in direct if one.libyears), key=lambda one: (-(one.libyears or 0), one[1:4])
    )
    rows = tuple(
        (
            *(one.name, one.version, _iso(one.published), one.latest or "not known"),
            *(_iso(one.latest_published), round(one.libyears or 0.0, 1), _iso(one.last_release)),
        )
        for one in late[:SHOWN]
    )
    more = f" The furthest {SHOWN} of {len(late):,}." if len(late) > SHOWN else ""
    kept = f", {withheld:,} private ones withheld" if withheld else ""
    return Series(
        "packages_behind",
        "The direct packages that lag furthest behind",
        (
            *("package", "version in use", "published", "newest version"),
            *("published on", "years behind", "last release of any version"),
        ),
        rows,
        note=f"Dates as deps.dev has them; sent there: names and versions of {sent:,} packages"
        f"{kept}.{more}",
    )


def _iso(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else "not known"
