"""A folder that holds repositories, work trees and bare ones, at any depth."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from techdd.errors import TechddError
from techdd.sources import Handed, Named, many

DEEPEST = 8  # folders below the one that is given
MOST_FOLDERS = 200_000  # that are looked into


@many
def folder(handed: Handed) -> Iterable[Named] | None:
    """Every repository below the folder; the first folder on the way to it is its group.

    Links are not followed, and what lies within a repository is its own affair. A folder that
    cannot be read counts as one: it holds up none of the others, and the report says so.
    """
    if not handed.path.is_dir():
        return None
    root = handed.path.resolve()
    return (Named(str(path), group=_group(root, path), where=str(path)) for path in _below(root))


def _group(root: Path, path: Path) -> str:
    parts = path.relative_to(root).parts
    return parts[0] if len(parts) > 1 else ""


def _below(root: Path) -> Iterator[Path]:
    waiting, looked = [(root, 0)], 0
    while waiting:
        path, depth = waiting.pop()
        looked += 1
        if looked > MOST_FOLDERS:
            raise TechddError(f"holds more than {MOST_FOLDERS:,} folders; give a list", root)
        try:
            with os.scandir(path) as entries:
                names = {one.name: one.is_dir(follow_symlinks=False) for one in entries}
        except OSError as error:
            if path == root:
                raise TechddError(f"cannot be read: {error.strerror}", root) from None
            yield path  # it may be or hold a repository: that nobody could look is told like that
            continue
        if ".git" in names or {"HEAD", "objects", "refs"} <= names.keys():
            yield path
        elif depth < DEEPEST:
            inner = sorted((one for one in names if names[one] and one[:1] != "."), reverse=True)
            waiting += [(path / one, depth + 1) for one in inner]
