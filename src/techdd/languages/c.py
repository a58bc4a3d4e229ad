"""C."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.languages._c_family import c_grammar

C = Language(
    "C",
    (".c", ".h"),
    grammar=c_grammar("tree_sitter_c"),
    tests=(r"(?:^|/)(?:test_[^/]*|testapp|tests?)\.[ch]$", r"_(?:unit)?tests?\.[ch]$"),
    comments=(*SLASHES, *BLOCK),
)
