"""Scala."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.syntax import Grammar

SCALA = Language(
    "Scala",
    (".scala", ".sc", ".sbt"),
    interpreters=("scala",),
    grammar=Grammar(
        "tree_sitter_scala",
        functions=("function_definition",),
        scopes=("class_definition", "object_definition", "trait_definition", "enum_definition"),
        lambdas=("lambda_expression",),
        ifs=("if_expression",),
        loops=("for_expression", "while_expression", "do_while_expression", "catch_clause"),
        switches=("match_expression",),
        decisions=("case_clause", "guard"),
        ands=(),
        ors=(),
        operators=("operator_identifier",),
        binaries=("infix_expression",),
        comments=("comment", "block_comment"),
        parameter_lists=("parameters",),
    ),
    tests=(r"(?:Spec|Specs|Tests?|Suite)\.scala$", r"(?:^|/)src/(?:test|it)/"),
    comments=(*SLASHES, *BLOCK),
)
