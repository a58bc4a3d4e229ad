"""roster.yaml: the client's people as HR lists them, and which persons of the history they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from techdd.facts import Identity
from techdd.identity.merging import full_name
from techdd.policy import Versioned, Written

Contract = Literal["employee", "contractor", "outsourcing"]


class Employment(NamedTuple):
    """One entry of the roster that the client gave, and the person of the history it is."""

    entry: int  # place on the roster, from 1
    person: str  # "" where the history knows nobody of that name or address
    role: str
    start: datetime | None
    end: datetime | None  # the last day
    contract: str  # employee, contractor or outsourcing; "" = not said
    assigned: bool | None  # an assignment of rights is signed; None = not said


class RosterEntry(Written):
    """One person on the roster; what is left out is unknown."""

    name: str = ""
    emails: tuple[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)], ...] = ()
    role: str = ""
    start: date | None = None
    end: date | None = None
    contract: Contract | None = None
    ip_assigned: bool | None = None  # whether an assignment of rights is signed

    @model_validator(mode="after")
    def _is_somebody(self) -> RosterEntry:
        if not self.name and not self.emails:
            raise ValueError("give a 'name' or 'emails'")
        if self.start and self.end and self.end < self.start:
            raise ValueError("'end' is before 'start'")
        return self


class Roster(Versioned):
    """roster.yaml: what `techdd people roster` understood of HR's file; people may edit it."""

    stored = "roster.yaml"

    people: Annotated[tuple[RosterEntry, ...], Field(min_length=1)]
    source: str = ""


def employments(
    roster: Roster | None, persons: Mapping[str, Sequence[Identity]]
) -> list[Employment]:
    """The roster as facts: one an entry and person (id -> identities) that it is found to be.

    An entry is found by its addresses, else by its full name where only one person and only one
    entry have it.
    """
    if roster is None:
        return []
    by_email, by_name = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for person, rows in persons.items():
        for row in rows:
            by_email[row.email.lower()].add(person)
            by_name[full_name(row.name)].add(person)
    names = [full_name(_in_order(entry.name)) for entry in roster.people]
    found = []
    for number, (entry, name) in enumerate(zip(roster.people, names, strict=True), start=1):
        same = set().union(*(by_email[email.lower()] for email in entry.emails))
        if not same and name and len(by_name[name]) == 1 == names.count(name):
            same = by_name[name]
        found += [_employment(number, person, entry) for person in sorted(same) or [""]]
    return found


def _employment(number: int, person: str, entry: RosterEntry) -> Employment:
    start, end = _midnight(entry.start), _midnight(entry.end)
    contract = entry.contract or ""
    return Employment(number, person, entry.role, start, end, contract, entry.ip_assigned)


def staff(roster: Roster | None) -> list[list[str]]:
    """The addresses of each person on the roster, who may have several entries of one name."""
    found: list[tuple[str, list[str]]] = []
    for entry in roster.people if roster else ():
        emails = [email.lower() for email in entry.emails]
        name = entry.name.casefold()
        for known, theirs in found:
            if known == name and not set(emails).isdisjoint(theirs):
                theirs.extend(emails)
                break
        else:
            found.append((name, emails))
    return [emails for _, emails in found]


def contracts(found: Iterable[Employment]) -> dict[str, str]:
    """Person -> contract of the entry that began last, where one is known."""
    earliest = datetime(1, 1, 1, tzinfo=UTC)
    ordered = sorted(found, key=lambda one: (one.start or earliest, one.entry))
    return {one.person: one.contract for one in ordered if one.contract and one.person}


def _in_order(name: str) -> str:
    """ "Able, Ann" as "Ann Able"."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else name


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None
