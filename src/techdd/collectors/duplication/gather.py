"""Gathers the clones of one repository, and the marks by which those in others are found."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors._units import Clone, Duplicated
from techdd.collectors.duplication.groups import WINDOW, groups, windows
from techdd.collectors.duplication.tokens import Tokenizer, Tokens
from techdd.facts import Columns, File
from techdd.languages import Unmeasurable, languages, utf8
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, MISSING, Repository

if TYPE_CHECKING:
    from pandas import DataFrame

LINES = 6  # that a clone has at least, as in the SIG model
MOST_CLONES = 50_000  # places that are kept, those of the longest groups
# Steps that a framework writes for a database are alike and are never changed again.
_MIGRATIONS = r"(?:^|/)(?:[Mm]igrations?|db/migrate|alembic/versions)/"
MARKED = 16  # one window of so many, chosen by its hash, is a mark


class CloneMark(NamedTuple):
    """A window of tokens by its hash: where another repository has it too, code is shared."""

    mark: int
    path: str
    start: int
    end: int


class _Read(NamedTuple):
    """A file and its tokens, of which the first is number `begin` of all."""

    path: str
    component: str
    language: str
    tokens: Tokens
    begin: int


@collector(makes=(Clone, Duplicated, CloneMark), needs=(File,), minutes=30)
def duplication(repo: Repository, files: DataFrame) -> Gathered:
    """Equal code of at least fifty tokens and six lines in files of production code."""
    programming = [name for name, language in languages().items() if language.programming]
    wanted = files[(files["role"] == "source") & files["language"].isin(programming)]
    wanted = wanted[(wanted["size"] <= MAX_SOURCE) & ~wanted["path"].str.contains(_MIGRATIONS)]
    wanted = wanted.sort_values("path")
    tokenizer = Tokenizer()
    known: dict[tuple[str, str], Tokens] = {}
    read: list[_Read] = []
    begin = 0
    contents = repo.blobs(wanted["blob"])
    for file, (_, content) in zip(wanted.itertuples(), contents, strict=True):
        if content is None:
            yield Issue(MISSING, file.path, transient=True)
            continue
        try:
            if (file.blob, file.language) not in known:
                tokens = tokenizer.tokens(languages()[file.language], utf8(content)[0])
                known[file.blob, file.language] = tokens
        except Unmeasurable as error:
            yield Issue("not searched for copies", file.path, str(error))
            continue
        tokens = known[file.blob, file.language]
        read.append(_Read(file.path, file.component, file.language, tokens, begin))
        begin += len(tokens.hashes) + 1
    if read:
        yield from _clones(read)
        yield Columns(CloneMark, _marks(read))


def _clones(read: Sequence[_Read]) -> Gathered:
    import numpy as np

    # A token of its own parts two files.
    parts = (
        part
        for number, one in enumerate(read)
        for part in (one.tokens.hashes, np.array([number], np.uint64))
    )
    row = np.concatenate(list(parts))
    begins = [one.begin for one in read]
    copied = np.zeros(len(row), np.bool_)
    kept = left = 0
    for group in sorted(groups(row), key=lambda one: (-one.length, int(one.places[0]))):
        name = f"{int(row[group.places[0]]):016x}.{int(group.places[0])}"
        clones = {
            place: _placed(read[bisect(begins, place) - 1], place, group.length, name)
            for place in group.places.tolist()
        }
        clones = {place: clone for place, clone in clones.items() if clone.lines >= LINES}
        if len(clones) < 2:
            continue
        for place in clones:
            copied[place : place + group.length] = True
        if kept + len(clones) <= MOST_CLONES:
            kept += len(clones)
            yield from clones.values()
        else:
            left += len(clones)
    if left:
        detail = f"{left:,} places of the shortest"
        yield Issue("clones that are counted and not listed", detail=detail)
    for one in read:
        lines = one.tokens.lines
        own = copied[one.begin : one.begin + len(lines)]
        held, twice = (len(np.unique(some)) for some in (lines, lines[own]))
        yield Duplicated(one.path, one.component, one.language, held, twice)


def _placed(file: _Read, place: int, length: int, name: str) -> Clone:
    import numpy as np

    lines = file.tokens.lines[place - file.begin : place - file.begin + length]
    held = int(np.count_nonzero(np.diff(lines))) + 1
    return Clone(name, file.path, file.component, int(lines[0]), int(lines[-1]), held, length)


def _marks(read: Sequence[_Read]) -> dict[str, list[Any]]:
    import numpy as np

    rows: dict[str, list[Any]] = {name: [] for name in CloneMark._fields}
    for one in read:
        hashed, lines = windows(one.tokens.hashes), one.tokens.lines
        at = np.flatnonzero(hashed % MARKED == 0)
        rows["mark"] += (hashed[at] >> 4).astype(np.int64).tolist()
        rows["path"] += [one.path] * len(at)
        rows["start"] += lines[at].tolist()
        rows["end"] += lines[at + WINDOW - 1].tolist()
    return rows
