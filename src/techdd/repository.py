"""One client repository, read only: the only door to git.

git runs in a fixed environment and on an overlay of our own (see `intake.py`), never on the folder
that the client handed over.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple, cast

from techdd import sandbox
from techdd.errors import RepositoryError
from techdd.model import Issue
from techdd.text import decode

MAX_SOURCE = 5_000_000  # bytes of a file that is still read as source
MISSING = "content is missing or damaged"  # why a file was not read
MEMORY = 2 << 30  # bytes that one git may take; a bomb in the history takes all there are

_SIP = 1 << 16  # bytes; whoever reads less waits for more
_PAUSES = (0.001, 0.02)  # seconds, first and longest; what git writes meanwhile fits the pipe

GIT_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_ASKPASS": "/bin/false",
    # For glibc: memory once taken is used again, not given back and asked for anew with each blob.
    "GLIBC_TUNABLES": ":".join(
        f"glibc.malloc.{name}={1 << 30}" for name in ("mmap_threshold", "trim_threshold")
    ),
}


class Entry(NamedTuple):
    """One entry of the audited tree; `size` is in bytes, -1 where the object is missing."""

    path: str
    mode: str
    blob: str
    size: int


@dataclass(frozen=True)
class Repository:
    """A client repository at one commit. `state` changes whenever anything readable does.

    `bill` says that a bill of materials stands in for it: it has packages, no code and no history.
    """

    name: str
    git_dir: Path
    head: str
    branch: str
    state: str
    shallow: bool
    issues: tuple[Issue, ...] = ()
    bill: bool = False

    @property
    def derived(self) -> Path:
        """The folder of what is kept because it was costly to read; no part of the repository."""
        return self.git_dir.with_name(f"{self.git_dir.name}.derived")

    @property
    def cache(self) -> Path:
        """The engagement's folder of what can be made again (`.cache/<name>/overlay.git`)."""
        return self.git_dir.parents[1]

    def git(self, *args: str, timeout: float = 600.0) -> bytes:
        """The output of a git command on the overlay.

        Raises RepositoryError with git's own first line where it fails or takes too long.
        """
        try:
            done = sandbox.run(
                self._command(*args), env=GIT_ENVIRONMENT, timeout=timeout, memory=MEMORY
            )
        except sandbox.LimitExceeded as error:
            raise RepositoryError(f"git {args[0]}: {error}", self.name) from None
        if done.returncode:
            raise RepositoryError(f"git {args[0]}: {first_line(done.stderr)}", self.name)
        return done.stdout

    def stream(self, *args: str, lines: Iterable[str] = ()) -> Iterator[bytes]:
        """The output of a git command in chunks, as it comes; `lines` are its standard input.

        Raises RepositoryError after the last chunk where git failed: what came before stands.
        """
        with (
            _input(lines) as stdin,
            sandbox.pipe(
                self._command(*args), stdin=stdin, env=GIT_ENVIRONMENT, memory=MEMORY
            ) as process,
        ):
            assert process.stdout and process.stderr
            with contextlib.suppress(
                AttributeError, OSError
            ):  # where the system can, and allows it
                fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
            pause, longest = _PAUSES
            while chunk := process.stdout.read1(1 << 20):  # type: ignore[attr-defined]
                yield chunk
                if len(chunk) < _SIP:  # git writes 4 kB at a time; to wake for each costs a core
                    time.sleep(pause)
                    pause = min(1.25 * pause, longest)  # the last one is a small part of all
            if process.wait():
                process.stderr.seek(0)
                message = first_line(process.stderr.read(10_000))
                raise RepositoryError(f"git {args[0]}: {message}", self.name)

    def entries(self) -> list[Entry]:
        """Every entry of the audited tree, in git's order; links and submodules included."""
        return self._entries

    def regular_files(self) -> list[Entry]:
        """The entries that are files with content of their own (no links, no submodules)."""
        return [entry for entry in self._entries if entry.mode in ("100644", "100755")]

    @cached_property
    def _entries(self) -> list[Entry]:
        arguments = ("ls-tree", "-r", "-z", "--full-tree")
        try:
            return list(self._parse_tree(self.stream(*arguments, "-l", self.head)))
        except RepositoryError:
            # A blob is missing (partial clone): list without sizes, then ask for each.
            bare = list(self._parse_tree(self.stream(*arguments, self.head)))
            sizes = self.sizes(entry.blob for entry in bare)
            return [entry._replace(size=sizes.get(entry.blob, -1)) for entry in bare]

    def _parse_tree(self, chunks: Iterator[bytes]) -> Iterator[Entry]:
        for record in records(chunks):
            head, path = record.split(b"\t", 1)
            mode, _, blob, *size = head.split()
            known = size and size[0].isdigit()
            yield Entry(decode(path), mode.decode(), blob.decode(), int(size[0]) if known else -1)

    def sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """The size in bytes of each object that is there."""
        chunks = self.stream("cat-file", "--batch-check=%(objectname) %(objectsize)", lines=ids)
        answers = (line.split() for line in b"".join(chunks).splitlines())
        return {answer[0].decode(): int(answer[1]) for answer in answers if answer[1].isdigit()}

    def blobs(self, ids: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """The contents of blobs in the order of `ids`, or other names that git has for them; None
        where an object is missing.

        Check `Entry.size` first: a blob is read whole.
        """
        for name, kind, content in self.objects(ids):
            yield name, content if kind == "blob" else None

    def objects(self, ids: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
        """(name, kind, content) of objects in the order of `ids`; kind "" where one is missing."""
        with (
            _input(ids) as stdin,
            sandbox.pipe(
                self._command("cat-file", "--batch", "--buffer"),
                stdin=stdin,
                env=GIT_ENVIRONMENT,
                memory=MEMORY,
            ) as process,
        ):
            out = cast(io.BufferedReader, process.stdout)
            while header := out.readline():
                name, kind, *size = header.split()
                if not size:
                    yield name.decode(), "", b""
                    continue
                content = out.read(int(size[0]) + 1)[:-1]
                yield name.decode(), kind.decode(), content
            if process.wait():
                raise RepositoryError("git cat-file ended early", self.name)

    def _command(self, *args: str) -> list[str]:
        return [git_program(), "--no-pager", f"--git-dir={self.git_dir}", *args]


def git_program() -> str:
    """The path of git. Raises RepositoryError where it is not installed."""
    found = shutil.which("git", path=sandbox.ENVIRONMENT["PATH"])
    if not found:
        raise RepositoryError("git is not installed; install the package 'git'")
    return found


def git_version() -> str:
    """The version of the installed git, such as "2.39.5"."""
    done = sandbox.run([git_program(), "version"], env=GIT_ENVIRONMENT, timeout=30)
    return decode(done.stdout.strip()).removeprefix("git version ")


def _input(lines: Iterable[str]) -> IO[bytes]:
    """A file to be a program's standard input: unlike a pipe, it cannot block the two of us."""
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the caller's `with`
    file.writelines(f"{line}\n".encode() for line in lines)
    file.seek(0)
    return file


def records(chunks: Iterator[bytes], end: bytes = b"\0") -> Iterator[bytes]:
    """Records that end with a byte, out of chunks of bytes."""

    def whole() -> Iterator[list[bytes]]:
        rest = b""
        for chunk in chunks:
            *complete, rest = (rest + chunk).split(end)
            yield complete

    return chain.from_iterable(whole())


def first_line(output: bytes) -> str:
    """What a program said first, without git's prefixes."""
    lines = decode(output.strip().split(b"\n")[0]) if output.strip() else "failed without a message"
    return lines.removeprefix("fatal: ").removeprefix("error: ")
