"""Measures the search for secrets as a ratio to its engine alone, on the same repository.

    python benchmarks/secret_search.py REPOSITORY...

Each round runs kingfisher alone on techdd's overlay of the repository, then the collector in a
process of its own (messages, traces and readers included), in one run and on one machine. Times
alone carry over to no other machine; the ratio does, best on an idle one.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from techdd.collectors.secrets import engine
from techdd.intake import open_repository

ROUNDS = 3
COLLECT = """
import sys
from pathlib import Path
from techdd.collectors.secrets import collector
from techdd.intake import open_repository
found = list(collector.run(open_repository("it", Path(sys.argv[1]), Path(sys.argv[2])), key="k"))
print(len(found))
"""


def seconds(command: list[str]) -> float:
    """How long a command takes; what it prints is dropped."""
    begun = time.perf_counter()
    subprocess.run(command, check=False, capture_output=True)
    return time.perf_counter() - begun


def measured(repository: Path, folder: Path) -> tuple[float, float]:
    """Medians of (engine alone, collector), in seconds; the rules are compiled beforehand."""
    overlay = open_repository("it", repository, folder / "it")
    cache = f"--rule-cache-dir={overlay.git_dir.parents[1] / '.kingfisher'}"
    alone = [engine._program(), *engine._SCAN, cache, str(overlay.git_dir)]
    ours = [sys.executable, "-c", COLLECT, str(repository), str(folder / "it")]
    seconds(alone)
    rounds = [(seconds(alone), seconds(ours)) for _ in range(ROUNDS)]
    return statistics.median(one for one, _ in rounds), statistics.median(one for _, one in rounds)


def main(repositories: list[str]) -> None:
    """Measures each repository and prints a line."""
    for name in repositories:
        with tempfile.TemporaryDirectory() as folder:
            alone, ours = measured(Path(name).resolve(), Path(folder))
        print(f"{name}: kingfisher {alone:.1f} s, collector {ours:.1f} s, ratio {ours / alone:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
