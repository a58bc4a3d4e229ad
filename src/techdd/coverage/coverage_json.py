"""The JSON of coverage.py (`coverage json`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, BinaryIO

from techdd.coverage import Hit, Made, Told, coverage_format
from techdd.lockfiles import json_object

MAX_BYTES = 20_000_000  # it is read as a whole


@coverage_format("coverage.py JSON", opening=rb'\A\s*\{\s*"meta"\s*:')
def coverage_json(stream: BinaryIO) -> Told:
    """The lines that were run and those that were missed, by file."""
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES:,} bytes")
    document = json_object(content)
    meta, files = document.get("meta"), document.get("files")
    if not isinstance(files, dict):
        raise ValueError("no 'files'")
    yield Made(_when(meta.get("timestamp") if isinstance(meta, dict) else None))
    for path, told in files.items():
        for key, covered in (("executed_lines", True), ("missing_lines", False)):
            lines = told.get(key) if isinstance(told, dict) else None
            for line in lines if isinstance(lines, list) else ():
                if isinstance(line, int):
                    yield Hit(path, line, covered)


def _when(stamp: Any) -> datetime | None:
    """The clock of the machine that the tests ran on, whose zone is not told."""
    try:
        return datetime.fromisoformat(stamp).replace(tzinfo=UTC, microsecond=0)
    except (ValueError, TypeError):
        return None
