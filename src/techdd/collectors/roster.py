"""The client's roster against the history: who is missing, what is not assigned, late access."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors._people import commits_by_people, lines_by_people
from techdd.counting import FEWEST
from techdd.facts import Commit, Person, Survivor
from techdd.identity import Employment
from techdd.model import Metric, Observation, Series, person_token

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

NO_ROSTER = "no roster was imported"
STRANGER = "not on the roster"
STATES = ("signed", "not signed", "not stated", STRANGER)
SHOWN = 40  # people in the table


@probe(domain="team", needs=(Commit, Person, Employment))
def roster(as_of: date, commits: DataFrame, people: DataFrame, employments: DataFrame) -> Answered:
    """Is everybody who changes the code on the roster, with rights assigned and access ended?"""
    human = commits_by_people(as_of, commits, people)
    if not len(employments):
        for name, unit in (
            ("unknown_contributors", "people"),
            ("unknown_commit_share", "share"),
            ("unsigned_contributors", "people"),
            ("unstated_contributors", "people"),
            ("access_after_end", "people"),
        ):
            yield Metric(f"roster.{name}", None, unit, note=NO_ROSTER)
        return
    human = human.assign(state=_stated(human, employments))
    yield from _unknown(human[human["recent"]])
    for name, wanted in (("unsigned", "not signed"), ("unstated", "not stated")):
        yield Metric(
            f"roster.{name}_contributors",
            human[human["state"] == wanted]["person"].nunique(),
            "people",
            basis=f"{human[human['state'] != STRANGER]['person'].nunique():,} people with "
            "commits who are on the roster",
        )
    late = _late(human, employments)
    yield Metric(
        "roster.access_after_end",
        late["person"].nunique(),
        "people",
        basis=f"{len(_ends(employments)):,} people on the roster with commits and a last day",
        note="by the author's own clock; a change can be recorded later than it was written",
    )
    yield from _late_access(late)
    yield _gaps(human)


@probe(domain="team", needs=(Survivor, Person, Employment))
def assignments(
    as_of: date, survivors: DataFrame, people: DataFrame, employments: DataFrame
) -> Answered:
    """How much of the code that stands today was written by people who have assigned it?"""
    lines = lines_by_people(survivors, people)
    total = int(lines["lines"].sum())
    note = NO_ROSTER if not len(employments) else "" if total else "no surviving line was counted"
    states = lines.assign(state=_stated(lines, employments)).groupby("state")
    table = states.agg(people=("person", "nunique"), lines=("lines", "sum"))
    basis = f"{total:,} surviving lines of source files"
    for name, wanted in (("unsigned", STATES[1:2]), ("unproven", STATES[1:])):
        part = sum(int(table["lines"].get(one, 0)) for one in wanted)
        value = None if note else part / total
        yield Metric(f"assignments.{name}_code_share", value, "share", "", basis, note)
    if not note:
        yield Series(
            "assignments",
            "Surviving lines by whether their authors have assigned their rights",
            ("assignment of rights", "people", "surviving lines", "share of surviving lines"),
            tuple(
                (one, int(table["people"][one]), int(table["lines"][one]),
                 float(table["lines"][one] / total))
                for one in STATES
                if one in table.index
            ),
            note="As the client's roster states it; no contract was read.",
        )  # fmt: skip


def _stated(rows: DataFrame, employments: DataFrame) -> list[str]:
    """One of STATES for the person of each row; one entry that lacks the assignment is enough."""
    found = {}
    for person, entries in employments[employments["person"] != ""].groupby("person"):
        said = set(entries["assigned"].dropna())
        whole = entries["assigned"].notna().all()
        found[str(person)] = (
            "not signed" if False in said else "signed" if said and whole else "not stated"
        )
    return [found.get(person, STRANGER) for person in rows["person"]]


def _unknown(recent: DataFrame) -> Iterator[Metric]:
    """Who made commits in the last year and is not on the roster."""
    strangers = recent[recent["state"] == STRANGER]
    share = len(strangers) / len(recent) if len(recent) else 0.0
    basis = (
        f"{recent['person'].nunique():,} people with commits in the last 12 months; {share:.0%} of "
        "the commits"
    )
    yield Metric("roster.unknown_contributors", strangers["person"].nunique(), "people", "", basis)
    enough = len(recent) >= FEWEST
    yield Metric(
        "roster.unknown_commit_share",
        share if enough else None,
        "share",
        basis=f"{len(recent):,} commits in the last 12 months",
        note="" if enough else f"only {len(recent)} commits",
    )


def _ends(employments: DataFrame) -> dict[str, Timestamp]:
    """Person -> last day, where every entry of the person has one."""
    known = employments[employments["person"] != ""].groupby("person")["end"]
    last = known.max()
    return dict(last[known.apply(lambda ends: ends.notna().all())])


def _late(human: DataFrame, employments: DataFrame) -> DataFrame:
    """Commits written on a day after the person's last one, by the author's own clock."""
    import pandas as pd

    offset = pd.to_timedelta(human["offset"].fillna(0).astype("int64"), unit="min")
    day = (human["authored"] + offset).dt.normalize()
    end = pd.to_datetime(human["person"].map(_ends(employments)), utc=True)
    return human.assign(day=day, end=end)[day > end]


def _late_access(late: DataFrame) -> Iterator[Observation]:
    for person, rows in late.groupby("person"):
        yield Observation(
            "access-after-end",
            "",
            str(person),
            values={
                "person": person_token(str(person)),
                "end": f"{rows['end'].iloc[0]:%Y-%m-%d}",
                "commits": len(rows),
                "last": f"{rows['day'].max():%Y-%m-%d}",
            },
        )


def _gaps(human: DataFrame) -> Series:
    """Contributors of whom the roster does not say that their rights are assigned."""
    open_ = human[human["state"] != "signed"]
    table = open_.groupby(["person", "state"]).agg(
        commits=("sha", "size"), recent=("recent", "sum"), last=("authored", "max")
    )
    ordered = table.reset_index().sort_values(["commits", "person"], ascending=[False, True])
    return Series(
        "roster_gaps",
        "People with commits of whom the roster shows no signed assignment of rights",
        ("person", "assignment of rights", "commits", "commits in 12 months", "last commit"),
        tuple(
            (person_token(person), state, int(commits), int(recent), f"{last:%Y-%m-%d}")
            for person, state, commits, recent, last in ordered.head(SHOWN).itertuples(index=False)
        ),
        note=f"Of {len(ordered):,} people. A roster of today may lack leavers of long ago.",
    )
