"""The door of reports on test coverage: one module a format.

A parser is a generator, a stream of bytes -> `Hit`, `Root` and `Made`; it raises ValueError for a
file that is not what it looks like. Limits, the files that are meant and what was told twice are
the reader's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from techdd.coverage._placing import Placed, placed
from techdd.coverage._reading import (
    MAX_BYTES,
    NOT_READ,
    Coverage,
    CoverageReport,
    handed_in,
    in_repository,
)
from techdd.coverage._telling import (
    CoverageFormat,
    Hit,
    Made,
    Root,
    Told,
    coverage_format,
    moment,
    number,
)

__all__ = [
    "MAX_BYTES",
    "NOT_READ",
    "Coverage",
    "CoverageFormat",
    "CoverageReport",
    "Hit",
    "Made",
    "Placed",
    "Root",
    "Told",
    "chunks",
    "coverage_format",
    "handed_in",
    "in_repository",
    "moment",
    "number",
    "placed",
]


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The content of `stream` in parts."""
    while part := stream.read(1 << 16):
        yield part
