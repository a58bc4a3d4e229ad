"""Matches the packages of one repository against the local advisory database.

PyPI packages get a second, independent opinion from pip-audit on the same database.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from techdd.advisories import Database, Exploitation, Match, Matches, normalised, preferred, upgrade
from techdd.advisories.second_opinion import LookupFailed, Opinion, Pin, audit, audit_online
from techdd.collectors import Gathered, collector
from techdd.collectors._updates import AdvisoryCoverage, Vulnerability
from techdd.errors import TechddError
from techdd.facts import Package
from techdd.model import Issue
from techdd.purls import is_withheld
from techdd.repository import Repository
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

_NAMED = 5  # examples in the detail of an issue


class OnlineLookup(NamedTuple):
    """Package names and versions were sent to an online service."""

    service: str
    packages: int


@collector(makes=(Vulnerability, AdvisoryCoverage, OnlineLookup), needs=(Package,), version=4)
def vulnerabilities(
    repo: Repository,
    packages: DataFrame,
    *,
    advisories: str = "",
    advisories_digest: str = "",
    online: bool = False,
    withheld: Sequence[str] = (),
) -> Gathered:
    """Known vulnerabilities of every package version that a lock file or a manifest names.

    `advisories` is the folder of the advisory database and `advisories_digest` its content, which
    makes the result stale when advisories change. `online` also asks PyPI, but not of names
    that match a pattern of `withheld`.
    """
    rows = [Package(*row) for row in packages[list(Package._fields)].itertuples(index=False)]
    rows = sorted({_plain(row) for row in rows}, key=repr)
    if not rows:
        return
    unknown = _unknown(rows)
    yield from _versions_not_known(unknown)
    try:
        if not advisories:
            raise TechddError("run 'techdd advisories import' or 'techdd advisories update'")
        database = Database.open(Path(advisories))
    except TechddError as error:
        yield Issue("no advisory database", detail=error.message)
        yield from _coverage(rows, unknown, None, {})
        return
    with closing(database):
        if advisories_digest not in ("", database.status.digest):
            yield Issue("the advisory database changed during the run")
        if database.status.skipped:
            detail = f"{database.status.skipped:,} records were skipped when they were imported"
            yield Issue("advisory records could not be read", detail=detail)
        private = {_key(row)[1:] for row in rows if is_withheld(row.name, withheld)}
        yield from _matched(rows, unknown, database, private, online=online)


def _matched(
    rows: list[Package],
    unknown: list[Package],
    database: Database,
    private: set[Pin],
    *,
    online: bool,
) -> Gathered:
    answers: dict[tuple[str, str, str], Matches] = {}
    for row in rows:
        if row.version and (key := _key(row)) not in answers:
            answers[key] = database.match(*key)
    yield from _not_assessed(rows, answers)
    sources: dict[str, dict[Pin, list[Opinion]]] = {}
    pins = [(name, version) for ecosystem, name, version in answers if ecosystem == "PyPI"]
    if pins and database.covers("PyPI"):
        try:
            sources["pip-audit"] = audit(database, pins)
        except Exception as error:  # its interface is private: a change there must not cost us ours
            yield Issue("pip-audit did not run", detail=type(error).__name__)
    sent = [pin for pin in pins if pin not in private]
    if online and len(sent) < len(pins):
        kept = {" ".join(pin) for pin in pins if pin in private}
        yield Issue("names withheld from online look-ups", detail=_listed("package version", kept))
    if sent and online:
        yield OnlineLookup("PyPI", len(sent))
        try:
            sources["PyPI"] = audit_online(sent)
        except LookupFailed as error:
            yield Issue("online look-up failed", detail=f"PyPI: {error}", transient=True)
    agreed = {key: _reconciled(key, answer, sources) for key, answer in answers.items()}
    yield from _disagreements(agreed, answers, sources)
    targets = {
        key: upgrade(key[0], [one for one, _ in found], partial(database.match, *key[:2]))
        for key, found in agreed.items()
    }
    for row in rows:
        for found, said in agreed.get(_key(row), ()) if row.version else ():
            used = database.exploitation((found.id, *found.aliases))
            best = targets[_key(row)]
            yield _fact(row, found, said, used)._replace(target=best.version, left=best.left)
    yield from _coverage(rows, unknown, database, answers)


def _plain(row: Package) -> Package:
    """The row as a DataFrame gave it, with None where pandas has its own words for nothing."""
    import pandas as pd

    direct = None if pd.isna(row.direct) else bool(row.direct)
    line = None if row.line is None or pd.isna(row.line) else int(row.line)
    version = row.version if isinstance(row.version, str) and row.version else None
    return row._replace(version=version, line=line, direct=direct)


def _key(row: Package) -> tuple[str, str, str]:
    return row.ecosystem, normalised(row.ecosystem, row.name), row.version or ""


def _fact(
    row: Package, found: Match, said: Iterable[str], exploitation: Exploitation
) -> Vulnerability:
    return Vulnerability(
        *(row.ecosystem, row.name, row.version or "", row.manifest, row.line, row.scope),
        *(row.direct, found.id, ", ".join(found.aliases), found.severity, found.score),
        *(found.fixed, found.summary, found.published, ", ".join(said)),
        *exploitation,
    )


# --- two opinions ---------------------------------------------------------------------------------


def _reconciled(
    key: tuple[str, str, str], answer: Matches, sources: Mapping[str, Mapping[Pin, list[Opinion]]]
) -> list[tuple[Match, list[str]]]:
    """Our matches and those of others, one entry a vulnerability with who says so."""
    agreed = [(found, ["osv"]) for found in answer.found]
    if key[0] != "PyPI":
        return agreed
    named = [({found.id, *found.aliases}, said) for found, said in agreed]
    for source, opinions in sources.items():
        for opinion in opinions.get(key[1:], ()):
            same = [said for ids, said in named if not ids.isdisjoint(opinion.ids)]
            for others in same:
                others.extend({source}.difference(others))
            if not same:
                first, *aliases = preferred(opinion.ids)
                rest = (opinion.fixed, opinion.summary, opinion.published)
                found = Match(first, tuple(aliases), "unknown", None, *rest)
                agreed.append((found, [source]))
                named.append(({first, *aliases}, agreed[-1][1]))
    return agreed


def _disagreements(
    agreed: Mapping[tuple[str, str, str], list[tuple[Match, list[str]]]],
    answers: Mapping[tuple[str, str, str], Matches],
    sources: Mapping[str, Mapping[Pin, list[Opinion]]],
) -> Iterator[Issue]:
    asked = sources.get("pip-audit", {})
    for key, entries in agreed.items():
        if key[0] != "PyPI" or key[1:] not in asked:
            continue
        for found, said in entries:
            if len({"osv", "pip-audit"}.intersection(said)) == 1:
                only = "osv" if "osv" in said else "pip-audit"
                detail = f"{key[1]} {key[2]}: {found.id} only by {only}"
                yield Issue("pip-audit and the advisory matcher disagree", detail=detail)


# --- what could not be assessed -------------------------------------------------------------------


def _unknown(rows: list[Package]) -> list[Package]:
    """Rows without a version whose package no lock file of the same or an outer folder pins."""
    pinned: dict[tuple[str, str], set[PurePosixPath]] = defaultdict(set)
    for row in rows:
        if row.version:
            pinned[_key(row)[:2]].add(PurePosixPath(row.manifest).parent)
    return [
        row
        for row in rows
        if not row.version and pinned[_key(row)[:2]].isdisjoint(PurePosixPath(row.manifest).parents)
    ]


def _versions_not_known(unknown: list[Package]) -> Iterator[Issue]:
    by_manifest: dict[str, set[str]] = defaultdict(set)
    for row in unknown:
        by_manifest[row.manifest].add(row.name)
    for manifest, names in sorted(by_manifest.items()):
        yield Issue("version not known, not checked", manifest, _listed("package", names))


def _not_assessed(
    rows: list[Package], answers: Mapping[tuple[str, str, str], Matches]
) -> Iterator[Issue]:
    """One issue a reason and manifest, with the packages that it concerns."""
    concerned: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        for issue in answers[_key(row)].unclear if row.version else ():
            no_data = issue.reason.startswith("no advisories")
            place = "" if no_data else row.manifest
            about = f": {issue.detail}" if issue.detail and issue.reason != _NO_VERSION else ""
            concerned[issue.reason, place].add(f"{row.name} {row.version}{about}")
    for (reason, manifest), names in sorted(concerned.items()):
        yield Issue(reason, manifest, _listed("package version", names))


_NO_VERSION = "version not understood"


def _listed(noun: str, names: set[str]) -> str:
    plural = "s" if len(names) > 1 else ""
    return f"{len(names):,} {noun}{plural}: {some_of(sorted(names), _NAMED)}"


def _coverage(
    rows: list[Package],
    unknown: list[Package],
    database: Database | None,
    answers: Mapping[tuple[str, str, str], Matches],
) -> Iterator[AdvisoryCoverage]:
    versions = Counter(ecosystem for ecosystem, _, _ in {_key(row) for row in rows if row.version})
    checked = Counter(key[0] for key, answer in answers.items() if not answer.unclear)
    missing = Counter(ecosystem for ecosystem, _ in {_key(row)[:2] for row in unknown})
    counts = database.status.counts if database else {}
    dates = database.status.dates if database else {}
    lists = database.status.lists if database else {}
    for ecosystem in sorted({row.ecosystem for row in rows}):
        yield AdvisoryCoverage(
            *(ecosystem, versions[ecosystem], checked[ecosystem], missing[ecosystem]),
            *(counts.get(ecosystem, 0), dates.get(ecosystem, "")),
            *(lists.get("KEV", ""), lists.get("EPSS", "")),
        )
