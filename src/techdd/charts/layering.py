"""The layout of a graph in layers, as numbers: which layer, in which order; nothing is drawn.

After Sugiyama, Tagawa and Toda 1981: circles are opened where the least weight is turned (greedy
order of Eades, Lin and Smyth 1993), each part stands below all that lead to it, long arrows pass
through places of their own, and layers are ordered by the mean place of neighbours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise

ROW = 4  # parts side by side
_SWEEPS = 8

Arrow = tuple[str, str]
Weights = Mapping[Arrow, float]
Item = str | tuple[Arrow, int]  # a part, or the place where an arrow passes a layer


def layer_of(parts: list[str], weight: Weights) -> dict[str, int]:
    """The layer of each part, from 0 at the top; parts without an arrow stand in the last ones."""
    order = _order(parts, weight)
    place = {name: at for at, name in enumerate(order)}
    above: dict[str, list[str]] = defaultdict(list)
    joined = set()
    for one, other in sorted(weight):
        upper, lower = sorted((one, other), key=place.__getitem__)
        above[lower].append(upper)
        joined |= {one, other}
    layer: dict[str, int] = {}
    filled: dict[int, int] = defaultdict(int)
    deepest = 0
    for name in [*(one for one in order if one in joined), *(o for o in order if o not in joined)]:
        at = max((layer[one] + 1 for one in above[name]), default=0)
        at = at if name in joined else deepest + 1
        while filled[at] >= ROW:
            at += 1
        layer[name] = at
        filled[at] += 1
        deepest = max(deepest, at) if name in joined else deepest
    return layer


def _order(parts: list[str], weight: Weights) -> list[str]:
    """The parts in an order that few and light arrows go against."""
    left, start, end = set(parts), list[str](), list[str]()
    out, into = defaultdict[str, float](float), defaultdict[str, float](float)
    for (one, other), value in sorted(weight.items()):
        out[one] += value
        into[other] += value
    while left:
        sinks = sorted(name for name in left if not out[name])
        sources = sorted(name for name in left if out[name] and not into[name])
        if sinks:
            name = sinks[-1]
            end.append(name)
        else:
            name = sources[0] if sources else min(left, key=lambda n: (into[n] - out[n], n))
            start.append(name)
        left.discard(name)
        for (one, other), value in sorted(weight.items()):
            if one == name and other in left:
                into[other] -= value
            elif other == name and one in left:
                out[one] -= value
        for name in left:  # what floating numbers leave over is none
            out[name] = out[name] if out[name] > 1e-9 else 0.0
            into[name] = into[name] if into[name] > 1e-9 else 0.0
    return start + end[::-1]


def path_of(arrow: Arrow, layer: dict[str, int]) -> list[Item]:
    """An arrow from its upper to its lower end, with the places where it passes layers."""
    upper, lower = sorted(arrow, key=layer.__getitem__)
    between = range(layer[upper] + 1, layer[lower])
    return [upper, *((arrow, at) for at in between), lower]


def ordered(parts: list[str], weight: Weights, layer: dict[str, int]) -> list[list[Item]]:
    """The items of each layer from left to right, so that few arrows cross."""
    rows: list[list[Item]] = [[] for _ in range(max(layer.values()) + 1)]
    for name in parts:
        rows[layer[name]].append(name)
    beside: dict[Item, list[Item]] = defaultdict(list)
    for arrow in sorted(weight):
        path = path_of(arrow, layer)
        for at, item in enumerate(path[1:-1], start=layer[min(arrow, key=layer.__getitem__)] + 1):
            rows[at].append(item)
        for one, other in pairwise(path):
            beside[one].append(other)
            beside[other].append(one)
    at_layer = {item: at for at, row in enumerate(rows) for item in row}
    place = {item: (at + 0.5) / len(row) for row in rows for at, item in enumerate(row)}
    for sweep in range(_SWEEPS):
        step = -1 if sweep % 2 else 1
        for row in rows[::step]:
            looked = {item: [place[one] for one in beside[item]
                             if (at_layer[item] - at_layer[one]) * step > 0]
                      for item in row}  # fmt: skip
            row.sort(key=lambda item: (_mean(looked[item], place[item]), str(item)))
            place.update({item: (at + 0.5) / len(row) for at, item in enumerate(row)})
    return rows


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
