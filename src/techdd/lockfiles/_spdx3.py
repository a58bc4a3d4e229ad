"""SPDX 3 in its JSON-LD form: a graph of elements, of which packages and relations are read."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from techdd.lockfiles import Lines, Parsed, strings, table, tables
from techdd.lockfiles._bills import Component, incomplete, stated

_PACKAGES = ("software_Package", "ai_AIPackage", "dataset_DatasetPackage")
_NEEDS = ("dependsOn", "hasOptionalDependency", "hasProvidedDependency")
_UNSHIPPED = ("development", "test", "build", "design")
_LICENCES = ("hasConcludedLicense", "hasDeclaredLicense")  # the first that says something counts
_LISTED = "spdx.org/licenses/"
_UNSAID = ("", "NOASSERTION", "NONE")
_SETS = {
    "expandedlicensing_ConjunctiveLicenseSet": " AND ",
    "expandedlicensing_DisjunctiveLicenseSet": " OR ",
}
_DEPTH = 5  # of sets within sets
_PURL = r'"(?:software_packageUrl|identifier)"\s*:\s*"(pkg:[^"\n]*)"'


def is_version_3(document: dict[str, Any]) -> bool:
    """Whether the document calls itself SPDX 3."""
    return "spdx.org/rdf/3." in str(document.get("@context", ""))[:1_000]


def version_3(document: dict[str, Any], text: str) -> Parsed:
    """Packages with a package URL; scope and licence as far as relationships tell them."""
    if "@graph" not in document:
        raise ValueError("SPDX 3 without a graph of elements")
    elements = {_id(one): one for one in tables(document["@graph"])}
    needs: dict[str, list[str]] = defaultdict(list)
    scopes: dict[str, str] = {}
    licences: dict[tuple[str, str], list[str]] = defaultdict(list)
    roots = [ref for one in elements.values() for ref in _refs(one, "rootElement")]
    for one in elements.values():
        kind, source = str(one.get("relationshipType", "")), str(one.get("from", ""))
        targets = _refs(one, "to")
        if kind in _LICENCES:
            licences[source, kind] += targets
        elif kind == "describes":
            roots += targets
        if kind in (*_NEEDS, "contains"):
            yield from incomplete(_completeness(one), [source])
        if kind in _NEEDS:
            needs[source] += targets
            for target in targets:
                scope = _scope(one)
                shipped = "runtime" in (scope, scopes.get(target))
                scopes[target] = "runtime" if shipped else scope
    packages = {ref: one for ref, one in elements.items() if one.get("type") in _PACKAGES}
    lines = Lines(text, _PURL)
    yield from stated(
        [
            _component(ref, one, scopes, _licence(ref, licences, elements), lines)
            for ref, one in packages.items()
        ],
        [root for root in roots if root in packages] if len(packages) > 1 else [],
        needs,
    )


def _id(element: dict[str, Any]) -> str:
    return str(element.get("spdxId") or element.get("@id") or "")


def _refs(element: dict[str, Any], key: str) -> list[str]:
    value = element.get(key)
    return [value] if isinstance(value, str) else strings(value)


def _completeness(relation: dict[str, Any]) -> str:
    return "incomplete" if relation.get("completeness") == "incomplete" else ""


def _scope(relation: dict[str, Any]) -> str:
    if relation.get("scope") in _UNSHIPPED:
        return "development"
    return "runtime" if relation.get("scope") == "runtime" else "unknown"


def _component(
    ref: str, one: dict[str, Any], scopes: dict[str, str], licence: str, lines: Lines
) -> Component:
    known = {
        str(each.get("externalIdentifierType")): str(each.get("identifier"))
        for each in reversed(tables(one.get("externalIdentifier")))
    }
    purl = str(one.get("software_packageUrl") or known.get("packageUrl", ""))
    cpe = known.get("cpe23", known.get("cpe22", ""))
    return Component(
        ref,
        str(one.get("name", "")),
        purl,
        str(one.get("software_packageVersion", "")).replace("NOASSERTION", ""),
        scopes.get(ref, "unknown"),
        licence,
        lines.of(purl),
        cpe,
        one.get("software_primaryPurpose") == "application" and not cpe,
        container=one.get("software_primaryPurpose") == "container",
    )


def _licence(
    ref: str, licences: dict[tuple[str, str], list[str]], elements: dict[str, dict[str, Any]]
) -> str:
    for kind in _LICENCES:
        for target in licences.get((ref, kind), ()):
            if (said := _expression(target, elements)) not in _UNSAID:
                return said
    return ""


def _expression(ref: str, elements: dict[str, dict[str, Any]], depth: int = _DEPTH) -> str:
    """A licence element as an SPDX expression; "" for what is none that is understood."""
    one = table(elements.get(ref))
    kind = str(one.get("type", ""))
    if _LISTED in ref:
        return ref.partition(_LISTED)[2]
    if kind == "simplelicensing_LicenseExpression":
        return str(one.get("simplelicensing_licenseExpression", ""))
    if kind in ("expandedlicensing_ListedLicense", "expandedlicensing_CustomLicense"):
        return str(one.get("name", ""))
    if kind not in _SETS or not depth:
        return ""
    members = [
        _expression(each, elements, depth - 1) for each in _refs(one, "expandedlicensing_member")
    ]
    return f"({_SETS[kind].join(members)})" if members and all(members) else ""
