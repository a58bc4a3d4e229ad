"""NuGet: project files, central versions, packages.config and packages.lock.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from techdd.lockfiles import (
    Dependency,
    Issue,
    Lines,
    Parsed,
    decoded,
    json_object,
    lockfile,
    table,
)
from techdd.xmls import xml_root

_CENTRAL = "Directory.Packages.props"
_LOCKS = ("packages.lock.json", "packages.*.lock.json", "obj/project.assets.json", _CENTRAL)
_EXACT = re.compile(
    r"(\[?)\s*(\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?)(?:\+[\w.-]+)?\s*(\]?)$", re.ASCII
)
_PROPERTY = re.compile(r"\$\(([\w.-]+)\)")
_ROUNDS = 10  # properties may name properties
_LONGEST = 200  # characters of a property, and that properties may grow a value to


@lockfile(
    *("*.csproj", "*.fsproj", "*.vbproj", "Directory.Build.props", "Directory.Build.targets"),
    ecosystem="NuGet",
    locked=False,
    locks=_LOCKS,
    lockable=False,  # a plain version means the lowest that fits, so few .NET projects have a lock
    sparse=True,
)
def msbuild(data: bytes) -> Parsed:
    """What projects ask for; where no version stands, it is managed centrally."""
    project = _project(data)
    properties = _properties(project)
    unresolved = []
    for element in project.iter("PackageReference"):
        stated = _said(element, "VersionOverride") or _said(element, "Version")
        version = _filled(stated, properties)
        for name in _names(element):
            if "$(" in f"{name}{version}":
                unresolved.append(name)
            private = _said(element, "PrivateAssets").lower()
            scope = "development" if "all" in re.split(r"[;\s]+", private) else "runtime"
            yield _wish(name, version, element, scope)
    yield from _unresolved(unresolved)


@lockfile(_CENTRAL, ecosystem="NuGet", locked=False, locks=(_CENTRAL,), lockable=False)
def central_versions(data: bytes) -> Parsed:
    """The versions that the projects of a folder take; which of them is used, projects say."""
    project = _project(data)
    properties = _properties(project)
    unresolved = []
    for element in project.iter():
        if element.tag not in ("PackageVersion", "GlobalPackageReference"):
            continue
        version = _filled(_said(element, "Version"), properties)
        everywhere = element.tag == "GlobalPackageReference"  # analyzers and the like
        for name in _names(element):
            wish = _wish(name, version, element, "development" if everywhere else "unknown")
            if wish.version is None:  # the project that asks for it then says so
                unresolved.append(name)
            else:
                yield wish._replace(direct=True if everywhere else None)
    yield from _unresolved(unresolved)


@lockfile("packages.config", "packages.*.config", ecosystem="NuGet", locked=True)
def packages_config(data: bytes) -> Parsed:
    """All that an old project installs, in exact versions; what needs what is not said."""
    root = xml_root(data)
    if root.tag != "packages":
        raise ValueError("no <packages>")
    for element in root.iterfind("package"):
        name, version = element.get("id", ""), element.get("version", "")
        if name and version:
            tool = element.get("developmentDependency", "").lower() == "true"
            scope = "development" if tool else "runtime"
            yield Dependency(name, version, line=_line(element), scope=scope)


@lockfile("packages.lock.json", "packages.*.lock.json", ecosystem="NuGet", locked=True)
def packages_lock(data: bytes) -> Parsed:
    """Pinned packages of all target frameworks; the client's own projects are left out."""
    document = json_object(data)
    frameworks = document.get("dependencies")
    if not isinstance(frameworks, dict):
        raise ValueError("no dependencies in it")
    lines = Lines(decoded(data), r'^[ \t]*"([^"\n]+)"\s*:\s*\{')
    spelt = {name.lower(): name for some in frameworks.values() for name in table(some)}
    for framework, packages in frameworks.items():
        lines.of(framework)
        entries = {name: table(entry) for name, entry in table(packages).items()}
        of_projects = {
            need.lower()
            for entry in entries.values()
            if entry.get("type") == "Project"
            for need in table(entry.get("dependencies"))
        }
        for name, entry in entries.items():
            line = lines.of(name)
            version, requested = entry.get("resolved"), entry.get("requested")
            if entry.get("type") == "Project" or not isinstance(version, str):
                continue
            needs = table(entry.get("dependencies"))
            yield Dependency(
                name,
                version,
                requested if isinstance(requested, str) else "",
                line,
                entry.get("type") == "Direct",
                "runtime" if name.lower() in of_projects else "unknown",
                needs=tuple(spelt.get(need.lower(), need) for need in needs),
            )


def _project(data: bytes) -> Element:
    project = xml_root(data)
    if project.tag != "Project":
        raise ValueError("no MSBuild project")
    return project


def _properties(project: Element) -> dict[str, str]:
    stated = ((one.tag, (one.text or "").strip()) for one in project.iterfind("PropertyGroup/*"))
    return {name.lower(): value for name, value in stated if len(value) <= _LONGEST}


def _filled(text: str, properties: dict[str, str]) -> str:
    """`text` with the file's own properties filled in; unknown ones stay as they are."""
    for _ in range(_ROUNDS):
        if len(text) > _LONGEST:
            break
        filled = _PROPERTY.sub(lambda match: properties.get(match[1].lower(), match[0]), text)
        if filled == text:
            break
        text = filled
    return text.strip()


def _said(element: Element, what: str) -> str:
    """Metadata of an item, which stand as an attribute or as a child."""
    return (element.get(what) or element.findtext(what) or "").strip()


def _names(element: Element) -> Iterator[str]:
    stated = element.get("Include") or element.get("Update") or ""
    yield from (name for part in stated.split(";") if (name := part.strip()))


def _line(element: Element) -> int:
    return int(element.attrib["line"])


def _wish(name: str, version: str, element: Element, scope: str) -> Dependency:
    exact = _EXACT.match(version)
    pinned = exact[2] if exact and bool(exact[1]) == bool(exact[3]) else None
    return Dependency(name, pinned, version, _line(element), True, scope)


def _unresolved(names: list[str]) -> Iterator[Issue]:
    if names:
        detail = f"{len(names)} by a property of another file or as a range, such as {names[0]}"
        yield Issue("unresolved version", detail=detail)
