"""The TOML lock files of Python: Poetry's, PDM's, uv's and PEP 751's pylock.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from techdd.lockfiles import (
    CUT,
    ODD,
    Dependency,
    Lines,
    Parsed,
    decoded,
    doubt,
    entries,
    in_format,
    lockfile,
    outside,
    pep508,
    scope_of,
    stays_below,
    strings,
    table,
    tables,
    toml_table,
    unanswered,
)

_GROUP = re.compile(r"""["']([^"']{1,200})["'] in (?:dependency_groups|extras)""")
_NAME = r'^name = "([^"\n]*)"'


@lockfile("poetry.lock", ecosystem="PyPI", locked=True)
def poetry_lock(data: bytes) -> Parsed:
    """Poetry 1 says the category of each package, Poetry 2 its groups, 1.5 to 1.8 neither."""
    document = _document(data, "package", "metadata")
    in_format(_metadata(document).get("lock-version", 1), 1, 2)
    packages = list(_packages(data, document, "package"))
    known = {name for _, name, _ in packages}
    for entry, name, line in packages:
        # What only some platforms or versions of Python need, Poetry may have left out.
        wishes = table(entry.get("dependencies")).items()
        always = (need for need, wish in wishes if isinstance(wish, str))
        unanswered(map(canonicalize_name, always), known)
        source = table(entry.get("source"))
        if source.get("type") in ("git", "url", "file", "directory"):
            if not stays_below(str(source.get("url", ""))):
                yield outside(name, str(source.get("url", "")))
            continue
        groups = strings(entry.get("groups")) or strings([entry.get("category")])
        yield Dependency(
            name,
            _version(entry),
            line=line,
            scope=_scope(groups),
            needs=tuple(map(canonicalize_name, table(entry.get("dependencies")))),
        )


@lockfile("pdm.lock", ecosystem="PyPI", locked=True)
def pdm_lock(data: bytes) -> Parsed:
    """PDM says the groups of each package."""
    document = _document(data, "package", "metadata")
    in_format(_metadata(document).get("lock_version", 4), 2, 3, 4)
    for entry, name, line in _packages(data, document, "package"):
        if source := entry.get("git") or entry.get("url") or entry.get("path"):
            if not stays_below(str(source)):
                yield outside(name, str(source))
            continue
        yield Dependency(
            name,
            _version(entry),
            line=line,
            scope=_scope(strings(entry.get("groups"))),
            needs=tuple(pep508(wish)[0] for wish in strings(entry.get("dependencies"))),
        )


@lockfile("uv.lock", ecosystem="PyPI", locked=True)
def uv_lock(data: bytes) -> Parsed:
    """uv lists the project itself too: what it asks for is direct, group by group."""
    document = _document(data, "package", "version")
    in_format(document.get("version", 1), 1)
    packages = list(_packages(data, document, "package"))
    known = {name for _, name, _ in packages}
    asked: dict[str, str] = {}
    for entry, _, _ in packages:
        if _is_own(entry):
            for name, scope in _asked_for(entry):
                if asked.get(name) != "runtime":
                    asked[name] = scope
    for entry, name, line in packages:
        source = table(entry.get("source"))
        unanswered(_names(entry.get("dependencies")), known)
        if _is_own(entry):
            continue
        if "registry" not in source:
            yield outside(name, str(next(iter(source.values()), "")))
            continue
        yield Dependency(
            name,
            _version(entry),
            line=line,
            direct=name in asked,
            scope=asked.get(name, "unknown"),
            needs=tuple(_names(entry.get("dependencies"))),
        )


def _is_own(entry: dict[str, Any]) -> bool:
    return not {"virtual", "editable", "directory"}.isdisjoint(table(entry.get("source")))


def _asked_for(entry: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _names(entry.get("dependencies")):
        yield name, "runtime"
    for extra, wishes in table(entry.get("optional-dependencies")).items():
        for name in _names(wishes):
            yield name, scope_of(extra)
    for key in ("dev-dependencies", "dependency-groups"):
        for wishes in table(entry.get(key)).values():
            for name in _names(wishes):
                yield name, "development"


def _names(wishes: Any) -> Iterator[str]:
    for wish in tables(wishes):
        yield canonicalize_name(str(wish.get("name", "")))


@lockfile("pylock.toml", "pylock.*.toml", ecosystem="PyPI", locked=True)
def pylock(data: bytes) -> Parsed:
    """PEP 751 does not tell direct from indirect. What a package is for, markers say where a file
    holds several groups; what needs what, a table of PDM's own where PDM wrote the file.
    """
    document = _document(data, "packages", "lock-version")
    in_format(document.get("lock-version"), 1)
    for entry, name, line in _packages(data, document, "packages"):
        place = table(entry.get("vcs")) or table(entry.get("archive"))
        if "directory" in entry:
            continue
        if place:
            yield outside(name, str(place.get("url") or place.get("path") or ""))
            continue
        own = strings(table(table(entry.get("tool")).get("pdm")).get("dependencies"))
        needs = (*_names(entry.get("dependencies")), *(pep508(wish)[0] for wish in own))
        scope = _scope(_GROUP.findall(str(entry.get("marker", ""))))
        yield Dependency(name, _version(entry), line=line, scope=scope, needs=needs)


def _document(data: bytes, key: str, said: str) -> dict[str, Any]:
    """The lock file, which lists its packages under `key` and says under `said` what it is.
    ValueError where it has neither.
    """
    document = toml_table(data)
    if key not in document and said not in document:
        raise ValueError(f"no [[{key}]] in it")
    return document


def _metadata(document: dict[str, Any]) -> dict[str, Any]:
    """The table with which Poetry and PDM end a lock file."""
    if "metadata" not in document:
        doubt(CUT, "no table metadata")
    return table(document.get("metadata"))


def _packages(
    data: bytes, document: dict[str, Any], key: str
) -> Iterator[tuple[dict[str, Any], str, int | None]]:
    """(entry, normalised name, line) of each package."""
    lines = Lines(decoded(data), _NAME)
    for number, entry in enumerate(entries(document.get(key), key), start=1):
        if isinstance(name := entry.get("name"), str):
            yield entry, canonicalize_name(name), lines.of(name)
        else:
            doubt(ODD, f"entry {number} without a name")


def _version(entry: dict[str, Any]) -> str | None:
    version = entry.get("version")
    return version if isinstance(version, str) else None


def _scope(groups: list[str]) -> str:
    if not groups:
        return "unknown"
    runtime = any(scope_of(group) == "runtime" for group in groups)
    return "runtime" if runtime else "development"
