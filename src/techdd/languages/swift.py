"""Swift."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.syntax import Grammar

SWIFT = Language(
    "Swift",
    (".swift",),
    interpreters=("swift",),
    grammar=Grammar(
        "tree_sitter_swift",
        functions=(
            "function_declaration",
            "init_declaration",
            "deinit_declaration",
            "computed_getter",
            "computed_setter",
        ),
        scopes=("class_declaration", "protocol_declaration"),
        spread=True,
        lambdas=("lambda_literal",),
        ifs=("if_statement", "guard_statement"),
        loops=("for_statement", "while_statement", "repeat_while_statement", "catch_block"),
        switches=("switch_statement",),
        ternaries=("ternary_expression",),
        decisions=('"case"',),
        elses=("else",),
        binaries=("conjunction_expression", "disjunction_expression"),
        comments=("comment", "multiline_comment"),
        parameter_lists=("parameter",),
    ),
    tests=(r"(?:Tests?|Spec)\.swift$", r"(?:^|/)\w*Tests/"),
    comments=(*SLASHES, *BLOCK),
)
