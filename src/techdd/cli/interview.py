"""The ways to interview: in the terminal, and what leads there and back without it."""

from __future__ import annotations

from pathlib import Path

import click

from techdd.cli.shared import engagement_folder, open_engagement, say_next, talk

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
    """Ask the questions: in the terminal, or on paper.

    `techdd interview DIR` asks the open questions in the terminal; its options are those of
    `techdd interview ask`.
    """


@interview.command(_DEFAULT, context_settings={"auto_envvar_prefix": "TECHDD_INTERVIEW"})
@engagement_folder
@click.option("--checklist", metavar="ID", help="Only this checklist.")
@click.option("--by", default="", metavar="NAME", help="Who answers.")
@click.option("--role", default="", metavar="ROLE", help="The role of who answers, such as CTO.")
@click.option("--again", is_flag=True, help="Ask answered questions too; old answers are kept.")
def ask(folder: Path, checklist: str | None, by: str, role: str, again: bool) -> None:
    """Ask the open questions in the terminal (the default).

    Every answer is saved at once: stop at any time, and go on by running it again.
    """
    from techdd.interviews import terminal
    from techdd.reading import engagement_metrics

    workspace = open_engagement(folder)
    checklists = (workspace.checklist(checklist),) if checklist else workspace.checklists
    console = terminal.Console(click.echo, _ask)
    talk(terminal.HELP)
    with workspace.locked():
        written = terminal.interview(
            workspace, checklists, console,
            by=by, role=role, metrics=engagement_metrics(workspace), again=again,
        )  # fmt: skip
    talk(f"{written} answer(s) saved in {workspace.root / 'answers'}.")
    say_next(f"techdd score {folder}")


def _ask(prompt: str) -> str | None:
    try:
        return input(f"{prompt}: ")
    except EOFError:
        return None
