"""Which names and addresses are one person: mailmap first, then conservative rules.

Two identities are joined where they share
1. the name and address that the repository's .mailmap gives them,
2. an address that is a person's own (not a shared, generic or web-editor one), or
3. a full name of two words or more.
One-word names ("Alex") never join: two people called Alex stay two. Every join has its reason, and
`people.yaml` in the engagement can split what was joined and join what was not.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from techdd.facts import Identity, Person
from techdd.model import fingerprint
from techdd.policy import Written

if TYPE_CHECKING:
    from pandas import DataFrame

SHARED_BY = 3  # more different full names on one address: a shared mailbox or a squash bot

_GENERIC_MAILBOX = re.compile(
    r"^(?:|noreply|no-reply|root|admin|git|github|gitlab|info|dev|developer|build|ci|deploy|none|you"
    r"|user|unknown|test|support|team|it|mail|email)@|@(?:localhost|example\.(?:com|org|net)|none)$"
    r"|@[^@]*\.(?:local|localdomain|lan|internal)$|^[^@]*$"
)
_HOSTED = re.compile(r"^(?:\d+\+)?([^@]+)@users\.noreply\.(?:github|gitlab)\.com$")
_BOT = re.compile(
    r"\[bot\]|\bbot\b|-bot\b|^bot-|dependabot|renovate|greenkeeper|^snyk$|github[ -]?actions?\b"
    r"|^(?:travis|jenkins)$|\b(?:travis|jenkins|gitlab)[ -]?ci\b|^jenkins@"  # also a surname
    r"|semantic-release|circleci|mergify|codecov|imgbot"
    r"|allcontributors|tagbot|pre-commit-ci|weblate|copybara|svn2git|autoroll",
    re.IGNORECASE,
)
FREE_MAIL = frozenset(
    """
    163.com 126.com aol.com fastmail.com free.fr gmail.com gmx.com gmx.de gmx.net googlemail.com
    hotmail.com icloud.com libero.it live.com mac.com mail.com mail.ru me.com msn.com naver.com
    orange.fr outlook.com pm.me proton.me protonmail.com qq.com t-online.de wanadoo.fr web.de
    yahoo.co.uk yahoo.com yandex.com yandex.ru ymail.com zoho.com
    """.split()  # noqa: SIM905 - a list of forty strings reads worse
)


class Correction(Written):
    """Identities (addresses) that are one person, or that are not, by the adviser's word."""

    emails: tuple[str, ...] = Field(min_length=1)
    name: str = ""
    reason: str = ""


class People(Written):
    """people.yaml: corrections of the automatic merge."""

    same: tuple[Correction, ...] = ()
    separate: tuple[Correction, ...] = ()  # each of these addresses joins with nobody by name


def resolve(identities: DataFrame, people: People | None = None) -> list[Person]:
    """The person behind each identity of the table `identities`, over all repositories.

    A person's id comes from the identity of the earliest commit, so that it holds still when a new
    alias turns up.
    """
    people = people or People()
    rows = _once(identities)
    groups = _Groups(row.identity for row in rows)
    for keyed in _keys(rows, people):
        for members in keyed.values():
            groups.join(members)
    return [
        person
        for members in groups.sets()
        for person in _person([rows[i] for i in members], people)
    ]


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


def _keys(rows: Sequence[Identity], people: People) -> Iterable[Mapping[str, list[int]]]:
    """What identities may share, rule by rule: key -> positions in `rows`."""
    apart = {email.lower() for one in people.separate for email in one.emails}
    corrected = {
        email.lower(): f"correction {n}"
        for n, one in enumerate(people.same)
        for email in one.emails
    }
    names_of: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if name := _full_name(row.name):
            names_of[_mailbox(row.email)].add(name)
    by_word, by_map, by_mail, by_name = (defaultdict[str, list[int]](list) for _ in range(4))
    for position, row in enumerate(rows):
        by_map[f"{row.name} <{row.email}>"].append(
            position
        )  # two have one spelling by mailmap only
        mailbox = _mailbox(row.email)
        if row.email.lower() in corrected:
            by_word[corrected[row.email.lower()]].append(position)
        if not _GENERIC_MAILBOX.search(mailbox) and _different(names_of[mailbox]) <= SHARED_BY:
            by_mail[mailbox].append(position)
        if _full_name(row.name) and row.email.lower() not in apart:
            by_name[_full_name(row.name)].append(position)
    return by_word, by_map, by_mail, by_name


def _person(members: Sequence[Identity], people: People) -> Iterable[Person]:
    shown = max(members, key=lambda row: (row.commits, row.identity))
    ident = f"p{members[0].identity[:8]}"
    emails = {row.email.lower() for row in members}
    named = [
        one.name for one in people.same if one.name and emails & set(map(str.lower, one.emails))
    ]
    name = named[0] if named else shown.name or shown.email
    bot = any(_BOT.search(row.name) or _BOT.search(row.email) for row in members)
    return [Person(row.identity, ident, name, row.email, bot) for row in members]


def _mailbox(email: str) -> str:
    """The address as a key: case folded, a code host's anonymous address as its login."""
    lowered = email.strip().lower()
    hosted = _HOSTED.match(lowered)
    return f"{hosted[1]}@users.noreply" if hosted else lowered


def _full_name(name: str) -> str:
    """The name as a key where it has two words or more, else empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z]+", plain if plain.strip() else name.lower())
    words = words or name.lower().split()
    return " ".join(words) if len([word for word in words if len(word) > 1]) > 1 else ""


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


class _Groups:
    """Disjoint sets over positions (union-find)."""

    def __init__(self, members: Iterable[object]) -> None:
        self.parent = list(range(len(list(members))))

    def find(self, one: int) -> int:
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, members: Sequence[int]) -> None:
        for other in members[1:]:
            first, second = sorted((self.find(members[0]), self.find(other)))
            self.parent[second] = first

    def sets(self) -> list[list[int]]:
        """The groups, each in order, by their first member."""
        found: dict[int, list[int]] = defaultdict(list)
        for position in range(len(self.parent)):
            found[self.find(position)].append(position)
        return list(found.values())
