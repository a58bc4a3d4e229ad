"""What the reports on coverage that were handed in say of each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


def covered_files(told: DataFrame) -> DataFrame:
    """(repo, path, covered, coverable): of several reports on a file the one that covers most, for
    which lines they cover together is not known.
    """
    handed = told[~told["committed"].astype(bool)]
    ordered = handed.sort_values(
        ["covered", "coverable", "source"], ascending=[False, True, True], kind="stable"
    )
    best = ordered.drop_duplicates(["repo", "path"])
    return best[["repo", "path", "covered", "coverable"]].sort_values(["repo", "path"])
