"""What a public service knows of the packages in use; nothing without `--online`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from techdd.collectors import Gathered, collector
from techdd.depsdev import SERVICE, SYSTEMS, Answer, PackageFact, PackageLookup, Wish
from techdd.facts import Package
from techdd.lockfiles import TOOLS
from techdd.model import Issue
from techdd.purls import is_withheld
from techdd.repository import Repository
from techdd.sandbox import cores
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

_NAMED = 5  # examples in the detail of an issue
_NAME = re.compile(r"[@\w][\w./:@~+-]{0,213}")
_VERSION = re.compile(r"\w[\w.+!~-]{0,99}")  # of a registry: no URL, branch or path with a "/"
# Names of hosts that only exist inside a company's network (RFC 6762, RFC 8375 and by habit).
_INSIDE = re.compile(r"[^/]*\.(internal|intranet|local|localdomain|lan|corp|home\.arpa)(/|$)")


@collector(makes=(PackageFact, PackageLookup), needs=(Package,))
def package_facts(
    repo: Repository,
    packages: DataFrame,
    *,
    online: bool = False,
    day: str = "",
    depsdev: str = "https://api.deps.dev",
    withheld: Sequence[str] = (),
) -> Gathered:
    """Dates, newest version, deprecation and licence of every package version that may be shipped.

    `online` allows to send their names and versions to the service at `depsdev`; without it nothing
    is sent. Names that match a pattern of `withheld` (fnmatch, such as "@acme/*") are never sent.
    Answers are kept for `day`, after which they are asked for anew.
    """
    if not online:
        return
    from techdd.depsdev.client import Client

    shipped = packages[(packages["scope"] != "development") & packages["version"].notna()]
    shipped = shipped[~shipped["ecosystem"].isin(TOOLS)]
    columns = shipped[["ecosystem", "name", "version"]].drop_duplicates()
    rows = sorted(Wish(*map(str, row)) for row in columns.itertuples(index=False))
    known = [wish for wish in rows if wish.ecosystem in SYSTEMS]
    kept = [wish for wish in known if _private(wish, withheld)]
    public = [wish for wish in known if wish not in set(kept)]
    wishes = [wish for wish in public if _of_a_registry(wish)]
    # Repositories are worked on side by side, a process each: together they ask by 8 threads.
    client = Client(depsdev, repo.cache / "depsdev", day)
    answers = list(client.answers(wishes, max(1, 8 // cores())))
    yield PackageLookup(SERVICE, sum(answer.asked for answer in answers), len(kept))
    yield from (answer.fact for answer in answers if answer.fact)
    yield from _issues(set(rows) - set(known), kept, answers)
    if elsewhere := set(public) - set(wishes):
        yield Issue("version of no registry, not looked up", detail=_listed(elsewhere))


def _private(wish: Wish, patterns: Iterable[str]) -> bool:
    if wish.ecosystem == "Go" and _INSIDE.match(wish.name):
        return True
    return is_withheld(wish.name, patterns)


def _of_a_registry(wish: Wish) -> bool:
    """What is no name and version of a registry may say where the client's servers stand."""
    named = _NAME.fullmatch(wish.name) and "://" not in wish.name
    return bool(named and _VERSION.fullmatch(wish.version))


def _issues(other: set[Wish], kept: list[Wish], answers: list[Answer]) -> Iterator[Issue]:
    """What could not be looked up, and why; the reasons of failed look-ups apart."""
    for ecosystem in sorted({wish.ecosystem for wish in other}):
        own = [wish for wish in other if wish.ecosystem == ecosystem]
        yield Issue(f"no online facts for {ecosystem}", detail=_listed(own))
    if kept:
        yield Issue("names withheld from online look-ups", detail=_listed(kept))
    failed: dict[str, list[Wish]] = defaultdict(list)
    for answer in answers:
        if answer.failure:
            failed[answer.failure].append(answer.wish)
    for reason, wishes in sorted(failed.items()):
        detail = f"{SERVICE}: {reason}; {_listed(wishes)}"
        yield Issue("online look-up failed", detail=detail, transient=True)
    strange = [answer.wish for answer in answers if not answer.fact and not answer.failure]
    if strange:
        yield Issue(f"not known to {SERVICE}", detail=_listed(strange))


def _listed(wishes: Iterable[Wish]) -> str:
    names = sorted({f"{wish.name} {wish.version}" for wish in wishes})
    plural = "s" if len(names) > 1 else ""
    return f"{len(names):,} package version{plural}: {some_of(names, _NAMED)}"
