"""Collectors as a third party would ship them, each with one way to end; found by entry point."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import repeat
from multiprocessing import parent_process
from pathlib import Path
from typing import Any, NamedTuple

from techdd import guard
from techdd.collectors import Gathered, collector
from techdd.errors import TechddError
from techdd.facts import Columns
from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.repository import Repository


class Pebble(NamedTuple):
    """What `pebbles` gathers."""

    path: str
    size: int


class Wall(NamedTuple):
    """What `walls` makes of pebbles."""

    pebbles: int


class Nothing(NamedTuple):
    """What those that fail would make."""

    path: str


@collector(makes=(Pebble,))
def pebbles(repo: Repository, *, note: str = "", fail: str = "", lost: str = "") -> Gathered:
    """One row a file; notes in a file outside how often it ran; fails where that file is there. Has
    no row, and wants to be tried again, while the file `lost` is not.
    """
    if lost and not Path(lost).exists():
        yield Issue("lost", transient=True)
        return
    if note:
        with Path(note).open("a") as file:
            file.write(f"{repo.name}\n")
    for entry in repo.regular_files():
        yield Pebble(entry.path, entry.size)
    if fail and Path(fail).exists():
        raise TechddError("asked to fail")


@collector(makes=(Wall,), needs=(Pebble,))
def walls(repo: Repository, pebbles: Any) -> Gathered:
    """One row that counts the pebbles, as columns."""
    assert list(pebbles.columns) == ["path", "size"]
    yield Columns(Wall, {"pebbles": [len(pebbles)]})
    if repo.name == "odd":
        yield Issue("odd wall", "a\x1b[31m", "b\nc")


@collector(makes=(Nothing,))
def raises(_: Repository) -> Gathered:
    """Has a bug."""
    yield Nothing("half")
    raise ZeroDivisionError("oh dear")


@collector(makes=(Nothing,))
def recurses(_: Repository) -> Gathered:
    """Goes too deep."""
    yield Nothing("half")

    def deep() -> None:
        deep()

    deep()


@collector(makes=(Nothing,), minutes=0.5 / 60)
def sleeps(_: Repository) -> Gathered:
    """Takes longer than it may, and swallows every exception on the way."""
    while True:
        try:
            time.sleep(60)
        except Exception:
            yield Nothing("swallowed")


@collector(makes=(Nothing,))
def dies(repo: Repository) -> Gathered:
    """Kills its own process, but in the repository `well`."""
    if repo.name != "well":
        os._exit(9)
    yield Nothing("survived")


@collector(makes=(Nothing,))
def lies(_: Repository) -> Gathered:
    """Yields a fact that it does not declare."""
    yield Pebble("a", 1)


@collector(makes=(Nothing,))
def mistypes(_: Repository) -> Gathered:
    """Yields a value of another type than its fact declares."""
    yield Nothing(5)  # type: ignore[arg-type]


class Flood(NamedTuple):
    """What `floods` would make."""

    path: str


@collector(makes=(Flood,))
def floods(_: Repository) -> Gathered:
    """Has more issues than anybody reads."""
    yield from (Issue("again", f"{number}") for number in range(1_500))


@collector(makes=(Nothing,), minutes=5)
def waits(_: Repository, *, note: str) -> Iterator[Any]:
    """Says which process it is and waits to be interrupted."""
    with Path(note).open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(300)
    yield Nothing("done")


@collector(makes=(Nothing,), minutes=5)
def strikes(_: Repository, *, victim: int = 0, once: str = "") -> Gathered:
    """Kills a process, else the one that has started its own, but only `once` where a file is named
    that says so.
    """
    if not once or not Path(once).exists():
        if once:
            Path(once).touch()
        parent = parent_process()
        os.kill(victim or (parent.pid if parent and parent.pid else os.getpid()), signal.SIGKILL)
        time.sleep(60)
    yield Nothing("survived")


class Line(NamedTuple):
    """What `parses` reads of a file."""

    path: str


def _spin() -> None:
    while True:
        with suppress(Exception):
            time.sleep(0)


# By the content of a file: what a parser may do on it.
_TRAPS: dict[bytes, Callable[[], object]] = {
    b"die": lambda: os._exit(11),
    b"spin": _spin,
    b"spin in C": lambda: sum(repeat(0)),  # looks for no signal
    b"take": lambda: [bytes(64 << 20) for _ in repeat(0)],
    b"nest": lambda: repr(_nested()),
}


def _nested() -> list[object]:
    inner: list[object] = []
    for _ in range(100_000):
        inner = [inner]
    return inner


@collector(makes=(Line,))
def parses(repo: Repository) -> Gathered:
    """Reads each file on guard, with a parser that some files do harm."""
    guard.SECONDS, guard._GRACE, guard.MEMORY = 0.5, 2.0, 300 << 20
    entries = repo.regular_files()
    for entry, (_, content) in zip(entries, repo.blobs(one.blob for one in entries), strict=True):
        try:
            with one_file(content or b""):
                _TRAPS.get(content or b"", lambda: None)()
        except Unreadable as error:
            yield Issue("not read", entry.path, str(error))
        else:
            yield Line(entry.path)


@collector(makes=(Nothing,))
def full(_: Repository) -> Gathered:
    """Finds no room on the disk."""
    yield Nothing("half")
    raise OSError(28, "No space left on device")


@collector(makes=(Nothing,))
def hungry(repo: Repository) -> Gathered:
    """Takes as much memory as it has files, in hundreds of MiB."""
    held = [bytearray(100 << 20) for _ in repo.regular_files()]
    yield Nothing(str(len(held)))
