"""CycloneDX VEX: the `analysis` of the vulnerabilities of a CycloneDX document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from techdd.lockfiles import table, tables
from techdd.vex.statement import Statement, Told, about, moment, named, names, rendered, text

SUFFIX = ".cdx.json"
_STATES = {
    "not_affected": "not_affected",
    "affected": "exploitable",
    "fixed": "resolved",
    "under_investigation": "in_triage",
}
_STATUSES = {state: status for status, state in _STATES.items()} | {
    "resolved_with_pedigree": "fixed",
    "false_positive": "not_affected",
}
# The nearest words that CycloneDX has.
_JUSTIFICATIONS = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}


def read(document: dict[str, Any], source: str) -> Iterator[Statement]:
    """Its analyses, one a package; a reference into another document counts where it is a purl."""
    purls, products = _purls(document)
    metadata = table(document.get("metadata"))
    makers = [*tables(metadata.get("authors")), table(metadata.get("manufacturer"))]
    makers += [table(metadata.get("supplier")), table(metadata.get("component"))]
    author = next(filter(None, (text(one.get("name")) for one in makers)), "")
    for one in tables(document.get("vulnerabilities")):
        analysis = table(one.get("analysis"))
        status = _STATUSES.get(text(analysis.get("state")), "")
        ids = [text(one.get("id")), *(text(ref.get("id")) for ref in tables(one.get("references")))]
        if not status or not any(ids):
            continue
        why = text(analysis.get("justification"))
        if analysis.get("state") == "false_positive":
            why = why or "false_positive"
        when = analysis.get("lastUpdated") or one.get("updated") or metadata.get("timestamp")
        bare = Statement(
            "", "", "", "", "", named(ids), status, why, text(analysis.get("detail")), author,
            moment(when), "", source,
        )  # fmt: skip
        for affected in tables(one.get("affects")):
            ref = text(affected.get("ref"))
            linked = unquote(ref.partition("#")[2])
            name = purls.get(ref) or purls.get(linked) or linked or ref
            yield about(bare, products.get(ref, ""), name)


def _purls(document: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """(reference -> purl, reference -> the repository that techdd wrote beside it)."""
    purls, products = {}, {}
    waiting = tables(document.get("components"))
    while waiting:
        one = waiting.pop()
        waiting += tables(one.get("components"))
        ref = text(one.get("bom-ref"))
        purls[ref] = text(one.get("purl"))
        for said in tables(one.get("properties")):
            if said.get("name") == "techdd:repository":
                products[ref] = text(said.get("value"))
    return purls, products


def write(statements: Iterable[Statement], told: Told) -> bytes:
    """One document of them, with the packages that they are about."""
    ordered = sorted(statements)
    tool, _, version = told.tool.partition(" ")
    components = {
        _ref(one): {
            "type": "library",
            "bom-ref": _ref(one),
            "name": one.package,
            "version": one.version,
            **({"purl": one.purl} if one.purl else {}),
            "properties": [{"name": "techdd:repository", "value": one.product}],
        }
        for one in ordered
    }
    same = groupby(
        sorted(ordered, key=_meaning), key=_meaning
    )  # one entry for all packages of which the same is stated
    return rendered(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "timestamp": told.timestamp,
                "authors": [{"name": told.author}],
                "tools": {
                    "components": [{"type": "application", "name": tool, "version": version}]
                },
            },
            "components": list(components.values()),
            "vulnerabilities": [_vulnerability(list(some)) for _, some in same],
        },
        "serialNumber",
    )


def _meaning(one: Statement) -> tuple[str, ...]:
    return one.advisories, one.status, one.justification, one.note


def _ref(one: Statement) -> str:
    return f"{one.product}:{one.purl or f'{one.ecosystem}/{one.package}@{one.version}'}"


def _vulnerability(same: list[Statement]) -> dict[str, Any]:
    one = same[0]
    analysis = {"state": _STATES[one.status], "detail": one.note}
    if one.justification in _JUSTIFICATIONS and one.status == "not_affected":
        analysis["justification"] = _JUSTIFICATIONS[one.justification]
    return {
        "id": names(one)[0],
        "analysis": analysis,
        "affects": [{"ref": ref} for ref in sorted({_ref(other) for other in same})],
    }
