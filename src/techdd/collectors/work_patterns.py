"""When the team works: a hint at its health, for the whole team only and never for a person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import scopes, within
from techdd.facts import Commit, Person
from techdd.identity import of_people
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST_COMMITS = 100
FEWEST_PEOPLE = 3  # numbers of fewer would be somebody's working hours
NIGHT = (22, 6)  # from, to, by the author's own clock
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CAVEAT = (
    "The author's own clock, as git recorded it. Rebases and cherry-picks keep the first time, "
    "squashes take that of the merge, and servers and containers often run on UTC. Working hours "
    "differ by choice and by country; the figures describe the team as a whole."
)


@probe(domain="sdlc", needs=(Commit, Person))
def work_patterns(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """How much of the work falls on nights and weekends, and is that share growing?"""
    human = of_people(commits[commits["parents"] < 2], people)
    human = _on_own_clock(human[human["offset"].notna() & human["authored"].notna()])
    recent, earlier = (within(as_of, human, "authored", back=back) for back in (0, 365))
    before = dict(scopes(earlier))
    for repo, part in scopes(recent):
        few = _too_few(part)
        at_utc = f", {(part['offset'] == 0).mean():.0%} of them at UTC" if len(part) else ""
        basis = f"{len(part):,} non-merge commits in the last 12 months{at_utc}"
        for name in ("weekend", "night"):
            value = None if few else float(part[name].mean())
            yield Metric(f"work_patterns.{name}_share", value, "share", repo, basis, few)
        past = before.get(repo, earlier[:0])
        few = few or (_too_few(past) and f"the year before: {_too_few(past)}")
        change = None if few else 100 * float(part["off"].mean() - past["off"].mean())
        basis = f"{len(part):,} commits in the last 12 months, {len(past):,} in the 12 before"
        yield Metric("work_patterns.off_hours_change", change, "points", repo, basis, few)
    if not _too_few(recent):
        yield _week(recent)


def _on_own_clock(rows: DataFrame) -> DataFrame:
    import pandas as pd

    local = rows["authored"] + pd.to_timedelta(rows["offset"].astype("int64"), unit="min")
    day, hour = local.dt.day_of_week, local.dt.hour
    night, weekend = (hour >= NIGHT[0]) | (hour < NIGHT[1]), day >= 5
    return rows.assign(day=day, hour=hour, night=night, weekend=weekend, off=night | weekend)


def _too_few(rows: DataFrame) -> str:
    """Why nothing is said about so few commits or people; empty where they are enough."""
    if len(rows) < FEWEST_COMMITS:
        return f"fewer than {FEWEST_COMMITS} commits"
    if rows["person"].nunique() < FEWEST_PEOPLE:
        return f"fewer than {FEWEST_PEOPLE} people, whose own hours this would show"
    return ""


def _week(rows: DataFrame) -> Series:
    counts = rows.groupby(["day", "hour"]).size()
    return Series(
        "working_hours",
        "Commits by weekday and hour of the author's own clock, last 12 months",
        ("weekday", "hour", "commits"),
        tuple(
            (DAYS[day], f"{hour:02}", int(counts.get((day, hour), 0)))
            for day in range(7)
            for hour in range(24)
        ),
        chart="heatmap",
        note=CAVEAT,
    )
