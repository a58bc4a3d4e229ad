"""Questionnaires on paper: `techdd interview export` and `import`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.shared import (
    INCOMPLETE,
    open_engagement,
    participant,
    say_next,
    say_refused,
    scope,
    talk,
)
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.interviews.returned import Change, Preview

_engagement = click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False)
)


@click.command("export")
@_engagement
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
    help="The questionnaire; the ending says the form (xlsx, md).",
)  # fmt: skip
@click.option("--for", "known", metavar="NAME", help="For this person of interviews.yaml.")
@click.option("--checklist", "only", multiple=True, metavar="ID", help="This one; repeatable.")
@click.option("--open", "only_open", is_flag=True, help="Only what is not answered yet.")
def export(
    folder: Path, output: Path, known: str | None, only: tuple[str, ...], only_open: bool
) -> None:
    """Write a questionnaire to be filled in without techdd.

    It holds the questions and what their levels mean; no evidence, score or weight. With --for it
    holds what that person answered before.
    """
    from techdd.files import write_atomic
    from techdd.interviews.asking import heard, is_open
    from techdd.questionnaires import Questionnaire, format_of

    form = format_of(output, writing=True)
    if output.exists():
        raise TechddError("is there already, and may be filled in; give another -o", output)
    workspace = open_engagement(folder)
    checklists = tuple(map(workspace.checklist, only)) if only else workspace.checklists
    entries = workspace.journal.read()
    said = heard(entries, workspace.engagement.round)
    name, role, person = "", "", ""
    if known:
        who = participant(workspace, known)
        checklists = scope(who, checklists)
        name, role, person = who.name, who.role, who.person
    if only_open:
        checklists = tuple(
            one.model_copy(update={"items": items})
            for one in checklists
            if (items := tuple(item for item in one.items if is_open(item, said, person)))
        )
    if not checklists:
        raise TechddError("nothing is open: every question is answered", folder)
    own = {item: by[person] for item, by in said.items() if person in by} if known else {}
    last = entries[-1].id if entries else ""
    made = Questionnaire(workspace.engagement.client, checklists, name, role, own, last)
    assert form.write
    write_atomic(output, form.write(made))
    click.echo(output)
    talk(f"{sum(len(one.items) for one in checklists)} questions.")
    say_next(f"techdd interview import {folder} {output}")


@click.command("import")
@_engagement
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--by", default="", metavar="NAME", help="Who answered, where the file is wrong.")
@click.option("--role", default="", metavar="ROLE", help="The role of who answered.")
@click.option("--apply", is_flag=True, help="Record the answers: all of them or none.")
@click.option("--partly", is_flag=True, help="Leave out what is refused and what is in conflict.")
@click.option(
    "--overwrite", is_flag=True,
    help="Let the file count where the same person answered otherwise since it was made.",
)  # fmt: skip
def import_(
    folder: Path, file: Path, by: str, role: str, apply: bool, partly: bool, overwrite: bool
) -> None:
    """Show what a filled-in questionnaire would change; with --apply, record it.

    FILE is a questionnaire of `techdd interview export`, or a file of answers of an earlier version
    (DIR/answers/ID.yaml). Documents that it names are looked for beside it.
    """
    from techdd.interviews.returned import preview, take_in
    from techdd.questionnaires import format_of

    workspace = open_engagement(folder)
    form = format_of(file)
    returned = form.read(file)
    name = by or returned.name or (returned.manifest.respondent if returned.manifest else "")
    if returned.manifest and not name:
        raise TechddError("does not say who answered; add --by NAME", file)
    said_by = {"by": name, "role": role or returned.role, "source": form.name}
    try:
        found = preview(workspace, returned, file.parent, said_by)
    except TechddError as error:
        raise error if error.where else TechddError(error.message, file) from None
    if returned.manifest and returned.manifest.respondent not in ("", name):
        talk(f"{file}: was made for {returned.manifest.respondent}, and is of {name}.")
    _show(found, file)
    wanted = found.to_record(overwrite=overwrite)
    in_the_way = _in_the_way(found, overwrite=overwrite)
    if not apply:
        talk("Nothing is recorded yet; to record it, add --apply.")
        sys.exit(INCOMPLETE if in_the_way else 0)
    if in_the_way and not partly:
        raise TechddError(
            f"nothing was recorded: {in_the_way}; mend the file, or leave that out with --partly",
            file,
        )
    recorded = take_in(workspace, wanted, found.entries)
    talk(f"{recorded} answer(s) recorded in {workspace.root / 'answers'}.")
    if file.resolve().parent == (workspace.root / "answers").resolve():
        talk(f"{file} is taken in, and is called {_put_aside(file).name} from now on.")
    say_next(f"techdd score {folder}")
    sys.exit(INCOMPLETE if in_the_way else 0)


def _in_the_way(found: Preview, *, overwrite: bool) -> str:
    conflicts = 0 if overwrite else sum(one.kind == "conflict" for one in found.changes)
    parts = []
    if found.refused:
        parts.append(f"{len(found.refused)} refused")
    if conflicts:
        parts.append(f"{conflicts} in conflict with what was answered since (see --overwrite)")
    return " and ".join(parts)


def _show(found: Preview, file: Path) -> None:

    kinds = [one.kind for one in found.changes]
    for change in found.changes:
        if change.kind != "unchanged":
            click.echo(_line(change))
    say_refused(found.refused, found.notices, file)
    counts = [f"{kinds.count(kind)} {kind}" for kind in ("new", "changed", "unchanged")]
    if conflicts := kinds.count("conflict"):
        counts.append(f"{conflicts} in conflict")
    talk(f"{', '.join(counts)}, {len(found.refused)} refused, {found.left_open} left open.")


def _line(change: Change) -> str:
    from techdd.replies import told
    from techdd.text import clean

    who = clean(change.answer.by) or "nobody named"
    before = f"{told(change.before)} -> " if change.before else ""
    wording = " [asked in an earlier wording]" if change.reworded else ""
    place = f"{change.item} ({clean(change.place)}) {who}"
    return f"{change.kind:10} {place}: {before}{told(change.answer)}{wording}"


def _put_aside(file: Path) -> Path:
    """Renames a file of answers that was taken in, so that it is not told again."""
    number, target = 1, file.with_name(f"{file.name}.taken")
    while target.exists():
        number, target = number + 1, file.with_name(f"{file.name}.taken{number + 1}")
    return file.rename(target)
