"""What the subjects about people share: dated commits by people, and the twelve months back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.identity import by_person

if TYPE_CHECKING:
    from pandas import DataFrame

FEWEST = 10  # cases; a share of fewer says nothing


def commits_by_people(as_of: date, commits: DataFrame, people: DataFrame) -> DataFrame:
    """Commits of people (no bots) up to the end of `as_of`; column `recent`: in its last year."""
    import pandas as pd

    end = pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)
    human = by_person(commits, people).query("bot == False")
    dated = human[human["authored"].notna() & (human["authored"] < end)]
    return dated.assign(recent=dated["authored"] >= end - pd.Timedelta(days=365))


def lines_by_people(survivors: DataFrame, people: DataFrame) -> DataFrame:
    """Lines of source files that still stand, by person; column `affiliation` of the identity."""
    known = people.drop_duplicates("identity").query("bot == False")
    source = survivors[survivors["role"] == "source"]
    columns = ["identity", "person", "email", "affiliation"]
    return source.merge(known[columns], on="identity", how="inner")
