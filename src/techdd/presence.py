"""Who is there and who has left: people's commits in time, told apart by their last one.

"Active" is a commit anywhere in the engagement in the last 90 days (Sema, git-xray and codelore use
the same bound); leave, illness and other work look like absence, so an interview has to confirm it.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from techdd.counting import end_of
from techdd.identity import of_people

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

ACTIVE_DAYS = 90
MONTH = 30.44  # days


def before(end: Timestamp, days: int) -> Timestamp:
    """`days` before `end`."""
    import pandas as pd

    return end - pd.Timedelta(days=days)


def human_commits(as_of: date, commits: DataFrame, people: DataFrame) -> DataFrame:
    """The dated commits by people up to `as_of`, with the column `person`, the oldest first."""
    human = of_people(commits, people)
    dated = human[human["authored"].notna() & (human["authored"] < end_of(as_of))]
    return dated.sort_values(["authored", "repo", "number"])


def departed(as_of: date, commits: DataFrame, people: DataFrame) -> set[str]:
    """Everybody whose last commit up to `as_of` is more than 90 days old.

    Who has none with a known date up to then has not been shown to have left.
    """
    last = human_commits(as_of, commits, people).groupby("person")["authored"].max()
    return set(last[last < before(end_of(as_of), ACTIVE_DAYS)].index)


def half_years(end: Timestamp, count: int) -> list[tuple[Timestamp, Timestamp]]:
    """The `count` half-years up to `end` as (first moment, end), the oldest first."""
    import pandas as pd

    bounds = [end - pd.DateOffset(months=6 * back) for back in range(count, -1, -1)]
    return list(pairwise(bounds))


def last_day(stop: Timestamp) -> str:
    """What a half-year that ends before `stop` is called: two days that tell its length would not
    fit below a chart, its first month would be taken for a whole one.
    """
    return on(before(stop, 1))


def up_to(end: Timestamp, last: Timestamp | None) -> Timestamp | None:
    """The `last` time of something where it lies before `end`; else what it was then is unknown."""
    return last if last is not None and last < end else None


def on(when: Timestamp | None) -> str:
    """The day as it is printed."""
    import pandas as pd

    return "unknown" if when is None or pd.isna(when) else f"{when:%Y-%m-%d}"
