"""Whether the pace of work changed, when, and by how much."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from techdd.changepoints import ENOUGH, Level, levels
from techdd.collectors import Answered, probe
from techdd.counting import end_of, scopes
from techdd.facts import Commit, Person
from techdd.identity import of_people
from techdd.model import Metric, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

MONTHS = 60  # looked at; an older level says little about the plan
RECENT = 18  # months in which a fall still speaks of the present team
FEWEST = 3  # a month before a fall; a smaller level halves by chance
MEASURES = ("commits", "active people", "landed changes")
METHOD = (
    "Change months are found by optimal partitioning with Schwarz' criterion on whole months "
    "(levels of three months or more). Landed changes are first-parent changes; teams differ in "
    "how they slice them, so compare a team with its own past only."
)


@probe(domain="sdlc", needs=(Commit, Person))
def throughput(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """Did the pace of the work change, when, and by how much?"""
    human = of_people(commits, people)
    human = human[(human["committed"] < end_of(as_of)) & (human["authored"] < end_of(as_of))]
    for repo, part in scopes(human):
        months, counts = _monthly(as_of, part)
        found = {name: levels(counts[name]) for name in MEASURES}
        yield from _falls(repo, months, found)
        if not repo and any(counts["landed changes"]):  # else there is nothing to draw
            yield _pace(months, counts["landed changes"], found["landed changes"])
            yield Series(
                "change_points",
                "Months in which the pace changed",
                ("measure", "from", "a month before", "a month after", "change"),
                tuple(row for name in MEASURES for row in _changes(name, months, found[name])),
                note=METHOD,
            )


def _monthly(as_of: date, rows: DataFrame) -> tuple[list[str], dict[str, list[int]]]:
    """The whole months up to `as_of`, from the first commit on, and what was done in each."""
    import pandas as pd

    if not len(rows):
        return [], {name: [] for name in MEASURES}
    past = pd.Period(as_of + pd.Timedelta(days=1), "M") - 1
    first = pd.Period(rows["authored"].min().tz_localize(None), "M")
    months = pd.period_range(max(first, past - (MONTHS - 1)), past, freq="M").strftime("%Y-%m")
    written = rows["authored"].dt.strftime("%Y-%m")
    landed = rows[rows["mainline"].astype(bool)]
    by_month = {
        "commits": written.value_counts(),
        "active people": rows["person"].groupby(written).nunique(),
        "landed changes": landed["committed"].dt.strftime("%Y-%m").value_counts(),
    }
    counts = {
        name: [int(number) for number in by_month[name].reindex(months, fill_value=0)]
        for name in MEASURES
    }
    return [str(month) for month in months], counts


def _falls(repo: str, months: list[str], found: dict[str, list[Level]]) -> Answered:
    """The last fall of the pace, and the largest of the last RECENT months (0 = none)."""
    n = len(months)
    short = "" if n >= ENOUGH else f"fewer than {ENOUGH} whole months of history"
    for name, measure in (("", "landed changes"), ("people_", "active people")):
        steps = _steps(found[measure])
        falls = [(before, after) for before, after in steps if after.mean < before.mean]
        recent = [
            (1 - after.mean / before.mean, before, after)
            for before, after in falls
            if n - after.start <= RECENT
        ]
        judged = [one for one in recent if one[1].mean >= FEWEST]
        worst = max(judged, key=lambda one: (one[0], one[2].start), default=None)
        unsaid = short
        if recent and not worst and not short:
            _, before, after = recent[-1]
            unsaid = (
                f"{measure} fell from {before.mean:.1f} to {after.mean:.1f} a month in "
                f"{months[after.start]}; a level below {FEWEST} is too small to judge"
            )
        elif not worst and not short and not found[measure][-1].mean:
            unsaid = f"no {measure} since {months[found[measure][-1].start]}"
        basis = f"{measure} a month over {n:,} whole months"
        if worst:
            _, before, after = worst
            basis = (
                f"{measure} fell from {before.mean:.1f} to {after.mean:.1f} a month in "
                f"{months[after.start]}, over {n:,} whole months"
            )
        value = None if unsaid else worst[0] if worst else 0.0
        yield Metric(f"throughput.{name}recent_fall", value, "share", repo, basis, unsaid)
        if measure == "landed changes":
            last = falls[-1] if falls else None
            note = short or ("" if last else f"no fall was found in {n:,} whole months")
            yield Metric(
                "throughput.months_since_fall",
                n - last[1].start if last and not short else None,
                "months",
                repo,
                f"from {last[0].mean:.1f} to {last[1].mean:.1f} {measure} a month" if last else "",
                note,
            )


def _steps(found: list[Level]) -> list[tuple[Level, Level]]:
    return list(pairwise(found))


def _pace(months: list[str], counts: list[int], found: list[Level]) -> Series:
    level = [round(one.mean, 1) for one in found for _ in range(one.start, one.end)]
    return Series(
        "throughput",
        "Changes that reached the main line by month, and the level between change months",
        ("month", "landed changes", "level"),
        tuple(zip(months, counts, level, strict=True)),
        chart="line",
        note=METHOD,
    )


def _changes(name: str, months: list[str], found: list[Level]) -> list[tuple[Value, ...]]:
    return [
        (
            name,
            months[after.start],
            round(before.mean, 1),
            round(after.mean, 1),
            f"{after.mean / before.mean - 1:+.0%}" if before.mean else "from none",
        )
        for before, after in _steps(found)
    ]
