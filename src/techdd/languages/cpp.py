"""C++."""

from __future__ import annotations

from dataclasses import replace

from techdd.languages import BLOCK, SLASHES, Language
from techdd.languages._c_family import c_grammar

_C = c_grammar("tree_sitter_cpp")

CPP = Language(
    "C++",
    (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".tpp", ".inl"),
    grammar=replace(
        _C,
        scopes=("class_specifier", "struct_specifier"),
        spread=True,
        lambdas=("lambda_expression",),
        loops=(*_C.loops, "for_range_loop", "catch_clause"),
        ands=('"&&"', '"and"'),
        ors=('"||"', '"or"'),
        no_ands=("reference_declarator", "abstract_reference_declarator"),
    ),
    tests=(r"(?:^|/)test_[^/]*\.\w+$", r"_?(?:unit)?[tT]ests?\.\w+$"),
    comments=(*SLASHES, *BLOCK),
)
