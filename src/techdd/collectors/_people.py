"""What the subjects about people share: dated commits by people, and the twelve months back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.counting import YEAR, end_of
from techdd.presence import before, human_commits

if TYPE_CHECKING:
    from pandas import DataFrame


def commits_by_people(as_of: date, commits: DataFrame, people: DataFrame) -> DataFrame:
    """Commits of people (no bots) up to the end of `as_of`; column `recent`: in its last year."""
    dated = human_commits(as_of, commits, people)
    return dated.assign(recent=dated["authored"] >= before(end_of(as_of), YEAR))


def lines_by_people(survivors: DataFrame, people: DataFrame) -> DataFrame:
    """Lines of source files that still stand, by person; column `affiliation` of the identity."""
    known = people.drop_duplicates("identity").query("bot == False")
    source = survivors[survivors["role"] == "source"]
    columns = ["identity", "person", "email", "affiliation"]
    return source.merge(known[columns], on="identity", how="inner")
