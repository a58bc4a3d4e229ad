"""Measures the search for secrets as a ratio to its engine alone, on the same repository.

    python benchmarks/secret_search.py REPOSITORY...

Each round runs kingfisher alone on techdd's overlay of the repository, then the collector
(messages, traces and readers included) as an audit does: in a process forked from one that has its
modules loaded, which an audit does once for all its collectors. Both in one run and on one machine:
times alone carry over to no other machine; the ratio does, best on an idle one.
"""

from __future__ import annotations

import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from techdd.collectors.secrets import collector, engine
from techdd.intake import open_repository
from techdd.repository import Repository

ROUNDS = 9  # they last seconds, and vary by a tenth


def engine_alone(command: list[str]) -> None:
    """The engine on the overlay, its findings dropped."""
    subprocess.run(command, check=False, capture_output=True)


def collected(overlay: Repository) -> None:
    """The collector's findings, each one read."""
    for _ in collector.run(overlay, key="k"):
        pass


def seconds(work: Callable[[Any], None], subject: object) -> float:
    """How long a forked process takes for a piece of work."""
    begun = time.perf_counter()
    process = multiprocessing.get_context("fork").Process(target=work, args=(subject,))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{work.__name__} stopped with exit code {process.exitcode}")
    return time.perf_counter() - begun


def measured(repository: Path, folder: Path) -> tuple[float, float]:
    """Medians of (engine alone, collector), in seconds; the rules are compiled beforehand."""
    overlay = open_repository("it", repository, folder / "it")
    cache = f"--rule-cache-dir={overlay.git_dir.parents[1] / '.kingfisher'}"
    alone = [engine._program(), *engine._SCAN, cache, str(overlay.git_dir)]
    seconds(engine_alone, alone)
    rounds = [(seconds(engine_alone, alone), seconds(collected, overlay)) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in rounds), statistics.median(one for _, one in rounds)


def main(repositories: list[str]) -> None:
    """Measures each repository and prints a line."""
    for name in repositories:
        with tempfile.TemporaryDirectory() as folder:
            alone, ours = measured(Path(name).resolve(), Path(folder))
        print(f"{name}: kingfisher {alone:.1f} s, collector {ours:.1f} s, ratio {ours / alone:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
