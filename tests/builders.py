"""Builds small real repositories with fixed people and dates, so that ids and numbers are exact."""

from __future__ import annotations

import os
import string
import subprocess
import tempfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from techdd import plugins
from techdd.evidence import Evidence
from techdd.facts import Change, Commit, Parts, frame
from techdd.intake import open_repository
from techdd.model import Finding, Grade, Horizon, ItemScore, Location, Outcome, Severity
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
    """A commit: `files` maps path -> content (None deletes); `day` counts from START.

    `modes` says what is no plain file: "100755", "120000" (content = target of the link) or
    "160000" (content = the submodule's commit).
    """

    files: Mapping[str, str | bytes | None] = field(default_factory=dict)
    message: str = "Change"
    author: str = "Ann Able <ann@example.com>"
    day: float = 0
    merges: Sequence[int] = ()  # indexes of the commits that are merged in
    parent: int | None = None  # index of the first parent, -1 = none; default: the one before
    committer: str = ""
    modes: Mapping[str, str] = field(default_factory=dict)


def build(path: Path, commits: Sequence[A], branch: str = "main") -> Path:
    """A bare repository in `path` whose `branch` ends at the last of `commits`."""
    stream = b"".join(_commit(index, commit, branch) for index, commit in enumerate(commits))
    return fast_import(path, stream, branch)


def fast_import(path: Path, stream: bytes, branch: str = "main", *options: str) -> Path:
    """A bare repository in `path` made of a literal fast-import stream, for what `A` cannot say."""
    git(path.parent, "init", "-q", "--bare", *options, f"--initial-branch={branch}", str(path))
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force", "--date-format=raw-permissive"],
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


def install_toys(folder: Path) -> Path:
    """`folder` with the toys' module and entry point in it, as a third party would install them."""
    metadata = folder / "toys-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toys\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[techdd.collectors]\ntoys = toy_collectors\n")
    source = Path(__file__).parent / "toys" / "toy_collectors.py"
    (folder / source.name).write_text(source.read_text())
    return folder


def forget_plugins() -> None:
    """As a new process does."""
    plugins._modules.cache_clear()
    plugins._entry_points.cache_clear()


def tables_of(gathered: Iterable[Any], *facts: Any) -> dict[Any, Any]:
    """What a collector gathered as a typed DataFrame a fact, however it was handed over."""
    items = list(gathered)
    found: dict[Any, Any] = {}
    for fact in facts:
        rows = [item for item in items if isinstance(item, fact)]
        found[fact] = frame(fact, rows)
        for item in items:
            if isinstance(item, Parts) and item.fact is fact:
                with tempfile.TemporaryDirectory() as folder:
                    evidence = Evidence(Path(folder))
                    evidence.put(fact, "any", item)
                    found[fact] = evidence.table(fact, ["any"]).drop(columns="repo")
                assert len(found[fact]) == item.rows
    return found


def rows_of(table: Any, fact: Any) -> list[Any]:
    """The rows of a DataFrame as facts again, with Python's own values."""
    columns = [[_value(one) for one in table[name]] for name in fact._fields]
    return [fact(*row) for row in zip(*columns, strict=True)]


def _value(one: Any) -> Any:
    import pandas as pd

    if pd.isna(one):
        return None
    if isinstance(one, pd.Timestamp):
        return one.to_pydatetime()
    return one.item() if hasattr(one, "item") else one


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
    lines = [f"reset refs/heads/{branch}", ""] if commit.parent == -1 else []
    lines += [
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
    for name, content in commit.files.items():
        path, mode = quoted(name.encode()), commit.modes.get(name, "100644").encode()
        data = content.encode() if isinstance(content, str) else content
        if data is None:
            out += b"D %s\n" % path
        elif mode == b"160000":
            out += b"M %s %s %s\n" % (mode, data, path)
        else:
            out += b"M %s inline %s\ndata %d\n%s\n" % (mode, path, len(data), data)
    return out + b"\n"


def quoted(path: bytes) -> bytes:
    """`path` as fast-import reads it, whatever bytes it is made of."""
    return b'"%s"' % b"".join(b"\\%03o" % byte for byte in path)


def a_commit(sha: str = "c1", **changes: Any) -> Commit:
    """A commit of ann's on the main line at START, but for what is said."""
    one = Commit(
        sha, 0, "ann", "ann", START, START, 0, 1, True, sha, "Change", "", False, "", 1, 1, 1
    )
    return one._replace(**changes)


def a_change(sha: str = "c1", path: str = "a.py", **changes: Any) -> Change:
    """One line of `path` replaced, but for what is said."""
    return Change(sha, 0, path, None, "M", 1, 1, 1, 2)._replace(**changes)


def a_finding(**changes: Any) -> Finding:
    """A finding of the team chapter, but for what is said."""
    one = Finding(
        id="f1", rule="key-person", title="One person", severity=Severity.HIGH, domain="team",
        repo="app", locations=(Location("a.py", 3),), observation="Seen.", why="Why.",
        remedy="Do.", effort=(1, 2), horizon=Horizon.DAYS_30, treatment="", tags=(),
        references=(), source="",
    )  # fmt: skip
    return replace(one, **changes)


def an_item(id_: str = "AA-01", **changes: Any) -> ItemScore:
    """A checklist item of weight 1 that was sampled, but for what is said."""
    one = ItemScore(
        id=id_, ask="Q?", importance="major", weight=1.0, level=3.0, stated=3, measured=None,
        grade=Grade.SAMPLED, outcome=Outcome.NOT_TESTABLE, applicable=True, basis="Said.",
    )  # fmt: skip
    return replace(one, **changes)


def loose(source: Path, identifier: str) -> Path:
    return source / "objects" / identifier[:2] / identifier[2:]


def with_checksum(body: str) -> str:
    """The body of a token with the six signs behind it by which GitHub and npm know their own."""
    rest, signs = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, digit = divmod(rest, 62)
        signs = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + signs
    return body + signs
