"""Jobs on Dask workers: real schedulers and workers, which die, differ and disappear."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from builders import A, build, forget_plugins, git, install_toys

from techdd import cluster, copies, jobs, plugins, scratch
from techdd.cluster import connected, there
from techdd.cluster.there import FOLDER, Parcel, Terms
from techdd.collecting import collect
from techdd.collectors import Collector
from techdd.errors import RepositoryError, TechddError
from techdd.evidence import Evidence
from techdd.model import Run
from techdd.policy import RepositoryEntry
from techdd.worker import Task, budget_of
from techdd.workspace import Workspace

pytest.importorskip("distributed")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """For machines that are busy with other tests."""
    monkeypatch.setattr(cluster, "CONNECTING", 60)
    monkeypatch.setattr(cluster, "REPORTING", 120)


class Machines:
    """A scheduler and its workers, as people start them."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.clones = folder, folder / "clones"
        self.environment = os.environ | environment | {FOLDER: str(self.clones)}
        self.processes: list[subprocess.Popen[bytes]] = []
        self.schedule()

    def schedule(self, port: int = 0) -> None:
        said = self.folder / "scheduler.json"
        said.unlink(missing_ok=True)
        self.scheduler = self._start(
            "scheduler", "--port", str(port), "--scheduler-file", str(said)
        )
        while not (said.is_file() and said.read_text().rstrip().endswith("}")):
            assert self.scheduler.poll() is None, "the scheduler did not start"
        self.address = json.loads(said.read_text())["address"]

    def work(self, **environment: str) -> None:
        self._start("worker", self.address, "--nthreads", "1", **environment)

    def _start(self, what: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        module = f"distributed.cli.dask_{what}"
        with (self.folder / f"{what}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments, "--host", "127.0.0.1", "--no-dashboard"],
                stdout=log, stderr=log, cwd=self.folder, env=self.environment | environment,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait()


@pytest.fixture(scope="module")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Collector]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(install_toys(tmp_path_factory.mktemp("toys") / "site")))
        forget_plugins()
        yield plugins.discover("techdd.collectors", Collector)
    forget_plugins()
    sys.modules.pop("toy_collectors", None)


@pytest.fixture
def empty(tmp_path: Path, toys: dict[str, Collector]) -> Iterator[Machines]:
    """A scheduler without workers."""
    found = _machines(tmp_path)
    yield found
    found.end()


@pytest.fixture(scope="module")
def machines(
    tmp_path_factory: pytest.TempPathFactory, toys: dict[str, Collector]
) -> Iterator[Machines]:
    """Two workers, each of which is started again where it dies."""
    found = _machines(tmp_path_factory.mktemp("machines"))
    for _ in range(2):
        found.work()
    yield found
    found.end()


def _machines(folder: Path) -> Machines:
    return Machines(
        folder,
        PYTHONPATH=sys.path[0],  # where the toys are
        DASK_DISTRIBUTED__WORKER__DAEMON="False",
        DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1",
    )


def engagement(tmp_path: Path, name: str, *sources: str) -> Workspace:
    workspace = Workspace.create(tmp_path / name, "Acme", sources)
    (workspace.root / "fingerprint.key").write_text("k" * 64)
    return workspace


def contents(workspace: Workspace) -> dict[str, bytes]:
    """All evidence but the chain, which tells the time."""
    files = (path for path in workspace.evidence.root.rglob("*") if path.is_file())
    return {
        str(path.relative_to(workspace.evidence.root)): path.read_bytes()
        for path in files
        if path.name != "manifest.jsonl"
    }


def run(
    machines: Machines, folder: Path, source: Path, collectors: list[Collector], **options: Any
) -> dict[str, Run]:
    """How `collectors` end on the workers."""
    with connected(machines.address, "engagement", 1, 30) as place:
        entry = RepositoryEntry(name="app", source=str(source))
        found = place.open(entry, folder, stop=Event())
        runs = jobs.collect(
            [found], collectors, Evidence(folder / "evidence"), options,
            workers=place.workers, pool=place.pool,
        )  # fmt: skip
    return {one.collector: one for one in runs}


SOURCES = {
    "app.py": "def f(a):\n    if a:\n        return 1\n    return 2\n",
    "requirements.txt": "requests==2.31.0\n",
    "settings.py": "AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz'\n",
}


def test_the_evidence_is_the_same_as_on_one_machine(machines: Machines, tmp_path: Path) -> None:
    build(tmp_path / "here.git", [A(SOURCES), A({"app.py": "x = 1\n"})])
    build(tmp_path / "there.git", [A({"b.go": "package main\n"})])
    url = (tmp_path / "there.git").as_uri()
    names = ["history", "code", "contributions", "secrets", "vulnerabilities", "taint"]
    alone, many = (
        engagement(tmp_path, name, str(tmp_path / "here.git"), url) for name in ("alone", "many")
    )
    expected = collect(alone, only=names)
    runs = collect(many, only=names, cluster=machines.address)
    assert sorted(map(repr, runs)) == sorted(map(repr, expected))
    assert {run.repo for run in runs} == {"here", "there"}
    assert (found := contents(many)) == contents(alone)
    assert any(name.startswith("commits/here.parquet/") for name in found)  # comes in parts
    assert not list(machines.clones.rglob("*.git"))
    assert not (many.root / ".cache").exists()


def test_what_is_kept_is_private(machines: Machines, tmp_path: Path) -> None:
    source = build(tmp_path / "app.git", [A({"a": "1"})])
    workspace = engagement(tmp_path, "kept", str(source))
    collect(workspace, only=["history"], cluster=machines.address, keep=True)
    (overlay,) = machines.clones.rglob("overlay.git")
    private = [path.stat().st_mode & 0o777 for path in overlay.parents[:3]]
    assert private == [0o700, 0o700, 0o700]
    collect(workspace, only=["history"], cluster=machines.address)
    assert not overlay.parents[1].exists()


def test_who_ends_leaves_the_clones_of_a_colleague_s_copy(
    machines: Machines, tmp_path: Path
) -> None:
    source = build(tmp_path / "app.git", [A({"a": "1"})])
    mine = engagement(tmp_path, "mine", str(source))
    copies.identity(mine.root)
    copy = Workspace(Path(shutil.copytree(mine.root, tmp_path / "copy")))
    collect(copy, only=["history"], cluster=machines.address, keep=True)
    (overlay,) = machines.clones.rglob("overlay.git")
    collect(mine, only=["history"], cluster=machines.address)
    assert list(machines.clones.rglob("overlay.git")) == [overlay]
    collect(copy, only=["history"], cluster=machines.address)
    assert not overlay.exists()


def test_limits_are_in_force_and_a_death_costs_its_job(
    machines: Machines, toys: dict[str, Collector], tmp_path: Path
) -> None:
    files = {"0.txt": "die", "1.txt": "spin in C", "2.txt": "take", "3.txt": "well"}
    source = build(tmp_path / "app.git", [A(files)])
    names = ["parses", "sleeps", "dies", "raises", "pebbles", "walls"]
    runs = run(machines, tmp_path, source, [toys[name] for name in names])
    assert {name: str(one.status) for name, one in runs.items()} == {
        "parses": "partial", "sleeps": "failed", "dies": "failed", "raises": "failed",
        "pebbles": "ok", "walls": "ok",
    }  # fmt: skip
    assert [(one.path, one.detail) for one in runs["parses"].issues] == [
        ("0.txt", "ended the process that read it"),
        ("1.txt", "ended the process that read it"),
        ("2.txt", "takes more memory than one file may, or is nested too deeply"),
    ]
    assert [runs[name].issues[0].reason for name in ("sleeps", "dies")] == [
        "time limit of 0.00833333 minutes",
        "its process died (out of memory, or computed for too long?)",
    ]


def test_a_worker_that_is_killed_costs_its_task_only(
    machines: Machines, toys: dict[str, Collector], tmp_path: Path
) -> None:
    source = build(tmp_path / "app.git", [A({"a": "1"})])
    chosen = [toys["strikes"], toys["pebbles"]]
    runs = run(machines, tmp_path, source, chosen, strikes={"once": str(tmp_path / "struck")})
    assert {name: str(one.status) for name, one in runs.items()} == {
        "strikes": "ok", "pebbles": "ok",
    }  # fmt: skip
    assert (tmp_path / "struck").exists()
    runs = run(machines, tmp_path, source, chosen, strikes={})
    assert [one.reason for one in runs["strikes"].issues] == ["each worker died that ran it"]
    assert str(runs["pebbles"].status) == "ok"


def test_without_its_scheduler_a_run_ends_and_goes_on_later(
    empty: Machines,
    toys: dict[str, Collector],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    empty.work()
    source = build(tmp_path / "app.git", [A({"a": "1"})])
    options = {"strikes": {"victim": empty.scheduler.pid, "once": str(tmp_path / "struck")}}
    run(empty, tmp_path, source, [toys["pebbles"]])
    with pytest.raises(TechddError, match="the scheduler is lost; what had ended is recorded"):
        run(empty, tmp_path, source, [toys["pebbles"], toys["strikes"]], **options)
    assert "ERROR" not in capfd.readouterr().err  # of Dask's own
    assert Evidence(tmp_path / "evidence").run("pebbles", "app")
    empty.schedule(int(empty.address.rpartition(":")[2]))
    empty.work()  # workers end with their scheduler
    runs = run(empty, tmp_path, source, [toys["pebbles"], toys["strikes"]], **options)
    assert {str(one.status) for one in runs.values()} == {"ok"}


def test_a_worker_that_differs_is_named_before_any_job(empty: Machines) -> None:
    empty.work(PYTHONPATH="")  # without the plug-ins
    with (
        pytest.raises(TechddError, match=r"the worker tcp://\S+ has plug-ins \w+, not \w+; see"),
        connected(empty.address, "engagement", 1, 30),
    ):
        raise AssertionError("it was taken")


def test_a_worker_that_may_start_no_process_is_named(empty: Machines) -> None:
    empty.work(DASK_DISTRIBUTED__WORKER__DAEMON="True")
    with (
        pytest.raises(TechddError, match="may not start processes; start it with DASK_DIST"),
        connected(empty.address, "engagement", 1, 30),
    ):
        raise AssertionError("it was taken")


def test_a_worker_that_comes_later_and_differs_does_nothing(
    toys: dict[str, Collector], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "clones"))
    source = build(tmp_path / "app.git", [A({"a": "1"})])
    mine = there.tools("run") | {"git": "1.0"}
    parcel = _parcel(toys["pebbles"], source, Terms("engagement", "run", mine, 30), tmp_path)
    outcome = there.run_there(parcel)
    assert outcome.failure.startswith("the worker has git ")
    assert outcome.failure.endswith(", not 1.0")


def test_a_worker_that_comes_later_and_differs_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "clones"))
    entry = RepositoryEntry(name="app", source=str(build(tmp_path / "app.git", [A({"a": "1"})])))
    terms = Terms("engagement", "run", there.tools("run") | {"git": "1.0"}, 30)
    with pytest.raises(RepositoryError, match=r"app: was not opened: the worker has git \S+, not"):
        there.open_there(entry, terms)


def test_a_worker_without_the_room_in_memory_is_not_like_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = there.tools("with room") | {"copies of source": "in memory"}
    monkeypatch.setattr(scratch, "MEMORY", tmp_path / "none")
    theirs = there.tools("without")
    assert there.differs(mine, theirs) == "has copies of source on disk, not in memory"


def test_copies_of_source_that_a_killed_job_left_go_with_the_engagement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "clones"))
    monkeypatch.setattr(scratch, "MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_ROOM", 0)
    (tmp_path / "techdd-killed").mkdir()
    with scratch.scratch(tmp_path) as alive:
        (tmp_path / "techdd-later").mkdir()
        there.wipe("engagement")
        assert list(tmp_path.glob("techdd-*")) == [alive]


def test_a_repository_that_moved_on_is_refused(
    toys: dict[str, Collector], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "clones"))
    source = build(tmp_path / "app.git", [A({"a": "1"})])
    terms = Terms("engagement", "run", there.tools("run"), 30)
    parcel = _parcel(toys["pebbles"], source, terms, tmp_path)
    git(source, "update-ref", "refs/heads/new", parcel.task.repository.head)
    there._known.clear()
    assert there.run_there(parcel).failure == (
        "cannot be opened by the worker: has changed since this run opened it; "
        "run the same command again"
    )


def _parcel(one: Collector, source: Path, terms: Terms, folder: Path) -> Parcel:
    entry = RepositoryEntry(name="app", source=str(source))
    repository = there.open_there(entry, replace(terms, tools=there.tools(terms.run)))
    task = Task(one.run.__module__, one.name, repository, folder, {}, budget_of(one))
    return Parcel(task, entry, {}, (), terms)


def test_what_cannot_be_opened_there_says_so(machines: Machines, tmp_path: Path) -> None:
    with connected(machines.address, "engagement", 1, 30) as place:
        entry = RepositoryEntry(name="app", source=str(tmp_path / "nothing"))
        with pytest.raises(RepositoryError, match="no such folder"):
            place.open(entry, tmp_path, stop=Event())


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("somewhere", "somewhere: is no address of a cluster; give tcp://HOST:PORT"),
        ("tcp://127.0.0.1:1", "tcp://127.0.0.1:1: no scheduler answers there"),
    ],
)
def test_an_address_where_nobody_is_ends_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    monkeypatch.setattr(cluster, "CONNECTING", 1)
    workspace = engagement(tmp_path, "e", str(build(tmp_path / "app.git", [A({"a": "1"})])))
    with pytest.raises(TechddError) as caught:
        collect(workspace, cluster=address)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad\r\n\r\n"])
def test_who_speaks_at_the_address_and_is_no_scheduler_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, greeting: bytes
) -> None:
    monkeypatch.setattr(cluster, "CONNECTING", 1)

    def answer() -> None:
        with suppress(OSError):  # the server is shut down
            while True:
                one, _ = server.accept()
                met.enter_context(one)
                with suppress(OSError):
                    one.sendall(greeting)

    with ExitStack() as met, socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=answer)
        answering.start()
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        try:
            with (
                pytest.raises(TechddError, match="no scheduler answers there"),
                connected(address, "engagement", 1, 30),
            ):
                raise AssertionError("it was taken")
        finally:
            server.shutdown(socket.SHUT_RDWR)
            answering.join()


def test_certificates_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    import dask

    (tmp_path / "empty").touch()
    for wrong in (tmp_path / "none", tmp_path / "empty"):
        parts = dict.fromkeys(("ca-file", "client.cert", "client.key"), str(wrong))
        with (
            dask.config.set({f"distributed.comm.tls.{part}": path for part, path in parts.items()}),
            pytest.raises(TechddError, match=r"TLS__CA_FILE, \S+ and \S+ name cannot be read: \S"),
            connected("tls://127.0.0.1:1", "engagement", 1, 30),
        ):
            raise AssertionError("it was taken")


def test_a_scheduler_without_workers_says_how_to_start_one(
    empty: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "REPORTING", 1)
    with (
        pytest.raises(TechddError, match="has no workers; start some: dask worker tcp://"),
        connected(empty.address, "engagement", 1, 30),
    ):
        raise AssertionError("it was taken")


def test_a_cluster_of_this_machine_needs_no_more_than_a_word(tmp_path: Path) -> None:
    source = build(tmp_path / "app.git", [A(SOURCES)])
    workspace = engagement(tmp_path, "e", str(source))
    done = subprocess.run(
        [
            sys.executable, "-c", "from techdd.cli import run; run()", "collect",
            str(workspace.root), "-q", "--only", "history", "--jobs", "1",
        ],
        env={**os.environ, "TECHDD_CLUSTER": "local", FOLDER: str(tmp_path / "clones")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.startswith("Next: ")
    assert len(workspace.evidence.files(["app"])) > 1


def test_ctrl_c_ends_the_work_on_the_workers(
    machines: Machines, toys: dict[str, Collector], tmp_path: Path
) -> None:
    source = build(tmp_path / "app.git", [A({"a": "1"})])
    note = tmp_path / "note"

    def interrupt() -> None:
        while not note.is_file():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    with connected(machines.address, "engagement", 1, 30) as place:
        found = place.open(RepositoryEntry(name="app", source=str(source)), tmp_path, stop=Event())
        threading.Thread(target=interrupt, daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            jobs.collect(
                [found], [toys["waits"]], Evidence(tmp_path / "evidence"),
                {"waits": {"note": str(note)}}, workers=1, pool=place.pool,
            )  # fmt: skip
        with pytest.raises(ProcessLookupError):
            while True:
                os.kill(int(note.read_text()), 0)
                time.sleep(0.1)
