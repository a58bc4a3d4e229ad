"""The worker's side of a job: runs one collector in its own process, within a time limit."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import forkserver, get_context, parent_process
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess
from multiprocessing.util import get_temp_dir
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from techdd import guard
from techdd.amounts import volume
from techdd.collectors import Collector
from techdd.errors import TechddError
from techdd.evidence import Evidence
from techdd.facts import Columns, Fact, Parts, frame
from techdd.guard import Trial, named
from techdd.model import Issue
from techdd.repository import Repository

if TYPE_CHECKING:
    from pandas import DataFrame


# What a socket's name of at most 103 bytes (macOS; Linux has 107) leaves for the folder of
# `pymp-xxxxxxxx/listener-xxxxxxxx`.
_LONGEST_FOLDER = 103 - 32
_SHARED = ["duckdb", "numpy", __name__, "techdd.collectors.history"]  # for all, and the first job
DEADLY = 20  # files that may end the process of one job, each at the price of one more trial
STARTS = 10  # that a job may lose without a fault of its own
_PAUSE = 0.2  # seconds in which what has died is gone for the system, too


@dataclass(frozen=True)
class Outcome:
    """What comes back from a worker; picklable."""

    tables: Mapping[Fact, DataFrame | Parts]
    issues: tuple[Issue, ...]
    failure: str = ""
    log: str = ""
    detail: str = ""  # of the failure


class Budget(NamedTuple):
    """What one job may take: minutes, and bytes of memory."""

    minutes: float
    memory: int

    def time_is_up(self, collector: str) -> Outcome:
        """How a job ends that took longer."""
        more = f"minutes: {2 * self.minutes:g}"
        return _over(f"time limit of {self.minutes:g} minutes", collector, more)

    def memory_is_full(self, collector: str) -> Outcome:
        """How a job ends that took more memory."""
        more = f"memory: {volume(2 * self.memory)}"
        return _over(f"memory limit of {volume(self.memory)}", collector, more)

    def died(self, collector: str) -> Outcome:
        """How a job ends whose process the system ended."""
        more = f"minutes: {2 * self.minutes:g}, memory: {volume(2 * self.memory)}"
        why = "its process died (out of memory, or computed for too long?)"
        return _over(why, collector, more)


@dataclass(frozen=True)
class Task:
    """All that a worker is told of a job; picklable. `evidence` is the folder of the store where
    the facts stand that it needs.
    """

    module: str
    name: str
    repository: Repository
    evidence: Path
    options: dict[str, Any]
    budget: Budget

    @property
    def collector(self) -> Collector:
        """The collector `name` of `module`, for which no other is loaded."""
        found: Collector = getattr(import_module(self.module), self.name)
        return found


def budget_of(collector: Collector) -> Budget:
    """What a job of `collector` may take."""
    return Budget(collector.minutes, collector.memory)


def _over(limit: str, collector: str, more: str) -> Outcome:
    how = f"to raise it, write in engagement.yaml: budgets: {{{collector}: {{{more}}}}}"
    return Outcome({}, (), limit, detail=how)


# What is raised where a worker died or was told to end, or where the process died that they are
# forked from: its answer is missing then, which click would take for the end of what a user types.
DEATHS = (BrokenProcessPool, SystemExit, EOFError, ConnectionError)


class _TimeLimit(BaseException):
    """Raised inside a collector by the alarm; no `except Exception` can swallow it."""


def get_ready() -> None:
    """Starts, beside whatever else goes on, the process that workers are forked from."""
    # A fresh Python looks for its first modules in the working folder, which may be the client's.
    os.environ["PYTHONSAFEPATH"] = "1"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # there is a worker a core already
    get_context("forkserver").set_forkserver_preload(_SHARED)
    _keep_sockets_short()
    forkserver.ensure_running()


def _keep_sockets_short() -> None:
    """Has multiprocessing put its sockets into /tmp where TMPDIR is too long for their names."""
    if len(os.fsencode(tempfile.gettempdir())) > _LONGEST_FOLDER:
        own, tempfile.tempdir = tempfile.tempdir, "/tmp"
        try:
            get_temp_dir()  # is made once, and kept
        finally:
            tempfile.tempdir = own


def executor(workers: int) -> Executor:
    """The pool that jobs run in: processes of their own that leave Ctrl-C to the parent."""
    get_ready()
    return ProcessPoolExecutor(workers, mp_context=_Workers(), initializer=_prepare_worker)


class _Worker(ForkServerProcess):
    """A process that does not load the caller's main module, of which it needs nothing: one
    without a guard would run again.
    """

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return ForkServerProcess._Popen(process_obj)
        finally:
            sys.modules["__main__"] = main


class _Workers(ForkServerContext):
    Process = _Worker


def abandon(pool: Executor | None) -> None:
    """Ends the workers at once, after Ctrl-C."""
    if isinstance(pool, ProcessPoolExecutor):
        for process in list((pool._processes or {}).values()):
            process.terminate()


def work(task: Task, trial: Trial | None = None) -> Outcome:
    """Runs a job to its end, in a worker process."""
    collector, budget = task.collector, task.budget
    previous = signal.signal(signal.SIGALRM, _raise_time_limit)
    signal.setitimer(signal.ITIMER_REAL, budget.minutes * 60)
    try:
        with guard.job(budget.minutes, trial, budget.memory):
            return _gather(collector, task.repository, Evidence(task.evidence), task.options)
    except _TimeLimit:
        return budget.time_is_up(task.name)
    except Exception as error:
        return _failed(error, task.name, budget)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _failed(error: Exception, name: str, budget: Budget) -> Outcome:
    # DuckDB's own, which is not loaded for all.
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":
        return budget.memory_is_full(name)
    if isinstance(error, TechddError | RecursionError):
        return Outcome({}, (), str(error) or type(error).__name__)
    if isinstance(error, OSError):  # of our own files: git's failures are RepositoryErrors
        reason = f"a file cannot be read or written: {error.strerror or error}"
        return Outcome({}, (), reason)
    failure = f"internal error: {type(error).__name__} (see the log)"
    return Outcome({}, (), failure, traceback.format_exc())


def alone(pool: Callable[[int], Executor], task: Task, note: Path) -> Outcome:
    """What a job comes to whose process died: it is tried in processes of its own, without the
    files that are known to have ended one. In the file `note` it says which it is at.
    """
    note.parent.mkdir(parents=True, exist_ok=True)
    deadly: list[str] = []
    starts = 0
    while True:
        note.unlink(missing_ok=True)
        own = pool(1)
        try:
            return own.submit(work, task, Trial(note, frozenset(deadly))).result()
        except DEATHS:
            begun, file = note.exists(), named(note)
        except BaseException:
            abandon(own)
            raise
        finally:
            own.shutdown(wait=False)
            note.unlink(missing_ok=True)
        if not begun and starts < STARTS:
            starts += 1  # the process that workers are forked from may itself be dying
            time.sleep(_PAUSE)
        elif not file or len(deadly) == DEADLY:
            return task.budget.died(task.name)
        else:
            deadly.append(file)


def _gather(
    collector: Collector, repository: Repository, evidence: Evidence, options: dict[str, Any]
) -> Outcome:
    tables = [
        evidence.table(fact, [repository.name]).drop(columns="repo") for fact in collector.needs
    ]
    rows: dict[Fact, list[tuple[Any, ...]]] = {fact: [] for fact in collector.makes}
    batches: dict[Fact, list[DataFrame]] = defaultdict(list)
    made: dict[Fact, DataFrame | Parts] = {}
    issues: list[Issue] = []
    for item in collector.run(repository, *tables, **options):
        if isinstance(item, Issue):
            issues.append(item)
        elif isinstance(item, Parts):
            made[item.fact] = item
        elif isinstance(item, Columns):
            batches[item.fact].append(frame(item.fact, item.data))
        else:
            rows[type(item)].append(item)
    for fact in collector.makes:
        if fact not in made:
            made[fact] = _joined(fact, batches[fact], rows[fact])
    return Outcome(made, tuple(issues))


def _joined(fact: Fact, batches: list[DataFrame], rows: list[tuple[Any, ...]]) -> DataFrame:
    import pandas as pd

    parts = [*batches, *([frame(fact, rows)] if rows or not batches else [])]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def _prepare_worker() -> None:
    gc.set_threshold(100_000, 50, 50)  # millions of rows hold no circles to look for
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold what the client wrote
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _exit)  # runs `finally` blocks: programs a collector started end
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Ends a worker whose parent was killed: it would else wait for work for ever."""
    if parent := parent_process():
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(5)  # for the `finally` blocks
        os._exit(1)


def _exit(*_: object) -> NoReturn:
    raise SystemExit(1)


def _raise_time_limit(*_: object) -> NoReturn:
    raise _TimeLimit
