"""The Swift package manager: Package.resolved, and by pattern the program Package.swift."""

from __future__ import annotations

import re
from typing import Any

from techdd.lockfiles import (
    Dependency,
    Issue,
    Lines,
    Parsed,
    decoded,
    json_object,
    lockfile,
    outside,
    stays_below,
    table,
    tables,
    without_comments,
)
from techdd.lockfiles._swift import IN_XCODE, name_of


@lockfile("Package.resolved", ecosystem="SwiftURL", locked=True)
def package_resolved(data: bytes) -> Parsed:
    """Pinned packages (formats 1 to 3); one that follows a branch has no version."""
    document = json_object(data)
    pins = table(document.get("object")).get("pins", document.get("pins"))
    if not isinstance(pins, list):
        raise ValueError("no pins in it")
    lines = Lines(decoded(data), r'"(?:repositoryURL|location|identity)"\s*:\s*"([^"\n]*)"')
    for pin in tables(pins):
        url = pin.get("repositoryURL") or pin.get("location") or pin.get("identity")
        if not isinstance(url, str):
            continue
        line = lines.of(url)
        if str(pin.get("kind", "")).startswith("local"):
            yield outside(str(pin.get("identity", "")), url)
            continue
        version, wish = _state(table(pin.get("state")))
        yield Dependency(name_of(url), version, wish, line, scope="unknown")


def _state(state: dict[str, Any]) -> tuple[str | None, str]:
    version, branch, revision = (state.get(key) for key in ("version", "branch", "revision"))
    if isinstance(version, str) and version:
        return version, ""
    return None, f"branch {branch}" if branch else f"revision {revision}"


_CALL = re.compile(r"\.[pP]ackage\s{0,99}\(")
_LONGEST = 1_000  # characters of one call
_FIELD = re.compile(r'(?<!\w)(url|id|path|name)\s{0,99}:\s{0,99}"([^"\n]*)"')
_EXACT = re.compile(r'\.?exact\s{0,9}[:(]\s{0,9}"([^"\n]*)"')


@lockfile(
    "Package.swift", ecosystem="SwiftURL", locked=False, locks=("Package.resolved", *IN_XCODE)
)
def package_swift(data: bytes) -> Parsed:
    """Literal `.package(url: ...)`; Package.swift is a program, so others may be missing."""
    text = without_comments(decoded(data))
    line, last, computed = 1, 0, 0
    for match in _CALL.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        arguments = _arguments(text[match.end() : match.end() + _LONGEST])
        found = _wish(arguments, line)
        computed += found is None and "url" in arguments
        if found:
            yield found
    if computed:
        yield Issue("unresolved version", detail=f"{computed} packages from a computed URL")


def _arguments(text: str) -> str:
    """The text up to the parenthesis that closes the call."""
    depth = 1
    for match in re.finditer(r'"[^"\n]*"?|[()]', text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if not depth:
            return text[: match.start()]
    return text


def _wish(arguments: str, line: int) -> Dependency | Issue | None:
    fields = dict(_FIELD.findall(arguments))
    source = fields.get("url") or fields.get("id")
    if not source:
        path = str(fields.get("path", "."))
        return None if stays_below(path) else outside(str(fields.get("name", path)), path)
    rest = arguments[arguments.index(f'"{source}"') + len(source) + 2 :]
    requirement = " ".join(rest.split()).lstrip(", ")
    exact = _EXACT.search(rest)
    return Dependency(name_of(source), exact[1] if exact else None, requirement, line, True)
