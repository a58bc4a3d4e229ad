"""What was stated about known vulnerabilities, held against those that were found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.advisories import normalised
from techdd.collectors._updates import Vulnerability, of_row
from techdd.model import fingerprint
from techdd.text import clean
from techdd.vex import Statement
from techdd.vex.ranges import concerns
from techdd.vex.statement import SETTLING, names, weight

if TYPE_CHECKING:
    from pandas import DataFrame

RULE = "vulnerable-package"
_WORDS = 120  # characters of a reason in free text that are quoted


def finding_key(ecosystem: str, package: str, version: str) -> str:
    """What makes a package version's finding, together with rule and repository."""
    return f"{ecosystem}:{package}:{version}"


class Answer(NamedTuple):
    """Who says that a vulnerability does not matter, why, and who says otherwise; "" for nobody.

    What the adviser says in the triage is the audit's own judgement; a document is somebody's word.
    """

    told: str
    triaged: bool


NOBODY = Answer("", triaged=False)


class Stated:
    """Statements that count on the day `as_of` and for `repos`, by what they are about."""

    def __init__(self, as_of: date, statements: DataFrame, repos: Iterable[str]) -> None:
        here = {"", *repos}
        self._of: dict[tuple[str, ...], list[Statement]] = defaultdict(list)
        self.expired: list[Statement] = []
        for row in statements[list(Statement._fields)].itertuples(index=False):
            one = Statement(*row)
            if one.until and one.until < as_of.isoformat():
                self.expired.append(one)
            elif one.limit or one.product not in here or one.date[:10] > as_of.isoformat():
                continue  # nobody had said it on that day, or not of what is audited
            elif one.finding:
                self._of[(one.finding,)].append(one)
            elif one.package:
                self._of[one.ecosystem, normalised(one.ecosystem, one.package)].append(one)
            else:
                for name in names(one):
                    self._of["", name].append(one)  # whichever package of the product has it

    def about(self, repo: str, found: Vulnerability) -> Iterator[Statement]:
        """The statements about one vulnerability of one package version."""
        key = finding_key(found.ecosystem, found.package, found.version)
        ids = [found.advisory, *filter(None, found.aliases.split(", "))]
        for one in dict.fromkeys(
            (
                *self._of.get((fingerprint(RULE, repo, key),), ()),
                *self._of.get((found.ecosystem, normalised(found.ecosystem, found.package)), ()),
                *(one for name in ids for one in self._of.get(("", name), ())),
            )
        ):
            named = not one.advisories or not set(ids).isdisjoint(names(one))
            here = one.product in ("", repo)
            if here and named and concerns(one.version, found.ecosystem, found.version):
                yield one

    def settled(self, repo: str, found: Vulnerability) -> Answer:
        """Who answers for a vulnerability that is said not to matter, and why."""
        ordered = sorted(self.about(repo, found), key=weight)
        if not ordered or ordered[-1].status not in SETTLING:
            return NOBODY
        one = ordered[-1]
        words = one.justification.replace("_", " ") or clean(one.note)[:_WORDS]
        told = "fixed" if one.status == "fixed" else "not affected"
        others = {
            f"although {_author(other)} says {other.status.replace('_', ' ')}"
            for other in ordered
            if other.status not in SETTLING
        }
        told = ", ".join(filter(None, (f"{told} by {_author(one)}", words, *sorted(others))))
        return Answer(told, triaged=bool(one.finding))


def _author(one: Statement) -> str:
    return one.author or f"the author of {one.source}"


def triaged(statements: Stated, found: DataFrame) -> list[Statement]:
    """The triage of the vulnerabilities in `found`, each with its package and all its names."""
    made = set()
    for row in found.itertuples():
        known = of_row(row)
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
                        # No format of VEX has a field for the end.
                        note=f"{one.note} (Counts until {one.until}.)" if one.until else one.note,
                    )
                )
    return sorted(made, key=lambda one: one[1:])  # by repository and package, not by digest
