"""The command line: words in, one verb, words out. Data goes to stdout, talk to stderr.

Exit codes: 0 done; 1 a gate such as --fail-on was not met; 2 the user's input; 3 done, but
something asked for could not be made; 4 a bug, with a log; 130 interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from techdd import __version__
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.model import Finding, Run
    from techdd.report import Assessment
    from techdd.workspace import Workspace

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
jobs_option = click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Worker processes (default: all cores)."
)
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


class _InOrder(click.Group):
    """Lists commands in the order of an engagement, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "TECHDD"},
    epilog="Exit codes: 0 done, 1 gate not met, 2 wrong input, 3 incomplete, 4 a bug.",
)
@click.version_option(__version__, prog_name="techdd")
def main() -> None:
    """Technical due diligence from git repositories and interviews.

    `techdd audit REPO...` does everything in one go. For a real engagement go step by step: init,
    collect, interview, score, report; `status` says where you are.
    """


@main.command()
@click.argument("repositories", metavar="REPO...", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("techdd-report.pdf"),
    show_default=True, help="The report; the ending says the format (pdf, html, json, md).",
)  # fmt: skip
@click.option(
    "--engagement", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Folder for evidence and answers (default: beside the report).",
)  # fmt: skip
@click.option("--client", metavar="NAME", help="The client's name, as the report prints it.")
@click.option(
    "--format", "formats", multiple=True, metavar="F", help="A further format; repeatable."
)
@only_option
@jobs_option
@online_option
@audience_option
@as_of_option
@fail_on_option
@quiet_option
def audit(repositories: tuple[str, ...], output: Path, **options: Any) -> None:
    """Audit repositories and write the report.

    REPO is a folder (work tree or bare repository) or a clone URL. Running it again goes on where
    it stopped and measures only what changed.
    """
    from techdd import pipeline

    pipeline.check_format(output)
    folder = options["engagement"] or output.with_suffix(".engagement")
    workspace = _engagement(folder, repositories, options["client"])
    runs = _collect(workspace, options)
    assessment = pipeline.assess(workspace, as_of=_day(options["as_of"]))
    made = _publish(workspace, assessment, options["audience"], output, options["formats"])
    _say_verdict(assessment)
    for path in made:
        click.echo(path)
    _leave(runs, assessment.findings, options["fail_on"])


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@click.option("--client", required=True, metavar="NAME", help="The client's name.")
@click.option("--adviser", default="", metavar="NAME", help="Who gives the report.")
def init(folder: Path, repositories: tuple[str, ...], client: str, adviser: str) -> None:
    """Begin an engagement for one client in DIR."""
    from techdd.workspace import Workspace

    workspace = Workspace.create(folder, client, repositories, adviser)
    _talk(f"Engagement for {client} in {folder}: {len(workspace.names)} repositories.")
    _next(f"techdd collect {folder}")


@main.command()
@engagement_folder
@only_option
@jobs_option
@online_option
@quiet_option
def collect(folder: Path, **options: Any) -> None:
    """Measure the repositories.

    What has not changed since the last time is not measured again.
    """
    workspace = _open(folder)
    runs = _collect(workspace, options)
    _next(f"techdd interview {folder}   (or: techdd report {folder})")
    _leave(runs, ())


@main.command()
@engagement_folder
@click.option("--checklist", "name", metavar="ID", help="Only this checklist.")
@click.option("--by", default="", metavar="NAME", help="Who answers.")
@click.option("--role", default="", metavar="ROLE", help="The role of who answers, such as CTO.")
@click.option("--again", is_flag=True, help="Ask answered questions too; old answers are kept.")
def interview(folder: Path, name: str | None, by: str, role: str, again: bool) -> None:
    """Ask the open questions in the terminal.

    Every answer is saved at once: stop at any time, and go on by running it again.
    """
    from techdd import pipeline
    from techdd.interviews import terminal

    workspace = _open(folder)
    checklists = (workspace.checklist(name),) if name else workspace.checklists
    console = terminal.Console(click.echo, _ask)
    with workspace.locked():
        written = terminal.interview(
            workspace, checklists, console,
            by=by, role=role, metrics=pipeline.engagement_metrics(workspace), again=again,
        )  # fmt: skip
    _talk(f"{written} answer(s) saved in {workspace.root / 'answers'}.")
    _next(f"techdd score {folder}")


@main.command()
@engagement_folder
@as_of_option
@fail_on_option
def score(folder: Path, as_of: datetime | None, fail_on: str | None) -> None:
    """Score evidence and answers; print the scorecard."""
    from techdd import pipeline

    workspace = _open(folder)
    assessment = pipeline.assess(workspace, as_of=_day(as_of))
    for checklist, one, _ in assessment.domains:
        value = "  –" if one.value is None else f"{one.value:3.0f}"
        click.echo(
            f"{checklist.title:38} {value}  {one.rating:5}  {one.coverage:4.0%} assessed, "
            f"confidence {one.confidence}"
        )
    _say_verdict(assessment)
    _next(f"techdd report {folder}")
    _leave(assessment.runs, assessment.findings, fail_on)


@main.command()
@engagement_folder
@click.option(
    "-o", "--output", type=click.Path(path_type=Path),
    help="The report; the ending says the format (default: DIR/out/report.pdf).",
)  # fmt: skip
@click.option(
    "--format", "formats", multiple=True, metavar="F", help="A further format; repeatable."
)
@audience_option
@as_of_option
def report(
    folder: Path,
    output: Path | None,
    formats: tuple[str, ...],
    audience: str,
    as_of: datetime | None,
) -> None:
    """Write the report."""
    from techdd import pipeline

    workspace = _open(folder)
    destination = output or folder / "out" / "report.pdf"
    pipeline.check_format(destination)
    assessment = pipeline.assess(workspace, as_of=_day(as_of))
    for path in _publish(workspace, assessment, audience, destination, formats):
        click.echo(path)
    _leave(assessment.runs, ())


@main.command()
@engagement_folder
def status(folder: Path) -> None:
    """Say where you are and what comes next."""
    from techdd import pipeline

    workspace = _open(folder)
    click.echo(f"{workspace.engagement.client}: {len(workspace.names)} repositories")
    waiting = False
    for name, ends in pipeline.progress(workspace).items():
        click.echo(f"  {name:30} {ends}")
        waiting = waiting or "not run" in ends
    answered = asked = 0
    for checklist in workspace.checklists:
        journal = workspace.answers(checklist.id)
        done = {answer.item for answer in journal.answers} if journal else set()
        answered, asked = answered + len(done), asked + len(checklist.items)
        click.echo(f"  {checklist.title:30} {len(done)} of {len(checklist.items)} answered")
    step = "collect" if waiting else "interview" if answered < asked else "report"
    _next(f"techdd {step} {folder}")


@main.group()
def findings() -> None:
    """The findings register."""


@findings.command("list")
@engagement_folder
@as_of_option
@fail_on_option
def findings_list(folder: Path, as_of: datetime | None, fail_on: str | None) -> None:
    """List findings, the most severe first: id, severity, repository, title."""
    from techdd import pipeline

    workspace = _open(folder)
    found = pipeline.report(
        workspace, pipeline.assess(workspace, as_of=_day(as_of)), "internal"
    ).findings
    for one in found:
        click.echo(f"{one.id}  {one.severity:8}  {one.repo or '(all)':20}  {one.title}")
    _leave((), found, fail_on)


@main.group()
def advisories() -> None:
    """The local database of known vulnerabilities (OSV)."""


@advisories.command("import")
@click.argument(
    "sources", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
def advisories_import(sources: tuple[Path, ...]) -> None:
    """Add OSV advisories from all.zip files, folders or JSON files; newer records win."""
    from techdd import advisories as store

    done = store.import_advisories(list(sources), store.default_folder())
    for ecosystem, count in sorted(done.counts.items()):
        click.echo(f"{ecosystem:12} {count:7,} advisories")
    _talk(f"Newest of {done.date[:10]}; {done.skipped} record(s) skipped.")


@advisories.command("update")
@click.argument("ecosystems", metavar="ECOSYSTEM...", nargs=-1, required=True)
def advisories_update(ecosystems: tuple[str, ...]) -> None:
    """Download the databases of ecosystems (PyPI, npm, Go ...) from OSV; uses the network."""
    from techdd import advisories as store

    done = store.update(list(ecosystems), store.default_folder())
    _talk(f"{sum(done.counts.values()):,} advisories, newest of {done.date[:10]}.")


@advisories.command("status")
def advisories_status() -> None:
    """Say how many advisories there are and how old they are."""
    from techdd import advisories as store

    found = store.status(store.default_folder())
    if found is None:
        raise TechddError("there is no advisory database; see: techdd advisories import --help")
    for ecosystem, count in sorted(found.counts.items()):
        click.echo(f"{ecosystem:12} {count:7,} advisories")
    click.echo(f"newest of {found.newest}, in {found.file}")


@main.group()
def checklist() -> None:
    """The questions of the interviews."""


@checklist.command("list")
def checklist_list() -> None:
    """List the checklists that ship with the tool."""
    from techdd.documents import load
    from techdd.policy import Checklist
    from techdd.workspace import data

    found = [load(path, Checklist) for path in sorted(data("checklists").glob("*.yaml"))]
    for one in sorted(found, key=lambda one: one.order):
        click.echo(f"{one.id:14} {len(one.items):3} questions  {one.title}")


@checklist.command("lint")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
def checklist_lint(paths: tuple[Path, ...]) -> None:
    """Check checklists; every mistake with file, line and column."""
    from techdd.documents import load
    from techdd.policy import Checklist

    wrong = 0
    for path in paths:
        try:
            load(path, Checklist)
        except TechddError as error:
            click.echo(error)
            wrong += 1
    if wrong:
        sys.exit(GATE)
    _talk(f"{len(paths)} checklist(s) are sound.")


@main.command()
def doctor() -> None:
    """Check what the tool needs on this machine.

    Each line that says MISSING names the command that mends it.
    """
    from techdd import doctor as checks

    results = checks.examine()
    for one in results:
        click.echo(f"{'ok     ' if one.fine else 'MISSING'}  {one.name:18} {one.detail}")
    if not all(one.fine for one in results):
        sys.exit(INCOMPLETE)


def _open(folder: Path) -> Workspace:
    from techdd.workspace import Workspace

    return Workspace(folder)


def _engagement(folder: Path, repositories: Sequence[str], client: str | None) -> Workspace:
    """The engagement in `folder`, made where there is none; it holds one client only."""
    from techdd.workspace import Workspace, entries

    if not (folder / "engagement.yaml").exists():
        return Workspace.create(folder, client or entries(repositories)[0].name, repositories)
    workspace = Workspace(folder)
    if client and client != workspace.engagement.client:
        raise TechddError(
            f"is the engagement of {workspace.engagement.client!r}; give another --engagement",
            folder,
        )
    workspace.add(repositories)
    return workspace


def _collect(workspace: Workspace, options: dict[str, Any]) -> list[Run]:
    from techdd import pipeline, progress

    collectors = [one.name for one in pipeline.choose_collectors(options["only"])]
    with progress.shown(list(workspace.names), collectors, quiet=options["quiet"]) as tell:
        return pipeline.collect(
            workspace,
            only=options["only"],
            workers=options["jobs"] or 0,
            online=options["online"],
            tell=tell,
        )


def _publish(
    workspace: Workspace,
    assessment: Assessment,
    audience: Any,
    output: Path,
    formats: Sequence[str],
) -> list[Path]:
    from techdd import pipeline

    made = pipeline.report(workspace, assessment, audience)
    targets = [(output, ""), *((output.with_suffix(f".{name}"), name) for name in formats)]
    return [pipeline.publish(made, workspace, path, name) for path, name in targets]


def _say_verdict(assessment: Assessment) -> None:
    _talk(f"{assessment.verdict.label} ({assessment.verdict.coverage:.0%} assessed).")


def _leave(runs: Sequence[Run], found: Sequence[Finding], fail_on: str | None = None) -> None:
    """Ends with the exit code that says how complete and how good the result is."""
    from techdd.model import Severity, Status

    failed = sorted(
        {f"{run.collector} ({run.repo})" for run in runs if run.status is Status.FAILED}
    )
    if failed:
        _talk(f"Not measured, and said so in the report: {', '.join(failed)}.")
    if fail_on and any(one.severity.rank >= Severity(fail_on).rank for one in found):
        sys.exit(GATE)
    if failed:
        sys.exit(INCOMPLETE)


def _ask(prompt: str) -> str | None:
    try:
        return input(f"{prompt}: ")
    except EOFError:
        return None


def _day(when: datetime | None) -> date | None:
    return when.date() if when else None


def _talk(text: str) -> None:
    click.echo(text, err=True)


def _next(command: str) -> None:
    _talk(f"Next: {command}")


def run() -> None:
    """The console script: every way to fail ends in one line and a documented exit code."""
    try:
        main(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except TechddError as error:
        _talk(f"techdd: {error}")
        sys.exit(USAGE)
    except (KeyboardInterrupt, click.Abort):
        _talk("techdd: interrupted; run the same command again to go on")
        sys.exit(INTERRUPTED)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _talk(f"techdd: {place}{error.strerror or error}")
        sys.exit(USAGE)
    except Exception as error:
        log = _write_log()
        _talk(f"techdd: this is a bug: {type(error).__name__}: {error} (details: {log})")
        sys.exit(BUG)


def _write_log() -> Path:
    import platform
    import tempfile

    log = Path(tempfile.gettempdir()) / "techdd-error.log"
    log.write_text(
        f"techdd {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
        f"{traceback.format_exc()}"
    )
    return log
