"""Debt that the authors marked themselves: TODO, FIXME, HACK and XXX in comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.counting import of_repository
from techdd.facts import File
from techdd.languages import Unmeasurable, languages, utf8
from techdd.model import Issue, Metric, Series
from techdd.repository import MAX_SOURCE, MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

# Capitals only: "todo" and "hack" are also words of the trade ("todo list", "hackathon").
_MARKER = re.compile(r"\b(TODO|FIXME|HACK|XXX)\b")
_MARKER_BYTES = re.compile(_MARKER.pattern.encode())


class DebtMarker(NamedTuple):
    """One marker in a comment of production code."""

    path: str
    line: int
    kind: str  # TODO, FIXME, HACK or XXX


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
