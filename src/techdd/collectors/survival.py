"""Whose lines still stand: every line of the audited tree with who wrote it, and when."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from techdd.collectors import Gathered, collector
from techdd.collectors._story import Story
from techdd.facts import Change, Commit, File, Survivor
from techdd.history.replay import UNKNOWN
from techdd.model import Issue
from techdd.repository import Repository

if TYPE_CHECKING:
    from pandas import DataFrame


@collector(makes=(Survivor,), needs=(Commit, Change, File), version=2, minutes=120)
def survival(
    repo: Repository, commits: DataFrame, changes: DataFrame, files: DataFrame
) -> Gathered:
    """Plays the history forward and counts the lines that are left, by file, writer and month.

    Renames are followed and merges resolved line by line. Commits that the repository names in
    .git-blame-ignore-revs give their lines to whoever wrote what they replaced. Of a truncated
    history nothing is said: its oldest commit would seem to have written everything.
    """
    if repo.shallow:
        yield Issue("history is truncated (shallow clone)", detail="who wrote the lines is unknown")
        return
    story = Story(repo, commits, changes)
    columns = ("path", "component", "role", "lines")
    rest = {path: row for path, *row in zip(*(files[name] for name in columns), strict=True)}
    heads = dict(zip(files["path"], files["blob"], strict=True))
    if story.lost:
        yield Issue("lines that commits changed are not known", detail=f"{story.lost:,} commits")
    unknown = 0
    for path, numbers in story.play(heads):
        component, role, length = rest[path]
        count = Counter(numbers)
        unseen = max(0, length - count.total()) * (role != "binary")
        unknown += count.pop(UNKNOWN, 0) + unseen
        lines: Counter[tuple[str, str]] = Counter()
        for number, written in count.items():
            lines[story.writer[number]] += written
        for (identity, month), written in sorted(lines.items()):
            yield Survivor(path, component, role, identity, month, written)
    if unknown:
        yield Issue("lines whose writer is not known", detail=f"{unknown:,}")
