"""An engagement goes out as a sealed file, and comes in as a folder: whole, or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from techdd import copies
from techdd.engagements import sealing
from techdd.engagements.packing import Contents, Package, package
from techdd.engagements.sealing import Key, Seal
from techdd.engagements.unpacking import unpack
from techdd.errors import TechddError
from techdd.files import replacing
from techdd.workspace import Workspace

_ARRIVING = ".techdd-arriving-"  # folders beside the target, locked while somebody unpacks there


def check_destination(destination: Path, root: Path) -> None:
    """Raises TechddError where no sealed file can come: one that is there is never replaced."""
    sealing.check_installed()
    if destination.exists() or destination.is_symlink():
        raise TechddError("is there already; name another file", destination)
    if destination.resolve().is_relative_to(root.resolve()):
        raise TechddError("lies in the engagement itself; name a place outside", destination)


def send(workspace: Workspace, destination: Path, by: Seal, *, clones: bool = False) -> Package:
    """Seals the engagement into the file `destination`. Raises TechddError."""
    check_destination(destination, workspace.root)
    with _unchanging(workspace):
        made = package(workspace, clones=clones)
        try:
            with replacing(destination, 0o600) as file:
                sealing.seal(made.stream(), made.size, file, by)
        except OSError as error:
            raise TechddError(f"cannot be written: {error.strerror}", destination) from None
    return made


@contextmanager
def arrived(source: Path, target: Path, key: Key) -> Iterator[tuple[Path, Contents]]:
    """The engagement in the sealed file `source`, unpacked and checked in a folder of its own
    beside `target`, which is removed at the end. Raises TechddError.
    """
    sealing.check_installed()
    beside = target.resolve().parent
    try:
        beside.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(beside)
        folder = Path(tempfile.mkdtemp(prefix=_ARRIVING, dir=beside))  # of mode 700
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", beside) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        plain, root = folder / "plain.tar", folder / "engagement"
        try:
            root.mkdir(mode=0o700)
            with plain.open("xb+") as stream:
                sealing.unseal(source, stream, key)
                stream.seek(0)
                contents = unpack(stream, root, source)
            plain.unlink()
        except OSError as error:
            raise TechddError(f"cannot be written: {error.strerror}", beside) from None
        _check(root, contents, source)
        yield root, contents
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def settle(arrived: Path, target: Path) -> None:
    """Puts an engagement that arrived in its place, where nothing is yet. Raises TechddError."""
    try:
        arrived.rename(target)
    except OSError as error:
        raise TechddError(f"cannot be made: {error.strerror}", target) from None


def _check(root: Path, contents: Contents, source: Path) -> None:
    """What the first file says of the engagement is what the engagement says."""
    try:
        client = Workspace(root).engagement.client
        own = (root / copies.ID).is_file() and copies.identity(root)
    except TechddError as error:
        raise TechddError(f"holds no sound engagement: {error.message}", source) from None
    if own != contents.engagement or client != contents.client:
        raise TechddError("says of itself what the engagement in it does not say", source)


@contextmanager
def _unchanging(workspace: Workspace) -> Iterator[None]:
    """While no run writes evidence. Where nobody can write, nobody has to be kept from it."""
    with workspace.locked() if os.access(workspace.root, os.W_OK) else nullcontext():
        yield


def _remove_abandoned(beside: Path) -> None:
    """Removes what an import that was killed had unpacked."""
    for folder in beside.glob(f"{_ARRIVING}*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
