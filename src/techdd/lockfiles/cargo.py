"""Cargo's manifest and lock file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.lockfiles import (
    ODD,
    Aside,
    Dependency,
    Issue,
    Lines,
    Parsed,
    decoded,
    doubt,
    entries,
    in_format,
    lockfile,
    outside,
    stays_below,
    strings,
    table,
    toml_table,
    unanswered,
)

_SECTIONS = {
    "dependencies": "runtime",
    "dev-dependencies": "development",
    "build-dependencies": "development",
}


def _aside(data: bytes) -> Aside:
    name = table(toml_table(data).get("package")).get("name")
    return Aside(name if isinstance(name, str) else "")


@lockfile("Cargo.toml", ecosystem="crates.io", locked=False, locks=("Cargo.lock",), aside=_aside)
def cargo_toml(data: bytes) -> Parsed:
    """What a crate or a workspace asks for, for every target platform."""
    document = toml_table(data)
    lines = Lines(
        decoded(data), r'^[ \t]*"?([\w-]+)"?(?:\.\w+)?[ \t]*=|^\[[^\]\n]*ependencies\.([\w-]+)\]'
    )
    # What stands in place of a registry's crate; Cargo.lock names its source then.
    patched = {
        name: entry
        for crates in map(table, table(document.get("patch")).values())
        for name, entry in crates.items()
    }
    for scope, section in _sections(document):
        for key, asked in section.items():
            wish = patched.get(str(table(asked).get("package", key)), asked)
            line = lines.of(key, "") or lines.of("", key)
            found = _wish(key, wish, line, scope)
            if found:
                yield found


def _sections(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    holders = [document, table(document.get("workspace"))]
    holders += map(table, table(document.get("target")).values())
    for holder in holders:
        for name, scope in _SECTIONS.items():
            yield scope, table(holder.get(name))


def _wish(key: str, wish: Any, line: int | None, scope: str) -> Dependency | Issue | None:
    entry = table(wish)
    name = str(entry.get("package", key))
    requirement = str(entry.get("version", "")) if entry else str(wish)
    if "git" in entry:
        return outside(name, str(entry["git"]))
    if "path" in entry:
        place = str(entry["path"])  # a version beside it is for publishing
        return None if stays_below(place) else outside(name, place)
    exact = re.match(r"=\s*(\d+\.\d+\.\d+\S*)$", requirement)
    return Dependency(name, exact[1] if exact else None, requirement, line, True, scope)


@lockfile("Cargo.lock", ecosystem="crates.io", locked=True)
def cargo_lock(data: bytes) -> Parsed:
    """Pinned crates; those without a source are the project's own."""
    document = toml_table(data)
    if "package" not in document and "version" not in document:
        raise ValueError("no [[package]] in it")
    in_format(document.get("version", 1), 1, 2, 3, 4)  # 1 and 2 do not say so
    lines = Lines(decoded(data), r'^name = "([^"\n]*)"')
    packages = entries(document.get("package"), "package")
    known = {str(entry.get("name")) for entry in packages}
    for number, entry in enumerate(packages, start=1):
        name, version = entry.get("name"), entry.get("version")
        if not isinstance(name, str) or not isinstance(version, str):
            doubt(ODD, f"entry {number} without a name or a version")
            continue
        line = lines.of(name)
        needs = [need.split(" ")[0] for need in strings(entry.get("dependencies"))]
        unanswered(needs, known)
        source = str(entry.get("source", ""))
        if source.startswith("git+"):
            yield outside(name, source)
        elif source:
            yield Dependency(name, version, line=line, scope="unknown", needs=tuple(needs))
