"""GitHub Actions: what workflows and actions use. How firmly it is pinned, practices judge."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.lockfiles import Dependency, Issue, Parsed, decoded, line_of, lockfile, table
from techdd.lockfiles._images import image
from techdd.text import without_credentials
from techdd.yamls import items, mappings, yaml_documents

_ACTION = re.compile(r"([\w.-]+/[\w.-]+)(?:/[\w./ -]*)?@(\S+)$")
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?$")
_WHOLE = re.compile(r"v?\d+\.\d+\.\d+[\w.+-]*$", re.ASCII)
_COMMENT = re.compile(
    r"""["']?\s{0,99}[,}]?\s{0,99}#.*?(?<![\w.])(v?\d+\.\d+\.\d+[\w.+-]*)""", re.ASCII
)
_LONGEST = 1_000  # characters of a line
_IMAGE = "docker://"


@lockfile(
    *(".github/workflows/*.yml", ".github/workflows/*.yaml", "action.yml", "action.yaml"),
    *(".gitea/workflows/*.yml", ".gitea/workflows/*.yaml"),
    *(".forgejo/workflows/*.yml", ".forgejo/workflows/*.yaml"),
    ecosystem="GitHub Actions",
    locked=False,
    sparse=True,
)
def github_actions(data: bytes) -> Parsed:
    """Actions and workflows of other repositories, under the name of the repository, and the
    images in which steps run.

    A tag can be moved: `v4` is no version. `v4.1.2` is taken for one, and so is the comment behind
    a commit that says which version it is.
    """
    text = decoded(data)
    lines = text.splitlines()
    for document in mappings(yaml_documents(text)):
        for used in _used(document):
            yield from _action(used, lines)
        for named in _images(document):
            if plain := named.removeprefix(_IMAGE):
                yield image(plain, line_of(named), "development", "Docker")


def _used(document: dict[str, Any]) -> Iterator[str]:
    """What jobs call, and what the steps of jobs or of a composite action use."""
    jobs = list(mappings(table(document.get("jobs")).values()))
    runs = table(document.get("runs"))
    steps = mappings(items(job.get("steps") for job in (*jobs, runs)))
    for place in (*jobs, *steps):
        if isinstance(used := place.get("uses"), str) and used:
            yield used


def _images(document: dict[str, Any]) -> Iterator[str]:
    """The images of jobs, of the services beside them, of steps, and of an action."""
    jobs = list(mappings(table(document.get("jobs")).values()))
    services = mappings(job.get("services") for job in jobs)
    beside = (container for some in services for container in some.values())
    for container in (*(job.get("container") for job in jobs), *beside):
        named = table(container).get("image", container)
        yield named if isinstance(named, str) else ""
    for named in (*_used(document), table(document.get("runs")).get("image")):
        if isinstance(named, str) and named.startswith(_IMAGE):
            yield named


def _action(used: str, lines: list[str]) -> Parsed:
    if used.startswith(("./", _IMAGE)):  # the repository's own, or an image
        return
    # Other forges' runners take a whole URL.
    plain = without_credentials(used)
    action = _ACTION.match(re.sub(r"https?://[^/@]{1,200}/", "", plain))
    if not action:
        yield Issue("unresolved version", detail=f"uses {plain}")
        return
    name, ref = action.groups()
    line = line_of(used)
    _, _, rest = lines[line - 1][:_LONGEST].partition(used) if line else ("", "", "")
    said = _COMMENT.match(rest) if _HASH.match(ref) else _WHOLE.match(ref)
    version = None if not said else said[1] if said.re is _COMMENT else ref
    yield Dependency(name, version, ref, line, True, "development")
