"""Stars for the properties of the code, by the published thresholds of `policy/ratings.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from techdd.collectors import Answered, probe
from techdd.collectors._units import NOTHING, Duplicated, in_measured, production
from techdd.counting import component_name, of_repository
from techdd.documents import load
from techdd.facts import File, Function
from techdd.folders import data
from techdd.model import Metric, Series, Value
from techdd.policy import Written

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST_LINES = 1_000  # that a component must have: in less, one function decides
SHOWN = 16  # components
DUPLICATION, VOLUME = "duplication", "volume"
Stars = Literal[5, 4, 3, 2]
Shares = Annotated[tuple[float, ...], Field(min_length=1)]


class Property(Written):
    """A risk profile: which share of the code stands in units above each of `bounds`."""

    id: str
    title: str
    column: Literal["lines", "complexity", "parameters"]
    bounds: tuple[int, ...]
    at_most: Mapping[Stars, Shares]


class Ratings(Written):
    """The thresholds of all properties."""

    source: str
    properties: tuple[Property, ...]
    duplication: Mapping[Stars, float]
    volume: Mapping[Stars, int]


@cache
def thresholds() -> Ratings:
    """The thresholds that ship. Raises DocumentError."""
    return load(data("checklists") / "policy" / "ratings.yaml", Ratings)


@probe(domain="code_health", needs=(File, Function, Duplicated))
def ratings(_: date, files: DataFrame, functions: DataFrame, copies: DataFrame) -> Answered:
    """How does the code stand against the market, property by property?"""
    code, units = in_measured(files, functions), production(functions)
    for repo in ("", *sorted(files["repo"].unique())):
        parts = [of_repository(repo, one) for one in (code, units, copies)]
        lines = int(parts[0]["code"].sum())
        for name, stars in {**_stars(*parts), VOLUME: _volume(lines)}.items():
            basis = f"{lines:,} code lines" if lines else ""
            note = "" if stars else NOTHING
            value = float(stars) if stars else None
            yield Metric(f"rating.{name}", value, "stars", str(repo), basis, note)
    if len(code):
        yield _table(code, units, copies)


def _stars(code: DataFrame, units: DataFrame, copies: DataFrame) -> dict[str, int | None]:
    """Property -> stars; None where there is no code to rate."""
    lines, counted = int(code["code"].sum()), int(copies["lines"].sum())
    found: dict[str, int | None] = {}
    for one in thresholds().properties:
        above = [int(units.loc[units[one.column] > bound, "lines"].sum()) for bound in one.bounds]
        found[one.id] = _best(one.at_most, [each / lines for each in above]) if lines else None
    share = [int(copies["copied"].sum()) / counted] if counted else []
    limits = {stars: (most,) for stars, most in thresholds().duplication.items()}
    found[DUPLICATION] = _best(limits, share) if share else None
    return found


def _volume(lines: int) -> int | None:
    """Stars for the size of a whole; None where there is no code to rate."""
    limits = {stars: (float(most),) for stars, most in thresholds().volume.items()}
    return _best(limits, [lines]) if lines else None


def _best(at_most: Mapping[Stars, Shares], shares: Sequence[float]) -> int:
    """The most stars of which no bound is exceeded."""
    fitting = (
        stars
        for stars, limits in at_most.items()
        if all(share <= limit for share, limit in zip(shares, limits, strict=True))
    )
    return max(fitting, default=1)


def _table(code: DataFrame, units: DataFrame, copies: DataFrame) -> Series:
    """The engagement, its repositories and its largest components."""
    titles = [one.title for one in thresholds().properties]
    rows = [("All", *_row(code, units, copies), _volume(int(code["code"].sum())))]
    repos = sorted(code["repo"].unique())
    whole = (code, units, copies)
    rows += [
        (str(repo), *_row(*own), _volume(int(own[0]["code"].sum())))
        for repo in (repos if len(repos) > 1 else ())
        for own in [[of_repository(repo, one) for one in whole]]
    ]
    sizes = code.groupby(["repo", "component"])["code"].sum().reset_index()
    sizes = sizes[sizes["code"] >= FEWEST_LINES]
    sizes = sizes.sort_values(["code", "repo", "component"], ascending=[False, True, True])
    for repo, component in sizes[["repo", "component"]].head(SHOWN).itertuples(index=False):
        parts = (one[(one["repo"] == repo) & (one["component"] == component)] for one in whole)
        name = component_name(component, repo if len(repos) > 1 else "")
        rows.append((name, *_row(*parts), None))
    return Series(
        "ratings",
        "Ratings by property, from one star to five",
        ("part", "code lines", *(title.lower() for title in titles), DUPLICATION, VOLUME),
        tuple(rows),
        note=f"{thresholds().source}. Three stars are the average of the market, four the usual "
        f"goal. Components of at least {FEWEST_LINES:,} code lines. Volume (of the whole alone) is "
        "by the model of 2007: the more code, the more a change costs, whatever its quality.",
    )


def _row(code: DataFrame, units: DataFrame, copies: DataFrame) -> Iterator[Value]:
    yield int(code["code"].sum())
    yield from _stars(code, units, copies).values()
