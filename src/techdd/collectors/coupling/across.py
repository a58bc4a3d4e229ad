"""Components of different repositories that are changed together: a logical change spans both."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.coupling.tables import degree
from techdd.facts import Change, Commit, File, Person
from techdd.identity import of_people
from techdd.model import Metric, Observation, Series

if TYPE_CHECKING:
    from pandas import DataFrame

MONTHS = 24  # looked back on, from the day of the audit
FEWEST_SHARED = 5  # logical changes; these three are the defaults of code-maat
STRONG = 0.3  # degree
LARGEST = 30  # files of one commit
WIDEST = 30  # components of one logical change; what touches more is a sweep
SHOWN = 15
NOTE = (
    "A logical change is all commits that name the same ticket, else those of one person within "
    "24 hours. Whoever works in two repositories on most days couples them without need. Degree as "
    "in code-maat: at least 5 shared, commits of at most 30 files. Files count under today's path."
)
_TICKET = re.compile(r"\b([A-Z][A-Z0-9]{1,9})-[1-9]\d{0,6}\b")
# Standards and identifiers that look like tickets.
_NO_TRACKER = frozenset(
    ("AES", "BSD", "CVE", "CWE", "ECMA", "GHSA", "GPL", "HTTP", "IEEE", "ISO", "JSR", "LGPL", "MD",
     "PEP", "RFC", "RSA", "SHA", "TLS", "UTF", "UTC", "X")
)  # fmt: skip


@probe(domain="architecture", needs=(Commit, Change, File, Person))
def cross_repository_coupling(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, people: DataFrame
) -> Answered:
    """Which components of different repositories are changed together?"""
    repos = files["repo"].nunique()
    sets = _change_sets(as_of, commits, changes, files, people) if repos > 1 else []
    touched = Counter(part for parts in sets for part in parts)
    shared = Counter(
        pair
        for parts in sets
        for pair in combinations(sorted(parts), 2)
        if pair[0][0] != pair[1][0]
    )
    strong = [
        (degree(count, touched[one], touched[other]), count, one, other)
        for (one, other), count in shared.items()
        if count >= FEWEST_SHARED
    ]
    strong = sorted(
        (row for row in strong if row[0] >= STRONG), key=lambda row: (-row[0], -row[1], row[2:])
    )
    enough = len(sets) >= 2 * FEWEST_SHARED
    note = "" if enough else "fewer than 10 logical changes in the period"
    yield Metric(
        "coupling.cross_repository_pairs",
        len(strong) if enough else None,
        "pairs",
        basis=f"{len(sets):,} logical changes of production code in {MONTHS} months",
        note=note if repos > 1 else "one repository only",
    )
    if enough and repos > 2:
        yield from _repositories(sets)
    if not strong or not enough:
        return
    yield Series(
        "cross_repository_coupling",
        f"Components of different repositories that are changed together, last {MONTHS} months",
        (
            "repository",
            "component",
            "with repository",
            "component ",
            "together",
            "share of changes",
        ),
        tuple(
            (one[0], one[1], other[0], other[1], count, share)
            for share, count, one, other in strong[:SHOWN]
        ),
        note=NOTE,
    )
    share, count, one, other = strong[0]
    yield Observation(
        "cross-repository-coupling",
        "",
        "",
        values={
            "count": len(strong),
            "one": one[0],
            "other": other[0],
            "shared": count,
            "share": share,
        },
    )


def _repositories(sets: list[frozenset[tuple[str, str]]]) -> Iterator[Metric | Series]:
    """The same of whole repositories."""
    wide = [sorted({repo for repo, _ in parts}) for parts in sets]
    touched = Counter(repo for repos in wide for repo in repos)
    shared = Counter(pair for repos in wide for pair in combinations(repos, 2))
    strong = [
        (one, other, count, degree(count, touched[one], touched[other]))
        for (one, other), count in shared.items()
        if count >= FEWEST_SHARED
    ]
    strong = sorted(
        (row for row in strong if row[3] >= STRONG), key=lambda row: (-row[3], -row[2], row[:2])
    )
    several = sum(len(repos) > 1 for repos in wide)
    basis = f"{several:,} of {len(wide):,} logical changes span repositories, {MONTHS} months"
    yield Metric("coupling.repository_pairs", len(strong), "pairs", basis=basis)
    more = f" {len(strong) - SHOWN:,} more pairs." if len(strong) > SHOWN else ""
    yield Series(
        "repositories_changed_together",
        f"Repositories that are changed together, last {MONTHS} months",
        ("repository", "with repository", "together", "share of changes"),
        tuple(strong[:SHOWN]),
        note=f"{NOTE}{more}",
    )


def _change_sets(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, people: DataFrame
) -> list[frozenset[tuple[str, str]]]:
    """The (repository, component) that each logical change touched, in no order."""
    import pandas as pd

    end = pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)
    human = of_people(commits, people)
    recent = human[
        (human["authored"] < end)
        & (human["authored"] >= end - pd.DateOffset(months=MONTHS))
        & human["files"].between(1, LARGEST)
    ]
    recent = recent.assign(change=_logical(recent))
    source = files.loc[files["role"] == "source", ["repo", "path", "component"]]
    made = changes.merge(recent[["repo", "sha", "change"]], on=["repo", "sha"]).merge(
        source, on=["repo", "path"]
    )
    rows = made[["change", "repo", "component"]].drop_duplicates()
    parts: dict[str, set[tuple[str, str]]] = {}
    for change, repo, component in rows.itertuples(index=False):
        parts.setdefault(change, set()).add((str(repo), str(component)))
    return [frozenset(parts[change]) for change in sorted(parts) if len(parts[change]) <= WIDEST]


def _logical(commits: DataFrame) -> list[str]:
    """The logical change that each commit belongs to: its ticket, or the day of its person."""
    named = {
        index: found[0]
        for index, subject in commits["subject"].items()
        for found in [_tickets(subject)]
        if found
    }
    keys = dict.fromkeys(commits.index, "")
    opened: dict[str, tuple[object, int]] = {}  # person -> start of the day, its number
    ordered = commits.sort_values(["authored", "repo", "sha"])
    import pandas as pd

    for index, person, when in zip(
        ordered.index, ordered["person"], ordered["authored"], strict=True
    ):
        if index in named:
            keys[index] = named[index]
            continue
        start, number = opened.get(person, (None, 0))
        if start is None or when - start >= pd.Timedelta(hours=24):
            opened[person] = (when, number + 1)
        keys[index] = f"{person} {opened[person][1]}"
    return list(keys.values())


def _tickets(subject: str) -> list[str]:
    return [m[0] for m in _TICKET.finditer(subject) if m[1] not in _NO_TRACKER]
