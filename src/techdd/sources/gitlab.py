"""What GitLab tells of a group's projects."""

from __future__ import annotations

from collections.abc import Iterable

from techdd.sources import Handed, Named, many
from techdd.sources._hosts import Shape, described

REST = Shape(
    "path_with_namespace", "http_url_to_repo", "ssh_url_to_repo", "forked_from_project", "archived",
    silent_of_others=True,
)  # fmt: skip


@many
def gitlab(handed: Handed) -> Iterable[Named] | None:
    """The answer of `/groups/GROUP/projects?include_subgroups=true`, whole or in pages."""
    return described(handed, REST)
