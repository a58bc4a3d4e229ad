"""Which jobs there are, in which order, and under which key the result of each is fresh."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import version
from typing import Any

from techdd import __version__
from techdd.collectors import Collector
from techdd.errors import TechddError
from techdd.plugins import names
from techdd.repository import Repository

Options = Mapping[str, Mapping[str, Any]]  # collector -> option -> value

ENGINES = ("bandit", "kingfisher-bin", "lizard", "pip-audit", "pydriller", "radon", "tree-sitter")
PLUGINS = ("techdd.collectors", "techdd.languages", "techdd.lockfiles")


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
    repositories: Iterable[Repository],
    collectors: list[Collector],
    needed: Mapping[str, list[str]],
    options: Options,
) -> list[Job]:
    """All jobs, repository by repository, each keyed by everything its facts depend on."""
    engines = (version(engine) for engine in ENGINES)
    plugins = (name for package in PLUGINS for name in names(package))
    tools = [__version__, *engines, *plugins]
    software = hashlib.sha256("\n".join(tools).encode()).hexdigest()
    jobs: list[Job] = []
    for repository in repositories:
        keys: dict[str, str] = {}
        for one in collectors:
            own = dict(options.get(one.name, {}))
            ingredients = {
                "state": repository.state,
                "software": software,
                "collector": [one.name, one.version],
                "options": own,
                "needs": [keys[name] for name in needed[one.name]],
            }
            text = json.dumps(ingredients, sort_keys=True, default=str)
            keys[one.name] = hashlib.sha256(text.encode()).hexdigest()
            jobs.append(Job(one, repository, keys[one.name], own))
    return jobs
