"""Exhibits of technical debt: what it comes to by kind and component, and where to begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from techdd.amounts import estimate, money, number, span, two_figures
from techdd.collectors._work import OFTEN
from techdd.counting import component_name
from techdd.model import Series, Value
from techdd.remediation import Basis

if TYPE_CHECKING:
    from pandas import DataFrame

BEGIN = 10  # things to mend first
UPDATES_FIRST = 3  # of them at most
SHOWN = 20  # components by kind
PACKAGES = "(packages)"
REPLACED = "replacements"
_WORDS = {
    "complex-functions": ("complex function", "complex functions"),
    "long-functions": ("long function", "long functions"),
    "wide-interfaces": ("wide interface", "wide interfaces"),
    "duplication": ("copy", "copies"),
}


def ends(items: DataFrame) -> tuple[float, float]:
    """What the items take together, rounded."""
    return estimate(float(items["low"].sum()), float(items["high"].sum()))


def by_kind(items: DataFrame, kinds: DataFrame, terms: Basis, missing: str) -> Series:
    """The picture; its title is the one sentence to remember."""
    days, first = (span(*ends(some)) for some in (items, items[items["first"]]))
    low, high = ends(items)
    cost = money(low * terms.rate_low, high * terms.rate_high, terms.currency)
    rows = [(one.title, *ends(own)) for one, own in _of_kinds(items, kinds)]
    return Series(
        "debt_by_kind",
        f"Mending all that was measured takes {days} person-days ({cost}); "
        f"{first} of them pay first",
        ("kind", "person-days from", "to"),
        tuple(rows),
        chart="ranges",
        note=f"Pays first: files changed at least {OFTEN} times in 12 months, and packages with "
        f"critical or high vulnerabilities. An estimate, not an offer, at {_rate(terms)} a day. "
        f"{missing}",
    )


def _rate(terms: Basis) -> str:
    whose = "as the adviser gave it" if terms.rate_given else "assumed by the policy"
    return f"{terms.currency} {span(terms.rate_low, terms.rate_high)} ({whose})"


def _of_kinds(items: DataFrame, kinds: DataFrame) -> Iterator[tuple[Any, DataFrame]]:
    """The kinds that have items, with these."""
    for one in kinds.itertuples():
        own = items[items["kind"] == one.kind]
        if len(own):
            yield one, own


def _columns(terms: Basis) -> tuple[str, ...]:
    return ("days from", "days to", f"{terms.currency} from", f"{terms.currency} to")


def _amounts(items: DataFrame, terms: Basis) -> Iterator[Value]:
    """Money is what a reader gets who multiplies the days that stand beside it."""
    low, high = ends(items)
    yield from (low, high)
    yield from (two_figures(low * terms.rate_low), two_figures(high * terms.rate_high))


def kinds_table(items: DataFrame, kinds: DataFrame, terms: Basis) -> Series:
    """The kinds with what mending each buys."""
    rows = [
        (one.title, len(own), *_amounts(own, terms), span(*ends(own[own["first"]])), one.buys)
        for one, own in _of_kinds(items, kinds)
    ]
    return Series(
        "debt_kinds",
        "Technical debt by kind, and what mending it buys",
        ("kind", "items", *_columns(terms), "days that pay first", "what it buys"),
        tuple(rows),
        note="A function that is complex does not count as long as well. The roadmap prices "
        "findings, some of them for the same work: the two do not add up.",
    )


def components(items: DataFrame, kinds: DataFrame, terms: Basis, *, several: bool) -> Series:
    """Where debt and work meet stands first: what is due on each change, times the changes."""
    titles = dict(zip(kinds["kind"], kinds["title"], strict=True))
    rows = []
    for (repo, component, kind), own in items.groupby(["repo", "component", "kind"]):
        name = component_name(component or PACKAGES, repo if several else "")
        pays = span(*ends(own[own["first"]])) if own["first"].any() else "-"
        row: tuple[Value, ...] = (name, titles[kind], len(own), *_amounts(own, terms), pays)
        rows.append(((-_interest(own), -float(own["high"].sum()), name, titles[kind]), row))
    rows.sort(key=lambda pair: pair[0])
    return Series(
        "debt_components",
        "Technical debt by component, where most is paid for it first",
        ("component", "kind", "items", *_columns(terms), "days that pay first"),
        tuple(row for _, row in rows[:SHOWN]),
        note="By days times changes of the file in 12 months: debt costs where work is done."
        + f" {len(rows) - SHOWN:,} more." * (len(rows) > SHOWN),
    )


def _interest(items: DataFrame) -> float:
    return float(((items["low"] + items["high"]) * items["changes"]).sum())


def begin(items: DataFrame, terms: Basis, *, several: bool) -> Series:
    """Grave vulnerabilities that an update closes, then files by what is paid for their debt."""
    chosen = list(_updates(items[items["first"] & (items["component"] == "")], terms, several))
    code = _code(items[items["first"] & (items["component"] != "")], terms, several)
    chosen = [*chosen[:UPDATES_FIRST], *code]
    return Series(
        "debt_first",
        "What to mend first",
        ("what", "where", *_columns(terms), "what it buys"),
        tuple(chosen[:BEGIN]),
        note="Updates that close critical or high vulnerabilities, the least effort for each "
        "first; then files by days times changes: so often somebody had to work around it.",
    )


def _updates(items: DataFrame, terms: Basis, several: bool) -> Iterator[tuple[Value, ...]]:
    rows = []
    for (repo, kind), own in items.groupby(["repo", "kind"]):
        closes = int(own["closes"].sum())
        flaws = f"{closes:,} known vulnerabilit{'y' if closes == 1 else 'ies'}"
        what = f"{len(own):,} package{'s' * (len(own) > 1)}: {kind.replace('-', ' ')}"
        where = f"{repo}: {min(own['path'])}" if several else str(min(own["path"]))
        buys = f"ends {flaws} that no update closes" if kind == REPLACED else f"closes {flaws}"
        row: tuple[Value, ...] = (what, where, *_amounts(own, terms), buys)
        rows.append((float(own["high"].sum()) / closes, where, what, row))
    yield from (row for *_, row in sorted(rows))


def _code(items: DataFrame, terms: Basis, several: bool) -> Iterator[tuple[Value, ...]]:
    rows = []
    for (repo, path), own in items.groupby(["repo", "path"]):
        where = f"{repo}: {path}" if several else str(path)
        buys = f"eases work that came {int(own['changes'].iloc[0]):,} times in 12 months"
        row: tuple[Value, ...] = (_listed(own), where, *_amounts(own, terms), buys)
        rows.append((-_interest(own), where, row))
    yield from (row for *_, row in sorted(rows))


def _listed(items: DataFrame) -> str:
    """ "3 complex functions, 1 copy, no test"."""
    counts = Counter(items["kind"])
    parts = [
        f"{counts[kind]:,} {words[counts[kind] > 1]}"
        for kind, words in _WORDS.items()
        if counts[kind]
    ]
    return ", ".join([*parts, *["no test"] * counts["missing-tests"]])


def assumptions(kinds: DataFrame, items: DataFrame, terms: Basis) -> Series:
    """What every number of the others rests on."""
    rows = [
        (one.title, one.counted, float(one.low), float(one.high), one.source)
        for one, _ in _of_kinds(items, kinds)
    ]
    return Series(
        "debt_assumptions",
        "What mending is assumed to take",
        ("kind", "what is counted", "hours from", "hours to", "source"),
        tuple(rows),
        note=f"Day rate: {_rate(terms)}. {number(terms.hours_per_day)} hours are a day. Low: "
        "somebody who knows the code and has tests; high: who has to read it first and to write "
        "them. The reasons stand in full in policy/debt.yaml.",
    )
