"""Which commit was audited, and what of its tree stands in other repositories."""

from __future__ import annotations

from datetime import UTC, datetime

from techdd.collectors import Gathered, collector
from techdd.facts import Snapshot
from techdd.model import Issue
from techdd.repository import Repository


@collector(makes=(Snapshot,))
def snapshot(repo: Repository) -> Gathered:
    """The audited commit; submodules are named as outside of the audit."""
    seconds = repo.git("log", "-1", "--format=%ct", repo.head).strip()
    plausible = seconds.isdigit() and len(seconds) < 11
    committed = datetime.fromtimestamp(int(seconds), UTC) if plausible else None
    yield Snapshot(repo.head, repo.branch, committed, repo.shallow)
    for entry in repo.entries():
        if entry.mode == "160000":
            yield Issue("submodule is another repository and was not audited", entry.path)
