"""The moment at which a file that takes too long is stopped; `test_jobs.py` has the whole."""

from __future__ import annotations

import contextlib
import sys
from types import FrameType
from typing import Any

import pytest

from techdd import guard


def frame_of(file: str) -> FrameType:
    """A frame of code that stands in `file`."""
    names: dict[str, Any] = {}
    exec(compile("import sys; frame = sys._getframe()", file, "exec"), names)
    found = names["frame"]
    assert isinstance(found, FrameType)
    return found


def test_what_reads_a_file_is_stopped_and_what_leaves_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard._Worker, "reading", True)
    for leaving in (guard.__file__, contextlib.__file__):
        guard._stop(0, frame_of(leaving))
    with pytest.raises(guard._TooLong):
        guard._stop(0, sys._getframe())
    monkeypatch.setattr(guard._Worker, "reading", False)
    guard._stop(0, sys._getframe())
