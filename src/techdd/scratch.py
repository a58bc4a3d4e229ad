"""Folders for copies of a client's content: private, in memory where the system has it, and gone.

What a run that was killed left behind is removed by the next one: each folder is locked while its
run lives.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEMORY = Path("/dev/shm")  # a file system that is no disk, where the system has one
_ROOM = 1 << 30  # bytes that must be free there
_PREFIX = "techdd-"


def in_memory() -> bool:
    """Whether this system has a folder in memory that is large enough, be it full just now."""
    try:
        return shutil.disk_usage(MEMORY).total > _ROOM and os.access(MEMORY, os.W_OK)
    except OSError:
        return False


def memory() -> Path | None:
    """A folder in memory; None where the system has none, or no room in it."""
    return MEMORY if in_memory() and shutil.disk_usage(MEMORY).free > _ROOM else None


@contextmanager
def scratch(near: Path) -> Iterator[Path]:
    """A folder that only this user may enter, in memory or else in `near`, and removed at the end.

    `near` is the engagement's `.cache`, which is removed together with the engagement.
    """
    base = memory() or near / "scratch"
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_abandoned(base)
    folder, lock = _made(base)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _made(base: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))  # of mode 700
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # another run took it for abandoned before it was locked
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)


def remove_abandoned(base: Path) -> None:
    """Removes folders of this user whose run lives no more."""
    for folder in base.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(handle).st_uid == os.getuid():
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
