"""Mirrors a client's repository from its URL; the only place that uses the network for it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from techdd.errors import RepositoryError
from techdd.text import clean, without_credentials

# Any scheme, and git's short form; with a password it is none, and refused as one all the same.
_URL = re.compile(r"[A-Za-z][\w+.-]*://|[\w.-]+@[\w.-]+:(?!/)|[\w.+-]+:[^/\s@]+@[\w.-]+[:/]")
_PLAIN_USER = re.compile(r"(?<=^ssh://)[^/\s:@]+@")  # of a login by key


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


def clone(url: str, destination: Path) -> None:
    """Mirrors `url` to `destination`, or brings an existing mirror up to date; uses the network.

    The user's own git credentials apply; nothing is asked on the terminal. Raises RepositoryError.
    """
    import git

    refuse_credentials(url)
    environment = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file",
        "GIT_SSH_COMMAND": "ssh -oBatchMode=yes",
    }
    try:
        if (destination / "HEAD").is_file():
            mirror = git.Repo(destination)
            with mirror.git.custom_environment(**environment):
                mirror.git.remote("update", "--prune")
            return
        partial = destination.with_name(f".{destination.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.parent.mkdir(parents=True, exist_ok=True)
        git.Repo.clone_from(url, partial, env=environment, mirror=True)
        partial.replace(destination)
    except git.GitCommandError as error:
        lines = [line.strip() for line in str(error.stderr).splitlines() if "fatal" in line]
        reason = clean(lines[-1].strip("' ") if lines else "git clone failed")
        raise RepositoryError(
            f"cannot be cloned: {without_credentials(reason)}", without_credentials(url)
        ) from None
    except git.UnsafeProtocolError as error:
        raise RepositoryError(f"cannot be cloned: {error}", without_credentials(url)) from None
