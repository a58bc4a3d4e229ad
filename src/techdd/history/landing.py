"""How changes land: what a merge into the main line brought in, and how long that had waited."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

# Merges that carry one long-lived line into another: their commits were done elsewhere long ago.
_LINES = (
    r"(?:main|master|trunk|develop|development|dev|staging|production|next"
    r"|(?:release|releases|support|maint|maintenance|stable|hotfix)(?:[/._-][\w.-]*)?"
    r"|v?\d+(?:[._](?:\d+|x))*(?:[._-](?:x|stable|maintenance|maint|dev))?)"
)
LINE_MERGE = (
    rf"^merge (?:remote-tracking )?(?:branch |tag |commit )?['\"]?"
    rf"(?:remotes/)?(?:origin/|upstream/)?{_LINES}['\"]?(?:\s|$)"
)

# Of a tag, it is a signed request to a maintainer.
PULL = r"merge (?:remote(?:-tracking)? branch(?:es)? |(?:branch(?:es)?|commits?) ['\"].* of \S)"


def is_line_merge(subject: str) -> bool:
    """Whether a merge's subject says that it carries over a release line or the main line."""
    return bool(re.search(LINE_MERGE, subject.lower()))


def is_pull(subject: str) -> bool:
    """Whether a merge's subject is the one `git pull` gives it: nobody proposed what it brings."""
    return bool(re.match(PULL, subject.lower()))


def landings(commits: DataFrame) -> DataFrame:
    """One row for each mainline change, with how it came and what it brought.

    Adds `way` ("merge", "line merge", "pull request" for one commit that names one, "direct"),
    `brought` (commits, itself not counted where it is a merge), `begun` (the author's date of the
    earliest of them) and `days` from then to the landing; None where a date is unknown or the
    clocks contradict each other.
    """
    mainline = commits[commits["mainline"].astype(bool)]
    inner = commits[~commits["mainline"].astype(bool) & (commits["parents"] < 2)]
    brought = inner.groupby(["repo", "landed"]).agg(
        brought=("sha", "size"), begun=("authored", "min")
    )
    found = mainline.merge(
        brought, left_on=["repo", "sha"], right_index=True, how="left", validate="one_to_one"
    )
    merge = found["parents"] > 1
    way = found["review"].map(lambda mark: "pull request" if mark == "pull request" else "direct")
    lines = merge & found["subject"].map(is_line_merge).astype(bool)
    way = way.mask(merge, "merge").mask(lines, "line merge")
    begun = found["begun"].fillna(found["authored"].where(~merge))
    days = (found["committed"] - begun).dt.total_seconds() / 86_400
    return found.assign(
        way=way,
        brought=found["brought"].fillna(0).astype("int64") + (~merge).astype("int64"),
        begun=begun,
        days=days.where(days >= 0),
    )
