"""Opens the repositories of an engagement, many at once.

A server that is slow, silent or gone keeps neither a processor nor the others waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event, Lock
from typing import NamedTuple

from techdd import jobs
from techdd.cluster import Place
from techdd.errors import RepositoryError
from techdd.model import Issue, Run, Status
from techdd.policy import RepositoryEntry
from techdd.repository import Repository
from techdd.text import without_folders
from techdd.workspace import OPENING, Workspace

AT_ONCE = 8  # repositories
PATIENCE = 5.0  # seconds that what is open waits for what is not yet


class Opened(NamedTuple):
    """How a repository opened; `repository` None where it could not be, and `error` says why."""

    run: Run
    repository: Repository | None = None
    error: str = ""


@contextmanager
def opening(
    workspace: Workspace, place: Place, tell: Callable[[jobs.Event], None]
) -> Iterator[Iterator[list[Opened]]]:
    """Opens all repositories of the engagement in their `place` while the block is worked on; hands
    them out in batches, each in the engagement's order, the first as soon as there is something to
    measure.
    """
    entries = workspace.engagement.repositories
    stop = Event()
    telling = Lock()

    def told(entry: RepositoryEntry, run: Run | None) -> None:
        with telling:
            tell(jobs.Event(1, OPENING, entry.name, run))

    def open_one(entry: RepositoryEntry) -> Opened:
        told(entry, None)
        try:
            repository = place.open(workspace.placed(entry), stop)
            found = Opened(_opened(repository), repository)
        except RepositoryError as error:
            found = Opened(_not_opened(entry, error), error=str(error))
        told(entry, found.run)
        return found

    with ThreadPoolExecutor(max(AT_ONCE, place.workers)) as threads:
        try:
            yield _batches([threads.submit(open_one, entry) for entry in entries])
        except BaseException:
            stop.set()
            threads.shutdown(cancel_futures=True)
            raise


def _batches(futures: list[Future[Opened]]) -> Iterator[list[Opened]]:
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, PATIENCE)
        if not done:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
        yield [one.result() for one in futures if one in done]


def _opened(repository: Repository) -> Run:
    status = Status.PARTIAL if repository.issues else Status.OK
    state = repository.state
    return Run(OPENING, repository.name, status, state, {}, repository.issues, state)


def _not_opened(entry: RepositoryEntry, error: RepositoryError) -> Run:
    """The record reaches the report, so it names no folder of this machine."""
    detail = without_folders(error.message)
    return Run(OPENING, entry.name, Status.FAILED, "", {}, (Issue("cannot be opened", "", detail),))
