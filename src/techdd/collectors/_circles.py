"""Circles in a graph."""

from __future__ import annotations


def strongly_connected(arrows: dict[str, list[str]]) -> list[list[str]]:
    """Tarjan's components of a graph, each sorted; without recursion, so of any depth."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []
    placed: set[str] = set()
    for start in sorted(arrows):
        walk = [(start, iter(sorted(arrows[start])))] if start not in order else []
        while walk:
            node, following = walk[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                stack.append(node)
            for other in following:
                if other not in order:
                    walk.append((other, iter(sorted(arrows[other]))))
                    break
                if other not in placed:
                    low[node] = min(low[node], order[other])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == order[node]:
                    group = stack[stack.index(node) :]
                    del stack[stack.index(node) :]
                    placed.update(group)
                    groups.append(sorted(group))
    return groups
