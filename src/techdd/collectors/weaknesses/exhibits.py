"""The tables of the weaknesses: by kind, by language, by the client's own tools."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from techdd.collectors.weaknesses.places import LEVELS, Place
from techdd.languages import languages
from techdd.model import Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

_UNTRACED = "Data was not followed from where it comes in: there was no semgrep on the machine."
_MOST = 40  # kinds that are listed


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


def _kinds(found: Sequence[Place], semgreps: Sequence[str]) -> Series:
    counted: dict[tuple[str, str, str, str], Counter[str]] = defaultdict(Counter)
    tools: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for one in found:
        key = (one.title, one.kind, one.cwe, one.level)
        counted[key]["source" if one.role == "source" else "other"] += 1
        tools[key] |= set(one.tool.split(", "))
    order = sorted(
        counted, key=lambda key: (-LEVELS.index(key[3]), -counted[key]["source"], key[1], key[2])
    )
    left = len(order) - _MOST
    return Series(
        "weakness_kinds",
        "Patterns that static analysis reports",
        ("pattern", "rule", "CWE", "severity", "places", "in tests and the like", "tools"),
        tuple(
            (*key, counted[key]["source"], counted[key]["other"], ", ".join(sorted(tools[key])))
            for key in order[:_MOST]
        ),
        note="Patterns, not proven attacks; what several tools report of one place is one. Places "
        "in tests, examples, copied and generated code are shown and do not count. Marks that ask "
        "for silence were not obeyed. "
        + (f"semgrep {', '.join(semgreps)} followed data." if semgreps else _UNTRACED)
        + (f" {left:,} more kinds." if left > 0 else ""),
    )


def _languages(found: Sequence[Place], production: DataFrame, source: DataFrame) -> Series:
    levels = Counter((one.language, one.level) for one in found if one.role == "source")
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
    for (repo, tool, version), own in others.groupby(["repo", "tool", "version"]):
        rows.append(
            (
                str(repo), f"{tool} {version}".strip(), len(own), int(own["security"].sum()),
                placed[str(tool), str(repo)], int((own["accepted"] != "").sum()),
            )
        )  # fmt: skip
    return Series(
        "imported_results",
        "Results of the client's own scanners (SARIF)",
        ("repository", "tool", "results", "about security", "placed here", "set aside by the user"),
        tuple(rows),
        note="Of those about security, the ones whose file is in the audited tree are placed and "
        "count; what the client's people set aside is counted all the same.",
    )
