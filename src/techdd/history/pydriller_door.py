"""The door to PyDriller, which starts git by itself and reads files whole: both are bounded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

from techdd.model import Issue
from techdd.repository import GIT_ENVIRONMENT, Repository, records
from techdd.scratch import scratch
from techdd.text import clean

T = TypeVar("T")

MAX_BYTES = 1_000_000  # of a changed file, which PyDriller reads whole and Lizard slowly


@contextmanager
def pydriller_git(repo: Repository) -> Iterator[Any]:
    """PyDriller's `Git` in the environment of our own door, on a copy of the overlay, for it writes
    into the configuration and two may be at work.
    """
    from pydriller.git import Git

    before = dict(os.environ)
    os.environ.update(GIT_ENVIRONMENT)
    try:
        with scratch(repo.cache) as folder:
            git = Git(shutil.copytree(repo.git_dir, folder / "overlay.git"))
            try:
                yield git
            finally:
                git.clear()
    finally:
        os.environ.clear()
        os.environ.update(before)


def each_commit(
    repo: Repository,
    shas: Sequence[str],
    seconds: float,
    read: Callable[[Any, str], Iterable[T]],
    *,
    late: str,
    failed: str,
) -> Iterator[T | Issue]:
    """What `read` finds in each commit with PyDriller's `Git`, as far as `seconds` reach.

    A commit of a very large file, or one that PyDriller fails on, costs itself: the reason is
    `failed`; of what was left for lack of time it is `late`.
    """
    if len(repo.head) > 40:
        yield Issue(failed, detail="PyDriller reads no repository with SHA-256 object ids")
        return
    largest = largest_versions(repo, shas)
    deadline = monotonic() + seconds
    with pydriller_git(repo) as git:
        for number, sha in enumerate(shas):
            if monotonic() > deadline:
                yield Issue(late, detail=f"{len(shas) - number:,} of {len(shas):,}")
                return
            if largest[sha] > MAX_BYTES:
                detail = f"{sha[:10]}: it changes a file of {largest[sha]:,} bytes"
                yield Issue(failed, detail=detail)
                continue
            try:
                yield from read(git, sha)
            except Exception as error:
                # PyDriller and Lizard fail in many ways on unusual commits.
                detail = f"{sha[:10]}: {type(error).__name__}: {clean(str(error))[:200]}"
                yield Issue(failed, detail=detail)


def largest_versions(repo: Repository, shas: Iterable[str]) -> dict[str, int]:
    """The size in bytes of the largest file version that each commit makes or replaces."""
    versions: dict[str, list[str]] = {}
    sha = ""
    tokens = records(repo.stream("diff-tree", "--stdin", "-r", "-z", "--no-abbrev", lines=shas))
    for token in tokens:
        if token.startswith(b":"):
            next(tokens)  # the path, which could look like anything
            versions[sha] += token.decode().split(" ")[2:4]
        else:
            sha = token.decode().strip()
            versions[sha] = []
    sizes = repo.sizes(sorted({blob for blobs in versions.values() for blob in blobs}))
    return {
        sha: max((sizes.get(blob, 0) for blob in blobs), default=0)
        for sha, blobs in versions.items()
    }
