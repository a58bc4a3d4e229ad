"""Packages whose names could be a slip for, or an imitation of, a well-known one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from techdd.advisories import normalised
from techdd.collectors import Answered, probe
from techdd.counting import of_repository
from techdd.facts import Package
from techdd.model import Location, Metric, Observation

if TYPE_CHECKING:
    from pandas import DataFrame

ECOSYSTEMS = ("npm", "PyPI")  # of which lists of the most downloaded packages are published
IMITATED = 2_000  # of the most downloaded; who imitates wants to be mistaken for one of these
_SHORTEST = 6  # letters; between shorter names one letter's difference says nothing


@probe(domain="dependencies", needs=(Package,))
def lookalikes(_as_of: date, packages: DataFrame) -> Answered:
    """Does a package have a name that could be mistaken for that of a well-known one?

    After Vu et al. 2020, *Typosquatting and Combosquatting Attacks on the Python Ecosystem*: one
    letter more, less, other or swapped, or the same letters with other separators. Left out are
    names that differ in the first letter, which hardly anybody mistakes, or in digits, which count
    versions; a package that is itself among the most downloaded is no imitation.
    """
    rows = packages[packages["ecosystem"].isin(ECOSYSTEMS)]
    names = rows[["repo", "ecosystem", "name"]].drop_duplicates()
    meant = {
        (ecosystem, name): imitated(ecosystem, name)
        for ecosystem, name in names[["ecosystem", "name"]].itertuples(index=False)
    }
    for repo in ("", *sorted(map(str, packages["repo"].unique()))):
        own = of_repository(repo, names)
        pairs = set(own[["ecosystem", "name"]].itertuples(index=False, name=None))
        count = sum(bool(meant[pair]) for pair in pairs)
        basis = f"{len(pairs):,} packages of npm and PyPI, development's included"
        note = "" if pairs else "no package of npm or PyPI"
        yield Metric("lookalikes.packages", count if pairs else None, "packages", repo, basis, note)
    for (repo, ecosystem, name), found in rows.groupby(["repo", "ecosystem", "name"], sort=True):
        if known := meant[ecosystem, name]:
            places = found.sort_values(["manifest", "line"])[["manifest", "line"]]
            yield Observation(
                "lookalike-package",
                str(repo),
                f"{ecosystem}:{name}",
                tuple(_locations(places.drop_duplicates())),
                {"package": str(name), "ecosystem": str(ecosystem), "known": known},
            )


def imitated(ecosystem: str, name: str) -> str:
    """The well-known package that `name` could be mistaken for; "" where there is none."""
    name = normalised(ecosystem, name).lower()
    known, plain, without = _known(ecosystem)
    if name in known or len(_plain(name)) < _SHORTEST:
        return ""
    if one := plain.get(_plain(name)):
        return one
    near = {one for short in (name, *_without_one(name)) for one in without.get(short, ())}
    slips = (one for one in near if one[0] == name[0] and _letters(one) != _letters(name))
    return min((one for one in slips if _one_slip(name, one)), key=known.__getitem__, default="")


@cache
def _known(ecosystem: str) -> tuple[dict[str, int], dict[str, str], dict[str, list[str]]]:
    """(name -> rank; and of those that are imitated: name without separators -> name, name or name
    without one letter -> names).
    """
    text = files(__name__).joinpath(f"{ecosystem}.txt").read_text("utf-8")
    names = [normalised(ecosystem, one).lower() for one in text.splitlines()[1:]]
    plain: dict[str, str] = {}
    without: dict[str, list[str]] = {}
    for name in names[:IMITATED]:
        if len(_plain(name)) < _SHORTEST:
            continue
        plain.setdefault(_plain(name), name)
        for short in {name, *_without_one(name)}:
            without.setdefault(short, []).append(name)
    return {name: rank for rank, name in enumerate(names)}, plain, without


def _plain(name: str) -> str:
    return re.sub(r"[-_.]", "", name)


def _letters(name: str) -> str:
    return re.sub(r"\d", "", name)


def _without_one(name: str) -> set[str]:
    return {name[:at] + name[at + 1 :] for at in range(len(name))}


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter is more, less, other, or swapped with its neighbour (Damerau's four)."""
    if len(one) != len(other):
        longer, shorter = sorted((one, other), key=len, reverse=True)
        return len(longer) == len(shorter) + 1 and shorter in _without_one(longer)
    differ = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differ) == 2:
        first, second = differ
        swapped = one[first] == other[second] and one[second] == other[first]
        return second == first + 1 and swapped
    return len(differ) == 1


def _locations(places: DataFrame) -> Iterator[Location]:
    import pandas as pd

    for manifest, line in places.itertuples(index=False):
        yield Location(str(manifest), None if pd.isna(line) else int(line))
