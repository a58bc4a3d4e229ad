"""What is asked of deps.dev and what is kept of its answers, which may be anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from techdd.text import clean

SERVICE = "deps.dev"
SYSTEMS = {  # ecosystem as OSV calls it -> deps.dev's system
    "crates.io": "cargo",
    "Go": "go",
    "Maven": "maven",
    "npm": "npm",
    "NuGet": "nuget",
    "PyPI": "pypi",
    "RubyGems": "rubygems",
}
_GIVEN_UP = ("archived", "deprecated", "quarantined")  # PyPI's project status markers (PEP 792)
_OLDEST = 1990  # years before are a zero that somebody took for a date
_LONGEST = 200  # characters of a text that is kept


class PackageFact(NamedTuple):
    """What a public service says of one package version in use."""

    ecosystem: str
    name: str  # as in Package
    version: str
    published: datetime | None  # the version in use
    latest: str  # the version that is installed where nobody names one; "" = not known
    latest_published: datetime | None
    last_release: datetime | None  # of whichever version
    deprecated: bool | None  # the version in use; None = the service does not say
    licence: str  # "" = not known
    reason: str = ""  # why it is deprecated, in the makers' words or as a status such as "archived"


class PackageLookup(NamedTuple):
    """Package names and versions were sent to an online service."""

    service: str
    packages: int  # package versions that were sent, today's earlier runs included
    withheld: int  # that were not sent because their names are private


class LookupFailed(Exception):
    """The service gave no usable answer."""


class Releases(NamedTuple):
    """What is kept of the answer on a package; dates are ISO, "" where unknown."""

    latest: str = ""
    latest_published: str = ""
    last_release: str = ""


class Details(NamedTuple):
    """What is kept of the answer on a version."""

    published: str = ""
    deprecated: bool | None = None
    licences: tuple[str, ...] = ()
    reason: str = ""


class Wish(NamedTuple):
    """A package version to ask about."""

    ecosystem: str
    name: str
    version: str


class Answer(NamedTuple):
    """One look-up: `fact` is None where nothing is known or nothing came; `failure` says why."""

    wish: Wish
    fact: PackageFact | None
    asked: bool
    failure: str = ""


def spelt(wish: Wish) -> tuple[str, str, str]:
    """(system, name, version) as deps.dev writes them."""
    system, name, version = SYSTEMS[wish.ecosystem], wish.name, wish.version
    if system == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    if system == "go" and version[:1].isdigit():
        version = f"v{version}"
    return system, name, version


def read_releases(answer: Any) -> Releases:
    """What is kept of GetPackage. Raises LookupFailed."""
    versions = answer.get("versions", []) if isinstance(answer, dict) else None
    if not isinstance(versions, list) or not all(isinstance(one, dict) for one in versions):
        raise LookupFailed("the answer has another form")
    latest: dict[str, Any] = next((one for one in versions if one.get("isDefault") is True), {})
    key = latest.get("versionKey")
    named = key.get("version") if isinstance(key, dict) else None
    return Releases(
        _text(named),
        _day(latest.get("publishedAt")),
        max((_day(one.get("publishedAt")) for one in versions), default=""),
    )


def read_details(answer: Any) -> Details:
    """What is kept of GetVersion. Raises LookupFailed."""
    licences = answer.get("licenses", []) if isinstance(answer, dict) else None
    if not isinstance(licences, list) or not all(isinstance(one, str) for one in licences):
        raise LookupFailed("the answer has another form")
    deprecated, reason = answer.get("isDeprecated"), _text(answer.get("deprecatedReason"))
    status = answer.get("projectStatus")
    if isinstance(status, dict) and status.get("status") in _GIVEN_UP:
        deprecated, reason = True, reason or f"the project is {status['status']}"
    return Details(
        _day(answer.get("publishedAt")),
        deprecated if isinstance(deprecated, bool) else None,
        tuple(sorted({_text(one) for one in licences[:20]} - {""})),
        reason,
    )


def kept_releases(stored: Any) -> Releases:
    """Releases as the cache has them. Raises TypeError or ValueError."""
    return Releases(*map(_text, stored[:3]))


def kept_details(stored: Any) -> Details:
    """Details as the cache has them. Raises TypeError or ValueError."""
    published, deprecated, licences, reason = stored
    kept = deprecated if isinstance(deprecated, bool) else None
    return Details(_text(published), kept, tuple(map(_text, licences)), _text(reason))


def _text(value: Any) -> str:
    return clean(value)[:_LONGEST] if isinstance(value, str) else ""


def _day(value: Any) -> str:
    """An RFC 3339 time as an ISO date; "" for what is none."""
    found = _time(value)
    return found.date().isoformat() if found else ""


def _time(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.year >= _OLDEST else None


def fact_of(wish: Wish, releases: Releases, details: Details) -> PackageFact:
    """The fact that both answers make."""
    # The POM reference lets the user choose among several; elsewhere nobody says how they relate.
    between = " OR " if wish.ecosystem == "Maven" else "; "
    many = len(details.licences) > 1 and wish.ecosystem == "Maven"
    parts = (f"({one})" if many and " " in one else one for one in details.licences)
    return PackageFact(
        *wish,
        _time(details.published),
        releases.latest,
        _time(releases.latest_published),
        _time(releases.last_release),
        details.deprecated,
        between.join(parts),
        details.reason,
    )
