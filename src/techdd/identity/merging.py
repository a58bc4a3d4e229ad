"""Which names and addresses are one person: mailmap first, then conservative rules.

Two identities are joined where they share
1. the name and address that the repository's .mailmap gives them,
2. an address that is a person's own (not a shared, generic or web-editor one), or
3. a full name of two words or more.
One-word names ("Alex") and placeholders ("Your Name") never join: two people called Alex stay two.
The adviser's word and the client's roster come before all of them. Every join is a `Merge` with its
reason, and `people.yaml` in the engagement can split what was joined and join what was not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from techdd.facts import Identity
from techdd.identity.written import People, said_of

if TYPE_CHECKING:
    from pandas import DataFrame

SHARED_BY = 2  # more different full names on one address: a shared mailbox or a squash bot

_GENERIC_MAILBOX = re.compile(
    r"^(?:|noreply|no-reply|root|admin|git|github|gitlab|info|dev|developer|build|ci|deploy|none|you"
    r"|user|unknown|test|support|team|it|mail|email|office|engineering|devops|ops|webmaster|nobody"
    r"|squash|merge|automation|administrator|ubuntu|ec2-user|your[._-]?(?:e?mail|name))@"
    r"|@(?:localhost|example\.(?:com|org|net)|none)$"
    r"|@[^@]*\.(?:local|localdomain|lan|internal)$|^[^@]*$"
)
_HOSTED = re.compile(
    r"^(?:(?:\d+\+)?(?P<github>[^@]+)@users\.noreply\.github\.com"
    r"|(?:\d+-)?(?P<gitlab>[^@]+)@users\.noreply\.gitlab\.com)$"
)
# What tools write where nobody set a name, and accounts that many share, are made of these words.
_NOBODY = frozenset(
    """
    account admin administrator anonymous author build ci code codespace committer default deploy
    dev developer domain ec first firstname full git guest here jenkins last lastname local my name
    no nobody none not password root server set super superuser system test the ubuntu unknown user
    username vagrant your
    """.split()  # noqa: SIM905 - a list of fifty strings reads worse
)
_DOE = ("john doe", "jane doe", "not committed yet")


class Merge(NamedTuple):
    """Why one identity is the same person as another; parting them undoes it."""

    identity: str
    other: str  # the one it was joined to
    reason: str


class _Key(NamedTuple):
    """What identities may share, and in which words that joins them."""

    reason: str
    value: str


def merged(
    rows: Sequence[Identity], people: People, staff: Iterable[Sequence[str]] = ()
) -> tuple[list[list[Identity]], list[Merge]]:
    """The groups of `rows` that are one person each, and every merge that made them.

    `staff` holds the addresses of each person on the roster. A group of n identities has n - 1
    merges, each with the strongest reason there is.
    """
    groups = _Groups(len(rows))
    merges: list[Merge] = []
    for key, members in _shared(rows, people, staff):
        merges += [
            Merge(rows[other].identity, rows[members[0]].identity, key.reason)
            for other in members[1:]
            if groups.join(members[0], other)
        ]
    return [[rows[i] for i in members] for members in groups.sets()], merges


def _shared(
    rows: Sequence[Identity], people: People, staff: Iterable[Sequence[str]]
) -> Iterator[tuple[_Key, list[int]]]:
    """What several of `rows` share with their positions, the strongest reason first."""
    pools = _pools(rows, people)
    crowded = _crowded(rows)
    listed = _listed(staff)
    rules = (
        lambda row: _corrected(row, people),
        lambda row: _on_roster(row, listed),
        _mapped,
        lambda row: _addressed(row, crowded),
        _named,
    )
    for number, rule in enumerate(rules):
        found: dict[tuple[str, _Key], list[int]] = defaultdict(list)
        for position, row in enumerate(rows):
            pool = "" if number == 0 else pools[position]  # the adviser's word joins across pools
            for key in rule(row):
                found[pool, key].append(position)
        yield from ((key, members) for (_, key), members in found.items() if len(members) > 1)


def _corrected(row: Identity, people: People) -> Iterator[_Key]:
    ways = said_of(row)
    for number, one in enumerate(people.same):
        if any(alias.lower() in ways for alias in one.emails):
            why = f"correction by the adviser{f': {one.reason}' if one.reason else ''}"
            yield _Key(why, str(number))


def _on_roster(row: Identity, listed: Mapping[str, int]) -> Iterator[_Key]:
    if (entry := listed.get(row.email.lower())) is not None:
        yield _Key("same person on the roster", str(entry))


def _mapped(row: Identity) -> Iterator[_Key]:
    """Two identities have one spelling by a mailmap only."""
    yield _Key("same mailmap entry", f"{row.name} <{row.email}>")


def _addressed(row: Identity, crowded: frozenset[str]) -> Iterator[_Key]:
    box = mailbox(row.email)
    if not _GENERIC_MAILBOX.search(box) and box not in crowded:
        yield _Key("same hosted login" if _HOSTED.match(row.email.lower()) else "same address", box)


def _named(row: Identity) -> Iterator[_Key]:
    if name := full_name(row.name):
        yield _Key("same full name", name)


def _pools(rows: Sequence[Identity], people: People) -> list[str]:
    """What each identity is kept apart by: the narrowest alias that the adviser separated."""
    apart = {alias.lower() for one in people.separate for alias in one.emails}
    return [next((way for way in said_of(row) if way in apart), "") for row in rows]


def _crowded(rows: Iterable[Identity]) -> frozenset[str]:
    """Mailboxes with the full names of more people than one person has."""
    names_of: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if name := full_name(row.name):
            names_of[mailbox(row.email)].add(name)
    return frozenset(box for box, names in names_of.items() if _different(names) > SHARED_BY)


def _listed(staff: Iterable[Sequence[str]]) -> dict[str, int]:
    """Address -> which person on the roster has it; one that two people have joins nobody."""
    owners: dict[str, set[int]] = defaultdict(set)
    for number, emails in enumerate(staff):
        for email in emails:
            owners[email.lower()].add(number)
    return {email: min(numbers) for email, numbers in owners.items() if len(numbers) == 1}


def mailbox(email: str) -> str:
    """The address as a key: case folded, a code host's anonymous address as its login."""
    lowered = email.strip().lower()
    if hosted := _HOSTED.match(lowered):
        host = "github" if hosted["github"] else "gitlab"
        return f"{hosted[host]}@{host}.noreply"
    return lowered


def full_name(name: str) -> str:
    """The name as a key where it has two words or more and is somebody's, else empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", plain if plain.strip() else name.lower())
    words = words or name.lower().split()
    full = " ".join(words) if len([word for word in words if len(word) > 1]) > 1 else ""
    return "" if full in _DOE or _NOBODY.issuperset(words) else full


def _different(names: Iterable[str]) -> int:
    """How many of the full names have no word in common: one person's name is spelled in several
    ways ("Pierre Bérubé", "Pierre BÃ©rubÃ©"), a shared mailbox holds unrelated ones.
    """
    groups: list[set[str]] = []
    for name in sorted(names):
        words = set(name.split())
        same = [group for group in groups if group & words]
        groups = [group for group in groups if not group & words] + [words.union(*same)]
    return len(groups)


def by_person(commits: DataFrame, people: DataFrame) -> DataFrame:
    """The table `commits` with the columns `person` and `bot` of each author."""
    columns = people[["identity", "person", "bot"]].drop_duplicates("identity")
    return commits.merge(columns, left_on="author", right_on="identity", how="left")


def of_people(commits: DataFrame, people: DataFrame) -> DataFrame:
    """`by_person` without the commits of bots."""
    rows = by_person(commits, people)
    return rows[rows["bot"] == False]  # noqa: E712 - the column may hold unknowns


class _Groups:
    """Disjoint sets over positions (union-find)."""

    def __init__(self, number: int) -> None:
        self.parent = list(range(number))

    def find(self, one: int) -> int:
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, one: int, other: int) -> bool:
        """Whether the two were apart before."""
        first, second = sorted((self.find(one), self.find(other)))
        self.parent[second] = first
        return first != second

    def sets(self) -> list[list[int]]:
        """The groups, each in order, by their first member."""
        found: dict[int, list[int]] = defaultdict(list)
        for position in range(len(self.parent)):
            found[self.find(position)].append(position)
        return list(found.values())
