"""Finds files and components that are changed together, commit by commit.

Thresholds are the defaults of code-maat (A. Tornhill; adamtornhill/code-maat): at least 5 shared
revisions, a degree of at least 30 %, change sets of at most 30 files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from techdd.collectors import Gathered, collector
from techdd.collectors.coupling.tables import ChangeSpread, ComponentCoupling, Coupling, degree
from techdd.counting import latest
from techdd.facts import Change, Commit, File
from techdd.history.renames import followed
from techdd.model import Issue
from techdd.repository import Repository

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_KEPT = 2_000  # pairs of files, and of components
MOST_COUNTED = 3_000_000  # pairs at a time; beyond it those seen least are given up

Pair = tuple[str, str]


@collector(
    makes=(Coupling, ComponentCoupling, ChangeSpread), needs=(Commit, Change, File), version=2
)
def coupling(
    repo: Repository,
    commits: DataFrame,
    changes: DataFrame,
    files: DataFrame,
    *,
    months: int = 24,
    fewest_shared: int = 5,
    least_degree: float = 0.3,
    largest: int = 30,
) -> Gathered:
    """Pairs of source files, and of components, over the last `months` of the history (0 = all).

    Tests are left out, and pairs such as `a.c` and `a.h`: that a test changes with what it tests,
    and a header with its source, is meant to be.
    """
    if repo.shallow:
        yield Issue("history is truncated (shallow clone)", detail="older changes are not seen")
    source = files[files["role"] == "source"]
    component = dict(zip(source["path"], source["component"], strict=True))
    sets = list(_change_sets(_window(commits, months), changes, component, largest))
    revisions = Counter(path for paths in sets for path in paths)
    often = {path for path, count in revisions.items() if count >= fewest_shared}
    pairs, given_up = counted([path for path in paths if path in often] for paths in sets)
    if given_up:
        yield Issue("pairs of files counted in part", detail=f"those below {given_up + 1} changes")
    strong = [
        (pair, shared)
        for pair, shared in _strongest(pairs, revisions, fewest_shared, least_degree)
        if _stem(pair[0]) != _stem(pair[1])
    ]
    for (one, other), shared in strong[:MOST_KEPT]:
        yield Coupling(
            one, other, component[one], component[other], shared, revisions[one], revisions[other]
        )
    wide = [sorted({component[path] for path in paths}) for paths in sets]
    touched = Counter(name for names in wide for name in names)
    component_pairs, _ = counted(wide)
    together = _strongest(component_pairs, touched, fewest_shared, 0.0)
    for (one, other), shared in together[:MOST_KEPT]:
        yield ComponentCoupling(one, other, shared, touched[one], touched[other])
    for kind, found in (("files", strong), ("components", together)):
        if len(found) > MOST_KEPT:
            detail = f"the strongest {MOST_KEPT:,} of {len(found):,} pairs of {kind}"
            yield Issue("not all coupled pairs are kept", detail=detail)
    for number, count in sorted(Counter(map(len, wide)).items()):
        yield ChangeSpread(number, count, months)


def _stem(path: str) -> str:
    """`src/a.test.c` -> "src/a.test": what a header and its source share."""
    folder, mark, name = path.rpartition("/")
    return f"{folder}{mark}{name.rpartition('.')[0] or name}"


def _window(commits: DataFrame, months: int) -> DataFrame:
    """The commits of the last `months` of the history; those without a date are in none."""
    import pandas as pd

    if not months:
        return commits
    end = latest(commits["committed"])
    since = end - pd.DateOffset(months=months) if pd.notna(end) else pd.NaT
    return commits[commits["committed"] >= since]


def _change_sets(
    commits: DataFrame, changes: DataFrame, component: Mapping[str, str], largest: int
) -> Iterator[list[str]]:
    """The source files of today that each commit changed; sweeps over many files left out."""
    recent = changes[changes["sha"].isin(commits["sha"])]
    size = recent.groupby("sha")["path"].transform("size")
    # The walk needs the sweeps too: that is where files are renamed.
    traced = followed(commits, recent, component)
    traced = traced[traced.index.isin(recent.index[size <= largest])]
    for _, paths in traced.groupby("sha", sort=True)["path"]:
        yield sorted(set(paths))


def counted(sets: Iterable[list[str]], most: int = MOST_COUNTED) -> tuple[Counter[Pair], int]:
    """(how many of the sorted `sets` hold each pair, the count up to which pairs were given up)."""
    pairs: Counter[Pair] = Counter()
    floor = 0
    for names in sets:
        pairs.update(combinations(names, 2))
        while len(pairs) > most:
            floor += 1
            pairs = Counter({pair: count for pair, count in pairs.items() if count > floor})
    return pairs, floor


def _strongest(
    pairs: Counter[Pair], revisions: Counter[str], fewest: int, least: float
) -> list[tuple[Pair, int]]:
    """The pairs above the thresholds, by degree, then by shared revisions, then by name."""
    strength = {
        pair: degree(shared, revisions[pair[0]], revisions[pair[1]])
        for pair, shared in pairs.items()
        if shared >= fewest
    }
    ordered = sorted(strength, key=lambda pair: (-strength[pair], -pairs[pair], pair))
    return [(pair, pairs[pair]) for pair in ordered if strength[pair] >= least]
