"""What was stated about known vulnerabilities, held against those that were found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.advisories import normalised
from techdd.collectors.vulnerabilities.match import Vulnerability
from techdd.model import fingerprint
from techdd.vex import Statement
from techdd.vex.statement import SETTLING, names

if TYPE_CHECKING:
    from pandas import DataFrame

RULE = "vulnerable-package"


def finding_key(ecosystem: str, package: str, version: str) -> str:
    """What makes a package version's finding, together with rule and repository."""
    return f"{ecosystem}:{package}:{version}"


class Stated:
    """Statements that count on the day `as_of`, by what they are about."""

    def __init__(self, as_of: date, statements: DataFrame, repos: Iterable[str]) -> None:
        self._repos = frozenset(repos)
        self._of: dict[tuple[str, ...], list[Statement]] = defaultdict(list)
        self.expired: list[Statement] = []
        for row in statements[list(Statement._fields)].itertuples(index=False):
            one = Statement(*row)
            if one.until and one.until < as_of.isoformat():
                self.expired.append(one)
            elif one.date[:10] > as_of.isoformat():
                continue  # nobody had said it on that day
            elif one.finding:
                self._of[(one.finding,)].append(one)
            elif one.package:
                self._of[one.ecosystem, normalised(one.ecosystem, one.package)].append(one)

    def about(self, repo: str, found: Vulnerability) -> Iterator[Statement]:
        """The statements about one vulnerability of one package version."""
        key = finding_key(found.ecosystem, found.package, found.version)
        ids = {found.advisory, *found.aliases.split(", ")}
        for one in (
            *self._of.get((fingerprint(RULE, repo, key),), ()),
            *self._of.get((found.ecosystem, normalised(found.ecosystem, found.package)), ()),
        ):
            here = one.product not in self._repos or one.product == repo
            version = one.version.removeprefix("v") in ("", found.version.removeprefix("v"))
            if here and version and (not one.advisories or not ids.isdisjoint(names(one))):
                yield one

    def settled(self, repo: str, found: Vulnerability) -> str:
        """Who answers for a vulnerability that is said not to matter, and why; else "".

        The engagement's own triage counts before any document, a later statement before an
        earlier one, and of two at one time the one that leaves it open.
        """
        ordered = sorted(
            self.about(repo, found),
            key=lambda one: (bool(one.finding), one.date, one.status not in SETTLING),
        )
        if not ordered or ordered[-1].status not in SETTLING:
            return ""
        one = ordered[-1]
        words = one.justification.replace("_", " ")
        if one.status == "fixed":
            return ", ".join(filter(None, (f"fixed by {_author(one)}", words)))
        return f"not affected by {_author(one)}, {words}" if words else ""


def _author(one: Statement) -> str:
    return one.author or f"the author of {one.source}"


def triaged(statements: Stated, found: DataFrame) -> list[Statement]:
    """The triage of the vulnerabilities in `found`, each with its package and all its names."""
    made = set()
    for row in found.itertuples():
        known = Vulnerability(*(getattr(row, name) for name in Vulnerability._fields))
        for one in statements.about(str(row.repo), known):
            if one.finding:
                ids = [known.advisory, *filter(None, known.aliases.split(", "))]
                made.add(
                    one._replace(
                        product=str(row.repo),
                        ecosystem=known.ecosystem,
                        package=known.package,
                        version=known.version,
                        advisories=", ".join(ids),
                    )
                )
    return sorted(made, key=lambda one: one[1:])  # by repository and package, not by digest
