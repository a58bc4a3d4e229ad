"""Who is who: list the persons and why they were joined, correct that, import HR's roster."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from techdd.cli.shared import INCOMPLETE, open_engagement, say_next, talk

if TYPE_CHECKING:
    from techdd.roster import Understood

folder_argument = click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False)
)
aliases_argument = click.argument("aliases", metavar="EMAIL...", nargs=-1, required=True)


@click.group()
def people() -> None:
    """Who is who: joined addresses, corrections, the roster."""


@people.command("list")
@folder_argument
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="How the list is written.",
)  # fmt: skip
def list_(folder: Path, form: str) -> None:
    """List the persons, their spellings and why these were joined."""
    from techdd import register

    listed = register.persons(open_engagement(folder))
    if form == "json":
        click.echo(json.dumps(listed, indent=1, ensure_ascii=False))
        return
    for person in listed:
        click.echo(
            f"{person['pseudonym']}  {person['name']}  {person['commits']:,} commits  "
            f"{person['first'] or 'unknown'} to {person['last'] or 'unknown'}  "
            f"{'bot' if person['bot'] else person['affiliation']}"
            f"{'  on the roster' if person['on_roster'] else ''}"
        )
        for one in person["aliases"]:
            joined = f"; {one['reason']} as {one['joined_with']}" if one["reason"] else ""
            click.echo(
                f"    {one['id']}  {one['name']} <{one['email']}>  {one['commits']:,}{joined}"
            )


@people.command("join")
@folder_argument
@aliases_argument
@click.option("--name", default="", metavar="N", help="The person's name.")
@click.option("--reason", default="", metavar="R", help="How you know; listed with the join.")
def join(folder: Path, aliases: tuple[str, ...], name: str, reason: str) -> None:
    """Say that these addresses are one person.

    EMAIL is an address, a whole spelling ('Ann Able <ann@x.io>') or an id from `people list`.
    """
    from techdd import register

    register.join(open_engagement(folder), aliases, name, reason)
    talk(f"Written to {folder / 'people.yaml'}.")
    say_next(f"techdd people list {folder}")


@people.command("separate")
@folder_argument
@aliases_argument
@click.option("--reason", default="", metavar="R", help="How you know.")
def separate(folder: Path, aliases: tuple[str, ...], reason: str) -> None:
    """Say that each of these addresses is somebody of its own.

    Undoes every join, whatever its reason. EMAIL is an address, a whole spelling ('Ann Able
    <ann@x.io>') or an id from `people list`, which also parts what a mailmap joined.
    """
    from techdd import register

    unnamed = register.separate(open_engagement(folder), aliases, reason)
    talk(f"Written to {folder / 'people.yaml'}.")
    for name, left in unnamed:
        # Whose name it was of the two, only the adviser can tell.
        keep = shlex.join(("techdd", "people", "join", str(folder), *left, "--name", name))
        kept = f"; {left[0]} keeps it by: {keep}" if left else ""
        talk(f"The name {name!r} went with the join{kept}")
    say_next(f"techdd people list {folder}")


@people.command("roster")
@folder_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--date-format", type=click.Choice(["DD/MM/YYYY", "MM/DD/YYYY"]),
    help="How dates such as 03/04/2024 are meant; without it they are refused.",
)  # fmt: skip
@click.option("--replace", is_flag=True, help="Replace the roster that is there.")
def roster(folder: Path, file: Path, date_format: Any, replace: bool) -> None:
    """Import HR's list of people (CSV or XLSX) as roster.yaml.

    Shows what was understood. Columns: name, e-mails, role, start, end, contract type, IP
    assignment signed; in English or German.
    """
    from techdd import register

    found = register.import_roster(
        open_engagement(folder), file, order=date_format, replace=replace
    )
    _tell(found)
    talk(f"Written to {folder / 'roster.yaml'}; correct it there.")
    say_next(f"techdd people list {folder}")
    if found.refused:
        sys.exit(INCOMPLETE)


def _tell(found: Understood) -> None:
    entries = found.entries
    click.echo(f"{len(entries)} people understood{f', sheet {found.sheet!r}' * bool(found.sheet)}")
    for header, field in found.columns:
        click.echo(f"  column {header!r} read as {field}")
    for header in found.unmatched:
        click.echo(f"  column {header!r} not read")
    signed = [one.ip_assigned for one in entries]
    click.echo(
        f"  IP assignment: {signed.count(True)} signed, {signed.count(False)} not signed, "
        f"{signed.count(None)} unknown"
    )
    for kind in ("employee", "contractor", "outsourcing", None):
        number = sum(one.contract == kind for one in entries)
        click.echo(f"  contract {kind or 'unknown'}: {number}")
    click.echo(f"  left: {sum(one.end is not None for one in entries)}")
    for value in found.unclear:
        click.echo(f"  not understood, kept as unknown: {value}")
    for row, why in found.refused:
        click.echo(f"  row {row} refused: {why}")
