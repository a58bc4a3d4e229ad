"""What is gathered of licences in the tree, and what the adviser states of the product."""

from __future__ import annotations

from typing import NamedTuple


class LicenceFile(NamedTuple):
    """A licence file of the tree; without a path where a repository has none at its top.

    `licence` is the expression of all texts in it, "proprietary" or "unrecognised"; `main` is the
    first of them, which the file is about where it lists those of others behind it.
    """

    path: str
    licence: str
    main: str
    holders: str  # whose copyright it names, joined by "; "


class Declaration(NamedTuple):
    """The licence that a package's own metadata declares; "" where it declares none."""

    path: str
    licence: str
    holders: str  # the authors it names


class FileNotice(NamedTuple):
    """What the comments at the head of one file say of its terms, where they say anything."""

    path: str
    role: str
    licence: str  # an SPDX expression as far as it is understood; "" = none named
    holders: str
    terms: bool  # it speaks of a licence or a permission in some way
    snippets: int  # links to answers on Stack Overflow, in the whole file


class Delivery(NamedTuple):
    """What the engagement says of the product of one repository."""

    delivery: str  # how it reaches its users; "" = not said
    client: str  # whose it is


class Term(NamedTuple):
    """One cell of the licence policy."""

    subject: str  # a category of licences, or another matter that the policy judges
    delivery: str
    verdict: str  # "allowed", "review" or "forbidden"
    severity: str
    reason: str
