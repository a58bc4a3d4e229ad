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
from techdd.history.log import BOUNDARY, FORMAT, LINES, NOTHING, PATHS, TABLES, Log, Rows
from techdd.history.order import landings, newest_first
from techdd.history.store import Store
from techdd.repository import Repository

BLOCK = 16  # commits that are dealt together: neighbours share the objects that git unpacks
WINDOW = 65_536  # commits that one git is given; bounds its memory

_DIFF = {
    LINES: ("--raw", "--numstat", "-M", "--no-abbrev"),
    PATHS: ("--raw", "--no-renames", "--no-abbrev"),
    NOTHING: ("--no-patch",),
    BOUNDARY: ("--no-patch",),
}


T = TypeVar("T")
Keep = Callable[[Rows], None]


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
    in_parallel(cores, lambda shas: _read(repository, shas, store.add), dealt(sound, cores))
    if cut := [sha for sha in listed if sha in shallow]:
        _, error = _attempt(repository, cut, BOUNDARY, store.add)
        if error:
            raise error


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


def _read(repository: Repository, shas: Sequence[str], keep: Keep) -> None:
    """Reads the commits `shas`, each as deep as its objects allow."""
    waiting = list(shas)
    while waiting:
        done, error = _attempt(repository, waiting, LINES, keep)
        waiting = waiting[done:]
        if error is None:
            return
        # Something is missing or damaged, which costs the commits that need it and no others.
        lacking = _lacking(repository, waiting)
        if lacking:
            _read_paths(repository, [sha for sha in waiting if sha in lacking], keep)
            waiting = [sha for sha in waiting if sha not in lacking]
        else:
            _read_one(repository, waiting.pop(0), (LINES, PATHS, NOTHING), keep)


def _read_paths(repository: Repository, shas: list[str], keep: Keep) -> None:
    """Reads the commits `shas`, which lack the contents of files, by their paths."""
    while shas:
        done, error = _attempt(repository, shas, PATHS, keep)
        shas = shas[done:]
        if error is not None:
            _read_one(repository, shas.pop(0), (PATHS, NOTHING), keep)


def _read_one(repository: Repository, sha: str, depths: Sequence[int], keep: Keep) -> None:
    """Reads one commit as deep as it can be. Raises RepositoryError where it cannot be at all."""
    for depth in depths:
        _, error = _attempt(repository, [sha], depth, keep)
        if error is None:
            return
    if error is not None:
        raise error


def _attempt(
    repository: Repository, shas: Sequence[str], depth: int, keep: Keep
) -> tuple[int, RepositoryError | None]:
    """(how many of the commits `shas` could be read, in their order; why no more)."""
    log = Log(depth, keep)
    command = ("log", "--no-walk=unsorted", "--stdin", *FORMAT, *_DIFF[depth])
    try:
        log.read(repository.stream(*command, lines=shas))
    except RepositoryError as error:
        log.drop_last()
        log.flush()
        return len(log.shas), error
    if log.shas != list(shas):
        raise RepositoryError(f"read {len(log.shas)} of {len(shas)} commits", repository.name)
    log.flush()
    return len(shas), None


def _lacking(repository: Repository, shas: Sequence[str]) -> set[str]:
    """The commits whose changes name a file version that is not there."""
    wanted: list[tuple[str, set[int]]] = []

    def note(rows: Rows) -> None:
        wanted.extend((row[0], {one for one in row[-2:] if one}) for row in rows["changes"])

    _attempt(repository, shas, PATHS, note)
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
