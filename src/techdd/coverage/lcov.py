"""LCOV's tracefiles (`lcov.info`), which istanbul, coverage.py, gcov and llvm-cov write too."""

from __future__ import annotations

from typing import BinaryIO

from techdd.coverage import Hit, Told, coverage_format, number
from techdd.text import decode

_LINE = 10_000  # bytes


@coverage_format("LCOV", opening=rb"\A(?:\xef\xbb\xbf)?\s*(?:#[^\n]*\s+)*(?:TN|SF):")
def lcov(stream: BinaryIO) -> Told:
    """A section a file and test; those of one file are told one after the other."""
    path = ""
    while line := stream.readline(_LINE):
        key, _, value = line.strip().partition(b":")
        if key == b"SF":
            path = decode(value)
        elif key == b"end_of_record":
            path = ""
        elif key == b"DA" and path:
            place, _, rest = value.decode("ascii", "replace").partition(",")
            yield Hit(path, number(place), number(rest.partition(",")[0]) > 0)
