"""One audit of several repositories at once, and what is left of it to look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders import A, build
from planted import NEIGHBOUR
from test_intake import fingerprint
from watching import Watched, watch

from techdd import parquet

LIMIT = 2 << 30  # bytes of one process
SECONDS = 300.0  # of one audit, on a machine that does much else besides


@dataclass(frozen=True)
class Audited:
    """An engagement after its audit: its folder, the clients' folders as before, what was done."""

    home: Path
    before: dict[str, str]
    done: Watched

    @property
    def report(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.home / "out" / "report.json").read_text())
        return loaded["report"]

    def issues(self, repo: str) -> dict[str, list[tuple[str, str, str]]]:
        """(path, reason, detail) of what each collector could not look at."""
        return {
            run["collector"]: [(one["path"], one["reason"], one["detail"]) for one in run["issues"]]
            for run in self.report["runs"]
            if run["repo"] == repo
        }


def audit(home: Path, *options: str) -> Audited:
    """Audits every repository in `home/clients` at once."""
    clients = home / "clients"
    before = fingerprint(clients) | fingerprint(home / "outside")
    (home / "out").mkdir()
    sources = sorted(clients.iterdir())
    done = watch(home, "audit", *sources, "-o", home / "out" / "report.json", *options)
    return Audited(home, before, done)


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file, or of a folder of them."""
    parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    found = parquet.connect().sql(f"SELECT * EXCLUDE filename FROM {parquet.files(parts)}")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def outside(home: Path) -> tuple[Path, Path]:
    """A folder beside the clients that nothing may be read from, and a script in it that tells
    when it was run.
    """
    folder = home / "outside"
    folder.mkdir()
    build(folder / "store.git", [A({"neighbour.py": f'x = "{NEIGHBOUR}"\n'})])
    for name in ("secret.py", "requirements.txt"):
        (folder / name).write_text(f"{NEIGHBOUR}==1.0\n")
    script = folder / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {home}/CANARY\nexit 1\n")
    script.chmod(0o755)
    return folder, script
