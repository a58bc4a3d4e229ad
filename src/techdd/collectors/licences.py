"""Under which licences the third-party packages stand, and what these ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from techdd.collectors import Answered, probe
from techdd.depsdev import PackageFact
from techdd.facts import Package
from techdd.lockfiles import TOOLS
from techdd.model import Location, Metric, Observation, Series, Value
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

PERMISSIVE, WEAK, STRONG, NETWORK = (
    "permissive",
    "weak copyleft",
    "strong copyleft",
    "network copyleft",
)
RESTRICTED, UNKNOWN = "restricted use", "unknown"
EXAMPLES = 5  # packages that are named of each licence
CATEGORIES = (PERMISSIVE, WEAK, UNKNOWN, RESTRICTED, STRONG, NETWORK)  # what binds more comes later

# ScanCode's categories, as the licence index of license-expression has them.
_SCANCODE = {
    "Permissive": PERMISSIVE,
    "Public Domain": PERMISSIVE,
    "CLA": PERMISSIVE,
    "Patent License": PERMISSIVE,
    "Copyleft Limited": WEAK,
    "Copyleft": STRONG,
    "Proprietary Free": RESTRICTED,
    "Commercial": RESTRICTED,
    "Free Restricted": RESTRICTED,
    "Source-available": RESTRICTED,
}
# Terms that reach use over a network: AGPL section 13, SSPL 13, OSL 5, CPAL 15, RPL 6.4, CAL 4.
_NETWORK = re.compile(r"^(?:(?:AGPL|SSPL|NPOSL|CPAL|RPL|CAL)-|OSL-3)")
_LIKE_LGPL = ("CECILL-C",)

# Spellings that are no SPDX identifiers, as package managers and people write them.
_ALIASES = {
    "Apache-2.0": r"(the )?(apache|asl)( software)?( licen[cs]e)?,?[ -]?(v|version )?[ -]?2(\.0)?",
    "MIT": r"(the )?(mit([ /]x11)?|expat|x11)( licen[cs]e)?( \(mit\))?",
    "BSD-3-Clause": r"((new|modified)[ -]bsd|bsd[ -]3(-clause)?|3-clause bsd)( licen[cs]e)?",
    "BSD-2-Clause": r"((simplified|free)[ -]?bsd|bsd[ -]2(-clause)?|2-clause bsd)( licen[cs]e)?",
    "ISC": r"isc licen[cs]e",
    "MPL-2.0": r"(mpl|mozilla public licen[cs]e),?[ -]?(v|version )?2(\.0)?",
    "EPL-2.0": r"(epl|eclipse public licen[cs]e),?[ -]?(v|version )?2(\.0)?",
    "GPL-2.0-only": r"(gnu )?gpl[ -]?v?2(\.0)?",
    "GPL-2.0-or-later": r"(gnu )?gpl[ -]?v?2(\.0)?( ?\+| or later)",
    "GPL-3.0-only": r"(gnu )?gpl[ -]?v?3(\.0)?",
    "GPL-3.0-or-later": r"(gnu )?gpl[ -]?v?3(\.0)?( ?\+| or later)",
    "LGPL-2.1-only": r"(gnu )?lgpl[ -]?v?2\.1",
    "LGPL-2.1-or-later": r"(gnu )?lgpl[ -]?v?2\.1( ?\+| or later)",
    "LGPL-3.0-only": r"(gnu )?lgpl[ -]?v?3(\.0)?",
    "LGPL-3.0-or-later": r"(gnu )?lgpl[ -]?v?3(\.0)?( ?\+| or later)",
    "AGPL-3.0-only": r"(gnu )?agpl[ -]?v?3(\.0)?",
    "AGPL-3.0-or-later": r"(gnu )?agpl[ -]?v?3(\.0)?( ?\+| or later)",
    "PSF-2.0": r"psf|python software foundation( licen[cs]e)?",
    "Unlicense": r"(the )?unlicense",
}
# Families named without a version: the category is known where the licence is not.
_FAMILIES = {
    PERMISSIVE: r"bsd([ -]like)?( licen[cs]e)?|apache|public[ -]domain|bsd-?style",
    WEAK: r"(gnu )?lgpl|mpl|epl|cddl",
    STRONG: r"(gnu )?gpl",
    NETWORK: r"(gnu )?agpl|affero gpl",
    RESTRICTED: r"unlicensed|proprietary|commercial|closed",
}
_LONGEST = 500  # characters of an expression


@cache
def classify(stated: str) -> tuple[str, str]:
    """(SPDX expression, category) of a licence as a package states it.

    Of a choice (OR) the branch that binds least counts, of a sum (AND) the one that binds most. A
    GPL with an exception that permits linking is no strong copyleft. Several licences of which
    nobody says how they relate ("; ") have a category only where it is the same for each. What is
    not understood keeps its wording and is "unknown", never clean.
    """
    if "; " in stated:
        several = {classify(one)[1] for one in stated.split("; ")}
        return stated, several.pop() if len(several) == 1 else UNKNOWN
    plain = " ".join(stated.strip().strip("()").split())
    for spdx, pattern in _ALIASES.items():
        if re.fullmatch(pattern, plain, re.IGNORECASE):
            return classify(spdx) if plain != spdx else _parsed(spdx)
    for category, pattern in _FAMILIES.items():
        if re.fullmatch(pattern, plain, re.IGNORECASE):
            return plain, category
    return _parsed(stated.strip())


def _parsed(stated: str) -> tuple[str, str]:
    from license_expression import get_spdx_licensing

    text = stated if "://" in stated else stated.replace("/", " OR ")
    if not stated or len(stated) > _LONGEST:
        return stated, UNKNOWN
    try:
        expression = get_spdx_licensing().parse(text)
        return str(expression.render()), _category(expression)
    except Exception:  # the library raises exceptions that cannot even be printed
        return stated, UNKNOWN


def _category(expression: Any) -> str:
    from license_expression import AND, OR, LicenseWithExceptionSymbol

    if isinstance(expression, LicenseWithExceptionSymbol):
        category = _category_of(expression.license_symbol.key)
        exception = _category_of(expression.exception_symbol.key)
        return WEAK if category == STRONG and exception in (WEAK, PERMISSIVE) else category
    if not isinstance(expression, AND | OR):
        return _category_of(expression.key)
    found = sorted((_category(part) for part in expression.args), key=CATEGORIES.index)
    if isinstance(expression, AND):
        return found[-1]
    return next((category for category in found if category != UNKNOWN), UNKNOWN)


def _category_of(key: str) -> str:
    if _NETWORK.match(key):
        return NETWORK
    return WEAK if key in _LIKE_LGPL else _SCANCODE.get(_index().get(key, ""), UNKNOWN)


@cache
def _index() -> dict[str, str]:
    from license_expression import get_license_index

    index: dict[str, str] = {}
    for entry in get_license_index():
        for key in (entry.get("spdx_license_key"), *entry.get("other_spdx_license_keys", ())):
            if key:
                index.setdefault(key, entry["category"])
    return index


@probe(domain="dependencies", needs=(Package, PackageFact))
def licences(_as_of: date, packages: DataFrame, facts: DataFrame) -> Answered:
    """Do the licences of third-party packages bind the product's own code?"""
    packages = _completed(packages[~packages["ecosystem"].isin(TOOLS)], facts)
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
        note="As the lock files state it. Those of PyPI, Go, Cargo, RubyGems, yarn and pnpm state "
        "none: their packages are unknown offline, which is not the same as harmless; with "
        f"--online deps.dev is asked, here for {int(table['looked_up'].sum()):,}. Container "
        "images, CI actions and Terraform providers are left out: no file tells what they hold.",
    )
    yield _for_counsel(shipped)
    yield from _bound(shipped)


def _for_counsel(shipped: DataFrame) -> Series:
    """Every licence of what may be shipped, what binds most first."""
    rows: list[tuple[Value, ...]] = []
    for (category, spdx), found in shipped.groupby(["category", "spdx"]):
        pairs = zip(found["name"], found["version"].fillna(""), strict=True)
        names = sorted({f"{name} {version}".strip() for name, version in pairs})
        row = (str(spdx) or "not stated", str(category), _distinct(found))
        rows.append((*row, some_of(names, EXAMPLES)))
    rows.sort(key=lambda row: (-CATEGORIES.index(str(row[1])), str(row[0])))
    return Series(
        "licences_for_counsel",
        "Licences of the packages that may be shipped",
        ("licence", "what it asks for", "packages", "such as"),
        tuple(rows),
        note="What binds most comes first. The bill of materials (techdd sbom) names every package "
        "with its licence. Whether a package is part of what is delivered is for counsel to say.",
    )


def _completed(packages: DataFrame, facts: DataFrame) -> DataFrame:
    """`packages` with the licence that the online service names where the files name none."""
    key = ["ecosystem", "name", "version"]
    named = facts[facts["licence"] != ""].drop_duplicates(key)
    said = {tuple(row[:3]): row[3] for row in named[[*key, "licence"]].itertuples(index=False)}
    found = [said.get(tuple(row), "") for row in packages[key].itertuples(index=False)]
    stated = [str(one or "") for one in packages["licence"]]
    return packages.assign(
        licence=[own or other for own, other in zip(stated, found, strict=True)],
        looked_up=[not own and bool(other) for own, other in zip(stated, found, strict=True)],
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
    for name, categories in (("strong_copyleft", (STRONG, NETWORK)), ("weak_copyleft", (WEAK,))):
        value = _distinct(rows[rows["category"].isin(categories)]) if known else None
        yield Metric(f"licences.{name}", value, "packages", repo, basis, note)
    share = (total - known) / total if total else None
    offline = "unknown, not clean" if rows["looked_up"].any() else "unknown offline, not clean"
    note = offline if share else "" if total else "no packages"
    yield Metric("licences.unknown_share", share, "share", repo, basis, note)


def _bound(shipped: DataFrame) -> Iterator[Observation]:
    rules = {STRONG: "copyleft-package", NETWORK: "network-copyleft-package"}
    rows = shipped[shipped["category"].isin(list(rules))]
    for (repo, ecosystem, name), found in rows.groupby(["repo", "ecosystem", "name"]):
        first = found.sort_values(["category", "manifest", "line"]).iloc[0]
        versions = sorted({str(version) for version in found["version"].dropna()})
        scopes = set(found["scope"])
        places = found.sort_values(["manifest", "line"])[["manifest", "line"]].drop_duplicates()
        yield Observation(
            rules[str(first["category"])],
            str(repo),
            f"{ecosystem}:{name}",
            tuple(_location(row) for row in places.itertuples()),
            {
                "package": str(name),
                "version": ", ".join(versions),
                "licence": str(first["spdx"]),
                "scope": "runtime" if "runtime" in scopes else "unknown",
            },
        )


def _location(row: Any) -> Location:
    import pandas as pd

    return Location(str(row.manifest), None if pd.isna(row.line) else int(row.line))
