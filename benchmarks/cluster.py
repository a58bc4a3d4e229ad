"""Compares two Dask workers of this machine with the process pool on the same repositories.

    python benchmarks/cluster.py [--repositories N] [--rounds N] [--only COLLECTOR]...

Each round collects the same repositories into fresh engagements three ways, one after the other:
by two processes, by `--cluster local`, whose start is part of it, and by two workers that stand
already. Whole commands are timed. The evidence of all three must be the same, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portfolio import engagement, world

GOAL = 1.3
WAYS = ("pool", "local", "standing")


@contextmanager
def standing(folder: Path) -> Iterator[str]:
    """A scheduler and two workers; its address."""
    said = folder / "scheduler.json"
    environment = os.environ | {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    common = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(said))
    commands = [
        ("scheduler", "--port", "0"), *[("worker", "--nthreads", "1", "--memory-limit", "0")] * 2,
    ]  # fmt: skip
    processes = []
    try:
        for name, *options in commands:
            command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *options, *common]
            processes.append(
                subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, cwd=folder)
            )
            while not said.is_file():
                time.sleep(0.1)
        time.sleep(5)  # until both workers have reported
        yield json.loads(said.read_text())["address"]
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def collect(folder: Path, cluster: str, only: list[str]) -> float:
    """Seconds of one `techdd collect`."""
    chosen = [part for name in only for part in ("--only", name)]
    command = ["techdd", "collect", str(folder), "--quiet", "--jobs", "2", *chosen]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, *(("--cluster", cluster) if cluster else ())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 3):
        sys.exit(f"techdd collect failed:\n{done.stderr}")
    return time.perf_counter() - start


def evidence(folder: Path) -> dict[str, bytes]:
    """All of it but the chain, which tells the time."""
    root = folder / "evidence"
    files = (one for one in root.rglob("*") if one.is_file() and one.name != "manifest.jsonl")
    return {str(one.relative_to(root)): one.read_bytes() for one in files}


def main() -> None:
    """Builds, collects and prints."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--repositories", type=int, default=8)
    words.add_argument("--commits", type=int, default=200)
    words.add_argument("--lines", type=int, default=2_000)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--only", action="append", default=[], help="a collector; default: all")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as name, standing(Path(name)) as address:
        folder = Path(name)
        sources = world(folder / "world", given.repositories, given.commits, given.lines)
        took: dict[str, list[float]] = {way: [] for way in WAYS}
        for number in range(given.rounds):
            made = {}
            for way in WAYS:
                there = engagement(folder / f"{way}-{number}", sources)
                (there / "fingerprint.key").write_text("k" * 64)
                cluster = {"pool": "", "local": "local", "standing": address}[way]
                took[way].append(collect(there, cluster, given.only))
                made[way] = evidence(there)
            if not made["pool"] == made["local"] == made["standing"]:
                sys.exit("the evidence differs")
            print(", ".join(f"{way} {took[way][-1]:.1f} s" for way in WAYS), flush=True)
    pool = statistics.median(took["pool"])
    for way in WAYS[1:]:
        ratios = [one / other for one, other in zip(took[way], took["pool"], strict=True)]
        print(
            f"{way}: {statistics.median(ratios):.2f} of the process pool's {pool:.1f} s "
            f"(goal {GOAL}), from {min(ratios):.2f} to {max(ratios):.2f}"
        )


if __name__ == "__main__":
    main()
