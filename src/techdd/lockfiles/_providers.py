"""Terraform's providers: how they are called, and which a folder requires by what name; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from posixpath import dirname

from techdd.lockfiles import Aside, Dependency, Explained, Open

_EXACT = re.compile(r"=?\s{0,9}(\d+\.\d+\.\d+[\w.+-]*)$", re.ASCII)


def exact(requirement: str) -> str | None:
    """The version that `1.2.3` and `= 1.2.3` ask for; None for a range."""
    match = _EXACT.match(requirement)
    return match[1] if match else None


def name_of(source: str) -> str:
    """`host/hashicorp/aws` and `hashicorp/aws` are one; a bare `aws` is HashiCorp's."""
    parts = source.split("/")[-2:]
    return "/".join(parts if len(parts) > 1 else ["hashicorp", *parts])


def provider(source: str, requirement: str, line: int | None) -> Dependency:
    """A provider that is asked for; it runs where infrastructure is set up, not in the product."""
    name, version = name_of(source), exact(requirement)
    return Dependency(name, version, requirement, line, True, "development")


class Providers:
    """A provider is required once in a folder, in whichever of its files; one that is configured
    and not required is HashiCorp's.
    """

    def __init__(self, asides: Mapping[str, Aside]) -> None:
        self._required: dict[str, set[str]] = defaultdict(set)
        for path, aside in asides.items():
            self._required[dirname(path)].update(aside.aliases)

    def explained(self, path: str, wishes: Iterable[Open]) -> Explained:
        """The providers that the file at `path` configures and its folder does not require."""
        required = self._required[dirname(path)]
        named = ((*wish.text.partition(" ")[::2], wish.line) for wish in wishes)
        rows = (
            provider(name, stated, line) for name, stated, line in named if name not in required
        )
        return Explained(tuple(rows), {}, ())
