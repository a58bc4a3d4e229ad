"""CycloneDX VEX: the `analysis` of the vulnerabilities of a CycloneDX document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from techdd.lockfiles import table, tables
from techdd.vex.products import NAMELESS, Products
from techdd.vex.ranges import UNREADABLE, vers
from techdd.vex.statement import (
    SETTLING,
    Statement,
    Told,
    about,
    moment,
    named,
    names,
    rendered,
    text,
    unsettling,
)

REPOSITORY = "techdd:repository"  # the property that says whose component it is
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


def read(document: dict[str, Any], source: str, ours: Products) -> Iterator[Statement]:
    """Its analyses, one a product, package and version or range.

    The product is what the document is of (`metadata.component`, its serial number), or the bill
    into which a reference leads; without either it is the package itself.
    """
    metadata = table(document.get("metadata"))
    makers = [*tables(metadata.get("authors")), table(metadata.get("manufacturer"))]
    makers += [table(metadata.get("supplier")), table(metadata.get("component"))]
    author = next(filter(None, (text(one.get("name")) for one in makers)), "")
    subject = _Subject(document, ours)
    for one in tables(document.get("vulnerabilities")):
        analysis = table(one.get("analysis"))
        if not analysis:
            continue  # a known vulnerability of which nothing is stated
        state, why = text(analysis.get("state")), text(analysis.get("justification"))
        references = (text(ref.get("id")) for ref in tables(one.get("references")))
        ids, status = named([text(one.get("id")), *references]), _STATUSES.get(state, state)
        if state == "false_positive":
            why = why or state
        note = text(analysis.get("detail"))
        when = analysis.get("lastUpdated") or one.get("updated") or metadata.get("timestamp")
        limit = unsettling(status, ids, why or note)
        bare = Statement(
            "", "", "", "", "", ids, status, why, note, author, moment(when), "", source, limit
        )
        affected = tables(one.get("affects"))
        if not affected:
            yield bare._replace(limit=limit or NAMELESS)
        for each in affected:
            for placed in subject.placed(bare, text(each.get("ref"))):
                yield from _versions(placed, each.get("versions"))


class _Subject:
    """What a document is of and what its references lead to."""

    def __init__(self, document: dict[str, Any], ours: Products) -> None:
        root = table(table(document.get("metadata")).get("component"))
        self._ours = ours
        self._root = text(root.get("bom-ref"))
        self._itself = _names(root)
        serial = text(document.get("serialNumber"))
        self._product = [*self._itself, serial] if self._itself or ours.named([serial]) else []
        self._components: dict[str, dict[str, Any]] = {}
        waiting = [*tables(document.get("components")), *tables(root.get("components"))]
        while waiting:
            one = waiting.pop()
            waiting += tables(one.get("components"))
            self._components[text(one.get("bom-ref"))] = one

    def placed(self, bare: Statement, ref: str) -> Iterator[Statement]:
        """`bare` about what `ref` means."""
        bill, hash_, linked = ref.partition("#")
        linked = unquote(linked) if hash_ and bill.startswith("urn:cdx:") else ref
        product = self._product
        if linked != ref and (not product or self._ours.named([bill])):
            product = [bill]
        elif self._root and linked == self._root:
            ours = self._ours.named(product)
            itself = about(bare, () if ours else self._itself)
            yield from self._ours.placed(itself, () if itself.package else product)
            return
        component = self._components.get(linked, {})
        told = [text(one.get("value")) for one in tables(component.get("properties"))
                if one.get("name") == REPOSITORY]  # fmt: skip
        one = about(bare, [text(component.get("purl")), linked])
        if one.package:
            yield from self._ours.placed(one, told or product)
        else:
            yield one._replace(product=ref, limit=bare.limit or NAMELESS)


def _names(component: dict[str, Any]) -> list[str]:
    found = (text(component.get(key)) for key in ("purl", "cpe", "name"))
    return [name for name in found if name]


def _versions(one: Statement, versions: Any) -> Iterator[Statement]:
    """`one` for each version or range that is listed, as far as status and analysis agree.

    A version without a status is "affected", as specified.
    """
    listed = tables(versions)
    if not listed:
        yield one
    for entry in listed:
        version, span = text(entry.get("version")), text(entry.get("range"))
        limit = one.limit or _doubt(one, span, text(entry.get("status")) or "affected")
        yield one._replace(version=version or span, limit=limit)


def _doubt(one: Statement, span: str, said: str) -> str:
    if (said == "unaffected") != (one.status in SETTLING):
        return "says one thing by its analysis and another by the status of its versions"
    if not one.package:
        return "about versions of a product; which of them was audited is not known"
    try:
        if span:
            vers(span, one.ecosystem)
    except ValueError:
        return UNREADABLE
    return ""


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
            "properties": [{"name": REPOSITORY, "value": one.product}],
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
