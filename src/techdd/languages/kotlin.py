"""Kotlin."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.syntax import Grammar

KOTLIN = Language(
    "Kotlin",
    (".kt", ".kts"),
    interpreters=("kotlin",),
    grammar=Grammar(
        "tree_sitter_kotlin",
        functions=("function_declaration", "secondary_constructor", "getter", "setter"),
        scopes=("class_declaration", "object_declaration"),
        lambdas=("lambda_literal", "anonymous_function"),
        ifs=("if_expression",),
        loops=("for_statement", "while_statement", "do_while_statement", "catch_block"),
        switches=("when_expression",),
        decisions=('"?:"', "(when_entry condition: (_))"),
        comments=("line_comment", "block_comment"),
        bodies=("function_body", "block"),
        parameter_lists=("function_value_parameters",),
        not_parameters=("parameter_modifiers", "string_literal", "number_literal"),
    ),
    tests=(
        r"(?:Tests?|TestCase|IT|Spec)\.kt$",
        r"(?:^|/)src/(?:\w*[tT]est\w*|testFixtures)/",
    ),
    comments=(*SLASHES, *BLOCK),
)
