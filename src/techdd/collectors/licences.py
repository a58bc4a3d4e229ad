"""Under which licences the third-party packages stand, and what these ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from techdd.collectors import Answered, probe
from techdd.collectors._looked_up import completed
from techdd.collectors._own_terms import Own, own_terms
from techdd.depsdev import PackageFact
from techdd.facts import Package
from techdd.licensing import (
    BINDING,
    CATEGORIES,
    CONFLICT,
    DELIVERIES,
    NETWORK,
    NONCOMMERCIAL,
    PROPRIETARY,
    RESTRICTED_USE,
    SOURCE_AVAILABLE,
    STRONG,
    UNKNOWN,
    WEAK,
    Declaration,
    Delivery,
    LicenceFile,
    Term,
    Terms,
    classify,
    conflicts,
)
from techdd.lockfiles import TOOLS
from techdd.model import Location, Metric, Observation, Series, Value
from techdd.text import place_token, some_of
from techdd.triage import mark_of

if TYPE_CHECKING:
    from pandas import DataFrame

EXAMPLES = 5  # packages that are named of each licence
# Told package by package; the others, which are many and weigh less, together.
_ONE_BY_ONE = {
    STRONG: "copyleft-package",
    NETWORK: "network-copyleft-package",
    SOURCE_AVAILABLE: "source-available-package",
    NONCOMMERCIAL: "noncommercial-package",
}
_TOGETHER = {
    WEAK: "weak-copyleft",
    RESTRICTED_USE: "restricted-use-packages",
    PROPRIETARY: "proprietary-packages",
}
# Packages of the client's own are among these: whoever knows a name that no public registry has can
# take it there.
_MAYBE_OWN = (PROPRIETARY, UNKNOWN)
_RESTRICTED = (RESTRICTED_USE, PROPRIETARY, SOURCE_AVAILABLE, NONCOMMERCIAL)


@probe(
    domain="dependencies",
    needs=(Package, PackageFact),
    helps=(LicenceFile, Declaration, Delivery, Term),
)
def licences(
    _as_of: date,
    packages: DataFrame,
    facts: DataFrame,
    files: DataFrame,
    declarations: DataFrame,
    deliveries: DataFrame,
    policy: DataFrame,
) -> Answered:
    """Do the licences of third-party packages bind the product's own code?"""
    packages = completed(packages[~packages["ecosystem"].isin(TOOLS)], facts)
    table = packages.drop_duplicates(["repo", "ecosystem", "name", "version", "licence"]).copy()
    classified = [classify(str(stated or "")) for stated in table["licence"]]
    table["spdx"] = [spdx for spdx, _ in classified]
    table["category"] = [category for _, category in classified]
    shipped = table[table["scope"] != "development"]
    yield from _metrics("", shipped)
    for repo, rows in shipped.groupby("repo"):
        yield from _metrics(str(repo), rows)
    unshipped = table[table["scope"] == "development"]
    yield Series(
        "licence_categories",
        "Third-party packages by what their licence asks for",
        ("licence category", "packages that may be shipped", "packages for development only"),
        tuple(
            (
                category,
                _distinct(shipped[shipped["category"] == category]),
                _distinct(unshipped[unshipped["category"] == category]),
            )
            for category in CATEGORIES
        ),
        note="A package counts once in each of its versions, as the files state its licence. Those "
        "of PyPI, Go, Cargo, RubyGems, yarn and pnpm state none: unknown offline, which is not the "
        "same as harmless; with --online deps.dev is asked, here for "
        f"{int(table['looked_up'].sum()):,}. Container images, CI actions and Terraform providers "
        "are left out: no file tells what they hold.",
    )
    terms = Terms(policy, deliveries)
    yield _for_counsel(shipped, terms)
    owns = own_terms(sorted(set(shipped["repo"])), files, declarations)
    for repo, rows in shipped.groupby("repo"):
        yield from _bound(str(repo), rows, owns[str(repo)], terms)


def _for_counsel(shipped: DataFrame, terms: Terms) -> Series:
    """Every licence of what may be shipped, what binds most first."""
    rows: list[tuple[Value, ...]] = []
    for (category, spdx), found in shipped.groupby(["category", "spdx"]):
        verdicts = [terms.verdict(str(category), delivery) for delivery in DELIVERIES]
        row: tuple[Value, ...] = (str(spdx) or "not stated", str(category), _distinct(found))
        rows.append((*row, *verdicts, _such_as(found, str(category))))
    rows.sort(key=lambda row: (-CATEGORIES.index(str(row[1])), str(row[0])))
    return Series(
        "licences_for_counsel",
        "Licences of the packages that may be shipped",
        ("licence", "what it asks for", "packages", *DELIVERIES, "such as"),
        tuple(rows),
        note="What binds most comes first. The policy's verdict for each way to deliver a product "
        "(saas: used over a network only) is data and no legal advice. The bill of materials "
        "(techdd sbom) names every package with its licence. Whether a package is part of what is "
        "delivered is for counsel to say.",
    )


def _distinct(rows: DataFrame) -> int:
    return len(rows.drop_duplicates(["ecosystem", "name", "version"]))


def _metrics(repo: str, rows: DataFrame) -> Iterator[Metric]:
    total = _distinct(rows)
    known = _distinct(rows[rows["category"] != UNKNOWN])
    basis = f"licence known for {known:,} of {total:,} packages that may be shipped"
    if looked_up := _distinct(rows[rows["looked_up"] & (rows["category"] != UNKNOWN)]):
        basis += f", {looked_up:,} of them from deps.dev"
    note = "" if known else "no licence is stated in the audited files"
    for name, categories in (
        ("strong_copyleft", BINDING),
        ("weak_copyleft", (WEAK,)),
        ("restricted", _RESTRICTED),
    ):
        counts = [(one, _distinct(rows[rows["category"] == one])) for one in categories]
        told = [f"{number:,} {one}" for one, number in counts if number]
        value = sum(number for _, number in counts) if known else None
        of = f"{' and '.join(told)}; {basis}" if len(told) > 1 else basis
        yield Metric(f"licences.{name}", value, "packages", repo, of, note)
    share = (total - known) / total if total else None
    offline = "unknown, not clean" if rows["looked_up"].any() else "unknown offline, not clean"
    note = offline if share else "" if total else "no packages"
    yield Metric("licences.unknown_share", share, "share", repo, basis, note)


def _bound(repo: str, shipped: DataFrame, own: Own, terms: Terms) -> Iterator[Observation]:
    """What the policy does not simply allow, and what the own copyleft cannot be joined with."""
    clash = shipped[shipped["spdx"].map(lambda one: conflicts(own.licence, one)).astype(bool)]
    for spdx, found in clash.groupby("spdx"):
        yield _together("licence-conflict", repo, CONFLICT, found, own, terms, str(spdx))
    rest = shipped.drop(clash.index)
    for category, rule in _ONE_BY_ONE.items():
        rows = rest[rest["category"] == category]
        rows = rows[~rows["spdx"].map(own.bears).astype(bool)]
        judged = terms.judge(category, repo)
        if judged.verdict == "allowed":
            continue
        for (ecosystem, name), found in rows.groupby(["ecosystem", "name"]):
            first = found.sort_values(["manifest", "line"]).iloc[0]
            versions = sorted({str(version) for version in found["version"].dropna()})
            yield Observation(
                rule,
                repo,
                f"{ecosystem}:{name}",
                _locations(found),
                {
                    "package": str(name),
                    "version": ", ".join(versions),
                    "licence": str(first["spdx"]),
                    "scope": "runtime" if "runtime" in set(found["scope"]) else "unknown",
                    "severity": judged.severity,
                    "verdict": judged.verdict,
                    "told": judged.told,
                },
            )
    for category, rule in _TOGETHER.items():
        rows = rest[rest["category"] == category]
        if len(rows) and terms.judge(category, repo).verdict != "allowed":
            yield _together(rule, repo, category, rows, own, terms, category)


def _together(
    rule: str, repo: str, subject: str, rows: DataFrame, own: Own, terms: Terms, licence: str
) -> Observation:
    judged = terms.judge(subject, repo)
    return Observation(
        rule,
        repo,
        f"packages {licence}",
        _locations(rows)[:EXAMPLES],
        {
            "what": f"packages such as {_such_as(rows, subject)}",
            "count": _distinct(rows),
            "licence": licence,
            "own": own.told,
            "severity": judged.severity,
            "verdict": judged.verdict,
            "told": judged.told,
        },
        mark_of(sorted(set(map(str, rows["name"])))),
    )


def _such_as(rows: DataFrame, category: str) -> str:
    """Some of the packages; investors read no version, and no name that may be the client's own."""
    pairs = zip(rows["name"], rows["version"].fillna(""), strict=True)
    named = sorted({(str(name), str(version)) for name, version in pairs})
    if category in _MAYBE_OWN:
        shown = some_of([f"{name} {version}".strip() for name, version in named], EXAMPLES)
        return place_token(shown, "names withheld")
    names = [f"{name} {place_token(version)}" if version else name for name, version in named]
    return some_of(names, EXAMPLES)


def _locations(rows: DataFrame) -> tuple[Location, ...]:
    places = rows.sort_values(["manifest", "line"])[["manifest", "line"]].drop_duplicates()
    return tuple(_location(row) for row in places.itertuples())


def _location(row: Any) -> Location:
    import pandas as pd

    return Location(str(row.manifest), None if pd.isna(row.line) else int(row.line))
