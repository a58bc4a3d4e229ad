"""The statement, the words that OpenVEX has for it, and what the two formats share."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple, get_args

from techdd.purls import purl, read_purl

Status = Literal["not_affected", "affected", "fixed", "under_investigation"]
Justification = Literal[
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
]
STATUSES: tuple[str, ...] = get_args(Status)
SETTLING = ("not_affected", "fixed")


class Statement(NamedTuple):
    """What somebody states about one vulnerability of one package, or about one finding."""

    finding: str  # the id of a finding; "" where a package or a product is named
    product: str  # a repository of the engagement; "" = whichever has the package
    ecosystem: str
    package: str  # "" = all of the product
    version: str  # one, or a range in vers notation; "" = every version
    advisories: str  # all names of the vulnerability, separated by ", "; "" = all of the finding
    status: str  # one of STATUSES
    justification: str
    note: str
    author: str
    date: str  # ISO, of the statement; "" = not said
    until: str  # ISO, the last day on which it counts; "" = no end
    source: str  # the file that holds it
    limit: str = ""  # why it settles nothing; "" = it counts

    @property
    def purl(self) -> str:
        """The package as a package URL; "" where it has none."""
        return purl(self.ecosystem, self.package, self.version) if self.package else ""


class Told(NamedTuple):
    """What goes into a document beside the statements."""

    author: str
    day: date
    tool: str
    commits: dict[str, str]  # repository -> audited commit

    @property
    def timestamp(self) -> str:
        """The as-of day: the clock would make each run another document."""
        return f"{self.day.isoformat()}T00:00:00Z"


def about(statement: Statement, names: Iterable[str]) -> Statement:
    """`statement` about the package of the first purl in `names`; unchanged where none is one."""
    for name in names:
        try:
            found = read_purl(name)
        except ValueError:
            continue
        return statement._replace(
            ecosystem=found.ecosystem, package=found.name, version=found.version or ""
        )
    return statement


def unsettling(status: str, ids: str, reason: str) -> str:
    """Why what says so little settles nothing; "" where it says enough."""
    if not ids:
        return "names no vulnerability"
    if status not in STATUSES:
        return "says no status that is known"
    if status == "not_affected" and not reason:
        return "says not affected without a reason"
    return ""


def moment(value: Any) -> str:
    """A time stamp in UTC that compares as text; "" for what is none."""
    try:
        when = datetime.fromisoformat(value)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, TypeError, OverflowError):
        return ""


def weight(statement: Statement) -> tuple[bool, str, bool]:
    """What counts before what: triage before documents, the later before the earlier one, and of
    two at one time the one that leaves it open.
    """
    return bool(statement.finding), statement.date, statement.status not in SETTLING


def text(value: Any) -> str:
    """`value` where it is a string, else ""."""
    return value.strip() if isinstance(value, str) else ""


def names(statement: Statement) -> list[str]:
    """The names of the vulnerability."""
    return [name for name in statement.advisories.split(", ") if name]


def named(ids: Iterable[str]) -> str:
    """Several names of one vulnerability as one text, each once."""
    return ", ".join(_distinct(ids))


def _distinct(ids: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(one for one in ids if one)


def rendered(document: dict[str, Any], key: str) -> bytes:
    """The document with an id under `key` that is the same for the same content."""
    content = json.dumps(document, sort_keys=True)
    document[key] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, content)}"
    shown = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{shown}\n".encode(errors="backslashreplace")
