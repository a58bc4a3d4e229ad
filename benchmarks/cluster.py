"""Compares two Dask workers of this machine with the process pool on the same repositories.

    python benchmarks/cluster.py [--cluster ADDRESS] [--repositories N] [--rounds N]

Each round collects the same made-up repositories into two fresh engagements, one after the other:
by two processes, and with `--cluster local`, whose start is part of it, or on two workers that
stand already at an address. The evidence must be the same, byte for byte. On a busy machine only
computing time tells something, and of workers that stand already it is not seen.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import statistics
import sys
import tempfile
from pathlib import Path

from portfolio import _BECOME_SUBREAPER, collect, engagement, world

GOAL = 1.3


def evidence(folder: Path) -> dict[str, bytes]:
    """All of it but the chain, which tells the time."""
    root = folder / "evidence"
    files = (one for one in root.rglob("*") if one.is_file() and one.name != "manifest.jsonl")
    return {str(one.relative_to(root)): one.read_bytes() for one in files}


def main() -> None:
    """Builds, collects and prints."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--cluster", metavar="ADDRESS", default="local")
    words.add_argument("--repositories", type=int, default=8)
    words.add_argument("--commits", type=int, default=200)
    words.add_argument("--lines", type=int, default=4_000)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--only", action="append", default=[], help="a collector; default: all")
    given = words.parse_args()
    if ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0):
        sys.exit("this system cannot count what the workers compute")
    os.environ["TECHDD_COLLECT_JOBS"] = "2"
    ratios: dict[str, list[float]] = {"passed": [], "computed": []}
    with tempfile.TemporaryDirectory() as name:
        sources = world(Path(name) / "world", given.repositories, given.commits, given.lines)
        for number in range(given.rounds):
            measured, made = [], []
            for way in ("", given.cluster):
                there = engagement(Path(name) / f"{number}-{len(made)}", sources)
                (there / "fingerprint.key").write_text("k" * 64)
                os.environ["TECHDD_CLUSTER"] = way
                measured.append(collect(there, given.only))
                made.append(evidence(there))
            if made[0] != made[1]:
                sys.exit("the evidence differs")
            pool, cluster = measured
            print(
                f"passed {pool.passed:.1f} and {cluster.passed:.1f} s, "
                f"computed {pool.computed:.1f} and {cluster.computed:.1f} s, "
                f"load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            ratios["passed"].append(cluster.passed / pool.passed)
            ratios["computed"].append(cluster.computed / pool.computed)
    for what, found in ratios.items():
        print(
            f"{what}: {statistics.median(found):.2f} of the process pool (goal {GOAL}), "
            f"from {min(found):.2f} to {max(found):.2f}"
        )


if __name__ == "__main__":
    main()
