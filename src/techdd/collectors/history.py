"""The whole history: commits, changes, the people in it and tags, through the history engine."""

from __future__ import annotations

from techdd.collectors import Gathered, collector
from techdd.facts import Change, Commit, Identity, Tag, Trailer
from techdd.history.tables import history_facts
from techdd.repository import Repository
from techdd.sandbox import cores


@collector(makes=(Commit, Change, Trailer, Identity, Tag), version=6, minutes=120)
def history(repo: Repository) -> Gathered:
    """Every commit reachable from the audited one; a later run reads only those that are new.

    Merges count as commits and carry no changes of their own. Where the content of a file is
    missing, git cannot count lines or find renames: the commit's paths stand, its counts are
    unknown.
    """
    yield from repo.issues
    yield from history_facts(repo, cores())
