"""Who can still read a file version: the branches and tags from which its commit is reached.

Whoever may fetch a ref gets all commits behind it. Forks, mirrors and clones elsewhere cannot be
seen in a repository.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from techdd.errors import RepositoryError
from techdd.model import Issue
from techdd.repository import Repository

_WALK = ("rev-list", "--ignore-missing", "--all", "--topo-order", "--reverse", "--parents")
_REFS = ("for-each-ref", "--format=%(objectname) %(*objectname) %(refname)")


class Readers(NamedTuple):
    """How many refs reach a version; all zero where none does."""

    branches: int
    tags: int
    others: int  # such as refs/pull/


class Reach:
    """The refs behind which each of the wanted commits, or tag objects, stands."""

    def __init__(self, repo: Repository, wanted: Collection[str]) -> None:
        self.issues: list[Issue] = []
        self._bits = {sha: 1 << place for place, sha in enumerate(sorted(wanted))}
        self._refs: list[tuple[str, int]] = []
        if not wanted:
            return
        try:
            behind = self._walk(repo)
            for line in b"".join(repo.stream(*_REFS)).decode("utf-8", "replace").splitlines():
                tip, peeled, name = line.split(" ", 2)
                reached = behind.get(peeled or tip, 0) | self._bits.get(tip, 0)
                self._refs.append((name, reached))
        except RepositoryError as error:
            self._bits = {}
            reason = "branches that reach a secret are not known"
            self.issues.append(Issue(reason, detail=error.message))

    def _walk(self, repo: Repository) -> dict[str, int]:
        """Commit -> the wanted ones among itself and its ancestors; parents come first."""
        behind: dict[str, int] = {}
        masks: dict[int, int] = {}  # one object for each value, since most commits share a few
        rest = b""
        for chunk in repo.stream(*_WALK, repo.head):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                sha, *parents = line.decode().split(" ")
                mask = self._bits.get(sha, 0)
                for parent in parents:
                    mask |= behind.get(parent, 0)
                if mask:
                    behind[sha] = masks.setdefault(mask, mask)
        return behind

    def of(self, commits: Collection[str]) -> Readers | None:
        """The refs that reach any of the commits; None where that is not known."""
        if not self._bits:
            return None
        wanted = 0
        for commit in commits:
            wanted |= self._bits.get(commit, 0)
        names = [name for name, reached in self._refs if reached & wanted]
        branches = sum(name.startswith(("refs/heads/", "refs/remotes/")) for name in names)
        tags = sum(name.startswith("refs/tags/") for name in names)
        return Readers(branches, tags, len(names) - branches - tags)
