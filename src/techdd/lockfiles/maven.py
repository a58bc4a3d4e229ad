"""Maven's pom.xml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from techdd.lockfiles import Aside, Dependency, Open, Parsed, lockfile
from techdd.lockfiles._inheriting import Poms
from techdd.lockfiles._poms import LONGEST, exact, filled, scope_for
from techdd.xmls import line_at, xml_root


def _aside(data: bytes) -> Aside:
    """Its name, its properties, what it manages, and the poms that it takes more of that from."""
    project = _project(data)
    properties = _properties(project)
    managed: dict[str, tuple[str, str]] = {}
    imports = []
    for element in project.iterfind("dependencyManagement/dependencies/dependency"):
        name = _coordinates(element, properties)
        version, scope = _said(element, "version"), _said(element, "scope")
        if scope == "import":
            imports.append(f"{name}:{version}")
        else:
            managed[name] = (version, scope)
    own = f"{properties['project.groupId']}:{properties['project.artifactId']}"
    parent = project.find("parent")
    above = "" if parent is None else f"{_coordinates(parent, {})}:{_said(parent, 'version')}"
    return Aside(
        filled(own, properties),
        values=properties,
        managed=managed,
        parent=above,
        imports=tuple(imports),
    )


@lockfile("pom.xml", ecosystem="Maven", locked=False, aside=_aside, explainer=Poms)
def pom(data: bytes) -> Parsed:
    """Dependencies of a project and its profiles, its parent and the BOMs it imports among them,
    versions as far as this one file tells them.

    What a parent or an imported BOM manages is `Open`: it may be in the same repository.
    """
    project = _project(data)
    aside = _aside(data)
    for element in project.iterfind("parent"):
        yield from _platform(element, aside.values)
    for element in project.iterfind("dependencyManagement/dependencies/dependency"):
        if _said(element, "scope") == "import":
            yield from _platform(element, aside.values)
    for element in _dependencies(project):
        name = _coordinates(element, aside.values)
        version, scope = aside.managed.get(name, ("", ""))
        version = filled(_said(element, "version") or version, aside.values)
        scope = filled(_said(element, "scope") or scope, aside.values)
        if scope == "system":
            continue  # a jar on somebody's disk
        line = line_at(element)
        if version and "${" not in f"{name}{version}":
            yield Dependency(name, exact(version), version, line, True, scope_for(scope))
        else:
            text = f"{name}:{version}" if version else name
            yield Open(text, line, scope_for(scope) if scope else "")


def _platform(element: Element, properties: Mapping[str, str]) -> Parsed:
    """A parent or a BOM, which decides on versions."""
    name, version = _coordinates(element, properties), filled(_said(element, "version"), properties)
    if version and "${" not in f"{name}{version}":
        yield Dependency(name, exact(version), version, line_at(element), True)
    else:
        yield Open(f"{name}:{version}".strip(":"), line_at(element))


def _project(data: bytes) -> Element:
    project = xml_root(data)
    if project.tag != "project":
        raise ValueError("no Maven project")
    return project


def _properties(project: Element) -> dict[str, str]:
    stated = ((element.tag, element.text or "") for element in project.iterfind("properties/*"))
    found = {name: value.strip() for name, value in stated if len(value) <= LONGEST}
    for part in ("groupId", "artifactId", "version"):
        inherited = (project.findtext(f"parent/{part}") or "").strip()
        own = (project.findtext(part) or inherited).strip()
        found |= {f"project.{part}": own, f"pom.{part}": own, part: own}
        found |= {f"project.parent.{part}": inherited, f"parent.{part}": inherited}
    return found


def _dependencies(project: Element) -> Iterator[Element]:
    yield from project.iterfind("dependencies/dependency")
    yield from project.iterfind("profiles/profile/dependencies/dependency")


def _coordinates(element: Element, properties: Mapping[str, str]) -> str:
    group = filled(_said(element, "groupId"), properties)
    return f"{group}:{filled(_said(element, 'artifactId'), properties)}"


def _said(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()
