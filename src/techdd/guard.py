"""One file of a client's at a time: what reads it is stopped in time, and known where it dies.

A parser written in C cannot always be stopped from within: it may spin, or end the process. The
system then ends the worker; the job is tried again alone, notes which file it is at, and leaves out
the files that ended it before. A run in which nothing goes wrong pays a few system calls a file.
"""

from __future__ import annotations

import hashlib
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

SECONDS = 30.0  # of computing that one file may take
MEMORY = 2 << 30  # bytes that reading one file may add
_GRACE = 10.0  # seconds of computing in which whatever can be stopped from within was stopped
_PAGES = Path("/proc/self/statm")
_PAGE = resource.getpagesize()


class Unreadable(ValueError):
    """A file takes more than it may; the message says what of."""


class _TooLong(BaseException):
    """Raised while a file is read; no `except Exception` of a library can swallow it."""


@dataclass(frozen=True)
class Trial:
    """A job that is tried alone because its process died: where it notes the file that it is at,
    and the files that ended it in earlier trials.
    """

    note: Path
    deadly: frozenset[str] = frozenset()


class _Worker:
    """What holds for the job of this process."""

    limited = False
    reading = False
    seconds = 0.0  # of computing that the whole job may end with
    note = -1
    pages = -1  # where the system tells how much memory this process has
    deadly: frozenset[str] = frozenset()


def named(note: Path) -> str:
    """The file that a process was at when it died, by its note; "" = at none."""
    return note.read_text() if note.exists() else ""


@contextmanager
def job(minutes: float, trial: Trial | None = None, memory: int | None = None) -> Iterator[None]:
    """Inside, one job runs in a process of its own: the limits of `one_file` are in force, the job
    may add `memory` bytes to what the process has, and the system ends the process where a job
    computes for twice as long as it may take.
    """
    _Worker.deadly = trial.deadly if trial else frozenset()
    _Worker.note = os.open(trial.note, os.O_WRONLY | os.O_CREAT, 0o600) if trial else -1
    _Worker.pages = os.open(_PAGES, os.O_RDONLY) if _PAGES.exists() else -1
    _Worker.seconds = _computed() + 2 * 60 * minutes
    before, most = resource.getrlimit(resource.RLIMIT_DATA)
    if memory is not None:
        own = _in_use() + memory
        allowed = own if most == resource.RLIM_INFINITY else min(own, most)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, most))
    previous = signal.signal(signal.SIGPROF, _stop)
    _Worker.limited = True
    _end_at(_Worker.seconds)
    try:
        yield
    finally:
        _Worker.limited = False
        resource.setrlimit(resource.RLIMIT_DATA, (before, most))
        _end_at(None)
        signal.signal(signal.SIGPROF, previous)
        for file in (_Worker.note, _Worker.pages):
            if file >= 0:
                os.close(file)
        _Worker.note = _Worker.pages = -1


@contextmanager
def one_file(content: bytes) -> Iterator[None]:
    """Inside, one file is read. Raises Unreadable where that takes too long, too much memory or too
    deep a recursion, or is known to end the process.
    """
    name = _noted(content) if _Worker.note >= 0 else ""
    before = _limit() if _Worker.limited else None
    try:
        yield
    except _TooLong:
        raise Unreadable(f"takes more than {SECONDS:g} seconds of computing") from None
    except MemoryError:
        # Python's own parser says so of what is nested too deeply, too.
        raise Unreadable("takes more memory than one file may, or is nested too deeply") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    finally:
        if before is not None:
            _release(before)
        if name:
            os.ftruncate(_Worker.note, 0)


def _noted(content: bytes) -> str:
    name = hashlib.sha256(content).hexdigest()
    if name in _Worker.deadly:
        raise Unreadable("ended the process that read it")
    os.pwrite(_Worker.note, name.encode(), 0)
    return name


def _limit() -> int:
    """Sets the limits of one file; returns the limit of memory that was in force."""
    memory, most = resource.getrlimit(resource.RLIMIT_DATA)
    own = _in_use() + MEMORY
    if own > MEMORY and (memory == resource.RLIM_INFINITY or own < memory):
        resource.setrlimit(resource.RLIMIT_DATA, (own, most))
    _end_at(min(_computed() + SECONDS + _GRACE, _Worker.seconds))
    _Worker.reading = True
    signal.setitimer(signal.ITIMER_PROF, SECONDS, 1.0)  # again and again: libraries swallow things
    return memory


def _release(memory: int) -> None:
    _Worker.reading = False
    signal.setitimer(signal.ITIMER_PROF, 0)
    _end_at(_Worker.seconds)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def _stop(_: int, frame: FrameType | None) -> None:
    """Raises, but not where a file is being left: nobody there could take it for what it is."""
    if _Worker.reading and not (frame and _is_leaving(frame.f_code)):
        raise _TooLong


def _is_leaving(code: CodeType) -> bool:
    """Whether `code` is this module's, or that of the standard library which calls it. All else of
    contextlib belongs to the reader: one that passes over every error spins there, too.
    """
    ours = code.co_filename == _stop.__code__.co_filename
    return ours or code.co_qualname.startswith("_GeneratorContextManager.")


def _end_at(seconds: float | None) -> None:
    """Has the system end this process once it has computed for `seconds` in all."""
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = most if seconds is None else int(seconds) + 1
    if most != resource.RLIM_INFINITY:
        soft = min(soft, most)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, most))


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _in_use() -> int:
    """Bytes of memory of this process's own; 0 where the system does not tell."""
    if _Worker.pages < 0:
        return 0
    return int(os.pread(_Worker.pages, 200, 0).split()[5]) * _PAGE
