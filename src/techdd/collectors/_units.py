"""The production code that several subjects rate: its files and its functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pandas import DataFrame

EMPTY = (  # blobs without content, in SHA-1 and SHA-256
    "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
NOTHING = "no production code in a language whose functions are measured"


class Class(NamedTuple):
    """One class or other type with methods, as far as it stands in one source or test file."""

    path: str
    component: str
    role: str
    language: str
    name: str
    start: int  # first line, from 1
    end: int
    lines: int  # code lines without those of nested classes
    methods: int
    complexity: int  # of its methods, added up (WMC)


class Duplicated(NamedTuple):
    """How much of one file of production code stands elsewhere in its repository as well."""

    path: str
    component: str
    language: str
    lines: int  # that hold code, imports left out
    copied: int


class Clone(NamedTuple):
    """One place of a group of equal code."""

    group: str  # unique in its repository
    path: str
    component: str
    start: int  # first line, from 1
    end: int
    lines: int  # that hold code
    tokens: int


def production(functions: DataFrame) -> DataFrame:
    """The functions of production code."""
    return functions[functions["role"] == "source"]


def sources(files: DataFrame, functions: DataFrame) -> DataFrame:
    """The files of production code; tests that stand in them are not in `code` but in `tests`."""
    file = ["repo", "path"]
    tests = functions[functions["role"] == "test"].groupby(file)["lines"].sum().rename("tests")
    source = files[files["role"] == "source"].merge(tests, on=file, how="left")
    source = source.fillna({"tests": 0})
    return source.assign(code=(source["code"] - source["tests"]).clip(lower=0))


def in_measured(files: DataFrame, functions: DataFrame) -> DataFrame:
    """Those in languages whose functions are measured, their `code` without tests."""
    source = sources(files, functions)
    return source[source["measured"] != ""]
