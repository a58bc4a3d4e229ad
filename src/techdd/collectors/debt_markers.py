"""Debt that the authors marked themselves: TODO, FIXME, HACK and XXX in comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.collectors._story import Story
from techdd.counting import FEWEST, component_name, of_repository
from techdd.facts import Change, Commit, File
from techdd.history.replay import UNKNOWN
from techdd.languages import Unmeasurable, languages, utf8
from techdd.model import Issue, Metric, Series, Value
from techdd.repository import MAX_SOURCE, MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

# Capitals only: "todo" and "hack" are also words of the trade ("todo list", "hackathon").
_MARKER = re.compile(r"\b(TODO|FIXME|HACK|XXX)\b")
_MARKER_BYTES = re.compile(_MARKER.pattern.encode())


OLD = 12  # months
SHOWN = 15


class DebtMarker(NamedTuple):
    """One marker in a comment of production code."""

    path: str
    line: int
    kind: str  # TODO, FIXME, HACK or XXX


class DatedMarker(NamedTuple):
    """One such marker and the month in which its line was last written."""

    path: str
    component: str
    line: int
    kind: str
    month: str  # such as "2025-03"; "" = not known


@collector(makes=(DebtMarker,), needs=(File,))
def marked_comments(repo: Repository, files: DataFrame) -> Gathered:
    """The markers in comments; what stands in strings and names is none."""
    wanted = files[(files["role"] == "source") & (files["language"] != "")]
    wanted = wanted[wanted["size"] <= MAX_SOURCE].sort_values("path")
    copies = dict(iter(wanted.groupby("blob", sort=False)))
    for blob, content in repo.blobs(map(str, copies)):
        if content is None:
            for path in copies[blob]["path"]:
                yield Issue(MISSING, str(path), transient=True)
            continue
        source, _ = utf8(content)
        if not _MARKER_BYTES.search(source):  # most files: nothing to parse
            continue
        for path, language in copies[blob][["path", "language"]].itertuples(index=False):
            try:
                for line, kind in _markers(str(language), source):
                    yield DebtMarker(str(path), line, kind)
            except Unmeasurable as error:
                yield Issue("comments not read", str(path), str(error))


def _markers(language: str, source: bytes) -> Iterator[tuple[int, str]]:
    for first, text in languages()[language].comment_texts(source):
        for found in _MARKER.finditer(text):
            yield first + text.count("\n", 0, found.start()), found[0]


@collector(makes=(DatedMarker,), needs=(DebtMarker, File, Commit, Change), minutes=120)
def marker_ages(
    repo: Repository,
    markers: DataFrame,
    files: DataFrame,
    commits: DataFrame,
    changes: DataFrame,
) -> Gathered:
    """When each marked line was last written, by the history of the files that hold markers."""
    if repo.shallow:
        yield Issue("history is truncated (shallow clone)", detail="the age of markers is unknown")
        return
    own = files[files["path"].isin(markers["path"])]
    if own.empty:
        return
    story = Story(repo, commits, changes, _once_called(own["path"], commits, changes))
    components = dict(zip(own["path"], own["component"], strict=True))
    lines = dict(iter(markers.groupby("path")))
    unknown = 0
    for path, numbers in story.play(dict(zip(own["path"], own["blob"], strict=True))):
        part = lines[path]
        for line, kind in zip(part["line"], part["kind"], strict=True):
            number = numbers[line - 1] if line <= len(numbers) else UNKNOWN
            month = story.writer[number][1] if number != UNKNOWN else ""
            unknown += not month
            yield DatedMarker(path, components[path], int(line), str(kind), month)
    if unknown:
        yield Issue("markers whose age is not known", detail=f"{unknown:,}")


def _once_called(paths: Iterable[str], commits: DataFrame, changes: DataFrame) -> set[str]:
    """`paths` and what the files were called before they were renamed or copied."""
    found = set(paths)
    numbers = changes["sha"].map(commits.set_index("sha")["number"])
    moved = changes[changes["old_path"].notna()].assign(number=numbers)
    moved = moved.sort_values(["number", "place"], ascending=False)
    for path, old_path in zip(moved["path"], moved["old_path"], strict=True):
        if path in found:
            found.add(old_path)
    return found


@probe(domain="code_health", needs=(File, DebtMarker))
def debt_markers(_: date, files: DataFrame, markers: DataFrame) -> Answered:
    """How much debt do the authors mark in the code themselves?"""
    source = files[files["role"] == "source"]
    for repo in ("", *sorted(files["repo"].unique())):
        own = of_repository(repo, markers)
        part = of_repository(repo, source)
        lines = int(part["code"].sum())
        yield Metric(
            "debt_markers.per_kloc",
            1000 * len(own) / lines if lines else None,
            "per 1,000 code lines",
            str(repo),
            f"{len(own):,} markers in {lines:,} code lines",
            "" if lines else "no production code",
        )
    counts = markers.groupby("kind").size().sort_index()
    if len(counts):
        yield Series(
            "debt_markers",
            "Markers of debt in comments",
            ("marker", "count"),
            tuple((str(kind), int(count)) for kind, count in counts.items()),
            chart="bar",
        )


@probe(domain="code_health", needs=(DatedMarker, File))
def marker_age(as_of: date, markers: DataFrame, files: DataFrame) -> Answered:
    """How old is the debt that the authors mark in the code?"""
    known = markers[markers["month"].str.fullmatch(r"\d{4}-\d{2}")]
    years, months = known["month"].str[:4].astype(int), known["month"].str[5:].astype(int)
    # A month in the future is a clock that was wrong; such lines are new.
    age = ((as_of.year - years) * 12 + as_of.month - months).clip(lower=0)
    aged = known.assign(age=age)
    for repo in ("", *sorted(files["repo"].unique())):
        part = of_repository(str(repo), aged)
        enough = len(part) >= FEWEST
        basis = f"{len(part):,} of {len(of_repository(str(repo), markers)):,} markers"
        basis += " with a known date"
        note = "" if enough else f"fewer than {FEWEST} markers with a known date"
        median = float(part["age"].median()) / 12 if enough else None
        yield Metric("debt_markers.median_years", median, "years", str(repo), basis, note)
        old = float((part["age"] > OLD).mean()) if enough else None
        yield Metric("debt_markers.over_1y_share", old, "share", str(repo), basis, note)
    if len(aged):
        yield _ages(aged)


def _ages(aged: DataFrame) -> Series:
    """The components with most old markers, with the oldest marker of each."""
    several = aged["repo"].nunique() > 1
    rows: list[tuple[Value, ...]] = []
    for (repo, component), part in aged.groupby(["repo", "component"]):
        first = part.sort_values(["month", "path", "line"]).iloc[0]
        rows.append(
            (
                component_name(str(component), str(repo) if several else ""),
                len(part),
                int((part["age"] > OLD).sum()),
                round(float(part["age"].median()) / 12, 1),
                f"{first['kind']} at {first['path']}:{int(first['line'])}",
                str(first["month"]),
            )
        )
    rows.sort(key=lambda row: (-int(row[2] or 0), str(row[0])))
    return Series(
        "debt_marker_ages",
        "Markers of debt by component, most old ones first",
        ("component", "markers", "older than a year", "median age in years", "oldest", "since"),
        tuple(rows[:SHOWN]),
        note="By the month in which the marked line was last written (git blame). A line that was "
        "only moved or reformatted may count as new.",
    )
