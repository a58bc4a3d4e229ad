"""What lies in an engagement's folder, and whose it is. Links are not followed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from techdd import copies, manifest
from techdd.errors import TechddError
from techdd.files import UNFINISHED
from techdd.locking import PURGE
from techdd.policy import Engagement

Kind = Literal["file", "folder", "link", "repository", "elsewhere", "special"]
CACHE, WEB, LOCK = ".cache", ".web", ".lock"
# Everything that techdd writes, and what people write for it, by its first name.
OWN = {
    "engagement.yaml", "people.yaml", "roster.yaml", "licences.yaml", "debt.yaml", "roles.yaml",
    "hiring.yaml", "scoring.yaml", "statements.yaml", "triage.yaml", "interviews.yaml",
    "pseudonyms.json", "responses.jsonl", "fingerprint.key", manifest.KEY, copies.ID,
    "answers", "asked", "audits", "checklists", "commentary", "evidence", "logs", "out",
    "templates", "vex", CACHE, WEB, LOCK, PURGE,
}  # fmt: skip
# What is of this machine and this moment only: it neither travels nor is worth an archive.
PASSING = {CACHE, WEB, LOCK, PURGE, "logs"}
# What `files.replacing` left when it was killed, of today and of versions before.
_HALF_WRITTEN = re.compile(rf"\.(.+)\.(?:{UNFINISHED})?[a-z0-9_]{{8}}")

_OF_BEFORE = re.compile(r"(.+)\.v\d+")  # what a newer techdd has kept of an older file


class Thing(NamedTuple):
    """One entry of the folder: its path within it, and what it is.

    A "repository" is a git repository, "elsewhere" a folder of another file system: what lies in
    either is not looked at.
    """

    path: str
    kind: Kind
    size: int = 0
    mode: int = 0
    modified: float = 0.0
    inode: int = 0

    @property
    def top(self) -> str:
        """The first part of the path."""
        return self.path.split("/", 1)[0]


def things(root: Path) -> Iterator[Thing]:
    """Everything in the engagement's folder, sorted by path; folders before what they hold.

    Raises TechddError where a folder cannot be read.
    """
    try:
        yield from _below(root, "", root.stat().st_dev)
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", error.filename or root) from None


def _below(folder: Path, before: str, device: int) -> Iterator[Thing]:
    with os.scandir(folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path, told = before + entry.name, entry.stat(follow_symlinks=False)
        rest = (told.st_size, told.st_mode, told.st_mtime, told.st_ino)
        if entry.is_symlink():
            yield Thing(path, "link", *rest)
        elif stat.S_ISREG(told.st_mode):
            yield Thing(path, "file", *rest)
        elif not stat.S_ISDIR(told.st_mode):
            yield Thing(path, "special", *rest)
        elif told.st_dev != device:
            yield Thing(path, "elsewhere", *rest)
        elif is_repository(folder / entry.name) and not path.startswith(f"{CACHE}/"):
            yield Thing(path, "repository", *rest)
        else:
            yield Thing(path, "folder", *rest)
            yield from _below(folder / entry.name, f"{path}/", device)


def is_repository(folder: Path) -> bool:
    """Whether a git repository lies there, with a work tree or bare."""
    return (folder / ".git").exists() or (
        (folder / "HEAD").is_file() and (folder / "objects").is_dir()
    )


def is_half_written(path: str) -> bool:
    """Whether it is a new file of ours that was not renamed yet, or never will be."""
    return any(_HALF_WRITTEN.fullmatch(part) for part in path.split("/"))


def is_own(thing: Thing, engagement: Engagement | None) -> bool:
    """Whether techdd made it, or people made it for techdd, as far as its name and place tell."""
    if thing.kind in ("repository", "elsewhere"):
        return False
    made_of = _HALF_WRITTEN.fullmatch(thing.top) or _OF_BEFORE.fullmatch(thing.top)
    if thing.top in OWN or (made_of and made_of[1] in OWN):
        return True
    return engagement is not None and any(
        one == thing.path or one.startswith(f"{thing.path}/") for one in _named(engagement)
    )


def _named(engagement: Engagement) -> Iterator[str]:
    """Files that engagement.yaml names within the folder."""
    handed = (path for one in engagement.repositories for path in (*one.sarif, *one.coverage))
    for path in (engagement.brand.logo, *handed):
        if path and not (clean := os.path.normpath(path)).startswith((os.sep, os.pardir)):
            yield clean
