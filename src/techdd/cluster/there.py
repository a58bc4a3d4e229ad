"""The worker's side of a cluster: a job is opened, run and sent back on another machine.

    <folder>/<engagement>/<repository>/mirror.git     where its source is a URL
    <folder>/<engagement>/<repository>/overlay.git    and what is derived from it

`engagement` is one copy of it (`copies.copy_identity`), so that colleagues at work on copies do not
meet. Nothing is shared with the sender but the repository's source: the facts that a job needs come
with it, and those it makes go back. The job itself runs in a process of its own, as on one machine.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, requires, version
from multiprocessing import current_process
from pathlib import Path

from techdd import __version__, advisories, folders, sandbox, scratch, software
from techdd.cloning import Fetch, clone
from techdd.errors import RepositoryError
from techdd.evidence import Evidence
from techdd.facts import Parts
from techdd.opening import open_entry
from techdd.policy import RepositoryEntry
from techdd.repository import Repository, git_version
from techdd.text import without_folders
from techdd.worker import DEATHS, Outcome, Task, abandon, alone, executor, work

FOLDER = "TECHDD_WORKER_FOLDER"  # the variable that names the worker's folder
LOOK = 1.0  # seconds after which a worker looks whether its job is still wanted
# Options that name places of a machine: where they are the sender's usual ones, a worker takes its
# own, which the comparison of tools found to be the same.
OWN: Mapping[str, Callable[[], str]] = {
    "advisories": lambda: str(advisories.default_folder()),
    "semgrep": lambda: sandbox.program("semgrep"),
}
_CHANGED = "has changed since this run opened it; run the same command again"


@dataclass(frozen=True)
class Terms:
    """What holds for all work of one run: the engagement, in whose folder it is done; the run by a
    token of its own; the sender's tools; and the minutes that mirroring a repository may take.
    """

    engagement: str
    run: str
    tools: Mapping[str, str]
    minutes: float


@dataclass(frozen=True)
class Parcel:
    """One job on its way: `task` with the sender's folders in it, the repository's source, the
    evidence that is needed (path in the store -> content), and the options of which a worker takes
    its own.
    """

    task: Task
    entry: RepositoryEntry
    facts: Mapping[str, bytes]
    own: tuple[str, ...]
    terms: Terms


class Unwanted(Exception):
    """Nobody waits for this job any more."""


@lru_cache(4)
def tools(_run: str) -> dict[str, str]:
    """What results depend on, so that it must be the same on all machines: name -> version; looked
    at once a run.
    """
    from packaging.requirements import Requirement

    status = advisories.status(advisories.default_folder())
    own = {
        "techdd": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "git": git_version(),
        "plug-ins": software.digest()[:12],
        "advisories": status.digest[:12] if status else "none",
        "semgrep": _semgrep(),
        "copies of source": "in memory" if scratch.in_memory() else "on disk",
    }
    needed = (Requirement(line) for line in requires("techdd") or ())
    names = sorted(one.name for one in needed if not one.marker or one.marker.evaluate())
    return own | {name: _version(name) for name in names}


def differs(mine: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """In what tools differ, in words; "" = in nothing."""
    for name in (*mine, *theirs):
        if (other := theirs.get(name, "none")) != (own := mine.get(name, "none")):
            return f"has {name} {other}, not {own}"
    return ""


def cannot_work() -> str:
    """Why this worker can run no job; "" = it can."""
    if current_process().daemon:
        return "may not start processes; start it with DASK_DISTRIBUTED__WORKER__DAEMON=False"
    return ""


def open_there(entry: RepositoryEntry, terms: Terms) -> Repository:
    """Opens a repository on a worker, fetching it first. Raises RepositoryError."""
    if why := differs(terms.tools, tools(terms.run)):
        raise RepositoryError(f"was not opened: the worker {why}", entry.name)
    home = _home(terms.engagement, entry)
    with _locked(home):
        return _keep(terms.engagement, open_entry(entry, home, _fetch(terms.minutes)))


def run_there(parcel: Parcel) -> Outcome:
    """Runs a job on a worker. What prevents it is its failure. Raises Unwanted."""
    task, terms = parcel.task, parcel.terms
    if why := cannot_work() or differs(terms.tools, tools(terms.run)):
        return Outcome({}, (), f"the worker {why}")
    try:
        repository = _opened(parcel)
    except RepositoryError as error:
        detail = without_folders(error.message)
        return Outcome({}, (), f"cannot be opened by the worker: {detail}")
    options = task.options | {name: OWN[name]() for name in parcel.own}
    home = _home(terms.engagement, parcel.entry)
    with tempfile.TemporaryDirectory(prefix=".facts.", dir=home) as folder:
        evidence = Evidence(Path(folder) / "evidence")
        evidence.unpack(parcel.facts)
        own = replace(task, repository=repository, evidence=evidence.root, options=options)
        outcome = _run(own, Path(folder) / "at")
    tables = {
        fact: rows._replace(paths=(), contents=tuple(one.read_bytes() for one in rows.paths))
        if isinstance(rows, Parts)
        else rows
        for fact, rows in outcome.tables.items()
    }
    return replace(outcome, tables=tables)


def wipe(engagement: str) -> None:
    """Removes everything of an engagement from this worker's machine, and what jobs that were
    killed have left in memory.
    """
    _known.clear()
    shutil.rmtree(_folder() / engagement, ignore_errors=True)
    scratch.remove_abandoned(scratch.MEMORY)


# --- repositories ---------------------------------------------------------------------------------

_known: dict[tuple[str, str], Repository] = {}  # what this process opened, by engagement and name


def _opened(parcel: Parcel) -> Repository:
    """The repository in the state in which the sender's run opened it. Raises RepositoryError."""
    entry, terms, wanted = parcel.entry, parcel.terms, parcel.task.repository.state
    known = _known.get((terms.engagement, entry.name))
    if known and known.state == wanted and known.git_dir.is_dir():
        return known
    home = _home(terms.engagement, entry)
    with _locked(home):
        # Another process of this machine may have it already.
        for again in (False, True):
            found = open_entry(entry, home, _fetch(terms.minutes, again=again))
            if found.state == wanted:
                return _keep(terms.engagement, found)
    raise RepositoryError(_CHANGED)


def _keep(engagement: str, repository: Repository) -> Repository:
    _known[engagement, repository.name] = repository
    return repository


def _fetch(minutes: float, *, again: bool = True) -> Fetch:
    """Mirrors a repository; one that is mirrored already only `again`."""

    def fetch(url: str, mirror: Path) -> None:
        if again or not mirror.is_dir():
            clone(url, mirror, minutes=minutes, stop=_Stop())

    return fetch


class _Stop(threading.Event):
    """Is set once the job that this thread runs is not wanted any more."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(timeout) or not _wanted()


def _home(engagement: str, entry: RepositoryEntry) -> Path:
    """The private folder of one repository of one engagement."""
    home = _folder() / engagement / entry.name
    for folder in (home.parent, home):
        folder.mkdir(mode=0o700, exist_ok=True)
    return home


def _folder() -> Path:
    folder = Path(os.environ.get(FOLDER) or folders.cache("worker"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def _locked(home: Path) -> Iterator[None]:
    """One process of this machine at a time opens the repository."""
    with (home / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- processes ------------------------------------------------------------------------------------

_own = threading.local()  # a pool a thread: whoever dies there is known


def _run(task: Task, note: Path) -> Outcome:
    """Runs the job in a process of its own, for limits of time need signals, and threads get none.

    Raises Unwanted.
    """
    pool = _own.pool = getattr(_own, "pool", None) or executor(1)
    try:
        return _awaited(pool.submit(work, task))
    except DEATHS:
        _own.pool = None
        return alone(executor, task, note)
    except Unwanted:
        _own.pool = None
        abandon(pool)
        pool.shutdown(wait=False)  # a process outlives the job that is ended in it
        raise


def _awaited(running: Future[Outcome]) -> Outcome:
    while not wait([running], LOOK).done:
        if not _wanted():
            raise Unwanted
    return running.result()


def _wanted() -> bool:
    """Whether anybody waits for the job of this thread: a sender that is interrupted or gone does
    not.
    """
    from distributed import get_worker
    from distributed.worker import thread_state

    known = get_worker().state.tasks.get(thread_state.key)
    return known is not None and known.state == "executing"


def _semgrep() -> str:
    program = sandbox.program("semgrep")
    if not program:
        return "none"
    try:
        done = sandbox.run([program, "--version"], timeout=60)
    except sandbox.LimitExceeded:
        return "none that answers"
    return done.stdout.decode("utf-8", "replace").strip()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
