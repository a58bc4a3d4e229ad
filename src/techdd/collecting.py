"""The first of the three verbs: measures repositories, loading nothing that only judging needs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from inspect import signature
from threading import Event
from typing import Any

from techdd import __version__, advisories, copies, jobs, planning, sandbox
from techdd.batches import opening
from techdd.cloning import MINUTES, clone
from techdd.cluster import Place, connected
from techdd.collectors import Collector
from techdd.documents import did_you_mean
from techdd.errors import DocumentError, TechddError
from techdd.files import write_atomic
from techdd.model import Run
from techdd.plugins import discover, single
from techdd.policy import Allowance, RepositoryEntry
from techdd.repository import Repository
from techdd.trust.chain import Chain
from techdd.worker import executor
from techdd.workspace import OPENING, Workspace, now

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
    pool: Callable[[int], Executor] = executor,
) -> list[Run]:
    """Measures every repository of the engagement; what is fresh is not measured again.

    It is done by processes of this machine or by the workers of a `cluster`, which `keep` what they
    have of the repositories or not (see `cluster.connected`). A repository that cannot be opened is
    a failed run. Raises TechddError where none can be.
    """
    workers = workers or sandbox.cores()
    runs: list[Run] = []
    errors: list[str] = []
    with workspace.locked(), ExitStack() as stack:
        chosen = _within_budgets(workspace, choose_collectors(only))
        options = _options(workspace, chosen, online=online or workspace.engagement.online)
        place = Place(workers, _opener(workspace), pool)
        if cluster:
            name = copies.identity(workspace.root)
            found = connected(cluster, name, workers, _minutes(workspace), keep=keep)
            place = stack.enter_context(found)
        for batch in stack.enter_context(opening(workspace, place, tell)):
            for one in batch:
                workspace.evidence.record(one.run)
            runs += [one.run for one in batch]
            errors += [one.error for one in batch if one.error]
            if repositories := [one.repository for one in batch if one.repository]:
                runs += jobs.collect(
                    repositories,
                    chosen,
                    workspace.evidence,
                    options,
                    workers=place.workers,
                    tell=tell,
                    log=workspace.log,
                    pool=place.pool,
                )
        if not runs:
            raise TechddError("names no repositories; add some", workspace.file)
        if len(runs) == len(errors):
            raise TechddError("\n".join(errors))
        Chain(workspace.evidence.root).extend(now(), f"techdd {__version__}")
    return runs


def _opener(workspace: Workspace) -> Callable[[RepositoryEntry, Event], Repository]:
    """Opens them on this machine."""
    minutes = _minutes(workspace)
    return lambda entry, stop: workspace.open(entry, partial(clone, stop=stop, minutes=minutes))


def _minutes(workspace: Workspace) -> float:
    """The time in which one repository must be mirrored."""
    own = workspace.engagement.budgets.get(OPENING)
    return (own and own.minutes) or MINUTES


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
    return [
        replace(
            one,
            minutes=(found := own.get(one.name, everyone)).minutes
            or everyone.minutes
            or one.minutes,
            memory=found.memory or everyone.memory or one.memory,
        )
        for one in collectors
    ]


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
    """The engagement's own key for fingerprints of secrets, so that none can be looked up."""
    path = workspace.root / "fingerprint.key"
    if not path.is_file():
        write_atomic(path, secrets.token_hex(32).encode())
        path.chmod(0o600)
    return path.read_text()
