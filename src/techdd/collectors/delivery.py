"""How change reaches the main line: marks of review, reverts, fixes, tests beside code, releases.

All of it is read from git alone and is a proxy for what a code host or a tracker would say; each
number carries its caveat.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.facts import Change, Commit, File, Person, Tag
from techdd.identity import by_person
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

REVERT = r"^(?:revert\b|reverts?:|back ?out\b)"
FIX = r"\b(?:fix(?:e[sd])?|bug(?:fix)?|hot-?fix|defect|regression|patch(?:ed)?)\b"
FEWEST = 10  # changes; a share of fewer says nothing about a habit
HIDDEN = "Squash and rebase can hide a review: a change without a mark is not proof of no review."


@probe(domain="sdlc", needs=(Commit, Person))
def review(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """How much reaches the main line without any mark that somebody else looked at it?"""
    recent = _last_year(as_of, by_person(commits, people))
    mainline = recent[recent["mainline"].astype(bool) & (recent["bot"] == False)]  # noqa: E712
    # A merge brings in work that was done beside the main line: a mark, though a weak one.
    marked = (mainline["review"] != "") | (mainline["parents"] > 1)
    for repo, part in _scopes(mainline.assign(marked=marked)):
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


@probe(domain="sdlc", needs=(Commit, Change, File, Person))
def delivery(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, people: DataFrame
) -> Answered:
    """How much of the work undoes or repairs earlier work, and do tests come with the code?"""
    recent = _last_year(as_of, by_person(commits, people))
    work = recent[(recent["parents"] < 2) & (recent["bot"] == False)]  # noqa: E712
    subject = work["subject"].str.lower()
    work = work.assign(
        revert=subject.str.contains(REVERT, regex=True), fix=subject.str.contains(FIX, regex=True)
    )
    roles = changes.merge(files[["repo", "path", "role"]], on=["repo", "path"], how="inner")
    touched = roles.groupby(["repo", "sha"])["role"].agg(set).rename("roles").reset_index()
    work = work.merge(touched, on=["repo", "sha"], how="left")
    for repo, part in _scopes(work):
        basis = f"{len(part):,} non-merge commits in the last 12 months"
        note = "" if len(part) >= FEWEST else f"fewer than {FEWEST} commits in the last 12 months"
        for name in ("revert", "fix"):
            share = None if note else float(part[name].mean())
            yield Metric(f"delivery.{name}_share", share, "share", repo, basis, note)
        sets = [roles for roles in part["roles"] if isinstance(roles, set) and "source" in roles]
        yield Metric(
            "delivery.test_cotouch_share",
            sum("test" in roles for roles in sets) / len(sets) if len(sets) >= FEWEST else None,
            "share",
            repo,
            f"{len(sets):,} commits in the last 12 months that changed production code",
            "" if len(sets) >= FEWEST else f"fewer than {FEWEST} commits changed production code",
        )


@probe(domain="sdlc", needs=(Tag, Commit))
def releases(as_of: date, tags: DataFrame, commits: DataFrame) -> Answered:
    """How steadily are versions tagged?"""
    dated = _last_year(as_of, tags[tags["created"].notna()], "created")
    active = sorted(set(_last_year(as_of, commits)["repo"]))
    for repo in ("", *active):
        part = dated[dated["repo"] == repo] if repo else dated
        days = part["created"].dt.floor("D").drop_duplicates().sort_values()
        gaps = days.diff().dt.days.dropna()
        yield Metric(
            "releases.per_quarter",
            len(days) / 4,
            "days with a tag",
            repo,
            "tags of the last 12 months",
        )
        yield Metric(
            "releases.median_gap_days",
            float(gaps.median()) if len(gaps) else None,
            "days",
            repo,
            f"{len(days):,} days with a tag in the last 12 months",
            "" if len(gaps) else "fewer than two tags in the last 12 months",
        )


def _last_year(as_of: date, rows: DataFrame, column: str = "committed") -> DataFrame:
    import pandas as pd

    end: Timestamp = pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)
    return rows[(rows[column] < end) & (rows[column] >= end - pd.Timedelta(days=365))]


def _scopes(rows: DataFrame) -> Iterator[tuple[str, DataFrame]]:
    """The whole engagement ("") and each repository."""
    yield "", rows
    for repo, part in rows.groupby("repo"):
        yield str(repo), part
