"""Runs another program with limits of time, memory and output; the only door to other programs."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Nothing of the user's or the client's environment reaches a tool.
ENVIRONMENT: Mapping[str, str] = {
    "PATH": os.pathsep.join(
        p for p in os.environ.get("PATH", "").split(os.pathsep) if p[:1] == "/"
    ),
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def program(name: str) -> str:
    """The path of a program that may be used where it is there; "" where it is not."""
    return shutil.which(name, path=ENVIRONMENT["PATH"]) or ""


@dataclass(frozen=True)
class Completed:
    """How a program ended."""

    returncode: int
    stdout: bytes
    stderr: bytes


class LimitExceeded(Exception):
    """A program was stopped because it took more time or wrote more than it may."""


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    stdin: IO[bytes] | None = None,
    timeout: float,
    env: Mapping[str, str] | None = None,
    memory: int | None = None,
    max_output: int = 1 << 30,
    output: IO[bytes] | None = None,
) -> Completed:
    """Runs `argv` to its end in a process group of its own, which is killed as a whole.

    `timeout` is in seconds, `memory` (its own, mapped files left out) and `max_output` in bytes.
    What it prints goes to the file `output`, where one is given, which then stands at its begin.
    The working folder is the root unless `cwd` is given, so that no tool finds configuration beside
    the client's code. A program that is not there ends with 127, as in a shell. Raises
    LimitExceeded.
    """
    with tempfile.TemporaryFile() as own, tempfile.TemporaryFile() as err:
        out = output or own
        limited = _limited(argv, memory, max_output)
        process = _start(limited, cwd=cwd, stdin=stdin, out=out, err=err, env=env)
        try:
            _wait(process, timeout)
        except subprocess.TimeoutExpired:
            raise LimitExceeded(f"time limit of {timeout:g} s") from None
        finally:
            _kill_group(process)
        # A program may ignore the signal that comes with the limit, as Python does.
        if max(os.fstat(file.fileno()).st_size for file in (out, err)) > max_output:
            raise LimitExceeded(f"output limit of {max_output:,} bytes")
        out.seek(0)
        err.seek(0)
        return Completed(process.returncode, own.read(), err.read(1 << 20))


@contextlib.contextmanager
def pipe(
    argv: Sequence[str],
    *,
    stdin: IO[bytes] | None = None,
    env: Mapping[str, str] | None = None,
    memory: int | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `argv` and hands out the process to read its `stdout` from; it ends with the block.

    Its `stderr` is a file that can be read once the process has ended. The time limit is that of
    whoever reads; `memory` as in `run`.
    """
    with tempfile.TemporaryFile() as err:
        limited = _limited(argv, memory)
        process = _start(limited, cwd=None, stdin=stdin, out=subprocess.PIPE, err=err, env=env)
        process.stderr = err
        try:
            yield process
        finally:
            _kill_group(process)
            if process.stdout:
                process.stdout.close()


def _start(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    stdin: IO[bytes] | None,
    out: IO[bytes] | int,
    err: IO[bytes],
    env: Mapping[str, str] | None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(argv),
        cwd=cwd or "/",
        stdin=stdin or subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        env={**ENVIRONMENT, **(env or {})},
        start_new_session=True,
    )


def _limited(argv: Sequence[str], memory: int | None, max_output: int | None = None) -> list[str]:
    """`argv` behind a shell that sets the limits: unlike code between fork and exec, this is safe
    in a process with threads.
    """
    limits = "ulimit -c 0"
    if max_output is not None:
        limits += f"; ulimit -f {max_output // 512 + 1}"
    if memory:
        limits += f"; ulimit -d {memory // 1024}"
    return ["/bin/sh", "-c", f'{limits}; exec "$@"', "sh", *argv]


def _wait(process: subprocess.Popen[bytes], timeout: float) -> None:
    """Waits for the end, woken by it where the system can: `wait` itself looks every 50 ms."""
    deadline = time.monotonic() + timeout
    with contextlib.suppress(AttributeError, OSError):
        end = os.pidfd_open(process.pid)
        try:
            ready = select.poll()
            ready.register(end, select.POLLIN)
            ready.poll(timeout * 1000)
        finally:
            os.close(end)
    process.wait(max(deadline - time.monotonic(), 0))


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kills what is left of the process group, children of the program included."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
