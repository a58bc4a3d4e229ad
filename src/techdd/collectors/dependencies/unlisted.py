"""Tells code whose packages no file lists: a build then takes whatever is newest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from posixpath import splitext

from techdd.model import Issue

FEWEST = 10  # files of a language; fewer are scripts beside the product
_LANGUAGES = {
    ".go": ("Go", "Go"),
    ".py": ("Python", "PyPI"),
    ".rb": ("Ruby", "RubyGems"),
    ".php": ("PHP", "Packagist"),
    ".js": ("JavaScript", "npm"),
    ".ts": ("TypeScript", "npm"),
    ".tsx": ("TypeScript", "npm"),
    ".java": ("Java", "Maven"),
    ".kt": ("Kotlin", "Maven"),
    ".cs": ("C#", "NuGet"),
    ".rs": ("Rust", "crates.io"),
    ".ex": ("Elixir", "Hex"),
    ".dart": ("Dart", "Pub"),
}
# Code in languages without packages of a registry: what is written beside it is seldom the product.
_OTHERS = re.compile(r"\.(?:c|cc|cpp|cxx|h|hpp|m|mm|scala|swift|pl|pm|lua|hs|erl|clj|sh|tf)$")


def unlisted(paths: Iterable[str], listed: Container[str]) -> Iterator[Issue]:
    """An Issue where the language that most of the product is written in has no manifest, although
    its packages come from a registry; `listed` are the ecosystems of those that were read.
    """
    written = [path for path in paths if splitext(path)[1] in _LANGUAGES or _OTHERS.search(path)]
    counts = Counter(_LANGUAGES.get(splitext(path)[1], ("", ""))[0] for path in written)
    if not counts:
        return
    language, number = max(counts.items(), key=lambda one: (one[1], one[0]))
    ecosystem = dict(_LANGUAGES.values()).get(language, "")
    if ecosystem and number >= FEWEST and ecosystem not in listed:
        detail = f"{number:,} files of {language}, no manifest of {ecosystem}"
        yield Issue("no list of the packages that the code uses", detail=detail)
