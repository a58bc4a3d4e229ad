"""Where complexity and change meet: the files that cost most and break most."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.facts import Change, Commit, File, Function
from techdd.model import Location, Metric, Observation, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_COMPLEX = 0.05  # share of source files that count as the complex ones
SHOWN = 15
FEWEST = 10  # changes; a share of fewer says nothing about where the work falls
ENTRANCES = frozenset(("index", "lib", "mod", "__init__"))  # no test is ever named after these


@probe(domain="code_health", needs=(Commit, Change, File, Function))
def hotspots(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, functions: DataFrame
) -> Answered:
    """Which complex files are changed again and again?"""
    import pandas as pd

    end = pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)
    recent = commits[
        (commits["authored"] < end) & (commits["authored"] >= end - pd.Timedelta(days=365))
    ]
    key = ["repo", "path"]
    made = changes.merge(recent[["repo", "sha"]], on=["repo", "sha"])
    times = made.groupby(key).size().rename("changes")
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
    hot = hot.sort_values(["heat", *key], ascending=[False, True, True]).head(SHOWN)
    yield Series(
        "hotspots",
        "Hotspots: changes in the last 12 months times complexity",
        ("repository", "file", "changes", "complexity", "code lines"),
        tuple(
            (str(row.repo), str(row.path), int(row.changes), int(row.complexity), int(row.code))
            for row in hot.itertuples()
        ),
        note="Complexity is the sum of McCabe over the file's functions.",
    )
    tested = functions[inline].set_index(key).index
    for row in hot[(hot["changes"] >= 5) & ~hot.set_index(key).index.isin(tested)].itertuples():
        tests = files[(files["repo"] == row.repo) & (files["role"] == "test")]["path"]
        stem = str(row.path).rsplit("/", 1)[-1].split(".")[0].lower()
        named = len(stem) > 2 and stem not in ENTRANCES
        if named and not tests.str.lower().str.contains(stem, regex=False).any():
            values: dict[str, Value] = {
                "path": str(row.path),
                "changes": int(row.changes),
                "complexity": int(row.complexity),
            }
            location = Location(str(row.path))
            yield Observation("untested-hotspot", str(row.repo), str(row.path), (location,), values)
