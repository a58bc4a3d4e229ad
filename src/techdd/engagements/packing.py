"""An engagement as one stream of bytes: a tar whose first file says what follows, with digests.

The same engagement gives the same bytes: files are sorted, owners fixed, times those of the files.
Nothing is compressed, so that what comes out is never larger than what went in.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from techdd import __version__, copies
from techdd.engagements.contents import CACHE, OWN, PASSING, Thing, is_half_written, things
from techdd.errors import TechddError
from techdd.migrations import FORMATS
from techdd.workspace import Workspace

FIRST = "techdd-export.json"
CHUNK = 1 << 20  # bytes
BLOCK = tarfile.BLOCKSIZE
# Of a clone: what holds its commits. Its configuration and hooks could start programs.
CLONED = ("HEAD", "packed-refs", "shallow", "objects/", "refs/")
NOT_CLONED = ("objects/info/alternates", "objects/info/http-alternates")
_LONGEST, _DEEPEST = 1_000, 30  # of a path: characters, folders
_REASONS = {
    "link": "a link, which could lead anywhere",
    "repository": "a git repository of its own",
    "elsewhere": "on another file system",
    "special": "no file",
}


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Packed(_Known):
    """One file: its path in the engagement, bytes and SHA-256."""

    path: Annotated[str, Field(min_length=1, max_length=_LONGEST)]
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Contents(_Known):
    """What the first file says; `left_out` holds paths of what did not travel, and why."""

    format: int
    tool: Annotated[str, Field(max_length=100)]
    engagement: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    client: Annotated[str, Field(max_length=200)]
    files: tuple[Packed, ...]
    left_out: dict[str, str]


@dataclass(frozen=True)
class Package:
    """An engagement that was gone through; `stream` reads it again, and notices what changed."""

    root: Path
    contents: Contents
    told: dict[str, Thing]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.contents.files)

    def stream(self) -> Iterator[bytes]:
        """The tar. Raises TechddError."""
        first = self.contents.model_dump(mode="json")
        text = f"{json.dumps(first, indent=1, sort_keys=True)}\n".encode()
        yield _header(FIRST, len(text))
        yield text + _padding(len(text))
        for one in self.contents.files:
            thing = self.told[one.path]
            yield _header(one.path, one.size, thing.mode, thing.modified)
            yield from self._content(one)
            yield _padding(one.size)
        yield bytes(2 * BLOCK)

    def _content(self, packed: Packed) -> Iterator[bytes]:
        digest, path = hashlib.sha256(), self.root / packed.path
        for chunk in _chunks(path, packed.size):
            digest.update(chunk)
            yield chunk
        if digest.hexdigest() != packed.sha256:
            raise TechddError("was changed meanwhile; run the same command again", path)


def package(workspace: Workspace, *, clones: bool = False) -> Package:
    """What of an engagement travels: all but caches, locks, links, and repositories in its folder;
    clones only as it is asked for. Raises TechddError.
    """
    root, files, told, left_out = workspace.root, [], {}, {}
    for thing in things(root):
        if thing.kind == "folder":
            continue
        cloned = clones and is_of_a_clone(thing.path)
        if not cloned and (thing.top in PASSING or is_half_written(thing.path)):
            continue
        if why := _REASONS.get(thing.kind) or _unknown(thing) or misnamed(thing.path):
            left_out[thing.path] = why
            continue
        told[thing.path] = thing
        digest = hashlib.sha256()
        for chunk in _chunks(root / thing.path, thing.size):
            digest.update(chunk)
        files.append(Packed(path=thing.path, size=thing.size, sha256=digest.hexdigest()))
    contents = Contents(
        format=FORMATS[FIRST].version, tool=f"techdd {__version__}",
        engagement=copies.identity(root),
        client=workspace.engagement.client, files=tuple(files), left_out=left_out,
    )  # fmt: skip
    return Package(root, contents, told)


def is_of_a_clone(path: str) -> bool:
    """Whether the path is one of those by which a clone's commits travel."""
    parts = path.split("/", 3)
    if len(parts) < 4 or parts[0] != CACHE or parts[2] != "mirror.git":
        return False
    return parts[3].startswith(CLONED) and parts[3] not in NOT_CLONED


def _unknown(thing: Thing) -> str:
    """What begins with a point and is not ours is some other program's."""
    return "another program's" if thing.path.startswith(".") and thing.top not in OWN else ""


def misnamed(path: str) -> str:
    """Why a file of this path does not travel; "" where it does."""
    parts = path.split("/")
    if len(path) > _LONGEST or len(parts) > _DEEPEST:
        return "a path that is too long or too deep"
    if any(part in ("", ".", "..") for part in parts) or "\\" in path or ":" in parts[0]:
        return "a path that leads elsewhere"
    return "" if path.isprintable() else "a name that is no plain text"


def _chunks(path: Path, size: int) -> Iterator[bytes]:
    """The first `size` bytes: files that only grow may have grown since."""
    try:
        with path.open("rb") as file:
            while size and (chunk := file.read(min(CHUNK, size))):
                size -= len(chunk)
                yield chunk
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", path) from None
    if size:
        raise TechddError("was changed meanwhile; run the same command again", path)


def _header(path: str, size: int, mode: int = 0o600, modified: float = 0.0) -> bytes:
    told = tarfile.TarInfo(path)
    told.size, told.mtime = size, int(modified)
    told.mode = 0o644 if mode & 0o044 else 0o600
    return told.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCK)
