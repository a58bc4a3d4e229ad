"""The door of the collectors: what a collector and a probe are.

A collector is a generator of facts about one repository; it yields an `Issue` for what it could not
read. A probe is a generator of metrics, observations and series; it answers the one question in its
docstring from the tables. One module a subject holds both; `plugins.discover` finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from techdd.facts import Columns, Fact, Parts
from techdd.model import Issue, Metric, Observation, Series

MEMORY = 4 << 30  # bytes, where nobody gives a collector more or less

Gathered = Iterator[tuple[Any, ...] | Columns | Parts | Issue]
Answered = Iterator[Metric | Observation | Series]


@dataclass(frozen=True)
class Collector:
    """Gathers facts of the kinds `makes` from one repository.

    It is called as `run(repository, *tables of needs, **options)`, in a worker process, and must
    give the same facts for the same repository state, tables and options. `version` changes
    whenever its facts would. One that may use the network takes an `online: bool` option, True
    where the engagement allows it, and `day: str`, which makes what was looked up stale tomorrow.
    """

    name: str
    run: Callable[..., Gathered]
    makes: tuple[Fact, ...]
    needs: tuple[Fact, ...] = ()
    version: int = 1
    minutes: float = 30.0  # time limit on one repository
    memory: int = MEMORY  # bytes that it may take, and each program that it starts


@dataclass(frozen=True)
class Probe:
    """Answers `question` for the chapter of `domain`.

    It is called as `run(as_of, *tables of needs, *tables of helps)`: a date, and a DataFrame a fact
    over all repositories of the engagement (column `repo` added). Of a repository that lacks a fact
    of `needs` it is told nothing; where one of `helps` is lacking it answers as far as it can.
    """

    name: str
    question: str
    domain: str
    run: Callable[..., Answered]
    needs: tuple[Fact, ...]
    helps: tuple[Fact, ...] = ()
    guarded: bool = False  # it tells of weak places, which are not for investors


def collector(
    *,
    makes: tuple[Fact, ...],
    needs: tuple[Fact, ...] = (),
    version: int = 1,
    minutes: float = 30.0,
) -> Callable[[Callable[..., Gathered]], Collector]:
    """Makes a Collector of a generator function, named as the function is."""

    def wrap(run: Callable[..., Gathered]) -> Collector:
        return Collector(run.__name__, run, makes, needs, version, minutes)

    return wrap


def probe(
    *,
    domain: str,
    needs: tuple[Fact, ...],
    helps: tuple[Fact, ...] = (),
    guarded: bool = False,
) -> Callable[[Callable[..., Answered]], Probe]:
    """Makes a Probe of a generator function, named as the function is; its docstring asks.

    All probes of the domain security are guarded.
    """

    def wrap(run: Callable[..., Answered]) -> Probe:
        question = (run.__doc__ or "").strip().splitlines()[0]
        weak = guarded or domain == "security"
        return Probe(run.__name__, question, domain, run, needs, helps, weak)

    return wrap
