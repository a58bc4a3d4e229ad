"""Jobs on Dask workers: the sender's side.

Dask is behind the standard library's Executor, so that `jobs` knows nothing of it: the same
schedule, the same one writer of evidence, the same bytes. See docs/scale-out.md.
"""

from __future__ import annotations

import logging
import re
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Protocol

from techdd.cluster import there
from techdd.cluster.sending import Sender, Workers
from techdd.cluster.there import Terms
from techdd.errors import TechddError
from techdd.policy import RepositoryEntry
from techdd.repository import Repository

if TYPE_CHECKING:
    from distributed import Client

LOCAL = "local"
CONNECTING = 8.0  # seconds in which a scheduler must answer
REPORTING = 15.0  # seconds in which the first worker must report to it
_ADDRESS = re.compile(r"(tcp|tls)://[\w.:\[\]-]+:\d+")


class OpenAt(Protocol):
    """Opens a repository as `open_entry` does, and ends soon after `stop` is set."""

    def __call__(self, entry: RepositoryEntry, cache: Path, /, *, stop: Event) -> Repository:
        """The repository. Raises RepositoryError."""
        ...


@dataclass(frozen=True)
class Place:
    """Where the work is done: by so many `workers` at once, and how repositories are opened and
    jobs run there.
    """

    workers: int
    open: OpenAt
    pool: Callable[[int], Executor]


@contextmanager
def connected(
    address: str, engagement: str, workers: int, minutes: float, *, keep: bool = False
) -> Iterator[Place]:
    """The cluster at `address` (`tcp://host:port`, `tls://host:port`), or one of so many `workers`
    on this machine (`local`). To mirror a repository may take so many `minutes`.

    What the workers have of the engagement is removed from them at the end, unless it is to be
    kept for the next run. Raises TechddError where nobody answers or a worker differs.
    """
    check_address(address)
    import distributed  # which gives its loggers levels of their own

    for logger in (distributed.__name__, f"{distributed.__name__}.client"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)  # tracebacks; we say it better
    with ExitStack() as stack:
        client = stack.enter_context(_local(workers) if address == LOCAL else _client(address))
        run = secrets.token_hex(8)
        mine = there.tools(run)
        threads, hosts = _examined(client, address, mine, run)
        if not keep:
            stack.callback(_wipe, client, engagement)
        sender = Sender(client, address, Terms(engagement, run, mine, minutes), hosts)
        yield Place(threads, sender.open, lambda _: Workers(sender))


def check_address(address: str) -> None:
    """Raises TechddError where `address` is none, or where Dask is not installed."""
    if address != LOCAL and not _ADDRESS.fullmatch(address):
        raise TechddError(
            "is no address of a cluster; give tcp://HOST:PORT, tls://HOST:PORT or local", address
        )
    if not find_spec("distributed"):
        raise TechddError("a cluster needs Dask; install it with: pip install 'techdd[scale]'")


@contextmanager
def _client(address: str) -> Iterator[Client]:
    import asyncio

    import distributed

    class Connection(distributed.Client):  # type: ignore[misc]  # Dask is half typed
        """Is closed below; one that found nobody would wait for them when it is deleted."""

        def __del__(self) -> None:
            pass

    if address.startswith("tls:") and not _certificates(address):
        raise TechddError(
            "needs certificates: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, ..._CLIENT__CERT and "
            "..._CLIENT__KEY (see docs/scale-out.md)",
            address,
        )
    host, _, port = address.partition("//")[2].rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECTING).close()
        asyncio.run(asyncio.wait_for(_greeted(address), CONNECTING))
        client = Connection(address, timeout=CONNECTING, set_as_default=False)
    except TimeoutError:
        raise TechddError("no scheduler answers there: it says nothing", address) from None
    except Exception as error:  # whatever speaks there, and however it fails to be understood
        why = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise TechddError(f"no scheduler answers there: {why}", address) from None
    try:
        client.wait_for_workers(1, timeout=REPORTING)
    except TimeoutError:
        client.close()
        raise TechddError(f"has no workers; start some: dask worker {address}", address) from None
    try:
        yield client
    finally:
        client.close(timeout=CONNECTING)


async def _greeted(address: str) -> None:
    """Returns when a scheduler has greeted, for which Dask's client waits without an end."""
    from distributed import Security
    from distributed.comm import connect

    arguments = Security().get_connection_args("client")
    comm = await connect(address, timeout=CONNECTING, **arguments)
    await comm.close()


@contextmanager
def _local(workers: int) -> Iterator[Client]:
    import dask
    import distributed

    settings = {
        "distributed.worker.daemon": False,  # they start processes of their own
        "distributed.worker.profile.enabled": False,  # it looks at each thread every 10 ms
        "distributed.admin.system-monitor.interval": "10s",
        "distributed.scheduler.http.routes": [],  # pages that nobody reads
        "distributed.worker.http.routes": [],
    }
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",  # of none, pages would still be served to everybody
            worker_dashboard_address="127.0.0.1:0",
            memory_limit=0,  # each job has its own
            silence_logs=logging.CRITICAL,  # tracebacks of what is told in a line
            security=distributed.Security.temporary(),  # other users of the machine stay out
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _certificates(address: str) -> bool:
    """Whether Dask's configuration names them. Raises TechddError where they cannot be read."""
    import distributed

    try:
        return bool(distributed.Security().get_connection_args("client")["ssl_context"])
    except OSError as error:  # that of a file tells no name
        raise TechddError(
            "the certificates or the key that DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
            f"..._CLIENT__CERT and ..._CLIENT__KEY name cannot be read: {error.strerror or error}",
            address,
        ) from None


def _examined(
    client: Client, address: str, mine: Mapping[str, str], run: str
) -> tuple[int, list[str]]:
    """(jobs that the workers do at once, their hosts). Raises TechddError that names a worker that
    cannot do them, or would do them otherwise.
    """
    answers = client.run(there.tools, run, on_error="return")
    able = client.run(there.cannot_work, on_error="return")
    for worker, theirs in sorted(answers.items()):
        why = able.get(worker, "")
        if isinstance(theirs, Exception) or isinstance(why, Exception):
            said = theirs if isinstance(theirs, Exception) else why
            why = f"has no techdd like this one ({type(said).__name__}: {said})"
        if why := why or there.differs(mine, theirs):
            raise TechddError(f"the worker {worker} {why}; see docs/scale-out.md", address)
    known = client.scheduler_info(n_workers=-1)["workers"].values()
    return sum(one["nthreads"] for one in known), sorted({one["host"] for one in known})


def _wipe(client: Client, engagement: str) -> None:
    """Has each worker remove what it has; one that is gone cannot, see docs/scale-out.md."""
    if client.status == "running":  # not where the scheduler is lost
        client.run(there.wipe, engagement, on_error="ignore")
