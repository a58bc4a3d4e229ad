"""How people are called in a report: by name, or by a pseudonym that holds still.

Probes write `person_token`; here it becomes a word. Pseudonyms are numbered by first commit when
they are first given, and kept in the engagement by identity, so that a repository with older
history, a new alias or a correction renumbers nobody.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from techdd import files
from techdd.errors import TechddError
from techdd.facts import Identity, Person
from techdd.identity import Resolution, domain_of
from techdd.migrations import FORMATS, current
from techdd.model import PERSON_MARK, PERSON_TOKEN, Audience, Series, person_token
from techdd.text import PLACE_MARK, PLACE_TOKEN, without_places, without_tokens

T = TypeVar("T")

_STORED = FORMATS["pseudonyms.json"]

# Fields outside of reports that hold what clients wrote; of a report, `audiences` has the table.
_CLIENTS_WORDS = frozenset(("path", "reason", "detail", "note"))
_ADDRESS = re.compile(r"[\w.+%-]+@(?:[\w-]+\.)+[A-Za-z]{2,}")
_DOMAIN = re.compile(r"(?<![\w@./-])(?:[\w-]+\.)+[A-Za-z]{2,}(?![\w/-])")
_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[ ._-]{1,2}|, ")  # what may stand between the words of one name
_LONGEST_NAME = 5  # words
STRANGER = "(a person)"  # who is known to be one, and not by the history


def goes_by_name(audience: Audience, names: bool | None) -> bool:
    """Whether people go by name: as `names` says, else as the audience may see."""
    return audience == "internal" if names is None else names


def numbered(people: Iterable[Person], known: Mapping[str, int]) -> dict[str, int]:
    """Identity -> number of its pseudonym; `known` numbers stay, new people get the next ones.

    Of a person's several numbers, after a merge, the smallest counts; of a number's several
    persons, after a split, the earliest keeps it.
    """
    identities_of: dict[str, list[str]] = defaultdict(list)
    for one in people:
        identities_of[one.person].append(one.identity)
    numbers, highest, taken = dict(known), max(known.values(), default=0), set[int]()
    for identities in identities_of.values():
        own = sorted({known[one] for one in identities if one in known} - taken)
        highest += not own
        number = own[0] if own else highest
        taken.add(number)
        numbers.update({one: number for one in identities if known.get(one) not in own})
    return numbers


def kept_numbers(path: Path, people: Iterable[Person]) -> dict[str, int]:
    """`numbered` after what is kept in the file `path`, which then holds the new ones too.

    Raises TechddError where the file is damaged: giving other numbers would mislead the reader of
    an earlier report.
    """
    known: dict[str, int] = {}
    if files.is_there(path):
        try:
            known = current(_STORED, json.loads(files.read(path)), path)["numbers"]
            if not all(isinstance(number, int) for number in known.values()):
                raise ValueError
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise TechddError(
                "is damaged; restore it, or delete it to number people anew", path
            ) from None
    numbers = numbered(people, known)
    if numbers != known:
        text = json.dumps({"format": _STORED.version, "numbers": numbers}, indent=1, sort_keys=True)
        files.write(path, f"{text}\n".encode())
    return numbers


def pseudonyms(people: Iterable[Person], numbers: Mapping[str, int]) -> dict[str, str]:
    """Person -> pseudonym, such as "Person 3"."""
    smallest: dict[str, int] = {}
    for one in people:
        number = numbers[one.identity]
        smallest[one.person] = min(number, smallest.get(one.person, number))
    return {person: f"Person {number}" for person, number in smallest.items()}


def merges_series(who: Resolution) -> Series:
    """Every spelling that was joined to a person, with the reason; for those who may see names."""
    spelled = {one.identity: f"{one.name} <{one.email}>" for one in who.identities}
    person_of = {one.identity: one for one in who.people}
    ordered = sorted(who.merges, key=lambda one: (person_of[one.identity].name, one))
    rows = [
        (person_token(person_of[one.identity].person), spelled[one.identity], spelled[one.other],
         one.reason)
        for one in ordered
    ]  # fmt: skip
    return Series(
        "identity_merges",
        "Spellings of names and addresses that were taken for one person",
        ("person", "spelling", "joined with", "reason"),
        tuple(rows),
        note="Each can be undone with `techdd people separate`; nothing is measured anew for it.",
    )


def _and_above(domain: str) -> Iterator[str]:
    """The domain and those above it, but for what is no more than an ending."""
    labels = domain.casefold().split(".")
    yield from (".".join(labels[at:]) for at in range(len(labels) - 1))


class Voice:
    """Says a report's texts with people as the reader may know them."""

    def __init__(
        self,
        people: Iterable[Person],
        identities: Iterable[Identity],
        numbers: Mapping[str, int],
        named: bool,
        *,
        places: bool = True,
        others: Iterable[str] = (),
    ) -> None:
        people = tuple(people)
        names = {one.person: one.name for one in people}
        self.labels = names if named else pseudonyms(people, numbers)
        self.named = named
        self.places = places  # whether places of guarded evidence are told
        self._addresses: dict[str, str] = {}
        self._names: dict[tuple[str, ...], str] = {}
        self._first: set[str] = set()  # words that a name begins with
        self._domains: set[str] = set()  # of addresses: they say who the company is
        spelled = {one.identity: one.name for one in identities}
        for one in people if not named else ():
            self._addresses[one.email.casefold()] = self.labels[one.person]
            self._domains.update(() if places else _and_above(domain_of(one.email)))
            for name in () if one.bot else (one.name, spelled.get(one.identity, "")):
                self._called(name, self.labels[one.person])
        for name in others if not named else ():
            self._called(name, STRANGER)

    def _called(self, name: str, label: str) -> None:
        """Has a full name replaced by `label`, unless it has one already."""
        words = tuple(_WORD.findall(name.casefold()))
        if 2 <= len(words) <= _LONGEST_NAME and max(map(len, words)) > 2:
            self._names.setdefault(words, label)
            self._first.add(words[0])

    def spoken(self, value: T, field: str = "") -> T:
        """`value` with every token of a person or a place replaced, in whatever it holds, and
        without words that are access tokens by their beginning.

        Under pseudonyms, addresses and full names that stand there by another way, such as a path
        or a message of a client, are replaced too. That is a second line: probes write tokens.
        """
        spoken: Any = value
        if isinstance(value, str):
            spoken = self.said(value, words=field in _CLIENTS_WORDS)
        elif is_dataclass(value) and not isinstance(value, type):
            spoken = replace(
                value,
                **{
                    one.name: self.spoken(
                        getattr(value, one.name),
                        field if field in _CLIENTS_WORDS else one.name,
                    )
                    for one in fields(value)
                },
            )
        elif isinstance(value, tuple):
            spoken = tuple(self.spoken(one, field) for one in value)
        elif isinstance(value, Mapping):
            spoken = {key: self.spoken(one, field) for key, one in value.items()}
        result: T = spoken
        return result

    def called(self, name: str) -> str:
        """Somebody's name as the reader may know it; "" for a stranger under pseudonyms."""
        said = self.said(name)
        return said if self.named or said not in (name, STRANGER) else ""

    def said(self, text: str, *, words: bool = True) -> str:
        """`text` with tokens replaced; with `words`, without names that a client wrote there."""
        if not self.named:
            if "@" in text:
                text = _ADDRESS.sub(
                    lambda found: self._addresses.get(found[0].casefold(), "(an address)"), text
                )
            if words:
                text = self._without_names(text)
                if self._domains and "." in text:
                    text = _DOMAIN.sub(self._without_domain, text)
        if PERSON_MARK in text:
            text = PERSON_TOKEN.sub(lambda one: self.labels.get(one[1], "Unknown person"), text)
        if PLACE_MARK in text:
            text = PLACE_TOKEN.sub(r"\2", text) if self.places else without_places(text)
        shown = without_tokens(text)
        return shown if shown != text else text  # a word of an enumeration stays one

    def _without_domain(self, found: re.Match[str]) -> str:
        return found[0] if self._domains.isdisjoint(_and_above(found[0])) else "(a domain)"

    def _without_names(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        said, end, at = [], 0, 0
        while at < len(words):
            length = 0
            if words[at][0].casefold() in self._first:
                length = self._name_at(text, words[at : at + _LONGEST_NAME])
            if length:
                key = tuple(word[0].casefold() for word in words[at : at + length])
                said += [text[end : words[at].start()], self._names[key]]
                end = words[at + length - 1].end()
            at += length or 1
        return "".join([*said, text[end:]]) if said else text

    def _name_at(self, text: str, words: list[re.Match[str]]) -> int:
        """How many of `words` make the longest known name that they begin with; 0 for none."""
        longest = 0
        for length in range(2, len(words) + 1):
            between = text[words[length - 2].end() : words[length - 1].start()]
            if not _BETWEEN.fullmatch(between):
                break
            if tuple(word[0].casefold() for word in words[:length]) in self._names:
                longest = length
        return longest
