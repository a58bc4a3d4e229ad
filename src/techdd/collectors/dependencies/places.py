"""Where dependency files lie, and where the paths that they hold lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import dirname, join, normpath

from techdd.lockfiles import Lockfile
from techdd.repository import Entry, Repository

MAX_SIZE = 20_000_000  # bytes; lock files of large workspaces reach 5 MB


def contents(
    repo: Repository, chosen: list[tuple[Entry, Lockfile]]
) -> Iterator[tuple[Entry, Lockfile, bytes | None]]:
    """The content of each file of `chosen`, which may grow while they are read."""
    done = 0
    while done < len(chosen):
        some, done = chosen[done:], len(chosen)
        contents = repo.blobs(entry.blob for entry, _ in some)
        for (entry, form), (_, content) in zip(some, contents, strict=True):
            yield entry, form, content


def taken_in(entry: Entry | None, form: Lockfile, chosen: list[tuple[Entry, Lockfile]]) -> bool:
    """Whether a file that another takes in can be read; it is then chosen as well."""
    if entry is None or entry.size > MAX_SIZE:
        return False
    if entry.path not in {one.path for one, _ in chosen}:
        chosen.append((entry, form))
    return True


def folders_of(tree: Iterable[str]) -> set[str]:
    """The folders of the repository, its root as "."."""
    found = {"."}
    for path in tree:
        while (path := dirname(path)) and path not in found:
            found.add(path)
    return found


def leads_to(path: str, folder: str) -> str:
    """The folder of the repository that is `folder` from the file at `path`; "" for none."""
    place = normpath(join(dirname(path), folder)) if folder else ""
    return "" if place.startswith("..") else place
