"""What people add to the report: the house's look, the adviser's words, the client's responses.

What of it cannot be used is left out and told; the report is made all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from techdd.assessment import Assessment
from techdd.audiences import AUDIENCES
from techdd.branding import brand
from techdd.commentary import comments, names_in
from techdd.model import Audience, Brand, Comment, Finding, Response
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
    kept = ledger(workspace.root)
    said = standings(kept.read())
    responses = shown(said, assessment.findings, assessment.states)
    doubts += [f"{kept.path.name}: {doubt}" for doubt in kept.doubts]
    if not named:
        texts = [(str(file), one.text) for one, file in written]
        texts += [(f"the response to {one.finding}", one.words) for one in responses]
        texts += [(f"the reply on {one.finding}", one.reply) for one in responses]
        doubts += _naming(texts, set(_names(assessment, responses)), audience)
    limits = list(_limits(said.keys() - set(ids), len(kept.doubts)))
    return Added(
        house,
        tuple(one for one, _ in written),
        responses,
        tuple(limits),
        tuple(map(clean, doubts)),
    )


def placeless(added: Added, findings: Iterable[Finding]) -> Added:
    """`added` without the places of guarded findings in what people wrote, by path or by name."""
    guarded = (one for one in findings if one.guarded or one.domain == "security")
    paths = {place.path for one in guarded for place in one.locations} - {""}
    names = {name for path in paths for name in (path, path.rpartition("/")[2])}
    if not names:
        return added
    ordered = sorted(map(re.escape, names), key=lambda one: (-len(one), one))
    found = re.compile(rf"(?<![\w/])(?:{'|'.join(ordered)})(?!\w)")

    def cut(text: str) -> str:
        return found.sub("(a place)", text)

    return added._replace(
        comments=tuple(replace(one, text=cut(one.text)) for one in added.comments),
        responses=tuple(
            replace(one, words=cut(one.words), reply=cut(one.reply)) for one in added.responses
        ),
    )


def _names(assessment: Assessment, responses: Iterable[Response]) -> Iterator[str]:
    """Who is known: by the history, by the interviews, by the responses."""
    yield from (one.name for one in assessment.who.people if not one.bot)
    for _, _, items in assessment.domains:
        for item in items:
            yield from (item.by, *(one.by for one in item.voices))
    yield from (one.by for one in responses)
    yield from assessment.who.others


def _naming(texts: Iterable[tuple[str, str]], names: set[str], audience: Audience) -> Iterator[str]:
    for where, text in texts:
        if found := names_in(text, names):
            yield (
                f"{where}: may name people ({', '.join(found[:5])}); the {audience} edition "
                "replaces full names that it knows, and leaves all else as it is written"
            )


def _limits(gone: set[str], damaged: int) -> Iterator[str]:
    if gone:
        responses = "response is" if len(gone) == 1 else "responses are"
        yield f"{len(gone)} {responses} about findings that this audit does not have any more."
    if damaged:
        yield f"The record of the management response is damaged in {damaged} place(s)."
