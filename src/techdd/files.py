"""Reads files of limited size, and writes them so that nobody ever sees half of one."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import IO

from techdd.errors import TechddError

UNFINISHED = "techdd-"  # stands in the names of files that are being written
_UMASK = os.umask(0o077)  # which can only be read by setting it
os.umask(_UMASK)


def opened(path: Path) -> BufferedReader:
    """A regular file to read from. Raises OSError, also for a pipe or a device: whoever reads one
    that somebody put in the place of a file may read for ever.
    """
    return open(path, "rb", opener=_regular)


def lockable(path: Path) -> IO[bytes]:
    """A file to lock, made where there is none. Raises OSError, for a pipe too."""
    return open(path, "ab", opener=_at_once)


def _at_once(name: str, flags: int) -> int:
    """Opens without waiting for somebody at the other end of a pipe."""
    handle = os.open(name, flags | os.O_NONBLOCK, 0o666)
    os.set_blocking(handle, True)
    return handle


def _regular(name: str, flags: int) -> int:
    handle = _at_once(name, flags)
    kind = os.fstat(handle).st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # of a folder Python says it better
        os.close(handle)
        reason = "it is a pipe or a device; put a file in its place, or take it away"
        raise OSError(errno.EINVAL, reason, name)
    return handle


def read(path: Path) -> bytes:
    """All of a regular file. Raises OSError, as `opened` does."""
    with opened(path) as file:
        return file.read()


def is_there(path: Path) -> bool:
    """Whether anything is there under that name: one that reads it learns what is wrong with it."""
    return path.is_symlink() or path.exists()


def content(
    path: Path,
    most: int,
    *,
    error: type[TechddError] = TechddError,
    advice: str = "",
    piped: bool = False,
) -> bytes:
    """All of a file of at most `most` bytes; `piped` is for what a user names, be it a pipe.

    Raises `error`, which ends with `advice`, where it is larger or cannot be read.
    """
    try:
        with path.open("rb") if piped else opened(path) as file:
            found = file.read(most + 1)
    except OSError as reason:
        raise error(f"cannot be read: {reason.strerror}", path) from None
    if len(found) > most:
        raise error(f"is larger than {most:,} bytes{advice}", path)
    return found


def digest(path: Path, *, error: type[TechddError] = TechddError) -> str:
    """The SHA-256 of a file, in hex. Raises `error` where it cannot be read."""
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as reason:
        raise error(f"cannot be read: {reason.strerror}", path) from None


def write(
    path: Path, data: bytes, mode: int = 0o644, *, error: type[TechddError] = TechddError
) -> None:
    """As `write_atomic`; raises `error`, which names the file, where the disk refuses."""
    try:
        write_atomic(path, data, mode)
    except OSError as reason:
        raise error(f"cannot be written: {reason.strerror}", path) from None


def write_atomic(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Writes a new file and renames it over `path`, so that nobody ever sees half of it.

    `mode` is what it may have at most: the user's umask takes its part away. What is no file, such
    as /dev/stdout, is written to as it is; a pipe must have its reader by then.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        with open(path, "wb", opener=_at_once) as file:
            file.write(data)
        return
    with replacing(path, mode) as file:
        file.write(data)


def write_changed(path: Path, data: bytes) -> None:
    """As `write_atomic`; where the file holds `data` already there is no disk to wait for."""
    with suppress(OSError):
        if read(path) == data:
            return
    write_atomic(path, data)


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """A new file to write to, which is renamed over `path` at the end, or removed if that fails.

    What writers that were killed have left in the folder is removed on the way.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(path.parent.absolute())
        with _unfinished(path) as file:
            temporary = Path(file.name)
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                temporary.chmod(mode & ~_UMASK)
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as error:  # which names the temporary file, or none
        raise OSError(error.errno, error.strerror, str(path)) from None


def _unfinished(path: Path) -> IO[bytes]:
    """A new file beside `path`, locked as long as it is written to."""
    while True:
        file: IO[bytes] = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed by the caller
            prefix=f".{path.name}.{UNFINISHED}", dir=path.parent, delete=False
        )
        with suppress(OSError):  # where there are no locks nobody takes it for abandoned
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()  # it was taken for abandoned before it was locked


@lru_cache(maxsize=1_000)
def _remove_abandoned(folder: Path) -> None:
    """Removes this user's files that nobody writes any more; once a process, since looking into a
    folder of many files takes longer than writing one.
    """
    for path in folder.glob(f".*.{UNFINISHED}????????"):
        with suppress(OSError):
            handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                told = os.fstat(handle)
                if stat.S_ISREG(told.st_mode) and told.st_uid == os.getuid():
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()
            finally:
                os.close(handle)
