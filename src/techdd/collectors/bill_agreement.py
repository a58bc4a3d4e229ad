"""Whether a bill of materials that is handed in says what the lock files beside it say."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.advisories import normalised
from techdd.collectors import Answered, probe
from techdd.facts import Package
from techdd.lockfiles import MIXED, TOOLS, Lockfile
from techdd.model import Location, Metric, Observation, Series
from techdd.plugins import discover
from techdd.text import place_token, some_of

if TYPE_CHECKING:
    from pandas import DataFrame

_NAMED = 4  # packages that are named as examples
_SHOWN = 20  # bills

Versions = dict[tuple[str, str], set[str]]  # (ecosystem, plain name) -> its versions


class _Difference(NamedTuple):
    """One bill against lock files; each package counts once by its name."""

    repo: str
    bill: str
    beside: str
    same: int
    other: list[str]  # in both, in no version that is the same
    added: list[str]  # named by the bill alone
    missing: list[str]  # named by lock files alone, development's left out

    @property
    def differing(self) -> int:
        return len(self.other) + len(self.added) + len(self.missing)


@probe(domain="dependencies", needs=(Package,))
def bill_agreement(_as_of: date, packages: DataFrame) -> Answered:
    """Do bills of materials agree with the lock files of what they are about?"""
    compared = list(_compared(packages))
    differing = sum(one.differing for one in compared)
    yield Metric(
        "bills.differing",
        float(differing) if compared else None,
        "packages",
        basis=f"{len(compared):,} bills compared with lock files" if compared else "",
        note="" if compared else "no bill of materials stands beside a lock file",
    )
    for one in compared:
        if one.differing:
            yield _observation(one)
    yield Series(
        "bill_differences",
        "Bills of materials against the lock files beside them",
        ("bill", "compared with", "same", "other version", "only in the bill", "only locked"),
        tuple(
            (
                *(f"{one.repo}: {one.bill}", one.beside, one.same),
                *(len(one.other), len(one.added), len(one.missing)),
            )
            for one in compared[:_SHOWN]
        ),
        note="By package, in the ecosystems that both name; what is locked for development only is "
        "not expected in a bill. Both count in all other numbers of this chapter. A bill may be "
        "about another release.",
    )


def _observation(one: _Difference) -> Observation:
    told = [
        f"{len(names):,} {what} {place_token(f'({some_of(names, _NAMED)})')}"
        for what, names in (
            ("in another version", one.other),
            ("in the bill only", one.added),
            ("in the lock files only", one.missing),
        )
        if names
    ]
    return Observation(
        "bill-out-of-step",
        one.repo,
        one.bill,
        (Location(one.bill),),
        {
            "bill": one.bill,
            "beside": one.beside,
            "count": one.differing,
            "same": one.same,
            "told": "; ".join(told),
        },
    )


def _compared(packages: DataFrame) -> Iterator[_Difference]:
    """Each bill with the lock files of its repository, or, where it has none, of the others."""
    formats = discover("techdd.lockfiles", Lockfile).values()
    bills = [form for form in formats if form.ecosystem == MIXED]
    names = {path for path in packages["manifest"] if any(one.matches(path) for one in bills)}
    exact = packages[packages["version"].notna() & ~packages["ecosystem"].isin(TOOLS)]
    is_bill = exact["manifest"].isin(names)
    stated, locked = exact[is_bill], exact[~is_bill & exact["locked"]]
    for (repo, path), rows in stated.groupby(["repo", "manifest"], sort=True):
        own = locked[locked["repo"] == repo]
        beside = own if len(own) else locked
        found = _difference(str(repo), str(path), _versions(rows), beside, whole=not len(own))
        if found:
            yield found


def _difference(
    repo: str, bill: str, ours: Versions, locked: DataFrame, *, whole: bool
) -> _Difference | None:
    both = {ecosystem for ecosystem, _ in ours} & set(locked["ecosystem"])
    if not both:
        return None
    ours = {key: versions for key, versions in ours.items() if key[0] in both}
    locked = locked[locked["ecosystem"].isin(both)]
    theirs = _versions(locked)
    needed = _versions(locked[locked["scope"] != "development"])
    shared = ours.keys() & theirs.keys()
    other = {key for key in shared if ours[key].isdisjoint(theirs[key])}
    repos = sorted({str(name) for name in locked["repo"]})
    return _Difference(
        repo,
        bill,
        f"the lock files of {some_of(repos, 3)}" if whole else "the lock files beside it",
        len(shared) - len(other),
        [f"{key[1]} {_of(ours[key])} for {_of(theirs[key])}" for key in sorted(other)],
        [f"{key[1]} {_of(ours[key])}" for key in sorted(ours.keys() - theirs.keys())],
        [f"{key[1]} {_of(needed[key])}" for key in sorted(needed.keys() - ours.keys())],
    )


def _versions(rows: DataFrame) -> Versions:
    found: Versions = {}
    for ecosystem, name, version in zip(
        rows["ecosystem"], rows["name"], rows["version"], strict=True
    ):
        key = str(ecosystem), normalised(str(ecosystem), str(name))
        # A "v" is Go's and Composer's own spelling, which many tools leave out.
        found.setdefault(key, set()).add(str(version).removeprefix("v"))
    return found


def _of(versions: set[str]) -> str:
    return " and ".join(sorted(versions)[:2])
