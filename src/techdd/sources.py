"""What an adviser names, paths and URLs, as repositories of an engagement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from techdd.cloning import is_url
from techdd.intake import check_source
from techdd.policy import RepositoryEntry
from techdd.text import without_credentials


def entries(sources: Iterable[str], known: Iterable[RepositoryEntry] = ()) -> list[RepositoryEntry]:
    """Repository entries of those paths and URLs that are not `known`, each once and with a short
    unique name.

    Raises RepositoryError for a path where no git repository is.
    """
    known = list(known)
    names = {entry.name for entry in known}
    seen = {entry.source for entry in known}
    found = []
    for source in sources:
        place = source if is_url(source) else str(Path(source).resolve())
        check_source(place)
        if place in seen:
            continue
        name = base = _short_name(place)
        number = 2
        while name in names:
            name, number = f"{base}-{number}", number + 1
        names.add(name)
        seen.add(place)
        found.append(RepositoryEntry(name=name, source=place))
    return found


def _short_name(source: str) -> str:
    parts = [part for part in re.split(r"[/:\\]", without_credentials(source)) if part]
    meaningful = [part for part in parts if part not in (".git", "repo", "repo.git")]
    name = (meaningful or ["repository"])[-1].removesuffix(".git")
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-._")[:80] or "repository"
