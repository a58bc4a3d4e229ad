"""Where each commit stands: its place in the order and what brought it to the mainline.

Both come from parents and dates alone. Commits that are added change neither for those that were
there, as long as the old head stays on the mainline: what was written of these stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Parents = Mapping[str, Sequence[str]]
_TIE = 28  # bits of the id below the date: commits of one second stand in the order of their ids


def numbers(
    parents: Parents, dates: Mapping[str, int], head: str, before: Mapping[str, int]
) -> dict[str, int]:
    """Commit -> the number that sorts it among all: parents before children, else by date.

    The date is git's corrected commit date (`gitformat-commit-graph`, generation number v2): the
    commit's own, or one second after the latest of its parents' where that is later. Of the commits
    reachable from `head` through `parents`; `before` has the numbers of parents that are not there.
    """
    found: dict[str, int] = {}
    waiting = [head] if head in parents else []
    while waiting:
        sha = waiting[-1]
        own = parents[sha]
        if first := [one for one in own if one not in found and one in parents]:
            waiting += first
            continue
        waiting.pop()
        after = [(found[one] if one in parents else before[one]) >> _TIE for one in own]
        date = max(0, dates[sha], *(one + 1 for one in after))
        found[sha] = date << _TIE | int(sha[: _TIE // 4], 16)
    return found


def landings(parents: Parents, head: str, base: str = "") -> dict[str, str] | None:
    """Commit -> the commit of the first-parent chain that brought it in; those of the chain
    themselves. Of the commits in `parents`, which lie beyond `base`; None where the chain passes
    it by, so that what `base` reaches lands elsewhere as well.
    """
    chain = []
    sha = head
    while sha != base and sha in parents:
        chain.append(sha)
        own = parents[sha]
        sha = own[0] if own else ""
    if base and sha != base:
        return None
    landed: dict[str, str] = {sha: sha for sha in chain}
    for mainline in reversed(chain):
        arriving = list(parents[mainline][1:])
        while arriving:
            one = arriving.pop()
            if one not in landed and one in parents:
                landed[one] = mainline
                arriving += parents[one]
    return landed
