"""The commands on all engagements of the user: which there are, and that one is to go."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from techdd.cli.shared import INCOMPLETE, open_engagement, talk
from techdd.errors import TechddError
from techdd.text import clean

if TYPE_CHECKING:
    from techdd.engagements.listing import Row
    from techdd.engagements.purging import Purge


def remember(folder: Path) -> None:
    """Adds an engagement to the user's list; where that fails it is said, and nothing else."""
    from techdd.engagements import index

    try:
        index.remember(folder)
    except TechddError as error:
        talk(f"Not in the list of engagements: {error}")


@click.command("list")
@click.argument(
    "folders", metavar="[FOLDER]...", nargs=-1, type=click.Path(path_type=Path, file_okay=False)
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="As a table, or for programs.",
)  # fmt: skip
@click.option("--forget", is_flag=True, help="Take out of the list what is not there any more.")
def list_(folders: tuple[Path, ...], form: str, forget: bool) -> None:
    """Show your engagements, one a line.

    Those in and below each FOLDER; without one, those that were begun, imported or collected by
    you on this machine. TECHDD_INDEX=off keeps no list of these. Exit code 3 where one cannot be
    read or is gone.
    """
    from techdd.engagements import index, listing
    from techdd.workspace import now

    places = listing.found(folders) if folders else index.known()
    if not places:
        where = "in these folders" if folders else "in your list; name a folder to search"
        talk(f"No engagement {where}.")
    if forget:
        gone = [one for one in places if not one.is_dir()]
        index.forget(gone)
        places = [one for one in places if one not in gone]
    rows = [listing.row(one, now().date()) for one in places]
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in rows], default=str, indent=1))
    else:
        _say_rows(rows)
    if any(one.problem for one in rows):
        sys.exit(INCOMPLETE)


def _say_rows(rows: Sequence[Row]) -> None:
    cells = [_cells(one) for one in rows]
    if not cells:
        return
    head = ("client", "repos", "collected", "answers", "last audit", "verdict", "keep until",
            "size", "folder")  # fmt: skip
    widths = [max(len(row[at]) for row in (head, *cells)) for at in range(len(head))]
    for row in (head, *cells):
        padded = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(padded).rstrip())
    for one in rows:
        if one.problem:
            talk(f"{clean(one.folder)}: {clean(one.problem.removeprefix(f'{one.folder}: '))}")
    if due := [one for one in rows if one.due]:
        talk(f"{len(due)} to go (retain_until has passed): techdd archive, techdd purge.")


def _cells(one: Row) -> tuple[str, ...]:
    if one.problem:
        return ("?", *[""] * 7, f"{clean(one.folder)}  (see below)")
    until = f"{one.retain_until}{' PASSED' if one.due else ''}" if one.retain_until else ""
    verdict = one.verdict + ("" if one.score is None else f" {one.score:.0f}")
    return (
        clean(one.client)[:30], str(one.repositories),
        f"{one.collected:%Y-%m-%d}" if one.collected else "never",
        f"{one.answered} of {one.asked}", one.audited or "none", clean(verdict), until,
        _bytes(one.size), clean(one.folder),
    )  # fmt: skip


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1_000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1_000
    raise AssertionError(size)


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--proof", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Where the proof of deletion is written: a text outside of DIR.",
)  # fmt: skip
@click.option("--by", default="", metavar="NAME", help="Who deletes it, for the proof.")
@click.option(
    "--only", type=click.Choice(["cache"]), help="Only clones, overlays and other copies."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--even-so", is_flag=True, help="Although retain_until has not passed.")
@click.option("--everything", is_flag=True, help="Also what techdd did not make.")
def purge(folder: Path, only: str | None, proof: Path | None, yes: bool, **options: Any) -> None:
    """Delete an engagement, with a proof.

    Shows what goes and asks for the client's name. Nothing outside of DIR is touched but its entry
    in the list of engagements. One that was stopped goes on when the command is repeated.
    """
    from techdd.engagements import purging

    what = purging.begun(folder)
    if what is None:
        open_engagement(folder)
    if only:
        files, size = purging.purge_cache(folder)
        talk(f"{files:,} files deleted, {_bytes(size)}; the next collect makes them again.")
        return
    if what:
        talk(f"The purge that was begun at {what.begun:%Y-%m-%d %H:%M} UTC goes on.")
        what = purging.with_proof(folder, what, proof) if proof else what
    elif proof is None:
        raise TechddError("say where the proof of deletion goes: --proof FILE", folder)
    else:
        what = purging.plan(folder, proof, **options)
    _say_plan(folder, what)
    if not yes:
        _confirm(folder, what.client)
    for line in purging.purge(folder, what):
        talk(line)
    talk(f"{folder} is deleted.")
    if folder.exists():
        talk("Another techdd that was at work has written into it again: look, and delete it too.")
    if logs := purging.error_logs():
        talk(f"Logs of bugs, of whichever engagement, are in {logs[0].parent}: look through them:")
        for log in logs:
            talk(f"  {log}")
    click.echo(what.proof)


def _say_plan(folder: Path, what: Purge) -> None:
    talk(f"Engagement for {clean(what.client)} in {folder}:")
    for one in what.parts:
        talk(f"  {clean(one.name):24}{one.files:>9,} files{_bytes(one.bytes):>12}")
    talk(f"  its entry in the list of engagements; the proof goes to {what.proof}")
    if what.elsewhere:
        talk(f"  not touched: {what.elsewhere} of the client's folders elsewhere")


def _confirm(folder: Path, client: str) -> None:
    if not sys.stdin.isatty():
        raise TechddError("is deleted only if somebody says so; give --yes", folder)
    word = click.prompt("Type the client's name to delete it", err=True, default="",
                        show_default=False)  # fmt: skip
    if word.strip() != client:
        raise TechddError("that is not the client's name; nothing was deleted", folder)
