"""The door of licences: what they are called, what they ask for, and what that means in a deal.

`expressions` turns what people write into SPDX expressions and categories, `texts` recognises
licences by their wording, `terms` holds the policy by how a product is delivered, `compatibility`
asks OSADL's matrix. `facts` is what the collectors gather of licences in the tree.
"""

from techdd.licensing.compatibility import conflicts
from techdd.licensing.expressions import (
    BINDING,
    CATEGORIES,
    NETWORK,
    NONCOMMERCIAL,
    PERMISSIVE,
    PROPRIETARY,
    RESTRICTED_USE,
    SOURCE_AVAILABLE,
    STRONG,
    UNKNOWN,
    WEAK,
    bases,
    classify,
)
from techdd.licensing.facts import Declaration, Delivery, FileNotice, LicenceFile, Term
from techdd.licensing.terms import CONFLICT, DELIVERIES, NONE, NOTICES, LicencePolicy, Terms
from techdd.licensing.texts import HEAD, Notice, comments, holders, notice, recognise

__all__ = [
    "BINDING",
    "CATEGORIES",
    "CONFLICT",
    "DELIVERIES",
    "HEAD",
    "NETWORK",
    "NONCOMMERCIAL",
    "NONE",
    "NOTICES",
    "PERMISSIVE",
    "PROPRIETARY",
    "RESTRICTED_USE",
    "SOURCE_AVAILABLE",
    "STRONG",
    "UNKNOWN",
    "WEAK",
    "Declaration",
    "Delivery",
    "FileNotice",
    "LicenceFile",
    "LicencePolicy",
    "Notice",
    "Term",
    "Terms",
    "bases",
    "classify",
    "comments",
    "conflicts",
    "holders",
    "notice",
    "recognise",
]
