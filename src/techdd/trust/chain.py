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
import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from techdd.errors import EvidenceError, TechddError
from techdd.files import digest, is_there, read, write_atomic
from techdd.ledger import SUM, is_whole, sum_of
from techdd.migrations import FORMATS, Newer, current

FILE = "manifest.jsonl"
STORED = FORMATS["evidence/manifest.jsonl"]
UNFINISHED = ".unfinished"  # a run has begun, and has not ended
ASIDE = ".set-aside"  # what no run left as it was
GONE = "is not there any more"  # of which nothing can be set aside


class Link(BaseModel):
    """One line: what a run changed. A digest None says that the file is gone. `strange` are files
    that something other than a run had changed before it: name -> how.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = STORED.version
    at: datetime
    tool: str
    files: dict[str, str | None]
    strange: dict[str, str] = Field(default_factory=dict)
    sum: str = ""  # see `ledger.sum_of`
    prev: str  # SHA-256 of the line before; "" for the first


class Chain:
    """The chain in the folder `root` of an engagement's evidence."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / FILE
        self.links: list[Link] = []
        self.doubts: list[str] = []
        self.strange: dict[str, str] = {}
        self._content = self._before = b""
        self._known: dict[str, tuple[tuple[int, ...], str]] = {}  # name -> (state, digest)
        if is_there(self.path):
            self._read()

    def _read(self) -> None:
        try:
            self._content = read(self.path)
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", self.path) from None
        for number, line in enumerate(self._content.splitlines(), 1):
            try:
                written = json.loads(line)
                whole = is_whole(written)
                link = Link.model_validate(current(STORED, written, self.path))
            except (TechddError, ValueError) as error:  # pydantic's too
                if isinstance(error, Newer) and whole:
                    raise
                self.doubts.append(f"line {number} is no entry")
                continue
            if not whole:
                self.doubts.append(f"line {number} is not as it was written")
            if link.prev != _digest(self._before):
                self.doubts.append(f"line {number} does not follow the one before it")
            self.links.append(link)
            self._before = line

    def ahead_of(self, clock: datetime) -> str:
        """What is to be said where the last run is of a later time than `clock` shows; else "".

        An hour is let pass: an engagement moves from machine to machine.
        """
        last = self.links[-1].at if self.links else clock
        if last - clock < timedelta(hours=1):
            return ""
        return (
            f"the clock shows {clock:%Y-%m-%d %H:%M} UTC, and the last run was at "
            f"{last:%Y-%m-%d %H:%M}: set the clock, from which measures over time and the order of "
            "audits count"
        )

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
                    shown = path.relative_to(self.root).as_posix()
                    found[shown] = self._digest_of(shown, path)
        return found

    def _digest_of(self, name: str, path: Path) -> str:
        """The digest of a file, which is read once as long as the system says it is the same."""
        try:
            said = path.stat()
            state = (said.st_ino, said.st_size, said.st_mtime_ns, said.st_ctime_ns)
            if self._known.get(name, ((), ""))[0] != state:
                self._known[name] = state, digest(path, error=EvidenceError)
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}", path) from None
        return self._known[name][1]

    def begin(self) -> Mapping[str, str]:
        """Begins a run, and sets aside what something other than a run changed since the last one
        ended, so that it is measured anew: name -> how it differs. Raises EvidenceError.

        What a run left that was killed is its own, and counts.
        """
        killed = (self.root / UNFINISHED).exists()
        unreadable = bool(self.doubts) and not self.links  # which stays told: see `verify`
        self.strange = {} if killed or unreadable else dict(self.differing())
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            for left in self.root.glob("[!.]*/.*"):  # half written, by a run that was killed
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            for place in sorted({Path(*Path(name).parts[:2]) for name in self.strange}):
                if (self.root / place).exists():
                    _put_aside(self.root / place, self.root / ASIDE / place)
            write_atomic(self.root / UNFINISHED, b"")
        except OSError as error:
            raise EvidenceError(f"cannot be written: {error.strerror}", self.root) from None
        return self.strange

    def extend(self, at: datetime, tool: str) -> None:
        """Ends a run: adds what has changed since the last entry, if anything. Raises
        EvidenceError.
        """
        before, now = self.files, self.there()
        changed: dict[str, str | None] = {n: d for n, d in now.items() if before.get(n) != d}
        changed |= dict.fromkeys(before.keys() - now.keys())
        link = Link(
            at=at, tool=tool, files=changed, strange=self.strange, prev=_digest(self._before)
        )
        written = link.model_dump(mode="json")
        line = json.dumps(written | {SUM: sum_of(written)}, sort_keys=True).encode()
        whole = self._content.endswith(b"\n") or not self._content
        try:
            if changed or self.strange:
                write_atomic(self.path, self._content + (b"" if whole else b"\n") + line + b"\n")
            (self.root / UNFINISHED).unlink(missing_ok=True)
        except OSError as error:
            raise EvidenceError(f"cannot be written: {error.strerror}", self.path) from None

    def differing(self) -> Iterator[tuple[str, str]]:
        """(name, how it differs) of each file that is not as the last run left it."""
        left, now = self.files, self.there()
        for name in sorted(left.keys() | now.keys()):
            if name not in now:
                yield name, GONE
            elif name not in left:
                yield name, "is of no run that ended"
            elif left[name] != now[name]:
                yield name, "is not as the last run left it"


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest() if line else ""


def _put_aside(path: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    path.replace(place)
