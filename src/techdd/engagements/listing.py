"""What there is to tell of each engagement at a glance, without judging anything anew."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from techdd import audits
from techdd.checklists import Checklist
from techdd.engagements.contents import is_repository
from techdd.errors import DocumentError, TechddError
from techdd.files import is_there
from techdd.folders import data
from techdd.library import Library
from techdd.trust.chain import Chain
from techdd.workspace import Workspace

_DEEPEST = 5  # folders below the one that is searched
FILE = "engagement.yaml"


@dataclass(frozen=True)
class Row:
    """One engagement; of one that cannot be read, `problem` says why and the rest is empty.

    `collected` is when a run last changed the evidence, `answered` of `asked` how many questions
    have an answer, `audited`, `verdict` and `score` what the last kept audit came to, `size` in
    bytes. `due` says that `retain_until` has passed.
    """

    folder: str
    problem: str = ""
    client: str = ""
    repositories: int = 0
    collected: datetime | None = None
    answered: int = 0
    asked: int = 0
    audited: str = ""
    verdict: str = ""
    score: float | None = None
    retain_until: date | None = None
    due: bool = False
    size: int = 0


def row(folder: Path, today: date) -> Row:
    """One engagement."""
    if not folder.is_dir():
        return Row(str(folder), "is not there any more")
    try:
        return _row(Workspace(folder), today)
    except TechddError as error:
        return Row(str(folder), str(error).splitlines()[0])
    except OSError as error:
        return Row(str(folder), f"cannot be read: {error.strerror}")


def _row(workspace: Workspace, today: date) -> Row:
    engagement, root = workspace.engagement, workspace.root
    links = Chain(workspace.evidence.root).links
    kept, unreadable = audits.kept(root)
    if unreadable:
        raise unreadable[0]
    last = kept[-1] if kept else None
    said = workspace.standings().keys()
    items = {item.id for one in _asked(workspace) for item in one.items}
    until = engagement.retain_until
    return Row(
        str(root), "", engagement.client, len(engagement.repositories),
        links[-1].at if links else None, len(said & items), len(items),
        last.date if last else "", last.verdict if last else "", last.score if last else None,
        until, until is not None and until < today, _size(root),
    )  # fmt: skip


def _asked(workspace: Workspace) -> tuple[Checklist, ...]:
    """Its questions. Those of engagements without any of their own are the same for all."""
    engagement, root = workspace.engagement, workspace.root
    if (root / "checklists").is_dir() or (root / "asked").is_dir():
        return workspace.checklists
    try:
        return _shipped(engagement.checklists, engagement.profile)
    except DocumentError:
        return workspace.checklists  # which says where the mistake is


@lru_cache
def _shipped(chosen: tuple[str, ...], profile: str | None) -> tuple[Checklist, ...]:
    return Library(Path(os.devnull), data("checklists"), chosen, profile).checklists


def _size(root: Path) -> int:
    """Bytes in the folder, each file once, whatever else it is called; links are not followed."""
    seen, total = set(), 0
    for folder, _, names in os.walk(root):
        for name in names:
            try:
                told = (Path(folder) / name).lstat()
            except FileNotFoundError:  # of a run that is at work
                continue
            if (told.st_dev, told.st_ino) not in seen:
                seen.add((told.st_dev, told.st_ino))
                total += told.st_size
    return total


def found(folders: Sequence[Path]) -> list[Path]:
    """The engagements in and below `folders`, sorted, each once. Raises TechddError."""
    engagements = set()
    for folder in folders:
        if not folder.is_dir():
            raise TechddError("is no folder", folder)
        engagements |= {one.resolve() for one in _below(folder, _DEEPEST)}
    return sorted(engagements)


def _below(folder: Path, deep: int) -> Iterator[Path]:
    """Neither links nor what begins with a point nor a client's repository is looked into."""
    names: list[str] = []
    try:
        found = is_there(folder / FILE)
        if not found and deep and not is_repository(folder):
            with os.scandir(folder) as entries:
                names = [one.name for one in entries if one.is_dir(follow_symlinks=False)]
    except OSError:
        found = True  # its line says why it cannot be looked at
    if found:
        yield folder
    for name in names:
        if not name.startswith("."):
            yield from _below(folder / name, deep - 1)
