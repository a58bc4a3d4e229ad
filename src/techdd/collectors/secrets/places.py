"""Where one secret stands and stood: a place for each path that ever held it, and what else did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from techdd.collectors.secrets.engine import Hit
from techdd.collectors.secrets.messages import Messages
from techdd.collectors.secrets.reach import BRANCHES, PROPOSALS, TAGS, Readers
from techdd.collectors.secrets.trace import Step
from techdd.collectors.secrets.values import Told, is_example
from techdd.refs import OBJECT_ID
from techdd.repository import Repository
from techdd.text import decode


class Place(NamedTuple):
    """Where one secret stands or stood; `came` are the commits that brought it there, `held` the
    file versions with it.
    """

    origin: Hit
    path: str
    line: int
    commit: str
    came: frozenset[str] = frozenset()
    in_head: bool = False
    added: datetime | None = None
    left: Step | None = None
    held: frozenset[str] = frozenset()
    example: bool = False
    ref: str = ""  # whose name it stands in
    value: Told = Told("")


def said(hit: Hit, messages: Messages) -> Place:
    """The place of a hit in a message; which text lies before it must not change its identity."""
    message, line = messages.of(hit.line)
    columns = slice(*hit.columns) if hit.columns else slice(0)
    example = is_example(messages.line(hit.line)[columns])
    origin = hit._replace(identity=f"{message.commit}:{line}:{columns.start}")
    came = frozenset({message.commit})
    return Place(
        origin, message.place, line, message.commit, came, added=message.when, example=example
    )


def named(hit: Hit, commit: str, ref: str) -> Place:
    """The place of a hit in the name of a ref, which every reader of the repository is shown."""
    kind = "branch" if ref.startswith(BRANCHES) else "tag" if ref.startswith(TAGS) else "ref"
    return Place(hit, f"(name of a {kind})", 1, commit, frozenset({commit}), ref=ref)


def listed(ref: str) -> Readers | None:
    """Who reads the name of a ref: whoever may list it."""
    if not ref:
        return None
    branch, tag, proposal = (int(ref.startswith(kind)) for kind in (BRANCHES, TAGS, PROPOSALS))
    return Readers(branch, tag, proposal, int(not (branch or tag or proposal)))


def shown(path: str) -> str:
    """A place's path as it is told; a note lies under the id of what it is about."""
    return "(note)" if OBJECT_ID.fullmatch(path.replace("/", "")) else path


class Trail:
    """Where the file versions with a secret have been, to tell each secret's way from."""

    def __init__(self, repo: Repository, blobs: Mapping[Hit, str], steps: Sequence[Step]) -> None:
        self.blobs, self.steps = blobs, steps
        self.head: dict[str, list[str]] = defaultdict(list)  # blob -> paths in the audited tree
        for entry in repo.regular_files():
            self.head[entry.blob].append(entry.path)
        self.touching: dict[str, list[int]] = defaultdict(list)  # blob -> steps that touch it
        for place, step in enumerate(steps):
            for blob in {*step.old, step.new}:
                self.touching[blob].append(place)

    def places(self, hits: Sequence[Hit]) -> Iterator[Place]:
        """One place for each path that ever held the secret of the hits."""
        lines = {self.blobs.get(hit, ""): hit.line for hit in reversed(hits)}
        held = lines.keys() - {""}
        came: dict[str, list[Step]] = defaultdict(list)
        went: dict[str, Step] = {}
        first = ""  # the file version that held it first
        for place in sorted({place for blob in held for place in self.touching.get(blob, ())}):
            step = self.steps[place]
            if step.new not in held:
                went.setdefault(step.path, step)  # the newest
            elif held.isdisjoint(step.old):
                came[step.path].append(step)  # the oldest last
                first = step.new
        there = {path: blob for blob in sorted(held) for path in self.head.get(blob, ())}
        origin = next((hit for hit in hits if self.blobs.get(hit) == first), hits[0])
        lost = decode(origin.path.encode()) if origin.commit else "(object in no commit)"
        for path in sorted({*came, *there}) or [lost]:
            arrivals = came.get(path, [])
            oldest = arrivals[-1] if arrivals else None
            blob = there.get(path) or (oldest.new if oldest else "")
            commit = oldest.commit if oldest else origin.commit
            yield Place(
                origin=origin,
                path=path,
                line=lines.get(blob, origin.line),
                commit=commit or self.blobs.get(origin, ""),
                came=frozenset({commit, *(step.commit for step in arrivals)} - {""}),
                in_head=path in there,
                added=oldest.when if oldest else None,
                left=None if path in there else went.get(path),
                held=frozenset(held),
            )
