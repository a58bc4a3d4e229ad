"""Whose product a document speaks of: an audited repository, all that the client has, another's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from techdd.advisories import normalised
from techdd.purls import read_purl
from techdd.vex.statement import Statement

ANOTHER = "about a product that engagement.yaml does not name"
NAMELESS = "names no package URL and no product of the engagement"
_Key = tuple[str, ...]


class Products:
    """Under which names documents may speak of the client's repositories.

    These are a repository's name (as text or as `pkg:generic/NAME`), what the engagement lists as
    its `products`, and the client's name, which stands for all repositories.
    """

    def __init__(
        self, client: str = "", repositories: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self._of: dict[_Key, tuple[str, ...]] = {}
        for repo, others in (repositories or {}).items():
            for key in dict.fromkeys(_key(name) for name in (repo, *others)):
                self._of[key] = (*self._of.get(key, ()), repo)
        if client:
            self._of.setdefault(_key(client), ("",))

    def named(self, names: Iterable[str]) -> tuple[str, ...]:
        """The repositories that the product of these names is; "" = all; empty = another's."""
        keys = (key for name in names for key in _spellings(name))
        return next((self._of[key] for key in keys if key in self._of), ())

    def placed(self, statement: Statement, product: Sequence[str]) -> Iterator[Statement]:
        """`statement` for each repository that `product` (all its names) is.

        Without a product it is about the package itself, wherever that is used.
        """
        found = self.named(product)
        for repo in found:
            yield statement._replace(product=repo)
        if found:
            return
        if product:
            yield statement._replace(product=product[0], limit=statement.limit or ANOTHER)
        elif statement.package:
            yield statement
        else:
            yield statement._replace(limit=statement.limit or NAMELESS)


_SERIAL = re.compile(r"urn:(?:uuid|cdx):([0-9a-f-]{36})(?:/.*)?", re.IGNORECASE)


def _key(name: str) -> _Key:
    return next(_spellings(name))


def _spellings(name: str) -> Iterator[_Key]:
    """The most precise first; a purl also without its version, `pkg:generic` also as a name."""
    serial = _SERIAL.fullmatch(name.strip())
    if serial:
        yield "serial", serial[1].lower()
        return
    try:
        purl = read_purl(name)
    except ValueError:
        yield "name", " ".join(name.split()).casefold()
        return
    plain = normalised(purl.ecosystem, purl.name)
    if purl.version:
        yield "purl", purl.ecosystem, plain, purl.version
    yield "purl", purl.ecosystem, plain
    if purl.ecosystem == "generic":
        yield "name", plain.casefold()
