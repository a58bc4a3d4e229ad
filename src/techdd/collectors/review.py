"""Marks of review on what reaches the main line.

Read from git alone, a proxy for what a code host would say.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import scopes, share, within
from techdd.facts import Commit, Person
from techdd.history.landing import is_line_merge, is_pull
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
    merge, subject = mainline["parents"] > 1, mainline["subject"]
    # A merge brings in work that was done beside the main line: a mark, though a weak one. What
    # `git pull` merged nobody proposed.
    proposed = merge & ~subject.map(is_pull).astype(bool)
    mark = mainline["review"].mask(proposed, "merge").replace("", "no mark")
    lines = merge & subject.map(is_line_merge).astype(bool)
    # A change was assisted where any commit that it brought in says so.
    helped = recent[recent["assisted"].astype(bool)][["repo", "landed"]].drop_duplicates()
    helped = helped.rename(columns={"landed": "sha"}).assign(helped=True)
    told = mainline.assign(mark=mark, line=lines).merge(helped, on=["repo", "sha"], how="left")
    for repo, part in scopes(told):
        # What a merge of a line carries over was reviewed, or not, where it was done.
        own = part[~part["line"]]
        left = (
            f" (merges of a line left out: {len(part) - len(own):,})"
            if len(own) < len(part)
            else ""
        )
        yield Metric(
            "review.unreviewed_share",
            float((own["mark"] == "no mark").mean()) if len(own) else None,
            "share",
            repo,
            f"{len(own):,} first-parent changes in the last 12 months{left}",
            "" if len(own) else f"no change in the last 12 months{left}",
        )
        what = "first-parent changes in the last 12 months that name an AI assistant"
        assisted = own[own["helped"].notna()]
        yield share("review.assisted_unreviewed_share", assisted["mark"] == "no mark", repo, what)
    counts = mark[~lines].value_counts().sort_index()
    yield Series(
        "review_marks",
        "Changes on the main line by their mark of review, last 12 months",
        ("mark", "changes"),
        tuple((str(kind), int(number)) for kind, number in counts.items()),
        chart="bar",
        note=HIDDEN,
    )
