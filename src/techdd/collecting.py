"""The first of the three verbs: measures repositories, loading nothing that only judging needs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from inspect import signature
from itertools import islice
from pathlib import Path
from threading import Event, Lock
from typing import Any

from techdd import __version__, advisories, copies, jobs, planning, sandbox, scratch
from techdd.cloning import MINUTES, clone
from techdd.cluster import OpenAt, Place, connected
from techdd.collectors import Collector
from techdd.documents import did_you_mean
from techdd.errors import DocumentError, RepositoryError, TechddError
from techdd.files import read, write_atomic
from techdd.model import Issue, Run, Status
from techdd.opening import open_entry
from techdd.plugins import discover, single
from techdd.policy import Allowance, RepositoryEntry
from techdd.repository import Repository
from techdd.text import without_folders
from techdd.trust.chain import GONE, Chain
from techdd.worker import executor
from techdd.workspace import OPENING, Workspace, now

OPENING_AT_ONCE = 8  # repositories
SHOWN = 5  # files that are told one by one
EVERYONE = "default"  # under this name budgets hold for all collectors


def collect(
    workspace: Workspace,
    *,
    only: Sequence[str] = (),
    workers: int = 0,
    online: bool = False,
    cluster: str = "",
    keep: bool = False,
    tell: Callable[[jobs.Event], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
    pool: Callable[[int], Executor] = executor,
) -> list[Run]:
    """Measures every repository of the engagement; what is fresh is not measured again.

    It is done by processes of this machine or by the workers of a `cluster`, which `keep` what they
    have of the repositories or not (see `cluster.connected`). A repository that cannot be opened is
    a failed run. `warn` is told of evidence that no run left as it is. Raises TechddError where
    none can be opened.
    """
    workers = workers or sandbox.cores()
    with workspace.locked(), ExitStack() as stack:
        chosen = _within_budgets(workspace, choose_collectors(only))
        options = _options(workspace, chosen, online=online or workspace.engagement.online)
        own = workspace.engagement.budgets.get(OPENING)
        minutes = (own and own.minutes) or MINUTES
        place = Place(workers, _opener(minutes), pool)
        if cluster:
            name = copies.copy_identity(workspace.root)
            place = stack.enter_context(connected(cluster, name, workers, minutes, keep=keep))
        if not workspace.engagement.repositories:
            raise TechddError("names no repositories; add some", workspace.file)
        told = _one_at_a_time(tell)
        chain = Chain(workspace.evidence.root)
        if said := chain.ahead_of(now()):
            warn(said)
        for doubt in chain.doubts:
            warn(f"evidence/{chain.path.name}: {doubt}: something other than techdd changed it")
        strange = chain.begin()
        for name, how in islice(strange.items(), SHOWN):
            what = "removed it" if how == GONE else "changed it; it is set aside"
            warn(f"evidence/{name} {how}: something other than techdd {what}")
        if len(strange) > SHOWN:
            warn(f"and so {len(strange) - SHOWN:,} more files of the evidence")
        with _opening(workspace, place, told) as opening:
            measured = jobs.collect(
                _openable(opening),
                chosen,
                workspace.evidence,
                options,
                workers=place.workers,
                tell=told,
                log=workspace.log,
                pool=place.pool,
            )
            opened = [future.result() for future in opening]
        if not any(isinstance(found, Repository) for _, found in opened):
            raise TechddError("\n".join(str(error) for _, error in opened))
        runs = [*(run for run, _ in opened), *measured]
        chain.extend(now(), f"techdd {__version__}")
    return runs


def _opener(minutes: float) -> OpenAt:
    """Opens repositories on this machine, each mirrored within `minutes`."""

    def open_here(entry: RepositoryEntry, cache: Path, *, stop: Event) -> Repository:
        return open_entry(entry, cache, partial(clone, stop=stop, minutes=minutes))

    return open_here


Opened = tuple[Run, Repository | RepositoryError]  # how it ended, and what came of it


@contextmanager
def _opening(
    workspace: Workspace, place: Place, tell: Callable[[jobs.Event], None]
) -> Iterator[list[Future[Opened]]]:
    """Opens the repositories of the engagement, in its order, and records how that ended.

    Many at once, since a server that is slow keeps no processor busy, and while jobs run.
    """
    stop = Event()

    def open_one(entry: RepositoryEntry) -> Opened:
        tell(jobs.Event(1, OPENING, entry.name))
        found: Repository | RepositoryError
        try:
            found = workspace.open(entry, partial(place.open, stop=stop))
            run = _opened(found)
        except RepositoryError as error:
            run, found = _not_opened(entry, error), error
        workspace.evidence.record(run)
        tell(jobs.Event(1, OPENING, entry.name, run))
        return run, found

    with ThreadPoolExecutor(max(OPENING_AT_ONCE, place.workers)) as threads:
        try:
            yield [threads.submit(open_one, one) for one in workspace.engagement.repositories]
        except BaseException:
            stop.set()
            threads.shutdown(cancel_futures=True)
            raise


def _openable(opening: Iterable[Future[Opened]]) -> Iterator[Repository]:
    """The repositories that can be opened, as they are."""
    for future in as_completed(opening):
        _, found = future.result()
        if isinstance(found, Repository):
            yield found


def _one_at_a_time(tell: Callable[[jobs.Event], None]) -> Callable[[jobs.Event], None]:
    """`tell` for several threads."""
    lock = Lock()

    def told(event: jobs.Event) -> None:
        with lock:
            tell(event)

    return told


def _opened(repository: Repository) -> Run:
    status = Status.PARTIAL if repository.issues else Status.OK
    state = repository.state
    return Run(OPENING, repository.name, status, state, {}, repository.issues, state)


def _not_opened(entry: RepositoryEntry, error: RepositoryError) -> Run:
    """The record reaches the report, so it names no folder of this machine."""
    detail = without_folders(error.message)
    return Run(OPENING, entry.name, Status.FAILED, "", {}, (Issue("cannot be opened", "", detail),))


def choose_collectors(only: Sequence[str] = ()) -> list[Collector]:
    """All collectors, or those named with all they need. Raises TechddError for a stranger."""
    named = [single("techdd.collectors", Collector, name) for name in only]
    alone = [found for found in named if found and not found.needs]
    if only and len(alone) == len(only):
        return alone  # without loading all others, among which nobody is needed
    known = discover("techdd.collectors", Collector)
    for name in only:
        if name not in known:
            raise TechddError(f"no collector {name!r}; there are: {', '.join(known)}")
    if not only:
        return list(known.values())
    wanted = set(only)
    for later in reversed(planning.order(known.values())):
        if later.name in wanted:
            wanted |= {
                other.name for other in known.values() if any(f in later.needs for f in other.makes)
            }
    return [found for name, found in known.items() if name in wanted]


def _within_budgets(workspace: Workspace, collectors: Iterable[Collector]) -> list[Collector]:
    """`collectors` with what each may take by the engagement's own word: for it, or for all."""
    own = workspace.engagement.budgets
    known = [EVERYONE, OPENING, *discover("techdd.collectors", Collector)] if own else []
    for name in own:
        if name not in known:
            hint = did_you_mean(name, known)
            raise DocumentError(f"a budget for no collector {name!r}{hint}", workspace.file)
    if own.get(OPENING, Allowance()).memory:
        raise DocumentError(f"a budget of {OPENING!r} has minutes only", workspace.file)
    everyone = own.get(EVERYONE, Allowance())

    def allowed(one: Collector) -> Collector:
        alone = own.get(one.name, everyone)
        return replace(
            one,
            minutes=alone.minutes or everyone.minutes or one.minutes,
            memory=alone.memory or everyone.memory or one.memory,
        )

    return [allowed(one) for one in collectors]


def _options(
    workspace: Workspace, collectors: Iterable[Collector], *, online: bool
) -> dict[str, dict[str, Any]]:
    """What each collector is called with: the engagement's options and what the tool provides."""
    own = workspace.engagement.options
    provided: dict[str, Callable[[], Any]] = {
        "online": lambda: online,
        "day": lambda: now().date().isoformat(),
        "advisories": lambda: str(advisories.default_folder()),
        "advisories_digest": _advisories_digest,
        "key": lambda: _secret_key(workspace),
        "semgrep": lambda: sandbox.program("semgrep"),
        "in_memory": scratch.in_memory,
    }
    withheld = _withheld(own)
    everyone = discover("techdd.collectors", Collector) if own else {}
    for name in own:
        if name not in everyone:
            known = ", ".join(everyone)
            raise DocumentError(
                f"options for no collector {name!r}; there are: {known}", workspace.file
            )
    options = {}
    for each in collectors:
        parameters = [
            name for name, p in signature(each.run).parameters.items() if p.kind is p.KEYWORD_ONLY
        ]
        given = dict(own.get(each.name, {}))
        for name in given:
            if name not in parameters:
                known = ", ".join(parameters) or "none"
                raise DocumentError(
                    f"collector {each.name!r} has no option {name!r}; it has: {known}",
                    workspace.file,
                )
        options[each.name] = {
            **{name: give() for name, give in provided.items() if name in parameters},
            **given,
        }
        if "withheld" in parameters:
            options[each.name]["withheld"] = withheld
        if not options[each.name].get("online", True):
            options[each.name].pop("day", None)  # only what others say of it ages by itself
    return options


def _withheld(options: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What is withheld from one service is withheld from all."""
    given = [each.get("withheld", ()) for each in options.values()]
    lists = ([one] if isinstance(one, str) else one for one in given)
    return sorted({pattern for patterns in lists for pattern in patterns})


def _advisories_digest() -> str:
    status = advisories.status(advisories.default_folder())
    return status.digest if status else ""


def _secret_key(workspace: Workspace) -> str:
    """The engagement's own key for fingerprints of secrets, so that none can be looked up.

    Raises TechddError where it is damaged: with another one every secret would be a new finding.
    """
    path = workspace.root / "fingerprint.key"
    try:
        if not path.exists():
            write_atomic(path, secrets.token_hex(32).encode(), mode=0o600)
        key = read(path).decode(errors="replace").strip()
    except OSError as error:
        raise TechddError(f"cannot be kept: {error.strerror}", path) from None
    if len(key) != 64:
        raise TechddError(
            "is damaged; restore it, or delete it, after which every secret is a new finding", path
        )
    return key
