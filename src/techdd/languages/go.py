"""Go."""

from __future__ import annotations

from techdd.languages import BLOCK, SLASHES, Language
from techdd.syntax import Grammar

GO = Language(
    "Go",
    (".go",),
    grammar=Grammar(
        "tree_sitter_go",
        functions=("function_declaration", "method_declaration", "func_literal"),
        ifs=("if_statement",),
        loops=("for_statement",),
        switches=("expression_switch_statement", "type_switch_statement", "select_statement"),
        decisions=('"case"',),
        jumps=("goto_statement", "(break_statement (_))", "(continue_statement (_))"),
        bodies=("block",),
        parameter_lists=("parameter_list",),
        receiver="receiver",
        spread=True,
    ),
    tests=(r"_test\.go$",),
    comments=(*SLASHES, *BLOCK),
)
