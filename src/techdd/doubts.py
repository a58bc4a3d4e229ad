"""What the readers of a client's file doubt, beside what they return: told to whoever listens.

What many entries of a file share (a key that is repeated, an entry without a version) is one gap
with some of them as examples, so it is gathered here and not told entry by entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LONGEST = 200  # characters of an example

Doubts = dict[str, dict[str, None]]  # reason -> what it is said of, in the order of the file
_HEARD: ContextVar[Doubts | None] = ContextVar("doubts", default=None)


@contextmanager
def heard() -> Iterator[Doubts]:
    """Inside, doubts are gathered; outside nobody hears them."""
    found: Doubts = {}
    before = _HEARD.set(found)
    try:
        yield found
    finally:
        _HEARD.reset(before)


def doubt(reason: str, what: str) -> None:
    """Says that `reason` holds of one thing in the file that is being read."""
    if (found := _HEARD.get()) is not None:
        found.setdefault(reason, {})[what[:_LONGEST]] = None
