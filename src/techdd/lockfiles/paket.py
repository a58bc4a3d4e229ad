"""Paket, for .NET: paket.dependencies and paket.lock."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from techdd.lockfiles import Dependency, Parsed, decoded, lockfile, outside, scope_of

_LINE = re.compile(r"(nuget|clitool|github|git|gist|http|group)\s+(\S+)\s*(.*)$")
_VERSION = re.compile(r"[!@]?\s*(?:(?:[<>=~]+\s*)?\d[\w.*+-]*\s*)+")
_EXACT = re.compile(r"=*\s*(\d+(?:\.\d+){0,3}(?:-[\w.-]+)?)$", re.ASCII)
_PACKAGE = re.compile(r"( {4}| {6})([^\s()]+) \(([^()]*)\)")
_BUILD = re.compile(r"(?i)fake|build")


def _scope(group: str) -> str:
    return "development" if _BUILD.search(group) else scope_of(group)


@lockfile("paket.dependencies", ecosystem="NuGet", locked=False, locks=("paket.lock",))
def paket_dependencies(data: bytes) -> Parsed:
    """What all projects may take, by group; a version alone is an exact one."""
    scope = "runtime"
    for number, raw in enumerate(decoded(data).splitlines(), start=1):
        match = _LINE.match(raw[:1_000].strip())
        if not match:  # a comment, a source, an option
            continue
        kind, name, rest = match.groups()
        if kind == "group":
            scope = _scope(name)
        elif kind in ("nuget", "clitool"):
            stated = _VERSION.match(rest)
            wish = stated[0].strip() if stated else ""
            exact = _EXACT.match(wish)
            own = "development" if kind == "clitool" else scope
            yield Dependency(name, exact[1] if exact else None, wish, number, True, own)
        else:
            yield outside(kind, name)


@dataclass
class _Pinned:
    name: str
    version: str
    line: int
    scope: str
    needs: list[str] = field(default_factory=list)


@lockfile("paket.lock", ecosystem="NuGet", locked=True)
def paket_lock(data: bytes) -> Parsed:
    """Pinned packages of all groups; what comes from git or the web is no package of NuGet."""
    text = decoded(data)
    if not re.search(r"^(?:NUGET|GITHUB|GIT|HTTP|GIST)\s*$", text, re.MULTILINE):
        raise ValueError("no section of packages in it")
    section, scope = "", "runtime"
    rows: list[_Pinned] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1].isalpha():
            section = line.split()[0].rstrip(":")
            if section == "GROUP":
                scope = _scope(line.partition(" ")[2])
        elif section != "NUGET":
            if line.startswith("  remote: "):
                yield outside(section.lower(), line.partition(": ")[2])
        elif match := _PACKAGE.match(line):
            indent, name, version = match.groups()
            if len(indent) == 4:
                rows.append(_Pinned(name, version, number, scope))
            elif rows:
                rows[-1].needs.append(name)
    for row in rows:
        needs = tuple(row.needs)
        yield Dependency(row.name, row.version, line=row.line, scope=row.scope, needs=needs)
