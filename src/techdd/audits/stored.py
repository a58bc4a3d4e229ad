"""What was written to be read again: limited in size, checked, of a version that is known."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from techdd.errors import TechddError
from techdd.files import opened
from techdd.migrations import FORMATS, current
from techdd.text import clean

Stored = TypeVar("Stored")
STORED = FORMATS["audits"]
MAX_BYTES = 300_000_000


def known(head: Any, path: Path) -> dict[str, Any]:
    """The first line of what was kept. Raises TechddError where a newer techdd wrote it."""
    version = head.get("format") if isinstance(head, dict) else None
    if not isinstance(version, int):
        raise TechddError("is no audit that techdd kept", path)
    return dict(current(STORED, head, path))


def checked(kind: type[Stored], tree: Any, path: Path) -> Stored:
    """`tree` as a `kind`. Raises TechddError that names the first field that does not fit."""
    try:
        made: Stored = TypeAdapter(kind).validate_python(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = clean(".".join(str(part) for part in first["loc"]))[:120]
        raise TechddError(f"does not read as an audit: {where}: {first['msg']}", path) from None
    return made


def parsed(content: bytes, path: Path) -> Any:
    """The JSON in `content`, its numbers finite. Raises TechddError."""
    try:
        return json.loads(content, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        raise TechddError("is damaged or no JSON", path) from None


def _finite(digits: str) -> float:
    value = float(digits)
    if not abs(value) < float("inf"):
        raise ValueError(digits)
    return value


def lines(path: Path, most: int) -> list[bytes]:
    """The first `most` lines of a compressed file, each of limited size. Raises TechddError."""
    found: list[bytes] = []
    try:
        with opened(path) as raw, gzip.open(raw) as file:
            while len(found) < most and (line := file.readline(MAX_BYTES)):
                found.append(line)
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise TechddError(f"is damaged: {why}", path) from None
    if not found:
        raise TechddError("is damaged: it is empty", path)
    return found
