"""PHP."""

from __future__ import annotations

from techdd.languages import BLOCK, HASH, SLASHES, Language
from techdd.syntax import Grammar

PHP = Language(
    "PHP",
    (".php", ".phtml", ".php5", ".inc", ".module"),
    interpreters=("php",),
    grammar=Grammar(
        "tree_sitter_php",
        entry="language_php",
        functions=("function_definition", "method_declaration"),
        scopes=(
            "class_declaration",
            "interface_declaration",
            "trait_declaration",
            "enum_declaration",
        ),
        lambdas=("anonymous_function", "arrow_function"),
        ifs=("if_statement",),
        loops=(
            "for_statement",
            "foreach_statement",
            "while_statement",
            "do_statement",
            "catch_clause",
        ),
        switches=("switch_statement", "match_expression"),
        ternaries=("conditional_expression",),
        elifs=("else_if_clause",),
        decisions=("case_statement", "match_conditional_expression"),
        ands=('"&&"', '"and"'),
        ors=('"||"', '"or"'),
        jumps=("goto_statement", "(break_statement (_))", "(continue_statement (_))"),
        bodies=("compound_statement",),
        parameter_lists=("formal_parameters",),
    ),
    tests=(r"(?:Test|TestCase|Cest|Cept)\.php$", r"\.phpt$"),
    comments=(*SLASHES, *HASH, *BLOCK),
)
