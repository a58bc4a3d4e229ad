"""Gradle's lock file and version catalogue; build.gradle is a program and is not read."""

from __future__ import annotations

import re
from typing import Any

from techdd.lockfiles import (
    Dependency,
    Lines,
    Parsed,
    decoded,
    lockfile,
    table,
    toml_table,
)

_LOCKED = re.compile(r"([^\s:=]+:[^\s:=]+):([^\s:=]+)=(\S*)$")
_EXACT = re.compile(r"\d[\w.-]*$")


@lockfile("gradle.lockfile", "buildscript-gradle.lockfile", ecosystem="Maven", locked=True)
def gradle_lockfile(data: bytes) -> Parsed:
    """Pinned modules; those that only configurations for tests and tools use are development's."""
    for number, raw in enumerate(decoded(data).splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith(("#", "empty=")):
            continue
        match = _LOCKED.match(line)
        if match is None:
            raise ValueError(f"line {number}: not group:module:version=configurations")
        name, version, configurations = match.groups()
        uses = [use for use in configurations.split(",") if not _is_for_development(use)]
        scope = "runtime" if uses or not configurations else "development"
        yield Dependency(name, version, line=number, scope=scope)


def _is_for_development(configuration: str) -> bool:
    tools = (
        r"(?i)test|checkstyle|pmd|spotbugs|jacoco|detekt|ktlint|annotationprocessor|kapt|classpath$"
    )
    shipped = configuration in ("compileClasspath", "runtimeClasspath") or configuration.endswith(
        ("CompileClasspath", "RuntimeClasspath")
    )
    return bool(re.search(tools if not shipped else r"(?i)test", configuration))


@lockfile("*.versions.toml", ecosystem="Maven", locked=False)
def version_catalogue(data: bytes) -> Parsed:
    """Libraries of a version catalogue. Who uses them, and what for, is in build files."""
    document = toml_table(data)
    if not {"libraries", "versions", "plugins", "bundles"} & document.keys():
        raise ValueError("no version catalogue")
    versions = table(document.get("versions"))
    lines = Lines(decoded(data), r'^[ \t]*([\w.-]+)[ \t]*=\s*(?:"[^"\n]*:|\{.*(?:module|group))')
    for alias, entry in table(document.get("libraries")).items():
        name, version = _library(entry, versions)
        exact = version if _EXACT.match(version) and not version.endswith("+") else None
        yield Dependency(name, exact, version, lines.of(alias), True, "unknown")


def _library(entry: Any, versions: dict[str, Any]) -> tuple[str, str]:
    if isinstance(entry, str):
        name, _, version = entry.rpartition(":")
        return (name, version) if ":" in name else (entry, "")
    fields = table(entry)
    name = str(fields.get("module") or f"{fields.get('group')}:{fields.get('name')}")
    version = fields.get("version", "")
    if "ref" in table(version):
        version = versions.get(str(version["ref"]), "")
    if isinstance(version, dict):
        version = version.get("strictly") or version.get("require") or version.get("prefer") or ""
    return name, str(version)
