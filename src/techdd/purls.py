"""Package URLs (purl): the one name of a package that bills of materials and VEX share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

# Ecosystem as OSV calls it -> purl type; names of two parts are a namespace and a name.
_TYPES = {
    "crates.io": "cargo",
    "GitHub Actions": "githubactions",
    "Go": "golang",
    "Hex": "hex",
    "Maven": "maven",
    "npm": "npm",
    "NuGet": "nuget",
    "Packagist": "composer",
    "Pub": "pub",
    "PyPI": "pypi",
    "RubyGems": "gem",
    "SwiftURL": "swift",
}
_ECOSYSTEMS = {kind: ecosystem for ecosystem, kind in _TYPES.items()}
_TYPE = re.compile(r"[a-z][a-z0-9.+-]*")  # of a purl, as a bill of materials gave it
_LONGEST = 2_000  # characters


class Named(NamedTuple):
    """What a purl names. `ecosystem` is OSV's, or the purl's own type where OSV has none."""

    ecosystem: str
    name: str
    version: str | None


def purl(ecosystem: str, name: str, version: str | None) -> str:
    """The package URL; "" where the ecosystem has no type of purl, or the name does not fit one."""
    from packageurl import PackageURL

    kind = _TYPES.get(ecosystem, ecosystem if _TYPE.fullmatch(ecosystem) else "")
    group, _, short = name.rpartition(":" if kind == "maven" else "/")
    if not kind or not short:
        return ""
    try:
        return PackageURL(kind, group or None, short, version or None).to_string()
    except (ValueError, TypeError):  # the latter for a name of nothing but space
        return ""


def purl_type(ecosystem: str) -> str:
    """The type of purl that an ecosystem's packages have; it is its own where OSV has none."""
    return _TYPES.get(ecosystem, ecosystem)


def read_purl(text: str) -> Named:
    """What the package URL `text` names. Raises ValueError for what is none."""
    from packageurl import PackageURL

    if not 0 < len(text) <= _LONGEST:
        raise ValueError("no package URL, or one that is too long")
    try:
        found = PackageURL.from_string(text.strip())
    except ValueError:
        raise ValueError("not a package URL") from None
    between = ":" if found.type == "maven" else "/"
    name = between.join(part for part in (found.namespace, found.name) if part)
    return Named(_ECOSYSTEMS.get(found.type, found.type), name, found.version or None)


def is_withheld(name: str, patterns: Iterable[str]) -> bool:
    """Whether a package's name is not to be sent anywhere: matches a pattern (fnmatch) in one of
    its spellings.
    """

    def spellings(text: str) -> set[str]:
        return {text.lower(), re.sub(r"[-_.]+", "-", text).lower()}

    wanted = set().union(*map(spellings, patterns))
    return any(fnmatchcase(one, pattern) for pattern in wanted for one in spellings(name))
