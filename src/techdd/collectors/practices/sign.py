"""What a sign of a practice is: a pattern of paths and, where it takes one, of lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from re import Pattern


@dataclass(frozen=True)
class Sign:
    """One piece of evidence. `detail` says what was seen; empty means the words that matched.

    `path` and `text` are patterns; they are compiled only where something is searched.
    """

    kind: str
    path: str
    text: str = ""
    detail: str = ""
    case: bool = False  # whether the text's upper and lower case tell apart

    @cached_property
    def in_path(self) -> Pattern[str]:
        """Searches a path in lower case."""
        return re.compile(self.path)

    @cached_property
    def in_line(self) -> Pattern[str]:
        """Searches a line."""
        return re.compile(self.text, re.ASCII if self.case else re.ASCII | re.IGNORECASE)
