"""How branches are used: merges or direct commits, how large a branch is and how long it waits.

Read from what landed; a squash or a rebase leaves no branch to see, and branches that were never
merged are not in the audited history.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import last_quarters, of_repository, quantile, quarters, scopes, share, within
from techdd.facts import Commit, Person
from techdd.history.landing import landings
from techdd.identity import of_people
from techdd.model import Series

if TYPE_CHECKING:
    from pandas import DataFrame

WAYS = {  # the traced ones first: charts colour them from harmless to grave
    "pull request": "one commit of a pull request",
    "merge": "merge",
    "line merge": "merge of a line",
    "direct": "direct commit",
}
QUARTERS = 8
SQUASHED = (
    "Squash and rebase hide a branch: only landings by a merge commit are measured. Merges of a "
    "release line into another are left out."
)


@probe(domain="sdlc", needs=(Commit, Person))
def branches(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """How do changes reach the main line, how large are branches, and how long do they wait?"""
    # Without the commits of bots: what they propose waits for nobody's work.
    landed = landings(of_people(commits, people))
    landed = within(as_of, landed, days=QUARTERS * 92)
    recent = within(as_of, landed)
    own = recent[(recent["way"] == "merge") & (recent["brought"] > 0)]
    for repo, part in scopes(recent):
        what = "changes on the main line in the last 12 months"
        yield share("branches.merge_share", part["way"].isin(("merge", "line merge")), repo, what)
        yield share("branches.direct_share", part["way"] == "direct", repo, what)
        mine = of_repository(repo, own)
        what = "branches merged in the last 12 months by a merge commit"
        for name, at in (("median", 0.5), ("p90", 0.9)):
            size = mine["brought"]
            yield quantile(f"branches.commits_{name}", size, at, "commits", repo, what)
        for name, at in (("median", 0.5), ("p90", 0.9)):
            waited = mine["days"].dropna()
            yield quantile(f"branches.days_to_merge_{name}", waited, at, "days", repo, what)
    names = last_quarters(as_of, QUARTERS)
    landed = landed.assign(quarter=quarters(landed["committed"]))
    yield _ways(landed, names)
    yield _waiting(landed[(landed["way"] == "merge") & (landed["brought"] > 0)], names)


def _ways(landed: DataFrame, names: list[str]) -> Series:
    counts = landed.groupby(["quarter", "way"]).size()
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (name, *(int(counts.get((name, way), 0)) for way in WAYS)) for name in names
    )
    return Series(
        "landings",
        "How changes reached the main line, by quarter",
        ("quarter", *WAYS.values()),
        rows if any(any(row[1:]) for row in rows) else (),
        chart="stacked",
        note="First-parent changes by people; one commit can be a whole branch, squashed. "
        "The last quarter may be incomplete.",
    )


def _waiting(merged: DataFrame, names: list[str]) -> Series:
    import pandas as pd

    rows = []
    for name in names:
        days = merged[merged["quarter"] == name]["days"].dropna()
        known = len(days) >= 5
        middle, late = (days.quantile(at) if known else None for at in (0.5, 0.9))
        rows.append((name, len(days), _one_digit(middle), _one_digit(late)))
    return Series(
        "time_to_merge",
        "From the first commit on a branch to its merge, in days",
        ("quarter", "branches merged", "median days", "90th percentile, days"),
        tuple(rows) if pd.notna([row[2] for row in rows]).any() else (),
        note=f"{SQUASHED} Quarters with fewer than five such merges are not measured.",
    )


def _one_digit(value: float | None) -> float | None:
    return None if value is None else round(float(value), 1)
