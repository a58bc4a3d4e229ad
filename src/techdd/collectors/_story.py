"""The history of lines as the replay wants it, played for the files that stand today."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from techdd.history.lines import read_lines
from techdd.history.log import key
from techdd.history.replay import Edit, Lines, Merge, Replay, Version
from techdd.repository import Repository
from techdd.sandbox import cores

if TYPE_CHECKING:
    from pandas import DataFrame

IGNORED = ".git-blame-ignore-revs"


class Story:
    """Commits by their place in the history, each with its edits or merges.

    With `paths`, only of files that are or were called so.
    """

    def __init__(
        self,
        repo: Repository,
        commits: DataFrame,
        changes: DataFrame,
        paths: Collection[str] | None = None,
    ) -> None:
        if paths is not None:
            changes = changes[changes["path"].isin(paths)]
        self.repo = repo
        read = read_lines(repo, cores())
        commits = commits.sort_values(["number", "sha"])
        self.number = {sha: place for place, sha in enumerate(commits["sha"])}
        by_key = {key(sha): number for sha, number in self.number.items()}
        months = commits["authored"].dt.strftime("%Y-%m").fillna("")
        self.writer = list(zip(commits["author"], months, strict=True))
        self.roots = {self.number[sha] for sha in commits["sha"][commits["parents"] == 0]}
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
            if commit in by_key and (paths is None or rest[1] in paths):
                self.merges[by_key[commit]].append((by_key[commit], *rest))

    def play(self, files: Mapping[str, str]) -> Iterator[tuple[str, Lines]]:
        """For each path of `files` (path -> blob) the number of the commit that wrote each line."""
        heads = {path: (path, key(blob)) for path, blob in files.items()}
        replay = Replay(self._needed(heads.values()), self._ignored())
        for number in sorted({*self.edits, *self.merges}):
            replay.commit(number, (self._edit(row) for row in self.edits.get(number, ())))
            replay.merge(number, (self._merge(row) for row in self.merges.get(number, ())))
        for path, head in heads.items():
            yield path, replay.take(head)

    @property
    def lost(self) -> int:
        """Commits whose lines are not known."""
        return sum(number not in self.known for number in self.edits)

    def _needed(self, heads: Any) -> Counter[Version]:
        """How often each version will be asked for."""
        count: Counter[Version] = Counter(heads)
        for rows in self.edits.values():
            count.update(old for old in map(_old, rows) if old)
        for rows in self.merges.values():
            for _, _, path, first, second, _ in rows:
                count.update(((path, first), (path, second)))
        return count

    def _edit(self, row: Any) -> Edit:
        """One change, with its blocks."""
        number, place, path, _, status, _, after = row
        blocks = self.blocks.get((number, place), ()) if number in self.known else None
        new = (path, after) if status != "D" and after else None
        return Edit(_old(row), new, blocks, number in self.roots)

    def _merge(self, row: Any) -> Merge:
        """One file that a merge made, with its runs of lines."""
        number, place, path, first, second, after = row
        runs = self.runs.get((number, place), ())
        return Merge((path, first), (path, second), (path, after), runs)

    def _ignored(self) -> Iterator[int]:
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
