"""The moment at which a file that takes too long is stopped; `test_jobs.py` has the whole."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, suppress
from types import FrameType
from typing import Any

import pytest

from techdd import guard


def frames(manager: AbstractContextManager[object]) -> list[FrameType]:
    """Every frame that Python enters while `manager` is entered and left."""
    seen: list[FrameType] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.append(frame)

    sys.setprofile(profile)
    try:
        with manager:
            pass
    finally:
        sys.setprofile(None)
    return seen


def test_what_reads_a_file_is_stopped_and_what_leaves_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leaving, reading = frames(guard.one_file(b"")), frames(suppress(Exception))
    assert len(leaving) > 2
    assert len(reading) == 2
    monkeypatch.setattr(guard._Worker, "reading", True)
    for frame in leaving:
        guard._stop(0, frame)
    for frame in [*reading, sys._getframe()]:
        with pytest.raises(guard._TooLong):
            guard._stop(0, frame)
    monkeypatch.setattr(guard._Worker, "reading", False)
    guard._stop(0, sys._getframe())
