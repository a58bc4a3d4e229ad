"""Which release a tag's name stands for, read as a semantic version (semver.org 2.0.0)."""

from __future__ import annotations

import re
from typing import NamedTuple

_VERSION = re.compile(
    r"^(?P<line>|.*?[^0-9.])(?P<major>\d{1,9})\.(?P<minor>\d{1,9})"
    r"(?:\.(?P<patch>\d{1,9}))?(?P<rest>(?:[^0-9].*)?)$",
    re.ASCII,
)
_EARLY = re.compile(
    r"(?<=\d)[._-]?(?:a|b|c|m|cr)(?![a-z])|(?:^|[^a-z])(?:alpha|beta|rc|pre|preview|dev|milestone"
    r"|snapshot|canary|nightly|next|insiders?|experimental|unstable|test)(?![a-z])",
    re.IGNORECASE,
)
_YEAR = range(1990, 2101)


class Version(NamedTuple):
    """A released version; `product` is what the tag's name says before the numbers."""

    product: str
    major: int
    minor: int
    patch: int

    @property
    def step(self) -> str:
        """Which of its numbers moved: "major", "minor" or "patch"."""
        return "patch" if self.patch else "minor" if self.minor else "major"


def is_early(tag: str) -> bool:
    """Whether the name marks what comes before a release: alpha, rc, nightly, snapshot ..."""
    return bool(_EARLY.search(tag))


def version(tag: str) -> Version | None:
    """The version that `tag` releases; None for pre-releases, dates and other names."""
    found = _VERSION.match(tag)
    if not found or is_early(tag) or int(found["major"]) in _YEAR:
        return None
    product = re.sub(r"(?:^|[^a-z0-9]+)v?$", "", found["line"].lower())
    return Version(product, int(found["major"]), int(found["minor"]), int(found["patch"] or 0))
