"""How Maven's poms write texts with properties, and what is an exact version there."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PROPERTY = re.compile(r"\$\{([^${}]+)\}")
_EXACT = re.compile(r"\[?(\d[\w.+-]*)\]?$")
_ROUNDS = 10  # properties may name properties
LONGEST = 200  # characters of a property, and that properties may grow a value to


def filled(text: str, properties: Mapping[str, str]) -> str:
    """`text` with properties filled in; unknown ones stay as they are."""
    for _ in range(_ROUNDS):
        if "${" not in text or len(text) > LONGEST:
            break
        text = _PROPERTY.sub(lambda match: properties.get(match[1], match[0]), text).strip()
    return text


def exact(version: str) -> str | None:
    """The version that `1.0` and `[1.0]` mean; None for a range, or a property."""
    match = _EXACT.match(version)
    return match[1] if match else None


def scope_for(stated: str) -> str:
    """What a dependency of that scope of Maven's is for."""
    return "development" if stated in ("test", "provided") else "runtime"
