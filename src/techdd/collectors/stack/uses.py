"""Whether a file serves production, those who build it, or tests and examples."""

from __future__ import annotations

import re

from techdd.collectors._practice_patterns import ASIDE, CI, DEVELOPMENT

USES = ("production", "development", "test")
_TOOLS = re.compile(rf"{CI}|^\.(?:github|gitlab|circleci|buildkite|devcontainer)/")

# Below it lie packages, which may be called "samples" and still be the product.
_PACKAGES = re.compile(r"(?<=/src/main/).*")


def use_of(path: str) -> str:
    """One of USES, by the name of a file."""
    lower = _PACKAGES.sub("", path.lower())
    if ASIDE.search(lower):
        return "test"
    aside = _TOOLS.search(lower) or DEVELOPMENT.search(lower)
    return "development" if aside else "production"
