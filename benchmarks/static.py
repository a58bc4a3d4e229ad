"""Measures static analysis: bandit by file on all cores against one bandit, and the patterns.

    python benchmarks/static.py REPOSITORY...

The one bandit reads the same files from a folder, in one process. `again` is the second run, which
knows every blob.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from techdd import parquet
from techdd.collectors.code import code
from techdd.collectors.weaknesses import collector, patterns
from techdd.facts import File, Parts
from techdd.intake import open_repository
from techdd.repository import MAX_SOURCE, Repository


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def one_bandit(repo: Repository, files: Any, folder: Path) -> float:
    """Seconds of one bandit process over the Python files of the tree."""
    python = files[(files["language"] == "Python") & (files["size"] <= MAX_SOURCE)]
    for number, (_, content) in enumerate(repo.blobs(dict.fromkeys(python["blob"]))):
        (folder / f"f{number:06}.py").write_bytes(content or b"")
    command = [sys.executable, "-m", "bandit", "-q", "-r", "-f", "json", "-o", "/dev/null", folder]
    return timed(lambda: subprocess.run(command, capture_output=True, check=False))


def measure(source: Path) -> None:
    """Prints one line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repo = open_repository("measured", source, folder / "overlay.git")
        (tree,) = (one for one in code.run(repo) if isinstance(one, Parts) and one.fact is File)
        files = parquet.connect().sql(f"SELECT * FROM {parquet.files(tree.paths)}").df()
        (folder / "plain").mkdir()
        alone = one_bandit(repo, files, folder / "plain")
        first, again = (timed(lambda: list(collector.run(repo, files))) for _ in range(2))
        ours, ours_again = (timed(lambda: list(patterns.run(repo, files))) for _ in range(2))
        lines = int(files["code"].sum())
        print(
            f"{source}: one bandit {alone:.1f} s; on all cores {first:.1f} s, "
            f"{alone / first:.2f} times as fast; again {again:.1f} s; "
            f"patterns {ours:.1f} s for {lines:,} code lines, again {ours_again:.1f} s"
        )


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        measure(Path(argument))
