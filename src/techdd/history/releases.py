"""The releases that tags stand for, and which of them had to be corrected at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from techdd.history.versions import is_early, version

if TYPE_CHECKING:
    from pandas import DataFrame

HOTFIX_DAYS = 7  # a patch of the same line so soon after a release is read as its correction


def releases_of(tags: DataFrame) -> DataFrame:
    """The dated tags that mark no pre-release, with the version that each stands for.

    Adds `line` (product, major and minor number; "" where the name is no version), `step` ("major",
    "minor", "patch" or "other") and `hotfixed` (days until the next patch release of the same line,
    where these are at most HOTFIX_DAYS; else missing), in order of time.
    """
    import pandas as pd

    dated = tags[tags["created"].notna() & ~tags["name"].map(is_early).astype(bool)]
    # Two names of one commit and day are one release.
    read = [version(name) for name in dated["name"]]
    found = dated.assign(
        line=[f"{one.product} {one.major}.{one.minor}" if one else "" for one in read],
        step=[one.step if one else "other" for one in read],
        patch=[one.patch if one else -1 for one in read],
    )
    found = found.sort_values(["created", "repo", "name"])
    found = found.drop_duplicates(["repo", "line", "patch", "sha"]).reset_index(drop=True)
    known = found[found["line"] != ""]
    following = known.groupby(["repo", "line"])[["created", "patch"]].shift(-1)
    days = (following["created"] - known["created"]).dt.total_seconds() / 86_400
    corrected = (following["patch"] > known["patch"]) & (days <= HOTFIX_DAYS)
    hotfixed = days.where(corrected).reindex(found.index)
    return found.assign(hotfixed=pd.to_numeric(hotfixed))


def fast_repositories(releases: DataFrame) -> set[str]:
    """The repositories whose releases follow each other within HOTFIX_DAYS as a rule.

    A quick patch is their ordinary rhythm there and no sign of a correction.
    """
    days = releases.assign(day=releases["created"].dt.floor("D"))
    days = days.drop_duplicates(["repo", "day"]).sort_values(["repo", "day"])
    gaps = days.groupby("repo")["day"].diff().dt.days.groupby(days["repo"]).median()
    return {str(repo) for repo in gaps.index[gaps <= HOTFIX_DAYS]}
