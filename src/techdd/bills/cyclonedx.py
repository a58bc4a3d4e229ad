"""Writes a bill as CycloneDX 1.6 JSON, with the known vulnerabilities."""

from __future__ import annotations

import json
from typing import Any

from techdd.bills import Bill, Component, Weakness, serial, writer

_SCOPES = {"runtime": "required", "development": "excluded"}
_SEVERITIES = ("critical", "high", "medium", "low", "info")


@writer(".cdx.json")
def cyclonedx(bill: Bill) -> bytes:
    """The client's product, a repository as its part, packages as what the repository needs.

    Development's packages have scope "excluded", which CycloneDX has for what is not shipped.
    """
    refs = {_key(one): one.ref for one in bill.components}
    tool, _, version = bill.tool.partition(" ")
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": f"{bill.date.isoformat()}T00:00:00Z",
            "tools": {
                "components": [{"type": "application", "name": tool, "version": version}],
            },
            "component": {"type": "application", "bom-ref": "client", "name": bill.client},
        },
        "components": [
            *(
                _repository(name, commit, bill.unread.get(name, ()))
                for name, commit in bill.repositories
            ),
            *map(_component, bill.components),
        ],
        "dependencies": _dependencies(bill),
    }
    if bill.checked:
        told = {"name": "techdd:compared-with-advisories", "value": bill.checked}
        document["metadata"]["properties"] = [told]
    if bill.incomplete:
        incomplete = [f"repository:{name}" for name in bill.unread]
        document["compositions"] = [{"aggregate": "incomplete", "assemblies": incomplete}]
    if bill.weaknesses:
        document["vulnerabilities"] = [_vulnerability(one, refs) for one in bill.weaknesses]
    document["serialNumber"] = f"urn:uuid:{serial(_rendered(document))}"
    return _rendered(document)


def _key(one: Component) -> tuple[str, str, str, str]:
    return one.repo, one.ecosystem, one.name, one.version


def _rendered(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n".encode(errors="backslashreplace")


def _repository(name: str, commit: str, unread: tuple[str, ...]) -> dict[str, Any]:
    """A composition has no words, so what makes it incomplete stands at the repository."""
    found: dict[str, Any] = {"type": "application", "bom-ref": f"repository:{name}", "name": name}
    if commit:
        found["version"] = commit
    if unread:
        found["properties"] = [{"name": "techdd:not-read", "value": one} for one in unread]
    return found


def _component(one: Component) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "library", "bom-ref": one.ref, "name": one.name}
    if one.version:
        found["version"] = one.version
    if one.purl:
        found["purl"] = one.purl
    if one.scope in _SCOPES:
        found["scope"] = _SCOPES[one.scope]
    if one.licence:
        found["licenses"] = [{"expression": one.licence}]
    elif one.stated:
        found["licenses"] = [{"license": {"name": one.stated}}]
    found["properties"] = [
        {"name": f"techdd:{name}", "value": value}
        for name, value in (
            ("repository", one.repo),
            ("ecosystem", one.ecosystem),
            ("scope", one.scope),
            ("requirement", one.requirement),
            ("licence-source", one.source),
            *(("manifest", str(place)) for place in one.places),
        )
        if value
    ]
    return found


def _dependencies(bill: Bill) -> list[dict[str, Any]]:
    """Who needs whom, as far as it is known: a repository its direct packages, or else all."""
    repositories = [name for name, _ in bill.repositories]
    found: list[dict[str, Any]] = [
        {"ref": "client", "dependsOn": [f"repository:{name}" for name in repositories]}
    ]
    for name in repositories:
        own = [one for one in bill.components if one.repo == name]
        needed = [one.ref for one in own if one.direct is not False]
        found.append({"ref": f"repository:{name}", "dependsOn": needed})
    return found


def _vulnerability(one: Weakness, refs: dict[tuple[str, str, str, str], str]) -> dict[str, Any]:
    severity = one.severity if one.severity in _SEVERITIES else "unknown"
    rating: dict[str, Any] = {"severity": severity}
    if one.score is not None:
        rating["score"] = one.score
    found: dict[str, Any] = {
        "id": one.id,
        "ratings": [rating],
        "affects": [{"ref": ref} for ref in sorted({refs[key] for key in one.refs if key in refs})],
    }
    if one.summary:
        found["description"] = one.summary
    if one.published:
        found["published"] = f"{one.published[:10]}T00:00:00Z"
    if one.aliases:
        # "references" would want a source for each, which an alias does not name.
        found["properties"] = [{"name": "techdd:alias", "value": alias} for alias in one.aliases]
    return found
