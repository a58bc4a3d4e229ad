"""How container images are named, in Dockerfiles and in what runs them."""

from __future__ import annotations

import re

from techdd.dockerfiles import without_user
from techdd.lockfiles import Dependency, Issue
from techdd.text import without_credentials

_OPEN = re.compile(r"[${}%<>]")
_HUB = re.compile(r"^(?:(?:index\.)?docker\.io/)?(?:library/)?")  # `docker.io/library/redis`: redis


def image(named: str, line: int | None, scope: str, ecosystem: str = "") -> Dependency | Issue:
    """`host:5000/name:tag@sha256:...` as name and version; "latest", or no tag, is none."""
    plain, _, digest = without_user(without_credentials(named.strip())).partition("@")
    name, colon, tag = plain.rpartition(":")
    if not colon or "/" in tag:  # the port of a host
        name, tag = plain, ""
    name = _HUB.sub("", name)
    if _OPEN.search(name) or not name:
        return Issue("unresolved version", detail=f"image {named} is named by a variable")
    known = tag if tag not in ("", "latest") and not _OPEN.search(tag) else ""
    wish = "@".join(part for part in (tag, digest) if part)
    version = known or digest or None
    return Dependency(name, version, wish, line, True, scope, ecosystem=ecosystem)
