"""CycloneDX bills of materials, JSON and XML, versions 1.2 to 1.6."""

from __future__ import annotations

from collections.abc import Iterator
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
from techdd.lockfiles._bills import Component, joined, stated
from techdd.lockfiles._xml import line_at, xml_root

_DEVELOPMENT = "cdx:npm:package:development"  # a property that cyclonedx-npm sets


@lockfile("*.cdx.json", "bom.json", ecosystem=MIXED, locked=True)
def cyclonedx_json(data: bytes) -> Parsed:
    """Components with a package URL; a scope that is left out means "required", as specified."""
    document = json_object(data)
    if document.get("bomFormat") != "CycloneDX":
        raise ValueError("no CycloneDX document")
    lines = Lines(decoded(data), r'"purl"\s*:\s*"([^"\n]*)"')
    root = _text(table(table(document.get("metadata")).get("component")), "bom-ref")
    needs: dict[str, list[str]] = {}
    for entry in tables(document.get("dependencies")):
        needs.setdefault(_text(entry, "ref"), []).extend(strings(entry.get("dependsOn")))
    found = (_from_json(entry, lines) for entry in _nested(document))
    yield from stated(found, [root], needs)


def _nested(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every component in file order, those within others included; files are no packages."""
    waiting = tables(document.get("components"))[::-1]
    while waiting:
        entry = waiting.pop()
        waiting += tables(entry.get("components"))[::-1]
        if entry.get("type") != "file":
            yield entry


def _from_json(entry: dict[str, Any], lines: Lines) -> Component:
    purl = _text(entry, "purl")
    properties = {_text(one, "name"): one.get("value") for one in tables(entry.get("properties"))}
    licences = []
    for choice in tables(entry.get("licenses")):
        named = table(choice.get("license"))
        licences.append(_text(choice, "expression") or _text(named, "id") or _text(named, "name"))
    return Component(
        _text(entry, "bom-ref"),
        _text(entry, "name"),
        purl,
        _text(entry, "version"),
        _scope(_text(entry, "scope"), properties.get(_DEVELOPMENT) == "true"),
        joined(licences),
        lines.of(purl),
    )


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
    roots = [] if described is None else [described.get("bom-ref", "")]
    yield from stated(map(_from_xml, _elements(root)), roots, needs)


def _elements(root: Element) -> Iterator[Element]:
    waiting = root.findall("components/component")[::-1]
    while waiting:
        element = waiting.pop()
        waiting += element.findall("components/component")[::-1]
        if element.get("type") != "file":
            yield element


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
        _child(element, "name"),
        _child(element, "purl"),
        _child(element, "version"),
        _scope(_child(element, "scope"), development),
        joined(licences),
        line_at(element),
    )


def _scope(scope: str, development: bool) -> str:
    """`excluded` is said of tests and tools; `optional` may be installed, so it may be shipped."""
    return "development" if development or scope == "excluded" else "runtime"


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value.strip() if isinstance(value, str) else ""


def _child(element: Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()
