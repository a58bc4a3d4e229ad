"""Who made and changed each file that exists today, renames followed through the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from techdd.collectors import Gathered, collector
from techdd.facts import Change, Commit, Contribution, File
from techdd.model import Issue
from techdd.repository import Repository

if TYPE_CHECKING:
    from datetime import datetime

    from pandas import DataFrame


class _Share:
    """One identity's part in one file."""

    __slots__ = ("added", "changes", "created", "first", "last")

    def __init__(self) -> None:
        self.created = False
        self.changes = 0
        self.added = 0
        self.first: datetime | None = None
        self.last: datetime | None = None

    def seen(self, when: datetime | None) -> None:
        """Widens the time of the contributions; a commit whose date is unknown says nothing."""
        if when is not None:
            self.first = min(self.first or when, when)
            self.last = max(self.last or when, when)


@collector(makes=(Contribution,), needs=(Commit, Change, File), version=3)
def contributions(
    repo: Repository, commits: DataFrame, changes: DataFrame, files: DataFrame
) -> Gathered:
    """Replays the changes from the oldest on; a renamed file takes its people with it.

    A file that is deleted and made again starts anew. A copy starts with whoever copied. Of a
    truncated history nothing is said: its oldest commit would seem to have made everything.
    """
    if repo.shallow:
        yield Issue("history is truncated (shallow clone)", detail="who made the files is unknown")
        return
    known = commits["authored"].notna()
    dates = commits["authored"].astype(object).where(known, None)
    authors = dict(zip(commits["sha"], zip(commits["author"], dates, strict=True), strict=True))
    alive: dict[str, dict[str, _Share]] = {}
    numbers = changes["sha"].map(commits.set_index("sha")["number"])
    oldest_first = changes.assign(number=numbers).sort_values(["number", "place"])
    columns = ("sha", "path", "old_path", "status", "added")
    for sha, path, old_path, status, added in zip(
        *(oldest_first[name].to_list() for name in columns), strict=True
    ):
        author, when = authors[sha]
        if status == "D":
            alive.pop(path, None)
            continue
        if status == "R" and old_path in alive:
            alive[path] = alive.pop(old_path)
        creates = status in "AC" or path not in alive
        # Where two branches made the same file, both made it, and neither loses its people.
        share = alive.setdefault(path, {}).setdefault(author, _Share())
        share.created |= creates
        share.changes += 1
        share.added += 0 if added is None or added is _missing() else int(added)
        share.seen(when)
    for path, component, role in zip(files["path"], files["component"], files["role"], strict=True):
        for identity, share in sorted(alive.get(path, {}).items()):
            yield Contribution(
                path, component, role, identity, share.created, share.changes, share.added,
                share.first, share.last,
            )  # fmt: skip


def _missing() -> object:
    """The value that pandas has for an unknown integer."""
    import pandas as pd

    return pd.NA
