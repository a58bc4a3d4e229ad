"""Who can still read a file version: the branches and tags from which its commit is reached.

Whoever may fetch a ref gets all commits behind it. Forks, mirrors and clones elsewhere cannot be
seen in a repository.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from techdd.repository import Repository

_REFS = ("for-each-ref", "--format=%(objectname) %(*objectname) %(refname)")


class Readers(NamedTuple):
    """How many refs reach a version; all zero where none does."""

    branches: int
    tags: int
    others: int  # such as refs/pull/


class Reach:
    """The refs behind which each of the wanted commits, or tag objects, stands.

    `commits` are all of the history with their parents, children first; of a history that was not
    read whole no counts are given.
    """

    def __init__(
        self,
        repo: Repository,
        commits: Sequence[tuple[bytes, Sequence[bytes]]],
        wanted: Collection[str],
    ) -> None:
        self._bits = {sha.encode(): 1 << place for place, sha in enumerate(sorted(wanted))}
        self._refs: list[tuple[bytes, int]] = []
        behind = self._behind(commits)
        for line in b"".join(repo.stream(*_REFS)).splitlines() if wanted else ():
            tip, peeled, name = line.split(b" ", 2)
            reached = behind.get(peeled or tip, 0) | self._bits.get(tip, 0)
            self._refs.append((name, reached))

    def _behind(self, commits: Sequence[tuple[bytes, Sequence[bytes]]]) -> dict[bytes, int]:
        """Commit -> the wanted ones among itself and its ancestors."""
        behind: dict[bytes, int] = {}
        masks: dict[int, int] = {}  # one object for each value, since most commits share a few
        for sha, parents in reversed(commits) if self._bits else ():
            mask = self._bits.get(sha, 0)
            for parent in parents:
                mask |= behind.get(parent, 0)
            if mask:
                behind[sha] = masks.setdefault(mask, mask)
        return behind

    def of(self, commits: Collection[str]) -> Readers:
        """How many refs reach any of the commits."""
        wanted = 0
        for commit in commits:
            wanted |= self._bits.get(commit.encode(), 0)
        names = [name for name, reached in self._refs if reached & wanted]
        branches = sum(name.startswith((b"refs/heads/", b"refs/remotes/")) for name in names)
        tags = sum(name.startswith(b"refs/tags/") for name in names)
        return Readers(branches, tags, len(names) - branches - tags)
