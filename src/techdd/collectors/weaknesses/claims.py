"""What the client's own scanners report and nothing here has seen: told, a finding a tool.

A SARIF file in the audited tree is the client's claim. It can neither raise the numbers nor fill
the report with findings, whatever it holds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from techdd.collectors.weaknesses.places import CLAIMED, LEVELS, Place, shown_tool
from techdd.model import Location, Observation, Value
from techdd.triage import mark_of

_TOOLS = 5  # that have a finding of their own
_KINDS = 20  # that are named in one
_TITLE = 80  # characters of a tool's own words
_PLACES = 10
_MOST = "medium"  # severity of a claim


def claims(found: Sequence[Place]) -> Iterator[Observation]:
    """One observation a repository and tool, those of the tools with fewer places as one."""
    by_repo: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for one in found:
        by_repo[one.repo][one.tool].append(one)
    for repo, by_tool in sorted(by_repo.items()):
        order = sorted(by_tool, key=lambda tool: (-len(by_tool[tool]), tool))
        for tool in order[:_TOOLS]:
            yield _claim(repo, tool, by_tool[tool])
        others = order[_TOOLS:]
        if rest := [one for tool in others for one in by_tool[tool]]:
            yield _claim(repo, f"{len(others):,} further tools (imported)", rest, "further tools")


def _claim(repo: str, tool: str, places: list[Place], key: str = "") -> Observation:
    places.sort(key=lambda one: (-LEVELS.index(one.level), one.path, one.line, one.kind))
    levels = Counter(one.level for one in places)
    worst = places[0].level
    claimed = places[0].origin == CLAIMED
    kinds = Counter((-LEVELS.index(one.level), one.title[:_TITLE]) for one in places)
    order = sorted(kinds, key=lambda kind: (kind[0], -kinds[kind], kind[1]))
    listed = [f"{title} ({kinds[level, title]:,})" for level, title in order[:_KINDS]]
    if len(order) > _KINDS:
        listed.append(f"{len(order) - _KINDS:,} further kinds")
    values: dict[str, Value] = {
        "tool": shown_tool(tool),
        "count": len(places),
        "levels": ", ".join(f"{levels[one]:,} {one}" for one in reversed(LEVELS) if levels[one]),
        "kinds": "; ".join(listed),
        "severity": min(worst, _MOST, key=LEVELS.index) if claimed else worst,
        "weight": "A file of the repository says so: it counts in no number"
        if claimed
        else "The adviser named the file: its places count in the numbers",
    }
    where = tuple(Location(one.path, one.line or None) for one in places[:_PLACES])
    mark = mark_of(one.path for one in places)
    named = f"{'' if claimed else 'handed in: '}{key or tool}"
    return Observation("imported-results", repo, named, where, values, mark)
