"""Runs the jobs in worker processes: each when its facts are there, none twice while it is fresh.

The parent process is the one writer of evidence. A job is one collector on one repository; it is
idempotent, so a run that was killed is gone on with by running it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from techdd import software
from techdd.collectors import Collector
from techdd.evidence import Evidence
from techdd.facts import Package, Parts
from techdd.model import Issue, Run, Status
from techdd.planning import Job, Options, jobs_of, order, suppliers
from techdd.repository import Repository
from techdd.worker import DEATHS, Outcome, Task, abandon, alone, budget_of, executor, work

NO_CODE = "a bill of materials has no code and no history"
ISSUES_KEPT = 1_000  # of one run; the rest is counted in one more issue


@dataclass(frozen=True)
class Event:
    """What the progress display is told: one of a repository's `jobs` was started, or ended with
    `run`.
    """

    jobs: int
    collector: str
    repo: str
    run: Run | None = None
    cached: bool = False


def collect(
    repositories: Iterable[Repository],
    collectors: Iterable[Collector],
    evidence: Evidence,
    options: Options,
    *,
    workers: int,
    tell: Callable[[Event], None] = lambda _: None,
    log: Callable[[str, str], None] = lambda _name, _text: None,
    pool: Callable[[int], Executor] = executor,
) -> list[Run]:
    """Runs what is not fresh and records every end; returns one Run a job.

    The first jobs start while further repositories are still to come; the next one is waited for in
    a thread. One job's failure is its own Run; the others go on. `log` gets (job name, traceback)
    of a collector's bug.
    """
    schedule = _Schedule(repositories, order(collectors), evidence, options, tell, log)
    schedule.run(workers, pool)
    return schedule.runs


class _Schedule:
    """The jobs of one collect: waiting, running, done."""

    def __init__(
        self,
        repositories: Iterable[Repository],
        collectors: list[Collector],
        evidence: Evidence,
        options: Options,
        tell: Callable[[Event], None],
        log: Callable[[str, str], None],
    ) -> None:
        self.evidence, self.tell, self.log = evidence, tell, log
        self.collectors, self.options = collectors, options
        self.tools = software.digest()
        self.runs: list[Run] = []
        self.ended: dict[tuple[str, str], Run] = {}
        self.suppliers = {
            one.name: suppliers({other.name: other for other in collectors}, one)
            for one in collectors
        }
        self.repositories = iter(repositories)
        self.thread = ThreadPoolExecutor(1)
        self.coming: Future[Repository | None] | None = self._next()
        self.waiting: dict[str, list[Job]] = {}  # by repository, each after those that it needs
        self.suspects: list[Job] = []  # were running when a worker died

    def run(self, workers: int, pool: Callable[[int], Executor]) -> None:
        """Works until nothing waits and no repository is to come.

        What was running when a worker died is tried again when all else is done, each job alone:
        whoever ends its process, or takes hours, holds up nobody.
        """
        try:
            while True:
                while not self._drain(workers, pool):
                    pass
                if not self.suspects:
                    return
                suspects, self.suspects = self.suspects, []
                for job in suspects:
                    self.tell(Event(len(self.collectors), job.collector.name, job.repository.name))
                    self._end(job, alone(pool, self._task(job), self.evidence.root / ".at"))
        finally:
            self.thread.shutdown(wait=False, cancel_futures=True)

    def _drain(self, workers: int, pool: Callable[[int], Executor]) -> bool:
        """Works until nothing can be started; False where a worker died before that."""
        running: dict[Future[Outcome], Job] = {}
        executor_: Executor | None = None
        try:
            while True:
                # One more than work can be done on keeps all busy.
                for job in islice(self._ready(), max(workers + 1 - len(running), 0)):
                    executor_ = executor_ or pool(workers)
                    self.tell(Event(len(self.collectors), job.collector.name, job.repository.name))
                    running[_submit(executor_, self._task(job))] = job
                if not running and not self.coming:
                    return True
                waited: list[Future[Any]] = [*running, *([self.coming] if self.coming else [])]
                done, _ = wait(waited, return_when=FIRST_COMPLETED)
                if self.coming in done:
                    self._arrive()
                for future in running.keys() & done:
                    job = running.pop(future)
                    try:
                        outcome = future.result()
                    except DEATHS:
                        # The pool is gone with all it held; each of them may be the culprit.
                        self.suspects += [job, *running.values()]
                        abandon(executor_)
                        return False
                    self._end(job, outcome)
        except BaseException:
            abandon(executor_)
            raise
        finally:
            if executor_ is not None:
                executor_.shutdown(wait=False, cancel_futures=True)

    def _next(self) -> Future[Repository | None]:
        return self.thread.submit(next, self.repositories, None)

    def _arrive(self) -> None:
        """Has the jobs of the repository wait that has come, if any was still to come."""
        assert self.coming
        repository = self.coming.result()
        self.coming = None
        if repository:
            self.waiting[repository.name] = jobs_of(
                repository, self.collectors, self.suppliers, self.options, self.tools
            )
            self.coming = self._next()

    def _ready(self) -> Iterator[Job]:
        """Takes from the waiting jobs those that can start, ending fresh and hopeless ones."""
        for repo in list(self.waiting):
            for job in list(self.waiting[repo]):
                needed = [
                    self.ended.get((name, repo)) for name in self.suppliers[job.collector.name]
                ]
                if any(run is None for run in needed):
                    continue
                self.waiting[repo].remove(job)
                lost = [
                    run.collector
                    for run in needed
                    if run and run.status in (Status.FAILED, Status.SKIPPED)
                ]
                makes, key = job.collector.makes, self._key(job)
                cached = self.evidence.fresh(job.collector.name, repo, key, makes)
                blind = job.repository.bill and Package not in (*makes, *job.collector.needs)
                if blind or lost:
                    why = NO_CODE if blind else f"needs {', '.join(lost)}, which gave no facts"
                    run = Run(job.collector.name, repo, Status.SKIPPED, key, {}, (Issue(why),))
                    self._record(job, run)
                elif cached:
                    self._note(cached, cached=True)
                else:
                    yield job
            if not self.waiting[repo]:
                del self.waiting[repo]

    def _task(self, job: Job) -> Task:
        module, name = job.collector.run.__module__, job.collector.name
        budget = budget_of(job.collector)
        return Task(module, name, job.repository, self.evidence.root, dict(job.options), budget)

    def _key(self, job: Job) -> str:
        """The job's key and how its suppliers ended: what was missing for them may be there now."""
        names = self.suppliers[job.collector.name]
        ends = [self.ended[name, job.repository.name] for name in names]
        said = [(run.key, str(run.status), sorted(run.rows.items()), run.issues) for run in ends]
        return hashlib.sha256(f"{job.key} {said}".encode()).hexdigest()

    def _end(self, job: Job, outcome: Outcome) -> None:
        name, repo = job.collector.name, job.repository.name
        if outcome.log:
            self.log(f"{name}.{repo}", outcome.log)
        if outcome.failure:
            issues = (Issue(outcome.failure, detail=outcome.detail), *outcome.issues)
            self._record(job, Run(name, repo, Status.FAILED, self._key(job), {}, _limited(issues)))
            return
        for fact, rows in outcome.tables.items():
            self.evidence.put(fact, repo, rows)
        key, issues = self._key(job), _limited(outcome.issues)
        status = Status.PARTIAL if issues else Status.OK
        rows_made = {
            fact.__name__: rows.rows if isinstance(rows, Parts) else len(rows)
            for fact, rows in outcome.tables.items()
        }
        self._record(job, Run(name, repo, status, key, rows_made, issues))

    def _record(self, job: Job, run: Run) -> None:
        run = replace(run, state=job.repository.state)
        if run.status in (Status.FAILED, Status.SKIPPED):
            for fact in job.collector.makes:
                self.evidence.drop(fact, job.repository.name)
        self.evidence.record(run)
        self._note(run)

    def _note(self, run: Run, *, cached: bool = False) -> None:
        self.runs.append(run)
        self.ended[run.collector, run.repo] = run
        self.tell(Event(len(self.collectors), run.collector, run.repo, run, cached))


def _submit(pool: Executor, task: Task) -> Future[Outcome]:
    try:
        return pool.submit(work, task)
    except DEATHS as error:  # somebody died just now; the future says so in its turn
        broken: Future[Outcome] = Future()
        broken.set_exception(error)
        return broken


def _limited(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    from techdd.text import clean, masked

    kept = tuple(
        replace(issue, path=clean(issue.path), detail=masked(clean(issue.detail)))
        for issue in issues[:ISSUES_KEPT]
    )
    more = len(issues) - len(kept)
    return (*kept, Issue("further issues, not listed", detail=f"{more:,}")) if more else kept
