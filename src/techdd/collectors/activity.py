"""Whether the code is alive: commits and people over time, long silences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import end_of
from techdd.facts import Commit, Person
from techdd.model import Metric, Observation, Series
from techdd.presence import human_commits

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp


RESUMED_DAYS = 730  # a silence that ended earlier says nothing about the deal


@probe(domain="team", needs=(Commit, Person))
def activity(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """Is the code alive, and is delivery speeding up or slowing down?"""
    import pandas as pd

    human, end = human_commits(as_of, commits, people), end_of(as_of)
    for repo, rows in [("", human), *((str(name), rows) for name, rows in human.groupby("repo"))]:
        yield from _activity_metrics(repo, rows, end)
        yield from _silences(repo, rows, end)
    months = human["authored"].dt.strftime("%Y-%m")
    present = pd.Timestamp(as_of)
    last = [(present - pd.DateOffset(months=back)).strftime("%Y-%m") for back in range(35, -1, -1)]
    by_month = human.groupby(months).agg(commits=("sha", "size"), people=("person", "nunique"))
    by_month = by_month.reindex(last, fill_value=0)
    yield Series(
        "activity",
        "Commits and active people by month, last three years",
        ("month", "commits", "people"),
        tuple((str(m), int(c), int(p)) for m, c, p in by_month.itertuples()),
        chart="line",
        note="Author dates of all commits by people (bots left out), all repositories together.",
    )


def _activity_metrics(repo: str, rows: DataFrame, end: Timestamp) -> Iterator[Metric]:
    import pandas as pd

    def since(days: int) -> DataFrame:
        return rows[rows["authored"] >= end - pd.Timedelta(days=days)]

    recent, earlier = len(since(182)), len(since(364)) - len(since(182))
    yield Metric(
        "activity.active_people", since(90)["person"].nunique(), "people", repo, "last 90 days"
    )
    yield Metric("activity.commits_90d", len(since(90)), "commits", repo, "last 90 days")
    yield Metric("activity.commits_12m", len(since(365)), "commits", repo, "last 12 months")
    if len(rows):
        days = (end - rows["authored"].max()).days
        yield Metric(
            "activity.days_since_last", days, "days", repo, "since the last commit by a person"
        )
    note = "" if earlier else "no commit in the six months before"
    yield Metric(
        "activity.trend",
        recent / earlier if earlier else None,
        "ratio",
        repo,
        f"{recent:,} commits in the last 6 months, {earlier:,} in the 6 before",
        note,
    )


def _silences(repo: str, rows: DataFrame, end: Timestamp) -> Iterator[Observation]:
    """A year or more without a commit: at the end, or with work taken up again after it."""
    import pandas as pd

    if not repo or not len(rows):
        return
    dates = rows["authored"].sort_values()
    last = dates.iloc[-1]
    months = (end - last).days / 30.44
    if months >= 12:
        values = {"last": f"{last:%Y-%m-%d}", "months": round(months), "commits": len(rows)}
        yield Observation("abandoned-repository", repo, "", values=values)
    gaps = dates.diff().set_axis(dates)
    gaps = gaps[gaps.index >= end - pd.Timedelta(days=RESUMED_DAYS)]
    longest = gaps.max()
    if pd.notna(longest) and longest.days >= 270 and months < 12:
        resumed = gaps.index[int(gaps.argmax())]
        values = {
            "gap_months": round(longest.days / 30.44),
            "resumed": f"{resumed:%Y-%m-%d}",
            "who": _who(rows, resumed),
        }
        yield Observation("resumed-repository", repo, "", values=values)


def _who(rows: DataFrame, resumed: Timestamp) -> str:
    """Whether those who resumed the work are those who had done it."""
    since = rows["authored"] >= resumed
    new, old = set(rows[since]["person"]), set(rows[~since]["person"])
    if not new & old:
        return "other people than before"
    return "the same people" if new <= old else "some of the same people and new ones"
