"""The versions of all that is stored, and the steps from one to the next; the one place for both.

A version rises where a field goes, is renamed, or changes its type or meaning; then a step makes
the next version of what is there. A field that may be left out comes without: what was written
before is read as it was. See `docs/stored.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from techdd.errors import TechddError


class Newer(TechddError):
    """What was written by a newer techdd cannot be read."""


Step = Callable[[Any], Any]  # a tree of one version -> a tree of the next


@dataclass(frozen=True)
class Stored:
    """One format: its version, the key under which a file says its own, and the steps up to it.

    A file that says none is of version 1, as those of a time before the key are. `rewritten` files
    are brought up to date on disk, the old one kept beside; others are so whenever they are read.
    """

    name: str
    key: str = "format_version"
    version: int = 1
    steps: Mapping[int, Step] = field(default_factory=dict)  # version -> the step that leaves it
    rewritten: bool = False


def _people_write(name: str) -> Stored:
    return Stored(name, rewritten=True)


FORMATS: Mapping[str, Stored] = {
    one.name: one
    for one in (
        _people_write("engagement.yaml"),
        _people_write("people.yaml"),
        _people_write("roster.yaml"),
        _people_write("triage.yaml"),
        _people_write("statements.yaml"),
        _people_write("hiring.yaml"),
        _people_write("interviews.yaml"),
        Stored("answers/journal.jsonl", "format"),
        Stored("responses.jsonl", "format"),
        Stored("pseudonyms.json", "format"),
        Stored("evidence/runs", "format"),
        Stored("evidence/manifest.jsonl", "format"),
        Stored("audits", "format"),
        Stored(".web/access.json", "format"),
        Stored("JSON report", "schema_version"),
        Stored("engagements.json", "format"),
        Stored("techdd-export.json", "format"),
    )
}


def version_of(stored: Stored, tree: Any, where: object) -> int:
    """The version that `tree` says it is of. Raises TechddError for what is none, and Newer."""
    version = tree.get(stored.key, 1) if isinstance(tree, Mapping) else 1
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise TechddError(f"{stored.key}: should be a whole number from 1 (got {version!r})", where)
    if version > stored.version:
        raise Newer(
            f"was written by a newer techdd (format {version}, this one reads up to "
            f"{stored.version}); update techdd",
            where,
        )
    return version


def current(stored: Stored, tree: Any, where: object) -> Any:
    """`tree`, which was read from `where`, as it would be written today.

    Raises TechddError for a version that is none, and Newer.
    """
    before = version_of(stored, tree, where)
    for version in range(before, stored.version):
        tree = stored.steps[version](tree)
        tree[stored.key] = version + 1
    return tree
