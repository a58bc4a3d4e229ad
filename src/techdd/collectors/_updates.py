"""Known vulnerabilities of packages as facts, and how far an update of a package jumps."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

EFFORTS = (
    "patch release",
    "minor release",
    "dated release",
    "major release",
    "version scheme not understood",
    "no fixed version known",
)


_YEARS = range(1990, 2100)


class Vulnerability(NamedTuple):
    """One known vulnerability of one package version that a file names."""

    ecosystem: str
    package: str
    version: str
    manifest: str
    line: int | None
    scope: str  # as in Package
    direct: bool | None
    advisory: str  # the CVE where there is one, else the GHSA, else the database's own id
    aliases: str  # all other ids, separated by ", "
    severity: str  # info (a notice), unknown, low, medium, high, critical
    score: float | None  # CVSS base score
    fixed: str  # the smallest fixed version above the one in use; "" = none known
    summary: str
    published: str  # ISO date; "" = not known
    sources: str  # which matchers say so: "osv", "pip-audit", "PyPI"
    exploited: str  # ISO date on which CISA listed it as exploited; "" = not, or no list imported
    ransomware: bool  # as that list says
    epss: float | None  # probability of exploitation within 30 days, 0 to 1 (FIRST)
    target: str = ""  # to which the package is best updated; the same for all that affect a version
    left: int | None = None  # vulnerabilities that are known of the target; None = cannot be told


def of_row(row: Any) -> Vulnerability:
    """The vulnerability in a row of a table that holds more columns."""
    return Vulnerability(*(getattr(row, name) for name in Vulnerability._fields))


class AdvisoryCoverage(NamedTuple):
    """How far the packages of one ecosystem could be checked at all."""

    ecosystem: str
    versions: int  # distinct package versions in use
    checked: int  # of these, compared with advisories; the rest is not assessed
    unknown: int  # further packages in no known version
    advisories: int  # advisories for the ecosystem in the database; 0 = none imported
    date: str  # of the newest of them
    kev: str  # ISO date of the list of exploited vulnerabilities; "" = none imported
    epss: str  # likewise of the EPSS scores


def effort(version: str, target: str) -> str:
    """How far an update from `version` to `target` jumps, by the numbers of both."""
    if not target:
        return "no fixed version known"
    here, there = (_numbers(one) for one in (version, target))
    if not here or not there:
        return "version scheme not understood"
    if all(number in _YEARS for number in (here[0], there[0])):
        return "dated release"
    if here[0] == there[0] == 0 and here[1] != there[1]:
        return "major release"  # before 1.0 a minor one may change interfaces (semver.org, 4)
    for place, name in enumerate(("major release", "minor release")):
        if here[place] != there[place]:
            return name
    return "patch release"


def _numbers(version: str) -> tuple[int, int] | None:
    found = re.match(r"v?(\d{1,9})(?:\.(\d{1,9}))?", version)
    return (int(found[1]), int(found[2] or 0)) if found else None
