"""What people add to the report: the house's look, the adviser's words, the client's responses.

What of it cannot be used is left out and told; the report is made all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from techdd.assessment import Assessment
from techdd.audiences import AUDIENCES, Audience
from techdd.branding import brand
from techdd.commentary import comments, names_in
from techdd.model import Brand, Comment, Response
from techdd.responses import ledger, shown, standings
from techdd.text import clean
from techdd.workspace import Workspace


class Added(NamedTuple):
    """What people add for one audience; `limits` are for its readers, `doubts` for the adviser."""

    brand: Brand = Brand()
    comments: tuple[Comment, ...] = ()
    responses: tuple[Response, ...] = ()
    limits: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


NOTHING = Added()


def added(
    workspace: Workspace, assessment: Assessment, audience: Audience, *, named: bool
) -> Added:
    """What there is in the engagement for `audience`; `named`: whether people go by name there."""
    engagement = workspace.engagement
    house, doubts = brand(engagement.brand, engagement.page, workspace.root)
    ids = [one.id for one in assessment.findings]
    domains = [one.id for one, _, _ in assessment.domains]
    written, wrong = comments(workspace.root, audience, AUDIENCES, [*domains, *ids])
    doubts += wrong
    for one, file in written if not named else ():
        if names := names_in(one.text, assessment.who.people):
            doubts.append(
                f"{file}: may name people ({', '.join(names[:5])}); in the {audience} edition full "
                "names become pseudonyms, and all else stays as it is written"
            )
    kept = ledger(workspace.root)
    said = standings(kept.read())
    doubts += [f"{kept.path.name}: {doubt}" for doubt in kept.doubts]
    limits = list(_limits(said.keys() - set(ids), len(kept.doubts)))
    return Added(
        house,
        tuple(one for one, _ in written),
        shown(said, assessment.findings, assessment.states),
        tuple(limits),
        tuple(map(clean, doubts)),
    )


def _limits(gone: set[str], damaged: int) -> Iterator[str]:
    if gone:
        responses = "response is" if len(gone) == 1 else "responses are"
        yield f"{len(gone)} {responses} about findings that this audit does not have any more."
    if damaged:
        yield f"The record of the management response is damaged in {damaged} place(s)."
