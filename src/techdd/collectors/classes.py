"""How large classes and files of production code are: what nobody can hold in mind at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._units import NOTHING, Class, in_measured
from techdd.counting import of_repository
from techdd.facts import File, Function
from techdd.languages import languages
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame

# "Very high" in Lanza and Marinescu, Object-Oriented Metrics in Practice (2006): Java, 45 systems.
VERY_COMPLEX = 47  # WMC: the part of their God Class that size has in it
VERY_LONG = 195  # code lines
LONG_FILE = 400  # code lines that SIG advises much used modules not to exceed
SHOWN = 15


@probe(domain="code_health", needs=(File, Function, Class))
def classes(_: date, files: DataFrame, functions: DataFrame, found: DataFrame) -> Answered:
    """How much of the code stands in classes and files that are too large to be kept in mind?"""
    code, whole = in_measured(files, functions), _whole(found[found["role"] == "source"])
    large = whole[(whole["complexity"] >= VERY_COMPLEX) & (whole["lines"] >= VERY_LONG)]
    for repo in ("", *sorted(files["repo"].unique())):
        own, part = of_repository(repo, code), of_repository(repo, large)
        lines, long = int(own["code"].sum()), own[own["code"] > LONG_FILE]
        for name, count, some in (
            ("classes.very_large_share", int(part["lines"].sum()), f"{len(part):,} very large of "
             f"{len(of_repository(repo, whole)):,} classes"),
            ("files.over_400", int(long["code"].sum()), f"{len(long):,} of {len(own):,} files"),
        ):  # fmt: skip
            share = min(count / lines, 1.0) if lines else None
            note = "" if lines else NOTHING
            yield Metric(name, share, "share", str(repo), f"{lines:,} code lines, {some}", note)
    if len(large):
        yield _largest(large)


def _whole(found: DataFrame) -> DataFrame:
    """The classes, those joined that their language lets stand in several places of a folder."""
    spread = [one.name for one in languages().values() if one.grammar and one.grammar.spread]
    is_spread = found["language"].isin(spread)
    folder = found["path"].map(_folder).where(is_spread, found["path"])
    # What may not be spread is one class a place, whatever else has its name.
    name = found["name"].where(is_spread, found["name"] + ":" + found["start"].astype(str))
    columns = ["repo", "path", "start", "name", "methods", "complexity", "lines"]
    ordered = found.assign(folder=folder, key=name).sort_values(
        ["lines", "repo", "path", "start"], ascending=[False, True, True, True]
    )
    groups = ordered.groupby(["repo", "folder", "language", "key"], sort=False)
    joined = groups.agg(
        path=("path", "first"),
        start=("start", "first"),
        name=("name", "first"),
        methods=("methods", "sum"),
        complexity=("complexity", "sum"),
        lines=("lines", "sum"),
    )
    return joined.reset_index()[columns]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _largest(large: DataFrame) -> Series:
    ordered = large.sort_values(
        ["complexity", "repo", "path", "start"], ascending=[False, True, True, True]
    )
    rows = tuple(
        (
            *(str(one.name), f"{one.repo}: {one.path}:{one.start}", int(one.methods)),
            *(int(one.complexity), int(one.lines)),
        )
        for one in ordered.head(SHOWN).itertuples()
    )
    more = f" {len(large) - SHOWN:,} more." if len(large) > SHOWN else ""
    return Series(
        "large_classes",
        "The largest classes",
        ("class", "place", "methods", "cyclomatic complexity of all", "code lines"),
        rows,
        note=f"At least {VERY_COMPLEX} paths and {VERY_LONG} lines: very high (Lanza and Marinescu "
        "2006, for Java). Whether such a class does too many things, its size alone does not "
        f"tell. Nested classes count on their own.{more}",
    )
