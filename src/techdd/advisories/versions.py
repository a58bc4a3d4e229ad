"""Names and versions as each ecosystem itself compares them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

_CASELESS = {"Packagist", "NuGet", "SwiftURL", "GitHub Actions"}
_PLACE = re.compile(r"^[a-z+]{1,9}://(?:[^/@]*@)?", re.IGNORECASE)


class VersionError(ValueError):
    """A version that cannot be placed in its ecosystem's order; what follows is not assessed."""


def normalised(ecosystem: str, name: str) -> str:
    """The spelling of a package name under which OSV files it (PEP 503 for PyPI)."""
    if ecosystem == "PyPI":
        return re.sub(r"[-_.]+", "-", name).lower()
    if ecosystem == "SwiftURL":  # advisories have it with and without "https://" and ".git"
        name = _PLACE.sub("", name).rstrip("/").removesuffix(".git")
    return name.lower() if ecosystem in _CASELESS else name


@lru_cache(maxsize=200_000)
def parse(ecosystem: str, version: str) -> Any:
    """`version` as a value that compares by the rules of `ecosystem`.

    Raises VersionError where it is no version there (a branch, a file, a placeholder) or where the
    ecosystem's rules are not known.
    """
    order = _ORDERS.get(ecosystem)
    if order is None:
        raise VersionError(f"no version order known for {ecosystem}")
    try:
        return order(version.strip())
    except ValueError:  # packaging's and univers' InvalidVersion are ValueErrors
        raise VersionError("version not understood") from None


def _pypi(version: str) -> Any:
    from univers.versions import PypiVersion

    return PypiVersion(version).value


# univers completes and mends what is no semantic version ("1.2.3.4" becomes "1.2.3+4"), so what is
# handed to it is checked first; build metadata does not count in comparisons (semver.org, 10).
_SEMVER = re.compile(r"v?(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)(?:\+[0-9A-Za-z.-]+)?", re.ASCII)


def _semver(version: str) -> Any:
    from univers.versions import SemverVersion

    match = _SEMVER.fullmatch(version)
    if not match:
        raise VersionError(version)
    return SemverVersion(match[1]).value


def _hex(version: str) -> Any:
    if not re.match(r"\d+\.\d+\.\d+", version, re.ASCII):
        raise VersionError(version)
    return _semver(version)


def _action(version: str) -> Any:
    """`v4` is a tag that its owner moves, so no version; the "41" of an advisory is one."""
    if not re.match(r"\d|v\d+\.\d+\.\d+", version, re.ASCII):
        raise VersionError(version)
    return _semver(version)


_PUB_BUILD = re.compile(r"[^+]*(?:\+([0-9A-Za-z-]{1,99}(?:\.[0-9A-Za-z-]{1,99})*))?", re.ASCII)


def _pub(version: str) -> Any:
    """Semantic versions, except that "1.0.0+1" comes after "1.0.0"."""
    match = _PUB_BUILD.fullmatch(version)
    if not match:
        raise VersionError(version)
    parts = match[1].split(".") if match[1] else []
    build = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
    return _hex(version), build


# A lock file writes "1.15.0-x86_64-linux" for a gem that was built for one platform, which begins
# with a letter; any other hyphen stands for ".pre.".
_GEM = re.compile(
    r"(\d[0-9A-Za-z.]*(?:-(?:\d|alpha|beta|rc|pre)[0-9A-Za-z.]*)*)(?:-[A-Za-z][\w.-]*)?", re.ASCII
)


def _gem(version: str) -> Any:
    from univers.versions import RubygemsVersion

    match = _GEM.fullmatch(version)
    if not match:
        raise VersionError(version)
    return RubygemsVersion(match[1]).value


# Qualifiers that mean nothing; univers does not know "release" and stumbles over "1-ga-1".
_MAVEN_RELEASE = re.compile(r"[.-]?(?<![a-z])(?:ga|final|release)(?![a-z\d])", re.IGNORECASE)


def _maven(version: str) -> Any:
    from univers import maven

    # Maven orders any string; ranges, placeholders and "latest" are no versions all the same.
    if not re.fullmatch(r"[\w.+-]*\d[\w.+-]*", version, re.ASCII):
        raise VersionError(version)
    order: Any = maven.Version  # MavenVersion would drop a leading "v"
    return order(_MAVEN_RELEASE.sub("", version))


def _nuget(version: str) -> Any:
    from univers.versions import NugetVersion

    if not re.fullmatch(r"\d[\w.+-]*", version, re.ASCII):
        raise VersionError(version)
    return NugetVersion(version).value


_COMPOSER = re.compile(
    r"v?(?:(\d{1,5})(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?"
    r"|(\d{4}(?:[.:-]?\d{2}){1,6}(?:[.:-]?\d{1,3}){0,2}))"
    r"(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d+)*))?([.-]?dev)?(?:\+.*)?",
    re.ASCII | re.IGNORECASE,
)
_STABILITY = {"alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3, "stable": 4, "": 4}  # patch: 5


def _composer(version: str) -> Any:
    """Composer's normalised form, four numbers or a date, ordered as PHP's version_compare does:
    dev < alpha < beta < RC < stable < patch. (univers has semantic versioning, which is wrong.)
    """
    match = _COMPOSER.fullmatch(version)
    if not match:
        raise VersionError(version)
    *four, date, stability, count, dev = match.groups()
    numbers = re.findall(r"\d+", date) if date else [number or 0 for number in four]
    word = (stability or "").lower()
    rank = 0 if dev and not word else _STABILITY.get(word, 5)
    counts = tuple(map(int, re.findall(r"\d+", count or "")))
    return tuple(map(int, numbers)), rank, counts, 0 if dev else 1


_ORDERS: dict[str, Callable[[str], Any]] = {
    "PyPI": _pypi,
    "npm": _semver,
    "Go": _semver,
    "crates.io": _semver,
    "RubyGems": _gem,
    "Packagist": _composer,
    "Maven": _maven,
    "NuGet": _nuget,
    "Hex": _hex,
    "Pub": _pub,
    "SwiftURL": _semver,
    "GitHub Actions": _action,
}
