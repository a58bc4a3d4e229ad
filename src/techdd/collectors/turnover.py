"""How people come and go: joiners and leavers, attrition, and how long newcomers take."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import end_of
from techdd.facts import Commit, Person
from techdd.model import Metric, Observation, Series, Value
from techdd.presence import ACTIVE_DAYS, before, half_years, human_commits, last_day, on

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

MEMBER_MONTHS = 3  # different months with a commit: less is a visitor, not a member of the team
HALF_YEARS = 10
FEWEST = 10  # people; of fewer a share says nothing
FEWEST_JOINERS = 3
JOINED_MONTHS = 36
NTH = 10  # commit that ends the ramp
HANDOVER = 0.3  # of a half-year's commits by people of the half-year before; less is a new team
LARGE = 30  # commits of a half-year from which a change of the team can be told
TEAM = 2  # people on either side


@probe(domain="team", needs=(Commit, Person))
def turnover(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """How many people join and leave, and how large is attrition?"""
    end = end_of(as_of)
    human = human_commits(as_of, commits, people)
    team = members(human)
    yield _attrition(team, end)
    yield _best_quarter(team, human)
    present, rows = before(end, ACTIVE_DAYS), []
    for start, stop in half_years(end, HALF_YEARS):
        joined = int(((team["first"] >= start) & (team["first"] < stop)).sum())
        last = team["last"]
        left = int(((last >= start) & (last < stop) & (last < present)).sum())
        there = human[(human["authored"] >= start) & (human["authored"] < stop)]
        active = int(there[there["person"].isin(team.index)]["person"].nunique())
        rows.append((last_day(stop), active, joined, left))
    yield Series(
        "joiners_and_leavers",
        "People active, joined and left, by half-year",
        ("half-year to", "active", "joined", "left"),
        tuple(rows) if len(team) else (),
        chart="line",
        note=f"People with commits in at least {MEMBER_MONTHS} different months. Joined: first "
        "commit. Left: last commit, if it is more than 90 days before the audit; the end of the "
        "last half-year therefore shows too few.",
    )


def members(human: DataFrame) -> DataFrame:
    """first and last commit and number of commits of everybody who committed in several months."""
    months = human["authored"].dt.strftime("%Y-%m")
    table = human.assign(month=months).groupby("person")
    team = table.agg(
        first=("authored", "min"),
        last=("authored", "max"),
        months=("month", "nunique"),
        commits=("sha", "size"),
    )
    return team[team["months"] >= MEMBER_MONTHS]


def _best_quarter(team: DataFrame, human: DataFrame) -> Metric:
    """The most people that ever joined in one calendar quarter, without those who began it all."""
    import pandas as pd

    began = human["authored"].min() if len(human) else None
    new = team[team["first"] > began + pd.Timedelta(days=ACTIVE_DAYS)] if began else team
    quarters = new["first"].dt.strftime("%Y-Q").str.cat(new["first"].dt.quarter.astype(str))
    counts = sorted(quarters.value_counts().items(), key=lambda one: (-one[1], one[0]))
    return Metric(
        "turnover.best_quarter_joiners",
        int(counts[0][1]) if counts else None,
        "people",
        basis=f"in {counts[0][0]}, of {len(new)} who joined after the first months"
        if counts
        else "",
        note="" if counts else "nobody is known to have joined after the first months",
    )


def _attrition(team: DataFrame, end: Timestamp) -> Metric:
    """Of those who were there 12 months before the last moment that can be judged, who left."""
    close = before(end, ACTIVE_DAYS)
    start = before(close, 365)
    there = team[(team["first"] < start) & (team["last"] >= start)]
    left = int((there["last"] < close).sum())
    enough = len(there) >= FEWEST
    return Metric(
        "turnover.attrition_12m",
        left / len(there) if enough else None,
        "share",
        basis=f"{left} of {len(there)} people active on {on(start)} had stopped by {on(close)}",
        note="" if enough else f"fewer than {FEWEST} people were active on {on(start)}",
    )


@probe(domain="team", needs=(Commit, Person))
def onboarding(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """How long do new people take until they contribute as the team does?"""
    import pandas as pd

    end = end_of(as_of)
    human = human_commits(as_of, commits, people)
    team = members(human)
    since = end - pd.DateOffset(months=JOINED_MONTHS)
    started = human["authored"].min() if len(human) else end
    # The founders of a young repository are no newcomers to it.
    new = team[
        (team["first"] >= since) & (team["first"] > started + pd.Timedelta(days=ACTIVE_DAYS))
    ]
    who = sorted(new.index)
    work = human[human["person"].isin(who)]
    tenth = work.groupby("person")["authored"].nth(NTH - 1)
    dates = dict(zip(work.loc[tenth.index, "person"], tenth, strict=True))
    weeks = [(dates[one] - new.loc[one, "first"]).days / 7 for one in who if one in dates]
    yield _median("onboarding.weeks_to_tenth_commit", weeks, len(who), f"made {NTH} commits")
    pace = _pace(human, team, since)
    ramps = [_weeks_to(human[human["person"] == one], pace) for one in who] if pace else []
    reached = [one for one in ramps if one is not None]
    goal = f"reached the median of {pace:.0f} commits a month" if pace else "reached the median"
    yield _median("onboarding.weeks_to_team_pace", reached, len(who), goal)


def _pace(human: DataFrame, team: DataFrame, since: Timestamp) -> float | None:
    """The median over the team's older members of their commits in a month with any."""
    old = human[human["person"].isin(team[team["first"] < since].index)]
    recent = old[old["authored"] >= since]
    if not len(recent):
        return None
    months = recent["authored"].dt.strftime("%Y-%m")
    return float(recent.groupby([recent["person"], months]).size().median())


def _weeks_to(work: DataFrame, pace: float) -> float | None:
    """Weeks from the first commit to the end of the first 30 days with `pace` commits."""
    import math

    dates = work["authored"].sort_values().to_list()
    need = max(1, math.ceil(pace))
    for place in range(need - 1, len(dates)):
        if (dates[place] - dates[place - need + 1]).days < 30:
            return float((dates[place] - dates[0]).days / 7)
    return None


def _median(name: str, weeks: list[float], joined: int, goal: str) -> Metric:
    import statistics

    enough = len(weeks) >= FEWEST_JOINERS
    basis = f"{len(weeks)} of {joined} people who joined in {JOINED_MONTHS} months {goal}"
    return Metric(
        name,
        statistics.median(weeks) if enough else None,
        "weeks",
        basis=basis,
        note="" if enough else f"fewer than {FEWEST_JOINERS} newcomers: {basis}",
    )


@probe(domain="team", needs=(Commit, Person))
def continuity_of_team(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """Is the work carried on by those who did it before, or has the team been replaced?"""
    end = end_of(as_of)
    human = human_commits(as_of, commits, people)
    parts = [
        (start, stop, human[(human["authored"] >= start) & (human["authored"] < stop)])
        for start, stop in half_years(end, HALF_YEARS + 1)
    ]
    rows = [_carried(start, old, new) for (*_, old), (start, _, new) in itertools.pairwise(parts)]
    ends = [last_day(stop) for _, stop, _ in parts[1:]]
    yield Metric(
        "continuity_of_team.carried_share",
        rows[-1][1],
        "share",
        basis=f"{len(parts[-1][2]):,} commits in the last six months",
        note="" if rows[-1][1] is not None else f"fewer than {LARGE} commits in a half-year",
    )
    yield Series(
        "carried_on",
        "Share of the commits by people who were there in the half-year before",
        ("half-year to", "share of commits"),
        tuple((end, row[1]) for end, row in zip(ends, rows, strict=True) if row[1] is not None),
        chart="line",
        note="A deep fall marks a new team: a hand-over from an agency, or a takeover. Half-years "
        f"with fewer than {LARGE} commits are left out.",
    )
    yield from _handovers(rows, human)


Carried = tuple["Timestamp", float | None, int, int]


def _carried(start: Timestamp, old: DataFrame, new: DataFrame) -> Carried:
    """(start, share of the new commits by the people of the old ones, people before, after)."""
    who = set(old["person"])
    sizes = len(who), int(new["person"].nunique())
    if min(len(old), len(new)) < LARGE:
        return start, None, *sizes
    return start, float(new["person"].isin(who).mean()), *sizes


def _handovers(rows: list[Carried], human: DataFrame) -> Iterator[Observation]:
    """A new team within the last 24 months, unless the work began only then."""
    for start, share, old, new in rows[-4:]:
        if share is not None and share < HANDOVER and min(old, new) >= TEAM:
            values: dict[str, Value] = {
                "since": on(start), "share": share, "before": old, "after": new,
            }  # fmt: skip
            repos = sorted(set(human["repo"]))
            yield Observation(
                "team-replaced", repos[0] if len(repos) == 1 else "", on(start), (), values
            )
