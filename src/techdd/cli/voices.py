"""For the interviewer: `techdd interview brief`, `answers` and `settle`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.shared import (
    engagement_folder,
    open_engagement,
    participant,
    say_next,
    scope,
    talk,
)
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.interviews.voices import Said


@click.command()
@engagement_folder
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False),
    help="A Markdown file (default: standard output).",
)  # fmt: skip
@click.option(
    "--for", "known", metavar="NAME", help="What this person of interviews.yaml is asked."
)
def brief(folder: Path, output: Path | None, known: str | None) -> None:
    """Write the interviewer's preparation: likely answers, and what is worth asking.

    It is made from the evidence, and not for respondents to see.
    """
    from techdd.files import write_atomic
    from techdd.interviews.asking import heard, is_open
    from techdd.interviews.brief import brief as written
    from techdd.reading import engagement_metrics

    workspace = open_engagement(folder)
    checklists = workspace.checklists
    who = participant(workspace, known) if known else None
    if who:
        checklists = scope(who, checklists)
    said = heard(workspace.journal.read(), workspace.engagement.round)
    person = who.person if who else ""
    answered = frozenset(
        item.id for one in checklists for item in one.items if not is_open(item, said, person)
    )
    text = written(
        workspace.engagement.client, checklists, engagement_metrics(workspace), answered,
        who.name if who else "",
    )  # fmt: skip
    if output:
        write_atomic(output, text.encode())
        click.echo(output)
    else:
        click.echo(text)
    talk("For the interviewer only.")


@click.command()
@engagement_folder
def answers(folder: Path) -> None:
    """List what was said by whom, and what the evidence says about it.

    Contradictions come first, then what people answer differently.
    """
    from techdd.interviews.voices import said
    from techdd.reading import engagement_metrics
    from techdd.text import clean

    workspace = open_engagement(folder)
    metrics = engagement_metrics(workspace)
    heard = workspace.standings()
    found = said(workspace.checklists, heard, metrics, workspace.scoring)
    for one in found:
        for line in _told(one):
            click.echo(line)
    differ = sum(one.standing.spread > 0 for one in found)
    contradicted = sum(one.outcome.value == "contradicted" for one in found)
    talk(f"{len(found)} answered: {contradicted} contradicted, {differ} answered differently.")
    asked = {item.id for one in workspace.checklists for item in one.items}
    if gone := sorted(map(clean, heard.keys() - asked)):
        talk(f"Answered, kept, and not asked in this engagement (any more): {', '.join(gone)}")
    for doubt in (*workspace.journal.doubts, *workspace.untaken_answers()):
        talk(f"{workspace.root / 'answers'}: {doubt}")
    if (
        any(one.outcome.value == "contradicted" and not one.standing.settled for one in found)
        or differ
    ):
        say_next(f"techdd interview settle {folder} ITEM --level N --reason TEXT --by NAME")


def _told(one: Said) -> list[str]:
    from techdd.replies import told
    from techdd.text import clean

    at_a_level = any(voice.answer.level is not None for voice in one.voices)
    marks = [one.outcome.value if at_a_level else "without a level"]
    if one.standing.spread:
        marks.append("answered differently")
    if one.standing.settled:
        marks.append("settled")
    lines = [f"{one.item.id}  {', '.join(marks)}  {clean(' '.join(one.item.ask.split()))}"]
    for voice in one.voices:
        answer = voice.answer
        who = clean(answer.by) or "nobody named"
        role = f" ({clean(answer.role)})" if answer.role else ""
        kind = "settled by " if answer.settles else ""
        outcome = "" if answer.level is None else f" [{voice.outcome}]"
        lines.append(f"    {kind}{who}{role}: {told(answer)}{outcome}")
    if one.draft.level is not None:
        lines.append(f"    evidence: {one.draft.likely}")
    return lines


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("item", metavar="ITEM")
@click.option("--level", type=click.IntRange(0, 4), metavar="N", help="The level that counts.")
@click.option(
    "--not-applicable", is_flag=True, help="The item does not apply, in place of a level."
)
@click.option("--withdraw", is_flag=True, help="Take an earlier decision back.")
@click.option("--reason", default="", metavar="TEXT", help="Why; the report prints it.")
@click.option("--by", required=True, metavar="NAME", help="Who decides.")
@click.option(
    "--grade", type=click.Choice(["stated", "shown", "sampled"]),
    help="How well it is evidenced (default: as the best answer that gives this level).",
)  # fmt: skip
@click.option("--overrules", is_flag=True, help="It counts although a measurement contradicts it.")
def settle(
    folder: Path, item: str, level: int | None, not_applicable: bool, withdraw: bool,
    reason: str, by: str, grade: str | None, overrules: bool,
) -> None:  # fmt: skip
    """Record the adviser's decision on one question.

    It counts until somebody answers that question again; every answer stays on record.
    """
    from pydantic import ValidationError

    from techdd.answers import Answer
    from techdd.interviews.voices import decision
    from techdd.ledger import mistake
    from techdd.replies import GRADES, told

    if (level is not None) + not_applicable + withdraw != 1:
        raise TechddError("give one of --level, --not-applicable and --withdraw")
    if not reason.strip() and not withdraw:
        raise TechddError("a decision needs its --reason")
    if not by.strip():
        raise TechddError("a decision needs who decides: --by")
    workspace = open_engagement(folder)
    places = {asked.id: (one, asked) for one in workspace.checklists for asked in one.items}
    if item.upper() not in places:
        raise TechddError(f"no question {item!r} in this engagement; see: techdd checklist list")
    checklist, asked = places[item.upper()]
    standing = workspace.standings().get(asked.id)
    if withdraw and not (standing and standing.settled):
        raise TechddError(f"{asked.id} is not settled")
    try:
        if withdraw:
            made = Answer(item=asked.id, by=by, settles=True, withdrawn=True, note=reason)
        else:
            made = decision(
                standing, item=asked, level=level, reason=reason, by=by,
                grade=GRADES[grade] if grade else None, overrules=overrules,
            )  # fmt: skip
    except ValidationError as error:
        raise TechddError(mistake(error)) from None
    workspace.record(checklist, asked, made)
    talk(f"{asked.id}: {told(made)}, settled by {by}.")
    say_next(f"techdd score {folder}")
