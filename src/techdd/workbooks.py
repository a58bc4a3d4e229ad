"""The one door to XLSX that somebody else made: opened only after it was checked, never evaluated.

Its size, the number of its parts and the absence of entity declarations are checked before the
library sees it, which reads the parts that were checked and nothing else.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from techdd.errors import TechddError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook

MAX_BYTES = 10_000_000  # of the file
MAX_UNPACKED = 60_000_000  # of all parts together
MAX_PARTS = 1_000
MAX_SPANNED = 200_000  # cells that merged ranges and links cover: the library makes each of them
_SPANS = (b"mergeCell", b"hyperlink")
_CORNER = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@contextmanager
def opened(
    raw: bytes, path: Path, *, instead: str, unpacked: int = MAX_UNPACKED, **how: Any
) -> Iterator[Workbook]:
    """The workbook in `raw`, loaded as openpyxl is told by `how`; `path` names it in mistakes.

    Raises TechddError where it is too large, hostile or broken, also where that shows only while
    it is read; `instead` says how to go on.
    """
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            checked = _checked(raw, path, unpacked)
            yield load_workbook(checked, keep_links=False, **how)
    except TechddError:
        raise
    except Exception as error:  # the library lets out whatever a broken file makes it stumble on
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise TechddError(f"cannot be read as XLSX ({reason}); {instead}", path) from None


def _checked(raw: bytes, path: Path, most: int) -> io.BytesIO:
    """The workbook's parts as an archive of our own: without any that unpacks to more than it says,
    or that declares entities, which no program that makes XLSX does.
    """
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts, zipfile.ZipFile(made, "w") as kept:
            listed = parts.infolist()
            unpacked = sum(one.file_size for one in listed)
            if len(listed) > MAX_PARTS or unpacked > most:
                raise TechddError(
                    f"unpacks to more than {most:,} bytes or {MAX_PARTS:,} parts", path
                )
            spanned = 0
            for one in listed:
                content = _part(parts, one, path)  # whatever its name: any may be taken for a sheet
                text = content.replace(b"\0", b"")
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                    raise TechddError("declares XML entities, which no spreadsheet needs", path)
                if any(name in text for name in _SPANS):
                    spanned += _spanned(content)
                if spanned > MAX_SPANNED:
                    raise TechddError(f"merges or links more than {MAX_SPANNED:,} cells", path)
                kept.writestr(one.filename, content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise TechddError(f"cannot be read as XLSX: {error}", path) from None
    except Exception as error:
        if isinstance(error, TechddError):
            raise
        raise TechddError(f"cannot be unpacked: {type(error).__name__}", path) from None
    return made


def _part(parts: zipfile.ZipFile, one: zipfile.ZipInfo, path: Path) -> bytes:
    """As many bytes as a part is said to have: to read all of it would unpack all that is there."""
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise TechddError("is packed in a way that no spreadsheet is", path)
    with parts.open(one) as part:
        return part.read(one.file_size)


def _spanned(content: bytes) -> int:
    """How many cells the merged ranges and links of a part cover; nothing where it is no XML, which
    the library will tell.
    """
    total = 0

    def begins(name: str, attributes: dict[str, str]) -> None:
        nonlocal total
        if name.rpartition(":")[2].encode() in _SPANS:
            total += _cells(attributes.get("ref", ""))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        return 0
    return total


def _cells(span: str) -> int:
    """How many cells a reference such as A1:C9 covers; one that is none covers too many."""
    corners = [_CORNER.fullmatch(part) for part in span.upper().split(":")]
    if len(corners) > 2 or None in corners:
        return MAX_SPANNED + 1
    ends = [(_number(one[1]), int(one[2])) for one in corners if one]
    (left, top), (right, bottom) = ends[0], ends[-1]
    return (abs(right - left) + 1) * (abs(bottom - top) + 1)


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number
