"""Patterns of weak code: what a rule is, and the rules that ship, one small file each.

A rule says what it looks for in each language, as tree-sitter queries or, where no grammar is at
hand, as an expression on single lines. It also says which results of other tools mean the same.
"""

from techdd.patterns.references import references
from techdd.patterns.rules import Pattern, Where, patterns
from techdd.patterns.search import Found, Spot, digest, search, searchable

__all__ = [
    "Found",
    "Pattern",
    "Spot",
    "Where",
    "digest",
    "patterns",
    "references",
    "search",
    "searchable",
]
