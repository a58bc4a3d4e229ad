"""The TOML lock files of Python: Poetry's, PDM's, uv's and PEP 751's pylock.toml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError
from packaging.utils import canonicalize_name

from techdd.lockfiles import (
    Dependency,
    Lines,
    Parsed,
    decoded,
    lockfile,
    outside,
    pep508,
    scope_of,
    stays_below,
    strings,
    table,
    tables,
    toml_table,
)

_NAME = r'^name = "([^"\n]*)"'


@lockfile("poetry.lock", ecosystem="PyPI", locked=True)
def poetry_lock(data: bytes) -> Parsed:
    """Poetry 1 says the category of each package, Poetry 2 its groups, 1.5 to 1.8 neither."""
    for entry, name, line in _packages(data, "package"):
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
    for entry, name, line in _packages(data, "package"):
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
    packages = list(_packages(data, "package"))
    asked: dict[str, str] = {}
    for entry, _, _ in packages:
        if _is_own(entry):
            for name, scope in _asked_for(entry):
                if asked.get(name) != "runtime":
                    asked[name] = scope
    for entry, name, line in packages:
        source = table(entry.get("source"))
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
    """PEP 751 tells neither direct from indirect nor what a package is for."""
    try:
        lock = Pylock.from_dict(toml_table(data))
    except (PylockValidationError, PylockUnsupportedVersionError) as error:
        raise ValueError(f"no valid pylock: {error}") from None
    lines = Lines(decoded(data), _NAME)
    for package in lock.packages:
        line = lines.of(package.name)
        if package.directory:
            continue
        if place := package.vcs or package.archive:
            yield outside(package.name, place.url or place.path or "")
        else:
            version = str(package.version) if package.version else None
            needs = [str(need.get("name", "")) for need in package.dependencies or ()]
            yield Dependency(package.name, version, line=line, scope="unknown", needs=tuple(needs))


def _packages(data: bytes, key: str) -> Iterator[tuple[dict[str, Any], str, int | None]]:
    """(entry, normalised name, line) of each package. ValueError where the file lists none."""
    document = toml_table(data)
    if key not in document and "version" not in document and "metadata" not in document:
        raise ValueError(f"no [[{key}]] in it")
    lines = Lines(decoded(data), _NAME)
    for entry in tables(document.get(key)):
        if isinstance(name := entry.get("name"), str):
            yield entry, canonicalize_name(name), lines.of(name)


def _version(entry: dict[str, Any]) -> str | None:
    version = entry.get("version")
    return version if isinstance(version, str) else None


def _scope(groups: list[str]) -> str:
    if not groups:
        return "unknown"
    runtime = any(scope_of(group) == "runtime" for group in groups)
    return "runtime" if runtime else "development"
