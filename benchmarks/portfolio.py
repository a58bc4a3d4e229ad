"""Measures how collecting grows with the number of repositories, and what a run over nothing costs.

    python benchmarks/portfolio.py out/world [--scales 100 200 300 --commits 1000 --lines 20000]

builds the made-up portfolio of sample_repos/world.py in `out/world`, or takes the one that is
there, and collects its first repositories at each scale into a fresh engagement; at the largest
scale again, and again after one new commit in one repository. All in one run: whole processes,
computing time of everything they start beside the time that passes, and memory as a sampler sees it
five times a second. On a busy machine only computing time and the ratios tell something.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

SAMPLES = Path(__file__).resolve().parents[1] / "sample_repos"
_BECOME_SUBREAPER = 36  # of prctl(2): orphans become children of this process, which counts them
PAUSE = 0.2  # seconds


class Measured(NamedTuple):
    """One run of `techdd collect`: seconds and megabytes."""

    passed: float
    computed: float
    parent: float  # peak of the process that was started
    largest: float  # peak of any other one
    together: float  # peak of all at one time, what they share counted once


class Memory(Thread):
    """Samples the memory of a process and of all that descend from this one."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process, self.ended = process, Event()
        self.parent = self.largest = self.together = 0.0

    def run(self) -> None:
        """Samples until the process has ended."""
        while not self.ended.wait(PAUSE):
            together = 0.0
            for one in descendants(os.getpid()):
                peak = kilobytes(one, "status", "VmHWM:") / 1000
                if one == self.process:
                    self.parent = max(self.parent, peak)
                else:
                    self.largest = max(self.largest, peak)
                together += kilobytes(one, "smaps_rollup", "Pss:") / 1000
            self.together = max(self.together, together)


def descendants(root: int) -> list[int]:
    """The processes that descend from `root`."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            children[int(stat.rpartition(")")[2].split()[1])].append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        waiting += (more := children[waiting.pop()])
        found += more
    return found


def kilobytes(process: int, file: str, key: str) -> float:
    """A number of /proc; 0 where the process is gone."""
    try:
        lines = Path(f"/proc/{process}/{file}").read_text().splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) for line in lines if line.startswith(key)), 0.0)


def collect(engagement: Path, only: list[str]) -> Measured:
    """One `techdd collect` with everything that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    chosen = [word for name in only for word in ("--only", name)]
    process = subprocess.Popen(
        ["techdd", "collect", str(engagement), "--quiet", *chosen],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    memory = Memory(process.pid)
    memory.start()
    said = process.communicate()[1]
    passed = time.perf_counter() - begun
    while True:  # the processes that workers were forked from end a moment later
        try:
            os.wait()
        except ChildProcessError:
            break
    memory.ended.set()
    memory.join()
    if process.returncode not in (0, 3):
        sys.exit(f"techdd collect failed:\n{said}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(passed, computed, memory.parent, memory.largest, memory.together)


def world(folder: Path, repositories: int, commits: int, lines: int) -> list[Path]:
    """The repositories of the portfolio in `folder`, built where it is not there."""
    told = folder / "world.json"
    known = json.loads(told.read_text()) if told.is_file() else {}
    there = known.get("wishes", {"repositories": 0})
    if there["repositories"] < repositories or (there["commits"], there["lines"]) != (
        commits,
        lines,
    ):
        size = {"repositories": repositories, "commits": commits, "lines": lines}
        size |= {"people": max(16, repositories // 3), "teams": 6}
        options = [word for name, value in size.items() for word in (f"--{name}", str(value))]
        script = [sys.executable, str(SAMPLES / "world.py"), str(folder), *options]
        begun = time.perf_counter()
        subprocess.run(script, check=True, stdout=subprocess.DEVNULL)
        print(f"built {repositories} repositories in {time.perf_counter() - begun:.0f} s\n")
        known = json.loads(told.read_text())
    return [Path(one["path"]) for one in known["repositories"]]


def engagement(folder: Path, sources: list[Path]) -> Path:
    """A fresh engagement over `sources`."""
    folder.mkdir(parents=True)
    entries = [
        {"name": source.name.removesuffix(".git"), "source": str(source)} for source in sources
    ]
    document = {"format_version": 1, "client": "Larkspur", "repositories": entries}
    (folder / "engagement.yaml").write_text(json.dumps(document))
    return folder


def commit_once(repository: Path) -> None:
    """Adds one commit that changes one file."""
    stream = (
        b"commit refs/heads/main\ncommitter One More <more@larkspur.example> now\ndata 8\nOne more"
        b"\nfrom refs/heads/main^0\nM 100644 inline README.md\ndata 9\nOne more.\n\ndone\n"
    )
    command = ["git", f"--git-dir={repository}", "fast-import", "--quiet", "--done"]
    subprocess.run([*command, "--date-format=now"], input=stream, check=True)


def row(what: str, number: int, one: Measured) -> str:
    """A line of the table."""
    cells = (
        f"{one.passed:.1f}", f"{one.computed:.1f}", f"{60 * number / one.passed:.1f}",
        f"{one.computed / number:.2f}", f"{one.parent:.0f}", f"{one.largest:.0f}",
        f"{one.together:.0f}",
    )  # fmt: skip
    return f"| {what} | {' | '.join(cells)} |"


def main() -> None:
    """Builds, collects and prints."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("world", type=Path)
    words.add_argument("--scales", type=int, nargs="+", default=[4, 8, 12])
    words.add_argument("--commits", type=int, default=200)
    words.add_argument("--lines", type=int, default=4_000)
    words.add_argument("--only", action="append", default=[], help="a collector; default: all")
    given = words.parse_args()
    if ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0):
        sys.exit("this system cannot count what the workers compute")
    scales = sorted(given.scales)
    sources = world(given.world, scales[-1], given.commits, given.lines)
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{given.commits} commits and {given.lines} lines a repository; {load}")
    print(
        "\n| repositories | passed, s | computed, s | a minute | computed, s each | parent, MB |"
        " largest worker, MB | all, MB |\n|---|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory() as name:
        grows = Path(shutil.copytree(sources[0], Path(name) / "grows.git"))
        measured = []
        for scale in scales:
            last = engagement(Path(name) / str(scale), [grows, *sources[1:scale]])
            measured.append(collect(last, given.only))
            print(row(str(scale), scale, measured[-1]), flush=True)
        print(row(f"{scales[-1]}, nothing new", scales[-1], collect(last, given.only)), flush=True)
        commit_once(grows)
        print(row(f"{scales[-1]}, one new commit", scales[-1], collect(last, given.only)))
    print("\nAgainst the smallest scale:\n")
    for scale, one in zip(scales[1:], measured[1:], strict=True):
        size = scale / scales[0]
        print(
            f"- {size:.1f} times the repositories: {one.computed / measured[0].computed:.2f} times"
            f" the computing, {one.parent / measured[0].parent:.2f} times the memory of the parent,"
            f" {one.together / measured[0].together:.2f} times that of all"
        )


if __name__ == "__main__":
    main()
