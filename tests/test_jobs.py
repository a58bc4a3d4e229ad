"""Order, freshness and failure of jobs, with collectors as a third party would ship them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import replace
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from builders import A, build, forget_plugins, install_toys, opened

from techdd import jobs, planning, plugins, worker
from techdd.collectors import Collector
from techdd.errors import TechddError
from techdd.evidence import Evidence
from techdd.intake import open_repository
from techdd.model import Issue, Run, Status
from techdd.repository import Repository
from techdd.worker import executor


class Inline(Executor):
    """Runs each job at once in this process, so that a test sees every event in order."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


def inline(_: int) -> Executor:
    return Inline()


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Collector]]:
    """The toys installed: their module and its entry point on the path that workers inherit."""
    installed = install_toys(tmp_path / "site")
    monkeypatch.syspath_prepend(str(installed))
    forget_plugins()
    yield plugins.discover("techdd.collectors", Collector)
    forget_plugins()
    sys.modules.pop("toy_collectors", None)


class Bench:
    """An evidence store and repositories, and what was told while they were collected."""

    def __init__(self, tmp_path: Path, toys: dict[str, Collector]) -> None:
        self.tmp_path, self.toys = tmp_path, toys
        self.evidence = Evidence(tmp_path / "evidence")
        self.repositories = [opened(tmp_path, [A({"a": "1", "b": "22"})])]
        self.events: list[jobs.Event] = []
        self.logs: dict[str, str] = {}

    def add(self, name: str) -> None:
        self.repositories.append(opened(self.tmp_path, [A({"c": "1"})], name))

    def collect(
        self, *names: str, workers: int = 1, pool: Any = inline, **options: Any
    ) -> dict[str, Run]:
        """Run by "collector" or "collector.repository" if there are several repositories."""
        self.events.clear()
        runs = jobs.collect(
            self.repositories, [self.toys[name] for name in names], self.evidence, options,
            workers=workers, pool=pool, tell=self.events.append, log=self.logs.__setitem__,
        )  # fmt: skip
        one = len(self.repositories) == 1
        return {run.collector if one else f"{run.collector}.{run.repo}": run for run in runs}

    def table(self, name: str, repo: str = "app") -> list[tuple[Any, ...]]:
        (fact,) = self.toys[name].makes
        return list(self.evidence.table(fact, [repo]).itertuples(index=False, name=None))

    @property
    def cached(self) -> set[str]:
        return {event.collector for event in self.events if event.cached}


@pytest.fixture
def bench(tmp_path: Path, toys: dict[str, Collector]) -> Bench:
    return Bench(tmp_path, toys)


# --- order ----------------------------------------------------------------------------------------


class One(NamedTuple):
    x: int


class Two(NamedTuple):
    x: int


def made(name: str, makes: tuple[Any, ...], needs: tuple[Any, ...] = ()) -> Collector:
    return Collector(name, lambda _: iter(()), makes, needs)


def test_who_needs_comes_after_who_makes() -> None:
    chain = [made("c", (), (Two,)), made("b", (Two,), (One,)), made("a", (One,)), made("z", ())]
    names = [one.name for one in planning.order(chain)]
    assert names.index("a") < names.index("b") < names.index("c")
    assert sorted(names) == ["a", "b", "c", "z"]
    assert names == [one.name for one in planning.order(chain[::-1])]


def test_a_circle_of_needs_is_named() -> None:
    with pytest.raises(TechddError, match=r"^collectors need each other: \w -> \w -> \w$"):
        planning.order([made("a", (One,), (Two,)), made("b", (Two,), (One,))])


# --- what comes back ------------------------------------------------------------------------------


def test_facts_are_stored_and_the_runs_say_how_many(bench: Bench) -> None:
    runs = bench.collect("walls", "pebbles")
    assert {name: (run.status, run.rows, run.issues) for name, run in runs.items()} == {
        "pebbles": (Status.OK, {"Pebble": 2}, ()),
        "walls": (Status.OK, {"Wall": 1}, ()),
    }
    assert bench.table("pebbles") == [("app", "a", 1), ("app", "b", 2)]
    assert bench.table("walls") == [("app", 2)]
    assert bench.evidence.run("walls", "app") == runs["walls"]
    assert [(one.collector, one.run is not None) for one in bench.events] == [
        ("pebbles", False), ("pebbles", True), ("walls", False), ("walls", True),
    ]  # fmt: skip


def test_an_issue_makes_a_run_partial_and_is_clean_text(bench: Bench) -> None:
    bench.add("odd")
    runs = bench.collect("pebbles", "walls")
    assert runs["walls.app"].status is Status.OK
    assert runs["walls.odd"].status is Status.PARTIAL
    assert runs["walls.odd"].issues == (Issue("odd wall", "a\\x1b[31m", "b\\x0ac"),)


def test_more_issues_than_anybody_reads_are_counted(bench: Bench) -> None:
    issues = bench.collect("floods")["floods"].issues
    assert len(issues) == jobs.ISSUES_KEPT + 1
    assert issues[-1] == Issue("further issues, not listed", detail="500")


@pytest.mark.parametrize(
    ("name", "reason", "logged"),
    [
        ("raises", "internal error: ZeroDivisionError (see the log)", "ZeroDivisionError: oh dear"),
        ("recurses", "maximum recursion depth exceeded", ""),
        ("sleeps", "time limit of 0.00833333 minutes", ""),
        ("lies", "internal error: KeyError (see the log)", "KeyError"),
        ("mistypes", "internal error: TypeError (see the log)", "Nothing.path is str, not int"),
    ],
)
def test_a_failure_is_one_run_and_the_others_go_on(
    bench: Bench, name: str, reason: str, logged: str
) -> None:
    runs = bench.collect(name, "pebbles", "walls")
    assert {n: str(run.status) for n, run in runs.items()} == {
        name: "failed", "pebbles": "ok", "walls": "ok",
    }  # fmt: skip
    assert [issue.reason for issue in runs[name].issues] == [reason]
    assert runs[name].rows == {}
    assert bench.table(name) == []
    assert set(bench.logs) == ({f"{name}.app"} if logged else set())
    assert logged in bench.logs.get(f"{name}.app", "")


def test_who_needs_a_failed_collector_is_skipped_and_says_why(bench: Bench) -> None:
    bench.collect("pebbles", "walls")
    trap = bench.tmp_path / "trap"
    trap.touch()
    runs = bench.collect("pebbles", "walls", pebbles={"fail": str(trap)})
    assert [str(issue.reason) for issue in runs["pebbles"].issues] == ["asked to fail"]
    assert (runs["walls"].status, runs["walls"].issues) == (
        Status.SKIPPED,
        (Issue("needs pebbles, which gave no facts"),),
    )
    assert bench.table("pebbles") == bench.table("walls") == []
    trap.unlink()
    again = bench.collect("pebbles", "walls", pebbles={"fail": str(trap)})
    assert {run.status for run in again.values()} == {Status.OK}
    assert bench.cached == set()


# --- freshness ------------------------------------------------------------------------------------


def test_what_is_fresh_is_not_run_again(bench: Bench) -> None:
    note = bench.tmp_path / "note"
    first = bench.collect("pebbles", "walls", pebbles={"note": str(note)})
    again = bench.collect("pebbles", "walls", pebbles={"note": str(note)})
    assert note.read_text() == "app\n"
    assert bench.cached == {"pebbles", "walls"}
    assert again == first


def test_partial_is_fresh_and_failed_is_not(bench: Bench) -> None:
    bench.collect("floods", "raises")
    bench.collect("floods", "raises")
    assert bench.cached == {"floods"}


def changed_option(bench: Bench) -> dict[str, Any]:
    return {"pebbles": {"note": str(bench.tmp_path / "other")}}


def changed_version(bench: Bench) -> dict[str, Any]:
    old = bench.toys["pebbles"]
    bench.toys["pebbles"] = Collector(old.name, old.run, old.makes, old.needs, version=2)
    return {}


def changed_commit(bench: Bench) -> dict[str, Any]:
    source = build(bench.tmp_path / "new.git", [A({"a": "new"})])
    overlay = bench.repositories[0].git_dir
    bench.repositories = [open_repository("app", source, overlay)]
    return {}


def lost_facts(bench: Bench) -> dict[str, Any]:
    (bench.evidence.root / "pebbles" / "app.parquet").unlink()
    return {}


def changed_plugins(bench: Bench) -> dict[str, Any]:
    entry_points = Path(sys.modules["toy_collectors"].__file__ or "").parent.glob("*/entry_points*")
    next(entry_points).write_text("[techdd.languages]\nklingon = toy_collectors\n")
    forget_plugins()
    return {}


@pytest.mark.parametrize(
    ("change", "cached"),
    [
        (changed_option, set()),
        (changed_version, set()),
        (changed_commit, set()),
        (changed_plugins, set()),
        (lost_facts, {"walls"}),
        (lambda _: {}, {"pebbles", "walls"}),
    ],
)
def test_what_a_fact_depends_on_makes_it_stale(
    bench: Bench, change: Callable[[Bench], dict[str, Any]], cached: set[str]
) -> None:
    bench.collect("pebbles", "walls")
    bench.collect("pebbles", "walls", **change(bench))
    assert bench.cached == cached


def test_what_was_lost_and_is_there_again_reaches_those_who_need_it(
    bench: Bench, tmp_path: Path
) -> None:
    found = tmp_path / "found"
    options = {"pebbles": {"lost": str(found)}}
    bench.collect("pebbles", "walls", **options)
    assert bench.table("walls") == [("app", 0)]
    bench.collect("pebbles", "walls", **options)
    assert bench.cached == {"walls"}
    found.touch()
    bench.collect("pebbles", **options)  # as far as a run came that was killed
    bench.collect("pebbles", "walls", **options)
    assert (bench.table("walls"), bench.cached) == ([("app", 2)], {"pebbles"})


def test_a_full_disk_is_no_bug(bench: Bench) -> None:
    (run,) = bench.collect("full").values()
    assert [one.reason for one in run.issues] == [
        "a file cannot be read or written: No space left on device"
    ]
    assert not bench.logs


def test_jobs_start_while_other_repositories_are_still_to_come(bench: Bench) -> None:
    bench.add("late")
    early, late = bench.repositories
    ended = threading.Event()

    def coming() -> Iterator[Repository]:
        yield early
        assert ended.wait(60)
        yield late

    runs = jobs.collect(
        coming(), [bench.toys["pebbles"]], bench.evidence, {}, workers=1, pool=inline,
        tell=lambda event: ended.set() if event.run else None,
    )  # fmt: skip
    assert [run.repo for run in runs] == ["app", "late"]


def test_what_stops_the_coming_of_repositories_stops_the_run(bench: Bench) -> None:
    def coming() -> Iterator[Repository]:
        yield bench.repositories[0]
        raise TechddError("the disk is full")

    with pytest.raises(TechddError, match="the disk is full"):
        jobs.collect(coming(), [bench.toys["pebbles"]], bench.evidence, {}, workers=1, pool=inline)


# --- real workers ---------------------------------------------------------------------------------


def test_workers_find_third_party_collectors_and_survive_one_that_dies(bench: Bench) -> None:
    bench.add("well")
    runs = bench.collect("pebbles", "dies", pool=executor)
    assert {name: str(run.status) for name, run in sorted(runs.items())} == {
        "dies.app": "failed", "dies.well": "ok", "pebbles.app": "ok", "pebbles.well": "ok",
    }  # fmt: skip
    (issue,) = runs["dies.app"].issues
    assert issue.reason == "its process died (out of memory, or computed for too long?)"
    assert "budgets: {dies: {minutes: 60, memory: 8 GiB}}" in issue.detail
    assert bench.table("dies", "well") == [("well", "survived")]


def test_whoever_ends_a_worker_is_tried_again_when_all_else_is_done(bench: Bench) -> None:
    bench.add("well")
    bench.collect("pebbles", "dies", pool=executor)
    told = [(one.collector, one.repo, one.run is not None) for one in bench.events]
    again = max(at for at, one in enumerate(told) if one == ("dies", "app", False))
    assert told.index(("dies", "app", False)) < again
    assert {("pebbles", "well", True), ("dies", "well", True)} <= set(told[:again])


def test_a_file_that_ends_its_reader_costs_that_file_and_no_more(bench: Bench) -> None:
    said = {
        "die": "ended the process that read it",
        "spin in C": "ended the process that read it",
        "spin": "takes more than 0.5 seconds of computing",
        "nest": "nested too deeply",
        "take": "takes more memory than one file may, or is nested too deeply",
    }
    files = {f"{number}.txt": text for number, text in enumerate([*said, "well", "die"])}
    bench.repositories = [opened(bench.tmp_path, [A(files)], "traps")]
    runs = bench.collect("parses", "pebbles", pool=executor, workers=2)
    assert [(one.path, one.detail) for one in runs["parses"].issues] == [
        (path, said[text]) for path, text in files.items() if text != "well"
    ]
    assert bench.table("parses", "traps") == [("traps", "5.txt")]
    assert {name: str(run.status) for name, run in runs.items()} == {
        "parses": "partial", "pebbles": "ok",
    }  # fmt: skip
    assert not (bench.evidence.root / ".at").exists()


def test_more_deadly_files_than_there_are_trials_fail_the_job(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "DEADLY", 1)
    (bench.tmp_path / "two").mkdir()
    bench.repositories = [opened(bench.tmp_path / "two", [A({"a": "die", "b": "spin in C"})])]
    (run,) = bench.collect("parses", pool=executor).values()
    assert (run.status, run.issues[0].reason[:16]) == (Status.FAILED, "its process died")


@pytest.mark.parametrize("standing", ["file", "input"])
def test_a_script_without_a_guard_runs_once(tmp_path: Path, standing: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from techdd.worker import executor\n"
        "print('once')\n"
        "pool = executor(1)\n"
        "print(pool.submit(len, 'four').result())\n"
        "pool.shutdown()\n"
    )
    with script.open() as file:
        arguments = [str(script)] if standing == "file" else ["-"]
        said = subprocess.run(
            [sys.executable, *arguments], stdin=file, capture_output=True, text=True, check=True
        )
    assert (said.stdout, said.stderr) == ("once\n4\n", "")


def test_no_repository_is_no_run(bench: Bench) -> None:
    nobody: list[Repository] = []
    assert jobs.collect(nobody, [bench.toys["pebbles"]], bench.evidence, {}, workers=1) == []


def test_workers_start_where_the_folder_for_temporary_files_has_a_long_name(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    code = (
        "from techdd.worker import executor\n"
        "with executor(1) as pool: print(pool.submit(len, 'abc').result())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(long)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


# --- budgets --------------------------------------------------------------------------------------


def test_who_takes_more_memory_than_it_may_ends_says_so_and_goes_on_with_more(bench: Bench) -> None:
    files = {str(number): "x" for number in range(4)}
    bench.repositories = [opened(bench.tmp_path, [A(files)], "large")]
    bench.add("small")
    hungry = bench.toys["hungry"]
    bench.toys["hungry"] = replace(hungry, memory=300 << 20)
    runs = bench.collect("hungry", "pebbles", pool=executor)
    assert {name: str(run.status) for name, run in runs.items()} == {
        "hungry.large": "failed", "hungry.small": "ok",
        "pebbles.large": "ok", "pebbles.small": "ok",
    }  # fmt: skip
    assert runs["hungry.large"].issues == (
        Issue(
            "memory limit of 300 MiB",
            detail="to raise it, write in engagement.yaml: budgets: {hungry: {memory: 600 MiB}}",
        ),
    )
    bench.toys["hungry"] = replace(hungry, memory=1 << 30)
    assert bench.collect("hungry", pool=executor)["hungry.large"].status is Status.OK


def test_who_takes_longer_than_it_may_ends_says_so_and_the_others_go_on(bench: Bench) -> None:
    bench.toys["sleeps"] = replace(bench.toys["sleeps"], minutes=0.02)
    runs = bench.collect("sleeps", "pebbles", workers=2, pool=executor)
    assert runs["pebbles"].status is Status.OK
    assert runs["sleeps"].issues == (
        Issue(
            "time limit of 0.02 minutes",
            detail="to raise it, write in engagement.yaml: budgets: {sleeps: {minutes: 0.04}}",
        ),
    )


def test_more_memory_measures_again_and_more_time_does_not(bench: Bench) -> None:
    bench.collect("pebbles")
    pebbles = bench.toys["pebbles"]
    bench.toys["pebbles"] = replace(pebbles, minutes=600)
    bench.collect("pebbles")
    assert bench.cached == {"pebbles"}
    bench.toys["pebbles"] = replace(pebbles, memory=8 << 30)
    bench.collect("pebbles")
    assert bench.cached == set()


def test_the_process_that_workers_are_forked_from_dies_and_the_run_goes_on(bench: Bench) -> None:
    """While it is asked for a worker: its answer is missing then."""
    pools, killers = 0, []

    def kill(process: int) -> None:
        with suppress(ProcessLookupError):  # one that was dying already may be gone
            os.kill(process, signal.SIGKILL)

    def pool(workers: int) -> Executor:
        nonlocal pools
        made = executor(workers)
        pools += 1
        if pools <= 3:  # the third one is that of a job alone
            server: Any = forkserver._forkserver
            os.kill(server._forkserver_pid, signal.SIGSTOP)
            killers.append(threading.Timer(1, kill, (server._forkserver_pid,)))
            killers[-1].start()
        return made

    bench.add("web")
    runs = bench.collect("pebbles", pool=pool)
    for killer in killers:
        killer.join()
    assert {one.status for one in runs.values()} == {Status.OK}
    assert pools > 3


def test_a_worker_that_is_told_to_end_costs_its_job_at_most(bench: Bench, tmp_path: Path) -> None:
    """It must not end the run, as if a gate had not been met."""
    note, over = tmp_path / "note", threading.Event()

    def end_each() -> None:
        told: set[str] = set()
        while not over.wait(0.05):
            for pid in set(note.read_text().split() if note.exists() else ()) - told:
                os.kill(int(pid), signal.SIGTERM)
                told.add(pid)

    ending = threading.Thread(target=end_each)
    ending.start()
    try:
        (run,) = bench.collect("waits", pool=executor, waits={"note": str(note)}).values()
    finally:
        over.set()
        ending.join()
    assert (run.status, len(note.read_text().split())) == (Status.FAILED, 2)
