"""Deletes an engagement, and proves it as far as that can be proved.

What is there is written down before anything goes (`.purge.json`), so that a purge that was stopped
goes on and its proof still tells of everything. No link is followed, and a repository of the
client's that lies elsewhere is not touched.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from techdd import __version__, audits, copies, scratch
from techdd.engagements import index, proof
from techdd.engagements.contents import CACHE, LOCK, WEB, Thing, is_own, things
from techdd.engagements.ledgers import JOURNAL
from techdd.errors import TechddError
from techdd.files import digest, lockable, read, write_atomic
from techdd.locking import PURGE
from techdd.policy import Engagement
from techdd.trust.chain import FILE as CHAIN
from techdd.workspace import Workspace, now

_LAST = ("engagement.yaml", LOCK, PURGE)  # by these a purge that was stopped is known again
_SHOWN = 20


class Part(BaseModel):
    """What of the engagement is deleted, by the first part of its path; `digests` are SHA-256 of
    the files, sorted, and none of what can be made again (`.cache`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    files: int
    links: int
    bytes: int
    digests: tuple[str, ...]


class Purge(BaseModel):
    """All that the proof tells of an engagement that is being deleted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    engagement: str
    client: str
    tool: str
    begun: datetime
    by: str
    proof: str  # where it is written
    retain_until: date | None
    chain: str  # SHA-256 of the last line of the evidence's chain, "" for none
    journal: str  # likewise of the answers
    audits: tuple[str, ...]  # the days of those that were kept
    parts: tuple[Part, ...]
    elsewhere: int  # repositories in folders outside, which are not touched
    clones: int  # repositories that were cloned from a URL


def begun(root: Path) -> Purge | None:
    """The purge that was stopped here; None where none was begun. Raises TechddError."""
    path = root / PURGE
    try:
        return Purge.model_validate_json(read(path))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", path) from None
    except ValidationError:
        raise TechddError("is damaged or of a newer techdd; a purge was begun here", path) from None


def with_proof(root: Path, what: Purge, path: Path) -> Purge:
    """A purge that was begun, with its proof in another place. Raises TechddError."""
    if str(path.resolve()) != what.proof:
        _check_proof(path, root)
    return what.model_copy(update={"proof": str(path.resolve())})


def plan(root: Path, proof: Path, *, by: str, everything: bool, even_so: bool) -> Purge:
    """What a purge of the engagement in `root` deletes. Raises TechddError where it may not be:
    before the day until which it is kept, and where something lies in it that techdd did not make,
    unless `even_so` and `everything` say otherwise.
    """
    if root.is_symlink():
        raise TechddError(f"is a link; name the folder itself: {root.resolve()}", root)
    workspace = Workspace(root)
    engagement = workspace.engagement
    until, today = engagement.retain_until, now().date()
    if until and today <= until and not even_so:
        raise TechddError(
            f"is to be kept until {until} (retain_until); --even-so deletes it before", root
        )
    _check_proof(proof, root)
    found = list(things(root))
    foreign = _foreign(found, engagement)
    if foreign and not everything:
        shown = "".join(f"\n  {one}" for one in foreign[:_SHOWN])
        more = f"\n  and {len(foreign) - _SHOWN:,} more" if len(foreign) > _SHOWN else ""
        raise TechddError(
            "holds what techdd did not make; move it away, or delete it too with --everything:"
            f"{shown}{more}",
            root,
        )
    if mounted := [one.path for one in found if one.kind == "elsewhere"]:
        raise TechddError(
            f"holds another file system, which is not deleted: {mounted[0]}; unmount it first", root
        )
    sources = [one.source for one in engagement.repositories]
    return Purge(
        engagement=copies.identity(root),
        client=engagement.client,
        tool=f"techdd {__version__}",
        begun=now(),
        by=by,
        proof=str(proof.resolve()),
        retain_until=until,
        chain=_last_line(workspace.evidence.root / CHAIN),
        journal=_last_line(root / JOURNAL),
        audits=tuple(one.date for one in audits.kept(root)[0]),
        parts=tuple(_parts(root, found)),
        elsewhere=sum("://" not in one for one in sources),
        clones=len(list((root / CACHE).glob("*/mirror.git"))),
    )


def purge(root: Path, what: Purge) -> list[str]:
    """Deletes it, and writes the proof; what else is to be said. Raises TechddError, after which
    the same purge goes on.
    """
    target = Path(what.proof)
    with held(root):
        try:
            if begun(root) is None:
                if tuple(_parts(root, list(things(root)))) != what.parts:
                    raise TechddError("was changed meanwhile; run the same command again", root)
                _begin(root, what)
            _delete(root, keep=_LAST)
            _delete(root, keep=(LOCK, PURGE))
            write_atomic(target, proof.text(what, now()).encode(), 0o600)
            said = _forget(root)
            _delete(root, keep=())
            root.rmdir()
        except OSError as error:
            raise TechddError(
                f"cannot be deleted or written: {error.strerror}; mend that, and run the same "
                "command again: it goes on",
                error.filename or root,
            ) from None
    scratch.remove_abandoned(scratch.MEMORY)
    return said


def _begin(root: Path, what: Purge) -> None:
    """From here on it is a purge that was begun; where one of both cannot be written it is none."""
    write_atomic(root / PURGE, what.model_dump_json().encode(), 0o600)
    try:
        write_atomic(Path(what.proof), proof.text(what, None).encode(), 0o600)
    except BaseException:
        (root / PURGE).unlink(missing_ok=True)
        raise


def purge_cache(root: Path) -> tuple[int, int]:
    """Deletes what can be made again; how many files that were, and bytes. Raises TechddError."""
    cache = root / CACHE
    with held(root):
        if cache.is_symlink():
            raise TechddError("is a link; it is not followed", cache)
        files = [one for one in things(root) if one.top == CACHE and one.kind == "file"]
        try:
            if cache.exists():
                shutil.rmtree(cache)
        except OSError as error:
            raise TechddError(
                f"cannot be deleted: {error.strerror}", error.filename or cache
            ) from None
    return len(files), sum({one.inode: one.size for one in files}.values())


@contextmanager
def held(root: Path) -> Iterator[None]:
    """While no run and no interview page works on the engagement. Raises TechddError."""
    locks = [root / LOCK, *((one,) if (one := root / WEB / "lock").exists() else ())]
    files = []
    try:
        for path in locks:
            try:
                files.append(lockable(path))
            except OSError as error:
                raise TechddError(f"cannot be written: {error.strerror}", path) from None
            try:
                fcntl.flock(files[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                what = "its interview page is being served" if path != root / LOCK else (
                    "another techdd is working on this engagement"
                )  # fmt: skip
                raise TechddError(f"{what}; wait for it or stop it", root) from None
        yield
    finally:
        for file in files:
            file.close()


def _check_proof(path: Path, root: Path) -> None:
    if path.exists() or path.is_symlink():
        raise TechddError("is there already; name another file for the proof", path)
    if path.resolve().is_relative_to(root.resolve()):
        raise TechddError("lies in what is deleted; name a place outside for the proof", path)


def _foreign(found: Sequence[Thing], engagement: Engagement) -> list[str]:
    """What techdd did not make, each once: of a folder that holds nothing else, the folder."""
    own = {one.path for one in found if one.kind != "folder" and is_own(one, engagement)}
    strange: list[str] = []
    for one in found:
        if strange and one.path.startswith(f"{strange[-1]}/"):
            continue
        if one.kind == "folder":
            if not is_own(one, engagement) and not any(p.startswith(f"{one.path}/") for p in own):
                strange.append(one.path)
        elif one.path not in own:
            strange.append(one.path)
    return strange


def _parts(root: Path, found: Sequence[Thing]) -> Iterator[Part]:
    for top in sorted({one.top for one in found} - {LOCK, PURGE}):
        inside = [one for one in found if one.top == top]
        repositories = [one for one in inside if one.kind == "repository"]
        files = [one for one in inside if one.kind == "file"]
        sizes = {one.inode: one.size for one in files}
        digests = [] if top == CACHE else sorted(digest(root / one.path) for one in files)
        for one in repositories:  # which is only there where it is to go as well
            own = [path for path in (root / one.path).rglob("*") if path.is_file()]
            files += [one] * len(own)
            sizes |= {path.lstat().st_ino: path.lstat().st_size for path in own}
        links = sum(one.kind in ("link", "special") for one in inside)
        yield Part(
            name=top, files=len(files), links=links, bytes=sum(sizes.values()),
            digests=tuple(digests),
        )  # fmt: skip


def _delete(root: Path, keep: Sequence[str]) -> None:
    for path in sorted(root.iterdir()):
        if path.name in keep:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _forget(root: Path) -> list[str]:
    try:
        index.forget([root])
    except TechddError as error:
        return [f"It is still in the list of engagements: {error}"]
    return []


def _last_line(path: Path) -> str:
    try:
        lines = read(path).splitlines()
    except OSError:
        return ""
    return hashlib.sha256(lines[-1]).hexdigest() if lines else ""


def error_logs() -> list[Path]:
    """Logs of bugs, which lie in the folder of temporary files, of whichever engagement."""
    found = sorted(Path(tempfile.gettempdir()).glob("techdd-error-*.log"))
    return [one for one in found if one.lstat().st_uid == os.getuid()]
