"""Mirrors a client's repository from its URL; the only place that uses the network for it.

A server may say nothing, be slow or gone, or want a password: each ends as one line within a limit
of time, and a mirror that was made before stays as it was.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import IO

from techdd.errors import RepositoryError
from techdd.refs import read_refs
from techdd.text import clean, without_credentials

Fetch = Callable[[str, Path], None]  # from a URL to a folder

MINUTES = 30.0  # that mirroring one repository may take in all
SILENT = 60  # seconds in which a server must send at least `SLOWEST` bytes each
SLOWEST = 1_000
STILL = 300  # seconds without a word of git's progress, where no protocol has limits of its own
TRIES = 3  # where the network fails in passing
PAUSE = 2.0  # seconds before the second try, twice as many before each further one

# Any scheme, and git's short form; with a password it is none, and refused as one all the same.
_URL = re.compile(r"[A-Za-z][\w+.-]*://|[\w.-]+@[\w.-]+:(?!/)|[\w.+-]+:[^/\s@]+@[\w.-]+[:/]")
_KEPT = 65_536  # bytes of what git says, the last ones
_PLAIN_USER = re.compile(r"(?<=^ssh://)[^/\s:@]+@")  # of a login by key
_ENVIRONMENT = {
    # Nothing is asked, neither on the terminal nor in a window.
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GCM_INTERACTIVE": "never",
    "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
    "GIT_SSH_COMMAND": "ssh -oBatchMode=yes -oConnectTimeout=30 "
    "-oServerAliveInterval=15 -oServerAliveCountMax=4",
}
# What git hears of a web server is told among its complaints, without what opens an account.
_TRACED = _ENVIRONMENT | {"GIT_TRACE_CURL": "1", "GIT_TRACE_REDACT": "1"}
# The answer of git's own protocol, and the file HEAD of a repository that lies there as files.
_SERVED = re.compile(r"x-git-upload-pack-advertisement|Recv data: (?:ref: refs/|[0-9a-f]{40})")
_LOGIN = re.compile(
    "terminal prompts disabled|Authentication failed|Permission denied|could not read (?:User|Pass)"
    "|returned error: 40[13]|Host key verification failed"
)
_SILENT = re.compile("Operation too slow|[Tt]imed? ?out")
_IN_PASSING = re.compile(
    "Could not resolve host|unable to look up|Connection (?:refused|reset)|Couldn't connect"
    "|Failed to connect|early EOF|unexpected disconnect|hung up unexpectedly|RPC failed|Empty reply"
    "|returned error: (?:429|5..)|transfer closed"
)


def is_url(source: str) -> bool:
    """Whether `source` is a clone URL rather than a path."""
    return bool(_URL.match(source))


def refuse_credentials(url: str) -> None:
    """Raises RepositoryError where `url` holds a password, which must not be stored or printed."""
    bare = _PLAIN_USER.sub("", url)
    if without_credentials(bare) != bare:
        raise RepositoryError(
            "a URL must not hold a user, password or token; use git's credential helper",
            without_credentials(url),
        )


def is_mirror_of(url: str, folder: Path) -> bool:
    """Whether `folder` holds a whole mirror that was made from `url`, and from no other."""
    import git

    if not (folder / "HEAD").is_file():
        return False
    with contextlib.suppress(git.GitError, ValueError, OSError):
        return bool(git.Repo(folder).remote().config_reader.get("url") == url)
    return False


def clone(
    url: str, destination: Path, *, minutes: float = MINUTES, stop: Event | None = None
) -> None:
    """Mirrors `url` to `destination`, or brings a mirror of it up to date; uses the network.

    The user's own git credentials apply; nothing is asked on the terminal. Ends within `minutes`,
    and soon after `stop` is set. Raises RepositoryError, after which a mirror that was there before
    is as it was.
    """
    refuse_credentials(url)
    mirror = _Mirror(url, time.monotonic() + 60 * minutes, stop or Event(), minutes)
    if is_mirror_of(url, destination):
        mirror.update(destination)
    else:
        mirror.make(destination)


class _Heard:
    """What git says on a stream, heard as it comes: a pipe that is full would hold it up.

    `last` is when it said something.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._said, self.last = stream, b"", time.monotonic()
        self._thread = Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        with contextlib.suppress(ValueError, OSError):  # it was closed
            while piece := os.read(self._stream.fileno(), _KEPT):
                self.last = time.monotonic()
                self._said = (self._said + piece)[-_KEPT:]

    def text(self) -> str:
        """All of it, once git has ended; what git left running may hold the stream open."""
        self._thread.join(5)
        return self._said.decode("utf-8", "replace")


class _Mirror:
    def __init__(self, url: str, end: float, stop: Event, minutes: float) -> None:
        self.url, self.end, self.stop, self.minutes = url, end, stop, minutes

    def make(self, destination: Path) -> None:
        partial = destination.with_name(f".{destination.name}.partial")
        partial.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._tried(
                "clone", "--progress", "--mirror", "--", self.url, str(partial), made=partial
            )
            if not read_refs(partial)[0]:
                self._refuse_page()
            shutil.rmtree(destination, ignore_errors=True)  # of another URL, or half of one
            partial.replace(destination)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def update(self, mirror: Path) -> None:
        for left in mirror.rglob("*.lock"):  # by a git that was killed; nobody else works here
            left.unlink(missing_ok=True)
        inside = ("-C", str(mirror))
        # What the server has as its default branch may be another one by now.
        said = self._tried(*inside, "ls-remote", "--symref", "origin", "HEAD")
        if not said:
            self._refuse_page()  # which would take all refs away
        options = ("--progress", "--prune", "--force")
        self._tried(*inside, "fetch", *options, "origin", "+refs/*:refs/*")
        if found := re.match(r"ref: (refs/heads/[^\s]+)\tHEAD\n", said):
            self._tried(*inside, "symbolic-ref", "HEAD", found[1])

    def _refuse_page(self) -> None:
        """Of a page that ends in no newline git says that the repository is empty. Raises
        RepositoryError where what a web server says is of no repository.
        """
        if not self.url.lower().startswith("http"):
            return
        code, _, heard = self._git(("ls-remote", "--", self.url), _TRACED)
        if code:
            raise self._failed(_reason(heard))
        if not _SERVED.search(heard):
            raise self._failed(
                "what the server answers is no git repository but a page, as of a login; "
                "check the address, and whether it asks to sign in"
            )

    def _tried(self, *arguments: str, made: Path | None = None) -> str:
        """What git says, tried again where the network fails in passing."""
        pause = PAUSE
        for more in range(TRIES - 1, -1, -1):
            if made:
                shutil.rmtree(made, ignore_errors=True)
            code, said, complaint = self._git(arguments)
            if code == 0:
                return said
            if not (more and _IN_PASSING.search(complaint)) or self.stop.wait(pause):
                break
            pause *= 2
        raise self._failed(_reason(complaint))

    def _git(
        self, arguments: tuple[str, ...], environment: Mapping[str, str] = _ENVIRONMENT
    ) -> tuple[int, str, str]:
        """(exit code, output, complaints) of git, which is killed with all it started."""
        import git

        settings = {
            "http.lowSpeedLimit": SLOWEST,
            "http.lowSpeedTime": SILENT,
            "gc.auto": 0,
            "maintenance.auto": "false",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # GitPython ends the process as soon as nobody holds `running` any more.
        running = git.Git().execute(
            ["git", *options, *arguments],
            as_process=True,
            env=environment,
            start_new_session=True,
        )
        process = running.proc
        assert process and process.stdout and process.stderr
        with process.stdout as out, process.stderr as err:
            said, complaint = _Heard(out), _Heard(err)
            try:
                self._wait(process.poll, complaint)
            finally:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            return process.returncode, said.text(), complaint.text()

    def _wait(self, end: Callable[[], int | None], progress: _Heard) -> None:
        pause = 0.005
        while end() is None:
            if self.stop.wait(pause):
                raise self._failed("it was interrupted")
            if time.monotonic() > self.end:
                raise self._failed(
                    f"it takes longer than its {self.minutes:g} minutes; give it more in "
                    "engagement.yaml, as in: budgets: {repository: {minutes: 120}}"
                )
            if time.monotonic() > progress.last + STILL:
                raise self._failed(f"the server says nothing in {STILL} seconds")
            pause = min(2 * pause, 0.2)

    def _failed(self, reason: str) -> RepositoryError:
        place = without_credentials(self.url)
        return RepositoryError(f"cannot be cloned: {without_credentials(reason)}", place)


def _reason(complaint: str) -> str:
    """Why git failed: its first word, and what to do where that is known."""
    lines = [line.strip() for line in complaint.splitlines()]
    refused = [line for line in lines if _LOGIN.search(line)]
    told = [line for line in lines if line.startswith(("ssh:", "fatal:"))]
    said = clean((refused or told or ["git clone failed"])[0])
    if refused:
        return f"it wants a login; set up git's credential helper or an ssh key ({said})"
    if _SILENT.search(complaint):
        return f"the server says nothing, or too little in {SILENT} seconds ({said})"
    return said
