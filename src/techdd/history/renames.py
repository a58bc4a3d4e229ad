"""Which file of today a change of the past was made to: renames followed backwards."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


def followed(commits: DataFrame, changes: DataFrame, paths: Iterable[str]) -> DataFrame:
    """`changes` of one repository to those files that became one of `paths`, `path` being today's.

    Walks from the newest change back. A file that was deleted and made again is another one
    before; a copy begins with the copy. Where branches ran side by side, changes that one made
    under the old name after the other had renamed the file are not seen.
    """
    numbers = commits.set_index("sha")["number"]
    known = changes[changes["sha"].isin(numbers.index)]
    ordered = known.assign(number=known["sha"].map(numbers)).sort_values(
        ["number", "place"], ascending=False
    )
    today = {path: path for path in paths}
    found: list[str | None] = []
    for path, old_path, status in zip(
        *(ordered[name].to_list() for name in ("path", "old_path", "status")), strict=True
    ):
        found.append(today.get(path))
        if status in "ACD":
            today.pop(path, None)
        elif status == "R" and path in today:
            today[old_path] = today.pop(path)
    traced = ordered.assign(path=found).drop(columns="number")
    return traced[traced["path"].notna()]
