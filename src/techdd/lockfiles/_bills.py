"""What bills of materials have in common, whatever their syntax: components become dependencies."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from techdd.lockfiles import Dependency, Issue, Parsed
from techdd.purls import read_purl
from techdd.text import without_credentials

_EXACT = re.compile(r"v?\d[\w.+~:-]*")


class Component(NamedTuple):
    """One component as its bill states it; `ref` is how the bill's graph calls it."""

    ref: str
    name: str
    purl: str
    version: str
    scope: str
    licence: str
    line: int | None


def stated(
    components: Iterable[Component], roots: Iterable[str], needs: Mapping[str, Collection[str]]
) -> Parsed:
    """The packages of a bill; `needs` is its graph, of which `roots` are what it describes.

    What has no package URL is the client's own where only the client's own needs it; else nobody
    can look it up, and it is an Issue.
    """
    rows = list(components)
    nameless = {row.ref for row in rows if not row.purl}
    own = _own(roots, nameless, needs)
    direct = {ref for parent in own for ref in needs.get(parent, ())} - own
    lost = []
    for row in rows:
        if row.ref and row.ref in own:
            continue
        try:
            named = read_purl(row.purl)
        except ValueError:
            lost.append(row.name or row.purl or "without a name")
            continue
        exact = named.version or row.version
        version = exact if _EXACT.fullmatch(exact) or named.version else None
        yield Dependency(
            named.name,
            version,
            "" if version else row.version,
            row.line,
            row.ref in direct if direct else None,
            row.scope,
            row.licence,
            ecosystem=named.ecosystem,
        )
    if lost:
        detail = f"{len(lost):,} in number, such as {without_credentials(lost[0])}"
        yield Issue("component without a package URL", detail=detail)


def _own(
    roots: Iterable[str], nameless: Collection[str], needs: Mapping[str, Collection[str]]
) -> set[str]:
    """What the bill is about: its roots, and their parts without a package URL."""
    own = set(filter(None, roots))
    waiting = list(own)
    while waiting:
        fresh = {ref for ref in needs.get(waiting.pop(), ()) if ref in nameless} - own
        own |= fresh
        waiting += fresh
    return own


def joined(licences: Iterable[str]) -> str:
    """Several licences of one component: all are taken to hold, which errs on the safe side."""
    found = list(_distinct(licences))
    if len(found) == 1:
        return found[0]
    return " AND ".join(f"({one})" if " " in one else one for one in found)


def _distinct(words: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(word for word in words if word)
