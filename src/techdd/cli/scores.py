"""The scorecard, and the contradictions that the adviser approves words for."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.shared import (
    as_of_option,
    day,
    engagement_folder,
    fail_on_option,
    leave,
    open_engagement,
    say_next,
    say_verdict,
    talk,
    warn_of_nothing,
)
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.assessment import Assessment
    from techdd.model import Difference


@click.command()
@engagement_folder
@click.option("--what-if", is_flag=True, help="Name the items that would move the result most.")
@as_of_option
@fail_on_option
def score(folder: Path, what_if: bool, as_of: datetime | None, fail_on: str | None) -> None:
    """Score evidence and answers; print the scorecard.

    The first score is adjusted by the evidence, with the range that open and doubtful answers
    leave; "answers" is the score by what was said alone, each answer capped by what was shown for
    it.
    """
    from techdd import pipeline

    workspace = open_engagement(folder)
    assessment = pipeline.assess(workspace, as_of=day(as_of))
    warn_of_nothing(assessment, folder)
    talk(f"{'':38} score  range    answers  light")
    for checklist, one, _ in assessment.domains:
        click.echo(
            f"{checklist.title:38} {_row(one.value, one.low, one.high, one.told)}  "
            f"{_light(one.rating):12}  {one.coverage:4.0%} assessed, confidence {one.confidence}"
        )
    whole = assessment.verdict
    click.echo(
        f"{'All domains, by weight':38} {_row(whole.score, whole.low, whole.high, whole.told)}  "
        f"{'':12}  {whole.coverage:4.0%} assessed, confidence {whole.confidence}"
    )
    for checklist, one, _ in assessment.domains:
        for item in one.capped_by:
            click.echo(f"{checklist.title}: capped by critical item {item}")
    if what_if:
        _say_moves(assessment)
    say_verdict(assessment)
    if number := len(assessment.differences):
        talk(f"Contradictions: {number}; see: techdd contradictions list {folder}")
    say_next(f"techdd report {folder}")
    leave(assessment.runs, assessment.findings, fail_on, assessment.readings)


def _row(value: float | None, low: float, high: float, told: float | None) -> str:
    shown = ["–" if one is None else f"{one:.0f}" for one in (value, told)]
    return f"{shown[0]:>5}  {low:3.0f}-{high:<3.0f}  {shown[1]:>7}"


def _light(rating: str) -> str:
    return "not assessed" if rating == "grey" else str(rating)


def _say_moves(assessment: Assessment) -> None:
    click.echo("\nWhat would move the result most, findings being as they are:")
    if not assessment.moves:
        click.echo("  Nothing: no assessed item stands below level 3.")
    for move in assessment.moves:
        click.echo(f"{move.item}  {move.ask}")
        click.echo(textwrap.indent(textwrap.fill(move.words, 96), "  "))
    click.echo()


@click.group()
def contradictions() -> None:
    """Where an answer and the evidence contradict each other, for the adviser first.

    Investors and the client read of one only in the words that are approved here; until then the
    report counts it as being clarified.
    """


@contradictions.command("list")
@engagement_folder
@as_of_option
def contradictions_list(folder: Path, as_of: datetime | None) -> None:
    """List them: id, what was told, what the evidence shows, and the words that are approved."""
    from techdd import pipeline

    assessment = pipeline.assess(open_engagement(folder), as_of=day(as_of))
    for one in assessment.differences:
        _say_difference(one)
    for name in assessment.lapsed:
        talk(f"{name}: the approved words no longer count; answer or evidence has changed.")
    waiting = sum(not one.words for one in assessment.differences)
    talk(f"{len(assessment.differences)} contradiction(s), {waiting} without approved words.")
    if waiting:
        say_next(f"techdd contradictions approve {folder} ID --words TEXT --by NAME")


def _say_difference(one: Difference) -> None:
    from techdd.text import clean

    click.echo(f"{one.id}  {clean(one.about)}")
    words = one.words or "(none approved)"
    for name, text in (("told", f"{one.told}. {one.note}"), ("seen", one.seen), ("words", words)):
        for number, line in enumerate(textwrap.wrap(text, 88)):
            click.echo(f"  {'' if number else name:6} {clean(line)}")


@contradictions.command("approve")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("name", metavar="ID")
@click.option("--words", required=True, metavar="TEXT", help="What may be read of it outside.")
@click.option("--by", required=True, metavar="NAME", help="Who approves.")
@as_of_option
def contradictions_approve(
    folder: Path, name: str, words: str, by: str, as_of: datetime | None
) -> None:
    """Approve the words on one contradiction for all audiences.

    The approval counts as long as neither the answer nor the evidence changes.
    """
    from techdd import pipeline
    from techdd.claims.statements import approve
    from techdd.text import clean
    from techdd.workspace import now

    workspace = open_engagement(folder)
    assessment = pipeline.assess(workspace, as_of=day(as_of))
    approved = _named(assessment, name)
    with workspace.locked():
        before = approve(folder, approved, words, by, now().date())
    _say_difference(replace(approved, words=" ".join(words.split())))
    if before:
        talk(f"{name}: this replaces what {clean(before.by)} approved on {before.at}.")
    talk(f"{name}: the words count for all audiences until the answer or the evidence changes.")


def _named(assessment: Assessment, name: str) -> Difference:
    for one in assessment.differences:
        if one.id == name:
            return one
    known = ", ".join(one.id for one in assessment.differences) or "none"
    raise TechddError(f"no contradiction {name!r} in this engagement; there are: {known}")
