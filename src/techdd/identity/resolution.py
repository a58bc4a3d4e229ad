"""Identities, corrections and roster become persons, merges and employments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from techdd.facts import Identity, Person
from techdd.identity.affiliation import Domain, affiliation_of, said_domains, settled
from techdd.identity.bots import is_bot
from techdd.identity.employment import Employment, Roster, contracts, employments, staff
from techdd.identity.merging import Merge, merged
from techdd.identity.written import People, names
from techdd.model import fingerprint

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class Resolution:
    """Who is who over the whole engagement, and why."""

    identities: tuple[Identity, ...]  # each once, the earliest first
    people: tuple[Person, ...]  # one an identity, persons in the order of their first commits
    merges: tuple[Merge, ...]
    employments: tuple[Employment, ...]
    domains: tuple[Domain, ...]
    others: tuple[str, ...] = ()  # names of the client's people that the history does not know


def resolve(
    identities: DataFrame, people: People | None = None, roster: Roster | None = None
) -> Resolution:
    """The person behind each identity of the table `identities`, over all repositories.

    A person's id comes from the identity of the earliest commit, so that it holds still when a new
    alias turns up.
    """
    people = people or People()
    rows = _once(identities)
    groups, merges = merged(rows, people, staff(roster))
    persons: dict[str, Sequence[Identity]] = {}
    for members in groups:
        short, whole = f"p{members[0].identity[:8]}", f"p{members[0].identity}"
        persons[whole if short in persons else short] = members
    employed = employments(roster, persons)
    contract_of, said = contracts(employed), said_domains(people)
    return Resolution(
        tuple(rows),
        tuple(
            one
            for ident, members in persons.items()
            for one in _person(ident, members, people, said, contract_of.get(ident, ""))
        ),
        tuple(merges),
        tuple(employed),
        tuple(Domain(name, kind) for name, kind in sorted(said.items())),
    )


def _once(identities: DataFrame) -> list[Identity]:
    """Each identity once over all repositories, the earliest first; where one repository's mailmap
    has another spelling for it, that holds for all.
    """
    plain = [
        fingerprint(name, email) == identity
        for identity, name, email in identities[["identity", "name", "email"]].itertuples(False)
    ]
    spelled = identities.assign(plain=plain).sort_values(["plain", "name", "email"])
    once = spelled.groupby("identity", as_index=False).agg(
        name=("name", "first"),
        email=("email", "first"),
        commits=("commits", "sum"),
        first=("first", "min"),
        last=("last", "max"),
    )
    ordered = once.sort_values(["first", "identity"])[list(Identity._fields)]
    return [Identity(*row) for row in ordered.itertuples(index=False)]


def _person(
    ident: str,
    members: Sequence[Identity],
    people: People,
    said: Mapping[str, str],
    contract: str,
) -> list[Person]:
    shown = max(members, key=lambda row: (row.commits, row.identity))
    named = [
        one.name
        for one in people.same
        if one.name and any(names(one.emails, row) for row in members)
    ]
    name = named[0] if named else shown.name or shown.email
    bot = is_bot(members, people)
    own = {row.identity: affiliation_of(row.email, said) for row in members}
    kinds = settled(own, contract)
    return [
        Person(row.identity, ident, name, row.email, bot, kinds[row.identity]) for row in members
    ]
