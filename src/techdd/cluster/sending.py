"""What is sent to the workers of a cluster, and what comes back from them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from techdd.cloning import is_url
from techdd.cluster import there
from techdd.cluster.there import OWN, Parcel, Terms
from techdd.errors import RepositoryError, TechddError
from techdd.evidence import Evidence
from techdd.policy import RepositoryEntry
from techdd.repository import Repository
from techdd.worker import Outcome, Task, work

if TYPE_CHECKING:
    from distributed import Client

_LOST = (
    "the scheduler is lost; what had ended is recorded: when it is there again, run the same "
    "command again to go on"
)
_PAUSE = 0.5  # seconds after which a wish to stop is heard


@dataclass(frozen=True)
class Sender:
    """Sends the work of one run to the workers of a `client`."""

    client: Client
    address: str
    terms: Terms
    hosts: Sequence[str]
    entries: dict[str, RepositoryEntry] = field(default_factory=dict)  # what was opened

    def open(self, entry: RepositoryEntry, _cache: Path, *, stop: Event) -> Repository:
        """The repository of `entry`, opened by a worker in its own cache. Raises RepositoryError,
        soon after `stop` is set, too.
        """
        if not is_url(entry.source):
            entry = entry.model_copy(update={"source": str(Path(entry.source).absolute())})
        self.entries[entry.name] = entry
        answer = self._ask(entry.name, there.open_there, entry, self.terms)
        while not wait([answer], _PAUSE).done:
            if stop.is_set():
                answer.cancel()
                raise RepositoryError("was not opened: interrupted", entry.name)
        try:
            opened: Repository = answer.result()
        except TechddError:
            raise
        except Exception as error:
            raise RepositoryError(_reason(error), entry.name) from None
        return opened

    def work(self, task: Task) -> Future[Outcome]:
        """Has a job done. Raises EvidenceError where the facts that it needs cannot be read."""
        name = task.repository.name
        facts = Evidence(task.evidence).pack(task.collector.needs, name)
        own = tuple(option for option, give in OWN.items() if task.options.get(option) == give())
        parcel = Parcel(task, self.entries[name], facts, own, self.terms)
        return self._ask(name, there.run_there, parcel, failed=_failed)

    def _ask(
        self,
        name: str,
        function: Callable[..., Any],
        *arguments: Any,
        failed: Callable[[Exception], Any] | None = None,
    ) -> Future[Any]:
        """Has a worker do it, rather on the machine that has the repository `name` already.

        The answer is what it gives; where it fails, its exception or what `failed` makes of it.
        """
        rather: dict[str, Any] = {}
        if len(self.hosts) > 1:
            number = int(sha256(name.encode()).hexdigest(), 16) % len(self.hosts)
            rather = {"workers": [self.hosts[number]], "allow_other_workers": True}
        answer: Future[Any] = Future()

        def pass_on(sent: Any) -> None:
            if not answer.set_running_or_notify_cancel():
                return
            try:
                answer.set_result(sent.result())
            except BaseException as error:
                if sent.status != "error":
                    answer.set_exception(TechddError(_LOST, self.address))
                elif failed and isinstance(error, Exception):
                    answer.set_result(failed(error))
                else:
                    answer.set_exception(error)

        # Not through Dask's own Executor: where the scheduler is lost while a result is on its way,
        # its futures never end.
        sent = self.client.submit(function, *arguments, pure=False, **rather)
        answer.add_done_callback(lambda one: sent.cancel() if one.cancelled() else None)
        sent.add_done_callback(pass_on)
        return answer


class Workers(Executor):
    """Takes jobs where a pool of processes would."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._sent: WeakSet[Future[Any]] = WeakSet()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Has the workers do `work` of one task."""
        if fn is not work:
            raise TypeError("workers of a cluster do jobs only")
        answer = self._sender.work(*args, **kwargs)
        self._sent.add(answer)
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes back, where asked to, what is not done; what runs is ended by its worker."""
        if cancel_futures:
            for answer in list(self._sent):
                answer.cancel()


def _failed(error: Exception) -> Outcome:
    return Outcome({}, (), _reason(error), "".join(traceback.format_exception(error)))


def _reason(error: Exception) -> str:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return "each worker died that ran it"
    return f"the worker failed: {type(error).__name__} (see the log)"
