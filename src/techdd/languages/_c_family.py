"""What C and C++ have in common."""

from __future__ import annotations

from techdd.syntax import Grammar


def c_grammar(wheel: str) -> Grammar:
    """The node types that C and C++ share."""
    return Grammar(
        wheel,
        functions=("function_definition",),
        ifs=("if_statement",),
        loops=("for_statement", "while_statement", "do_statement"),
        switches=("switch_statement",),
        ternaries=("conditional_expression",),
        decisions=('"case"',),
        jumps=("goto_statement",),
        bodies=("compound_statement", "try_statement"),
        parameter_lists=("parameter_list",),
    )
