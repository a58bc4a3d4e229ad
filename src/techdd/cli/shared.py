"""What commands share: options, exit codes and how they talk."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.assessment import Assessment
    from techdd.checklists import Checklist
    from techdd.interviews.people import Participant
    from techdd.model import Finding, Reading, Run
    from techdd.questionnaires import Refusal
    from techdd.workspace import Workspace

_SHOWN = 10
WIDTH = 96  # of text in a terminal
GATE, USAGE, INCOMPLETE, BUG, INTERRUPTED = 1, 2, 3, 4, 130
SEVERITIES = click.Choice(["low", "medium", "high", "critical"])
AUDIENCES = click.Choice(["investor", "client", "internal"])

engagement_folder = click.argument(
    "folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path, file_okay=False)
)
as_of_option = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Count 'in the last 90 days' back from this day (default: today).",
)
audience_option = click.option(
    "--audience",
    type=AUDIENCES,
    default="investor",
    show_default=True,
    help="Who reads it: decides what is withheld (names, places of security findings).",
)
names_option = click.option(
    "--names/--pseudonyms",
    default=None,
    help="Call people by name or by a pseudonym that holds still (default: as the audience may).",
)
profile_option = click.option(
    "--profile",
    metavar="ID",
    help="What occasions the audit: seed, series-a, growth, acquisition, carve-out or one of your "
    "own; it chooses and weighs the questions (default: all of them; see: techdd checklist list).",
)
jobs_option = click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Worker processes (default: all cores)."
)
_cluster = click.option(
    "--cluster", metavar="ADDRESS", default="", envvar="TECHDD_CLUSTER",
    help="Have Dask workers do it: tcp://HOST:PORT, tls://HOST:PORT, or local for a cluster of "
    "this machine (see docs/scale-out.md).",
)  # fmt: skip
_keep = click.option(
    "--cluster-keep", is_flag=True,
    help="Leave clones on the workers for the next run; without it they are removed.",
)  # fmt: skip


def cluster_options(command: Callable[..., None]) -> Callable[..., None]:
    """Where the work is done, and what stays there."""
    return _cluster(_keep(command))


only_option = click.option(
    "--only", multiple=True, metavar="COLLECTOR", help="Run only this collector; repeatable."
)
online_option = click.option(
    "--online", is_flag=True, help="Allow look-ups over the network; without it there are none."
)
fail_on_option = click.option(
    "--fail-on", type=SEVERITIES, help="End with exit code 1 if a finding is this severe or worse."
)
quiet_option = click.option("--quiet", "-q", is_flag=True, help="No progress.")


def open_engagement(folder: Path) -> Workspace:
    """The engagement in `folder`. Raises TechddError where there is none."""
    from techdd.workspace import Workspace

    return Workspace(folder)


def size(workspace: Workspace) -> str:
    """ "1 repository", "300 repositories"."""
    from techdd.amounts import counted

    return counted(len(workspace.names), "repository", "repositories")


def participant(workspace: Workspace, name: str) -> Participant:
    """The respondent `name` of interviews.yaml. Raises TechddError where there is none."""
    from techdd.answers import person_of
    from techdd.interviews.people import FILE, participants

    people = participants(workspace.root, workspace.checklists)
    for one in people:
        if one.person == person_of(name):
            if one.kind == "interviewer":
                raise TechddError(
                    f"{one.name} asks and does not answer; name who answers, and give "
                    f"--recorded-by '{one.name}'",
                    workspace.root / FILE,
                )
            return one
    names = ", ".join(one.name for one in people) or "nobody"
    raise TechddError(f"does not name {name!r}; it names: {names}", workspace.root / FILE)


def scope(who: Participant, checklists: Sequence[Checklist]) -> tuple[Checklist, ...]:
    """What `who` is asked of `checklists`. Raises TechddError where that is nothing."""
    found = who.scope(checklists)
    if not found:
        raise TechddError(f"{who.name} is asked nothing of: {', '.join(c.id for c in checklists)}")
    return found


def leave(
    runs: Sequence[Run],
    found: Sequence[Finding],
    fail_on: str | None = None,
    readings: Sequence[Reading] = (),
) -> None:
    """Ends with the exit code that says how complete and how good the result is."""
    from techdd.handed import COLLECTORS
    from techdd.model import Severity, Status
    from techdd.opening import STALE

    for run in runs:
        if run.collector in COLLECTORS and run.status is Status.PARTIAL:
            _say_unread(run)
    failed = [run for run in runs if run.status is Status.FAILED]
    for run in failed:
        why = ": ".join(
            part for issue in run.issues[:1] for part in (issue.reason, issue.detail) if part
        )
        talk(f"Not measured, and said so in the report: {run.collector} of {run.repo}: {why}")
    stale = [(run, one) for run in runs for one in run.issues if one.reason == STALE]
    for run, issue in stale:
        talk(f"Audited as of an earlier run, and said so in the report: {run.repo}: {issue.detail}")
    faults = [one for one in readings if one.fault]
    for one in faults:
        talk(f"Not answered, and said so in the report: {one.question} {'; '.join(one.reasons)}")
    if faults:
        sys.exit(BUG)
    if fail_on and any(one.severity.rank >= Severity(fail_on).rank for one in found):
        sys.exit(GATE)
    if failed or stale:
        sys.exit(INCOMPLETE)


def with_handed_in(runs: Sequence[Run], workspace: Workspace) -> Sequence[Run]:
    """`runs` with what could not be read of the files that engagement.yaml names."""
    from techdd.handed import is_any

    if not any(map(is_any, workspace.engagement.repositories)):
        return runs
    from techdd.reading import Tables

    made = {(one.collector, one.repo) for one in runs}
    return [one for one in Tables(workspace).runs() if (one.collector, one.repo) in made]


def _say_unread(run: Run) -> None:
    """What a client's own tool said and nobody will read: whoever handed it in should know."""
    for issue in run.issues[:_SHOWN]:
        why = f"{issue.reason}: {issue.detail}"
        talk(f"Left out, and said so in the report: {issue.path} of {run.repo}: {why}")
    if len(run.issues) > _SHOWN:
        talk(f"... and {len(run.issues) - _SHOWN:,} more of {run.repo}.")


def day(when: datetime | None) -> date | None:
    """The date of a --as-of option."""
    return when.date() if when else None


def talk(text: str) -> None:
    """Says something to the person, on stderr."""
    click.echo(text, err=True)


def say_next(command: str) -> None:
    """Names the command that comes next."""
    talk(f"Next: {command}")


def warn_of_nothing(assessment: Assessment, folder: Path) -> None:
    """Says so where no repository has been measured."""
    from techdd.model import Status

    if all(run.status is Status.SKIPPED for run in assessment.runs):
        talk(f"Nothing has been measured yet; first: techdd collect {folder}")


def say_verdict(assessment: Assessment) -> None:
    """The verdict in one line, on stderr."""
    talk(f"{assessment.verdict.label} ({assessment.verdict.coverage:.0%} assessed).")


def filled(text: str, first: str = "  ", further: str = "    ") -> str:
    """`text` in lines of a terminal's width, the first and the further ones indented so."""
    words = " ".join(text.split())
    return textwrap.fill(words, WIDTH, initial_indent=first, subsequent_indent=further)


def say_refused(refused: Iterable[Refusal], notices: Iterable[str], file: Path) -> None:
    """What of a filled-in file is not taken, and what else is to be said of it."""
    from techdd.text import clean

    for one in refused:
        name = f"{clean(one.item)} " if one.item else ""
        click.echo(f"refused    {name}({clean(one.place)}): {clean(one.why)}")
    for notice in notices:
        talk(f"{file}: {clean(notice)}")
