"""Which collector runs when and where: order by facts, freshness keys, worker processes.

The parent process is the one writer of evidence. A job is one collector on one repository; it is
idempotent, so a run that was killed is gone on with by running it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from techdd import software
from techdd.collectors import Collector
from techdd.errors import TechddError
from techdd.evidence import Evidence
from techdd.facts import Package, Parts
from techdd.model import Issue, Run, Status
from techdd.repository import Repository
from techdd.worker import Outcome, abandon, executor, work

Options = Mapping[str, Mapping[str, Any]]  # collector -> option -> value

NO_CODE = "a bill of materials has no code and no history"
ISSUES_KEPT = 1_000  # of one run; the rest is counted in one more issue


@dataclass(frozen=True)
class Job:
    """One collector on one repository, with the key under which its result is fresh."""

    collector: Collector
    repository: Repository
    key: str
    options: Mapping[str, Any]


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


def order(collectors: Iterable[Collector]) -> list[Collector]:
    """`collectors` so that each comes after those that make what it needs.

    Raises TechddError where facts need each other in a circle.
    """
    by_name = {collector.name: collector for collector in collectors}
    graph = {name: _suppliers(by_name, one) for name, one in sorted(by_name.items())}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise TechddError(f"collectors need each other: {' -> '.join(error.args[1])}") from None


def _suppliers(collectors: Mapping[str, Collector], one: Collector) -> list[str]:
    return [
        name for name, other in collectors.items() if any(fact in one.needs for fact in other.makes)
    ]


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

    One job's failure is its own Run; the others go on. `log` gets (job name, traceback) of a
    collector's bug.
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
        self.jobs = len(collectors)
        self.runs: list[Run] = []
        self.ended: dict[tuple[str, str], Run] = {}
        self.suppliers = {
            one.name: _suppliers({other.name: other for other in collectors}, one)
            for one in collectors
        }
        self.waiting = _jobs(repositories, collectors, self.suppliers, options)
        self.suspects: list[Job] = []  # were running when a worker died

    def run(self, workers: int, pool: Callable[[int], Executor]) -> None:
        """Works until nothing waits; a job whose worker died is tried once more, alone."""
        self._drain(workers, pool)
        while self.suspects:
            trial, self.suspects = self.suspects, []
            self.waiting[:0] = trial
            while any(job in self.waiting for job in trial):  # each death takes one of them out
                self._drain(1, pool, alone=trial)
            self._drain(workers, pool)

    def _drain(
        self, workers: int, pool: Callable[[int], Executor], alone: Sequence[Job] = ()
    ) -> None:
        running: dict[Future[Outcome], Job] = {}
        executor_: Executor | None = None
        try:
            while True:
                for job in self._ready(alone):
                    executor_ = executor_ or pool(workers)
                    self.tell(Event(self.jobs, job.collector.name, job.repository.name))
                    running[_submit(executor_, job, self.evidence)] = job
                    # One more than work can be done on keeps all busy.
                    if alone or len(running) > workers:
                        break
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    job = running.pop(future)
                    try:
                        outcome = future.result()
                    except BrokenProcessPool:
                        # The pool is gone with all it held; each of them may be the culprit.
                        broken = [job, *running.values()]
                        running.clear()
                        if alone:
                            self._end(job, Outcome({}, (), "its process died (out of memory?)"))
                        else:
                            self.suspects += broken
                        executor_ = None
                        return
                    self._end(job, outcome)
        except BaseException:
            abandon(executor_)
            raise
        finally:
            if executor_ is not None:
                executor_.shutdown(wait=False, cancel_futures=True)

    def _ready(self, alone: Sequence[Job]) -> Iterable[Job]:
        """Takes from the waiting jobs those that can start, ending fresh and hopeless ones."""
        progress = True
        while progress:
            progress = False
            for job in list(self.waiting):
                if alone and job not in alone:
                    continue
                repo = job.repository.name
                needed = [
                    self.ended.get((name, repo)) for name in self.suppliers[job.collector.name]
                ]
                if any(run is None for run in needed):
                    continue
                self.waiting.remove(job)
                progress = True
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
            issues = (Issue(outcome.failure), *outcome.issues)
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
        if run.status in (Status.FAILED, Status.SKIPPED):
            for fact in job.collector.makes:
                self.evidence.drop(fact, job.repository.name)
        self.evidence.record(run)
        self._note(run)

    def _note(self, run: Run, *, cached: bool = False) -> None:
        self.runs.append(run)
        self.ended[run.collector, run.repo] = run
        self.tell(Event(self.jobs, run.collector, run.repo, run, cached))


def _submit(pool: Executor, job: Job, evidence: Evidence) -> Future[Outcome]:
    try:
        return pool.submit(
            work,
            job.collector.run.__module__,
            job.collector.name,
            job.repository,
            evidence.root,
            dict(job.options),
        )
    except BrokenProcessPool as error:  # a worker died just now; the future says so in its turn
        broken: Future[Outcome] = Future()
        broken.set_exception(error)
        return broken


def _jobs(
    repositories: Iterable[Repository],
    collectors: list[Collector],
    suppliers: Mapping[str, list[str]],
    options: Options,
) -> list[Job]:
    """All jobs, repository by repository, each keyed by everything its facts depend on."""
    digest = software.digest()
    jobs: list[Job] = []
    for repository in repositories:
        keys: dict[str, str] = {}
        for one in collectors:
            own = dict(options.get(one.name, {}))
            ingredients = {
                "state": repository.state,
                "software": digest,
                "collector": [one.name, one.version],
                "options": own,
                "needs": [keys[name] for name in suppliers[one.name]],
            }
            text = json.dumps(ingredients, sort_keys=True, default=str)
            keys[one.name] = hashlib.sha256(text.encode()).hexdigest()
            jobs.append(Job(one, repository, keys[one.name], own))
    return jobs


def _limited(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    from techdd.text import clean

    kept = tuple(
        replace(issue, path=clean(issue.path), detail=clean(issue.detail))
        for issue in issues[:ISSUES_KEPT]
    )
    more = len(issues) - len(kept)
    return (*kept, Issue("further issues, not listed", detail=f"{more:,}")) if more else kept
