"""Where complexity and change meet: the files that cost most and break most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, probe
from techdd.collectors._covered import covered_files
from techdd.collectors._work import OFTEN, has_tests, made, times_changed
from techdd.counting import component_name, end_of, of_repository
from techdd.coverage import Coverage
from techdd.facts import Change, Commit, File, Function
from techdd.model import Location, Metric, Observation, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_COMPLEX = 0.05  # share of source files that count as the complex ones
SHOWN = 15
PICTURED = 600  # files of a picture
FEWEST = 10  # changes; a share of fewer says nothing about where the work falls
FEWEST_LINES = 100  # of code; churn of fewer says nothing
FEWEST_JUDGED = 5  # files; a share of fewer says nothing
COVERED = 0.5  # share of a file's lines; below it counts as not tested
MONTHS = 24  # of churn over time


@probe(domain="code_health", needs=(Commit, Change, File, Function), helps=(Coverage,))
def hotspots(
    as_of: date,
    commits: DataFrame,
    changes: DataFrame,
    files: DataFrame,
    functions: DataFrame,
    told: DataFrame,
) -> Answered:
    """Which complex files are changed again and again?"""
    key = ["repo", "path"]
    times = times_changed(as_of, commits, changes, files)
    inline = functions["role"] == "test"  # tests in the file that they test
    total = functions[~inline].groupby(key)["complexity"].sum().rename("complexity")
    source = files[(files["role"] == "source") & (files["measured"] != "")]
    table = source.merge(times, on=key, how="left").merge(total, on=key, how="left")
    table = table.fillna({"changes": 0, "complexity": 0})
    # The complex files of each repository: all files in one row would compare languages instead.
    ordered = table.sort_values(["complexity", *key], ascending=[False, True, True])
    files_of = ordered.groupby("repo")["path"]
    bound = (files_of.transform("size") * MOST_COMPLEX).round().clip(lower=1)
    table = ordered.assign(hard=files_of.cumcount() < bound)
    for repo, part in [("", table), *table.groupby("repo")]:
        changed = int(part["changes"].sum())
        yield Metric(
            "hotspots.top_share",
            float(part[part["hard"]]["changes"].sum() / changed) if changed >= FEWEST else None,
            "share",
            str(repo),
            f"{changed:,} changes to source files in the last 12 months",
            "" if changed >= FEWEST else f"fewer than {FEWEST} changes in the last 12 months",
        )
    hot = table[(table["changes"] > 0) & (table["complexity"] > 0)]
    hot = hot.assign(heat=hot["changes"] * hot["complexity"])
    hot = hot.sort_values(["heat", *key], ascending=[False, True, True])
    yield from _pictures(hot, several=files["repo"].nunique() > 1)
    yield Series(
        "hotspots",
        "Hotspots: changes in the last 12 months times complexity",
        ("repository", "file", "changes", "complexity", "code lines"),
        tuple(
            (str(row.repo), str(row.path), int(row.changes), int(row.complexity), int(row.code))
            for row in hot.head(SHOWN).itertuples()
        ),
        note="Complexity is the sum of McCabe over the file's functions. Renames are followed.",
    )
    yield from _untested(_judged(hot, files, functions, told))


@probe(domain="code_health", needs=(Commit, Change, File))
def churn(as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame) -> Answered:
    """How much of the production code was rewritten in the last 12 months?"""
    import pandas as pd

    end = end_of(as_of)
    source = files[files["role"] == "source"]
    both = made(commits, changes, source, end - pd.DateOffset(months=MONTHS), end)
    both = both.assign(lines=both["added"].fillna(0) + both["deleted"].fillna(0))
    recent = both[both["authored"] >= end - pd.Timedelta(days=365)]
    for repo in ("", *sorted(source["repo"].unique())):
        part, own = (of_repository(repo, t) for t in (recent, source))
        size, moved = int(own["code"].sum()), int(part["lines"].sum())
        yield Metric(
            "churn.relative_12m",
            moved / size if size >= FEWEST_LINES else None,
            "ratio",
            repo,
            f"{moved:,} lines added or deleted in 12 months, {size:,} code lines today",
            "" if size >= FEWEST_LINES else f"fewer than {FEWEST_LINES} code lines",
        )
    present = pd.Timestamp(as_of)
    last = [
        (present - pd.DateOffset(months=b)).strftime("%Y-%m") for b in range(MONTHS - 1, -1, -1)
    ]
    by_month = both.groupby(both["authored"].dt.strftime("%Y-%m"))[["added", "deleted"]].sum()
    by_month = by_month.reindex(last, fill_value=0)
    yield Series(
        "churn",
        "Lines of production code added and deleted by month, last two years",
        ("month", "added", "deleted"),
        tuple((str(month), int(a), int(d)) for month, a, d in by_month.itertuples()),
        chart="line",
        note=(
            "Files of the audited tree, renames followed; what was written into files that are "
            "gone is not counted. A move counts as deleted and added where git sees no rename."
        ),
    )


class _Judged(NamedTuple):
    """A file that changes often, and whether it has tests."""

    repo: str
    path: str
    changes: int
    complexity: int
    code: int
    covered: float | None  # share of its lines, where a report tells
    named: bool | None  # whether a test is named after it; None where no test would be

    @property
    def tested(self) -> bool | None:
        """By the report where one tells of the file, else by the names of tests."""
        return self.named if self.covered is None else self.covered >= COVERED


def _untested(judged: Sequence[_Judged]) -> Iterator[Metric | Observation | Series]:
    """How many of the hottest files have no tests, and which; `judged` are ordered by heat."""
    known = [one for one in judged if one.tested is not None]
    lacking = [one for one in known if not one.tested]
    for repo in ("", *sorted({one.repo for one in judged})):
        own = [one for one in known if repo in ("", one.repo)]
        bare = sum(not one.tested for one in own)
        few = len(own) < FEWEST_JUDGED
        yield Metric(
            "hotspots.untested_share",
            None if few else bare / len(own),
            "share",
            repo,
            f"{bare:,} of the {len(own):,} hottest files that tests can be told of",
            f"fewer than {FEWEST_JUDGED} files that change often" if few else "",
        )
    if lacking:
        yield Series(
            "untested_hotspots",
            "Hotspots without tests, the most urgent first",
            ("repository", "file", "changes", "complexity", "code lines", "share covered", "test"),
            tuple(
                (*one[:5], one.covered, "named after it" if one.named else "none named after it")
                for one in lacking[:SHOWN]
            ),
            note=(
                f"Of the {SHOWN} hottest files of each repository that were changed at least "
                f"{OFTEN} times in 12 months: those of which a report on coverage tells "
                f"less than {COVERED:.0%} of the lines, or, without one, that no test is named "
                "after. Tests at the level of the whole system may cover a file that none is "
                "named after."
            ),
        )
    for one in lacking[:SHOWN]:
        values: dict[str, Value] = {
            "path": one.path,
            "changes": one.changes,
            "complexity": one.complexity,
            "told": "no test file was found that is named after it"
            if one.covered is None
            else f"the coverage reports tell that tests run {one.covered:.0%} of its lines",
        }
        yield Observation("untested-hotspot", one.repo, one.path, (Location(one.path),), values)


def _judged(
    hot: DataFrame, files: DataFrame, functions: DataFrame, told: DataFrame
) -> list[_Judged]:
    """The hottest files of each repository, in the order of `hot`."""
    often = hot[hot["changes"] >= OFTEN].groupby("repo").head(SHOWN)
    reported = covered_files(told)
    reported = reported[reported["coverable"] > 0].set_index(["repo", "path"])
    shares = (reported["covered"] / reported["coverable"]).to_dict()
    return [
        _Judged(
            str(row.repo),
            str(row.path),
            int(row.changes),
            int(row.complexity),
            int(row.code),
            shares.get((row.repo, row.path)),
            named,
        )
        for row, named in zip(often.itertuples(), has_tests(often, files, functions), strict=True)
    ]


def _pictures(hot: DataFrame, *, several: bool) -> Iterator[Series]:
    """Where change meets complexity, and how both lie over the code; `hot` is ordered by heat."""
    if not len(hot):
        return
    prefix = [f"{row.repo}: " if several else "" for row in hot.itertuples()]
    rows = [
        (f"{start}{row.path}", int(row.changes), int(row.complexity), int(row.code))
        for start, row in zip(prefix, hot.itertuples(), strict=True)
    ]
    yield Series(
        "hotspots_scatter",
        "Where change meets complexity",
        ("file", "changes in the last 12 months", "complexity (sum of McCabe)", "code lines"),
        tuple(rows[:PICTURED]),
        chart="scatter",
        note=(
            "A point is a file of production code that was changed in the last 12 months; what "
            "lies to the upper right costs most. An axis is logarithmic where values lie far apart."
        ),
    )
    parts = [component_name(part) for part in hot["component"]]
    yield Series(
        "hotspots_map",
        "The changed files by component, area by size, shade by changes",
        ("component", "file", "code lines", "changes in the last 12 months"),
        tuple(
            (f"{start}{part}", row[0].removeprefix(start), row[3], row[1])
            for start, part, row in zip(prefix, parts, rows, strict=True)
        )[:PICTURED],
        chart="treemap",
        note="Files that were not changed in the period are left out.",
    )
