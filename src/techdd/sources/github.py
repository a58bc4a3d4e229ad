"""What GitHub tells of an organisation's repositories; Gitea and Forgejo tell it likewise."""

from __future__ import annotations

from collections.abc import Iterable

from techdd.sources import Handed, Named, many
from techdd.sources._hosts import Shape, described

REST = Shape("full_name", "clone_url", "ssh_url", "fork", "archived")
GH = Shape("nameWithOwner", "url", "sshUrl", "isFork", "isArchived")


@many
def github(handed: Handed) -> Iterable[Named] | None:
    """The answer of `/orgs/ORG/repos`, whole or in pages."""
    return described(handed, REST)


@many
def gh(handed: Handed) -> Iterable[Named] | None:
    """What `gh repo list ORG --json nameWithOwner,url,sshUrl,isFork,isArchived` prints."""
    return described(handed, GH)
