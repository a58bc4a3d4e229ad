"""The ways to interview: in the terminal, and what leads there and back without it."""

from __future__ import annotations

import io
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import click

from techdd.cli import papers, serve, voices
from techdd.cli.shared import (
    engagement_folder,
    open_engagement,
    participant,
    say_next,
    scope,
    talk,
)
from techdd.errors import TechddError

_DEFAULT = "ask"


class _AskedByDefault(click.Group):
    """`techdd interview DIR` is the interview in the terminal, whatever else there is."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {*self.commands, *self.get_help_option_names(ctx)}
        if not args or args[0] not in known:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_AskedByDefault, subcommand_metavar="[DIR] | COMMAND [ARGS]...")
def interview() -> None:
    """Ask in the terminal, in the browser, or on paper.

    `techdd interview DIR` asks the open questions in the terminal; its options are those of
    `techdd interview ask`.
    """


@interview.command(_DEFAULT, context_settings={"auto_envvar_prefix": "TECHDD_INTERVIEW"})
@engagement_folder
@click.option("--checklist", metavar="ID", help="Only this checklist.")
@click.option("--as", "known", metavar="NAME", help="Who answers, as interviews.yaml knows them.")
@click.option("--by", default="", metavar="NAME", help="Who answers, where nothing knows them.")
@click.option("--role", default="", metavar="ROLE", help="The role of who answers, such as CTO.")
@click.option("--recorded-by", default="", metavar="NAME", help="Who asks and writes it down.")
@click.option("--again", is_flag=True, help="Ask answered questions too; old answers are kept.")
def ask(folder: Path, checklist: str | None, known: str | None, **options: Any) -> None:
    """Ask the open questions in the terminal (the default).

    Every answer is saved at once: stop at any time, and go on by running it again.
    """
    from techdd.interviews import prompts, terminal
    from techdd.reading import engagement_metrics

    workspace = open_engagement(folder)
    checklists = (workspace.checklist(checklist),) if checklist else workspace.checklists
    if known:
        if options["by"]:
            raise TechddError("give one of --as and --by")
        who = participant(workspace, known)
        checklists = scope(who, checklists)
        options |= {"by": who.name, "role": options["role"] or who.role}
    _end_as_ctrl_c()
    if isinstance(sys.stdin, io.TextIOWrapper):  # what is no text there is still to be seen
        sys.stdin.reconfigure(errors="backslashreplace")
    console = prompts.Console(click.echo, _line, _width)
    talk("Reading the evidence ...")
    again, metrics = options.pop("again"), engagement_metrics(workspace)
    sitting = terminal.Sitting(workspace, checklists, console, metrics=metrics, **options)
    talk("h = help. Every answer is saved at once; Ctrl-D or q stops.")
    try:
        sitting.hold(again=again)
    except KeyboardInterrupt:
        talk("")  # ^C stands where the prompt was
        raise
    finally:
        talk(f"{sitting.written} answer(s) saved in {workspace.root / 'answers'}.")
    say_next(f"techdd score {folder}")


def _end_as_ctrl_c() -> None:
    """Who ends the program or closes its terminal loses nothing that was given."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # without its terminal the input ends by itself


def _width() -> int:
    return min(96, max(20, shutil.get_terminal_size((97, 24)).columns - 1))


def _line(prompt: str) -> str | None:
    try:
        return input(f"{prompt}: ")
    except (EOFError, OSError):  # the latter where the terminal itself is gone
        return None


for command in (
    serve.serve,
    papers.export,
    papers.import_,
    voices.brief,
    voices.answers,
    voices.settle,
):
    interview.add_command(command)
