"""Reads what is new of a history, in parallel, and keeps it by commit id.

The commits are dealt to as many `git log` as there are processors, in blocks, so that each has its
share of the costly ones. What was read is kept by commit id (see `store.py`): a later run
reads only the commits that are new, and finds the same as one that reads everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from typing import Any, TypeVar

from techdd.errors import RepositoryError
from techdd.history.log import BOUNDARY, FORMAT, LINES, NOTHING, PATHS, TABLES, Batch, Log
from techdd.history.order import landings, newest_first
from techdd.history.store import Store
from techdd.repository import Repository, records

BLOCKS = (16, 256)  # commits dealt together, fewest and most: neighbours share unpacked objects
ROUNDS = 64  # in which a hand should get its blocks, to have its share of the costly commits
WINDOWS = (4_096, 65_536)  # commits that a git is given, the first and later ones; bounds memory

_DIFF = {
    LINES: ("--raw", "--numstat", "-M", "--no-abbrev"),
    PATHS: ("--raw", "--no-renames", "--no-abbrev"),
    NOTHING: ("--no-patch",),
    BOUNDARY: ("--no-patch",),
}


T = TypeVar("T")
Keep = Callable[[Batch], None]


def read(repository: Repository, cores: int) -> tuple[Store, list[str], dict[str, str]]:
    """(the whole history of the audited commit as a store, its commits with the newest first, the
    mainline commit that brought each one in); `cores` gits work at the same time.

    Merges count as commits and carry no changes of their own. Raises RepositoryError where a commit
    that the history names cannot be read.
    """
    store, known = filled(repository, cores)
    parents = dict(zip(known["sha"], map(str.split, known["parents"]), strict=True))
    if lost := set(chain.from_iterable(parents.values())) - parents.keys():
        raise RepositoryError(f"commit {min(lost)[:12]} was not read", repository.name)
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
    shallow = _boundary(repository)
    known = store.columns("commits", *columns)
    # What was cut off or could not be read then may be there now, and the other way round.
    depths = zip(known["sha"], known["depth"].tolist(), strict=True)
    sound = {sha for sha, depth in depths if depth == (BOUNDARY if sha in shallow else LINES)}
    if len(sound) < len(known["sha"]):
        store.keep(sound)
        known = store.columns("commits", *columns)
    before = store.parts()
    new = (sha for sha in _listed(repository, store.complete()) if sha not in sound)
    _fill(repository, store, new, shallow, cores)
    if len(store.parts()) > len(before):
        known = _joined(known, store.columns("commits", *columns, beyond=before))
    return store, known


def _joined(some: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    import numpy as np

    return {name: np.concatenate([column, more[name]]) for name, column in some.items()}


def _listed(repository: Repository, complete: str) -> Iterator[str]:
    """The commits of the history beyond that of `complete`, the newest first."""
    if complete:
        try:
            listed = repository.git("rev-list", repository.head, f"^{complete}")
        except RepositoryError:
            pass  # it was thrown away since
        else:
            yield from listed.decode().split()
            return
    for sha in records(repository.stream("rev-list", repository.head), b"\n"):
        yield sha.decode()


def _fill(
    repository: Repository,
    store: Store,
    listed: Iterable[str],
    shallow: Collection[str],
    cores: int,
) -> None:
    """Reads the commits `listed` into the store.

    What lies behind those of `shallow` is not known: they seem to make every file.
    """
    cut: list[str] = []

    def sound() -> Iterator[str]:
        for sha in listed:
            if sha in shallow:
                cut.append(sha)
            else:
                yield sha

    in_parallel(cores, lambda shas: _read(repository, shas, store.add), dealt(sound(), cores))
    if cut:
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


def dealt(shas: Iterable[str], hands: int) -> Iterator[list[str]]:
    """`shas` dealt in blocks to so many hands, round after round, as lists of about a window.

    The first lists are short and come before all `shas` are there, so that work can begin.
    """
    waiting = iter(shas)
    first, later = WINDOWS
    window = list(islice(waiting, first * hands))
    while window:
        size = min(max(len(window) // (hands * ROUNDS), BLOCKS[0]), BLOCKS[1])
        blocks = [window[at : at + size] for at in range(0, len(window), size)]
        for hand in range(hands):
            if dealt_out := [sha for block in blocks[hand::hands] for sha in block]:
                yield dealt_out
        window = list(islice(waiting, later * hands))


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
    wanted: list[tuple[str, int]] = []

    def note(batch: Batch) -> None:
        changes = batch["changes"]
        for versions in (changes["before"], changes["after"]):
            wanted.extend(zip(changes["sha"], versions.tolist(), strict=True))

    _attempt(repository, shas, PATHS, note)
    names = {f"{one:015x}": one for one in sorted({one for _, one in wanted if one})}
    answers = repository.stream("cat-file", "--batch-check", lines=names)
    lost = {
        names[line.split()[0].decode()]
        for line in b"".join(answers).splitlines()
        if line.endswith(b" missing")
    }
    return {sha for sha, one in wanted if one in lost}


def _boundary(repository: Repository) -> frozenset[str]:
    """The commits that end a shallow history."""
    text = (repository.git_dir / "shallow").read_text() if repository.shallow else ""
    return frozenset(text.split())
