"""Who works in a made-up portfolio: teams, and people who join, leave and move between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

END = datetime(2026, 6, 30, 12, tzinfo=UTC)  # the day of the audit
BEGIN = END - timedelta(days=3 * 365)
MOST = 500  # people; names repeat beyond
BOT = ("bumps[bot]", "bumps[bot]@users.noreply.example")

_FIRST = (
    "Amara", "Bastian", "Chidi", "Dagny", "Emre", "Fenja", "Goran", "Hanne", "Idris", "Jolanta",
    "Kenji", "Liesel", "Mirek", "Nadira", "Orla", "Pavel", "Quirin", "Ronja", "Sorin", "Tove",
)  # fmt: skip
_LAST = (
    "Aaldering", "Brunvoll", "Castelrio", "Dunmarrow", "Eskelund", "Farrowby", "Glimmert",
    "Hollbrook", "Inverlee", "Jansaker", "Kirchwald", "Lindqvale", "Marrowgate", "Nordhaven",
    "Ostrander", "Penhallow", "Quistgard", "Ravensby", "Sandelholt", "Thornvik", "Umberfeld",
    "Valmorra", "Westergren", "Yarrowdale", "Zellhofen",
)  # fmt: skip
_AREAS = (
    "billing", "routing", "warehouse", "identity", "reporting", "checkout", "fleet", "claims",
    "pricing", "messaging", "search", "partners",
)  # fmt: skip


@dataclass(frozen=True)
class Stay:
    """A person's time in one team."""

    team: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Person:
    """One person; whoever has two addresses uses the second one from the middle of the time on."""

    name: str
    addresses: tuple[str, ...]
    zone: str
    stays: tuple[Stay, ...]
    left: bool

    def address(self, at: datetime) -> str:
        """What they write into a commit at that time."""
        return self.addresses[-1 if at > BEGIN + (END - BEGIN) / 2 else 0]


def teams(number: int) -> list[str]:
    """The names of so many teams, each of which owns a product area of the same name."""
    more = [f"area-{one}" for one in range(len(_AREAS) + 1, number + 1)]
    return [*_AREAS, *more][:number]


def people(number: int, areas: list[str], random: Random) -> list[Person]:
    """A lead a team who stays all the time, then people of whom some move, leave or come later."""
    found = []
    for at in range(number):
        first, last = _FIRST[at % 20], _LAST[(at * 7 + at // 20) % 25]
        addresses = [f"{first}.{last}@larkspur.example".lower()]
        if at % 6 == 4:
            addresses.append(f"{first}{last}@mail.example".lower())
        home = areas[at % len(areas)]
        role = "lead" if at < len(areas) else {3: "moves", 5: "leaves", 7: "joins"}.get(at % 8, "")
        turn = BEGIN + timedelta(days=int((END - BEGIN).days * random.uniform(0.4, 0.7)))
        turn = turn.replace(hour=0)
        stays = [Stay(home, BEGIN, END)]
        if role == "moves" and len(areas) > 1:
            stays = [Stay(home, BEGIN, turn), Stay(areas[(at + 1) % len(areas)], turn, END)]
        elif role == "leaves":
            stays = [Stay(home, BEGIN, turn)]
        elif role == "joins":
            stays = [Stay(home, turn, END)]
        zone = ("+0000", "+0100", "+0200", "-0500", "+0530")[at % 5]
        name = f"{first} {last}"
        found.append(Person(name, tuple(addresses), zone, tuple(stays), role == "leaves"))
    return found
