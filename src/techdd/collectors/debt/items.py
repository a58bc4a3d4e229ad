"""What there is to mend: an item a row, from what other subjects measured; nothing twice."""

from __future__ import annotations

from bisect import bisect, insort
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors._units import production
from techdd.collectors._updates import EFFORTS, effort
from techdd.collectors._work import OFTEN, untested

if TYPE_CHECKING:
    import pandas as pd
    from pandas import DataFrame

BEHIND = 730  # days behind the newest version from which a direct package counts
GRAVE = ("critical", "high")
_KEY = ["repo", "path"]
_PACKAGE = ["repo", "ecosystem", "package", "version"]
# Which kind an update is of, by how far it jumps.
_UPDATES = dict(
    zip(
        EFFORTS,
        ("patch-updates", "minor-updates", "minor-updates", "major-updates", "major-updates",
         "replacements"),
        strict=True,
    )
)  # fmt: skip


class Item(NamedTuple):
    """One thing to mend."""

    kind: str
    repo: str
    component: str  # "" = a package
    path: str  # the file, or where the package is named
    line: int | None
    name: str
    size: int  # by the kind's measure
    changes: int  # of its file in the last year
    first: bool  # it pays first: changed often, or closes a critical or high vulnerability
    closes: int  # known vulnerabilities


def of_code(
    bounds: dict[str, int],
    files: DataFrame,
    functions: DataFrame,
    clones: DataFrame,
    changes: pd.Series[int],
) -> Iterator[Item]:
    """What is to mend in production code; `bounds` are the sizes above which a kind counts."""
    units = production(functions).merge(changes, on=_KEY, how="left").fillna({"changes": 0})
    units = units.sort_values([*_KEY, "start", "name"])
    complex_ = units["complexity"] > bounds["complex-functions"]
    long = (units["lines"] > bounds["long-functions"]) & ~complex_
    wide = units["parameters"] > bounds["wide-interfaces"]
    for kind, column, chosen in (
        ("complex-functions", "complexity", complex_),
        ("long-functions", "lines", long),
        ("wide-interfaces", "parameters", wide),
    ):
        for one in units[chosen].itertuples():
            yield _item(kind, one, int(one.start), str(one.name), int(getattr(one, column)))
    placed = clones.merge(changes, on=_KEY, how="left").fillna({"changes": 0})
    for one in _further_places(placed):
        yield _item("duplication", one, int(one.start), "", int(one.lines))
    paths = production(functions).groupby(_KEY)["complexity"].sum().rename("complexity")
    source = files[files["role"] == "source"].merge(paths, on=_KEY).merge(changes, on=_KEY)
    bare = untested(source[source["changes"] >= OFTEN], files, functions)
    for one in bare.sort_values(_KEY).itertuples():
        yield _item("missing-tests", one, None, "", int(one.complexity))


def _item(kind: str, row: Any, line: int | None, name: str, size: int) -> Item:
    changes = int(row.changes)
    where = (str(row.repo), str(row.component), str(row.path), line, name)
    return Item(kind, *where, size, changes, changes >= OFTEN, 0)


def _further_places(clones: DataFrame) -> Iterator[Any]:
    """The places that go when each group of equal code keeps one; the largest groups first, and
    what lies in a place that was counted already does not count again.
    """
    taken: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    ordered = clones.assign(most=clones.groupby(["repo", "group"])["tokens"].transform("max"))
    ordered = ordered.sort_values(
        ["most", "repo", "group", "path", "start"], ascending=[False, True, True, True, True]
    )
    for _, group in ordered.groupby(["most", "repo", "group"], sort=False):
        fresh = []
        for one in group.itertuples():
            spans = taken[str(one.repo), str(one.path)]
            if _is_free(spans, int(one.start), int(one.end)):
                insort(spans, (int(one.start), int(one.end)))
                fresh.append(one)
        yield from fresh if len(fresh) < len(group) else fresh[1:]


def _is_free(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether none of the spans, which are sorted and apart, has a line with this one in common."""
    at = bisect(spans, (start, end))
    before = at > 0 and spans[at - 1][1] >= start
    return not before and not (at < len(spans) and spans[at][0] <= end)


def of_packages(vulnerable: DataFrame, packages: DataFrame, told: DataFrame) -> Iterator[Item]:
    """Vulnerable package versions, and direct ones that are far behind as `told` by deps.dev."""
    real = vulnerable[vulnerable["severity"] != "info"]
    for key, rows in real.groupby(_PACKAGE, sort=True):
        repo, _, name, version = map(str, key)
        grave = bool(rows["severity"].isin(GRAVE).any() or (rows["exploited"] != "").any())
        target, closes = str(rows["target"].iloc[0]), int(rows["advisory"].nunique())
        place = str(min(rows["manifest"]))
        yield _update(repo, name, version, target, place, grave=grave, closes=closes)
    known = set(real[_PACKAGE].itertuples(index=False, name=None))
    named = ["repo", "ecosystem", "name", "version"]
    direct = packages[(packages["scope"] != "development") & packages["direct"].fillna(False)]
    dated = direct.merge(told, on=named)
    dated = dated[(dated["latest_published"] - dated["published"]).dt.days > BEHIND]
    for key, rows in dated.groupby(named, sort=True):
        if key not in known:
            repo, _, name, version = map(str, key)
            latest, place = str(rows["latest"].iloc[0]), str(min(rows["manifest"]))
            yield _update(repo, name, version, latest, place, grave=False, closes=0)


def _update(
    repo: str, name: str, version: str, target: str, manifest: str, *, grave: bool, closes: int
) -> Item:
    kind = _UPDATES[effort(version, target)]
    move = f"{name} {version}" + f" to {target}" * bool(target)
    return Item(kind, repo, "", manifest, None, move, 1, 0, grave, closes)
