"""OpenVEX 0.2.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from techdd.lockfiles import strings, table, tables
from techdd.vex.products import NAMELESS, Products
from techdd.vex.statement import (
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

SUFFIX = ".openvex.json"


def read(document: dict[str, Any], source: str, ours: Products) -> Iterator[Statement]:
    """Its statements, one a product and package.

    A statement is about its products: it holds for subcomponents within these, and without
    subcomponents for all of the product, which may be the package itself.
    """
    for one in tables(document.get("statements")):
        said = table(one.get("vulnerability"))
        ids = named([text(said.get("name")), *strings(said.get("aliases"))])
        if isinstance(one.get("vulnerability"), str):  # as before 0.2.0
            ids = text(one["vulnerability"])
        status, why = text(one.get("status")), text(one.get("justification"))
        when = one.get("last_updated") or one.get("timestamp") or document.get("timestamp")
        note = next(filter(None, (text(one.get(key)) for key in _NOTES)), "")
        limit = unsettling(status, ids, why or text(one.get("impact_statement")))
        bare = Statement(
            "", "", "", "", "", ids, status, why, note,
            text(one.get("supplier")) or text(document.get("author")), moment(when), "", source,
            limit,
        )  # fmt: skip
        products = _entries(one.get("products"))
        parts = _entries(one.get("subcomponents"))  # as before 0.2.0
        if not products:
            yield bare._replace(limit=limit or NAMELESS)
        for product in products:
            yield from _of(bare, product, _entries(product.get("subcomponents")) or parts, ours)


_NOTES = ("impact_statement", "action_statement", "status_notes")


def _of(
    bare: Statement, product: dict[str, Any], parts: list[dict[str, Any]], ours: Products
) -> Iterator[Statement]:
    names = _names(product)
    for part in parts:
        one = about(bare, _names(part))
        yield from ours.placed(one if one.package else one._replace(limit=NAMELESS), names)
    if not parts:
        itself = about(bare, () if ours.named(names) else names)
        yield from ours.placed(itself, () if itself.package else names)


def _entries(value: Any) -> list[dict[str, Any]]:
    """Components; before 0.2.0 they were plain strings."""
    return [*tables(value), *({"@id": name} for name in strings(value))]


def _names(entry: dict[str, Any]) -> list[str]:
    identifiers = table(entry.get("identifiers"))
    found = (text(identifiers.get(kind)) for kind in ("purl", "cpe23", "cpe22"))
    return [name for name in (*found, text(entry.get("@id"))) if name]


def write(statements: Iterable[Statement], told: Told) -> bytes:
    """One document of them; the product is the repository, the package a part of it."""
    return rendered(
        {
            "@context": "https://openvex.dev/ns/v0.2.0",
            "author": told.author,
            "timestamp": told.timestamp,
            "tooling": told.tool,
            "version": 1,
            "statements": [_statement(one, told) for one in statements],
        },
        "@id",
    )


def _statement(one: Statement, told: Told) -> dict[str, Any]:
    first, *aliases = names(one)
    commit = told.commits.get(one.product, "")
    product = f"pkg:generic/{one.product}" + (f"@{commit}" if commit else "")
    found: dict[str, Any] = {
        "vulnerability": {"name": first, **({"aliases": aliases} if aliases else {})},
        "products": [
            {
                "@id": product,
                "subcomponents": [_part(one)],
            }
        ],
        "status": one.status,
        _KEYS.get(one.status, "status_notes"): one.note,
    }
    if one.status == "not_affected":
        found["justification"] = one.justification
    return found


def _part(one: Statement) -> dict[str, Any]:
    if one.purl:
        return {"@id": one.purl, "identifiers": {"purl": one.purl}}
    return {"@id": f"urn:techdd:{quote(f'{one.ecosystem}/{one.package}@{one.version}', safe='/')}"}


_KEYS = {"not_affected": "impact_statement", "affected": "action_statement"}
