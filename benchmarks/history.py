"""Measures the history engine against git itself and against PyDriller, as ratios in one run.

    python benchmarks/history.py REPOSITORY [--rounds 3] [--sample 100] [--parts history,survival]

Rounds are interleaved, and medians are printed; on a machine that is busy with other work the
ratios of what uses several processors come out too high. git and PyDriller run on the overlay that
techdd makes, so that nothing in the repository's configuration is obeyed.

- `git`        one plain `git log --numstat -M` of everything
- `history`    `techdd collect --only history`, a whole process from start to written evidence
- `again`      the same with about 100 commits more than the run before has seen
- `survival`   `techdd collect --only survival` after it: every surviving line's writer
- `pydriller`  PyDriller's commits with modified files, on a random sample, scaled to all of them
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from techdd.intake import open_repository
from techdd.repository import Repository

ENVIRONMENT = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: modules are not compiled each time


def timed(command: Sequence[str]) -> tuple[float, dict[str, float]]:
    """(seconds from start to end, program -> peak memory in MB of the largest process that ran it)
    of a command and of all that it starts.
    """
    peaks: dict[str, float] = defaultdict(float)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT, cwd="/"
    )
    watcher = threading.Thread(target=watch, args=(process, peaks))
    watcher.start()
    code = process.wait()
    took = time.perf_counter() - start
    watcher.join()
    if code not in (0, 3):
        sys.exit(f"failed: {' '.join(command)}")
    return took, peaks


def watch(process: subprocess.Popen[bytes], peaks: dict[str, float]) -> None:
    """Notes the peaks of a process and its descendants until it ends."""
    while process.returncode is None:
        family = {process.pid}
        for status in sorted(Path("/proc").glob("[0-9]*/status"), key=lambda path: len(str(path))):
            try:
                said = dict(line.split(":", 1) for line in status.read_text().splitlines())
            except OSError:
                continue  # it has ended
            number = int(said["Pid"])
            if number in family or int(said["PPid"]) in family:
                family.add(number)
                program = "git" if said["Name"].strip().startswith("git") else "python"
                peak = int(said.get("VmHWM", "0").split()[0]) / 1024
                peaks[program] = max(peaks[program], peak)
        time.sleep(0.5)


def git(overlay: Path, *arguments: str) -> str:
    """What git says of the repository."""
    command = ["git", f"--git-dir={overlay}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def engagement(folder: Path, repository: Path, revision: str) -> None:
    """An engagement of one repository at one commit."""
    document = {
        "format_version": 1,
        "client": "Benchmark",
        "repositories": [{"name": "it", "source": str(repository), "revision": revision}],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yaml").write_text(json.dumps(document))


def before(overlay: Path, head: str, commits: int) -> str:
    """The nearest first-parent ancestor of `head` with that many commits less."""
    chain = git(overlay, "rev-list", "--first-parent", f"--max-count={commits + 1}", head).split()
    for sha in chain:
        if int(git(overlay, "rev-list", "--count", head, f"^{sha}")) >= commits:
            return sha
    return chain[-1]


def pydriller(overlay: Path, head: str, sample: int) -> float:
    """Seconds that PyDriller would take for all commits that are no merges."""
    from pydriller import Git

    shas = git(overlay, "rev-list", "--no-merges", head).split()
    chosen = random.Random(0).sample(shas, min(sample, len(shas)))
    door = Git(str(overlay))
    start = time.perf_counter()
    for sha in chosen:
        sum(file.added_lines for file in door.get_commit(sha).modified_files)
    return (time.perf_counter() - start) / len(chosen) * len(shas)


def main() -> None:
    """Measures and prints one table."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("repository", type=Path)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--sample", type=int, default=100, help="commits for PyDriller; 0 = none")
    words.add_argument("--parts", default="history,survival")
    given = words.parse_args()
    repository = given.repository.resolve()
    with tempfile.TemporaryDirectory() as folder:
        run(given, repository, open_repository("it", repository, Path(folder) / "overlay"))


def run(given: argparse.Namespace, repository: Path, opened: Repository) -> None:
    """Measures one repository."""
    overlay, head = opened.git_dir, opened.head
    old = before(overlay, head, 100)
    # As git comes: our overlay gives it more memory.
    limit = "core.deltaBaseCacheLimit=96m"
    plain = ["git", f"--git-dir={overlay}", "-c", limit, "log", "--numstat", "-M", head]
    seconds: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))

    def measure(name: str, command: Sequence[str]) -> None:
        took, peaks = timed(command)
        print(f"{name}: {took:.2f} s", file=sys.stderr)
        seconds[name].append(took)
        for program, size in peaks.items():
            memory[name][program] = max(memory[name][program], size)

    for _ in range(given.rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name) / "engagement"
            collect = ["techdd", "collect", str(folder), "--quiet", "--only"]
            measure("git", plain)
            engagement(folder, repository, old)
            measure("history", [*collect, "history"])
            engagement(folder, repository, head)
            measure("again", [*collect, "history"])
            if "survival" in given.parts:
                timed([*collect, "code"])  # survival needs to know the files; that is not measured
                measure("survival", [*collect, "survival"])
            shutil.rmtree(folder)
    if given.sample:
        seconds["pydriller"].append(pydriller(overlay, head, given.sample))

    commits = int(git(overlay, "rev-list", "--count", head))
    new = int(git(overlay, "rev-list", "--count", head, f"^{old}"))
    base = statistics.median(seconds["git"])
    print(f"{repository}: {commits:,} commits; {new} new ones in `again`")
    print("\n| what | seconds, median | of git | peak of techdd, MB | of a git, MB |")
    print("|---|---|---|---|---|")
    for what, taken in seconds.items():
        middle = statistics.median(taken)
        sizes = [f"{memory[what][one]:,.0f}" for one in ("python", "git")]
        print(f"| {what} | {middle:,.2f} | {middle / base:.3f} | {' | '.join(sizes)} |")
    first = statistics.median(seconds["history"])
    print(f"\n`again` is {statistics.median(seconds['again']) / first:.1%} of `history`.")
    if given.sample:
        print(f"`history` is {seconds['pydriller'][0] / first:,.0f} times as fast as PyDriller.")


if __name__ == "__main__":
    main()
