"""How old the code is: when the lines that still stand were written."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import component_name, of_repository
from techdd.facts import Survivor
from techdd.model import Metric, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST = 100  # lines; an age of fewer says nothing
OLD = 36  # months
# From young to old: (months up to which, the name of the band).
BANDS = (
    (12, "under 1 year"),
    (36, "1 to 3 years"),
    (72, "3 to 6 years"),
    (10_000, "6 years or more"),
)
SHOWN = 16
NOTE = (
    "By the month in which each line of production code that still stands was last written (git "
    "blame). A line that was only moved or reformatted may count as new. Old code can be settled "
    "or neglected: age alone does not tell."
)


@probe(domain="code_health", needs=(Survivor,))
def code_age(as_of: date, survivors: DataFrame) -> Answered:
    """How old are the lines of production code that still stand?"""
    source = survivors[survivors["role"] == "source"]
    known = source[source["month"].str.fullmatch(r"\d{4}-\d{2}")]
    years, months = known["month"].str[:4].astype(int), known["month"].str[5:].astype(int)
    # A month in the future is a clock that was wrong; such lines are new.
    age = ((as_of.year - years) * 12 + as_of.month - months).clip(lower=0)
    aged = known.assign(age=age)
    for repo in ("", *sorted(source["repo"].unique())):
        part = of_repository(repo, aged)
        whole = int(of_repository(repo, source)["lines"].sum())
        lines = int(part["lines"].sum())
        enough = lines >= FEWEST
        note = "" if enough else f"fewer than {FEWEST} lines of production code with a known date"
        if not len(source):
            note = "who wrote the lines that stand was not measured"
        basis = f"{lines:,} of {whole:,} lines of production code with a known date"
        median = _median(part) / 12 if enough else None
        yield Metric("code_age.median_years", median, "years", repo, basis, note)
        old = int(part.loc[part["age"] >= OLD, "lines"].sum())
        share = old / lines if enough else None
        yield Metric("code_age.over_3y_share", share, "share", repo, basis, note)
    if len(aged):
        yield _bands(aged)


def _median(aged: DataFrame) -> float:
    """The age in months that half of the lines have reached."""
    ordered = aged.groupby("age")["lines"].sum().sort_index()
    reached = ordered.cumsum() * 2 >= ordered.sum()
    return float(reached.idxmax())


def _bands(aged: DataFrame) -> Series:
    """The share of each component's lines by age, the largest components first."""
    several = aged["repo"].nunique() > 1
    rows: list[tuple[Value, ...]] = []
    sizes = aged.groupby(["repo", "component"])["lines"].sum().reset_index()
    largest = sizes.sort_values(["lines", "repo", "component"], ascending=[False, True, True])
    for repo, component in largest[["repo", "component"]].head(SHOWN).itertuples(index=False):
        part = aged[(aged["repo"] == repo) & (aged["component"] == component)]
        total, below, shares = int(part["lines"].sum()), 0, []
        for bound, _ in BANDS:
            inside = part["age"].between(below, bound - 1)
            shares.append(int(part.loc[inside, "lines"].sum()) / total)
            below = bound
        rows.append((component_name(component, repo if several else ""), *shares))
    return Series(
        "code_age",
        "Age of the lines that stand, by component, in shares of its lines",
        ("component", *(name for _, name in BANDS)),
        tuple(rows),
        chart="parts",
        note=NOTE,
    )
