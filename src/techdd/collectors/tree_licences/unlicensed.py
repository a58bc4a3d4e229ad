"""Which code of others carries no licence at all: copies without one, foreign copyright alone."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from techdd.collectors._copies import place_of
from techdd.collectors._own_terms import Own
from techdd.collectors.tree_licences.govern import Governed
from techdd.licensing import PROPRIETARY, UNKNOWN

if TYPE_CHECKING:
    from pandas import DataFrame

_SHARE = 0.05  # of the files that name a holder: who holds as many is no stranger
_FEW = 3
# Written by tools and handed on by their makers with the terms elsewhere.
_TOOLS = re.compile(
    r"(?:^|/)(?:gradlew|mvnw|waf|configure|install-sh|missing|depcomp|compile|ylwrap|ltmain\.sh"
    r"|aclocal\.m4|libtool\.m4|config\.(?:guess|sub))(?:\.\w+)?$|(?:^|/)\.(?:mvn|yarn)/"
    r"|(?:^|/)(?:lang|views|templates)/vendor/"
)
_PUBLIC = (
    "gmail", "googlemail", "outlook", "hotmail", "yahoo", "users", "proton", "icloud", "mail",
)  # fmt: skip


def unlicensed(
    files: list[Governed],
    licences: DataFrame,
    declarations: DataFrame,
    identities: DataFrame,
    names: list[str],
    own: Own,
) -> list[str]:
    """Places of others' code for which no licence can be found, by path.

    A stranger is who is neither a committer, nor one of `names` (the client, the repository), nor
    named by the repository's own licence or metadata, nor the holder of many of its files. Where
    the repository is open, code without a licence of its own stands under the repository's.
    """
    house = _house(files, licences, declarations, identities) | set(map(_plain, names))
    strange = _strangers({one.holders for one in files}, house)
    places: dict[str, list[Governed]] = defaultdict(list)
    for one in files:
        if one.role != "source" and not _TOOLS.search(one.path):
            places[place_of(one.path)].append(one)
    found = [
        place
        for place, copies in places.items()
        if not any(one.terms for one in copies)
        and (place != copies[0].path or copies[0].holders)  # a lone file may be of the house
        and not any(one.holders and one.holders not in strange for one in copies)
    ]
    if own.category in (PROPRIETARY, UNKNOWN):
        ours = (one for one in files if one.role == "source" and not one.terms)
        found += [one.path for one in ours if one.holders in strange]
    return sorted(found)


def _house(
    files: list[Governed], licences: DataFrame, declarations: DataFrame, identities: DataFrame
) -> set[str]:
    """Who is at home here, as plain words."""
    top = [table[~table["path"].str.contains("/")] for table in (licences, declarations)]
    named = [name for table in top for several in table["holders"] for name in _split(several)]
    counts = Counter(name for one in files for name in set(_split(one.holders)))
    holding = sum(bool(one.holders) for one in files)
    many = [name for name, count in counts.items() if count > max(_FEW, _SHARE * holding)]
    people = [_plain(str(name)) for name in identities["name"]]
    domains = [str(email).rpartition("@")[2].split(".") for email in identities["email"]]
    companies = [parts[-2] for parts in domains if len(parts) > 1 and parts[-2] not in _PUBLIC]
    return {name for name in (*named, *many, *people, *map(_plain, companies)) if len(name) > 2}


def _split(holders: str) -> list[str]:
    return [name for one in str(holders).split("; ") if (name := _plain(one))]


def _plain(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.lower()))


def _strangers(stated: set[str], house: set[str]) -> set[str]:
    """Of what files state as their holders, that in which nobody of the house is found: by name,
    by a part of it that is one, or by first and last name.
    """
    ends = {(words[0], words[-1]) for one in house if len(words := one.split()) > 1}
    whole = [f" {one} " for one in house]

    def at_home(name: str) -> bool:
        words = name.split()
        return (words[0], words[-1]) in ends or any(one in f" {name} " for one in whole)

    return {one for one in stated if one and not any(map(at_home, _split(one)))}
