"""VEX: what somebody states about known vulnerabilities; read from the engagement, and written.

A statement never takes a vulnerability away: it says who answers for its not mattering, and why.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice, product
from pathlib import Path

from techdd import files
from techdd.advisories import normalised
from techdd.documents import load
from techdd.errors import TechddError
from techdd.lockfiles import json_object
from techdd.model import Issue
from techdd.vex import cyclonedx, openvex
from techdd.vex.products import ANOTHER, Products
from techdd.vex.statement import SETTLING, Statement, Told, names, weight
from techdd.vex.triage import Triage

__all__ = ["WRITERS", "Products", "Statement", "Told", "Triage", "limits", "stated", "triage_in"]

WRITERS = {  # name -> (ending, function)
    "openvex": (openvex.SUFFIX, openvex.write),
    "cyclonedx": (cyclonedx.SUFFIX, cyclonedx.write),
}
MAX_BYTES = 10_000_000
_PAIRS = 10_000  # of statements about one vulnerability that are compared
_NAMED = 3  # products that are named as examples


def stated(root: Path, ours: Products) -> list[Statement]:
    """What the engagement in `root` holds: triage.yaml and the documents in vex/.

    `ours` tells whose products these speak of. Raises TechddError for a file that is neither
    OpenVEX nor CycloneDX.
    """
    found: list[Statement] = []
    own = root / "triage.yaml"
    if files.is_there(own):
        found += load(own, Triage).statements()
    for path in sorted((root / "vex").glob("[!.]*")):
        found += _read(path, ours)
    return found


def triage_in(root: Path, latest: date) -> Triage:
    """The engagement's triage.yaml. Raises DocumentError for decisions of days after `latest`."""
    own = root / "triage.yaml"
    return load(own, Triage, latest=latest) if files.is_there(own) else Triage()


def _read(path: Path, ours: Products) -> Iterable[Statement]:
    try:
        document = json_object(files.content(path, MAX_BYTES))
    except ValueError as error:
        raise TechddError(f"not understood: {error}", path) from None
    if "openvex" in str(document.get("@context", "")):
        return list(openvex.read(document, path.name, ours))
    if document.get("bomFormat") == "CycloneDX":
        return list(cyclonedx.read(document, path.name, ours))
    raise TechddError("neither an OpenVEX nor a CycloneDX document", path)


def limits(statements: Iterable[Statement], as_of: date) -> Iterator[Issue]:
    """What of the documents counts for nothing on the day `as_of`, and where they disagree."""
    counting: list[Statement] = []
    left: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for one in statements:
        late = "dated after the day of the audit" if one.date[:10] > as_of.isoformat() else ""
        if limit := one.limit or late:
            left[one.source, limit].append(one)
        elif not one.finding:
            counting.append(one)
    for (source, limit), some in sorted(left.items()):
        about = Counter(one.product if limit == ANOTHER else _about(one) for one in some)
        shown = ", ".join(name for name, _ in about.most_common(_NAMED) if name)
        more = f" and {len(about) - _NAMED:,} more" if len(about) > _NAMED else ""
        detail = f"{len(some):,} in number: {shown}{more}"
        yield Issue(f"statement {limit}", f"vex/{source}", detail)
    yield from _disagreements(counting)


def _about(one: Statement) -> str:
    what = f"{one.package or one.product} {one.version}".strip()
    return " of ".join(part for part in (one.advisories, what) if part)


def _disagreements(statements: Iterable[Statement]) -> Iterator[Issue]:
    """Where one document settles what another leaves open."""
    same: dict[tuple[str, str, str], list[Statement]] = defaultdict(list)
    for one in statements:
        for name in names(one):
            same[one.ecosystem, normalised(one.ecosystem, one.package), name].append(one)
    for (_, _, advisory), some in sorted(same.items()):
        settling = [one for one in some if one.status in SETTLING]
        leaving = [one for one in some if one.status not in SETTLING]
        pairs = islice(product(settling, leaving), _PAIRS)
        against = next((pair for pair in pairs if _overlap(*pair)), None)
        if against:
            last = max(against, key=weight)
            words = " against ".join(
                f"{one.status.replace('_', ' ')} ({one.source})" for one in against
            )
            detail = f"{advisory} of {some[0].package or 'the product'}: {words}; "
            yield Issue("documents disagree", f"vex/{last.source}", f"{detail}{last.source} counts")


def _overlap(one: Statement, other: Statement) -> bool:
    return one.source != other.source and all(
        "" in pair or pair[0] == pair[1] or any(text.startswith("vers:") for text in pair)
        for pair in ((one.product, other.product), (one.version, other.version))
    )
