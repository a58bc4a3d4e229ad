"""Who can still read a file version: the refs that lead to its commit, and those that stand at it.

Whoever may fetch a ref gets all commits behind it. Forks, mirrors and clones elsewhere cannot be
seen in a repository.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from techdd.repository import Repository

_REFS = ("for-each-ref", "--format=%(objectname) %(*objectname) %(refname)")
BRANCHES = ("refs/heads/", "refs/remotes/")
# What strangers may push to a code host without any right: pull and merge requests, reviews.
PROPOSALS = ("refs/pull/", "refs/pull-requests/", "refs/merge-requests/", "refs/changes/")
TAGS = ("refs/tags/",)  # a tag stays where it is: what stands there is history
MOST_ASKED = 200_000  # (tip, path) pairs


class Readers(NamedTuple):
    """How many refs reach a version; all zero where none does."""

    branches: int
    tags: int
    proposals: int
    others: int  # such as refs/stash


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
        self._refs: list[tuple[str, str, int]] = []  # name, commit, what it reaches
        behind = self._behind(commits)
        for line in b"".join(repo.stream(*_REFS)).splitlines() if wanted else ():
            tip, peeled, name = line.split(b" ", 2)
            reached = behind.get(peeled or tip, 0) | self._bits.get(tip, 0)
            if reached:
                shown = name.decode("utf-8", "backslashreplace")
                self._refs.append((shown, (peeled or tip).decode(), reached))

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

    def _reaching(self, commits: Collection[str]) -> Iterator[tuple[str, str]]:
        wanted = 0
        for commit in commits:
            wanted |= self._bits.get(commit.encode(), 0)
        return ((name, tip) for name, tip, reached in self._refs if reached & wanted)

    def of(self, commits: Collection[str]) -> Readers:
        """How many refs reach any of the commits."""
        names = [name for name, _ in self._reaching(commits)]
        branches, tags, proposals = (
            sum(name.startswith(kind) for name in names) for kind in (BRANCHES, TAGS, PROPOSALS)
        )
        return Readers(branches, tags, proposals, len(names) - branches - tags - proposals)

    def tips(self, commits: Collection[str]) -> dict[str, str]:
        """Commit -> ref, of the tips (but tags) behind which any of the commits stands; of a
        commit's several refs the one that weighs most.
        """
        named = [one for one in self._reaching(commits) if not one[0].startswith(TAGS)]
        return {
            tip: name for name, tip in sorted(named, key=lambda one: _weight(one[0]), reverse=True)
        }


def _weight(name: str) -> tuple[int, str]:
    """What is at a branch's tip weighs most, a stranger's proposal least."""
    return (0 if name.startswith(BRANCHES) else 2 if name.startswith(PROPOSALS) else 1), name


def standing(
    repo: Repository, asked: Sequence[tuple[str, dict[str, str], Collection[str]]]
) -> tuple[list[str], int]:
    """For each (path, tips, file versions) the ref at whose tip the path holds one of the versions,
    "" where none does; and how many questions were too many to be asked.
    """
    questions = [
        (place, name, f"{tip}:{path}")
        for place, (path, tips, _) in enumerate(asked)
        for tip, name in tips.items()
        if "\n" not in path
    ]
    left = max(0, len(questions) - MOST_ASKED)
    questions = questions[:MOST_ASKED]
    form = "--batch-check=%(objectname)"
    answers = b"".join(repo.stream("cat-file", form, lines=[one[2] for one in questions]))
    found = [""] * len(asked)
    for (place, name, _), answer in zip(questions, answers.splitlines(), strict=True):
        if answer.decode("utf-8", "replace") in asked[place][2]:
            found[place] = min(filter(None, (found[place], name)), key=_weight)
    return found, left
