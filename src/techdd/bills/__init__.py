"""The door of the bills of materials: what one holds, read from the evidence, and its writers.

No person is in a bill, and pseudonyms stand where a client wrote a name or an address into a path.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from techdd import __version__
from techdd.collectors.vulnerabilities import AdvisoryCoverage, Vulnerability
from techdd.depsdev import SERVICE, PackageFact
from techdd.errors import TechddError
from techdd.facts import Package, Snapshot
from techdd.licensing import classify
from techdd.model import Issue, Location, Status
from techdd.naming import Voice, kept_numbers
from techdd.purls import purl
from techdd.reading import Tables

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Component:
    """One package version of one repository."""

    repo: str
    ecosystem: str
    name: str
    version: str  # "" where only a range is known
    requirement: str
    scope: str
    direct: bool | None
    licence: str  # an SPDX expression; "" = none, or none that SPDX knows
    stated: str  # the licence in the package's own words where it is no SPDX expression
    source: str  # the service that named the licence; "" = the files
    places: tuple[Location, ...]

    @property
    def purl(self) -> str:
        """Its package URL; "" where its ecosystem has none."""
        return purl(self.ecosystem, self.name, self.version)

    @property
    def ref(self) -> str:
        """How the bill itself calls it."""
        named = self.purl or f"{self.ecosystem}/{self.name}@{self.version}"
        return f"{self.repo}:{named}"


@dataclass(frozen=True)
class Weakness:
    """One known vulnerability and the components that have it."""

    id: str
    aliases: tuple[str, ...]
    severity: str
    score: float | None
    summary: str
    published: str
    refs: tuple[tuple[str, str, str, str], ...]  # repository, ecosystem, name, version


@dataclass(frozen=True)
class Bill:
    """The third-party packages of an engagement as of one day."""

    client: str
    date: date
    tool: str
    repositories: tuple[tuple[str, str], ...]  # name, audited commit
    components: tuple[Component, ...]
    weaknesses: tuple[Weakness, ...]
    # Repositories whose dependency files could not all be read, each with what was not.
    incomplete: tuple[tuple[str, tuple[Issue, ...]], ...]
    checked: str = ""  # how many package versions were compared with advisories, in words

    @property
    def unread(self) -> dict[str, tuple[str, ...]]:
        """Repository -> what its part of the bill lacks, as "file: why"."""
        return {repo: tuple(dict.fromkeys(map(_told, issues))) for repo, issues in self.incomplete}


def _told(issue: Issue) -> str:
    return ": ".join(filter(None, (issue.path, issue.reason, issue.detail)))


@dataclass(frozen=True)
class Writer:
    """One way to write a bill. `name` is what `--format` takes, `suffix` the file's ending."""

    name: str
    suffix: str
    write: Callable[[Bill], bytes]


def writer(suffix: str) -> Callable[[Callable[[Bill], bytes]], Writer]:
    """Makes a Writer of a function, named as it is."""

    def wrap(write: Callable[[Bill], bytes]) -> Writer:
        return Writer(write.__name__, suffix, write)

    return wrap


def drawn_up(tables: Tables, as_of: date) -> Bill:
    """The bill of the engagement's packages. Raises TechddError where none were collected."""
    workspace = tables.workspace
    runs = [run for run in tables.runs() if run.collector == "dependencies"]
    if not any(run.rows for run in runs):
        raise TechddError(
            f"no packages have been collected; first: techdd collect {workspace.root}",
            workspace.file,
        )
    commits = {row.repo: row.commit for row in tables.table(Snapshot).itertuples()}
    bill = Bill(
        workspace.engagement.client,
        as_of,
        f"techdd {__version__}",
        tuple((name, str(commits.get(name, ""))) for name in workspace.names),
        tuple(_components(tables.table(Package), _looked_up(tables.table(PackageFact)))),
        tuple(_weaknesses(tables.table(Vulnerability))),
        tuple(sorted((run.repo, run.issues) for run in runs if run.status is not Status.OK)),
        _checked(tables.table(AdvisoryCoverage)),
    )
    people = tables.who.people
    numbers = kept_numbers(workspace.root / "pseudonyms.json", people)
    return Voice(people, tables.who.identities, numbers, named=False).spoken(bill)


def _looked_up(facts: DataFrame) -> dict[tuple[str, str, str], str]:
    """(ecosystem, name, version) -> the licence that the service names."""
    named = facts[facts["licence"] != ""]
    keys = zip(named["ecosystem"], named["name"], named["version"], strict=True)
    return dict(zip(keys, named["licence"], strict=True))


def _components(
    packages: DataFrame, looked_up: dict[tuple[str, str, str], str]
) -> Iterable[Component]:
    """One component a repository and package version, wherever its files name it.

    The licence is what the files say, else what was looked up.
    """
    found: dict[str, list[Component]] = defaultdict(list)
    for row in packages.itertuples():
        own = _text(row.licence)
        other = "" if own else looked_up.get((row.ecosystem, row.name, _text(row.version)), "")
        licence, words = _licence(own or other)
        line = None if _empty(row.line) else int(row.line)
        component = Component(
            str(row.repo),
            str(row.ecosystem),
            str(row.name),
            _text(row.version),
            _text(row.requirement),
            str(row.scope),
            None if _empty(row.direct) else bool(row.direct),
            licence,
            words,
            SERVICE if other else "",
            (Location(str(row.manifest), line),),
        )
        found[component.ref].append(component)
    return [_merged(same) for _, same in sorted(found.items())]


def _merged(same: list[Component]) -> Component:
    first = same[0]
    scopes, directs = {one.scope for one in same}, {one.direct for one in same}
    shipped = [scope for scope in ("runtime", "unknown", "development") if scope in scopes]
    places = {place for one in same for place in one.places}
    # What one of the files says counts before what was looked up for another.
    told = [one for one in same if not one.source] if any(map(_is_told, same)) else same
    return Component(
        first.repo,
        first.ecosystem,
        first.name,
        first.version,
        next((one.requirement for one in same if one.requirement), ""),
        shipped[0],
        True if True in directs else False if False in directs else None,
        _all_of(one.licence for one in told),
        _all_of(one.stated for one in told),
        next((one.source for one in told if one.source), ""),
        tuple(sorted(places, key=lambda place: (place.path, place.line or 0))),
    )


def _is_told(one: Component) -> bool:
    return not one.source and bool(one.licence or one.stated)


def _all_of(licences: Iterable[str]) -> str:
    """Where the files state different licences, each may hold."""
    found = sorted({one for one in licences if one})
    return "".join(found) if len(found) < 2 else " AND ".join(f"({one})" for one in found)


@cache
def _licence(stated: str) -> tuple[str, str]:
    """(SPDX expression, "") of a licence, or ("", its words) where it is no such expression."""
    from license_expression import get_spdx_licensing

    if not stated:
        return "", ""
    expression, _ = classify(stated)
    try:
        known = str(get_spdx_licensing().parse(expression, validate=True))
    except Exception:  # the library raises exceptions that cannot even be printed
        return "", stated
    if known.replace("(", "").replace(")", "") != expression.replace("(", "").replace(")", ""):
        return "", stated  # a name such as "GPL", which the library takes for some version of it
    # A LicenseRef is of somebody's own list, which a bill would have to bring along.
    return ("", stated) if "LicenseRef-" in expression else (expression, "")


def _weaknesses(found: DataFrame) -> Iterable[Weakness]:
    if found.empty:
        return
    for advisory, rows in found.groupby("advisory", sort=True):
        first = rows.sort_values(["published", "summary"]).iloc[0]
        keys = zip(rows["repo"], rows["ecosystem"], rows["package"], rows["version"], strict=True)
        yield Weakness(
            str(advisory),
            tuple(sorted({one for text in rows["aliases"] for one in text.split(", ") if one})),
            str(first["severity"]),
            None if _empty(first["score"]) else float(first["score"]),
            str(first["summary"]),
            str(first["published"]),
            tuple(sorted(set(keys))),
        )


def _checked(coverage: DataFrame) -> str:
    """Without this, a bill that names no vulnerability would read as one that has none."""
    used = int(coverage["versions"].sum() + coverage["unknown"].sum())
    return f"{int(coverage['checked'].sum()):,} of {used:,} packages"


def _empty(value: Any) -> bool:
    import pandas as pd

    return value is None or bool(pd.isna(value))


def _text(value: Any) -> str:
    return "" if _empty(value) else str(value)


def serial(content: bytes) -> uuid.UUID:
    """A serial number that is the same for the same content, so that a bill can be made again."""
    return uuid.uuid5(uuid.NAMESPACE_OID, content.hex())
