"""What the weaknesses mean: how many patterns that attackers look for stand in production code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.weaknesses.scan import Weakness, WeaknessScan
from techdd.facts import File
from techdd.model import Location, Metric, Observation, Series

if TYPE_CHECKING:
    from pandas import DataFrame

# bandit's severity, one step lower where it is not confident. Never critical: a pattern is no
# proven attack.
LEVELS = ("info", "low", "medium", "high")
_CONFIDENCE = ("undefined", "low", "medium", "high")
_PLACES = 10  # of one weakness, named
# That a module is imported, or something asserted, is counted and shown, and no finding: what can
# be attacked is the use, which has tests of its own.
_NO_FINDING = r"B101|B4\d\d"
_NO_PYTHON = "no Python; other languages' static analysis is not part of this audit"
_NOT_READ = "bandit could read none of the Python files"


@probe(domain="security", needs=(Weakness, WeaknessScan, File))
def weaknesses(_as_of: date, found: DataFrame, scans: DataFrame, files: DataFrame) -> Answered:
    """Which patterns that attackers look for does static analysis see in production code?"""
    found = found[found["role"] == "source"].assign(
        level=lambda rows: [
            graded(severity, confidence)
            for severity, confidence in zip(rows["severity"], rows["confidence"], strict=True)
        ]
    )
    scans = scans[scans["role"] == "source"].merge(
        files[["repo", "path", "code"]], on=["repo", "path"], how="left"
    )
    for repo in ["", *sorted(files["repo"].unique())]:
        here = [rows[rows["repo"] == repo] if repo else rows for rows in (found, scans)]
        yield from _metrics(repo, *here)
    telling = found[~found["test"].str.fullmatch(_NO_FINDING)]
    for (repo, test), rows in telling.groupby(["repo", "test"]):
        yield _observation(str(repo), str(test), rows)
    if len(found):
        yield _table(found)


def graded(severity: str, confidence: str) -> str:
    """Our severity of a weakness as bandit rates it."""
    level = LEVELS.index(severity) if severity in LEVELS else LEVELS.index("low")
    return LEVELS[max(0, level - (confidence in ("low", "undefined")))]


def _metrics(repo: str, found: DataFrame, scans: DataFrame) -> Iterator[Metric]:
    read = scans[scans["analysed"]]
    lines = int(read["code"].sum())
    unread = len(scans) - len(read)
    basis = f"{lines:,} code lines in {len(read):,} Python files" if len(read) else ""
    note = f"{unread:,} Python files could not be read" if unread else ""
    if not len(read):
        note = _NOT_READ if unread else _NO_PYTHON
    counts = found["level"].value_counts()
    for level in ("high", "medium"):
        value = float(counts.get(level, 0)) if len(read) else None
        yield Metric(f"weaknesses.{level}", value, "places", repo, basis, note)
    density = float(counts.get("high", 0)) / (lines / 1000) if lines else None
    yield Metric("weaknesses.high_per_kloc", density, "per 1,000 code lines", repo, basis, note)


def _observation(repo: str, test: str, rows: DataFrame) -> Observation:
    first = rows.assign(
        rank=rows["level"].map(LEVELS.index), sure=rows["confidence"].map(_CONFIDENCE.index)
    ).sort_values(["rank", "sure", "path", "line"], ascending=[False, False, True, True])
    worst = first.iloc[0]
    return Observation(
        "static-weakness",
        repo,
        test,
        tuple(Location(row.path, int(row.line)) for row in first.head(_PLACES).itertuples()),
        {
            "test": test,
            "title": str(worst["title"]),
            "count": len(rows),
            "severity": str(worst["level"]),
            "confidence": str(worst["confidence"]),
            "cwe": str(worst["cwe"]),
        },
    )


def _table(found: DataFrame) -> Series:
    counts = found.groupby(["test", "title", "cwe", "level"]).size().reset_index(name="places")
    counts["rank"] = counts["level"].map(LEVELS.index)
    counts = counts.sort_values(["rank", "places", "test"], ascending=[False, False, True])
    return Series(
        "weakness_kinds",
        "Patterns that bandit reports in production Python code",
        ("pattern", "test", "CWE", "severity", "places"),
        tuple(
            (str(row.title), str(row.test), str(row.cwe), str(row.level), int(row.places))
            for row in counts.itertuples()
        ),
        note="Patterns, not proven attacks; severity as bandit rates it, one step lower where its "
        "confidence is low. Marks that ask for silence were not obeyed.",
    )
