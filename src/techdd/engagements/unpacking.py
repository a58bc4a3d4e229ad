"""Takes an engagement out of a stream that somebody sent: nothing of it is believed.

Only plain files come out, each with the path, length and digest that the first one tells, into a
folder that nobody else can enter. Links, other kinds of entries, other formats, and paths that lead
out of the folder end it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from techdd.engagements.contents import OWN, PASSING, is_half_written
from techdd.engagements.packing import (
    BLOCK,
    CHUNK,
    FIRST,
    Contents,
    Packed,
    is_of_a_clone,
    misnamed,
)
from techdd.errors import TechddError
from techdd.migrations import FORMATS, current
from techdd.text import clean

MAX_FILES = 500_000
_MAX_FIRST = 200_000_000  # bytes of what the first file says
_MAX_NAME = 4_096


class _Refused(Exception):
    """Why nothing is taken from the stream."""


def unpack(stream: IO[bytes], into: Path, where: Path) -> Contents:
    """Writes the files of the tar in `stream` below `into`, an empty folder of ours.

    Raises TechddError about `where` it came from.
    """
    try:
        contents = _first(stream)
        total = sum(one.size for one in contents.files)
        if (free := shutil.disk_usage(into).free) < total:
            raise TechddError(f"has {free:,} bytes free, and {total:,} are needed", into.parent)
        for one in contents.files:
            _refuse_strange(one.path)
            _file(stream, one, into)
        rest = stream.read(tarfile.RECORDSIZE + 1)  # tar fills up its last record
        if any(rest) or len(rest) > tarfile.RECORDSIZE:
            raise _Refused("holds more than it says")
        if len(rest) < 2 * BLOCK:
            raise _Refused("ends before it should")
    except _Refused as error:
        raise TechddError(f"{error}; nothing was taken from it", where) from None
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", into.parent) from None
    return contents


def _first(stream: IO[bytes]) -> Contents:
    told = _header(stream)
    if told.name != FIRST:
        raise _Refused("was not made by techdd export or archive")
    if told.size > _MAX_FIRST:
        raise _Refused("says too much of itself")
    text = _exactly(stream, told.size)
    _exactly(stream, -told.size % BLOCK)
    try:
        tree = current(FORMATS[FIRST], json.loads(text), FIRST)
        found = Contents.model_validate_json(json.dumps(tree))
    except TechddError as error:
        raise _Refused(clean(error.message)) from None
    except ValidationError as error:
        raise _Refused(_what_is_wrong(error)) from None
    except (ValueError, RecursionError):
        raise _Refused("does not say what it holds") from None
    if len(found.files) > MAX_FILES:
        raise _Refused(f"holds more than {MAX_FILES:,} files")
    return found


def _what_is_wrong(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"does not say what it holds ({clean(place)}: {clean(first['msg'])})"


def _refuse_strange(path: str) -> None:
    """Nothing comes in that `packing` would not have let out: whoever made it knew that."""
    top = path.split("/", 1)[0]
    if why := misnamed(path):
        raise _Refused(f"holds {why}: {clean(path)[:200]}")
    strange = top in PASSING or is_half_written(path) or (top.startswith(".") and top not in OWN)
    if strange and not is_of_a_clone(path):
        raise _Refused(f"holds what no engagement hands over: {clean(path)[:200]}")


def _file(stream: IO[bytes], packed: Packed, into: Path) -> None:
    told = _header(stream)
    if (told.name, told.size) != (packed.path, packed.size):
        raise _Refused(f"holds {clean(told.name)[:200]} in place of {clean(packed.path)[:200]}")
    path = into / packed.path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, told.mode & 0o644 | 0o600)
    except (FileExistsError, NotADirectoryError):
        raise _Refused(f"holds two of the name {clean(packed.path)[:200]}") from None
    digest, rest = hashlib.sha256(), packed.size
    with os.fdopen(handle, "wb") as file:
        while rest:
            chunk = _exactly(stream, min(CHUNK, rest))
            rest -= len(chunk)
            digest.update(chunk)
            file.write(chunk)
    _exactly(stream, -packed.size % BLOCK)
    if digest.hexdigest() != packed.sha256:
        raise _Refused(f"{packed.path} is not as it was packed")
    os.utime(path, (told.mtime, told.mtime))


def _header(stream: IO[bytes]) -> tarfile.TarInfo:
    """The next entry, which is a plain file: by its own block, without what tar has invented since
    but long names.
    """
    told = _block(stream)
    if told.type == tarfile.GNUTYPE_LONGNAME:
        if told.size > _MAX_NAME:
            raise _Refused("holds a name that is too long")
        name = _exactly(stream, told.size).rstrip(b"\0").decode("utf-8", "replace")
        _exactly(stream, -told.size % BLOCK)
        told = _block(stream)
        told.name = name
    if told.type != tarfile.REGTYPE:
        raise _Refused(f"holds what is no plain file: {clean(told.name)[:200]}")
    return told


def _block(stream: IO[bytes]) -> tarfile.TarInfo:
    try:
        told = tarfile.TarInfo.frombuf(_exactly(stream, BLOCK), "utf-8", "replace")
    except (tarfile.HeaderError, ValueError):
        raise _Refused("is no tar, or ends before it should") from None
    if told.size < 0:
        raise _Refused("holds a file of less than nothing")
    return told


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise _Refused("ends before it should")
    return content
