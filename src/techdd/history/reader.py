"""Reads what is new of a history, in parallel, and gives the whole of it as facts.

The commits are dealt to as many `git log` as there are processors, in small blocks, so that each
has its share of the costly ones. What was read is kept by commit id (see `store.py`): a later run
reads only the commits that are new, and gives the same facts as one that reads everything.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from techdd import parquet
from techdd.errors import RepositoryError
from techdd.facts import Identity
from techdd.history.log import FORMAT, LINES, NO_OFFSET, NOTHING, PATHS, TABLES, UNDATED, Log
from techdd.history.order import landings, newest_first
from techdd.history.store import Store
from techdd.model import Issue
from techdd.repository import Repository
from techdd.text import decode

BLOCK = 16  # commits that are dealt together: neighbours share the objects that git unpacks
WINDOW = 8_192  # commits that one git is given; bounds its memory and what a kill can cost

_DIFF = {
    LINES: ("--raw", "--numstat", "-M", "--no-abbrev"),
    PATHS: ("--raw", "--no-renames", "--no-abbrev"),
    NOTHING: ("--no-patch",),
}


T = TypeVar("T")


@dataclass(frozen=True)
class History:
    """The facts of a whole history: Parquet files of `Commit`, `Change` and `Trailer` (with their
    number of rows), and everybody in it.
    """

    commits: tuple[tuple[Path, ...], int]
    changes: tuple[tuple[Path, ...], int]
    trailers: tuple[tuple[Path, ...], int]
    identities: tuple[Identity, ...]
    issues: tuple[Issue, ...]


def read(repository: Repository, cores: int) -> History:
    """The history of the audited commit; `cores` gits work at the same time.

    Merges count as commits and carry no changes of their own. Raises RepositoryError where a commit
    that the history names cannot be read.
    """
    store, known = filled(repository, cores)
    parents = {
        sha: tuple(text.split()) for sha, text in zip(known["sha"], known["parents"], strict=True)
    }
    _refuse_gaps(repository, parents)
    dates = dict(zip(known["sha"], known["committed"].tolist(), strict=True))
    order = newest_first(parents, dates, repository.head)
    store.finish(repository.head, order)
    commits = _commits(store, order, landings(parents, repository.head))
    return History(
        ((commits,), len(order)),
        _files(store, "changes"),
        _files(store, "trailers"),
        tuple(_identities(repository, store)),
        tuple(_issues(store)),
    )


def filled(repository: Repository, cores: int) -> tuple[Store, Mapping[str, Any]]:
    """(the store with all commits of the history in it, their columns sha, parents, committed and
    depth).
    """
    columns = ("sha", "parents", "committed", "depth")
    store = Store(repository, "commits", TABLES)
    known = store.columns("commits", *columns)
    listed = _listed(repository, store.complete(), set(known["sha"]))
    if listed:
        _fill(repository, store, listed, cores)
        known = store.columns("commits", *columns)
    return store, known


def _listed(repository: Repository, complete: str, known: set[str]) -> list[str]:
    """The commits of the history that are not known yet, the newest first."""
    try:
        beyond = [f"^{complete}"] if complete else []
        listed = repository.git("rev-list", repository.head, *beyond)
    except RepositoryError:
        if not complete:
            raise
        listed = repository.git("rev-list", repository.head)  # the other was thrown away since
    return [sha for sha in listed.decode().split() if sha not in known]


def _fill(repository: Repository, store: Store, listed: Sequence[str], cores: int) -> None:
    """Reads the commits `listed` into the store."""
    shallow = _boundary(repository) if repository.shallow else frozenset()
    # What lies behind the boundary is not known: its oldest commits seem to make every file.
    sound = [sha for sha in listed if sha not in shallow]
    in_parallel(cores, lambda shas: _read_task(repository, store, shas), dealt(sound, cores))
    if cut := [sha for sha in listed if sha in shallow]:
        log, error = _attempt(repository, cut, NOTHING)
        if error:
            raise error
        store.add(log.rows)


def in_parallel(cores: int, work: Callable[[T], None], tasks: Iterable[T]) -> None:
    """Does all `tasks`, so many at a time; after an error those that wait are not begun."""
    with ThreadPoolExecutor(cores) as pool:
        try:
            for future in [pool.submit(work, task) for task in tasks]:
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def dealt(shas: Sequence[str], hands: int) -> Iterator[list[str]]:
    """`shas` dealt in blocks to so many hands, round after round, as lists of about WINDOW."""
    for start in range(0, len(shas), WINDOW * hands):
        window = shas[start : start + WINDOW * hands]
        blocks = [window[at : at + BLOCK] for at in range(0, len(window), BLOCK)]
        for hand in range(hands):
            if dealt_out := [sha for block in blocks[hand::hands] for sha in block]:
                yield dealt_out


def _read_task(repository: Repository, store: Store, shas: Sequence[str]) -> None:
    for log in _logs(repository, shas):
        if log.shas:
            store.add(log.rows)


def _logs(repository: Repository, shas: Sequence[str]) -> Iterator[Log]:
    """The commits `shas`, each read as deep as its objects allow."""
    waiting = list(shas)
    while waiting:
        log, error = _attempt(repository, waiting, LINES)
        yield log
        waiting = waiting[len(log.shas) :]
        if error is None:
            return
        # Something is missing or damaged, which costs the commits that need it and no others.
        lacking = _lacking(repository, waiting)
        if lacking:
            yield from _shallower([sha for sha in waiting if sha in lacking], repository)
            waiting = [sha for sha in waiting if sha not in lacking]
        else:
            yield from _alone(waiting.pop(0), repository, (LINES, PATHS, NOTHING))


def _shallower(shas: list[str], repository: Repository) -> Iterator[Log]:
    """The commits `shas`, which lack the contents of files, by their paths."""
    while shas:
        log, error = _attempt(repository, shas, PATHS)
        yield log
        shas = shas[len(log.shas) :]
        if error is not None:
            yield from _alone(shas.pop(0), repository, (PATHS, NOTHING))


def _alone(sha: str, repository: Repository, depths: Sequence[int]) -> Iterator[Log]:
    """One commit as deep as it can be read. Raises RepositoryError where it cannot be at all."""
    for depth in depths:
        log, error = _attempt(repository, [sha], depth)
        if error is None:
            yield log
            return
    if error is not None:
        raise error


def _attempt(
    repository: Repository, shas: Sequence[str], depth: int
) -> tuple[Log, RepositoryError | None]:
    """(as many of the commits `shas` as could be read, in their order; why no more)."""
    log = Log(depth)
    command = ("log", "--no-walk=unsorted", "--stdin", *FORMAT, *_DIFF[depth])
    try:
        log.read(repository.stream(*command, lines=shas))
    except RepositoryError as error:
        log.drop_last()
        return log, error
    if log.shas != list(shas):
        raise RepositoryError(f"read {len(log.shas)} of {len(shas)} commits", repository.name)
    return log, None


def _lacking(repository: Repository, shas: Sequence[str]) -> set[str]:
    """The commits whose changes name a file version that is not there."""
    log, _ = _attempt(repository, shas, PATHS)
    wanted = [(row[0], {one for one in row[-2:] if one}) for row in log.rows["changes"]]
    names = {f"{one:015x}": one for one in sorted(set().union(*(keys for _, keys in wanted)))}
    answers = repository.stream("cat-file", "--batch-check", lines=names)
    lost = {
        names[line.split()[0].decode()]
        for line in b"".join(answers).splitlines()
        if line.endswith(b" missing")
    }
    return {sha for sha, keys in wanted if keys & lost}


def _boundary(repository: Repository) -> frozenset[str]:
    return frozenset((repository.git_dir / "shallow").read_text().split())


def _refuse_gaps(repository: Repository, parents: Mapping[str, tuple[str, ...]]) -> None:
    for sha, own in parents.items():
        for parent in own:
            if parent not in parents:
                raise RepositoryError(
                    f"commit {parent[:12]}, a parent of {sha[:12]}, was not read", repository.name
                )


def _files(store: Store, table: str) -> tuple[tuple[Path, ...], int]:
    paths = store.files(table)
    ((rows,),) = store.connection.sql(f"SELECT count(*) FROM {parquet.files(paths)}").fetchall()
    return tuple(paths), int(rows)


def _commits(store: Store, order: Sequence[str], landed: Mapping[str, str]) -> Path:
    """Writes the `Commit` facts, the newest first."""
    import numpy as np

    places = {
        "sha": np.array(order, object),
        "number": np.arange(len(order) - 1, -1, -1),
        "landed": np.array([landed[sha] for sha in order], object),
    }
    select = f"""
        SELECT sha, number, author, committer, {_time("authored")}, {_time("committed")},
            NULLIF("offset", {NO_OFFSET}) AS "offset",
            CASE parents WHEN '' THEN 0
                ELSE length(parents) - length(replace(parents, ' ', '')) + 1 END AS parents,
            landed = sha AS mainline, landed, subject, review, assisted, reverts,
            files, added, deleted
        FROM places JOIN {parquet.files(store.files("commits"))} USING (sha)
        ORDER BY number DESC"""
    target = store.root / "commits.parquet"
    fresh = target.with_suffix(f".{os.getpid()}")
    parquet.write(store.connection, select, fresh, {"places": places})
    fresh.replace(target)  # what was linked to the old one keeps it
    return target


def _time(column: str) -> str:
    return f"CASE {column} WHEN {UNDATED} THEN NULL ELSE to_timestamp({column}) END AS {column}"


def _identities(repository: Repository, store: Store) -> Iterator[Identity]:
    """Everybody who wrote, committed or was named, by id, as the mailmap spells them."""
    people = store.columns("people", "identity", "name", "email", "sha", "role")
    commits = parquet.files(store.files("commits"))
    when = f"NULLIF(authored, {UNDATED})"
    counted = store.connection.sql(
        f"SELECT author, count(*), min({when}), max({when}) FROM {commits} GROUP BY author"
    ).fetchall()
    wrote = {author: (number, _time_of(a), _time_of(z)) for author, number, a, z in counted}
    written: dict[str, tuple[str, str]] = {}
    examples: set[str] = set()
    for identity, name, email, sha, role in zip(*people.values(), strict=True):
        written[identity] = (name, email)
        if role:
            examples.add(sha)
    spelled = _mailmap(repository, examples)
    for identity, pair in sorted(written.items()):
        name, email = spelled.get(pair, pair)
        number, first, last = wrote.get(identity, (0, None, None))
        yield Identity(identity, name, email, number, first, last)


def _mailmap(repository: Repository, shas: Iterable[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """(name, address) as written -> as the mailmap of the audited tree has it.

    `shas` are commits in which between them each pair occurs.
    """
    if not repository.git("ls-tree", repository.head, ".mailmap"):
        return {}
    form = "--format=%an%x00%ae%x00%aN%x00%aE%x00%cn%x00%ce%x00%cN%x00%cE"
    command = ("log", "--no-walk=unsorted", "--stdin", "-z", "--encoding=UTF-8", "--no-patch", form)
    out = b"".join(repository.stream(*command, lines=sorted(shas)))
    values = [decode(value) for value in out.split(b"\0")[:-1]]
    return {
        (values[at], values[at + 1]): (values[at + 2], values[at + 3])
        for at in range(0, len(values), 4)
    }


def _time_of(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _issues(store: Store) -> Iterator[Issue]:
    commits = parquet.files(store.files("commits"))

    def told(condition: str) -> tuple[int, str]:
        select = f"SELECT count(*), min(sha) FROM {commits} WHERE {condition}"
        ((number, example),) = store.connection.sql(select).fetchall()
        return int(number), str(example)[:10]

    number, _ = told(f"authored = {UNDATED} OR committed = {UNDATED}")
    if number:
        yield Issue("commits with an implausible date", detail=f"{number:,}")
    number, example = told(f"depth = {PATHS}")
    if number:
        detail = f"{number:,} commits whose file contents are missing, such as {example}"
        yield Issue("lines changed and renames are not known", detail=detail)
    number, example = told(f"depth = {NOTHING}")
    if number:
        detail = f"{number:,} commits whose trees or parents are missing, such as {example}"
        yield Issue("changes are not known", detail=detail)
