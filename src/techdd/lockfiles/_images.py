"""How container images are named, in Dockerfiles and in what runs them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from techdd.lockfiles import Dependency, Issue

LONGEST = 2_000  # characters of an instruction or of an image's name
_VARIABLE = re.compile(r"\$(?:(\w{1,100})|\{(\w{1,100})(?:(:?[-+?])([^{}]{0,500}))?\})")
_OPEN = re.compile(r"[${}%<>]")
_HUB = re.compile(r"^(?:(?:index\.)?docker\.io/)?(?:library/)?")  # `docker.io/library/redis`: redis


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with variables filled in, by their default where one stands beside them."""

    def value(match: re.Match[str]) -> str:
        name, operator, other = match[1] or match[2], match[3] or "", match[4] or ""
        if operator.endswith("-"):
            return values.get(name) or other
        return other if operator.endswith("+") else values.get(name) or match[0]

    for _ in range(3):  # a default may hold a variable
        if "$" not in text or len(text) > LONGEST:
            break
        text = _VARIABLE.sub(value, text)
    return text


def image(named: str, line: int | None, scope: str, ecosystem: str = "") -> Dependency | Issue:
    """`host:5000/name:tag@sha256:...` as name and version; "latest", or no tag, is none."""
    plain, _, digest = named.strip().partition("@")
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
