"""Writes a bill as SPDX 2.3 JSON."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from techdd.bills import Bill, Component, serial, writer

_UNSAID = "NOASSERTION"


@writer(".spdx.json")
def spdx(bill: Bill) -> bytes:
    """One package a repository, which the document describes, and one a third-party package.

    What nobody has established, such as where a package was downloaded from, is NOASSERTION.
    """
    document: dict[str, Any] = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": bill.client,
        "creationInfo": {
            "created": f"{bill.date.isoformat()}T00:00:00Z",
            "creators": [f"Tool: {bill.tool.replace(' ', '-')}"],
        },
        "packages": [
            *(_repository(name, commit) for name, commit in bill.repositories),
            *map(_package, bill.components),
        ],
        "relationships": [
            *(
                _related("SPDXRef-DOCUMENT", "DESCRIBES", _id(name))
                for name, _ in bill.repositories
            ),
            *map(_relationship, bill.components),
        ],
    }
    if bill.incomplete:
        document["comment"] = "Not complete. " + " ".join(
            f"In {name} these could not be read: {'; '.join(unread) or 'the reason is not known'}."
            for name, unread in bill.unread.items()
        )
    document["documentNamespace"] = f"urn:uuid:{serial(_rendered(document))}"
    return _rendered(document)


def _rendered(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode(errors="backslashreplace")


def _id(ref: str) -> str:
    """An SPDXID: readable, and unique by a digest, as its alphabet is small."""
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", ref)[:80].strip("-")
    return f"SPDXRef-{readable}-{hashlib.sha256(ref.encode()).hexdigest()[:10]}"


def _repository(name: str, commit: str) -> dict[str, Any]:
    found = {
        "SPDXID": _id(name),
        "name": name,
        "downloadLocation": _UNSAID,
        "filesAnalyzed": False,
        "primaryPackagePurpose": "APPLICATION",
    }
    return {**found, "versionInfo": commit} if commit else found


def _package(one: Component) -> dict[str, Any]:
    found: dict[str, Any] = {
        "SPDXID": _id(one.ref),
        "name": one.name,
        "downloadLocation": _UNSAID,
        "filesAnalyzed": False,
        "licenseConcluded": _UNSAID,
        "licenseDeclared": one.licence or _UNSAID,
        "copyrightText": _UNSAID,
        "primaryPackagePurpose": "LIBRARY",
        "comment": "named in " + ", ".join(map(str, one.places)),
    }
    if one.version or one.requirement:
        found["versionInfo"] = one.version or one.requirement
    comments = (f"stated as: {one.stated}" if one.stated else "",
                f"as {one.source} names it" if one.source else "")  # fmt: skip
    if any(comments):
        found["licenseComments"] = "; ".join(filter(None, comments))
    if one.purl:
        found["externalRefs"] = [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": one.purl,
            }
        ]
    return found


def _relationship(one: Component) -> dict[str, str]:
    own, repository = _id(one.ref), _id(one.repo)
    if one.scope == "development":
        return _related(own, "DEV_DEPENDENCY_OF", repository)
    if one.direct is False:
        return _related(repository, "CONTAINS", own)
    return _related(repository, "DEPENDS_ON", own)


def _related(one: str, kind: str, other: str) -> dict[str, str]:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
