"""SPDX bills of materials: versions 2 (JSON and tag-value) and 3 (JSON-LD)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from techdd.lockfiles import (
    MIXED,
    Lines,
    Parsed,
    decoded,
    json_object,
    lockfile,
    strings,
    tables,
)
from techdd.lockfiles._bills import Component, stated
from techdd.lockfiles._spdx3 import is_version_3, version_3

_UNSAID = ("", "NOASSERTION", "NONE")
_UNSHIPPED = ("DEV_DEPENDENCY_OF", "TEST_DEPENDENCY_OF", "BUILD_DEPENDENCY_OF")
_NEEDED_BY = (*_UNSHIPPED, "DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF", "OPTIONAL_DEPENDENCY_OF")
_DOCUMENT = "SPDXRef-DOCUMENT"


@lockfile(
    "*.spdx.json", "*.spdx3.json", "*.spdx.jsonld", "*.spdx3.jsonld", ecosystem=MIXED, locked=True
)
def spdx_json(data: bytes) -> Parsed:
    """Packages with a package URL; scope as far as relationships tell it."""
    document = json_object(data)
    if is_version_3(document):
        yield from version_3(document, decoded(data))
        return
    if not str(document.get("spdxVersion", "")).startswith("SPDX-2"):
        raise ValueError("no SPDX document of version 2 or 3")
    lines = Lines(decoded(data), r'"referenceLocator"\s*:\s*"(pkg:[^"\n]*)"')
    yield from _read(document, lines)


@lockfile("*.spdx", ecosystem=MIXED, locked=True)
def spdx(data: bytes) -> Parsed:
    """As the JSON form."""
    text = decoded(data)
    document = _tag_value(text)
    if not str(document.get("spdxVersion", "")).startswith("SPDX-2"):
        raise ValueError("no SPDX 2 document")
    yield from _read(document, Lines(text, r"^ExternalRef:.*\s(pkg:\S+)"))


def _read(document: dict[str, Any], lines: Lines) -> Parsed:
    relations = [
        tuple(str(one.get(key, "")) for key in _RELATION)
        for one in tables(document.get("relationships"))
    ]
    needs: dict[str, list[str]] = defaultdict(list)
    scopes: dict[str, str] = {}
    roots = strings(document.get("documentDescribes"))
    for one, kind, other in relations:
        if kind == "DEPENDS_ON":
            needs[one].append(other)
        elif kind in _NEEDED_BY:
            needs[other].append(one)
            scope = "development" if kind in _UNSHIPPED else "runtime"
            scopes[one] = "runtime" if "runtime" in (scope, scopes.get(one)) else scope
        elif kind == "DESCRIBES" and one == _DOCUMENT:
            roots.append(other)
        elif kind == "DESCRIBED_BY" and other == _DOCUMENT:
            roots.append(one)
    packages = tables(document.get("packages"))
    ids = {str(one.get("SPDXID", "")) for one in packages}
    roots = [root for root in roots if root in ids]
    if len(packages) == 1:
        roots = []  # a bill of nothing but what it describes lists that
    yield from stated((_component(one, scopes, lines) for one in packages), roots, needs)


_RELATION = ("spdxElementId", "relationshipType", "relatedSpdxElement")


def _component(entry: dict[str, Any], scopes: dict[str, str], lines: Lines) -> Component:
    known = {
        str(one.get("referenceType")): str(one.get("referenceLocator"))
        for one in reversed(tables(entry.get("externalRefs")))
    }
    purl = known.get("purl", "")
    cpe = known.get("cpe23Type", known.get("cpe22Type", ""))
    ref = str(entry.get("SPDXID", ""))
    licences = (str(entry.get(key, "")) for key in ("licenseConcluded", "licenseDeclared"))
    return Component(
        ref,
        str(entry.get("name", "")),
        purl,
        str(entry.get("versionInfo", "")).replace("NOASSERTION", ""),
        scopes.get(ref, "unknown"),
        next((one for one in licences if one not in _UNSAID), ""),
        lines.of(purl),
        cpe,
        entry.get("primaryPackagePurpose") == "APPLICATION" and not cpe,
        container=entry.get("primaryPackagePurpose") == "CONTAINER",
    )


_TAGS = {
    "PrimaryPackagePurpose": "primaryPackagePurpose",
    "PackageVersion": "versionInfo",
    "PackageLicenseConcluded": "licenseConcluded",
    "PackageLicenseDeclared": "licenseDeclared",
    "SPDXID": "SPDXID",
}
_ELSEWHERE = ("FileName", "SnippetSPDXID", "LicenseID", "Reviewer", "Annotator")
_LONG = re.compile(r"<text>.*?(?:</text>|\Z)", re.DOTALL)


def _tag_value(text: str) -> dict[str, Any]:
    """The document in the shape of the JSON form, as far as it is read here."""
    packages: list[dict[str, Any]] = []
    relations: list[dict[str, str]] = []
    document: dict[str, Any] = {"packages": packages, "relationships": relations}
    current: dict[str, Any] = {}
    for tag, value in _pairs(text):
        if tag == "PackageName":
            current = {"name": value, "externalRefs": []}
            packages.append(current)
        elif tag in _ELSEWHERE:
            current = {}
        elif tag == "SPDXVersion":
            document["spdxVersion"] = value
        elif tag == "Relationship":
            relations.append(dict(zip(_RELATION, value.split()[:3], strict=False)))
        elif tag == "ExternalRef" and current and len(parts := value.split()) > 2:
            reference = {"referenceType": parts[1], "referenceLocator": parts[2]}
            current["externalRefs"].append(reference)
        elif tag in _TAGS and current:
            current[_TAGS[tag]] = value
    return document


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """(tag, value) of each line; texts over several lines are none of ours and are left out."""
    for line in _LONG.sub("", text).splitlines():
        tag, colon, value = line.partition(":")
        if colon and not tag.startswith("#"):
            yield tag.strip(), value.strip()
