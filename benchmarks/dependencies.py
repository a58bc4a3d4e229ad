"""Measures the inventory of packages and their matching against advisories.

    python benchmarks/dependencies.py ADVISORIES...

Indexes the OSV archives or folders in a database of its own, twice (the second time nothing is
new), then measures `techdd collect --only dependencies --only vulnerabilities` on a generated
repository of 5,000 resolved packages: names of the database, each in several versions.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PACKAGES = 5_000


def timed(*command: str, **environment: str) -> float:
    """Seconds from start to end of a techdd command."""
    start = time.perf_counter()
    done = subprocess.run(
        ["techdd", *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 3):
        sys.exit(f"failed: techdd {' '.join(command)}\n{done.stderr}")
    return time.perf_counter() - start


def repository(folder: Path, database: Path) -> None:
    """A repository with a requirements.txt, a Cargo.lock and a go.mod of pinned packages."""
    query = "select distinct package from affected where ecosystem = ? order by package"
    with sqlite3.connect(database) as connection:
        names = {
            ecosystem: [name for (name,) in connection.execute(query, (ecosystem,))]
            for ecosystem in ("PyPI", "crates.io", "Go")
        }
    pins = [(name, f"{n}.{n % 7}.0") for n in range(5) for name in names["PyPI"]]
    crates = [(name, f"{n}.{n % 7}.0") for n in range(5) for name in names["crates.io"]]
    modules = [(name, f"v{_major(name)}.{n}.0") for n in range(5) for name in names["Go"]]
    requirements = "".join(f"{name}=={version}\n" for name, version in pins[: PACKAGES // 2])
    lock = "version = 3\n" + "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "registry+x"\n'
        for name, version in crates[: PACKAGES // 4]
    )
    needs = "".join(f"\t{name} {version}\n" for name, version in modules[: PACKAGES // 4])
    folder.mkdir()
    (folder / "requirements.txt").write_text(requirements)
    (folder / "Cargo.lock").write_text(lock)
    (folder / "go.mod").write_text(f"module example.org/it\n\ngo 1.21\n\nrequire (\n{needs})\n")
    person = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    for arguments in (("init", "-q"), ("add", "."), (*person, "commit", "-qm", "x")):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)


def _major(module: str) -> str:
    """The major version that a Go module's path asks for ("/v2"), else 1."""
    ending = module.rpartition("/v")[2]
    return ending if ending.isdigit() else "1"


def main() -> None:
    """Measures and prints one table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        place = {"TECHDD_ADVISORIES": str(folder / "db")}
        sources = [str(Path(one).resolve()) for one in sys.argv[1:]]
        rows = [("index", timed("advisories", "import", *sources, **place))]
        rows.append(("index again", timed("advisories", "import", *sources, **place)))
        repository(folder / "it", folder / "db" / "advisories.sqlite")
        document = {
            "format_version": 1,
            "client": "Benchmark",
            "repositories": [{"name": "it", "source": str(folder / "it")}],
        }
        (folder / "e").mkdir()
        (folder / "e" / "engagement.yaml").write_text(json.dumps(document))
        only = ("--only", "dependencies", "--only", "vulnerabilities")
        rows.append(("5,000 packages", timed("collect", str(folder / "e"), "-q", *only, **place)))
        print("| what | seconds |\n|---|---|")
        for what, seconds in rows:
            print(f"| {what} | {seconds:.2f} |")


if __name__ == "__main__":
    main()
