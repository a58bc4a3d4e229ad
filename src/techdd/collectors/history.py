"""The whole history: commits, changes, the people in it and tags, through the history engine."""

from __future__ import annotations

from collections.abc import Iterator

from techdd.collectors import Gathered, collector
from techdd.facts import Change, Commit, Identity, Parts, Tag, Trailer
from techdd.history.log import moment
from techdd.history.reader import read
from techdd.model import Issue
from techdd.repository import Repository
from techdd.sandbox import cores
from techdd.text import decode


@collector(makes=(Commit, Change, Trailer, Identity, Tag), version=3, minutes=120)
def history(repo: Repository) -> Gathered:
    """Every commit reachable from the audited one; a later run reads only those that are new.

    Merges count as commits and carry no changes of their own. Where the content of a file is
    missing, git cannot count lines or find renames: the commit's paths stand, its counts are
    unknown.
    """
    yield from repo.issues
    found = read(repo, cores())
    yield from found.issues
    yield Parts(Commit, *found.commits)
    yield Parts(Change, *found.changes)
    yield Parts(Trailer, *found.trailers)
    yield from found.identities
    yield from _tags(repo)


def _tags(repo: Repository) -> Iterator[Tag | Issue]:
    """Every tag of a commit; a missing object is found first, for git stops at it."""
    listed = repo.git("for-each-ref", "refs/tags", "--format=%(objectname) %(refname:strip=2)")
    tags = [line.split(b" ", 1) for line in listed.splitlines()]
    peeled = repo.stream(
        "cat-file",
        "--batch-check=%(objectname) %(objecttype)",
        lines=(f"{identifier.decode()}^{{}}" for identifier, _ in tags),
    )
    commits: dict[bytes, str] = {}
    lost: list[bytes] = []
    for (_, name), answer in zip(tags, b"".join(peeled).splitlines(), strict=True):
        if answer.endswith(b" commit"):
            commits[name] = answer.split()[0].decode()
        elif answer.endswith(b" missing"):
            lost.append(name)
    yield from (Issue("tags whose object is missing", decode(name)) for name in lost)
    names = [f"refs/tags/{name.decode()}" for name in commits] if lost else ["refs/tags"]
    for start in range(0, len(names), 1_000):
        form = "--format=%(refname:strip=2)%00%(creatordate:unix)"
        for line in repo.git("for-each-ref", form, *names[start : start + 1_000]).splitlines():
            name, seconds = line.split(b"\0")
            if name in commits:
                yield Tag(decode(name), commits[name], moment(seconds))
