"""How probes count: in a window of time, in each scope, and not at all where there is little."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any
from weakref import ref

from techdd.model import Metric

if TYPE_CHECKING:
    from pandas import DataFrame, Series, Timestamp

FEWEST = 10  # cases; a share or a middle value of fewer says nothing about a habit
YEAR = 365  # days


def end_of(as_of: date) -> Timestamp:
    """The first moment after the day `as_of`, in UTC."""
    import pandas as pd

    return pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)


def within(
    as_of: date, rows: DataFrame, column: str = "committed", *, days: int = YEAR, back: int = 0
) -> DataFrame:
    """The rows dated in the `days` that end `back` days before the end of `as_of`; undated ones
    are left out.
    """
    import pandas as pd

    end = end_of(as_of) - pd.Timedelta(days=back)
    return rows[(rows[column] < end) & (rows[column] >= end - pd.Timedelta(days=days))]


def latest(dates: Series) -> Timestamp:
    """The last but one of `dates`, or the only one: where the work of a history ends.

    One commit with a wrong clock cannot move it, not even the audited one; and where the last
    commit came long after the others, nothing lies between.
    """
    import pandas as pd

    last = dates.dropna().nlargest(2)
    return last.iloc[-1] if len(last) else pd.NaT


def scopes(rows: DataFrame) -> Iterator[tuple[str, DataFrame]]:
    """The whole engagement ("") and each repository."""
    yield "", rows
    for repo, part in rows.groupby("repo"):
        yield str(repo), part


def of_repository(repo: str, table: DataFrame) -> DataFrame:
    """The rows of one repository; of all for "". The column `repo` must not change afterwards."""
    if not repo:
        return table
    places = _places(table).get(repo)
    return table[:0] if places is None else table.take(places)


# Comparing a column once a repository takes the square of their number; so it is parted once.
_PARTED: dict[int, tuple[ref[DataFrame], dict[str, Any]]] = {}


def _places(table: DataFrame) -> dict[str, Any]:
    """The positions of each repository's rows, kept as long as the table lives."""
    key = id(table)
    known = _PARTED.get(key)
    if known is None or known[0]() is not table:
        places = table.groupby("repo", sort=False).indices
        known = (ref(table, lambda _: _PARTED.pop(key, None)), places)
        _PARTED[key] = known
    return known[1]


def component_name(component: str, repo: str = "") -> str:
    """A component as it is printed, behind its repository where that is given."""
    name = "(top folder)" if component == "." else component
    return f"{repo}: {name}" if repo else name


def share(name: str, marked: Series, repo: str, what: str) -> Metric:
    """The share of True in `marked`; none where there are too few cases of `what`."""
    enough = len(marked) >= FEWEST
    return Metric(
        name,
        float(marked.astype(bool).mean()) if enough else None,
        "share",
        repo,
        f"{len(marked):,} {what}",
        "" if enough else f"fewer than {FEWEST} {what}",
    )


def quantile(name: str, values: Series, at: float, unit: str, repo: str, what: str) -> Metric:
    """The value that the share `at` of `values` does not exceed, interpolated; none of few."""
    enough = len(values) >= FEWEST
    return Metric(
        name,
        float(values.quantile(at)) if enough else None,
        unit,
        repo,
        f"{len(values):,} {what}",
        "" if enough else f"fewer than {FEWEST} {what}",
    )


def quarters(moments: Series) -> Series:
    """The calendar quarter of each moment, such as "2025 Q1"."""
    return moments.dt.year.astype(str) + " Q" + moments.dt.quarter.astype(str)


def last_quarters(as_of: date, count: int) -> list[str]:
    """The names of the `count` quarters up to the one of `as_of`, the oldest first."""
    place = as_of.year * 4 + (as_of.month - 1) // 3
    return [f"{one // 4} Q{one % 4 + 1}" for one in range(place - count + 1, place + 1)]
