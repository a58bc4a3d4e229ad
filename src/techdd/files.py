"""Reads files of limited size, and writes them so that nobody ever sees half of one."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from techdd.errors import TechddError

_UMASK = os.umask(0o077)  # which can only be read by setting it
os.umask(_UMASK)


def content(
    path: Path, most: int, *, error: type[TechddError] = TechddError, advice: str = ""
) -> bytes:
    """All of a file of at most `most` bytes. Raises `error`, which ends with `advice`, where it is
    larger or cannot be read.
    """
    try:
        with path.open("rb") as file:
            found = file.read(most + 1)
    except OSError as reason:
        raise error(f"cannot be read: {reason.strerror}", path) from None
    if len(found) > most:
        raise error(f"is larger than {most:,} bytes{advice}", path)
    return found


def digest(path: Path, *, error: type[TechddError] = TechddError) -> str:
    """The SHA-256 of a file, in hex. Raises `error` where it cannot be read."""
    try:
        with path.open("rb") as file:
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
    as /dev/stdout, is written to as it is.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        path.write_bytes(data)
        return
    with replacing(path, mode) as file:
        file.write(data)


def write_changed(path: Path, data: bytes) -> None:
    """As `write_atomic`; where the file holds `data` already there is no disk to wait for."""
    with suppress(OSError):
        if path.read_bytes() == data:
            return
    write_atomic(path, data)


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[IO[bytes]]:
    """A new file to write to, which is renamed over `path` at the end, or removed if that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
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
