"""What bills of materials have in common, whatever their syntax: components become dependencies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from techdd.advisories import VersionError, parse
from techdd.doubts import doubt
from techdd.lockfiles import Dependency, Issue, Parsed
from techdd.lockfiles._images import image
from techdd.purls import read_purl
from techdd.text import some_of, without_credentials

_EXACT = re.compile(r"v?\d[\w.+~:-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST = 200_000  # components; the largest of real bills have some 10,000
_LONGEST = 200  # characters of a name that are shown
_NAMED = 5  # references that are named as examples


class Component(NamedTuple):
    """One component as its bill states it; `ref` is how the bill's graph calls it.

    `part` says that the client may have made it: an application that nothing else identifies.
    `origin` is what it is a modified copy of. A `container` is named by its image where it has no
    package URL.
    """

    ref: str
    name: str
    purl: str
    version: str
    scope: str
    licence: str
    line: int | None
    cpe: str = ""
    part: bool = False
    origin: str = ""
    container: bool = False

    @property
    def called(self) -> str:
        """What identifies it to a reader."""
        plain = "@".join(part for part in (self.name, self.version) if part)
        words = (plain, f"({self.cpe})" if self.cpe else "", self.purl)
        shown = " ".join(filter(None, words)) or self.ref or "without a name"
        return without_credentials(shown)[:_LONGEST]


def stated(
    components: Iterable[Component], roots: Iterable[str], needs: Mapping[str, Collection[str]]
) -> Parsed:
    """The packages of a bill; `needs` is its graph, of which `roots` are what it describes.

    The client's own are what the bill describes and the applications below it that nothing
    identifies. Whatever else has no package URL nobody can look up, and it is an Issue. Raises
    ValueError for a bill of more components than any product has.
    """
    rows = list(islice(components, _MOST + 1))
    if len(rows) > _MOST:
        raise ValueError(f"more than {_MOST:,} components")
    own = _own(rows, set(filter(None, roots)), needs)
    direct = {ref for parent in own for ref in needs.get(parent, ())} - own
    yield from _doubts(rows)
    others = [row for row in rows if not row.ref or row.ref not in own]
    if not others:
        yield Issue("bill that names no package")
    for row in others:
        if row.container and row.name and not row.purl:
            yield image(_tagged(row), row.line, row.scope, "Docker")
            continue
        try:
            named = read_purl(row.purl)
        except ValueError:
            what = "that cannot be read" if row.purl else ""
            yield Issue(f"component without a package URL {what}".rstrip(), detail=row.called)
            continue
        if named.version and row.version and _differ(named.ecosystem, named.version, row.version):
            doubt(
                "versions that contradict each other",
                f"{named.name} {row.version} and {named.version} in its package URL",
            )
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


def _tagged(row: Component) -> str:
    """A container as images are named; some tools put the tag into the name, or a digest without
    its kind into the version.
    """
    digest = row.version.removeprefix("sha256:")
    if _DIGEST.fullmatch(digest):
        return f"{row.name}@sha256:{digest}"
    tagged = ":" in row.name.rpartition("/")[2] or not row.version
    return row.name if tagged else f"{row.name}:{row.version}"


def _differ(ecosystem: str, one: str, other: str) -> bool:
    """Whether two texts are different versions, as far as the ecosystem's order is known."""
    try:
        return bool(parse(ecosystem, one) != parse(ecosystem, other))
    except VersionError:
        return False


def _own(
    rows: Iterable[Component], roots: set[str], needs: Mapping[str, Collection[str]]
) -> set[str]:
    """What the bill is about: its root, or of several those without a package URL, and parts."""
    named = {row.ref for row in rows if row.purl or not row.part}
    own = roots if len(roots) == 1 else roots - named
    waiting = list(own)
    parts = {row.ref for row in rows} - named
    while waiting:
        fresh = parts.intersection(needs.get(waiting.pop(), ())) - own
        own |= fresh
        waiting += fresh
    return own


def _doubts(rows: Iterable[Component]) -> Parsed:
    """What makes the rest of the bill less than it seems."""
    refs = Counter(row.ref for row in rows if row.ref)
    for ref, number in refs.items():
        if number > 1:
            yield Issue("reference that several components have", detail=ref[:_LONGEST])
    for row in rows:
        if row.origin:
            detail = f"{row.called}, from {without_credentials(row.origin)[:_LONGEST]}"
            yield Issue("modified copy, whose origin was not checked", detail=detail)


def incomplete(said: str, refs: Sequence[str]) -> Iterator[Issue]:
    """An Issue where a bill does not claim that it names all."""
    if said.startswith("incomplete") or said == "unknown":
        about = some_of([ref[:_LONGEST] for ref in refs], _NAMED)
        detail = ": ".join(filter(None, (said, about)))
        yield Issue("bill that does not claim to be complete", detail=detail)


def joined(licences: Iterable[str]) -> str:
    """Several licences of one component: all are taken to hold, which errs on the safe side."""
    found = list(_distinct(licences))
    if len(found) == 1:
        return found[0]
    return " AND ".join(f"({one})" if " " in one else one for one in found)


def _distinct(words: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(word for word in words if word)
