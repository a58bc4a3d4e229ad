"""What the weaknesses mean: how many patterns that attackers look for stand in production code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.weaknesses.claims import claims
from techdd.collectors.weaknesses.exhibits import exhibits
from techdd.collectors.weaknesses.places import (
    CLAIMED,
    CONFIDENCE,
    HANDED,
    LEVELS,
    Place,
    merged,
    of_bandit,
    of_others,
    of_ours,
    shown_kind,
    shown_title,
)
from techdd.collectors.weaknesses.scan import Weakness, WeaknessScan
from techdd.collectors.weaknesses.search import PatternPlace, PatternScan
from techdd.collectors.weaknesses.taint import TaintResult, TaintScan
from techdd.counting import of_repository
from techdd.facts import File
from techdd.languages import calls_itself_generated
from techdd.model import Location, Metric, Observation, Value
from techdd.patterns import patterns, references
from techdd.sarif import HandedIn, ImportedResult
from techdd.triage import mark_of

if TYPE_CHECKING:
    from pandas import DataFrame

_PLACES = 10  # of one weakness, named
_TOLD = 10  # tools with their rules, named
_HANDED = 20  # kinds that only handed-in results speak of, each a finding
_NOT_LOOKED = "no code in a language that static analysis here knows"
_NOT_READ = "none of the files could be read"
_WHY = (
    "Static analysis reports patterns, not proven attacks; left alone, it is what a penetration "
    "test or a customer's security review will find."
)
_REMEDY = "Correct each place, or record why it is safe. Done when every place has one of the two."


@probe(
    domain="security",
    needs=(
        Weakness, WeaknessScan, PatternPlace, PatternScan, TaintResult, TaintScan, ImportedResult,
        HandedIn, File,
    ),
)  # fmt: skip
def weaknesses(
    _as_of: date,
    bandits: DataFrame,
    bandit_scans: DataFrame,
    ours: DataFrame,
    our_scans: DataFrame,
    tainted: DataFrame,
    taint_scans: DataFrame,
    imported: DataFrame,
    handed: DataFrame,
    files: DataFrame,
) -> Answered:
    """Which patterns that attackers look for does static analysis see in production code?"""
    import pandas as pd

    told = [*of_others(handed, files, HANDED), *of_others(imported, files, CLAIMED)]
    traced = [*of_others(tainted, files), *told]
    everything = merged((*of_bandit(bandits, files), *of_ours(ours), *traced))
    found = [one for one in everything if one.origin != CLAIMED]
    read = pd.concat([bandit_scans.assign(language="Python"), our_scans], ignore_index=True)
    read = read.groupby(["repo", "path"], as_index=False).agg(
        {"role": "first", "language": "first", "analysed": "any"}
    )
    scans = read.merge(files[["repo", "path", "code"]], on=["repo", "path"], how="left")
    counted = [one for one in found if one.role == "source"]
    production = scans[scans["role"] == "source"]
    for repo in ["", *sorted(files["repo"].unique())]:
        here = [one for one in counted if repo in ("", one.repo)]
        yield from _metrics(repo, here, of_repository(repo, production))
        own = of_repository(repo, files)
        yield _coverage(repo, production, own[own["role"] == "source"])
    yield from _observations(found)
    yield from claims([one for one in everything if one.origin == CLAIMED and one.role == "source"])
    others = pd.concat(
        [handed.assign(origin=HANDED), imported.assign(origin=CLAIMED)], ignore_index=True
    )
    versions = sorted(set(taint_scans["version"]) - {""})
    yield from exhibits(everything, production, files, others, versions)


def _metrics(repo: str, found: Sequence[Place], scans: DataFrame) -> Iterator[Metric]:
    read = scans[scans["analysed"]]
    lines = int(read["code"].sum())
    unread = len(scans) - len(read)
    languages = read["language"].nunique()
    basis = ""
    if len(read):
        named = "1 language" if languages == 1 else f"{languages:,} languages"
        basis = f"{lines:,} code lines in {len(read):,} files of {named}"
    note = f"{unread:,} files could not be read" if unread else ""
    if not len(read):
        note = _NOT_READ if unread else _NOT_LOOKED
    counts = Counter(one.level for one in found)
    for level in ("high", "medium"):
        value = float(counts[level]) if len(read) else None
        yield Metric(f"weaknesses.{level}", value, "places", repo, basis, note)
    density = counts["high"] / (lines / 1000) if lines else None
    yield Metric("weaknesses.high_per_kloc", density, "per 1,000 code lines", repo, basis, note)


def _coverage(repo: str, scans: DataFrame, source: DataFrame) -> Metric:
    """The share of production code lines that any analysis of ours could read."""
    read = scans[scans["analysed"] & ((scans["repo"] == repo) | (not repo))]
    total = int(source["code"].sum())
    share = int(read["code"].sum()) / total if total else None
    basis = f"{total:,} code lines of production code"
    return Metric(
        "weaknesses.coverage", share, "share", repo, basis, "" if total else "no production code"
    )


def _observations(found: Sequence[Place]) -> Iterator[Observation]:
    """One of each kind in each repository: its places in production code."""
    kinds: dict[tuple[str, str], list[Place]] = defaultdict(list)
    elsewhere: Counter[tuple[str, str]] = Counter()
    for place in found:
        if place.role != "source" and not _counts_all_the_same(place):
            elsewhere[place.repo, place.kind] += 1
        elif not place.silent:
            kinds[place.repo, place.kind].append(place)
    rest = set(_beyond(kinds))
    for (repo, kind), places in sorted(kinds.items()):
        if (repo, kind) not in rest:
            yield _observation(repo, kind, places, elsewhere[repo, kind])
    yield from claims([one for key in sorted(rest) for one in kinds[key]])


def _counts_all_the_same(place: Place) -> bool:
    """Whether it is severe, and only a line in its file says that nobody wrote it by hand."""
    return place.level == "high" and calls_itself_generated(place.role, place.path)


def _beyond(kinds: Mapping[tuple[str, str], Sequence[Place]]) -> Iterator[tuple[str, str]]:
    """The kinds that only handed-in results speak of, but for the most severe of a repository."""
    worst = {
        key: max(LEVELS.index(one.level) for one in places)
        for key, places in kinds.items()
        if all(one.origin == HANDED for one in places)
    }
    seen: Counter[str] = Counter()
    for key in sorted(worst, key=lambda key: (-worst[key], -len(kinds[key]), key)):
        seen[key[0]] += 1
        if seen[key[0]] > _HANDED:
            yield key


def _observation(repo: str, kind: str, places: list[Place], elsewhere: int) -> Observation:
    places.sort(
        key=lambda one: (
            -LEVELS.index(one.level), -CONFIDENCE.index(one.confidence), one.path, one.line,
        )
    )  # fmt: skip
    worst, rule = places[0], patterns().get(kind)
    cwe = rule.cwes[0] if rule else worst.cwe
    named = (*references(cwe), "", "", "")
    accepted = sum(bool(one.accepted) for one in places)
    own = any(one.origin != HANDED for one in places)
    asides = ""
    if accepted:
        asides += f" Of these, {accepted:,} that the client's own tool was told to leave."
    if said := sum(one.role != "source" for one in places):
        asides += f" Of these, {said:,} in files that call themselves generated."
    if elsewhere:
        asides += f" Not counted: {elsewhere:,} in tests, examples, copied or generated code."
    values: dict[str, Value] = {
        "test": shown_kind(worst),
        "title": shown_title(worst) if own else f"{shown_title(worst)} (imported)",
        "count": len(places),
        "severity": worst.level,
        "confidence": worst.confidence,
        "cwe": named[0],
        "owasp_2021": next((one for one in named if ":2021" in one), ""),
        "owasp_2025": next((one for one in named if ":2025" in one), ""),
        "tools": _tools(places),
        "asides": asides,
        "why": rule.why if rule else _WHY,
        "remedy": rule.remedy if rule else _REMEDY,
    }
    where = tuple(Location(one.path, one.line or None) for one in places[:_PLACES])
    mark = mark_of(one.path for one in places)
    return Observation("static-weakness", repo, kind, where, values, mark)


def _tools(places: Sequence[Place]) -> str:
    told = sorted({told for one in places for told in one.told.split(", ")})
    more = [f"{len(told) - _TOLD:,} more"] if len(told) > _TOLD else []
    return ", ".join([*told[:_TOLD], *more])
