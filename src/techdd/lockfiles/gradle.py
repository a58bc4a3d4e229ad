"""Gradle's lock file and its version catalogue."""

from __future__ import annotations

import re
from typing import Any

from techdd.lockfiles import (
    CUT,
    ODD,
    Aside,
    Dependency,
    Lines,
    Parsed,
    decoded,
    doubt,
    lockfile,
    strings,
    table,
    toml_table,
)
from techdd.lockfiles._explaining import Words
from techdd.lockfiles._modules import accessor, exact, is_for_development, marker

_LOCKED = re.compile(r"([^\s:=]+:[^\s:=]+):([^\s:=]+)=(\S*)$")


@lockfile("gradle.lockfile", "buildscript-gradle.lockfile", ecosystem="Maven", locked=True)
def gradle_lockfile(data: bytes) -> Parsed:
    """Pinned modules; those that only configurations for tests and tools use are development's."""
    text = decoded(data)
    if not re.search("^empty=", text, re.MULTILINE):  # which Gradle writes last
        doubt(CUT, "no line empty=")
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith(("#", "empty=")):
            continue
        match = _LOCKED.match(line)
        if match is None:
            raise ValueError(f"line {number}: not group:module:version=configurations")
        name, version, configurations = match.groups()
        uses = [use for use in configurations.split(",") if not is_for_development(use)]
        scope = "runtime" if uses or not configurations else "development"
        yield Dependency(name, version, line=number, scope=scope)


def _catalogue(data: bytes) -> dict[str, Any]:
    document = toml_table(data)
    if not {"libraries", "versions", "plugins", "bundles"} & document.keys():
        raise ValueError("no version catalogue")
    return document


def _explains(data: bytes) -> Aside:
    """Aliases as scripts write them, those of bundles and plug-ins too, and the versions."""
    document = _catalogue(data)
    versions = table(document.get("versions"))
    aliases: dict[str, tuple[str, ...]] = {}
    for alias, entry in table(document.get("libraries")).items():
        aliases[accessor(alias)] = (_library(entry, versions)[0],)
    for alias, entry in table(document.get("plugins")).items():
        aliases[f"plugins.{accessor(alias)}"] = (_plugin(entry, versions)[0],)
    for alias, parts in table(document.get("bundles")).items():
        named = [aliases.get(accessor(part), ()) for part in strings(parts)]
        aliases[f"bundles.{accessor(alias)}"] = tuple(name for names in named for name in names)
    stated = {f"versions.{accessor(alias)}": _version(one, {}) for alias, one in versions.items()}
    return Aside(aliases=aliases, values=stated)


@lockfile("*.versions.toml", ecosystem="Maven", locked=False, aside=_explains, explainer=Words)
def version_catalogue(data: bytes) -> Parsed:
    """Libraries and plug-ins of a version catalogue. Who uses them, and what for, build files say.

    A plug-in without a version is one of the client's own.
    """
    document = _catalogue(data)
    versions = table(document.get("versions"))
    lines = Lines(decoded(data), r"""^[ \t]*["']?([\w.-]+)["']?[ \t]*=\s*["'{\[\d]""")
    for section, entries in document.items():
        for alias, entry in table(entries).items():
            line = lines.of(alias)
            if section in _SECTIONS:
                read, scope = _SECTIONS[section]
                name, version = read(entry, versions)
                if not _NAME.fullmatch(name) or (isinstance(entry, str) and not version):
                    detail = f"line {line}: {alias} does not name a package and its version"
                    doubt(ODD, detail)
                elif version or section == "libraries":
                    yield Dependency(name, exact(version), version, line, True, scope)


def _library(entry: Any, versions: dict[str, Any]) -> tuple[str, str]:
    if isinstance(entry, str):
        group, _, rest = entry.partition(":")
        name, _, version = rest.partition(":")
        return f"{group}:{name}", version
    told = table(entry)
    name = told.get("module") or f"{told.get('group', '')}:{told.get('name', '')}"
    return str(name), _version(told.get("version"), versions)


def _plugin(entry: Any, versions: dict[str, Any]) -> tuple[str, str]:
    if isinstance(entry, str):
        name, _, version = entry.partition(":")
        return marker(name), version
    told = table(entry)
    return marker(str(told.get("id", ""))), _version(told.get("version"), versions)


_SECTIONS = {"libraries": (_library, "unknown"), "plugins": (_plugin, "development")}
_NAME = re.compile(r"[^\s:]+:[^\s:]+")


def _version(version: Any, versions: dict[str, Any]) -> str:
    """A version as written, or the strictest part of a rich one; `ref` is looked up."""
    if isinstance(version, dict) and "ref" in version:
        version = versions.get(str(version["ref"]), "")
    if isinstance(version, dict):
        version = version.get("strictly") or version.get("require") or version.get("prefer") or ""
    return version if isinstance(version, str) else ""
