"""Reads what is new of a history, in parallel, and keeps it by commit id.

The commits are dealt to as many `git log` as there are processors, in small blocks, so that each
has its share of the costly ones. What was read is kept by commit id (see `store.py`): a later run
reads only the commits that are new, and finds the same as one that reads everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from techdd.errors import RepositoryError
from techdd.history.log import FORMAT, LINES, NOTHING, PATHS, TABLES, Log
from techdd.history.order import landings, newest_first
from techdd.history.store import Store
from techdd.repository import Repository

BLOCK = 16  # commits that are dealt together: neighbours share the objects that git unpacks
WINDOW = 8_192  # commits that one git is given; bounds its memory and what a kill can cost

_DIFF = {
    LINES: ("--raw", "--numstat", "-M", "--no-abbrev"),
    PATHS: ("--raw", "--no-renames", "--no-abbrev"),
    NOTHING: ("--no-patch",),
}


T = TypeVar("T")


def read(repository: Repository, cores: int) -> tuple[Store, list[str], dict[str, str]]:
    """(the whole history of the audited commit as a store, its commits with the newest first, the
    mainline commit that brought each one in); `cores` gits work at the same time.

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
    return store, order, landings(parents, repository.head)


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
