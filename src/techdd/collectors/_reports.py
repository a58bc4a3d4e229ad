"""Reports of other tools that a client keeps in the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from techdd.model import Issue
from techdd.repository import MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame


def contents(
    repo: Repository, files: DataFrame, most: int, not_read: str
) -> Iterator[tuple[str, bytes] | Issue]:
    """(path, content) of `files`, one after the other by path, and an Issue with the reason
    `not_read` for each that has more than `most` bytes or is missing.
    """
    for file in files.sort_values("path").itertuples():
        path = str(file.path)
        if file.size > most:
            yield Issue(not_read, path, f"{file.size:,} bytes")
            continue
        for _, content in repo.blobs([str(file.blob)]):
            missing = Issue(not_read, path, MISSING, transient=True)
            yield missing if content is None else (path, content)
