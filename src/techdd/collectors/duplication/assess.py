"""What the clones mean: how much code has to be found and changed more than once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._units import Clone, Duplicated
from techdd.collectors.duplication.gather import CloneMark
from techdd.counting import component_name, of_repository
from techdd.facts import File
from techdd.model import Metric, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 15
FEWEST_LINES = 50  # that two repositories share; fewer may be chance
NOTHING = "no production code in a programming language"
NOTE = (
    "Equal code of at least 50 tokens and six lines, whatever its layout and comments; imports, "
    "tests, migrations of databases, generated and copied third-party code do not count. Copies "
    "with other names are not found."
)


@probe(domain="code_health", needs=(Duplicated, Clone, CloneMark, File))
def duplication(
    _: date, read: DataFrame, clones: DataFrame, marks: DataFrame, files: DataFrame
) -> Answered:
    """How much of the code stands in several places?"""
    for repo in ("", *sorted(files["repo"].unique())):
        own = of_repository(repo, read)
        lines, copied = int(own["lines"].sum()), int(own["copied"].sum())
        basis = f"{copied:,} of {lines:,} lines of code" if lines else ""
        share = copied / lines if lines else None
        note = "" if lines else NOTHING
        yield Metric("duplication.share", share, "share", str(repo), basis, note)
    if len(clones):
        yield _largest(clones)
    if int(read["copied"].sum()):
        yield _components(read)
    if read["repo"].nunique() > 1:
        yield _shared(marks, read)


def _largest(clones: DataFrame) -> Series:
    """The groups by the lines that would go if one place stood for all."""
    rows: list[tuple[Value, ...]] = []
    for (repo, _), places in clones.groupby(["repo", "group"]):
        ordered = places.sort_values(["path", "start"])
        shown = [f"{one.path}:{one.start}-{one.end}" for one in ordered.head(3).itertuples()]
        more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
        most, whole = int(ordered["lines"].max()), int(ordered["lines"].sum())
        where = f"{'; '.join(shown)}{more}"
        rows.append((str(repo), len(ordered), most, whole - most, where))
    rows.sort(key=lambda row: (-int(row[3] or 0), str(row[0]), str(row[4])))
    return Series(
        "clones",
        "Code that stands in several places",
        ("repository", "places", "lines of one", "lines that one place would spare", "where"),
        tuple(rows[:SHOWN]),
        note=f"{NOTE} {len(rows) - SHOWN:,} more." if len(rows) > SHOWN else NOTE,
    )


def _components(read: DataFrame) -> Series:
    several = read["repo"].nunique() > 1
    rows: list[tuple[Value, ...]] = []
    for (repo, component), part in read.groupby(["repo", "component"]):
        lines, copied = int(part["lines"].sum()), int(part["copied"].sum())
        if copied:
            name = component_name(component, repo if several else "")
            rows.append((name, lines, copied, round(copied / lines, 4)))
    rows.sort(key=lambda row: (-int(row[2] or 0), str(row[0])))
    return Series(
        "duplication_components",
        "Duplicated code by component",
        ("component", "lines of code", "duplicated lines", "share"),
        tuple(rows[:SHOWN]),
        note="A line counts where an equal one stands in the same repository, in this component or "
        "another.",
    )


def _shared(marks: DataFrame, read: DataFrame) -> Series:
    """What repositories have in common, as far as one window of tokens in sixteen tells."""
    sizes = {str(repo): int(n) for repo, n in read.groupby("repo")["lines"].sum().items()}
    rows: list[tuple[Value, ...]] = []
    for first, second, *spans in _pairs(marks):
        lines = [sum(end - start + 1 for start, end in _merged(some)) for some in spans]
        if min(lines) >= FEWEST_LINES:
            whole = (sizes[first], sizes[second])
            shares = (round(own / of, 4) for own, of in zip(lines, whole, strict=True))
            rows.append((first, second, *lines, *shares))
    rows.sort(key=lambda row: (-int(row[2] or 0), str(row[0]), str(row[1])))
    more = f" {len(rows) - SHOWN:,} more pairs." if len(rows) > SHOWN else ""
    return Series(
        "code_in_common",
        "Code that repositories have in common",
        ("repository", "other repository", "lines", "lines in the other", "share",
         "share in the other"),
        tuple(rows[:SHOWN]),
        note="At least so much: one window of fifty tokens in sixteen was compared. "
        f"Pairs with fewer than {FEWEST_LINES} lines are left out.{more}",
    )  # fmt: skip


Span = tuple[str, int, int]  # path, first and last line


def _pairs(marks: DataFrame) -> Iterator[tuple[str, str, list[Span], list[Span]]]:
    """Each two repositories that share marks, with the spans of these in both."""
    owners = marks.groupby("mark")["repo"].nunique()
    common = marks[marks["mark"].isin(owners[owners > 1].index)]
    spans: dict[str, dict[object, list[Span]]] = {}
    rows = common[["repo", "mark", "path", "start", "end"]].itertuples(index=False, name=None)
    for repo, mark, path, start, end in rows:
        spans.setdefault(str(repo), {}).setdefault(mark, []).append((path, start, end))
    # Only those that share some are looked at: most pairs of hundreds of repositories share none.
    holders: dict[object, list[str]] = {}
    for repo in sorted(spans):
        for mark in spans[repo]:
            holders.setdefault(mark, []).append(repo)
    groups = set(map(tuple, holders.values()))
    for first, second in sorted({pair for repos in groups for pair in combinations(repos, 2)}):
        both = spans[first].keys() & spans[second].keys()
        one, other = ([span for mark in both for span in spans[repo][mark]]
                      for repo in (first, second))  # fmt: skip
        yield first, second, one, other


def _merged(spans: list[Span]) -> Iterator[tuple[int, int]]:
    """Spans of lines that do not overlap within a file."""
    path, start, end = "", 0, 0
    for name, first, last in sorted(spans):
        if name != path or first > end:
            if path:
                yield start, end
            path, start, end = name, first, last
        else:
            end = max(end, last)
    if path:
        yield start, end
