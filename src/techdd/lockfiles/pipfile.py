"""Pipenv's manifest and lock file."""

from __future__ import annotations

from typing import Any

from techdd.lockfiles import (
    Dependency,
    Lines,
    Parsed,
    decoded,
    json_object,
    lockfile,
    outside,
    pep508,
    scope_of,
    stays_below,
    table,
    toml_table,
)

_SOURCES = ("git", "hg", "svn", "file", "path", "url")


@lockfile("Pipfile", ecosystem="PyPI", locked=False, locks=("Pipfile.lock",))
def pipfile(data: bytes) -> Parsed:
    """Packages of a Pipfile; every section but `packages` is a category that is asked for."""
    lines = Lines(decoded(data), r'^"?([\w.-]+)"?[ \t]*=')
    for section, content in toml_table(data).items():
        if section in ("source", "requires", "scripts", "pipenv"):
            continue
        scope = "runtime" if section == "packages" else scope_of(section)
        for name, wish in table(content).items():
            line = lines.of(name)
            if source := _source(wish):
                if not stays_below(source):
                    yield outside(name, source)
                continue
            wanted = wish if isinstance(wish, str) else table(wish).get("version", "*")
            asked = "" if wanted == "*" or not isinstance(wanted, str) else wanted
            package, version, requirement, _ = pep508(f"{name}{asked}")
            yield Dependency(package, version, requirement, line, True, scope)


@lockfile("Pipfile.lock", ecosystem="PyPI", locked=True)
def pipfile_lock(data: bytes) -> Parsed:
    """Pinned packages; `default` is for production."""
    lines = Lines(decoded(data), r'^[ \t]+"([^"\n]+)": \{')
    for section, content in json_object(data).items():
        if section == "_meta":
            continue
        scope = "runtime" if section == "default" else scope_of(section)
        for name, entry in table(content).items():
            line = lines.of(name)
            pinned = table(entry).get("version")
            if source := _source(entry):
                if not stays_below(source):
                    yield outside(name, source)
            elif isinstance(pinned, str):
                package, version, _, _ = pep508(f"{name}{pinned}")
                yield Dependency(package, version, line=line, scope=scope)


def _source(entry: Any) -> str:
    return next((str(table(entry)[key]) for key in _SOURCES if key in table(entry)), "")
