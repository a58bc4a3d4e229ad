"""CycloneDX bills of materials, JSON and XML, versions 1.2 to 1.7."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from techdd.lockfiles import (
    MIXED,
    Lines,
    Parsed,
    decoded,
    json_object,
    lockfile,
    strings,
    table,
    tables,
)
from techdd.lockfiles._bills import Component, incomplete, joined, stated
from techdd.xmls import line_at, xml_root

_NO_PACKAGES = ("file", "cryptographic-asset")  # types of component
_DEVELOPMENT = "cdx:npm:package:development"  # a property that cyclonedx-npm sets


@lockfile("*.cdx.json", "bom.json", ecosystem=MIXED, locked=True)
def cyclonedx_json(data: bytes) -> Parsed:
    """Components with a package URL; a scope that is left out means "required", as specified."""
    document = json_object(data)
    if document.get("bomFormat") != "CycloneDX":
        raise ValueError("no CycloneDX document")
    lines = Lines(decoded(data), r'"purl"\s*:\s*"([^"\n]*)"')
    root = table(table(document.get("metadata")).get("component"))
    needs: dict[str, list[str]] = {}
    for entry in tables(document.get("dependencies")):
        needs.setdefault(_text(entry, "ref"), []).extend(strings(entry.get("dependsOn")))
    parts = _nested(root)
    for entry in parts:  # what is nested in the product is what it is put together from
        needs.setdefault(_text(root, "bom-ref"), []).append(_text(entry, "bom-ref"))
    for entry in tables(document.get("compositions")):
        refs = [*strings(entry.get("assemblies")), *strings(entry.get("dependencies"))]
        if refs or "vulnerabilities" not in entry:
            yield from incomplete(_text(entry, "aggregate"), refs)
    found = (_from_json(entry, lines) for entry in (*parts, *_nested(document)))
    yield from stated(found, [_text(root, "bom-ref")], needs)


def _nested(holder: dict[str, Any]) -> list[dict[str, Any]]:
    """Every component in file order, those within others included; some are no packages."""
    found = []
    waiting = tables(holder.get("components"))[::-1]
    while waiting:
        entry = waiting.pop()
        waiting += tables(entry.get("components"))[::-1]
        if entry.get("type") not in _NO_PACKAGES:
            found.append(entry)
    return found


def _from_json(entry: dict[str, Any], lines: Lines) -> Component:
    purl = _text(entry, "purl")
    properties = {_text(one, "name"): one.get("value") for one in tables(entry.get("properties"))}
    licences = []
    for choice in tables(entry.get("licenses")):
        named = table(choice.get("license"))
        licences.append(_text(choice, "expression") or _text(named, "id") or _text(named, "name"))
    return Component(
        _text(entry, "bom-ref"),
        "/".join(filter(None, (_text(entry, "group"), _text(entry, "name")))),
        purl,
        _text(entry, "version"),
        _scope(_text(entry, "scope"), properties.get(_DEVELOPMENT) == "true"),
        joined(licences),
        lines.of(purl),
        _text(entry, "cpe"),
        entry.get("type") == "application" and not _text(entry, "cpe"),
        _origin(table(entry.get("pedigree"))),
        entry.get("type") == "container",
    )


def _origin(pedigree: dict[str, Any]) -> str:
    for one in tables(pedigree.get("ancestors")):
        return _text(one, "purl") or f"{_text(one, 'name')}@{_text(one, 'version')}"
    return "an unnamed one" if tables(pedigree.get("patches")) else ""


@lockfile("*.cdx.xml", "bom.xml", ecosystem=MIXED, locked=True)
def cyclonedx_xml(data: bytes) -> Parsed:
    """As the JSON form."""
    root = xml_root(data)
    if root.tag != "bom" or root.find("components") is None:
        raise ValueError("no CycloneDX document")
    described = root.find("metadata/component")
    needs: dict[str, list[str]] = {}
    for element in root.iterfind("dependencies/dependency"):
        needed = [child.get("ref", "") for child in element.iterfind("dependency")]
        needs.setdefault(element.get("ref", ""), []).extend(needed)
    subject = "" if described is None else described.get("bom-ref", "")
    parts = [] if described is None else _elements(described)
    needs.setdefault(subject, []).extend(part.get("bom-ref", "") for part in parts)
    for element in root.iterfind("compositions/composition"):
        named = [*element.iterfind("assemblies/*"), *element.iterfind("dependencies/*")]
        if named or element.find("vulnerabilities") is None:
            refs = [one.get("ref", "") for one in named]
            yield from incomplete(_child(element, "aggregate"), refs)
    yield from stated(map(_from_xml, (*parts, *_elements(root))), [subject], needs)


def _elements(holder: Element) -> list[Element]:
    found = []
    waiting = holder.findall("components/component")[::-1]
    while waiting:
        element = waiting.pop()
        waiting += element.findall("components/component")[::-1]
        if element.get("type") not in _NO_PACKAGES:
            found.append(element)
    return found


def _from_xml(element: Element) -> Component:
    licences = [
        (one.text or "").strip()
        for path in ("license/id", "license/name", "expression")
        for one in element.iterfind(f"licenses/{path}")
    ]
    development = any(
        one.get("name") == _DEVELOPMENT and one.text == "true"
        for one in element.iterfind("properties/property")
    )
    return Component(
        element.get("bom-ref", ""),
        "/".join(filter(None, (_child(element, "group"), _child(element, "name")))),
        _child(element, "purl"),
        _child(element, "version"),
        _scope(_child(element, "scope"), development),
        joined(licences),
        line_at(element),
        _child(element, "cpe"),
        element.get("type") == "application" and not _child(element, "cpe"),
        _origin_in(element),
        element.get("type") == "container",
    )


def _origin_in(element: Element) -> str:
    for one in element.iterfind("pedigree/ancestors/component"):
        return _child(one, "purl") or f"{_child(one, 'name')}@{_child(one, 'version')}"
    return "an unnamed one" if element.find("pedigree/patches/patch") is not None else ""


def _scope(scope: str, development: bool) -> str:
    """`excluded` is said of tests and tools; `optional` may be installed, so it may be shipped."""
    return "development" if development or scope == "excluded" else "runtime"


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""


def _child(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()
