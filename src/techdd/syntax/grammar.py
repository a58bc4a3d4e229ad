"""What is said about a grammar, and what comes out of a measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

NAME_LENGTH = 80  # characters of a function's own name


class Unmeasurable(Exception):
    """A file that cannot be measured within the limits; the message says which."""


class Function(NamedTuple):
    """One function; the columns are those of `facts.Function` from `name` on."""

    name: str
    start: int
    end: int
    lines: int
    parameters: int
    complexity: int
    nesting: int
    cognitive: int


class Class(NamedTuple):
    """One class or other type with methods; the columns are those of `Class` of the collectors from
    `name` on.
    """

    name: str
    start: int
    end: int
    lines: int
    methods: int
    complexity: int  # of its methods, added up


class Measurement(NamedTuple):
    """What was counted in one file. `errors` counts the places that the grammar could not read;
    functions there may be missing or wrong.
    """

    functions: tuple[Function, ...]
    code_lines: int
    comment_lines: int
    lines: int
    errors: int
    classes: tuple[Class, ...] = ()


@dataclass(frozen=True, eq=False)  # by identity: each grammar is a constant
class Grammar:
    """Where a grammar comes from and what its node types mean to us.

    Each field of node types takes names (`if_statement`), quoted tokens (`"case"`) and queries
    in parentheses. `wheel` is the module that holds the grammar, `entry` its function.
    """

    wheel: str
    functions: tuple[str, ...]
    entry: str = "language"
    scopes: tuple[str, ...] = ()  # classes and the like: their names qualify functions
    not_classes: tuple[str, ...] = ()  # scopes that are mere names: modules
    spread: bool = False  # a class may stand in several places of its folder
    lambdas: tuple[str, ...] = ()  # belong to the function around them; deepen cognitive nesting
    ifs: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()  # and handlers: decide and nest
    switches: tuple[str, ...] = ()  # nest without deciding; also endless loops
    ternaries: tuple[str, ...] = ()
    elifs: tuple[str, ...] = ()  # where `else if` has a node of its own
    elses: tuple[str, ...] = ('"else"',)
    decisions: tuple[str, ...] = ()  # decide without nesting: case labels, match arms, ...
    exhaustive: tuple[str, ...] = ()  # hold arms of which one needs no decision
    ands: tuple[str, ...] = ('"&&"',)
    ors: tuple[str, ...] = ('"||"',)
    no_ands: tuple[str, ...] = ()  # in which `&&` is no condition
    operators: tuple[str, ...] = ()  # where `&&` is no token of its own: decided by the text
    binaries: tuple[str, ...] = ("binary_expression",)
    jumps: tuple[str, ...] = ()
    comments: tuple[str, ...] = ("comment",)
    bindings: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # type: (name, value)
    bodies: tuple[str, ...] = ()  # a function without one of these is a mere declaration
    parameter_lists: tuple[str, ...] = ()
    not_parameters: tuple[str, ...] = ()  # inside a list, beside comments
    receiver: str = ""  # field of the type that a method belongs to
