"""Whose lines still stand: every line of the audited tree with who wrote it, and when."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from techdd.collectors import Gathered, collector
from techdd.facts import Change, Commit, File, Survivor
from techdd.history.lines import read_lines
from techdd.history.log import key
from techdd.history.replay import UNKNOWN, Edit, Merge, Replay, Version
from techdd.model import Issue
from techdd.repository import Repository
from techdd.sandbox import cores

if TYPE_CHECKING:
    from pandas import DataFrame

IGNORED = ".git-blame-ignore-revs"


@collector(makes=(Survivor,), needs=(Commit, Change, File), version=1, minutes=120)
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
    story = _Story(repo, commits, changes)
    heads = {
        path: (path, key(blob)) for path, blob in zip(files["path"], files["blob"], strict=True)
    }
    replay = Replay(story.needed(heads.values()), story.ignored())
    for number in sorted({*story.edits, *story.merges}):
        replay.commit(number, (story.edit(row) for row in story.edits.get(number, ())))
        replay.merge(number, (story.merge(row) for row in story.merges.get(number, ())))
    if lost := sum(number not in story.known for number in story.edits):
        yield Issue("lines that commits changed are not known", detail=f"{lost:,} commits")
    unknown = 0
    columns = ("path", "component", "role", "lines")
    for path, component, role, length in zip(*(files[name] for name in columns), strict=True):
        count = Counter(replay.take(heads[path]))
        unseen = max(0, length - count.total()) * (role != "binary")
        unknown += count.pop(UNKNOWN, 0) + unseen
        lines: Counter[tuple[str, str]] = Counter()
        for number, written in count.items():
            lines[story.writer[number]] += written
        for (identity, month), written in sorted(lines.items()):
            yield Survivor(path, component, role, identity, month, written)
    if unknown:
        yield Issue("lines whose writer is not known", detail=f"{unknown:,}")


class _Story:
    """The history as the replay wants it: commits by their place, each with its edits or merges."""

    def __init__(self, repo: Repository, commits: DataFrame, changes: DataFrame) -> None:
        self.repo = repo
        read = read_lines(repo, cores())
        commits = commits.sort_values(["number", "sha"])
        self.number = {sha: place for place, sha in enumerate(commits["sha"])}
        by_key = {key(sha): number for sha, number in self.number.items()}
        months = commits["authored"].dt.strftime("%Y-%m").fillna("")
        self.writer = list(zip(commits["author"], months, strict=True))
        self.blocks = _grouped(read["blocks"], by_key)
        self.runs = _grouped(read["runs"], by_key)
        self.known = {
            self.number[sha]
            for sha, depth in zip(read["commits"]["sha"], read["commits"]["depth"], strict=True)
            if depth and sha in self.number
        }
        self.edits: dict[int, list[Any]] = defaultdict(list)
        columns = ("sha", "place", "path", "old_path", "status", "before", "after")
        for sha, *row in zip(*(changes[name].to_list() for name in columns), strict=True):
            number = self.number.get(sha)
            if number is not None:
                self.edits[number].append((number, *row))
        self.merges: dict[int, list[Any]] = defaultdict(list)
        for commit, *rest in zip(
            *(column.tolist() for column in read["merged"].values()), strict=True
        ):
            if commit in by_key:
                self.merges[by_key[commit]].append((by_key[commit], *rest))

    def needed(self, heads: Any) -> Counter[Version]:
        """How often each version will be asked for."""
        count: Counter[Version] = Counter(heads)
        for rows in self.edits.values():
            count.update(old for old in map(_old, rows) if old)
        for rows in self.merges.values():
            for _, _, path, first, second, _ in rows:
                count.update(((path, first), (path, second)))
        return count

    def edit(self, row: Any) -> Edit:
        """One change, with its blocks."""
        number, place, path, _, status, _, after = row
        blocks = self.blocks.get((number, place), ()) if number in self.known else None
        new = (path, after) if status != "D" and after else None
        return Edit(_old(row), new, blocks)

    def merge(self, row: Any) -> Merge:
        """One file that a merge made, with its runs of lines."""
        number, place, path, first, second, after = row
        runs = self.runs.get((number, place), ())
        return Merge((path, first), (path, second), (path, after), runs)

    def ignored(self) -> Iterator[int]:
        """The commits that the repository wants to be looked through."""
        entry = next((one for one in self.repo.regular_files() if one.path == IGNORED), None)
        if entry is None or not 0 < entry.size < 1_000_000:
            return
        ((_, content),) = self.repo.blobs([entry.blob])
        for sha in re.findall(rb"^\s*([0-9a-f]{40,64})\b", content or b"", re.M):
            if (number := self.number.get(sha.decode())) is not None:
                yield number


def _old(row: Any) -> Version | None:
    """The version that a change begins with; a file that changes its kind begins anew."""
    _, _, path, old_path, status, before, _ = row
    old = old_path if status in "RC" else path
    return (old, before) if before and status not in "AT" else None


def _grouped(table: Any, by_key: dict[int, int]) -> dict[tuple[int, int], list[tuple[int, ...]]]:
    """(number of the commit, place) -> rows."""
    found: dict[tuple[int, int], list[tuple[int, ...]]] = defaultdict(list)
    for commit, place, *row in zip(*(column.tolist() for column in table.values()), strict=True):
        if commit in by_key:
            found[by_key[commit], place].append(tuple(row))
    return found
