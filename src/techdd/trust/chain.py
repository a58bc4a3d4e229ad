"""The chain of the evidence: which files each run left, and a digest of the entry before it.

`evidence/manifest.jsonl` grows by a line with each run that changed something. A file that was
changed otherwise, and a line that was changed or taken out, no longer fit. It guards against slips
and against silent change by whoever lacks the skill to write the whole chain anew; a signed report
guards against the others, since it carries digests of the same files.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from techdd.errors import EvidenceError
from techdd.files import write_atomic
from techdd.migrations import FORMATS, current

FILE = "manifest.jsonl"
STORED = FORMATS["evidence/manifest.jsonl"]


class Link(BaseModel):
    """One line: what a run changed. A digest None says that the file is gone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = STORED.version
    at: datetime
    tool: str
    files: dict[str, str | None]
    prev: str  # SHA-256 of the line before; "" for the first


class Chain:
    """The chain in the folder `root` of an engagement's evidence."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / FILE
        self.links: list[Link] = []
        self.doubts: list[str] = []
        self._content = self._before = b""
        if self.path.exists():
            self._read()

    def _read(self) -> None:
        try:
            self._content = self.path.read_bytes()
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", self.path) from None
        for number, line in enumerate(self._content.splitlines(), 1):
            try:
                link = Link.model_validate(current(STORED, json.loads(line), self.path))
            except ValueError:  # pydantic's too
                self.doubts.append(f"line {number} is no entry")
                continue
            if link.prev != _digest(self._before):
                self.doubts.append(f"line {number} does not follow the one before it")
            self.links.append(link)
            self._before = line

    @property
    def files(self) -> dict[str, str]:
        """Name -> SHA-256 of every file as the last run left it."""
        known: dict[str, str | None] = {}
        for link in self.links:
            known |= link.files
        return {name: digest for name, digest in known.items() if digest}

    def there(self) -> dict[str, str]:
        """Name -> SHA-256 of every file as it is now. Raises EvidenceError."""
        found = {}
        for folder, below, names in os.walk(self.root):  # a glob takes longer than the digests do
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if path.parent != self.root and not name.startswith(".") and path.is_file():
                    found[path.relative_to(self.root).as_posix()] = _digest_of(path)
        return found

    def extend(self, at: datetime, tool: str) -> None:
        """Adds what has changed since the last entry, if anything. Raises EvidenceError."""
        before, now = self.files, self.there()
        changed: dict[str, str | None] = {n: d for n, d in now.items() if before.get(n) != d}
        changed |= dict.fromkeys(before.keys() - now.keys())
        if not changed:
            return
        link = Link(at=at, tool=tool, files=changed, prev=_digest(self._before))
        line = json.dumps(link.model_dump(mode="json"), sort_keys=True).encode()
        whole = self._content.endswith(b"\n") or not self._content
        try:
            write_atomic(self.path, self._content + (b"" if whole else b"\n") + line + b"\n")
        except OSError as error:
            raise EvidenceError(f"cannot be written: {error.strerror}", self.path) from None

    def differing(self) -> Iterator[tuple[str, str]]:
        """(name, how it differs) of each file that is not as the last run left it."""
        left, now = self.files, self.there()
        for name in sorted(left.keys() | now.keys()):
            if name not in now:
                yield name, "is not there any more"
            elif name not in left:
                yield name, "is of no run that ended"
            elif left[name] != now[name]:
                yield name, "is not as the last run left it"


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest() if line else ""


def _digest_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", path) from None
