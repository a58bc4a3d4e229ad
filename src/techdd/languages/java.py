"""Java."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.syntax import Grammar

JAVA = Language(
    "Java",
    (".java",),
    grammar=Grammar(
        "tree_sitter_java",
        functions=(
            "method_declaration",
            "constructor_declaration",
            "compact_constructor_declaration",
        ),
        scopes=(
            "class_declaration",
            "interface_declaration",
            "enum_declaration",
            "record_declaration",
            "annotation_type_declaration",
        ),
        lambdas=("lambda_expression",),
        ifs=("if_statement",),
        loops=(
            "for_statement",
            "enhanced_for_statement",
            "while_statement",
            "do_statement",
            "catch_clause",
        ),
        switches=("switch_expression",),
        ternaries=("ternary_expression",),
        decisions=('"case"',),
        jumps=("(break_statement (_))", "(continue_statement (_))"),
        comments=("line_comment", "block_comment"),
        bodies=("block", "constructor_body"),
        parameter_lists=("formal_parameters",),
        not_parameters=("receiver_parameter",),
    ),
    tests=(
        r"(?:Tests?|TestCase|IT|ITCase|Spec)\.java$",
        r"(?:^|/)Test[A-Z][^/]*\.java$",
        r"(?:^|/)src/(?:\w*[tT]est\w*|testFixtures)/",
    ),
    comments=(*SLASHES, *BLOCK),
)
