"""Compares every commit's line counts with those of git itself.

    python benchmarks/line_counts.py REPOSITORY...

Collects the history of each repository with `techdd collect --only history`, then reads one plain
`git log --numstat -M` beside it: each commit has to name the same paths with the same numbers. Ends
with 1 where any does not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb

from techdd.text import decode

ENVIRONMENT = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
Counts = Counter[tuple[str, int | None, int | None]]  # (path, lines added, lines deleted)


def of_git(overlay: Path) -> Iterator[tuple[str, Counts]]:
    """Each commit with what git counts."""
    command = [
        "git",
        f"--git-dir={overlay}",
        "log",
        "-z",
        "--numstat",
        "-M",
        "--format=@%H",
        "HEAD",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
        assert process.stdout
        tokens = iter(process.stdout.read().split(b"\0"))
    sha, counts = "", Counts()
    for raw in tokens:
        token = raw.lstrip(b"\n")
        if token.startswith(b"@"):
            if sha:
                yield sha, counts
            sha, counts = token[1:].decode(), Counts()
        elif token:
            added, deleted, path = token.split(b"\t", 2)
            if not path:
                next(tokens)
                path = next(tokens)
            plus, minus = (None if one == b"-" else int(one) for one in (added, deleted))
            counts[decode(path), plus, minus] += 1
    yield sha, counts


def of_techdd(evidence: Path) -> dict[str, Counts]:
    """Each commit with what techdd counts."""
    with duckdb.connect() as connection:
        commits = connection.sql(f"SELECT sha FROM '{evidence}/commits/*/*.parquet'").fetchall()
        select = f"SELECT sha, path, added, deleted FROM '{evidence}/changes/*/*.parquet'"
        changes = connection.sql(select).fetchall()
    found = {sha: Counts() for (sha,) in commits}
    for sha, path, added, deleted in changes:
        found[sha][path, added, deleted] += 1
    return found


def differing(repository: Path) -> int:
    """How many commits differ; says what of the first few."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = {"name": "it", "source": str(repository.resolve())}
        document = {"format_version": 1, "client": "Comparison", "repositories": [source]}
        (folder / "engagement.yaml").write_text(json.dumps(document))
        command = ["techdd", "collect", str(folder), "--quiet", "--only", "history"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        ours = of_techdd(folder / "evidence")
        wrong = total = changes = 0
        for sha, counts in of_git(folder / ".cache" / "it" / "overlay.git"):
            total += 1
            changes += counts.total()
            mine = ours.pop(sha, Counts())
            if mine != counts:
                wrong += 1
                if wrong <= 5:
                    print(f"{sha}: git {dict(counts - mine)}, techdd {dict(mine - counts)}")
    wrong += len(ours)
    print(f"{repository}: {total:,} commits, {changes:,} changes; {wrong:,} commits differ")
    return wrong


if __name__ == "__main__":
    sys.exit(sum(differing(Path(name)) for name in sys.argv[1:]) > 0)
