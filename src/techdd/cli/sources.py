"""How repositories come into an engagement, many at a time or one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from techdd.cli.shared import open_engagement, say_next, size, talk
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.policy import RepositoryEntry
    from techdd.sources import Taken

Command = TypeVar("Command", bound=Callable[..., Any])
_SHOWN = 5  # repositories that are told of


def many_options(command: Command) -> Command:
    """The options by which many repositories are named at once."""
    for option in (
        click.option(
            "--ssh", is_flag=True, help="Take the SSH addresses of an export, not the HTTPS ones."
        ),
        click.option(
            "--skip", type=click.Choice(["forks", "archived"]), multiple=True,
            help="Leave these out of --from; the report says how many. Repeatable.",
        ),
        click.option(
            "--from", "files", type=click.Path(path_type=Path, exists=True), multiple=True,
            metavar="PATH",
            help="Many repositories: a folder that holds them, a list (one path or URL a line), a "
            "CSV table, or the JSON export of a GitHub organisation or GitLab group; repeatable.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def taken_from(
    options: dict[str, Any], known: Sequence[RepositoryEntry] = (), group: str = ""
) -> Taken:
    """What the options of `many_options` name; they are taken out of `options`."""
    from techdd.sources import taken

    files, skip, ssh = (options.pop(name) for name in ("files", "skip", "ssh"))
    if skip and not files:
        raise TechddError("--skip leaves out of --from; give that too")
    found = taken(files, known, skip=skip, ssh=ssh, group=group)
    for reason, number in sorted(Counter(one.why for one in found.left_out).items()):
        talk(f"Left out, {reason}: {number}.")
    for doubt in found.doubts[:_SHOWN]:
        talk(f"Taken over although it cannot be opened now: {doubt}")
    if more := len(found.doubts[_SHOWN:]):
        talk(f"Taken over although they cannot be opened now: {more} more.")
    return found


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@many_options
@click.option(
    "--group", default="", metavar="NAME",
    help="The product, team or subsidiary that they belong to (default: for --from the folder, "
    "owner or namespace).",
)  # fmt: skip
def add(folder: Path, repositories: tuple[str, ...], group: str, **options: Any) -> None:
    """Add repositories to the engagement in DIR.

    Those that it has already stay as they are, so that a newer export adds what is new.
    """
    if not (repositories or options["files"]):
        raise TechddError("name repositories to add, or --from with what names them")
    workspace = open_engagement(folder)
    had = len(workspace.names)
    found = taken_from(options, workspace.engagement.repositories, group)
    workspace.add(repositories, found, group)
    talk(f"{len(workspace.names) - had} added; {size(workspace)} in all.")
    say_next(f"techdd collect {folder}")
