"""Which jobs there are, in which order, and under which key the result of each is fresh."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from techdd.collectors import MEMORY, Collector
from techdd.errors import TechddError
from techdd.repository import Repository

Options = Mapping[str, Mapping[str, Any]]  # collector -> option -> value


@dataclass(frozen=True)
class Job:
    """One collector on one repository, with the key under which its result is fresh."""

    collector: Collector
    repository: Repository
    key: str
    options: Mapping[str, Any]


def order(collectors: Iterable[Collector]) -> list[Collector]:
    """`collectors` so that each comes after those that make what it needs.

    Raises TechddError where facts need each other in a circle.
    """
    by_name = {collector.name: collector for collector in collectors}
    graph = {name: suppliers(by_name, one) for name, one in sorted(by_name.items())}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise TechddError(f"collectors need each other: {' -> '.join(error.args[1])}") from None


def suppliers(collectors: Mapping[str, Collector], one: Collector) -> list[str]:
    """The names of the collectors that make what `one` needs."""
    return [
        name for name, other in collectors.items() if any(fact in one.needs for fact in other.makes)
    ]


def jobs_of(
    repository: Repository,
    collectors: list[Collector],
    needed: Mapping[str, list[str]],
    options: Options,
    tools: str,
) -> list[Job]:
    """The jobs of one repository, each after those that it needs, and keyed by everything its facts
    depend on; `tools` is the digest of the software.
    """
    keys: dict[str, str] = {}
    jobs: list[Job] = []
    for one in collectors:
        own = dict(options.get(one.name, {}))
        ingredients: dict[str, object] = {
            "state": repository.state,
            "software": tools,
            "collector": [one.name, one.version],
            "options": own,
            "needs": [keys[name] for name in needed[one.name]],
        }
        if one.memory != MEMORY:  # what a file may take depends on it; time only ends a job
            ingredients["memory"] = one.memory
        text = json.dumps(ingredients, sort_keys=True, default=str)
        keys[one.name] = hashlib.sha256(text.encode()).hexdigest()
        jobs.append(Job(one, repository, keys[one.name], own))
    return jobs
