"""The one door to XLSX that somebody else made: opened only after it was checked, never evaluated.

Its size, the number of its parts and the absence of entity declarations are checked before the
library sees it.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from techdd.errors import TechddError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook

MAX_BYTES = 10_000_000  # of the file
MAX_UNPACKED = 60_000_000  # of all parts together
MAX_PARTS = 1_000
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

    _refuse_bombs(raw, path, unpacked)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield load_workbook(io.BytesIO(raw), keep_links=False, **how)
    except TechddError:
        raise
    except Exception as error:  # the library lets out whatever a broken file makes it stumble on
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise TechddError(f"cannot be read as XLSX ({reason}); {instead}", path) from None


def _refuse_bombs(raw: bytes, path: Path, most: int) -> None:
    """What unpacks to too much, or declares entities, which no program that makes XLSX does."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            listed = parts.infolist()
            unpacked = sum(one.file_size for one in listed)
            if len(listed) > MAX_PARTS or unpacked > most:
                raise TechddError(
                    f"unpacks to more than {most:,} bytes or {MAX_PARTS:,} parts", path
                )
            for one in listed:
                if one.filename.lower().endswith((".xml", ".rels", ".vml")):
                    text = parts.read(one).replace(b"\0", b"")
                    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                        raise TechddError("declares XML entities, which no spreadsheet needs", path)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise TechddError(f"cannot be read as XLSX: {error}", path) from None
    except Exception as error:
        if isinstance(error, TechddError):
            raise
        raise TechddError(f"cannot be unpacked: {type(error).__name__}", path) from None
