"""How Gradle's files name packages, versions, and what a configuration is for."""

from __future__ import annotations

import re

from techdd.lockfiles import Dependency

_EXACT = re.compile(r"\d[\w.-]*$", re.ASCII)
_NOTATION = re.compile(r"[\w.-]+:[\w.-]+(?:[:@][^$]*)?$")
_TESTS = r"^tests?(?![a-z])|Tests?(?![a-z])"  # words of a name such as "androidTestImplementation"
_BUILD_TOOLS = (
    r"(?i:checkstyle|pmd|spotbugs|jacoco|detekt|ktlint|annotationprocessor|kapt|classpath$)"
)
_TOOLS = (
    "developmentOnly",
    "compileOnly",
    "provided",
    "debug",
    "ksp",
    "jmh",
    "errorprone",
    "artifact",
)


def exact(version: str) -> str | None:
    """`version` where it is one, and not a range or a name such as `latest.release`."""
    return version if _EXACT.match(version) and not version.endswith("+") else None


def module(notation: str, line: int | None, scope: str) -> Dependency | None:
    """`group:name:version:classifier@type` as a package; None for what is no such notation."""
    if not _NOTATION.match(notation):
        return None
    group, name, version, *_ = [*notation.partition("@")[0].split(":"), "", ""]
    version = version.removesuffix("!!")
    return Dependency(f"{group}:{name}", exact(version), version, line, True, scope)


def marker(plugin: str) -> str:
    """The package by which Gradle finds the plug-in of that id."""
    return f"{plugin}:{plugin}.gradle.plugin"


def accessor(alias: str) -> str:
    """How scripts write an alias of a catalogue: `androidx-core_ktx` is `androidx.core.ktx`."""
    return re.sub(r"[-_]", ".", alias).lower()


def is_for_development(configuration: str) -> bool:
    """Whether what a lock file lists under that configuration is for tests or the build."""
    shipped = configuration in ("compileClasspath", "runtimeClasspath") or configuration.endswith(
        ("CompileClasspath", "RuntimeClasspath")
    )
    return bool(re.search(_TESTS if shipped else f"{_TESTS}|{_BUILD_TOOLS}", configuration))


def is_for_tools(configuration: str) -> bool:
    """Whether what a script asks for under that configuration is not shipped."""
    return is_for_development(configuration) or configuration.startswith(_TOOLS)
