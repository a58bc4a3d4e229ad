"""People over the borders of repositories and groups: who alone tends several, and who moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, probe
from techdd.collectors._people import commits_by_people
from techdd.counting import end_of
from techdd.facts import Commit, Person
from techdd.model import Metric, Observation, Series, Value, person_token
from techdd.portfolio import Membership
from techdd.presence import half_years, on
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

FEWEST = 5  # commits in twelve months; who made fewer does not tend a repository
SEVERAL = 3  # repositories that one person alone tends; from here it is a finding
HALF_YEARS = 10  # looked back on for moves
WORK = 5  # commits in a half-year, of which MOST belong to one group, make it somebody's group
MOST = 0.6
SHOWN = 20
_NAMED = 5


class Move(NamedTuple):
    """Somebody whose group changed: when the work in the new one began."""

    since: Timestamp
    person: str
    before: str
    now: str
    commits: int  # in the new group since


@probe(domain="team", needs=(Commit, Person, Membership))
def people_across(
    as_of: date, commits: DataFrame, people: DataFrame, groups: DataFrame
) -> Answered:
    """Who alone tends several repositories, and who moved from group to group?"""
    made = commits_by_people(as_of, commits, people)
    several = commits["repo"].nunique() > 1
    note = "" if several else "one repository only"
    recent = made[made["recent"]]
    tended = recent.groupby(["repo", "person"]).size()
    tended = tended[tended >= FEWEST].reset_index()
    alone: dict[str, list[str]] = defaultdict(list)
    for repo, part in tended.groupby("repo"):
        if len(part) == 1:
            alone[part["person"].iloc[0]].append(str(repo))
    busy = tended["repo"].nunique()
    basis = f"{busy:,} repositories in which somebody made {FEWEST} commits or more in 12 months"
    most = max(map(len, alone.values()), default=0)
    for name, value in (
        ("repositories_of_one", sum(map(len, alone.values()))),
        ("most_of_one", most),
    ):
        yield Metric(f"people_across.{name}", value if several else None, "repositories", "",
                     basis, note)  # fmt: skip
    group_of = dict(zip(groups["repo"], groups["group"], strict=True))
    if several:
        yield _alone(alone, recent, group_of)
        yield from _observed(alone, busy)
    if len(set(group_of.values())) > 1:
        moves = list(_moves(as_of, made, group_of))
        basis = f"{len(set(group_of.values())):,} groups, {HALF_YEARS // 2} years"
        yield Metric("people_across.moves", len(moves), "moves", basis=basis)
        yield _moved(moves)


def _alone(
    alone: Mapping[str, list[str]], recent: DataFrame, group_of: Mapping[str, str]
) -> Series:
    work = Counter(recent["person"])
    rows: list[tuple[Value, ...]] = []
    for person, repos in sorted(alone.items(), key=lambda one: (-len(one[1]), one[0])):
        groups = sorted({group_of.get(repo, "") for repo in repos} - {""})
        told = some_of(sorted(repos), _NAMED), some_of(groups, _NAMED)
        rows.append((person_token(person), len(repos), work[person], *told))
    more = f" {len(rows) - SHOWN:,} more people." if len(rows) > SHOWN else ""
    return Series(
        "sole_maintainers",
        "People who alone tend repositories",
        ("person", "repositories", "commits in 12 months", "with repository", "group"),
        tuple(rows[:SHOWN]),
        note=f"Nobody else made {FEWEST} commits or more there in the last twelve months.{more}",
    )


def _observed(alone: Mapping[str, list[str]], busy: int) -> Iterator[Observation]:
    """One finding a person, whose key holds still while repositories come and go."""
    for person, repos in sorted(alone.items()):
        if len(repos) >= SEVERAL:
            yield Observation(
                "sole-maintainer-of-several",
                "",
                person,
                values={
                    "person": person_token(person),
                    "count": len(repos),
                    "of": busy,
                    "components": some_of(sorted(repos), _NAMED),
                },
            )


def _moves(as_of: date, made: DataFrame, group_of: Mapping[str, str]) -> Iterator[Move]:
    """Moves from one group to another, the latest first."""
    work = made.assign(group=made["repo"].map(group_of))
    found = []
    for person, own in work.groupby("person"):
        last = ""
        for start, stop in half_years(end_of(as_of), HALF_YEARS):
            here = own[(own["authored"] >= start) & (own["authored"] < stop)]
            count = here["group"].value_counts()
            if len(here) < WORK or count.iloc[0] < MOST * len(here):
                continue
            now = str(count.index[0])
            if last and now != last:
                there = own[(own["group"] == now) & (own["authored"] >= start)]
                since = there["authored"].min()
                found.append(Move(since, str(person), last, now, len(there)))
            last = now
    yield from sorted(found, key=lambda one: (one.since, one.person), reverse=True)


def _moved(moves: list[Move]) -> Series:
    more = f" {len(moves) - SHOWN:,} more moves." if len(moves) > SHOWN else ""
    return Series(
        "moves_between_groups",
        "People who moved from one group of repositories to another",
        ("person", "from group", "to group", "since", "commits since"),
        tuple(
            (person_token(one.person), one.before or "(no group)", one.now or "(no group)",
             on(one.since), one.commits)
            for one in moves[:SHOWN]
        ),
        note=f"Whose commits of a half-year, {WORK} or more, lay for {MOST:.0%} or more in another "
        "group than those before. Commits show where somebody worked, not whom they report to."
        f"{more}",
    )  # fmt: skip
