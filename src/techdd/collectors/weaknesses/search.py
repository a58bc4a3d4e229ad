"""Looks for patterns of weak code in every language that there are rules for."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors.weaknesses.generated import told_apart
from techdd.collectors.weaknesses.kept import Kept
from techdd.facts import File
from techdd.guard import Unreadable, one_file
from techdd.languages import Unmeasurable, languages, utf8
from techdd.model import Issue
from techdd.patterns import digest, search, searchable
from techdd.repository import MAX_SOURCE, MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

_NOT_SEARCHED = "not searched for patterns"
_IN_PART = "searched for patterns in part"
_LEFT_OUT = ("binary", "minified")
_Answer = tuple[list[tuple[str, int, str]], str]  # the places, and why they are none or not all


class PatternPlace(NamedTuple):
    """One place where a rule of `techdd.patterns` found what it looks for."""

    rule: str
    path: str
    line: int
    role: str
    language: str
    blob: str


class PatternScan(NamedTuple):
    """One file of a language with rules; `analysed` says whether it could be searched."""

    path: str
    role: str
    language: str
    analysed: bool


@collector(makes=(PatternPlace, PatternScan), needs=(File,), version=3, minutes=60)
def patterns(repo: Repository, files: DataFrame) -> Gathered:
    """The places of all rules in each file, in whatever role. A blob is read once, ever."""
    yield from told_apart(_patterns(repo, files), PatternPlace)


def _patterns(repo: Repository, files: DataFrame) -> Gathered:
    known = files["language"].isin(searchable())
    yield from _without_rules(files[~known])
    copies: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for file in files[known & ~files["role"].isin(_LEFT_OUT)].sort_values("path").itertuples():
        copies[file.language, file.blob].append(file)
    answers: dict[tuple[str, str], _Answer] = {}
    with Kept(repo, "patterns", digest()) as kept:
        new = []
        for (language, blob), paths in copies.items():
            said = kept.get(f"{language}:{blob}")
            if said is not None:
                answers[language, blob] = said, ""
            elif not 0 <= paths[0].size <= MAX_SOURCE:
                answers[language, blob] = [], f"{paths[0].size:,} bytes"
            else:
                new.append((language, blob))
        # Where two languages share a blob it comes twice, in the order that was asked for.
        for (language, blob), (_, content) in zip(
            new, repo.blobs(blob for _, blob in new), strict=True
        ):
            answer = answers[language, blob] = _searched(language, content)
            if not answer[1]:
                kept.add(f"{language}:{blob}", answer[0])
    for key, paths in copies.items():  # in this order whatever was kept
        yield from _facts(paths, answers[key])


def _without_rules(files: DataFrame) -> Iterator[Issue]:
    """Programming languages that no rule knows: nothing found there is not clean."""
    own = files[files["role"] == "source"]
    counts = Counter(own["language"])
    for name, count in sorted(counts.items()):
        language = languages().get(name)
        if language and language.programming:
            yield Issue("no patterns for this language", detail=f"{name}: {count:,} files")


def _searched(language: str, content: bytes | None) -> _Answer:
    if content is None:
        return [], MISSING
    try:
        with one_file(content):
            found = search(language, utf8(content)[0])
            return [(*spot,) for spot in found.spots], found.left
    except (Unmeasurable, Unreadable) as error:
        return [], str(error)


def _facts(paths: list[Any], answer: _Answer) -> Iterator[PatternPlace | PatternScan | Issue]:
    places, trouble = answer
    for file in paths:
        yield PatternScan(file.path, file.role, file.language, not trouble)
        if trouble:
            reason = _IN_PART if places else _NOT_SEARCHED
            yield Issue(reason, file.path, trouble, transient=trouble == MISSING)
        for rule, line, where in places:
            if re.search(where, file.path):
                yield PatternPlace(rule, file.path, line, file.role, file.language, file.blob)
