"""When the level of a monthly count changed: the best cut into stretches of one mean each.

Optimal partitioning (B. Jackson et al., "An algorithm for optimal partitioning of data on an
interval", IEEE Signal Processing Letters 12, 2005; the exact search that PELT by Killick, Fearnhead
and Eckley 2012 prunes) of squared errors, with Schwarz' criterion as the price of a change (Y.-C.
Yao, "Estimating the number of change-points via Schwarz' criterion", Statistics & Probability
Letters 6, 1988). Counts are first made even in their spread by F. Anscombe's transform (Biometrika
35, 1948); the spread itself is read from the differences of neighbours, which a change of level
hardly touches, and is never taken to be below that of a Poisson count. Single odd months are first
drawn in to two deviations from the running median of five (F. Hampel's identifier).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt
from statistics import median

SHORTEST = 3  # months of one level; a shorter stretch is an outlier, not a level
ENOUGH = 12  # months; fewer show no level to change from
_NORMAL = 0.6745  # median of the absolute values of a standard normal


@dataclass(frozen=True)
class Level:
    """The positions from `start` to before `end`, and the mean count there."""

    start: int
    end: int
    mean: float


def levels(counts: Sequence[float]) -> list[Level]:
    """The stretches of one level, in order; one only where no change is worth its price.

    A change costs two parameters, its place and the new mean: 2 log(n) in units of the variance.
    """
    n = len(counts)
    if n < ENOUGH:
        return [Level(0, n, sum(counts) / n)] if n else []
    even = [2 * sqrt(count + 3 / 8) for count in counts]
    variance = _variance(even)
    even = _drawn_in(even, 2 * sqrt(variance))
    price = 2 * log(n) * variance
    sums, squares = [0.0], [0.0]
    for value in even:
        sums.append(sums[-1] + value)
        squares.append(squares[-1] + value * value)

    def cost(start: int, end: int) -> float:
        return squares[end] - squares[start] - (sums[end] - sums[start]) ** 2 / (end - start)

    best = [-price] + [float("inf")] * n  # of the first k counts
    cut = [0] * (n + 1)
    for end in range(SHORTEST, n + 1):
        for start in range(end - SHORTEST + 1):
            if (total := best[start] + cost(start, end) + price) < best[end]:
                best[end], cut[end] = total, start
    ends = [n]
    while ends[-1]:
        ends.append(cut[ends[-1]])
    return [
        Level(start, end, sum(counts[start:end]) / (end - start))
        for start, end in pairwise(reversed(ends))
    ]


def _drawn_in(even: Sequence[float], most: float) -> list[float]:
    """`even` with each value at most `most` away from the running median of five about it."""
    middles = [median(even[max(0, place - 2) : place + 3]) for place in range(len(even))]
    return [
        min(max(value, middle - most), middle + most)
        for value, middle in zip(even, middles, strict=True)
    ]


def _variance(even: Sequence[float]) -> float:
    """The variance of a transformed count about its level; 1 is that of a Poisson count."""
    steps = [after - before for before, after in pairwise(even)]
    middle = median(steps)
    deviation = median(abs(step - middle) for step in steps) / _NORMAL
    return max(1.0, deviation**2 / 2)
