"""Whether a version range lets a version in, by the rules of its ecosystem."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_LONGEST = 200  # characters of a range; a real one has some 20
_SPACED = re.compile(r"([<>=~^!]+)\s+")
_POETRY = re.compile(r"([~^])\s*(\d+(?:\.\d+){0,3})$", re.ASCII)
_COMPOSER_TILDE = re.compile(r"~v?(\d+)(?:\.(\d+))?(?![\d.])", re.ASCII)
_OPEN = ("", "*", "latest")


def allows(ecosystem: str, wish: str, version: str) -> bool | None:
    """Whether `version` satisfies the range `wish`; None where that cannot be told: other
    ecosystems, tags and branches, and pre-releases, for which settings elsewhere decide.
    """
    rule = _RULES.get(ecosystem)
    if rule is None or len(wish) > _LONGEST:
        return None
    if wish.strip() in _OPEN:
        return True
    try:
        return rule(wish.strip(), version)
    except ValueError:
        return None


def _npm(wish: str, version: str) -> bool | None:
    from semantic_version import NpmSpec, Version

    release, *later = version.removeprefix("v").partition("+")[0].split("-")
    if later:
        return None
    return bool(NpmSpec(_SPACED.sub(r"\1", wish)).match(Version(release)))


def _cargo(wish: str, version: str) -> bool | None:
    parts = (part.strip() for part in wish.split(","))
    return _npm(" ".join(f"^{part}" if part[:1].isdigit() else part for part in parts), version)


def _composer(wish: str, version: str) -> bool | None:
    plain = re.sub(r"@\w+", "", re.sub(r"\s*\|\|?\s*", " || ", wish)).replace(",", " ")
    # "~1.2" lets in everything below 2, "~1.2.3" below 1.3.
    return _npm(
        _COMPOSER_TILDE.sub(lambda m: f">={m[1]}.{m[2] or 0}.0 <{int(m[1]) + 1}.0.0", plain),
        version,
    )


def _pypi(wish: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet

    choices = (",".join(map(_of_poetry, one.split(","))) for one in wish.split("||"))
    return any(SpecifierSet(one).contains(version, prereleases=True) for one in choices)


def _of_poetry(clause: str) -> str:
    """Poetry's `^1.2`, `~1.2` and `1.2` as PEP 440 has them; others stay."""
    plain = clause.strip()
    if plain[:1].isdigit():
        return f"=={plain}"
    if not (match := _POETRY.match(plain)):
        return plain
    numbers = [int(part) for part in match[2].split(".")]
    if match[1] == "~":
        kept = numbers[: min(2, len(numbers))]
    else:
        first = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
        kept = numbers[: first + 1]
    kept[-1] += 1
    return f">={match[2]},<{'.'.join(map(str, kept))}"


def _gem(wish: str, version: str) -> bool:
    from univers import gem

    rules: Any = gem  # which has no types
    if not rules.GemVersion.is_correct(version):
        raise ValueError(version)
    try:
        requirement = rules.GemRequirement.from_string(wish)
    except rules.InvalidRequirementError:
        raise ValueError(wish) from None
    return bool(requirement.satisfied_by(rules.GemVersion(version)))


_RULES: dict[str, Callable[[str, str], bool | None]] = {
    "npm": _npm,
    "crates.io": _cargo,
    "Packagist": _composer,
    "PyPI": _pypi,
    "RubyGems": _gem,
}
