"""What skipped tests and tests without an assertion mean: less is checked than it seems."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.test_smells.cases import SILENT, SKIPPED
from techdd.collectors.test_smells.search import SmellyTest, SuiteFile
from techdd.counting import FEWEST, component_name, of_repository
from techdd.facts import File
from techdd.model import Metric, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 20
_LINES = 5  # that one row names
_NUMBERS = {"skipped_share": SKIPPED, "silent_share": SILENT}
NOTE = (
    "Skipped: by decorator, annotation or attribute, by its class or group, or by the first thing "
    "it does; what is skipped under a condition does not count. Without assertion: nothing in the "
    "test, nor in a function of the tests that it calls, may be one by its name; a test that would "
    "only fail by an error is among them. Both are lower bounds."
)


@probe(domain="code_health", needs=(SuiteFile, SmellyTest, File))
def misleading_tests(_: date, suite: DataFrame, smelly: DataFrame, files: DataFrame) -> Answered:
    """How many tests are skipped, or would notice nothing but a crash?"""
    for repo in ("", *sorted(files["repo"].unique())):
        tests = int(of_repository(repo, suite)["tests"].sum())
        kinds = of_repository(repo, smelly)["kind"]
        note = "" if tests >= FEWEST else f"fewer than {FEWEST} tests in a language known here"
        for name, kind in _NUMBERS.items():
            count = int((kinds == kind).sum())
            share = count / tests if tests >= FEWEST else None
            basis = f"{count:,} of {tests:,} tests"
            yield Metric(f"test_smells.{name}", share, "share", str(repo), basis, note)
    if len(smelly):
        yield _components(suite, smelly)
        yield _files(suite, smelly)


def _counted(suite: DataFrame, smelly: DataFrame, by: list[str]) -> DataFrame:
    """Tests and smells by `by`, most smells first."""
    counts = smelly.groupby([*by, "kind"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[SKIPPED, SILENT], fill_value=0)
    table = suite.groupby(by)["tests"].sum().to_frame().join(counts, how="inner").reset_index()
    table = table.assign(all=table[SKIPPED] + table[SILENT])
    return table.sort_values(["all", *by], ascending=[False, *[True] * len(by)]).head(SHOWN)


def _components(suite: DataFrame, smelly: DataFrame) -> Series:
    several = suite["repo"].nunique() > 1
    rows: list[tuple[Value, ...]] = []
    columns = ["repo", "component", "tests", SKIPPED, SILENT]
    counted = _counted(suite, smelly, ["repo", "component"])[columns]
    for repo, component, tests, skipped, silent in counted.itertuples(index=False):
        name = component_name(str(component), str(repo) if several else "")
        share = round((int(skipped) + int(silent)) / int(tests), 4)
        rows.append((name, int(tests), int(skipped), int(silent), share))
    return Series(
        "test_smells",
        "Tests that are skipped or assert nothing, by component",
        ("component", "tests", "skipped", "without assertion", "share of both"),
        tuple(rows),
        note=NOTE,
    )


def _files(suite: DataFrame, smelly: DataFrame) -> Series:
    key = ["repo", "path"]
    rows: list[tuple[Value, ...]] = []
    places = {
        (str(repo), str(path)): part.sort_values("line")
        for (repo, path), part in smelly.groupby(key)
    }
    columns = [*key, "tests", SKIPPED, SILENT]
    for repo, path, tests, skipped, silent in _counted(suite, smelly, key)[columns].itertuples(
        index=False
    ):
        lines = [str(line) for line in places[str(repo), str(path)]["line"]]
        more = " ..." if len(lines) > _LINES else ""
        counts = (int(tests), int(skipped), int(silent))
        rows.append((str(repo), str(path), *counts, f"{', '.join(lines[:_LINES])}{more}"))
    return Series(
        "test_smells_files",
        "Files of tests to look at first",
        ("repository", "file", "tests", "skipped", "without assertion", "lines"),
        tuple(rows),
    )
