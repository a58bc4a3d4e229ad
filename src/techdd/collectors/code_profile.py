"""How big the production code is, how risk is spread over its functions, how much is tested.

Production code is what has the role "source". Shares are shares of its code lines in languages
whose functions are measured; lines outside of functions count as free of risk (SIG model, Heitlager
et al. 2007).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._units import EMPTY, NOTHING, in_measured, production, sources
from techdd.counting import component_name, of_repository
from techdd.facts import File, Function
from techdd.languages import languages
from techdd.model import Location, Metric, Observation, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

COMPLEXITY_BANDS = (5, 10, 25)  # upper bounds, SIG
LENGTH_BANDS = (15, 30, 60)
FAR_TOO_COMPLEX = 25
SHOWN_LANGUAGES, SHOWN_UNITS, SHOWN_LOCATIONS, SHOWN_COMPONENTS = 15, 15, 10, 16
FEWEST_LINES = 500  # of a component: less needs no row of its own


@probe(domain="code_health", needs=(File, Function))
def size(_: date, files: DataFrame, functions: DataFrame) -> Answered:
    """How much production code is there, and in which languages?"""
    source = sources(files, functions)
    for repo, part in _scopes(files, source):
        # Contents have a line; a file without one is empty, or was not read.
        unread = int(((part["lines"] == 0) & ~part["blob"].isin(EMPTY)).sum())
        yield Metric(
            "size.code_lines",
            float(part["code"].sum()) if unread < max(len(part), 1) else None,
            "lines",
            repo,
            f"{len(part):,} files of production code",
            f"the contents of {unread:,} of them could not be read" if unread else "",
        )
    lines = source[source["language"] != ""].groupby("language")["code"].sum().reset_index()
    lines = lines[lines["code"] > 0].sort_values(["code", "language"], ascending=[False, True])
    shown = [(str(name), int(count)) for name, count in lines.itertuples(index=False)]
    rest = sum(count for _, count in shown[SHOWN_LANGUAGES:])
    yield Series(
        "languages",
        "Production code by language",
        ("language", "code lines"),
        (*shown[:SHOWN_LANGUAGES], *([("others", rest)] if rest else [])),
        chart="bar",
        note="Without blank lines, comments, tests, documentation, generated and third-party code.",
    )


@probe(domain="code_health", needs=(File, Function))
def complexity(_: date, files: DataFrame, functions: DataFrame) -> Answered:
    """How much of the code stands in functions with too many paths to test?"""
    yield from _shares("complexity", "complexity", (10, 25), files, functions)
    yield _profile(
        "complexity_profile",
        "Code lines by the cyclomatic complexity of their function",
        "complexity",
        COMPLEXITY_BANDS,
        files,
        functions,
    )
    units = production(functions).sort_values(
        ["complexity", "lines", "repo", "path", "start"], ascending=[False, False, True, True, True]
    )
    worst_first = units[units["complexity"] > COMPLEXITY_BANDS[1]].head(SHOWN_UNITS)
    yield Series(
        "units_to_fix",
        "Functions to fix first",
        ("function", "place", "cyclomatic complexity", "cognitive complexity", "lines"),
        tuple(
            (
                str(one.name),
                f"{one.repo}: {one.path}:{one.start}",
                int(one.complexity),
                int(one.cognitive),
                int(one.lines),
            )
            for one in worst_first.itertuples(index=False, name="Unit")
        ),
    )
    for repo, part in units[units["complexity"] > FAR_TOO_COMPLEX].groupby("repo"):
        worst = part.iloc[0]
        places = part.head(SHOWN_LOCATIONS)
        yield Observation(
            "complex-function",
            str(repo),
            "complex functions",
            tuple(
                Location(str(path), int(line))
                for path, line in zip(places["path"], places["start"], strict=True)
            ),
            {
                "name": str(worst["name"]),
                "complexity": int(worst["complexity"]),
                "lines": int(worst["lines"]),
                "count": len(part),
            },
        )


@probe(domain="code_health", needs=(File, Function))
def unit_size(_: date, files: DataFrame, functions: DataFrame) -> Answered:
    """How much of the code stands in functions that do not fit on a screen?"""
    yield from _shares("unit_size", "lines", (30, 60), files, functions)
    yield _profile(
        "unit_size_profile",
        "Code lines by the length of their function",
        "lines",
        LENGTH_BANDS,
        files,
        functions,
    )


@probe(domain="code_health", needs=(File, Function))
def interfacing(_: date, files: DataFrame, functions: DataFrame) -> Answered:
    """How much of the code stands in functions that take many parameters?"""
    yield from _shares("interfacing", "parameters", (4,), files, functions)


@probe(domain="code_health", needs=(File, Function))
def testing(_: date, files: DataFrame, functions: DataFrame) -> Answered:
    """How much test code stands beside the production code, or in the same files?"""
    programming = [name for name, language in languages().items() if language.programming]
    source_files, tests = sources(files, functions), files[files["role"] == "test"]
    programs = source_files[source_files["language"].isin(programming)]
    for repo, part in _scopes(files, programs):
        own = tests[tests["language"].isin(programming) & ((tests["repo"] == repo) | (repo == ""))]
        source, test = int(part["code"].sum()), int(part["tests"].sum() + own["code"].sum())
        yield Metric(
            "testing.ratio",
            test / source if source else None,
            "ratio",
            repo,
            f"{test:,} lines of tests, {source:,} lines of production code",
            "" if source else "no production code in a programming language",
        )
    yield _by_component(programs, tests[tests["language"].isin(programming)])


def _by_component(programs: DataFrame, tests: DataFrame) -> Series:
    """Lines of code and of tests of the largest components, and tests that stand apart."""
    several = programs["repo"].nunique() > 1
    kept = tests.groupby(["repo", "component"])["code"].sum()
    homes = programs[programs["code"] > 0].groupby(["repo", "component"]).size()
    apart = kept[~kept.index.isin(homes.index) & (kept >= FEWEST_LINES)]
    sizes = programs.groupby(["repo", "component"])[["code", "tests"]].sum().reset_index()
    sizes = sizes[sizes["code"] >= FEWEST_LINES].sort_values(
        ["code", "repo", "component"], ascending=[False, True, True]
    )
    rows: list[tuple[Value, ...]] = []
    for one in sizes.head(SHOWN_COMPONENTS).itertuples(index=False, name="Component"):
        lines = int(one.tests + kept.get((one.repo, one.component), 0))
        name = component_name(str(one.component), str(one.repo) if several else "")
        elsewhere = not lines and one.repo in apart.index.get_level_values("repo")
        ratio = None if elsewhere else round(lines / one.code, 2)
        rows.append((name, int(one.code), lines, ratio))
    for (repo, component), lines in apart.sort_values(ascending=False, kind="stable").items():
        if len(rows) < 2 * SHOWN_COMPONENTS:
            rows.append((component_name(component, repo if several else ""), 0, int(lines), None))
    return Series(
        "tests_components",
        "Test code beside production code, by component",
        ("component", "code lines", "test lines", "ratio"),
        tuple(rows),
        note=f"Components of at least {FEWEST_LINES:,} code lines. Those without code "
        "are tests in a folder of their own: of which component they are is not told.",
    )


# --- what they share ------------------------------------------------------------------------------


def _scopes(files: DataFrame, rows: DataFrame) -> Iterator[tuple[str, DataFrame]]:
    """The whole engagement ("") and each repository that has files."""
    yield "", rows
    for repo in sorted(files["repo"].unique()):
        yield str(repo), of_repository(repo, rows)


def _shares(
    probe_name: str, column: str, bounds: Sequence[int], files: DataFrame, functions: DataFrame
) -> Iterator[Metric]:
    """The share of code lines in functions above each bound, a metric a bound and scope."""
    units = production(functions)
    for repo, part in _scopes(files, in_measured(files, functions)):
        total = int(part["code"].sum())
        own = of_repository(repo, units)
        for bound in bounds:
            above = int(own.loc[own[column] > bound, "lines"].sum())
            yield Metric(
                f"{probe_name}.over_{bound}",
                min(above / total, 1.0) if total else None,
                "share",
                repo,
                f"{total:,} code lines, {len(own):,} functions",
                "" if total else NOTHING,
            )


def _profile(
    name: str,
    title: str,
    column: str,
    bounds: Sequence[int],
    files: DataFrame,
    functions: DataFrame,
) -> Series:
    """Shares of code lines by band, a row a repository; lines outside functions are in the
    first band.
    """
    units = production(functions)
    rows: list[tuple[Value, ...]] = []
    for repo, part in in_measured(files, functions).groupby("repo"):
        total = int(part["code"].sum())
        own = of_repository(repo, units)
        edges = [*bounds, float("inf")]
        upper = [
            int(own.loc[(own[column] > low) & (own[column] <= high), "lines"].sum())
            for low, high in pairwise(edges)
        ]
        whole = max(total, sum(upper))
        if whole:
            shares = [round(lines / whole, 4) for lines in upper]
            rows.append((str(repo), round(1 - sum(shares), 4), *shares))
    labels = [f"{low + 1}–{high}" for low, high in pairwise(bounds)]
    return Series(
        name,
        title,
        ("repository", f"up to {bounds[0]}, or outside functions", *labels, f"over {bounds[-1]}"),
        tuple(rows),
        chart="stacked",
        note="Production code in languages whose functions are measured. Bands: SIG.",
    )
