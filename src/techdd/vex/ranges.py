"""Which versions a statement is about: one, a range in `vers` notation, or all."""

from __future__ import annotations

import operator
import re
from functools import lru_cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from techdd.advisories import VersionError, parse
from techdd.purls import purl_type

UNREADABLE = "version range that cannot be read"
_SEMANTIC = ("npm", "Go", "crates.io", "Hex", "Pub", "SwiftURL")
_CONSTRAINT = re.compile(r"(>=|<=|!=|>|<|=)?(.+)")
_HOLDS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_LONGEST = 5_000  # characters
_Range = tuple[tuple[str, Any], ...]


def concerns(stated: str, ecosystem: str, version: str) -> bool:
    """Whether `version` is among what is `stated`; False for a range that cannot be read."""
    if not stated.startswith("vers:"):
        return stated.removeprefix("v") in ("", version.removeprefix("v"))
    try:
        return _within(vers(stated, ecosystem), parse(ecosystem, version))
    except ValueError:
        return False


@lru_cache(maxsize=10_000)
def vers(text: str, ecosystem: str) -> _Range:
    """The constraints of a range, ordered by version. Raises ValueError where it cannot be read.

    Versions are ordered by the rules of the package's own `ecosystem`, so that a range of another
    scheme is none that could be judged.
    """
    scheme, slash, constraints = text.removeprefix("vers:").partition("/")
    known = (purl_type(ecosystem), *(("semver",) if ecosystem in _SEMANTIC else ()))
    if not slash or len(text) > _LONGEST or scheme.lower() not in known:
        raise ValueError(UNREADABLE)
    if constraints.strip() == "*":
        return ()
    found = []
    for one in constraints.replace(" ", "").strip("|").split("|"):
        match = _CONSTRAINT.fullmatch(one)
        if not match:
            raise ValueError(UNREADABLE)
        try:
            found.append((match[1] or "=", parse(ecosystem, unquote(match[2]))))
        except VersionError:
            raise ValueError(UNREADABLE) from None
    return tuple(sorted(found, key=operator.itemgetter(1)))


def _within(constraints: _Range, version: Any) -> bool:
    """The containment test of the vers specification."""
    for sign, bound in constraints:
        if sign in ("=", "!=") and version == bound:
            return sign == "="
    bounds = [(sign, bound) for sign, bound in constraints if sign in _HOLDS]
    if not bounds:
        return all(sign == "!=" for sign, _ in constraints)
    holds = [_HOLDS[sign](version, bound) for sign, bound in bounds]
    upper = ["<" in sign for sign, _ in bounds]
    if (upper[0] and holds[0]) or (not upper[-1] and holds[-1]):
        return True
    steps = list(zip(upper, holds, strict=True))
    return any(not low[0] and high[0] and low[1] and high[1] for low, high in pairwise(steps))
