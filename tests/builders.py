"""Builds small real repositories with fixed people and dates, so that ids and numbers are exact."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from techdd.intake import open_repository
from techdd.repository import Repository

START = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
}


@dataclass(frozen=True)
class A:
    """A commit: `files` maps path -> content (None deletes); `day` counts from START."""

    files: Mapping[str, str | bytes | None] = field(default_factory=dict)
    message: str = "Change"
    author: str = "Ann Able <ann@example.com>"
    day: float = 0
    merges: Sequence[int] = ()  # indexes of the commits that are merged in
    parent: int | None = None  # index of the first parent; default: the commit before
    committer: str = ""


def build(path: Path, commits: Sequence[A], branch: str = "main") -> Path:
    """A bare repository in `path` whose `branch` ends at the last of `commits`."""
    git(path.parent, "init", "--quiet", "--bare", f"--initial-branch={branch}", str(path))
    stream = b"".join(_commit(index, commit, branch) for index, commit in enumerate(commits))
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force", "--date-format=raw"],
        cwd=path,
        input=stream,
        env=ENVIRONMENT,
        check=True,
    )
    return path


def opened(tmp_path: Path, commits: Sequence[A], name: str = "app") -> Repository:
    """The same as a `Repository`, opened through an overlay as the tool does."""
    source = build(tmp_path / f"{name}.git", commits)
    return open_repository(name, source, tmp_path / "overlay" / name)


def git(where: Path, *args: str) -> str:
    """The output of git, free of the user's own configuration."""
    done = subprocess.run(
        ["git", *args], cwd=where, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    return done.stdout


def _commit(index: int, commit: A, branch: str) -> bytes:
    when = START + timedelta(days=commit.day)
    stamp = f"{int(when.timestamp())} +0000"
    message = commit.message.encode()
    lines = [
        f"commit refs/heads/{branch}",
        f"mark :{index + 1}",
        f"author {commit.author} {stamp}",
        f"committer {commit.committer or commit.author} {stamp}",
        f"data {len(message)}",
    ]
    out = "\n".join(lines).encode() + b"\n" + message + b"\n"
    parent = index - 1 if commit.parent is None else commit.parent
    if parent >= 0:
        out += f"from :{parent + 1}\n".encode()
    for other in commit.merges:
        out += f"merge :{other + 1}\n".encode()
    for path, content in commit.files.items():
        if content is None:
            out += f'D "{path}"\n'.encode()
            continue
        data = content.encode() if isinstance(content, str) else content
        out += f'M 100644 inline "{path}"\n'.encode() + f"data {len(data)}\n".encode() + data + b"\n"
    return out + b"\n"
