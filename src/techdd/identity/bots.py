"""Which identities are machines: update bots, build servers, import tools."""

from __future__ import annotations

import re
from collections.abc import Sequence

from techdd.facts import Identity
from techdd.identity.written import People, names

_BOT = re.compile(
    r"\[bot\]|\bbot\b|-bot\b|^bot-|dependabot|renovate|greenkeeper|^snyk$|github[ -]?actions?\b"
    r"|^(?:travis|jenkins)$|\b(?:travis|jenkins|gitlab)[ -]?ci\b|^jenkins@"  # also a surname
    r"|semantic-release|circleci|mergify|codecov|imgbot"
    r"|allcontributors|tagbot|pre-commit-ci|weblate|copybara|svn2git|autoroll",
    re.IGNORECASE,
)


def is_bot(members: Sequence[Identity], people: People) -> bool:
    """Whether the person with these identities is a machine; the adviser's word comes first."""
    if any(names(people.not_bots, row) for row in members):
        return False
    return any(
        names(people.bots, row) or _BOT.search(row.name) or _BOT.search(row.email)
        for row in members
    )
