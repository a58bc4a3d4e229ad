"""An entry of engagement.yaml becomes a `Repository`: mirrored first where it is a URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from techdd.cloning import Fetch, clone, is_mirror_of, is_url, refuse_credentials
from techdd.errors import RepositoryError
from techdd.intake import open_repository
from techdd.model import Issue
from techdd.policy import RepositoryEntry
from techdd.repository import Repository
from techdd.text import without_folders

STALE = "could not be fetched anew; the copy of an earlier run was audited"
Opener = Callable[[RepositoryEntry, Path], Repository]


def open_entry(entry: RepositoryEntry, cache: Path, fetch: Fetch = clone) -> Repository:
    """The repository of `entry`, whose source is a URL or an absolute path; mirror and overlay are
    kept in the folder `cache`.

    A mirror that cannot be brought up to date by `fetch` is opened as it is, with an issue that
    says so. Raises RepositoryError.
    """
    source, issues = Path(entry.source), []
    if is_url(entry.source):
        source = cache / "mirror.git"
        refuse_credentials(entry.source)
        try:
            fetch(entry.source, source)
        except RepositoryError as error:
            if not is_mirror_of(entry.source, source):
                raise
            issues.append(Issue(STALE, "", without_folders(error.message), transient=True))
    found = open_repository(entry.name, source, cache / "overlay.git", entry.revision)
    return replace(found, issues=(*issues, *found.issues))
