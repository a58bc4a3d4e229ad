"""What is sent to the workers of a cluster, and what comes back from them."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

from techdd.cloning import is_url
from techdd.cluster import there
from techdd.cluster.there import OWN, Parcel, Terms
from techdd.errors import RepositoryError, TechddError
from techdd.evidence import Evidence
from techdd.policy import RepositoryEntry
from techdd.repository import Repository
from techdd.worker import Outcome, Task, work

_LOST = (
    "the scheduler is lost; what had ended is recorded: when it is there again, run the same "
    "command again to go on"
)
_DIED = "each worker died that ran it"
_PAUSE = 0.5  # seconds after which a wish to stop is heard


@dataclass(frozen=True)
class Sender:
    """Sends the work of one run to the workers, through Dask's `executor`."""

    executor: Any
    address: str
    terms: Terms
    hosts: Sequence[str]
    entries: dict[str, RepositoryEntry] = field(default_factory=dict)  # what was opened

    def open(self, entry: RepositoryEntry, stop: Event) -> Repository:
        """The repository of `entry`, opened by a worker. Raises RepositoryError."""
        if not is_url(entry.source):
            entry = entry.model_copy(update={"source": str(Path(entry.source).absolute())})
        self.entries[entry.name] = entry
        future = self._submit(entry.name, there.open_there, entry, self.terms)
        while not wait([future], _PAUSE).done:
            if stop.is_set():
                future.cancel()
                raise RepositoryError("was not opened: interrupted", entry.name)
        try:
            opened: Repository = future.result()
        except CancelledError:
            raise TechddError(_LOST, self.address) from None
        except Exception as error:
            if isinstance(error, RepositoryError):
                raise
            why = _DIED if _is_death(error) else f"the worker failed: {error}"
            raise RepositoryError(why, entry.name) from None
        return opened

    def work(self, task: Task) -> Future[Outcome]:
        """Has a job done. Raises EvidenceError where the facts that it needs cannot be read."""
        name = task.repository.name
        facts = Evidence(task.evidence).pack(task.collector.needs, name)
        own = tuple(option for option, give in OWN.items() if task.options.get(option) == give())
        parcel = Parcel(task, self.entries[name], facts, own, self.terms)
        answer: Future[Outcome] = Future()
        sent = self._submit(name, there.run_there, parcel)
        answer.add_done_callback(lambda one: one.cancelled() and sent.cancel())
        sent.add_done_callback(lambda one: self._answer(one, answer))
        return answer

    def _submit(self, name: str, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Rather on the machine that has the repository `name` already."""
        rather: dict[str, Any] = {}
        if len(self.hosts) > 1:
            number = int(sha256(name.encode()).hexdigest(), 16) % len(self.hosts)
            rather = {"workers": [self.hosts[number]], "allow_other_workers": True}
        sent: Future[Any] = self.executor.submit(function, *arguments, **rather)
        return sent

    def _answer(self, sent: Future[Outcome], answer: Future[Outcome]) -> None:
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(sent.result())
        except CancelledError:
            answer.set_exception(TechddError(_LOST, self.address))
        except Exception as error:
            failure = f"the worker failed: {type(error).__name__} (see the log)"
            answer.set_result(
                Outcome({}, (), _DIED)
                if _is_death(error)
                else Outcome({}, (), failure, "".join(traceback.format_exception(error)))
            )


class Workers(Executor):
    """Takes jobs where a pool of processes would."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Has the workers do `work` of one task."""
        if fn is not work:
            raise TypeError("workers of a cluster do jobs only")
        return self._sender.work(*args, **kwargs)


def _is_death(error: Exception) -> bool:
    from distributed import KilledWorker

    return isinstance(error, KilledWorker)
