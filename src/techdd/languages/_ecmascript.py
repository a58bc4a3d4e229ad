"""What JavaScript, TypeScript and TSX have in common."""

from __future__ import annotations

from techdd.syntax import Grammar

TESTS = (
    r"[._-](?:test|spec|e2e|cy)\.[cm]?[jt]sx?$",
    r"(?:^|/)(?:__tests__|__mocks__|cypress|e2e)/",
    r"(?:^|/)(?:jest|vitest|karma|playwright|cypress)\.(?:config|setup)[\w.-]*\.[cm]?[jt]s$",
)


def grammar(wheel: str, entry: str) -> Grammar:
    """The node types are the same in the three grammars."""
    return Grammar(
        wheel,
        entry=entry,
        functions=(
            "function_declaration",
            "function_expression",
            "generator_function",
            "generator_function_declaration",
            "arrow_function",
            "method_definition",
        ),
        scopes=("class_declaration", "class"),
        ifs=("if_statement",),
        loops=(
            "for_statement",
            "for_in_statement",
            "while_statement",
            "do_statement",
            "catch_clause",
        ),
        switches=("switch_statement",),
        ternaries=("ternary_expression",),
        decisions=('"case"', '"??"'),
        jumps=("(break_statement (_))", "(continue_statement (_))"),
        comments=("comment", "html_comment"),
        bindings={
            "variable_declarator": ("name", "value"),
            "assignment_expression": ("left", "right"),
            "pair": ("key", "value"),
        },
        bodies=("statement_block", "=>"),
        parameter_lists=("formal_parameters",),
    )
