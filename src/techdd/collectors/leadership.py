"""Who leads the work: the largest share of the commits and of what lands, by half-year."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, probe
from techdd.counting import end_of
from techdd.facts import Commit, Person
from techdd.model import Metric, Observation, Series, Value, person_token
from techdd.presence import half_years, human_commits, last_day, on

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp
    from pandas import Series as Column

HALF_YEARS = 10
RECENT = 2  # half-years: the last 12 months
FEWEST = 10  # commits of a half-year; of fewer nobody leads
LEADS = 0.25  # share that makes the largest one a leader
HOSTS = frozenset(("noreply@github.com", "noreply@gitlab.com"))  # merged by a button


class Lead(NamedTuple):
    """Who has the largest share of something in one half-year; "" and None where nobody can say."""

    person: str
    share: float | None


@probe(domain="team", needs=(Commit, Person))
def leadership(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """Who leads the work, and has that changed in the last 12 months?"""
    human = human_commits(as_of, commits, people)
    landed = _landings(human, people)
    windows = half_years(end_of(as_of), HALF_YEARS)
    table = [
        (start, stop, _lead(_within(human, start, stop)["person"]),
         _lead(_within(landed, start, stop)["lander"]))
        for start, stop in windows
    ]  # fmt: skip
    changes = [*_changes("the most commits", [(s, one) for s, _, one, _ in table]),
               *_changes("the most merges", [(s, one) for s, _, _, one in table])]  # fmt: skip
    measured = any(one.share is not None for _, _, one, _ in table[-RECENT - 1 :])
    recent = [one for one in changes if one[0] >= windows[-RECENT][0]]
    yield Metric(
        "leadership.changes_12m",
        len(recent) if measured else None,
        "changes",
        basis="half-years of the last 12 months against the ones before",
        note="" if measured else f"fewer than {FEWEST} commits in each of the last half-years",
    )
    yield Series(
        "leaders",
        "Who made most commits, and who brought most work to the main line, by half-year",
        ("half-year to", "most commits", "share of commits", "most merges", "share of merges"),
        tuple(
            (last_day(stop), _name(made), made.share, _name(merged), merged.share)
            for _, stop, made, merged in table
            if made.share is not None
        ),
        note="Merges: the author of a merge commit on the main line, or whoever committed "
        "another's work there; changes merged with a host's button are not attributed. Commits "
        "tell the amount of work, not responsibility; confirm in an interview.",
    )
    for start, what, old, new, share in recent:
        values: dict[str, Value] = {
            "what": what,
            "before": person_token(old),
            "after": person_token(new),
            "since": on(start),
            "share": share,
        }
        yield Observation("leadership-change", "", f"{what} {old} {new}", values=values)


def _within(rows: DataFrame, start: Timestamp, stop: Timestamp) -> DataFrame:
    return rows[(rows["authored"] >= start) & (rows["authored"] < stop)]


def _landings(human: DataFrame, people: DataFrame) -> DataFrame:
    """The mainline commits that somebody brought in, with the column `lander`."""
    once = people.drop_duplicates("identity").set_index("identity")
    main = human[human["mainline"]]
    merges = main["parents"] > 1
    committer = main["committer"]
    hosted = committer.map(once["email"]).str.lower().isin(HOSTS)
    machine = committer.map(once["bot"]).fillna(value=True).astype(bool)
    other = committer.map(once["person"])
    passed_on = ~merges & ~hosted & ~machine & (other != main["person"])
    lander = main["person"].where(merges, other)
    return main.assign(lander=lander)[merges | passed_on]


def _lead(people: Column[str]) -> Lead:
    """The person with most rows, ties by id."""
    if len(people) < FEWEST:
        return Lead("", None)
    counts = people.value_counts()
    first = min(counts.index, key=lambda one: (-counts[one], one))
    return Lead(str(first), float(counts[first] / len(people)))


def _name(lead: Lead) -> str:
    return person_token(lead.person) if lead.person else "too few"


def _changes(
    what: str, leads: list[tuple[Timestamp, Lead]]
) -> Iterator[tuple[Timestamp, str, str, str, float]]:
    """(since, what, before, after, share) where one leader followed another within a year.

    Only shares of a quarter or more make a leader: in a team of equals the first place changes by
    chance.
    """
    for (_, old), (start, new) in itertools.pairwise(leads):
        if old.person != new.person and min(old.share or 0, new.share or 0) >= LEADS:
            yield start, what, old.person, new.person, float(new.share or 0)
