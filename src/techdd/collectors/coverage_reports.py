"""How much of the production code the tests run, as reports on coverage tell it.

Nothing is executed here: the figures are those of the client's own tools. Reports that were handed
in count; one that stands in the repository is told with its date, for it is of some earlier day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.collectors._covered import covered_files
from techdd.collectors._reports import contents
from techdd.collectors._units import sources
from techdd.counting import component_name, of_repository
from techdd.coverage import MAX_BYTES, NOT_READ, Coverage, CoverageReport, in_repository
from techdd.facts import File, Function
from techdd.languages import languages
from techdd.model import Issue, Metric, Series, Value
from techdd.repository import Repository

if TYPE_CHECKING:
    from pandas import DataFrame

MOST_COMMITTED = 50_000_000  # bytes of a report that a repository holds
ENOUGH = 0.5  # share of the code that a report must tell of to speak for the whole
SHOWN = 20
_NAMES = re.compile(
    r"(?:^|/)(?:[\w.-]*(?:cobertura|jacoco)[\w.-]*\.xml|coverage[\w.-]*\.(?:xml|json)|[\w.-]*lcov"
    r"[\w.-]*\.(?:info|dat)|[\w.-]+\.lcov|lcov|jacocotestreport\.xml)$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?:^|/)(?:_?tests?|testdata|fixtures|__fixtures__|examples?|specs?)/", re.I)
_LEFT_OUT = ("test", "vendored", "documentation", "binary")
NOTHING = "no coverage report was handed in"
NAMELESS = "the coverage reports name no file of the production code"


@collector(makes=(Coverage, CoverageReport), needs=(File,))
def coverage_reports(repo: Repository, files: DataFrame) -> Gathered:
    """Reports on coverage in the tree; a fixture of somebody's tests is none."""
    named = files["path"].map(lambda path: bool(_NAMES.search(path) and not _ASIDE.search(path)))
    own = files[named & ~files["role"].isin(_LEFT_OUT)]
    known = frozenset(files["path"])
    for item in contents(repo, own, min(MOST_COMMITTED, MAX_BYTES), NOT_READ):
        if isinstance(item, Issue):
            yield item
        else:
            path, content = item
            yield from in_repository(content, path, known)


@probe(domain="code_health", needs=(File, Function, Coverage, CoverageReport))
def coverage(
    _: date, files: DataFrame, functions: DataFrame, told: DataFrame, reports: DataFrame
) -> Answered:
    """How much of the production code do the tests run, by the client's own reports?"""
    programming = [name for name, language in languages().items() if language.programming]
    source = sources(files, functions)
    source = source[source["language"].isin(programming)]
    code = source.merge(covered_files(told), on=["repo", "path"], how="left")
    code = code.fillna({"covered": 0, "coverable": 0})
    for repo in ("", *sorted(files["repo"].unique())):
        handed = not of_repository(repo, reports)["committed"].astype(bool).all()
        yield from _metrics(str(repo), of_repository(repo, code), handed)
    if code["coverable"].sum():
        yield _components(code)
    if len(reports):
        yield _reports(reports, told)


def _metrics(repo: str, code: DataFrame, handed: bool) -> Iterator[Metric]:
    known = code[code["coverable"] > 0]
    whole, lines = int(code["code"].sum()), int(known["code"].sum())
    covered, coverable = int(known["covered"].sum()), int(known["coverable"].sum())
    share = lines / whole if lines else None
    if not whole:
        note = "no production code in a programming language"
    else:
        note = "" if lines else NAMELESS if handed else NOTHING
    basis = f"{lines:,} of {whole:,} lines of production code" if lines else ""
    yield Metric("coverage.reported_share", share, "share", repo, basis, note)
    enough = share is not None and share >= ENOUGH
    if share and not enough:
        note = f"the reports tell of {share:.0%} of the production code only"
    if share:
        basis = f"{covered:,} of {coverable:,} lines that tests can run; the reports tell of "
        basis += f"{share:.0%} of the production code"
    value = covered / coverable if enough else None
    yield Metric("coverage.lines", value, "share", repo, basis, note)


def _components(code: DataFrame) -> Series:
    """The largest components with what is told of them, and with what is not."""
    several = code["repo"].nunique() > 1
    rows: list[tuple[Value, ...]] = []
    parts = code.groupby(["repo", "component"])
    sizes = parts["code"].sum().reset_index()
    sizes = sizes.sort_values(["code", "repo", "component"], ascending=[False, True, True])
    for repo, component, size in sizes.head(SHOWN).itertuples(index=False):
        part = parts.get_group((repo, component))
        known = part[part["coverable"] > 0]
        coverable = int(known["coverable"].sum())
        rows.append(
            (
                component_name(str(component), str(repo) if several else ""),
                int(size),
                round(int(known["code"].sum()) / int(size), 4) if size else None,
                round(int(known["covered"].sum()) / coverable, 4) if coverable else None,
            )
        )
    return Series(
        "coverage_components",
        "Test coverage by component, as the reports that were handed in tell it",
        ("component", "code lines", "share that the reports tell of", "share of lines covered"),
        tuple(rows),
        note="A covered line was run by a test; whether the test would notice a mistake there is "
        "not told. Where two reports tell of one file, the one that covers more of it counts.",
    )


def _reports(reports: DataFrame, told: DataFrame) -> Series:
    key = ["repo", "source", "committed"]
    lines = told.groupby(key)[["covered", "coverable"]].sum().reset_index()
    table = reports.merge(lines, on=key, how="left").fillna({"covered": 0, "coverable": 0})
    return Series(
        "coverage_reports",
        "Reports on test coverage",
        (
            "repository",
            "report",
            "told by",
            "format",
            "made",
            "files",
            "found here",
            "share covered",
        ),
        tuple(
            (
                str(one.repo),
                str(one.source),
                "the repository, not counted" if one.committed else "handed in",
                str(one.format),
                one.made.date().isoformat() if one.made == one.made and one.made else "not told",
                int(one.files),
                int(one.matched),
                round(one.covered / one.coverable, 4) if one.coverable else None,
            )
            for one in table.sort_values(key).head(SHOWN).itertuples()
        ),
        note="A report that stands in the repository is of the day on which it was committed or of "
        "an earlier one, and counts for no number.",
    )
