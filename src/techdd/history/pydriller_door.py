"""The door to PyDriller, which starts git by itself and reads files whole: both are bounded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from techdd.repository import GIT_ENVIRONMENT, Repository, records

MAX_BYTES = 1_000_000  # of a changed file, which PyDriller reads whole and Lizard slowly


@contextmanager
def pydriller_git(repo: Repository) -> Iterator[Any]:
    """PyDriller's `Git` on the overlay, in the environment of our own door."""
    from pydriller.git import Git

    before = dict(os.environ)
    os.environ.update(GIT_ENVIRONMENT)
    try:
        git = Git(str(repo.git_dir))
        try:
            yield git
        finally:
            git.clear()
    finally:
        os.environ.clear()
        os.environ.update(before)


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
