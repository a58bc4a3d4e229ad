"""Files that a user brings (OSV archives, folders, single records) -> named pieces of JSON."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from techdd.advisories.records import MAX_RECORD
from techdd.errors import TechddError
from techdd.files import digest
from techdd.text import clean

MAX_RECORDS = 3_000_000  # in one archive; all of osv.dev has about 600,000
MAX_TOTAL = 40_000_000_000  # unpacked bytes of one archive
_SCORES = (".csv", ".csv.gz")
_KNOWN = (".json", ".zip", *_SCORES)
_AGAIN = "download it again, then repeat the import"


@dataclass(frozen=True)
class Source:
    """One file to import. `label` names it without the user's folders ("PyPI/all.zip")."""

    path: Path
    label: str
    sha256: str

    @property
    def is_scores(self) -> bool:
        """Whether it is a list of EPSS scores, by its name."""
        return self.path.name.endswith(_SCORES)


def find(paths: Iterable[Path]) -> list[Source]:
    """The archives and records in `paths`, folders searched, in a fixed order.

    Raises TechddError where a path does not exist, is no such file, or a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [file for file in sorted(path.rglob("*")) if file.name.endswith(_KNOWN)]
            for link in (file for file in inside if file.is_symlink()):
                raise TechddError("is a link, which folders are not searched for; name it", link)
            inside = [file for file in inside if file.is_file()]
            if not inside:
                raise TechddError("holds no OSV archive (all.zip) and no .json record", path)
            found += inside
        elif not path.exists():
            raise TechddError("no such file or folder", path)
        elif path.name.endswith(_KNOWN):
            found.append(path)
        else:
            raise TechddError(
                "is no OSV archive (.zip), OSV record or KEV list (.json) or EPSS scores (.csv.gz)",
                path,
            )
    return [Source(path, clean(f"{path.parent.name}/{path.name}"), digest(path)) for path in found]


def pieces(source: Source) -> Iterator[tuple[str, bytes | None]]:
    """(name, content) of each record in a source; None where it is larger than a record may be.

    Names are for messages only, never used as paths. Raises TechddError where an archive is cut
    off, damaged, encrypted or a bomb.
    """
    try:
        if source.path.suffix == ".json":
            large = source.path.stat().st_size > MAX_RECORD
            yield source.label, None if large else source.path.read_bytes()
            return
        with zipfile.ZipFile(source.path) as archive:
            yield from _unpacked(archive, source.path)
    except (zipfile.BadZipFile, zlib.error, EOFError):  # before its directory, at the end, is read
        raise TechddError(f"is cut off, damaged or no zip archive; {_AGAIN}", source.path) from None
    except (NotImplementedError, RuntimeError):  # how zipfile says "encrypted" and the like
        raise TechddError(f"is packed in an unusual way; {_AGAIN}", source.path) from None
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror or error}", source.path) from None


def _unpacked(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, bytes | None]]:
    for entry in archive.infolist():
        if leaves := _leaves(entry):
            raise TechddError(f"{clean(entry.filename)}: {leaves}, as in no OSV archive", path)
    entries = [entry for entry in archive.infolist() if entry.filename.endswith(".json")]
    if not entries:
        raise TechddError("holds no .json record; an OSV archive is named all.zip", path)
    # The sizes that the directory states are limits too: zipfile reads no byte beyond them.
    if len(entries) > MAX_RECORDS or sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise TechddError("unpacks to more than any OSV archive holds; it was not read", path)
    for entry in sorted(entries, key=lambda entry: entry.filename):
        name = clean(entry.filename)
        try:
            yield name, None if entry.file_size > MAX_RECORD else archive.read(entry)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            raise TechddError(f"{name}: is cut off or damaged; {_AGAIN}", path) from None


def _leaves(entry: zipfile.ZipInfo) -> str:
    """How an entry would lead out of the folder that it were unpacked to; "" where it would not.

    Nothing is unpacked to a disk here: whoever made such an archive meant no advisories.
    """
    parts = re.split(r"[/\\]", entry.orig_filename)  # zipfile cuts the other one off
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if ".." in parts or not parts[0] or parts[0].endswith(":"):
        return "is a path that leads out of the archive"
    return ""
