"""Asks what the licences of the code in the tree mean for the product that it is part of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, probe
from techdd.collectors._own_terms import Own, own_terms
from techdd.collectors.tree_licences.govern import Governed, governed
from techdd.collectors.tree_licences.unlicensed import unlicensed
from techdd.counting import of_repository
from techdd.facts import File, Identity
from techdd.licensing import (
    BINDING,
    CATEGORIES,
    CONFLICT,
    NONCOMMERCIAL,
    NONE,
    SOURCE_AVAILABLE,
    Declaration,
    Delivery,
    FileNotice,
    LicenceFile,
    Term,
    Terms,
    classify,
    conflicts,
)
from techdd.model import Location, Metric, Observation, Series, Value
from techdd.triage import mark_of

if TYPE_CHECKING:
    from pandas import DataFrame

_NAMED = 10  # places of one observation
_SHOWN = 30  # rows of the exhibit
_GRAVE = (*BINDING, SOURCE_AVAILABLE, NONCOMMERCIAL)
_OUTSIDE = ("saas", "distributed", "embedded")


class _Seen(NamedTuple):
    """What is to be told of one repository."""

    own: Own
    files: list[Governed]
    unlicensed: list[str]  # places of copied code without a licence
    snippets: int


@probe(
    domain="dependencies",
    needs=(File, FileNotice, LicenceFile, Declaration, Identity, Delivery, Term),
)
def tree_licences(
    _: date,
    files: DataFrame,
    notices: DataFrame,
    licences: DataFrame,
    declarations: DataFrame,
    identities: DataFrame,
    deliveries: DataFrame,
    policy: DataFrame,
) -> Answered:
    """Does code that lies in the repositories stand under terms other than the product's own?"""
    repos = sorted(str(repo) for repo in files["repo"].unique())
    owns = own_terms(repos, licences, declarations)
    tables = (files, notices, licences, declarations, identities)
    seen: dict[str, _Seen] = {}
    for repo in repos:
        mine = [of_repository(repo, table) for table in tables]
        stated = governed(mine[0], mine[1], mine[2], mine[3])
        clients = of_repository(repo, deliveries)["client"]
        house = [repo, *map(str, clients)]
        without = unlicensed(stated, mine[2], mine[3], mine[4], house, owns[repo])
        links = mine[1][mine[1]["role"] == "source"]["snippets"].sum()
        seen[repo] = _Seen(owns[repo], stated, without, int(links))
    yield from _metrics("", list(seen.values()))
    terms = Terms(policy, deliveries)
    for repo, one in seen.items():
        yield from _metrics(repo, [one])
        yield from _observations(repo, one, terms)
    yield _exhibit(seen, terms)


def _foreign(seen: _Seen) -> list[Governed]:
    """Files that say of themselves, or whose folder says, that other terms hold for them."""
    return [one for one in seen.files if one.licence and not seen.own.is_own(one.licence)]


def _grave(seen: _Seen) -> list[Governed]:
    """Of those, what may bind the product as a whole, restricts its use or clashes with its own."""
    return [
        one
        for one in _foreign(seen)
        if conflicts(seen.own.licence, one.licence)
        or (classify(one.licence)[1] in _GRAVE and not seen.own.bears(one.licence))
    ]


def _unclear(seen: _Seen) -> int:
    """Files that speak of terms, of which it is not understood which they are."""
    return sum(one.terms and not one.licence for one in seen.files)


def _metrics(repo: str, seen: list[_Seen]) -> Iterator[Metric]:
    total = sum(len(one.files) for one in seen)
    stated = sum(bool(file.licence) for one in seen for file in one.files)
    basis = f"{stated:,} of {total:,} source files say under which licence they stand"
    if unclear := sum(_unclear(one) for one in seen):
        basis += f"; {unclear:,} speak of terms and name none"
    note = "" if total else "no source file was read"
    for name, value, unit in (
        ("foreign_files", sum(len(_foreign(one)) for one in seen), "files"),
        ("copyleft_files", sum(len(_grave(one)) for one in seen), "files"),
        ("unlicensed", sum(len(one.unlicensed) for one in seen), "places"),
        ("snippets", sum(one.snippets for one in seen), "links"),
    ):
        yield Metric(
            f"tree_licences.{name}", float(value) if total else None, unit, repo, basis, note
        )


def _observations(repo: str, seen: _Seen, terms: Terms) -> Iterator[Observation]:
    for licence, files in _by_licence(_grave(seen)).items():
        category = classify(licence)[1]
        clash = conflicts(seen.own.licence, licence)
        rule = "licence-conflict" if clash else "code-under-other-terms"
        judged = terms.judge(CONFLICT if clash else category, repo)
        yield _observed(
            rule, repo, f"code {licence}", [one.path for one in files], judged.verdict,
            licence=licence, category=category, own=seen.own.told,
            severity=judged.severity, told=judged.told, what=_counted(files),
        )  # fmt: skip
    if seen.unlicensed:
        judged = terms.judge(NONE, repo)
        yield _observed(
            "unlicensed-code", repo, "code", seen.unlicensed, judged.verdict,
            severity=judged.severity, told=judged.told,
        )  # fmt: skip


def _observed(
    rule: str, repo: str, key: str, paths: list[str], verdict: str, **values: Value
) -> Observation:
    places = tuple(map(Location, paths[:_NAMED]))
    told: dict[str, Value] = {"count": len(paths), "verdict": verdict, **values}
    return Observation(rule, repo, key, places, told, mark_of(paths))


def _counted(files: list[Governed]) -> str:
    """How many files, and how many of them lie where copies usually lie."""
    copied = sum(one.role != "source" for one in files)
    plural = "file" if len(files) == 1 else "files"
    told = f"{len(files):,} source {plural}"
    return f"{told} ({copied:,} in folders of copied code)" if copied else told


def _by_licence(files: list[Governed]) -> Mapping[str, list[Governed]]:
    found: dict[str, list[Governed]] = defaultdict(list)
    for one in files:
        found[classify(one.licence)[0]].append(one)
    return dict(sorted(found.items()))


def _exhibit(seen: Mapping[str, _Seen], terms: Terms) -> Series:
    rows: list[tuple[Value, ...]] = []
    for repo, one in seen.items():
        for licence, files in _by_licence(_foreign(one)).items():
            category = classify(licence)[1]
            verdicts = [terms.verdict(category, delivery) for delivery in _OUTSIDE]
            example = min(files, key=lambda file: (len(file.path), file.path)).path
            rows.append((repo, licence, category, len(files), *verdicts, example))
    rows.sort(key=lambda row: (-CATEGORIES.index(str(row[2])), str(row[0]), str(row[1])))
    left = len(rows) - _SHOWN
    more = f"{left:,} further rows are not shown. " if left > 0 else ""
    return Series(
        "tree_licences",
        "Code in the repositories that is not under their own licence",
        ("repository", "licence", "what it asks for", "files", *_OUTSIDE, "such as"),
        tuple(rows[:_SHOWN]),
        note=f"{more}{sum(map(_unclear, seen.values())):,} files that speak of terms and name none "
        "are not shown, nor those that say nothing. By the heads of source files, licence files "
        "beside them and metadata of copied packages; without tests, examples and documentation. "
        "Links to answers on Stack Overflow (CC BY-SA): "
        f"{sum(one.snippets for one in seen.values()):,}; how much was taken is not known.",
    )
