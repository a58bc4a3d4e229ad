"""The order of a history, computed from its parents alone: the same whichever way it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappop, heappush

Parents = Mapping[str, Sequence[str]]


def newest_first(parents: Parents, dates: Mapping[str, int], head: str) -> list[str]:
    """The commits reachable from `head`, children before parents, else the latest date first.

    As `git log --date-order`, with the id as the last word between equal dates. Parents that are
    not in `parents` (beyond a shallow boundary) end the history.
    """
    waiting = {head: 0}  # commit -> children that have not been placed
    queue = [head]
    for sha in queue:  # grows while it is walked
        for parent in parents[sha]:
            if parent in waiting:
                waiting[parent] += 1
            elif parent in parents:
                waiting[parent] = 1
                queue.append(parent)
    ready = [(-dates[head], head)]
    placed: list[str] = []
    while ready:
        _, sha = heappop(ready)
        placed.append(sha)
        for parent in parents[sha]:
            if parent in waiting:
                waiting[parent] -= 1
                if not waiting[parent]:
                    heappush(ready, (-dates[parent], parent))
    return placed


def landings(parents: Parents, head: str) -> dict[str, str]:
    """Commit -> the commit of the first-parent chain that brought it in; those of the chain
    themselves.
    """
    chain = []
    sha: str | None = head
    while sha is not None and sha in parents:
        chain.append(sha)
        own = parents[sha]
        sha = own[0] if own else None
    landed: dict[str, str] = {sha: sha for sha in chain}
    for mainline in reversed(chain):
        arriving = list(parents[mainline][1:])
        while arriving:
            one = arriving.pop()
            if one not in landed and one in parents:
                landed[one] = mainline
                arriving += parents[one]
    return landed
