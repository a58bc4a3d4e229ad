"""C#."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.syntax import Grammar

CSHARP = Language(
    "C#",
    (".cs", ".csx"),
    grammar=Grammar(
        "tree_sitter_c_sharp",
        functions=(
            "method_declaration",
            "constructor_declaration",
            "destructor_declaration",
            "operator_declaration",
            "conversion_operator_declaration",
            "accessor_declaration",
            "local_function_statement",
        ),
        scopes=(
            "class_declaration",
            "struct_declaration",
            "interface_declaration",
            "record_declaration",
        ),
        spread=True,
        lambdas=("lambda_expression", "anonymous_method_expression"),
        ifs=("if_statement",),
        loops=(
            "for_statement",
            "foreach_statement",
            "while_statement",
            "do_statement",
            "catch_clause",
        ),
        switches=("switch_statement", "switch_expression"),
        ternaries=("conditional_expression",),
        decisions=('"case"', "switch_expression_arm", '"??"'),
        jumps=("goto_statement",),
        bodies=("block", "arrow_expression_clause"),
        parameter_lists=("parameter_list",),
        not_parameters=("attribute_list", "array_type", "predefined_type"),
    ),
    tests=(r"(?:Tests?|Specs?|Fixture)\.cs$", r"(?:^|/)[^/]*[.-]?(?:Unit|Integration)?Tests?/"),
    comments=(*SLASHES, *BLOCK),
)
