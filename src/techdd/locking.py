"""One writer of an engagement at a time, or any number of readers.

The writer brings files of older versions up to date first.
"""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from techdd.documents import bring_up_to_date
from techdd.errors import TechddError
from techdd.files import is_there, lockable
from techdd.migrations import FORMATS

PURGE = ".purge.json"  # what a purge that was begun has to tell in the end


@contextmanager
def one_writer(root: Path) -> Iterator[None]:
    """Inside, nobody else writes to the engagement in `root`; the system ends that with a process.

    Raises TechddError where another run is at work, the engagement is half deleted, or the folder
    cannot be written to.
    """
    path = root / ".lock"
    try:
        file = lockable(path)
    except OSError as error:
        refused = error.errno in (errno.EROFS, errno.EACCES, errno.EPERM)
        hint = "; copy the engagement to where you may write" if refused else ""
        raise TechddError(f"cannot be written: {error.strerror}{hint}", path) from None
    with file:
        _take(file, fcntl.LOCK_EX, root)
        for stored in FORMATS.values():
            if stored.rewritten and stored.version > 1 and is_there(root / stored.name):
                bring_up_to_date(root / stored.name, stored)
        yield


@contextmanager
def no_writer(root: Path) -> Iterator[None]:
    """Inside, what is read of the engagement in `root` is of one state: no run writes to it.

    Where the folder cannot be written to, nobody has to be kept from it. Raises TechddError where a
    run is at work, or the engagement is half deleted.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(lockable(root / ".lock"))
        except OSError:
            pass
        else:
            _take(file, fcntl.LOCK_SH, root)
        yield


def _take(file: IO[bytes], how: int, root: Path) -> None:
    """Locks an engagement as long as `file`, its lock, is open."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        raise TechddError(
            "another techdd is working on this engagement; wait for it or stop it", root
        ) from None
    except OSError as error:  # a network's file system without locks
        raise TechddError(f"cannot be locked: {error.strerror}", file.name) from None
    if (root / PURGE).exists():  # its proof would not tell of what is written now
        raise TechddError(f"is half deleted; go on with: techdd purge {root}", root)
