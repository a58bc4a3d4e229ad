"""Runs the installed command under strace, and tells what it did to the machine meanwhile."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import techdd

STRACE = Path("/usr/bin/strace")
_CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+|\?)(?:<(.*)>)?")
_RESUMED = re.compile(r"^(\d+)\s+<\.\.\. \w+ resumed>(.*)$")
_PATH = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_WRITES = {"mkdir", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "chmod",
           "chown", "utimensat", "link", "linkat", "symlink", "symlinkat", "truncate",
           "mkdirat", "fchmodat", "fchownat", "lchown", "mknod", "mknodat", "utime", "utimes",
           "setxattr", "lsetxattr", "removexattr"}  # fmt: skip
_ASKS = {"newfstatat", "stat", "lstat", "statx", "access", "faccessat", "faccessat2", "readlink",
         "readlinkat", "getcwd", "chdir", "listxattr", "llistxattr", "getxattr", "lgetxattr",
         "statfs"}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One system call on a path, or of the network (`path` is then empty)."""

    name: str
    arguments: str
    path: str
    result: int

    @property
    def writes(self) -> bool:
        """Whether it changes, or could change, what lies at its path."""
        opens = self.name in ("open", "openat", "openat2", "creat")
        flags = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC")
        return self.name in _WRITES or (opens and any(one in self.arguments for one in flags))

    @property
    def opens(self) -> bool:
        """Whether contents can be read through it."""
        return self.result >= 0 and self.name not in _ASKS and not self.writes


@dataclass(frozen=True)
class Watched:
    """How a command ended, and what it did. `peak` is the largest memory of one process."""

    returncode: int
    stdout: str
    stderr: str
    seconds: float
    peak: int
    calls: tuple[Call, ...]

    def below(self, folder: Path) -> Iterator[Call]:
        """The calls on what lies in `folder`."""
        inside = f"{folder}/"
        return (call for call in self.calls if f"{call.path}/".startswith(inside))


def watch(home: Path, *args: object, cwd: Path | None = None, limit: float = 300.0) -> Watched:
    """`techdd ARGS` to its end; its temporary files lie in a folder of its own in `home`."""
    script, temporary, trace = home / "bin" / "techdd", home / "tmp", home / "trace"
    script.parent.mkdir(exist_ok=True)
    temporary.mkdir(exist_ok=True)
    script.write_text("from techdd.cli import run\n\nif __name__ == '__main__':\n    run()\n")
    command = [str(STRACE), "-f", "--seccomp-bpf", "-qq", "-y", "-s", "5000", "-e", "signal=none",
               "-e", "trace=%file,%network", "-o", str(trace),
               sys.executable, str(script), *map(str, args)]  # fmt: skip
    started = time.monotonic()
    process = subprocess.Popen(
        command,
        cwd=cwd or home,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(techdd.__file__).parents[1]),
            "TECHDD_ADVISORIES": str(home / "none"),
            "TMPDIR": str(temporary),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    peaks: dict[int, int] = {}
    sampler = threading.Thread(target=_sample, args=(process, peaks), daemon=True)
    sampler.start()
    try:
        out, err = process.communicate(timeout=limit)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # else those that are watched would go on
        process.wait()
        sampler.join()
    calls = tuple(_calls(trace.read_text("utf-8", "replace").splitlines()))
    seconds = time.monotonic() - started
    return Watched(process.returncode, out, err, seconds, max(peaks.values(), default=0), calls)


def _sample(process: subprocess.Popen[str], peaks: dict[int, int]) -> None:
    """Notes the most memory that each descendant has taken, as the system remembers it."""
    while process.poll() is None:
        parents: dict[int, int] = {}
        highest: dict[int, int] = {}
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            except (OSError, ValueError):
                continue  # it has just ended
            number = int(status.parent.name)
            parents[number] = int(lines["PPid"])
            highest[number] = int(lines.get("VmHWM", "0 kB").split()[0]) * 1024
        for number in parents:
            above = number
            while above > 1 and above != process.pid:
                above = parents.get(above, 0)
            if above == process.pid:
                peaks[number] = max(peaks.get(number, 0), highest[number])
        time.sleep(0.25)


def _calls(lines: list[str]) -> Iterator[Call]:
    unfinished: dict[str, str] = {}
    for line in lines:
        number = line.split(maxsplit=1)[0]
        if line.endswith("<unfinished ...>"):
            unfinished[number] = line.removesuffix("<unfinished ...>")
            continue
        resumed = _RESUMED.match(line)
        whole = unfinished.pop(number, "") + resumed[2].lstrip() if resumed else line
        if not (call := _CALL.match(whole)):
            continue
        name, arguments, result, opened = call.groups()
        ended = int(result) if result != "?" else -1
        if opened:  # what a link led to
            yield Call(name, arguments, opened, ended)
            continue
        paths = _PATH.findall(arguments) if "sa_family" not in arguments else []
        for folder, path in paths[: 1 if name == "execve" else 2] or [("", "")]:
            place = os.path.normpath(Path(folder or "/", path)) if path else ""
            yield Call(name, arguments, place, ended)
