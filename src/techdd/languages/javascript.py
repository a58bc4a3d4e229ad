"""JavaScript, with JSX."""

from __future__ import annotations

from dataclasses import replace

from techdd.languages import BLOCK, SLASHES, Language
from techdd.languages._ecmascript import TESTS, grammar

_GRAMMAR = grammar("tree_sitter_javascript", "language")

JAVASCRIPT = Language(
    "JavaScript",
    (".js", ".mjs", ".cjs", ".jsx", ".es6"),
    filenames=("Jakefile",),
    interpreters=("node", "nodejs", "deno", "bun"),
    grammar=replace(
        _GRAMMAR, bindings={**_GRAMMAR.bindings, "field_definition": ("property", "value")}
    ),
    tests=TESTS,
    comments=(*SLASHES, *BLOCK),
)
