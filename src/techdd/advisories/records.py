"""One OSV record -> what the store keeps of it.

https://ossf.github.io/osv-schema/
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from techdd.advisories.matching import SEVERITIES, Affected, Event
from techdd.advisories.versions import normalised
from techdd.text import clean

MAX_RECORD = 20_000_000  # bytes; the largest records of osv.dev have about 2 MB
_SUMMARY = 240  # characters
_NAME = 1_000  # characters of an id, a name, a vector
_EVENTS = ("introduced", "fixed", "last_affected", "limit")
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_RATINGS = {"moderate": "medium", "none": "info", "important": "high"}
_NOTICES = ("unmaintained", "notice")  # of RustSec; "unsound" is a vulnerability


@dataclass(frozen=True)
class Record:
    """One advisory; `affected` names (ecosystem, normalised package name, what is said of it).

    `dated` is the ISO date of the last change or a year, empty where the record tells neither.
    """

    id: str
    modified: str
    dated: str
    withdrawn: bool
    affected: tuple[tuple[str, str, Affected], ...]


def tree_of(data: bytes) -> Mapping[str, Any]:
    """The JSON object in `data`. Raises ValueError where it is none."""
    try:
        tree = json.loads(data)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(tree, dict):
        raise ValueError("not an object")
    return tree


def read_record(tree: Mapping[str, Any]) -> Record:
    """The advisory in a JSON object. Raises ValueError where it is no OSV record."""
    name = _text(tree, "id")
    if not name:
        raise ValueError("has no id")
    return Record(
        id=name,
        modified=_text(tree, "modified"),
        dated=_dated(name, tree),
        withdrawn=bool(tree.get("withdrawn")),
        affected=tuple(_affected(name, tree)),
    )


def _dated(identifier: str, tree: Mapping[str, Any]) -> str:
    """When the record was changed, else published, else the year of its id: Go's records are all
    "modified" in the year 1, and their id tells the year and no day.
    """
    dates = [_DATE.match(_text(tree, key)) for key in ("modified", "published")]
    year = re.search(r"-(20\d\d)-", identifier)
    return next((date[0] for date in dates if date), year[1] if year else "")


def _affected(identifier: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Affected]]:
    aliases = tuple(sorted(set(_texts(tree, "aliases"))))
    published = _DATE.match(_text(tree, "published"))  # Go has the year 1 for "not known"
    for block in _list(tree, "affected"):
        package = _mapping(_mapping(block).get("package"))
        ecosystem, name = _text(package, "ecosystem"), _text(package, "name")
        if not ecosystem or not name:
            if package:
                raise ValueError("a package without ecosystem or name")
            continue  # about a repository's commits only, which no package version can match
        severity, score = rated(identifier, tree, block)
        affected = Affected(
            advisory=identifier,
            aliases=aliases,
            severity=severity,
            score=score,
            summary=_summary(tree),
            published=published[0] if published else "",
            ranges=tuple(_ranges(block)),
            versions=tuple(_texts(block, "versions")),
        )
        yield ecosystem, normalised(ecosystem, name), affected


def _ranges(block: Mapping[str, Any]) -> Iterator[tuple[Event, ...]]:
    for entry in _list(block, "ranges"):
        if _text(_mapping(entry), "type") == "GIT":
            continue
        events = tuple(
            (kind, version)
            for event in _list(entry, "events")
            for kind, version in _mapping(event).items()
            if kind in _EVENTS and isinstance(version, str) and version
        )
        if "introduced" not in {kind for kind, _ in events}:
            raise ValueError("a range without an 'introduced' event")
        yield events


def rated(
    identifier: str, tree: Mapping[str, Any], block: Mapping[str, Any]
) -> tuple[str, float | None]:
    """Severity and CVSS base score: the worst vector, else the database's own word.

    Malicious packages (MAL-...) are critical; RustSec's notices are "info".
    """
    own = _mapping(block.get("database_specific"))
    if own.get("informational") in _NOTICES:
        return "info", None
    entries = _list(block, "severity") or _list(tree, "severity")
    vectors = [_text(_mapping(entry), "score") for entry in entries]
    worst = max(filter(None, map(cvss_score, vectors)), default=None)
    if worst:
        return worst[1], worst[0]
    if identifier.startswith("MAL-"):
        return "critical", None
    for source in (own, _mapping(tree.get("database_specific"))):
        word = _text(source, "severity").lower()
        word = _RATINGS.get(word, word)
        if word in SEVERITIES:
            return word, None
    return "unknown", None


def cvss_score(vector: str) -> tuple[float, str] | None:
    """(base score, severity) of a CVSS vector of version 2, 3 or 4; None where it is none."""
    from cvss import CVSS2, CVSS3, CVSS4, CVSSError

    try:
        if vector.startswith("CVSS:4"):
            score = float(CVSS4(vector).scores()[0])
        elif vector.startswith("CVSS:3"):
            score = float(CVSS3(vector).scores()[0])
        else:
            # NVD's bands for version 2 know no "critical", https://nvd.nist.gov/vuln-metrics/cvss
            score = float(CVSS2(vector).scores()[0])
            return score, "high" if score >= 7 else "medium" if score >= 4 else "low"
    except (CVSSError, ValueError, KeyError, ArithmeticError):
        return None
    # The qualitative scale of CVSS 3.1, section 5, and 4.0, section 6.
    bands = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.1, "low"), (0.0, "info"))
    return score, next(severity for least, severity in bands if score >= least)


def _summary(tree: Mapping[str, Any]) -> str:
    text = str(tree.get("summary") or tree.get("details") or "")
    line = clean(" ".join(text[:4000].split()))
    return line if len(line) <= _SUMMARY else line[: _SUMMARY - 1].rstrip() + "…"


def _text(tree: Mapping[str, Any], key: str) -> str:
    value = tree.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _NAME or not value.isprintable():
        raise ValueError(f"{key!r} is not a short printable text")
    return value


def _list(tree: Any, key: str) -> list[Any]:
    value = _mapping(tree).get(key)
    if value is not None and not isinstance(value, list):
        raise ValueError(f"{key!r} is not a list")
    return value or []


def _texts(tree: Any, key: str) -> list[str]:
    values = _list(tree, key)
    if not all(isinstance(value, str) and value for value in values):
        raise ValueError(f"{key!r} holds what is not a text")
    return values


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise ValueError("an object was expected")
    return value or {}
