"""Rust."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.syntax import Grammar

RUST = Language(
    "Rust",
    (".rs",),
    grammar=Grammar(
        "tree_sitter_rust",
        functions=("function_item",),
        spread=True,
        not_classes=("mod_item",),
        scopes=("impl_item", "trait_item", "mod_item"),
        lambdas=("closure_expression",),
        ifs=("if_expression",),
        loops=("for_expression", "while_expression"),
        switches=("match_expression", "loop_expression"),
        # `?` returns early: lizard and Mozilla's rust-code-analysis count it as a decision.
        decisions=("match_arm", "try_expression", "(let_declaration alternative: (_))"),
        exhaustive=("match_block",),
        jumps=("(break_expression (label))", "(continue_expression (label))"),
        comments=("line_comment", "block_comment"),
        bodies=("block",),
        parameter_lists=("parameters",),
        not_parameters=("self_parameter", "attribute_item"),
    ),
    tests=(r"(?:^|/)tests?\.rs$", r"_tests?\.rs$", r"(?:^|/)benches/"),
    inline_tests=r"(?:^|\.)tests?\.",  # `#[cfg(test)] mod tests`, by The Rust Book's convention
    comments=(*SLASHES, *BLOCK),
)
