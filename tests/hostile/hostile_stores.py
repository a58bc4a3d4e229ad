"""Repositories whose store itself is a trap; one function a case, each lays out one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builders import ENVIRONMENT, A, build, git, loose
from test_intake import VECTORS, work_tree

TWO = [A({"app.py": "a = 1\n"}), A({"app.py": "a = 2\n", "b.txt": "b\n"}, "Second", day=1)]


@dataclass(frozen=True)
class Store:
    """How a store is laid out, and how its audit ends: `opened`, and what the report says of it."""

    lay: Callable[[Path], None]
    opened: bool
    said: str


def _empty(path: Path) -> None:
    git(path.parent, "init", "-q", "--bare", str(path))


def _alternates(path: Path) -> None:
    build(path, TWO)
    (path / "objects" / "info").mkdir(exist_ok=True)
    (path / "objects" / "info" / "alternates").write_text("../../../outside/store.git/objects\n")


def _pipe(path: Path) -> None:
    build(path, TWO)
    (path / "objects" / "info").mkdir(exist_ok=True)
    os.mkfifo(path / "objects" / "info" / "alternates")


def _pipes_in_the_work_tree(path: Path) -> None:
    work_tree(path)
    os.mkfifo(path / "requirements.txt")
    (path / "app.py").unlink()
    os.mkfifo(path / "app.py")
    for name in ("packed-refs", "shallow"):
        (path / ".git" / name).unlink(missing_ok=True)
        os.mkfifo(path / ".git" / name)


def _broken_configuration(path: Path) -> None:
    build(path, TWO)
    (path / "config").write_text("[core\n\x1b[31m")


def _reftable(path: Path) -> None:
    build(path, TWO)
    with (path / "config").open("a") as file:
        file.write("[extensions]\n\trefStorage = reftable\n")


def _missing_head(path: Path) -> None:
    build(path, TWO)
    (path / "HEAD").write_text("1" * 40 + "\n")


def _endless_tree(path: Path) -> None:
    """Eleven objects that stand for ten billion files."""
    build(path, [A({f"{n}": "x" for n in range(10)})])
    tree = git(path, "rev-parse", "main^{tree}").strip()
    for _ in range(9):
        listing = "".join(f"040000 tree {tree}\t{n}\n" for n in range(10))
        tree = subprocess.run(
            ["git", "mktree"], cwd=path, env=ENVIRONMENT, input=listing,
            capture_output=True, check=True, text=True,
        ).stdout.strip()  # fmt: skip
    person = ("-c", "user.name=x", "-c", "user.email=x@y")
    commit = git(path, *person, "commit-tree", tree, "-m", "bomb").strip()
    git(path, "update-ref", "refs/heads/main", commit)


def _damaged(path: Path) -> None:
    build(path, TWO)
    (path / "HEAD").write_bytes(b"\x00\xff garbage\x1b[31m\n")


def _shallow(path: Path) -> None:
    build(path, TWO)
    (path / "shallow").write_text(git(path, "rev-parse", "main"))


def _without_a_blob(path: Path) -> None:
    build(path, TWO)
    blob = git(path, "rev-parse", "main~1:app.py").strip()
    packs = path / "objects" / "pack"
    aside = path.with_suffix(".packs")
    if packs.is_dir():
        shutil.move(packs, aside)
        for pack in aside.glob("*.pack"):
            with pack.open("rb") as file:
                subprocess.run(["git", "unpack-objects", "-q"], cwd=path, env=ENVIRONMENT,
                               stdin=file, check=True)  # fmt: skip
        shutil.rmtree(aside)
    loose(path, blob).unlink()


def _sha256(path: Path) -> None:
    work = path.with_suffix(".work")
    git(path.parent, "init", "-q", "--object-format=sha256", "-b", "main", str(work))
    (work / "app.py").write_text("a = 1\n")
    git(work, "add", ".")
    git(work, "-c", "user.name=x", "-c", "user.email=x@y.example", "commit", "-qm", "One")
    git(path.parent, "clone", "-q", "--bare", str(work), str(path))
    shutil.rmtree(work)


def _inner_repository(path: Path) -> None:
    """A bare repository buried in the work tree, whose settings run a program."""
    work_tree(path)
    build(path / "inner", TWO)
    with (path / "inner" / "config").open("a") as file:
        file.write("[core]\n\tfsmonitor = touch CANARY\n")


STORES = {
    "empty": Store(_empty, False, "nothing to audit"),
    "alternates": Store(_alternates, False, "borrows objects"),
    "pipe": Store(_pipe, False, "no file and no folder"),
    "configuration": Store(_broken_configuration, False, "git configuration is broken"),
    "reftable": Store(_reftable, False, "reftable"),
    "missing-head": Store(_missing_head, False, "is missing"),
    "endless-tree": Store(_endless_tree, False, "more than 2,000,000 files"),
    "pipes-in-the-work-tree": Store(_pipes_in_the_work_tree, True, ""),
    "damaged-head": Store(_damaged, True, "HEAD names no existing branch"),
    "shallow": Store(_shallow, True, "history is truncated"),
    "missing-blob": Store(_without_a_blob, True, ""),
    "sha256": Store(_sha256, True, ""),
    "inner": Store(_inner_repository, True, ""),
}


def planted_vectors(path: Path, script: Path) -> Path:
    """A work tree with all of git's ways to start a program planted at once, but the lazy fetch,
    which takes an object away.
    """
    work_tree(path)
    for name, plant in VECTORS.items():
        if name != "lazy fetch":
            plant(path, str(script))
    return path


def lazy(path: Path, script: Path) -> Path:
    """A partial clone that would fetch its missing blob by a program of the client's."""
    work_tree(path)
    VECTORS["lazy fetch"](path, str(script))
    return path
