"""OpenVEX 0.2.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from techdd.lockfiles import strings, table, tables
from techdd.vex.statement import (
    STATUSES,
    Statement,
    Told,
    about,
    moment,
    named,
    names,
    product_name,
    rendered,
    text,
)

SUFFIX = ".openvex.json"


def read(document: dict[str, Any], source: str) -> Iterator[Statement]:
    """Its statements, one a package; what it says of products alone names no package."""
    for one in tables(document.get("statements")):
        said = table(one.get("vulnerability"))
        ids = [text(said.get("name")), *strings(said.get("aliases"))]
        if isinstance(one.get("vulnerability"), str):  # as before 0.2.0
            ids = [text(one["vulnerability"])]
        status = text(one.get("status"))
        if status not in STATUSES or not any(ids):
            continue
        when = one.get("last_updated") or one.get("timestamp") or document.get("timestamp")
        note = next(filter(None, (text(one.get(key)) for key in _NOTES)), "")
        bare = Statement(
            "", "", "", "", "", named(ids), status, text(one.get("justification")), note,
            text(one.get("supplier")) or text(document.get("author")), moment(when), "", source,
        )  # fmt: skip
        for product, package in _packages(one.get("products")):
            yield about(bare, product, package)


_NOTES = ("impact_statement", "action_statement", "status_notes")


def _packages(products: Any) -> Iterator[tuple[str, str]]:
    """(product, purl of the package) of each; a product without parts is the package itself."""
    for name in strings(products):  # as before 0.2.0
        yield "", name
    for one in tables(products):
        parts = [_purl(part) for part in tables(one.get("subcomponents"))]
        if parts:
            yield from ((product_name(_purl(one)), part) for part in parts)
        else:
            yield "", _purl(one)


def _purl(entry: dict[str, Any]) -> str:
    return text(table(entry.get("identifiers")).get("purl")) or text(entry.get("@id"))


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
                "subcomponents": [{"@id": one.purl, "identifiers": {"purl": one.purl}}],
            }
        ],
        "status": one.status,
        _KEYS.get(one.status, "status_notes"): one.note,
    }
    if one.status == "not_affected":
        found["justification"] = one.justification
    return found


_KEYS = {"not_affected": "impact_statement", "affected": "action_statement"}
