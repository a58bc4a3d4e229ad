"""Finds what stands in several places of a long row of tokens.

Every window of WINDOW tokens is hashed, all at once; windows of one hash are copies of each other.
Where the windows that follow have the same places, one token further, the copy goes on: a *group*
is a longest row of such windows, with all its places. Time and memory grow with the number of
tokens (times the logarithm of it, for sorting).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy import bool_, int64, uint64
    from numpy.typing import NDArray

WINDOW = 50  # tokens, as jscpd's default
_BASE = 0x9E3779B97F4A7C15  # odd, so that no factor is lost modulo 2**64


class Group(NamedTuple):
    """The places, as indices of their first token, at which the same `length` tokens stand."""

    places: NDArray[int64]
    length: int


def windows(hashes: NDArray[uint64]) -> NDArray[uint64]:
    """The hash of the window that begins at each token; made of halves, by doubling."""
    import numpy as np

    if len(hashes) < WINDOW:
        return hashes[:0]
    whole, covered = hashes[:0], 0  # of the windows of `covered` tokens
    power, size = hashes, 1  # of those of `size`, a power of two
    while True:
        if WINDOW & size:
            whole = power if not covered else _joined(power, whole, size, covered)
            covered += size
            if covered == WINDOW:
                return np.asarray(whole[: len(hashes) - WINDOW + 1])
        power, size = _joined(power, power, size, size), 2 * size


def _joined(
    first: NDArray[uint64], second: NDArray[uint64], size: int, length: int
) -> NDArray[uint64]:
    """Windows of `size` tokens, each followed by one of `length`."""
    import numpy as np

    factor = np.uint64(pow(_BASE, length, 1 << 64))
    behind = second[size:]
    return first[: len(behind)] * factor + behind[: len(first)]


def groups(hashes: NDArray[uint64]) -> Iterator[Group]:
    """The groups in a row of tokens, by their first place.

    A token that is nowhere else parts what must not run together, such as files. Places that
    overlap, as in a table of equal rows, are one.
    """
    import numpy as np

    hashed = windows(hashes)
    places = np.argsort(hashed, kind="stable")  # those of one hash are in their order
    first = _differ(hashed[places])
    places = places[~(first & np.append(first, True)[1:])]  # of what stands once, nothing is left
    if not len(places):
        return
    # Of places that overlap, the first stands for all.
    first = _differ(hashed[places])
    places = places[first | (np.diff(places, prepend=-WINDOW) >= WINDOW)]
    begins = np.flatnonzero(_differ(hashed[places]))
    counts, sums = np.diff(np.append(begins, len(places))), np.add.reduceat(places, begins)
    chosen = np.flatnonzero(counts > 1)
    chosen = chosen[np.argsort(places[begins[chosen]], kind="stable")]
    begins, counts, sums = begins[chosen], counts[chosen], sums[chosen]
    # The same places one token further: as many, beginning and adding up as they would.
    starts = np.flatnonzero(
        _differ(places[begins] - np.arange(len(begins)))
        | _differ(counts)
        | _differ(sums - np.arange(len(begins)) * counts)
    )
    ends = np.append(starts, len(begins))[1:]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        where = places[begins[start] : begins[start] + counts[start]]
        yield Group(where, WINDOW + end - start - 1)


def _differ(values: NDArray[Any]) -> NDArray[bool_]:
    """Whether each value is another than the one before it."""
    import numpy as np

    found = np.ones(len(values), np.bool_)
    found[1:] = values[1:] != values[:-1]
    return found
