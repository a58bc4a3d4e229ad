"""Gradle's lock file and version catalogue, and by pattern the programs that build files are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from techdd.lockfiles import (
    Dependency,
    Issue,
    Lines,
    Parsed,
    decoded,
    lockfile,
    table,
    toml_table,
    without_comments,
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


_TESTS = r"^tests?(?![a-z])|Tests?(?![a-z])"  # words of a name such as "androidTestImplementation"
_BUILD_TOOLS = (
    r"(?i:checkstyle|pmd|spotbugs|jacoco|detekt|ktlint|annotationprocessor|kapt|classpath$)"
)


def _is_for_development(configuration: str) -> bool:
    shipped = configuration in ("compileClasspath", "runtimeClasspath") or configuration.endswith(
        ("CompileClasspath", "RuntimeClasspath")
    )
    return bool(re.search(_TESTS if shipped else f"{_TESTS}|{_BUILD_TOOLS}", configuration))


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


_CONFIGURATION = (
    r"(\w{0,60}(?:[iI]mplementation|[aA]pi|[cC]ompileOnly(?:Api)?|[rR]untimeOnly|[dD]evelopmentOnly"
    r"|[aA]nnotationProcessor|[cC]ompile|[rR]untime)|provided(?:Compile|Runtime)|provided|classpath"
    r"|kapt\w{0,40}|ksp\w{0,40}|checkstyle|pmd|spotbugs|detektPlugins|coreLibraryDesugaring)"
)
_STRING = r"""["']([^"'\n]{1,500})["']"""
_ASKED = re.compile(
    rf"(?<![\w.]){_CONFIGURATION}(?:[ \t]{{0,20}}\(\s{{0,99}}|[ \t]{{1,20}})"
    rf"(?:{_STRING}|(group\s{{0,9}}[:=][^)\n]{{0,500}})|([A-Za-z]\w{{0,40}}(?:\.\w{{1,80}}){{1,9}}))"
)
_ANOTHER = re.compile(rf"\s{{0,99}},\s{{0,99}}{_STRING}")
_PART = re.compile(rf"(group|name|version)\s{{0,9}}[:=]\s{{0,9}}{_STRING}")
_VALUE = re.compile(rf"(?<![\w.])(?:ext\.)?([A-Za-z_]\w{{0,99}})\s{{0,9}}=\s{{0,9}}{_STRING}")
_VARIABLE = re.compile(r"\$(?:\{([\w.]{1,200})\}|([A-Za-z_][\w.]{0,200}))")
_TOOLS = ("developmentOnly", "compileOnly", "provided", "debug", "ksp", "pmd", "spotbugs")


@lockfile(
    *("build.gradle", "build.gradle.kts"),
    ecosystem="Maven",
    locked=False,
    locks=("gradle.lockfile",),
    lockable=False,  # hardly anybody switches locking on
    sparse=True,
)
def gradle_build(data: bytes) -> Parsed:
    """Literal `implementation("group:name:version")`, variables as far as this file has them.

    A build file is a program: what a version catalogue, a platform or another file says cannot be
    seen from here and is an Issue.
    """
    text = without_comments(decoded(data))
    values = {name: value for name, value in _VALUE.findall(text) if "$" not in value}
    line, last = 1, 0
    unresolved = []
    for match in _ASKED.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        configuration, notation, parts, accessor = match.groups()
        if accessor and accessor.partition(".")[0].lower().endswith("libs"):
            unresolved.append(accessor)
        for one in _notations(notation, parts, text, match.end()):
            name, version = _module(one, values)
            if "$" in f"{name}{version}" or not version:
                unresolved.append(name)
            if name and "$" not in name:
                exact = version if _EXACT.match(version) and not version.endswith("+") else None
                scope = "development" if _for_tools(configuration) else "runtime"
                yield Dependency(name, exact, version, line, True, scope)
    if unresolved:
        detail = f"{len(unresolved)} from a catalogue, platform or variable, as {unresolved[0]}"
        yield Issue("unresolved version", detail=detail)


def _notations(notation: str, parts: str, text: str, end: int) -> list[str]:
    """All `group:name:version` of a call, the map `group: ..., name: ...` among them."""
    if parts:
        told = dict(_PART.findall(parts))
        notation = ":".join(told.get(part, "") for part in ("group", "name", "version"))
    found = [notation] if notation else []
    while not parts and (more := _ANOTHER.match(text, end)):
        found.append(more[1])
        end = more.end()
    return [one for one in found if re.match(r"[\w.${}-]+:[\w.${}-]+(?:[:@]|$)", one)]


def _module(notation: str, values: Mapping[str, str]) -> tuple[str, str]:
    """(group:name, version) with variables filled in; unknown ones stay as they are."""

    def value(match: re.Match[str]) -> str:
        return values.get((match[1] or match[2]).rpartition(".")[2], match[0])

    group, name, version, *_ = [
        *_VARIABLE.sub(value, notation.partition("@")[0]).split(":"),
        "",
        "",
    ]
    return f"{group}:{name}", version.removesuffix("!!")


def _for_tools(configuration: str) -> bool:
    return _is_for_development(configuration) or configuration.startswith(_TOOLS)
