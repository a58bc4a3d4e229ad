"""Python."""

from __future__ import annotations

from techdd.languages import HASH, Language
from techdd.syntax import Grammar

PYTHON = Language(
    "Python",
    (".py", ".pyi", ".pyw", ".wsgi"),
    filenames=("SConstruct", "SConscript", "wscript"),
    interpreters=("python", "python2", "python3", "pypy", "pypy3"),
    grammar=Grammar(
        "tree_sitter_python",
        functions=("function_definition",),
        scopes=("class_definition",),
        lambdas=("lambda",),
        ifs=("if_statement",),
        loops=("for_statement", "while_statement", "except_clause"),
        switches=("match_statement",),
        ternaries=("conditional_expression",),
        elifs=("elif_clause",),
        elses=("else_clause",),
        decisions=("case_clause", "for_in_clause", "if_clause"),
        ands=('"and"',),
        ors=('"or"',),
        binaries=("boolean_operator",),
        comments=("comment", "(expression_statement . (string) .)"),  # and docstrings
        parameter_lists=("parameters",),
        not_parameters=("keyword_separator", "positional_separator"),
    ),
    tests=(
        r"(?:^|/)test[_-][^/]*\.py$",
        r"_tests?\.py$",
        r"(?:^|/)(?:conftest|tests|noxfile|locustfile)\.py$",
    ),
    comments=(*HASH, ('"""', '"""'), ("'''", "'''")),
)
