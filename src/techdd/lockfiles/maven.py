"""Maven's pom.xml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from techdd.lockfiles import Dependency, Issue, Parsed, lockfile
from techdd.lockfiles._xml import line_at, xml_root

_PROPERTY = re.compile(r"\$\{([^${}]+)\}")
_EXACT = re.compile(r"\[?(\d[\w.+-]*)\]?$")
_ROUNDS = 10  # properties may name properties
_LONGEST = 200  # characters of a property, and that properties may grow a value to


@lockfile("pom.xml", ecosystem="Maven", locked=False)
def pom(data: bytes) -> Parsed:
    """Dependencies of a project and its profiles, versions as far as this one file tells them.

    What a parent or an imported BOM manages cannot be seen from here and is an Issue.
    """
    project = _project(data)
    properties = _properties(project)
    managed = {
        _coordinates(element, properties): _filled(element, "version", properties)
        for element in project.iterfind("dependencyManagement/dependencies/dependency")
    }
    scopes = {
        _coordinates(element, properties): _filled(element, "scope", properties)
        for element in project.iterfind("dependencyManagement/dependencies/dependency")
    }
    unresolved = []
    for element in _dependencies(project):
        name = _coordinates(element, properties)
        version = _filled(element, "version", properties) or managed.get(name, "")
        scope = _filled(element, "scope", properties) or scopes.get(name, "")
        if scope == "system":
            continue  # a jar on somebody's disk
        exact = _EXACT.match(version)
        if not version or "${" in f"{name}{version}":
            unresolved.append(name)
        yield Dependency(
            name,
            exact[1] if exact else None,
            version,
            line_at(element),
            True,
            "development" if scope in ("test", "provided") else "runtime",
        )
    if unresolved:
        detail = f"{len(unresolved)} managed by a parent or a BOM, such as {unresolved[0]}"
        yield Issue("unresolved version", detail=detail)


def _project(data: bytes) -> Element:
    project = xml_root(data)
    if project.tag != "project":
        raise ValueError("no Maven project")
    return project


def _properties(project: Element) -> dict[str, str]:
    stated = ((element.tag, element.text or "") for element in project.iterfind("properties/*"))
    found = {name: value for name, value in stated if len(value) <= _LONGEST}
    for part in ("groupId", "artifactId", "version"):
        inherited = (project.findtext(f"parent/{part}") or "").strip()
        own = (project.findtext(part) or inherited).strip()
        found |= {f"project.{part}": own, f"pom.{part}": own, part: own}
        found |= {f"project.parent.{part}": inherited, f"parent.{part}": inherited}
    return found


def _dependencies(project: Element) -> Iterator[Element]:
    yield from project.iterfind("dependencies/dependency")
    yield from project.iterfind("profiles/profile/dependencies/dependency")


def _coordinates(element: Element, properties: dict[str, str]) -> str:
    group = _filled(element, "groupId", properties)
    return f"{group}:{_filled(element, 'artifactId', properties)}"


def _filled(element: Element, tag: str, properties: dict[str, str]) -> str:
    """The text of a child with its properties filled in; unknown ones stay as they are."""
    text = (element.findtext(tag) or "").strip()
    for _ in range(_ROUNDS):
        if len(text) > _LONGEST:
            break
        filled = _PROPERTY.sub(lambda match: properties.get(match[1], match[0]), text).strip()
        if filled == text:
            break
        text = filled
    return text
