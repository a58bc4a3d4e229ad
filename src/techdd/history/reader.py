"""Reads what is new of a history, in parallel, and keeps it by commit id.

As many `git log` as there are processors each take the next share of neighbouring commits. What was
read is kept by commit id (see `derived.py`): a later run reads only the commits that are new, and
finds the same as one that reads everything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from techdd.derived import Keep, Schema, Store, Tables
from techdd.errors import RepositoryError
from techdd.history.log import BOUNDARY, FORMAT, LINES, NOTHING, PATHS, TABLES, Log
from techdd.history.order import landings, numbers
from techdd.repository import Repository, git_version, records

_PLACING = ("sha", "parents", "committed")
SHARES = (1_024, 65_536)  # commits that a git is given, fewest and most; bounds memory

_DIFF = {
    LINES: ("--raw", "--numstat", "-M", "--no-abbrev"),
    PATHS: ("--raw", "--no-renames", "--no-abbrev"),
    NOTHING: ("--no-patch",),
    BOUNDARY: ("--no-patch",),
}


STORED = 7  # the format of the stored tables; raise it whenever they would differ

T = TypeVar("T")


class History(NamedTuple):
    """A whole history that was read. `places` has the columns sha, number and landed of the commits
    that the facts in the files `placed` do not hold.
    """

    store: Store
    places: Mapping[str, Any]
    placed: list[Path]


def folder(repository: Repository) -> Path:
    """Where the history of `repository` is kept."""
    return repository.derived / "history"


def opened(repository: Repository, kind: str, schema: Schema) -> Store:
    """What is kept of it; another git may count lines otherwise."""
    return Store(folder(repository), kind, f"{STORED}-{git_version()}", schema)


def read(repository: Repository, cores: int) -> History:
    """The whole history of the audited commit; `cores` gits work at the same time.

    Merges count as commits and carry no changes of their own. Raises RepositoryError where a commit
    that the history names cannot be read.
    """
    store, new = filled(repository, cores)
    if new is not None and not store.crowded() and (grown := _grown(repository, store, new)):
        return grown
    store.reopen()
    rows = store.columns("commits", *_PLACING)
    parents = dict(zip(rows["sha"], map(str.split, rows["parents"]), strict=True))
    landed = landings(parents, repository.head) or {}
    places = _places(repository, rows, parents, landed, {})
    store.keep(places["sha"][::-1])  # the newest first, as git tells them
    return History(store, places, [])


def _grown(repository: Repository, store: Store, new: Collection[str]) -> History | None:
    """The history that became longer by the `new` commits; None where the places of those that were
    there may be others now.
    """
    base, placed = store.complete()
    if store.count(store.files("commits")) != store.count(placed) + len(new):
        return None  # some are not reached any more
    rows = store.columns("commits", *_PLACING, among=new)
    parents = dict(zip(rows["sha"], map(str.split, rows["parents"]), strict=True))
    landed = landings(parents, repository.head, base)
    if landed is None:
        return None
    known = store.found(placed, "sha", "number", among=set(chain.from_iterable(parents.values())))
    before = dict(zip(known["sha"], known["number"].tolist(), strict=True))
    return History(store, _places(repository, rows, parents, landed, before), placed)


def _places(
    repository: Repository,
    rows: Mapping[str, Any],
    parents: Mapping[str, list[str]],
    landed: Mapping[str, str],
    before: Mapping[str, int],
) -> Mapping[str, Any]:
    """The places of the commits `landed`; `before` has the numbers of parents placed before."""
    import numpy as np

    if lost := set(chain.from_iterable(parents.values())) - parents.keys() - before.keys():
        raise RepositoryError(f"commit {min(lost)[:12]} was not read", repository.name)
    dates = dict(zip(rows["sha"], rows["committed"].tolist(), strict=True))
    number = numbers(parents, dates, repository.head, before)
    return {
        "sha": np.array(list(number), object),
        "number": np.array(list(number.values()), np.int64),
        "landed": np.array([landed[sha] for sha in number], object),
    }


def filled(repository: Repository, cores: int) -> tuple[Store, list[str] | None]:
    """(the store with all commits of the history in it, those beyond what was complete before; None
    where nothing was).
    """
    store = opened(repository, "commits", TABLES)
    shallow = _boundary(repository)
    _drop_unsound(store, shallow)
    base, _ = store.complete()
    new = _listed_beyond(repository, base) if base else None
    known = set(store.columns("commits", "sha", among=new)["sha"])
    listed = _listed(repository) if new is None else new
    _fill(repository, store, (sha for sha in listed if sha not in known), shallow, cores)
    return store, new


def _drop_unsound(store: Store, shallow: Collection[str]) -> None:
    """Forgets what was cut off or could not be read then, for it may be there now, and what is cut
    off now.
    """
    rows = store.columns("commits", "sha", "depth", where=f"depth <> {LINES}")
    depths = dict(zip(rows["sha"], rows["depth"].tolist(), strict=True))
    unsound = {sha for sha, depth in depths.items() if depth != BOUNDARY or sha not in shallow}
    if shallow:
        unsound |= set(store.columns("commits", "sha", among=shallow)["sha"]) - depths.keys()
    if unsound:
        store.keep(sorted(set(store.columns("commits", "sha")["sha"]) - unsound))


def _listed(repository: Repository) -> Iterator[str]:
    """The commits of the history, the newest first."""
    for sha in records(repository.stream("rev-list", repository.head), b"\n"):
        yield sha.decode()


def _listed_beyond(repository: Repository, base: str) -> list[str] | None:
    """The commits beyond those that `base` reaches; None where it was thrown away since."""
    try:
        return repository.git("rev-list", repository.head, f"^{base}").decode().split()
    except RepositoryError:
        return None


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

    with store.gathering() as keep:
        in_parallel(cores, lambda shas: _read(repository, shas, keep), dealt(sound(), cores))
        if cut:
            _, error = _attempt(repository, cut, BOUNDARY, keep)
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
    """`shas` in lists of neighbours, which share unpacked objects, for hands that each take the
    next list.

    The first lists are short, so that work begins before all `shas` are there, and so are the last,
    so that all hands end together (guided self-scheduling: Polychronopoulos and Kuck, IEEE
    Transactions on Computers 36(12), 1987).
    """
    waiting = iter(shas)
    fewest, most = SHARES
    yield from filter(None, [list(islice(waiting, 2 * fewest)) for _ in range(hands)])
    while window := list(islice(waiting, 3 * hands * most // 2)):
        start = 0
        while start < len(window):
            end = start + max(2 * (len(window) - start) // (3 * hands), fewest)
            yield window[start:end]
            start = end


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

    def note(batch: Tables) -> None:
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
