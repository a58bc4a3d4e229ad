"""What a rule is, and those that ship in `checklists/policy/patterns`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from techdd.documents import load
from techdd.errors import DocumentError
from techdd.folders import data
from techdd.model import Severity
from techdd.policy import Written

Confidence = Literal["low", "medium", "high"]
Cwe = Annotated[str, Field(pattern=r"^CWE-[1-9][0-9]*$")]


class Where(Written):
    """How a pattern looks in one language: a `query` that captures `@found`, or an expression on
    `lines`.

    One of `words` stands in each place; the rest of a file is not looked at. What `unless` captures
    is not meant; `paths` is an expression that the file's path must hold. `confidence` and `paths`
    count before the rule's.
    """

    words: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    query: str = ""
    unless: str = ""
    lines: str = ""
    paths: str = ""
    confidence: Confidence | None = None

    @model_validator(mode="after")
    def _looks_one_way(self) -> Where:
        if bool(self.query) == bool(self.lines):
            raise ValueError("give either a 'query' or 'lines'")
        for expression in (self.lines, self.paths):
            try:
                re.compile(expression)
            except re.error as error:
                raise ValueError(f"no regular expression: {error}") from None
        return self


class Pattern(Written):
    """One class of weaknesses.

    The first of `cwes` is what it is; results of other tools that name one of them, and the tests
    `bandit` of that tool, are of the same class. `beside` reports a place only in a file where
    `unless` found another one. A rule that `narrows` another is of the same family, and where both
    find a line, it counts alone, save where all that is put into the text comes from what `escaped`
    knows: then the wider one counts. `expressions` are regular ones that queries name, `"<name>"`.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: str
    cwes: Annotated[tuple[Cwe, ...], Field(min_length=1)]
    severity: Severity
    confidence: Confidence
    paths: str = ""
    bandit: tuple[str, ...] = ()
    beside: bool = False
    narrows: str = ""
    escaped: str = ""
    expressions: Mapping[str, str] = Field(default_factory=dict)
    why: str
    remedy: str
    languages: Annotated[Mapping[str, Where], Field(min_length=1)]  # "Java" or "C, C++"

    @model_validator(mode="after")
    def _eases_what_is_wider(self) -> Pattern:
        if self.escaped and not self.narrows:
            raise ValueError("'escaped' is for rules that narrow another")
        try:
            re.compile(self.escaped)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return self

    @property
    def family(self) -> str:
        """The rule that all rules of one family have in common."""
        return self.narrows or self.id

    def among(self) -> Iterator[tuple[str, Where]]:
        """(language, how it looks there), a language at a time."""
        yield from self._spelled_out

    @cached_property
    def _spelled_out(self) -> tuple[tuple[str, Where], ...]:
        return tuple(
            (name, where.model_copy(update={"query": self._spelled(where.query)}))
            for names, where in self.languages.items()
            for name in names.split(", ")
        )

    def _spelled(self, query: str) -> str:
        for name, expression in self.expressions.items():
            text = expression.replace("\\", "\\\\").replace('"', '\\"')
            query = query.replace(f'"<{name}>"', f'"{text}"')
        return query

    def sure(self, language: str) -> Confidence:
        """How often a place in `language` is what it looks like."""
        given = (where.confidence for name, where in self.among() if name == language)
        return next(filter(None, given), self.confidence)


@cache
def patterns() -> Mapping[str, Pattern]:
    """The rules by id. Raises DocumentError."""
    found = {}
    for path in sorted((data("checklists") / "policy" / "patterns").glob("*.yaml")):
        rule = load(path, Pattern)
        if rule.id != path.stem:
            raise DocumentError(f"holds the rule {rule.id!r}; name the file after it", path)
        found[rule.id] = rule
    return found
