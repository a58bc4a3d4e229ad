"""The management response: `techdd responses export`, `import`, `list` and `reply`."""

from __future__ import annotations

import sys
import textwrap
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.shared import (
    INCOMPLETE,
    as_of_option,
    day,
    engagement_folder,
    open_engagement,
    say_next,
    say_refused,
    talk,
)
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.response_sheets.reading import Change, Returned

_engagement = click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False)
)


@click.group()
def responses() -> None:
    """The management response: the client's facts on findings, beside them in the report.

    A response changes no score; what is right of it goes into triage.yaml, by the adviser.
    """


@responses.command("export")
@_engagement
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
    help="The workbook to send to the client (.xlsx).",
)  # fmt: skip
@as_of_option
def export(folder: Path, output: Path, as_of: datetime | None) -> None:
    """Write the findings as a workbook in which the client can agree, correct or dispute.

    It holds what the client's edition of the report shows of each finding, and what was said of it
    before.
    """
    from techdd import pipeline
    from techdd.files import write_atomic
    from techdd.response_sheets.writing import workbook
    from techdd.responses import ledger, standings

    if output.suffix.lower() != ".xlsx":
        raise TechddError("ends in something else than .xlsx", output)
    if output.exists():
        raise TechddError("is there already, and may be filled in; give another -o", output)
    workspace = open_engagement(folder)
    assessment = pipeline.assess(workspace, as_of=day(as_of))
    found = pipeline.report(workspace, assessment, "client").findings
    if not found:
        raise TechddError("there is no finding to respond to", folder)
    known = standings(ledger(folder).read())
    content = workbook(workspace.engagement.client, found, assessment.states, known)
    write_atomic(output, content)
    click.echo(output)
    talk(f"{len(found)} finding(s).")
    if not (as_of or workspace.engagement.as_of):
        talk("engagement.yaml has no as_of: what counts days will read differently tomorrow.")
    say_next(f"techdd responses import {folder} {output}")


@responses.command("import")
@_engagement
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--by", default="", metavar="NAME", help="Who says so, where the file names nobody.")
@click.option("--apply", "--yes", is_flag=True, help="Record it: all of it or nothing.")
@click.option("--overwrite", is_flag=True, help="Let the file count over what came in since.")
def import_(folder: Path, file: Path, by: str, apply: bool, overwrite: bool) -> None:
    """Show what a workbook that came back would change; with --apply, record it."""
    from techdd.response_sheets.reading import read
    from techdd.responses import ledger
    from techdd.workspace import now

    workspace = open_engagement(folder)
    kept = ledger(folder)
    entries = kept.read()
    found = read(file, workspace.engagement.client, entries, " ".join(by.split()), now())
    _show(found, file)
    conflicts = 0 if overwrite else sum(one.kind == "conflict" for one in found.changes)
    if not apply:
        talk("Nothing is recorded yet; to record it, add --apply.")
        sys.exit(INCOMPLETE if found.refused or conflicts else 0)
    if found.refused:
        raise TechddError(
            f"nothing was recorded: {len(found.refused)} refused; mend the file", file
        )
    if conflicts:
        raise TechddError(
            f"nothing was recorded: {conflicts} in conflict with what came in since the file was "
            "made; export it again, or let it count with --overwrite",
            file,
        )

    def check(present: object) -> None:
        if present != entries:
            raise TechddError("was changed in the meantime; import again", kept.path)

    recorded = kept.add(found.to_record(overwrite=overwrite), check)
    talk(f"{len(recorded)} response(s) recorded in {kept.path}.")
    say_next(f"techdd responses list {folder}")


@responses.command("list")
@engagement_folder
@as_of_option
def list_(folder: Path, as_of: datetime | None) -> None:
    """List the responses with their findings, and the replies to them."""
    from techdd import pipeline
    from techdd.responses import ledger, standings
    from techdd.text import clean

    workspace = open_engagement(folder)
    assessment = pipeline.assess(workspace, as_of=day(as_of))
    made = pipeline.report(workspace, assessment, "internal", tell=talk)
    titles = {one.id: one.title for one in made.findings}
    for one in made.responses:
        earlier = "  (to an earlier state of the finding)" if one.earlier else ""
        click.echo(f"{one.finding}  {one.position:9}  {clean(titles[one.finding])}{earlier}")
        said = f"{one.by or 'nobody named'}, {one.date}: {one.words or '(no words)'}"
        _say("client", said)
        _say("reply", one.reply or "(none yet)")
    gone = standings(ledger(folder).read()).keys() - titles.keys()
    for name in sorted(gone):
        talk(f"{name}: this audit has no such finding any more.")
    waiting = sum(not one.reply for one in made.responses if one.position != "agreed")
    open_ = len(titles) - len(made.responses)
    talk(f"{len(made.responses)} response(s), {waiting} without a reply; {open_} finding(s) open.")
    if waiting:
        say_next(f"techdd responses reply {folder} ID TEXT --by NAME")


@responses.command("reply")
@_engagement
@click.argument("finding", metavar="ID")
@click.argument("words", metavar="TEXT")
@click.option("--by", required=True, metavar="NAME", help="Who replies.")
def reply(folder: Path, finding: str, words: str, by: str) -> None:
    """Keep the adviser's reply to what the client said of a finding.

    A further reply takes its place; a further response of the client's has none.
    """
    from pydantic import ValidationError

    from techdd.ledger import mistake
    from techdd.response_sheets.reading import harmless
    from techdd.responses import LONGEST
    from techdd.responses import reply as keep
    from techdd.text import normal
    from techdd.workspace import now

    open_engagement(folder)
    text = normal(words)
    if not text:
        raise TechddError("a reply needs words")
    if len(text) > LONGEST:
        raise TechddError(f"a reply has at most {LONGEST:,} characters")
    try:
        keep(folder, finding, harmless(text), " ".join(by.split()), now())
    except ValidationError as error:
        raise TechddError(mistake(error)) from None
    talk(f"{finding}: the reply stands beside the response from now on.")


def _say(name: str, text: str) -> None:
    from techdd.text import clean

    for number, line in enumerate(textwrap.wrap(clean(text), 88)):
        click.echo(f"  {name if not number else '':6} {line}")


def _show(found: Returned, file: Path) -> None:

    for change in found.changes:
        if change.kind != "unchanged":
            click.echo(_line(change))
    say_refused(found.refused, found.notices, file)
    kinds = [one.kind for one in found.changes]
    counts = [
        f"{kinds.count(kind)} {kind}" for kind in ("new", "changed", "withdrawn", "unchanged")
    ]
    if conflicts := kinds.count("conflict"):
        counts.append(f"{conflicts} in conflict")
    talk(f"{', '.join(counts)}, {len(found.refused)} refused.")


def _line(change: Change) -> str:
    from techdd.text import clean

    before = f"{change.before.position} -> " if change.before else ""
    now = change.said.position or "taken back"
    said = f": {clean(change.said.words)[:120]}" if change.said.words else ""
    who = f", {clean(change.said.by)}" if change.said.by else ""
    return (
        f"{change.kind:10} {change.said.finding} ({clean(change.place)}{who}) {before}{now}{said}"
    )
