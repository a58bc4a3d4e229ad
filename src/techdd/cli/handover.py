"""The commands by which an engagement leaves this machine as a sealed file, and comes in."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from techdd.cli.keeping import remember
from techdd.cli.passwords import password
from techdd.cli.shared import GATE, open_engagement, say_next, talk
from techdd.errors import TechddError
from techdd.text import clean

if TYPE_CHECKING:
    from techdd.engagements.merging import Difference
    from techdd.engagements.packing import Contents
    from techdd.engagements.sealing import Seal

PASSWORD = "TECHDD_EXPORT_PASSWORD"
_SHOWN = 20
_F = TypeVar("_F", bound=Callable[..., Any])

_engagement = click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False)
)
_password_file = click.option(
    "--password-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help=f"The file whose first line is the password (else {PASSWORD}, else it is asked for).",
)  # fmt: skip


def _sealed(command: _F) -> _F:
    """The options of commands that write a sealed file."""
    for option in (
        _password_file,
        click.option(
            "--to", "recipients", multiple=True, metavar="KEY",
            help="Seal it for this public key instead of by a password: age1..., ssh-ed25519 ..., "
            "or a file of such lines; repeatable.",
        ),
        click.option(
            "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
            metavar="FILE.age", help="The sealed file; one that is there is not replaced.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@_engagement
@_sealed
def export(folder: Path, output: Path, **options: Any) -> None:
    """Hand an engagement over to a colleague, as a sealed file.

    All of it travels but caches, logs and who may come in to the interview page. It is a tar in the
    format of age, so that `age -d FILE.age | tar -x -C DIR` opens it too.
    """
    _send(folder, output, options, clones=False)
    say_next(f"techdd import {output.name}   (on the colleague's machine)")


@click.command()
@_engagement
@click.option(
    "--clones", is_flag=True,
    help="Clones of repositories too, so that audited commits can be shown later.",
)  # fmt: skip
@_sealed
def archive(folder: Path, output: Path, clones: bool, **options: Any) -> None:
    """Keep what defends a report later, as a sealed file.

    Evidence, answers, decisions, audits, reports and the keys of their digests; `import` brings
    it back.
    """
    _send(folder, output, options, clones=clones)
    talk("Try it before you rely on it: techdd import FILE -o FOLDER, then techdd verify FOLDER.")
    say_next(f"techdd purge {folder} --proof FILE   (deletes the engagement itself)")


def _send(folder: Path, output: Path, options: dict[str, Any], *, clones: bool) -> None:
    from techdd.engagements import handing

    workspace = open_engagement(folder)
    handing.check_destination(output, folder)
    made = handing.send(workspace, output, _seal(output, options), clones=clones)
    _say_left_out(made.contents)
    talk(f"{len(made.contents.files):,} files, {made.size:,} bytes, sealed {_how(options)}.")
    click.echo(output)


def _seal(output: Path, options: dict[str, Any]) -> Seal:
    from techdd.engagements import sealing

    keys, file = options["recipients"], options["password_file"]
    if keys:
        if file:
            raise TechddError("--password-file and --to exclude each other: age takes one of both")
        return sealing.recipients(keys)
    return sealing.by_password(password(output, file, PASSWORD, "--password-file", new=True))


def _how(options: dict[str, Any]) -> str:
    if keys := options["recipients"]:
        return f"for {len(keys)} key{'s' if len(keys) > 1 else ''} or files of keys"
    return "by the password, without which nobody opens it again"


def _say_left_out(contents: Contents) -> None:
    left_out = sorted(contents.left_out.items())
    for path, why in left_out[:_SHOWN]:
        talk(f"Left out: {clean(path)} ({why})")
    if len(left_out) > _SHOWN:
        talk(f"... and {len(left_out) - _SHOWN:,} more.")


@click.command("import")
@click.argument("file", metavar="FILE.age", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="The engagement's folder, new or the copy that is here (default: FILE without ending).",
)  # fmt: skip
@click.option(
    "--identity", "identities", multiple=True, metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Your private key (age or SSH), where it is sealed for one; repeatable.",
)  # fmt: skip
@_password_file
@click.option(
    "--theirs", multiple=True, metavar="PATH",
    help="Settle a conflict: what arrives replaces what is here; a pattern will do; repeatable.",
)  # fmt: skip
@click.option(
    "--ours", multiple=True, metavar="PATH",
    help="Settle a conflict: what is here stays; a pattern will do; repeatable.",
)  # fmt: skip
def import_(file: Path, target: Path | None, **options: Any) -> None:
    """Take in an engagement that somebody exported.

    Every file is checked before any is placed. Where a copy of the same engagement is here, what
    only one side has is joined, and what differs on both sides is shown as a conflict; as long as
    one is not settled nothing is changed, and the exit code is 1.
    """
    from techdd.engagements import handing, sealing

    target = target or Path(file.name.removesuffix(".age"))
    if target.name == file.name and target.parent == file.parent:
        raise TechddError("has no ending .age; name the folder: -o DIR", file)
    sealing.check_installed()
    key = sealing.Key(
        lambda: password(file, options["password_file"], PASSWORD, "--password-file"),
        sealing.identities(options["identities"]),
    )
    with handing.arrived(file, target, key) as (root, contents):
        _say_left_out(contents)
        if not target.exists() or not any(target.iterdir()):
            if options["ours"] or options["theirs"]:
                raise TechddError("is not there yet, so that nothing is in conflict", target)
            handing.settle(root, target)
            talk(f"Engagement for {clean(contents.client)}: {len(contents.files):,} files.")
        else:
            _merge(target, root, contents, options)
    remember(target)
    _say_sources(target)
    click.echo(target)


def _merge(target: Path, root: Path, contents: Contents, options: dict[str, Any]) -> None:
    from techdd import copies
    from techdd.engagements import merging

    if not (target / "engagement.yaml").is_file():
        raise TechddError("is not empty, and no engagement; name another folder with -o", target)
    workspace = open_engagement(target)
    if copies.identity(target) != contents.engagement:
        raise TechddError("is another engagement; name another folder with -o", target)
    if (client := workspace.engagement.client) != contents.client:
        raise TechddError(
            f"is of {client!r}, and what arrives is of {contents.client!r}; one of both is a copy "
            "that was made for another client: it is not mixed with this one",
            target,
        )
    with workspace.locked():
        found = merging.differences(target, root, options["ours"], options["theirs"])
        for one in found:
            _say_difference(one)
        conflicts = [one for one in found if one.kept == "conflict"]
        if conflicts:
            talk(
                f"{len(conflicts)} in conflict: nothing was changed. Say which side counts with "
                "--ours PATH or --theirs PATH, and run it again."
            )
            sys.exit(GATE)
        merging.take_in(found, target, root)
    talk(f"Joined with what is here; {len(found)} differed." if found else "Nothing is new.")


def _say_difference(one: Difference) -> None:
    words = f"  {clean(one.words)}" if one.words else ""
    click.echo(f"{one.kept:10}{clean(one.path)}{words}")


def _say_sources(folder: Path) -> None:
    """What the sender's engagement.yaml says that is another matter on this machine."""
    from techdd.cloning import is_url
    from techdd.text import without_credentials

    workspace = open_engagement(folder)
    engagement = workspace.engagement
    missing = [
        one for one in engagement.repositories
        if not is_url(one.source) and not (folder / one.source).exists()
    ]  # fmt: skip
    for one in missing:
        talk(f"Not here: the repository {one.name}, in {clean(one.source)} on the other machine.")
    for one in engagement.repositories:
        if is_url(one.source):
            where = clean(without_credentials(one.source))
            talk(f"The next collect clones {one.name} from {where}")
    if missing:
        talk(f"Write where they are here as 'source' into {workspace.file}; reports need none.")
    if engagement.online or any(one.get("online") for one in engagement.options.values()):
        talk(f"It allows look-ups over the network (online: true in {workspace.file}).")
