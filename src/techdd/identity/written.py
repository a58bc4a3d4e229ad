"""people.yaml: what the adviser says of who is who, and editing it with its comments kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, field_validator

from techdd.errors import TechddError
from techdd.facts import Identity
from techdd.policy import Versioned, Written, repeated

Affiliation = Literal["employee", "contractor", "outsourcing", "private"]

# An address, one spelling ("Ann Able <ann@x.io>"), or the id of one as `techdd people list` shows.
Alias = Annotated[str, Field(min_length=1, max_length=500)]
Domain = Annotated[str, Field(pattern=r"^[^@\s]+\.[^@\s]+$", max_length=253)]


class Correction(Written):
    """Spellings that are one person, or that are not, by the adviser's word."""

    emails: tuple[Alias, ...] = Field(min_length=1)
    name: str = ""
    reason: str = ""


class People(Versioned):
    """people.yaml: corrections of the automatic merge, bots, and whose domains are whose."""

    stored = "people.yaml"

    same: tuple[Correction, ...] = ()
    separate: tuple[Correction, ...] = ()  # each alias is joined with no other by any rule
    bots: tuple[Alias, ...] = ()
    not_bots: tuple[Alias, ...] = ()
    affiliations: Mapping[Affiliation, tuple[Domain, ...]] = Field(default_factory=dict)

    @field_validator("affiliations")
    @classmethod
    def _one_meaning_a_domain(
        cls, given: Mapping[Affiliation, tuple[str, ...]]
    ) -> Mapping[Affiliation, tuple[str, ...]]:
        if twice := repeated(domain.lower() for domains in given.values() for domain in domains):
            raise ValueError(f"domain named twice: {', '.join(twice)}")
        return given


class Unnamed(NamedTuple):
    """A name that the adviser had given, and who is left of those who bore it."""

    name: str
    left: tuple[str, ...]


def said_of(row: Identity) -> tuple[str, ...]:
    """The ways in which people.yaml may name the identity `row`, the narrowest first."""
    email = row.email.lower()
    return row.identity, f"{row.name.lower()} <{email}>", email


def names(aliases: Iterable[str], row: Identity) -> bool:
    """Whether one of `aliases` names the identity `row`."""
    wanted = {alias.lower() for alias in aliases}
    return any(way in wanted for way in said_of(row))


def _within(alias: str, apart: set[str], rows: Sequence[Identity]) -> bool:
    """Whether all that `alias` names is `apart`; some of it would stay joined by it."""
    named = [row for row in rows if names([alias], row)]
    rest = [f"{row.name} <{row.email}>" for row in named if row.identity not in apart]
    if rest and len(rest) < len(named):
        raise TechddError(
            f"people.yaml joins all of {alias}: separate {alias!r}, or write in its place there: "
            f"{', '.join(map(repr, rest))}"
        )
    return bool(named) and not rest


def join(document: Any, aliases: Sequence[str], name: str = "", reason: str = "") -> None:
    """Writes into the tree of people.yaml that `aliases` are one person."""
    entry: dict[str, Any] = {"emails": list(aliases)}
    if name:
        entry["name"] = name
    if reason:
        entry["reason"] = reason
    document.setdefault("same", []).append(entry)


def separate(
    document: Any, aliases: Sequence[str], rows: Sequence[Identity], reason: str = ""
) -> list[Unnamed]:
    """Writes into the tree of people.yaml that each of `aliases` is somebody of its own.

    It is taken out of what the adviser had joined before, however that names the same of `rows`:
    the later word counts. A join of which less than two are left is none; the names that went with
    such joins are returned. Raises TechddError where a join holds more than what is to be parted.
    """
    wanted = {alias.lower() for alias in aliases}
    apart = {row.identity for row in rows if names(aliases, row)}
    unnamed: list[Unnamed] = []
    same = document.get("same", [])
    for place in reversed(range(len(same))):
        emails = same[place]["emails"]
        taken = [
            at
            for at, one in enumerate(emails)
            if str(one).lower() in wanted or _within(str(one), apart, rows)
        ]
        for at in reversed(taken):
            del emails[at]
        if taken and len(emails) < 2:
            if name := same[place].get("name"):
                unnamed.append(Unnamed(str(name), tuple(map(str, emails))))
            del same[place]
    if not same:
        document.pop("same", None)
    entry: dict[str, Any] = {"emails": list(aliases)}
    if reason:
        entry["reason"] = reason
    document.setdefault("separate", []).append(entry)
    return unnamed
