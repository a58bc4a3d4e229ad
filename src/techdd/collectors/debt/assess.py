"""What technical debt comes to: ranges of days by kind and component, and where to begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.amounts import span, two_figures
from techdd.collectors import Answered, probe
from techdd.collectors._units import NOTHING, Clone, in_measured, sources
from techdd.collectors._updates import AdvisoryCoverage, Vulnerability
from techdd.collectors._work import times_changed
from techdd.collectors.debt.exhibits import (
    assumptions,
    begin,
    by_kind,
    components,
    ends,
    kinds_table,
)
from techdd.collectors.debt.items import Item, of_code, of_packages
from techdd.counting import of_repository
from techdd.depsdev import PackageFact, PackageLookup
from techdd.facts import Change, Commit, File, Function, Package, frame
from techdd.languages import languages
from techdd.model import Metric
from techdd.remediation import Basis, Remediation

if TYPE_CHECKING:
    from pandas import DataFrame


@probe(
    domain="code_health",
    needs=(Commit, Change, File, Function, Clone, Remediation, Basis),
    helps=(Vulnerability, AdvisoryCoverage, Package, PackageFact, PackageLookup),
)
def debt(
    as_of: date,
    commits: DataFrame,
    changes: DataFrame,
    files: DataFrame,
    functions: DataFrame,
    clones: DataFrame,
    kinds: DataFrame,
    basis: DataFrame,
    vulnerable: DataFrame,
    coverage: DataFrame,
    packages: DataFrame,
    told: DataFrame,
    lookups: DataFrame,
) -> Answered:
    """What would it take to mend what was measured, and where does that pay first?"""
    bounds = dict(zip(kinds["kind"], kinds["above"], strict=True))
    times = times_changed(as_of, commits, changes, files)
    found = [
        *of_code(bounds, files, functions, clones, times),
        *of_packages(vulnerable, packages, told),
    ]
    plain = basis.astype(object).where(basis.notna(), None)
    terms = Basis._make(plain.iloc[0])
    items = _priced(found, kinds, terms)
    code, source = in_measured(files, functions), sources(files, functions)
    repos = sorted(map(str, files["repo"].unique()))
    for repo in ("", *repos):
        own, lines = of_repository(repo, items), int(of_repository(repo, code)["code"].sum())
        missing = _missing([repo] if repo else repos, source, coverage, lookups)
        yield from _metrics(repo, own, lines, terms, missing)
    if len(items):
        several = len(repos) > 1
        yield by_kind(items, kinds, terms, _missing(repos, source, coverage, lookups))
        yield kinds_table(items, kinds, terms)
        yield components(items, kinds, terms, several=several)
        yield begin(items, terms, several=several)
        yield assumptions(kinds, items, terms)


def _priced(found: list[Item], kinds: DataFrame, terms: Basis) -> DataFrame:
    """The items with the days that mending takes (`low`, `high`)."""
    table = frame(Item, found).merge(kinds[["kind", "above", "step", "low", "high"]], on="kind")
    parts = -(-(table["size"] - table["above"]) // table["step"].where(table["step"] > 0))
    parts = parts.where(table["step"] > 0, 1).clip(lower=1)
    low, high = (parts * table[end] / terms.hours_per_day for end in ("low", "high"))
    return table.assign(low=low, high=high)


def _missing(repos: list[str], source: DataFrame, coverage: DataFrame, lookups: DataFrame) -> str:
    """What the numbers of these repositories do not hold."""
    programming = [name for name, one in languages().items() if one.programming]
    bare = source[source["repo"].isin(repos) & source["language"].isin(programming)]
    bare = bare[bare["measured"] == ""]
    unread, lines = int((bare["lines"] == 0).sum()), int(bare["code"].sum())
    checked = set(coverage.loc[coverage["checked"] > 0, "repo"])
    parts = [
        "architecture, infrastructure and data",
        f"{lines:,} lines in languages whose functions are not measured" * bool(lines),
        f"{unread:,} empty or unread file{'s' * (unread > 1)}" * bool(unread),
        _lacking("known vulnerabilities", "checked", repos, checked),
        _lacking("the age of packages", "looked up", repos, set(lookups["repo"])),
    ]
    return f"Not in it: {'; '.join(filter(None, parts))}."


def _lacking(what: str, done: str, repos: list[str], known: set[str]) -> str:
    """What was not done at all, or not for all repositories; "" where it was."""
    lacking = [repo for repo in repos if repo not in known]
    some = f" of {len(lacking)} of {len(repos)} repositories" * (len(lacking) < len(repos))
    return f"{what}{some} (not {done})" * bool(lacking)


def _metrics(
    repo: str, items: DataFrame, lines: int, terms: Basis, missing: str
) -> Iterator[Metric]:
    known = bool(lines) or len(items) > 0
    basis = f"{len(items):,} items in {lines:,} code lines. {missing}" if known else ""
    for name, some in (("days", items), ("first_days", items[items["first"]])):
        for end, days in zip(("low", "high"), ends(some), strict=True):
            value = days if known else None
            note = "" if known else NOTHING
            yield Metric(f"debt.{name}_{end}", value, "person-days", repo, basis, note)
    code = items[items["component"] != ""]
    rebuilt = span(terms.lines_low, terms.lines_high, "code lines a day")
    basis = f"{lines:,} code lines anew at {rebuilt}: {terms.lines_source}" if lines else ""
    for end, days, pace in (
        ("low", code["low"].sum(), terms.lines_low),
        ("high", code["high"].sum(), terms.lines_high),
    ):
        share = two_figures(float(days) * pace / lines) if lines else None
        note = "" if lines else NOTHING
        yield Metric(f"debt.rebuild_share_{end}", share, "share", repo, basis, note)
