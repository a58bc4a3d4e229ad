"""Marks of review on what reaches the main line.

Read from git alone, a proxy for what a code host would say.
"""

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

HIDDEN = "Squash and rebase can hide a review: a change without a mark is not proof of no review."


@probe(domain="sdlc", needs=(Commit, Person))
def review(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """How much reaches the main line without any mark that somebody else looked at it?"""
    recent = of_people(within(as_of, commits), people)
    mainline = recent[recent["mainline"].astype(bool)]
    # A merge brings in work that was done beside the main line: a mark, though a weak one.
    marked = (mainline["review"] != "") | (mainline["parents"] > 1)
    for repo, part in scopes(mainline.assign(marked=marked)):
        yield Metric(
            "review.unreviewed_share",
            float(1 - part["marked"].mean()) if len(part) else None,
            "share",
            repo,
            f"{len(part):,} first-parent changes in the last 12 months",
            "" if len(part) else "no change in the last 12 months",
        )
    kinds = mainline["review"].where(mainline["parents"] < 2, "merge").replace("", "no mark")
    counts = kinds.value_counts().sort_index()
    yield Series(
        "review_marks",
        "Changes on the main line by their mark of review, last 12 months",
        ("mark", "changes"),
        tuple((str(kind), int(number)) for kind, number in counts.items()),
        chart="bar",
        note=HIDDEN,
    )
