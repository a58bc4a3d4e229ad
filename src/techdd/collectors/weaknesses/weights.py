"""What bandit's tests count for at most: checklists/policy/bandit.yaml."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import Field

from techdd.documents import load
from techdd.folders import data
from techdd.policy import Written

NONE = "none"  # counted and shown, and no finding


class Weight(Written):
    """The limit of some tests, with its reason."""

    tests: Annotated[tuple[Annotated[str, Field(pattern=r"^B[0-9]{3}$")], ...], Field(min_length=1)]
    most: Literal["none", "low", "medium"]
    beside: tuple[str, ...] = ()
    why: str


class Weights(Written):
    """The whole file."""

    weights: tuple[Weight, ...]


def most(test: str, languages: Container[str]) -> str:
    """What `test` counts for at most in a repository of these languages; "" = as bandit rates."""
    limit = weights().get(test)
    if limit is None:
        return ""
    alone = limit.beside and not any(name in languages for name in limit.beside)
    return NONE if alone else limit.most


@cache
def weights() -> Mapping[str, Weight]:
    """The limits by test. Raises DocumentError."""
    found = load(data("checklists") / "policy" / "bandit.yaml", Weights).weights
    return {test: one for one in found for test in one.tests}
