"""Reads which lines each commit replaced, in parallel, and keeps them by commit id.

A second pass over the history beside that of `reader.py`: it prints the patches themselves, and for
merges what is as in no parent. Line counts come from the first pass only: without context, as here,
git compares in another way and may place a change differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from techdd.derived import Keep, Schema, arrays, from_store
from techdd.errors import RepositoryError
from techdd.history.log import LINES, NOTHING, key
from techdd.history.patches import read_merges, read_patches
from techdd.history.reader import dealt, filled, folder, in_parallel, opened
from techdd.history.stream import FORMAT, Patched, patched
from techdd.repository import Repository
from techdd.text import decode

_PATCH = ("log", "--no-walk=unsorted", "--stdin", *FORMAT, "-p", "-U0")
_PENDING = 8 << 20  # bytes of patches that are read in one go

_NUMBERS = ("commit", "place")
TABLES: Schema = {
    "commits": {"sha": str, "depth": int},
    "blocks": dict.fromkeys((*_NUMBERS, "at", "deleted", "added"), int),
    "merged": {"commit": int, "place": int, "path": str, "first": int, "second": int, "after": int},
    "runs": dict.fromkeys((*_NUMBERS, "first", "second", "code", "count"), int),
}


def read_lines(repository: Repository, cores: int) -> Mapping[str, Mapping[str, Any]]:
    """The tables of TABLES over the whole history, as arrays by column.

    `commit` is the key of a commit's id. The rows of a commit stand together, in their order.
    """
    return from_store(folder(repository), lambda: _lines(repository, cores))


def _lines(repository: Repository, cores: int) -> Mapping[str, Mapping[str, Any]]:
    commits, _ = filled(repository, cores)
    known = commits.columns("commits", "sha", "parents", "depth")
    store = opened(repository, "lines", TABLES)
    rows = zip(known["sha"], known["parents"], known["depth"].tolist(), strict=True)
    readable = {sha: len(own.split()) for sha, own, depth in rows if depth == LINES}
    before = store.columns("commits", "sha", "depth")
    depths = zip(before["sha"], before["depth"].tolist(), strict=True)
    done = {sha for sha, depth in depths if depth == LINES and sha in readable}
    if len(done) < len(before["sha"]) or store.crowded():
        store.keep(sorted(done))
    plain = [sha for sha, parents in readable.items() if parents < 2 and sha not in done]
    merges = [sha for sha, parents in readable.items() if parents == 2 and sha not in done]
    tasks = [(shas, _Plain) for shas in dealt(plain, cores)]
    tasks += [(shas, _Merges) for shas in dealt(merges, cores)]
    with store.gathering() as keep:
        in_parallel(cores, lambda task: _read(repository, keep, *task), tasks)
    store.finish(repository.head)
    return {name: store.columns(name, *columns) for name, columns in TABLES.items()}


class _Plain:
    """Patches against one parent, as columns."""

    options: tuple[str, ...] = ("-M",)

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = {table: [] for table in TABLES}
        self.pending: list[Patched] = []

    def add(self, commit: Patched) -> None:
        self.rows["commits"].append((commit.sha, LINES))
        if commit.raws:
            self.pending.append(commit)

    def read_pending(self) -> None:
        """Reads the patches that wait; one that does not match its raw lines is left out."""
        sections, blocks = read_patches([one.patch for one in self.pending])
        places = self.places(sections)
        self.rows["blocks"] += _placed(places, blocks)
        self.pending = []

    def places(self, sections: Any) -> list[tuple[int, int]]:
        """(commit, place of the raw line) of each section; (0, -1) where it has none."""
        import numpy as np

        bounds = np.searchsorted(sections.commit, np.arange(len(self.pending) + 1)).tolist()
        found: list[tuple[int, int]] = []
        for number, one in enumerate(self.pending):
            expected: list[tuple[int, int]] = []
            for place, raw in enumerate(one.raws):
                if raw.status == b"T":  # first one kind is taken away, then another comes
                    expected.append((0, -1))
                expected.append((key(one.sha), place))
            count = bounds[number + 1] - bounds[number]
            found += expected if len(expected) == count else [(0, -1)] * count
        return found


class _Merges(_Plain):
    """Combined patches against two parents, as columns."""

    options = ("-c", "--no-renames")

    def read_pending(self) -> None:
        sections, runs = read_merges([one.patch for one in self.pending])
        places = self.places(sections)
        self.rows["runs"] += _placed(places, runs)
        for one in self.pending:
            for place, raw in enumerate(one.raws):
                versions = (key(one) for one in (*raw.before, raw.after))
                row = (key(one.sha), place, decode(raw.path), *versions)
                self.rows["merged"].append(row)
        self.pending = []


def _placed(places: list[tuple[int, int]], rows: Any) -> Iterator[tuple[int, ...]]:
    for section, *values in zip(*(column.tolist() for column in rows), strict=True):
        commit, place = places[section]
        if place >= 0:
            yield (commit, place, *values)


def _read(
    repository: Repository,
    keep: Keep,
    shas: Sequence[str],
    kind: type[_Plain],
) -> None:
    """Reads the commits `shas`, those that cannot be read without any line."""
    part = kind()
    waiting = list(shas)
    while waiting:
        stream = repository.stream(*_PATCH, *kind.options, lines=waiting)
        size = seen = 0
        try:
            for commit in patched(stream):
                part.add(commit)
                seen += 1
                size += len(commit.patch)
                if size > _PENDING:
                    part.read_pending()
                    size = 0
        except RepositoryError:
            part.rows["commits"].append((waiting[seen], NOTHING))
            seen += 1
        waiting = waiting[seen:]
    part.read_pending()
    keep({table: arrays(rows, TABLES[table]) for table, rows in part.rows.items()})
