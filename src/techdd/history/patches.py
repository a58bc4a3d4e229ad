"""Counts and places changed lines in the text of many patches at once, as arrays.

The text is what `git log -p -U1` prints. A line of content always starts with a space, "+", "-" or a
backslash, so whatever a client's files hold, no line of theirs passes for one of git's own. One
line of context is asked for because without any git trims common ends before it compares, and then
counts other lines than `--numstat` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

    Numbers = NDArray[int64]
else:
    Numbers = Any


@dataclass(frozen=True)
class Patches:
    """What the patches of some commits say; a section is one file of one patch.

    `commit` is the place of a section's commit among the texts, `added` and `deleted` its lines,
    -1 where git calls the file binary. A block replaces `gone` lines of the old version by `new`
    ones, from the line `at` (0 for the first) on.
    """

    commit: Numbers
    added: Numbers
    deleted: Numbers
    block_section: Numbers
    at: Numbers
    gone: Numbers
    new: Numbers


def read_patches(texts: Sequence[bytes]) -> Patches:
    """Reads the patches `texts`, one a commit, each empty or ending in a line feed."""
    import numpy as np

    text = b"".join(texts)
    data = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(data == 10)
    starts = np.concatenate((np.zeros(1, ends.dtype), ends[:-1] + 1)) if len(ends) else ends
    first = data[starts]

    heads = _sections(data, starts, first)
    offsets = np.cumsum([0, *(len(one) for one in texts)])[1:]
    commit = np.searchsorted(offsets, starts[heads], side="right")

    kept = first != ord("\\")  # "\ No newline at end of file" is no line
    kept[heads] = True
    line_of = np.flatnonzero(kept)
    first, starts = first[kept], starts[kept]
    is_head = np.zeros(len(line_of), bool)
    is_head[np.searchsorted(line_of, heads)] = True
    section = np.cumsum(is_head) - 1
    # Between a section's head and its first hunk stand lines such as "--- a/name".
    is_hunk = first == ord("@")
    hunk = np.cumsum(is_hunk)
    hunks_before = hunk[is_head]
    content = (hunk > hunks_before[section]) & ~is_hunk if len(section) else is_hunk
    plus, minus = content & (first == ord("+")), content & (first == ord("-"))

    count = len(heads)
    added = np.bincount(section[plus], minlength=count).astype(np.int64)
    deleted = np.bincount(section[minus], minlength=count).astype(np.int64)
    binary = ~content & (first == ord("B"))  # "Binary files a/x and b/x differ"
    added[section[binary]] = deleted[section[binary]] = -1
    blocks = _blocks(text, starts, section, hunk, is_hunk, content, plus, minus)
    return Patches(commit, added, deleted, *blocks)


def _sections(data: Any, starts: Any, first: Any) -> Any:
    """The lines that begin a file's part of a patch: "diff --git a/x b/x"."""
    import numpy as np

    maybe = np.flatnonzero(first == ord("d"))  # or "deleted file mode"
    at = starts[maybe]
    return maybe[(data[at + 1] == ord("i")) & (data[at + 2] == ord("f"))]


def _blocks(
    text: bytes,
    starts: Any,
    section: Any,
    hunk: Any,
    is_hunk: Any,
    content: Any,
    plus: Any,
    minus: Any,
) -> tuple[Any, Any, Any, Any]:
    """(section, at, gone, new) of every run of changed lines."""
    import numpy as np

    changed = plus | minus
    opens = changed.copy()
    opens[1:] &= ~changed[:-1]
    begin = np.flatnonzero(opens)
    run = np.cumsum(opens) - 1
    count = len(begin)
    gone = np.bincount(run[minus], minlength=count).astype(np.int64)
    new = np.bincount(run[plus], minlength=count).astype(np.int64)

    first_old = np.array([_first_line(text, at) for at in starts[is_hunk].tolist()], np.int64)
    # Lines of the old version that stand before each line, counted within its hunk.
    old = np.cumsum(content & ~plus)
    before_hunk = old[is_hunk]
    number = hunk[begin] - 1
    at = first_old[number] + old[begin] - minus[begin] - before_hunk[number] if count else gone
    return section[begin], at, gone, new


def _first_line(text: bytes, at: int) -> int:
    """The place, from 0, in the old version where the hunk "@@ -12,3 +12,4 @@" at `at` starts."""
    end = text.index(b" ", at + 4)
    start, _, length = text[at + 4 : end].partition(b",")
    return int(start) - (length != b"0")
