"""Archives that the engine leaves out without a word: what they hold is more than it unpacks."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO

from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.repository import Repository

NAMED = re.compile(
    r"\.(?:zip|jar|war|ear|aar|apk|ipa|whl|egg|nupkg|(?:doc|xls|ppt)x|od[tsp]|tar|t?gz|tbz2?|bz2"
    r"|t?xz)$",
    re.I,
)
UNPACKED = 256 << 20  # bytes that kingfisher 2.14 unpacks of one archive at most (tried)
_RATIO = 1_032  # times as large as packed is the most that deflate can tell
_DENSER = re.compile(r"\.(?:tbz2?|bz2|t?xz)$", re.I)  # which are packed by other means
_READ = 4 << 30  # bytes of all archives that are looked into
_STEP = 1 << 20
_MEMORY = 256 << 20  # bytes that unpacking may ask for
NOT_SCANNED = "archive not scanned for secrets"


def left_out(repo: Repository, archives: Mapping[str, str]) -> Iterator[Issue]:
    """Those of the file versions `archives` (-> path) that hold too much, or may do so."""
    if not archives:
        return
    sizes = repo.sizes(archives)
    wanted = []
    read = unread = 0
    for blob in sorted(sizes, key=lambda one: (archives[one], one)):
        if sizes[blob] * _RATIO <= UNPACKED and not _DENSER.search(archives[blob]):
            continue
        read += sizes[blob]
        if read > _READ or sizes[blob] > UNPACKED:
            unread += sizes[blob] <= UNPACKED  # a larger one is left out for its own size, and told
        else:
            wanted.append(blob)
    for blob, content in repo.blobs(wanted):
        try:
            with one_file(content or b""):
                size = _unpacked(content or b"")
        except Unreadable as error:
            yield Issue(NOT_SCANNED, archives[blob], f"maybe: {error}")
            continue
        if size > UNPACKED:
            detail = f"it holds more than {UNPACKED >> 20} MB, which the engine does not unpack"
            yield Issue(NOT_SCANNED, archives[blob], detail)
    if unread:
        yield Issue(NOT_SCANNED, detail=f"maybe: {unread:,} were not looked into, for their size")


def _unpacked(content: bytes) -> int:
    """How many bytes an archive holds, or one more than the engine unpacks; 0 for no archive."""
    kinds: Mapping[bytes, Callable[[bytes], int]] = {
        b"PK": _listed,
        b"\x1f\x8b": lambda packed: _length(gzip.GzipFile(fileobj=io.BytesIO(packed))),
        b"BZh": lambda packed: _length(bz2.BZ2File(io.BytesIO(packed))),
        b"\xfd7zXZ": _length_of_xz,
    }
    count = next((one for mark, one in kinds.items() if content.startswith(mark)), len)
    try:
        return count(content)
    except lzma.LZMAError as error:
        return UNPACKED + 1 if "limit" in str(error) else 0
    except (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return 0  # cut off or broken: no engine reads it


def _listed(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(one.file_size for one in archive.infolist())


def _length(file: IO[bytes] | gzip.GzipFile | bz2.BZ2File) -> int:
    size = 0
    with file:
        while size <= UNPACKED and (piece := file.read(_STEP)):
            size += len(piece)
    return size


def _length_of_xz(content: bytes) -> int:
    """Likewise, with a limit for the memory that a hostile file may ask for."""
    reader = lzma.LZMADecompressor(memlimit=_MEMORY)
    size = 0
    piece = reader.decompress(content, _STEP)
    while piece:
        size += len(piece)
        piece = b"" if reader.eof or size > UNPACKED else reader.decompress(b"", _STEP)
    return size
