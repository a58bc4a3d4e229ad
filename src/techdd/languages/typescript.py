"""TypeScript and TSX."""

from __future__ import annotations

from dataclasses import replace

from techdd.languages import BLOCK, SLASHES, Language
from techdd.languages._ecmascript import TESTS, grammar
from techdd.syntax import Grammar


def _typed(entry: str) -> Grammar:
    plain = grammar("tree_sitter_typescript", entry)
    return replace(
        plain,
        scopes=(*plain.scopes, "abstract_class_declaration"),
        bindings={**plain.bindings, "public_field_definition": ("name", "value")},
    )


TYPESCRIPT = Language(
    "TypeScript",
    (".ts", ".mts", ".cts"),
    interpreters=("ts-node", "tsx"),
    grammar=_typed("language_typescript"),
    tests=TESTS,
    comments=(*SLASHES, *BLOCK),
)

TSX = Language(
    "TSX",
    (".tsx",),
    grammar=_typed("language_tsx"),
    tests=TESTS,
    comments=(*SLASHES, *BLOCK),
)
