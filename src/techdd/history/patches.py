"""Places changed lines in the text of many patches at once, as arrays.

The text is what `git log -p -U0` prints. A line of content always starts with a space, "+", "-" or
a backslash, so whatever a client's files hold, no line of theirs passes for one of git's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Numbers = Any  # a numpy array of int64; numpy waits until it is needed

# How a line of a merge stands to its two parents: "+ " is new against the first, and so on.
OURS, FIRST, SECOND, NOT_FIRST, NOT_SECOND, NEITHER = range(6)
_CODES = {"++": OURS, " +": FIRST, "+ ": SECOND, "- ": NOT_FIRST, " -": NOT_SECOND, "--": NEITHER}


class Sections(NamedTuple):
    """The files of some patches; `commit` is the place of each one's commit among the texts."""

    commit: Numbers
    binary: Numbers  # whether git says no more than that the two versions differ


class Blocks(NamedTuple):
    """Runs of changed lines: `deleted` lines of the old version, from the line `at` (0 for the
    first) on, are replaced by `added` ones.
    """

    section: Numbers
    at: Numbers
    deleted: Numbers
    added: Numbers


class Runs(NamedTuple):
    """Runs of lines of a merge, `count` of one `code`; `first` and `second` are the places in the
    parents' versions where the run begins.
    """

    section: Numbers
    first: Numbers
    second: Numbers
    code: Numbers
    count: Numbers


class _Lines(NamedTuple):
    """The lines of all texts: where each starts, and what it is part of."""

    data: Numbers
    start: Numbers
    section: Numbers
    hunk: Numbers
    content: Numbers
    heads: Sections


def read_patches(texts: Sequence[bytes]) -> tuple[Sections, Blocks]:
    """Reads patches against one parent, one a commit, each empty or ending in a line feed."""
    import numpy as np

    text = b"".join(texts)
    lines = _lines(text, texts)
    first = lines.data[lines.start]
    plus, minus = lines.content & (first == ord("+")), lines.content & (first == ord("-"))
    changed = plus | minus
    begin, run = _runs(changed, lines.hunk)
    deleted = np.bincount(run[minus], minlength=len(begin)).astype(np.int64)
    added = np.bincount(run[plus], minlength=len(begin)).astype(np.int64)
    starts = _starts(text, lines, 1)[0]
    number = lines.hunk[begin] - 1
    return lines.heads, Blocks(lines.section[begin], starts[number], deleted, added)


def read_merges(texts: Sequence[bytes]) -> tuple[Sections, Runs]:
    """Reads combined patches against two parents, one a commit."""
    import numpy as np

    text = b"".join(texts)
    lines = _lines(text, texts)
    pair = lines.data[lines.start].astype(np.int64) * 256 + lines.data[lines.start + 1]
    code = np.full(len(pair), -1, np.int64)
    for signs, number in _CODES.items():
        code[pair == ord(signs[0]) * 256 + ord(signs[1])] = number
    code[~lines.content] = -1
    begin, run = _runs(code >= 0, lines.hunk, code)
    count = np.bincount(run[code >= 0], minlength=len(begin)).astype(np.int64)
    places = []
    for starts, uses in zip(
        _starts(text, lines, 2),
        ((FIRST, NOT_FIRST, NEITHER), (SECOND, NOT_SECOND, NEITHER)),
        strict=True,
    ):
        used = np.cumsum(np.isin(code, uses))
        before_hunk = used[_hunk_lines(lines)]
        number = lines.hunk[begin] - 1
        own = np.isin(code[begin], uses).astype(np.int64)
        places.append(starts[number] + used[begin] - own - before_hunk[number])
    first, second = places
    return lines.heads, Runs(lines.section[begin], first, second, code[begin], count)


def _lines(text: bytes, texts: Sequence[bytes]) -> _Lines:
    import numpy as np

    data = np.frombuffer(text + b"\n", np.uint8)  # one more: each line has a second byte
    ends = np.flatnonzero(data[:-1] == 10)
    start = np.concatenate((np.zeros(min(len(ends), 1), ends.dtype), ends[:-1] + 1))
    first = data[start]
    head = first == ord("d")  # "diff --git a/x b/x"; there is also "deleted file mode"
    head[head] = data[start[head] + 2] == ord("f")
    kept = first != ord("\\")  # "\ No newline at end of file" is no line
    start, first, head = start[kept], first[kept], head[kept]
    section = np.cumsum(head) - 1
    is_hunk = first == ord("@")
    hunk = np.cumsum(is_hunk)
    # Between a section's head and its first hunk stand lines such as "--- a/name".
    content = (hunk > hunk[head][section]) & ~is_hunk if head.any() else is_hunk
    bounds = np.cumsum([len(one) for one in texts])
    commit = np.searchsorted(bounds, start[head], side="right")
    binary = np.zeros(int(head.sum()), bool)
    binary[section[~content & (first == ord("B"))]] = True  # "Binary files a/x and b/x differ"
    return _Lines(data, start, section, hunk, content, Sections(commit, binary))


def _hunk_lines(lines: _Lines) -> Numbers:
    import numpy as np

    return np.flatnonzero(np.diff(lines.hunk, prepend=0))


def _runs(member: Numbers, hunk: Numbers, code: Numbers | None = None) -> tuple[Numbers, Numbers]:
    """(first line of each run of members, number of each line's run); a run is of one hunk and,
    where codes are given, of one code.
    """
    import numpy as np

    opens = member.copy()
    same = member[:-1] & (hunk[1:] == hunk[:-1])
    if code is not None:
        same &= code[1:] == code[:-1]
    opens[1:] &= ~same
    return np.flatnonzero(opens), np.cumsum(opens) - 1


def _starts(text: bytes, lines: _Lines, parents: int) -> list[Numbers]:
    """For each parent the place, from 0, where each hunk begins in its version."""
    import numpy as np

    found: list[list[int]] = [[] for _ in range(parents)]
    for at in lines.start[_hunk_lines(lines)].tolist():
        words = text[at : at + 100].split(b" ", parents + 1)
        for number, word in enumerate(words[1 : parents + 1]):
            start, _, length = word[1:].partition(b",")
            # A plain patch names the line before an insertion, a combined one the line after it.
            found[number].append(max(0, int(start) - (parents > 1 or length != b"0")))
    return [np.array(one, np.int64) for one in found]
