"""The licence policy: what a kind of licence means for a product that is delivered in some way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from pydantic import model_validator

from techdd.licensing.expressions import CATEGORIES
from techdd.licensing.facts import Term
from techdd.model import Severity
from techdd.policy import Delivered, Written

if TYPE_CHECKING:
    from pandas import DataFrame

DELIVERIES: dict[str, str] = {  # how a product reaches its users -> as it is said in texts
    "saas": "as a service",
    "distributed": "delivered to customers",
    "embedded": "in a device",
    "internal": "inside the company",
}
NOT_SAID = "unknown"
# Matters beside the categories of licences that the policy judges.
NONE, CONFLICT, NOTICES = "none", "conflict", "missing notices"
SUBJECTS = (*CATEGORIES, NONE, CONFLICT, NOTICES)


class Cell(Written):
    """What is made of one subject under one delivery; `reason` is a sentence."""

    verdict: Literal["allowed", "review", "forbidden"]
    severity: Severity = Severity.INFO
    reason: str


class LicencePolicy(Written):
    """The policy: subject -> delivery -> cell.

    Where nobody says how a product is delivered, the gravest cell of the deliveries in `unknown`
    counts, unless the subject has a cell of its own for "unknown".
    """

    version: str
    unknown: tuple[Delivered, ...]
    terms: Mapping[
        str, Mapping[Literal["saas", "distributed", "embedded", "internal", "unknown"], Cell]
    ]
    sources: tuple[str, ...]

    @model_validator(mode="after")
    def _is_complete(self) -> LicencePolicy:
        if wrong := set(self.terms) ^ set(SUBJECTS):
            raise ValueError(f"terms are missing or too many: {', '.join(sorted(wrong))}")
        for subject, cells in self.terms.items():
            if missing := sorted(set(DELIVERIES) - set(cells)):
                raise ValueError(f"{subject!r} says nothing of: {', '.join(missing)}")
        return self

    def rows(self) -> list[Term]:
        """The policy as facts, with a row for what nobody says."""
        found = []
        for subject, cells in self.terms.items():
            worst = max((cells[one] for one in self.unknown), key=lambda cell: cell.severity.rank)
            own = {NOT_SAID: worst} | {str(delivery): cell for delivery, cell in cells.items()}
            for delivery, cell in own.items():
                found.append(Term(subject, delivery, cell.verdict, str(cell.severity), cell.reason))
        return found


class Judgement(NamedTuple):
    """What the policy says of one subject in one repository; `told` is a sentence about it."""

    verdict: str
    severity: str
    told: str


class Terms:
    """The policy and the deliveries of an engagement, as probes ask them."""

    def __init__(self, terms: DataFrame, deliveries: DataFrame) -> None:
        self.cells = {(row.subject, row.delivery): row for row in terms.itertuples()}
        columns = zip(deliveries["repo"], deliveries["delivery"], strict=True)
        self.deliveries = {str(repo): str(delivery) for repo, delivery in columns}

    def delivery(self, repo: str) -> str:
        """How the product of `repo` reaches its users, "unknown" where nobody says."""
        return self.deliveries.get(repo) or NOT_SAID

    def judge(self, subject: str, repo: str) -> Judgement:
        """The verdict for `subject` in `repo`."""
        delivery = self.delivery(repo)
        cell = self.cells[subject, delivery]
        if delivery != NOT_SAID:
            told = f"The product is delivered {_spelled(delivery)}: {cell.reason}"
        else:
            told = f"How the product is delivered was not stated. {self.across(subject)}"
        return Judgement(str(cell.verdict), str(cell.severity), told)

    def across(self, subject: str) -> str:
        """The verdicts for all deliveries as a sentence, with the reason of each at its first."""
        ways: list[str] = []
        said: set[str] = set()
        for way, words in DELIVERIES.items():
            cell = self.cells[subject, way]
            because = "" if cell.verdict in said else f" ({str(cell.reason).rstrip('.')})"
            said.add(str(cell.verdict))
            ways.append(f"{words}: {cell.verdict}{because}")
        return f"By the policy it would be: {'; '.join(ways)}."

    def verdict(self, subject: str, delivery: str) -> str:
        """The bare verdict of one cell."""
        return str(self.cells[subject, delivery].verdict)


def _spelled(delivery: str) -> str:
    return {"distributed": "to customers"}.get(delivery, DELIVERIES[delivery])
