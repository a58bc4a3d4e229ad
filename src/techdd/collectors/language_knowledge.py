"""Which languages of the product the people who are there can be seen to write."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.authorship import source_by_person
from techdd.collectors import Answered, probe
from techdd.facts import Commit, Contribution, File, Person
from techdd.model import Metric, Series
from techdd.presence import departed

if TYPE_CHECKING:
    from pandas import DataFrame

LARGE = 0.05  # share of the source files from which a language counts
FEWEST = 5  # source files


@probe(domain="team", needs=(Contribution, File, Commit, Person))
def language_knowledge(
    as_of: date,
    contributions: DataFrame,
    files: DataFrame,
    commits: DataFrame,
    people: DataFrame,
) -> Answered:
    """Is there somebody active for each language of the product?"""
    rows = source_by_person(contributions, people)
    languages = files[["repo", "path", "language"]]
    told = rows.merge(languages, on=["repo", "path"], how="inner")
    told = told[told["language"] != ""]
    sizes = told.drop_duplicates(["repo", "path"])["language"].value_counts()
    large = {
        str(name): int(count)
        for name, count in sizes.items()
        if count >= FEWEST and count >= LARGE * sizes.sum()
    }
    gone = departed(as_of, commits, people)
    listed = []
    for name in sorted(large, key=lambda one: (-large[one], one)):
        who = set(told[told["language"] == name]["person"])
        listed.append((name, large[name], len(who), len(who - gone)))
    alone = [name for name, _, _, active in listed if not active]
    yield Metric(
        "language_knowledge.unattended",
        len(alone) if listed else None,
        "languages",
        basis=f"{', '.join(alone) or 'none'} of {len(listed)} languages",
        note="" if listed else f"no language has {FEWEST} source files with a known author",
    )
    yield Series(
        "language_knowledge",
        "Languages, and the people who have changed files in them",
        ("language", "source files", "people", "active people"),
        tuple(listed),
        note=f"Languages with at least {LARGE:.0%} of the source files and {FEWEST} of them. "
        "Active: a commit in the last 90 days, in any language.",
    )
