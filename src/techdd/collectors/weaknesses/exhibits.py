"""The tables of the weaknesses: by kind, by language, by the client's own tools."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors.weaknesses.places import (
    CLAIMED,
    HANDED,
    LEVELS,
    Place,
    shown_kind,
    shown_title,
    shown_tool,
)
from techdd.languages import languages
from techdd.model import Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

_UNTRACED = "Data was not followed from where it comes in: there was no semgrep on the machine."
_MOST = 40  # kinds that are listed, and tools of the client's
_SOURCES = 3  # files of one tool that are named
_WEIGHT = {HANDED: "counts", CLAIMED: "told, not counted"}


def exhibits(
    found: Sequence[Place],
    production: DataFrame,
    files: DataFrame,
    others: DataFrame,
    semgreps: Sequence[str],
) -> Iterator[Series]:
    """What is shown beside the findings; `semgreps` are the versions that ran."""
    if found:
        yield _kinds(found, semgreps)
    source = files[files["role"] == "source"]
    if len(source):
        yield _languages(found, production, source)
    if len(others):
        yield _imported(others, found)


class _Kind(NamedTuple):
    claimed: bool
    title: str
    kind: str
    cwe: str
    level: str


def _kinds(found: Sequence[Place], semgreps: Sequence[str]) -> Series:
    counted: dict[_Kind, Counter[str]] = defaultdict(Counter)
    tools: dict[_Kind, set[str]] = defaultdict(set)
    for one in found:
        key = _Kind(one.origin == CLAIMED, shown_title(one), shown_kind(one), one.cwe, one.level)
        counted[key]["source" if one.role == "source" else "other"] += 1
        tools[key] |= set(one.tool.split(", "))
    order = sorted(
        counted,
        key=lambda key: (key.claimed, -LEVELS.index(key.level), -counted[key]["source"], key),
    )
    left = len(order) - _MOST
    return Series(
        "weakness_kinds",
        "Patterns that static analysis reports",
        ("pattern", "rule", "CWE", "severity", "places", "in tests and the like", "tools"),
        tuple(
            (
                *key[1:],
                counted[key]["source"],
                counted[key]["other"],
                ", ".join(map(shown_tool, sorted(tools[key]))),
            )
            for key in order[:_MOST]
        ),
        note="Patterns, not proven attacks; what several tools report of one place is one. What "
        "only files of the tree claim (imported) stands last and does not count. Places "
        "in tests, examples, copied and generated code are shown and do not count. Marks that ask "
        "for silence were not obeyed. "
        + (f"semgrep {', '.join(semgreps)} followed data." if semgreps else _UNTRACED)
        + (f" {left:,} more kinds." if left > 0 else ""),
    )


def _languages(found: Sequence[Place], production: DataFrame, source: DataFrame) -> Series:
    own = (one for one in found if one.role == "source" and one.origin != CLAIMED)
    levels = Counter((one.language, one.level) for one in own)
    rows: list[tuple[Value, ...]] = []
    for name, own in source.groupby("language"):
        language = languages().get(str(name))
        read = production[(production["language"] == name) & production["analysed"]]
        if not (language and (language.programming or len(read))):
            continue
        lines = int(read["code"].sum())
        high = levels[str(name), "high"]
        rows.append(
            (
                str(name), len(own), len(read), lines, high if len(read) else None,
                levels[str(name), "medium"] if len(read) else None,
                levels[str(name), "low"] if len(read) else None,
                round(high / (lines / 1000), 2) if lines else None,
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (-int(row[1] or 0), str(row[0])))
    return Series(
        "weaknesses_by_language",
        "Static analysis of production code by language",
        (
            "language", "files", "files read", "code lines read", "high", "medium", "low",
            "high per 1,000 lines",
        ),
        tuple(rows),
        note="A language of which no file was read has no rules here: it was not looked at.",
    )  # fmt: skip


def _imported(others: DataFrame, found: Sequence[Place]) -> Series:
    placed = Counter((tool, one.repo) for one in found for tool in one.tool.split(", "))
    rows: list[tuple[Value, ...]] = []
    for (repo, tool, version, origin), own in others.groupby(["repo", "tool", "version", "origin"]):
        sources = sorted(set(own["source"]))
        more = [f"{len(sources) - _SOURCES:,} more"] if len(sources) > _SOURCES else []
        rows.append(
            (
                str(repo), shown_tool(f"{tool} {version}".strip()),
                ", ".join(sources[:_SOURCES] + more), _WEIGHT[str(origin)],
                len(own), int(own["security"].sum()),
                placed[f"{tool} (imported)", str(repo)], int((own["accepted"] != "").sum()),
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (-int(row[4] or 0), *map(str, row)))
    left = len(rows) - _MOST
    return Series(
        "imported_results",
        "Results of the client's own scanners (SARIF)",
        (
            "repository", "tool", "told by", "weight", "results", "about security", "placed here",
            "set aside by the user",
        ),
        tuple(rows[:_MOST]),
        note="As these tools rate them; not checked here. Those about security whose file is in "
        "the audited tree are placed. They count where the adviser named the file in "
        "engagement.yaml; what a file of the tree says is the client's own claim. What the "
        "client's people set aside is told all the same."
        + (f" {left:,} more tools." if left > 0 else ""),
    )  # fmt: skip
