"""What the clones mean: how much code has to be found and changed more than once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
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
    owners = marks.groupby("mark")["repo"].nunique()
    common = marks[marks["mark"].isin(owners[owners > 1].index)]
    sizes = read.groupby("repo")["lines"].sum()
    rows: list[tuple[Value, ...]] = []
    repos = sorted(str(repo) for repo in read["repo"].unique())
    sets = {repo: set(common.loc[common["repo"] == repo, "mark"]) for repo in repos}
    for place, first in enumerate(repos):
        for second in repos[place + 1 :]:
            both = sets[first] & sets[second]
            lines = [
                _covered(common[(common["repo"] == repo) & common["mark"].isin(both)])
                for repo in (first, second)
            ]
            if min(lines) >= FEWEST_LINES:
                whole = (int(sizes[first]), int(sizes[second]))
                shares = (round(own / of, 4) for own, of in zip(lines, whole, strict=True))
                rows.append((first, second, *lines, *shares))
    rows.sort(key=lambda row: (-int(row[2] or 0), str(row[0]), str(row[1])))
    return Series(
        "code_in_common",
        "Code that repositories have in common",
        ("repository", "other repository", "lines", "lines in the other", "share",
         "share in the other"),
        tuple(rows[:SHOWN]),
        note="At least so much: one window of fifty tokens in sixteen was compared. "
        f"Pairs with fewer than {FEWEST_LINES} lines are left out.",
    )  # fmt: skip


def _covered(marks: DataFrame) -> int:
    """The lines that the marks lie on."""
    return sum(end - start + 1 for start, end in _merged(marks))


def _merged(marks: DataFrame) -> Iterator[tuple[int, int]]:
    for _, part in marks.groupby("path"):
        start = end = 0
        for first, last in sorted(zip(part["start"], part["end"], strict=True)):
            if first > end:
                if end:
                    yield start, end
                start, end = first, last
            else:
                end = max(end, last)
        yield start, end
