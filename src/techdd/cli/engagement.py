"""The commands of an engagement: audit in one go, or step by step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from techdd.cli.keeping import remember
from techdd.cli.shared import (
    as_of_option,
    audience_option,
    cluster_options,
    day,
    engagement_folder,
    fail_on_option,
    jobs_option,
    leave,
    names_option,
    online_option,
    only_option,
    open_engagement,
    profile_option,
    quiet_option,
    say_next,
    say_verdict,
    size,
    talk,
    warn_of_nothing,
    with_handed_in,
)
from techdd.cli.sources import many_options, taken_from
from techdd.cli.trust import sign_options, signing
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.assessment import Assessment
    from techdd.model import Run
    from techdd.trust.signing import Sign
    from techdd.workspace import Workspace


@click.command()
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default=Path("techdd-report.pdf"),
    show_default=True,
    help="The report; the ending says the format (pdf, html, xlsx, docx, json, md).",
)  # fmt: skip
@click.option(
    "--engagement", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Folder for evidence and answers (default: beside the report).",
)  # fmt: skip
@many_options
@click.option("--client", metavar="NAME", help="The client's name, as the report prints it.")
@click.option("--format", multiple=True, metavar="F", help="A further format; repeatable.")
@profile_option
@only_option
@jobs_option
@cluster_options
@online_option
@audience_option
@names_option
@as_of_option
@fail_on_option
@quiet_option
@sign_options
def audit(repositories: tuple[str, ...], output: Path, **options: Any) -> None:
    """Audit repositories and write the report.

    REPO is a folder (work tree or bare repository), a clone URL, or the file of a bill of materials
    that stands in for one. Running it again goes on where it stopped and measures only what
    changed.
    """
    from techdd.worker import get_ready

    get_ready()
    from techdd import pipeline

    formats = [pipeline.check_format(output, name) for name in ("", *options["format"])]
    sign = signing(options, formats)
    workspace = _engagement(output, repositories, options)
    with _undone_where_nothing_opens(workspace):
        runs = _collect(workspace, options)
    remember(workspace.root)
    assessment, made = _publish(workspace, output, options, sign)
    say_verdict(assessment)
    for path in made:
        click.echo(path)
    say_next(f"techdd interview {workspace.root}")
    leave(
        with_handed_in(runs, workspace),
        assessment.findings,
        options["fail_on"],
        assessment.readings,
    )


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.argument("repositories", metavar="[REPO]...", nargs=-1)
@click.option("--client", required=True, metavar="NAME", help="The client's name.")
@many_options
@click.option("--adviser", default="", metavar="NAME", help="Who gives the report.")
@profile_option
def init(folder: Path, repositories: tuple[str, ...], client: str, **options: Any) -> None:
    """Begin an engagement for one client in DIR."""
    from techdd.workspace import Workspace

    found = taken_from(options)
    workspace = Workspace.create(folder, client, repositories, **options, taken=found)
    remember(folder)
    talk(f"Engagement for {client} in {folder}: {size(workspace)}.")
    say_next(f"techdd collect {folder}")


@click.command()
@engagement_folder
@only_option
@jobs_option
@cluster_options
@online_option
@quiet_option
def collect(folder: Path, **options: Any) -> None:
    """Measure the repositories.

    What has not changed since the last time is not measured again.
    """
    from techdd.worker import get_ready

    get_ready()
    workspace = open_engagement(folder)
    remember(folder)
    runs = _collect(workspace, options)
    say_next(f"techdd interview {folder}   (or: techdd report {folder})")
    leave(with_handed_in(runs, workspace), ())


@click.command()
@engagement_folder
@click.option(
    "-o", "--output", type=click.Path(path_type=Path),
    help="The report; the ending says the format (default: DIR/out/report.pdf).",
)  # fmt: skip
@click.option("--format", multiple=True, metavar="F", help="A further format; repeatable.")
@audience_option
@names_option
@as_of_option
@sign_options
def report(folder: Path, output: Path | None, **options: Any) -> None:
    """Write the report."""
    from techdd import pipeline
    from techdd.trust.chain import Chain
    from techdd.workspace import now

    workspace = open_engagement(folder)
    if said := Chain(workspace.evidence.root).ahead_of(now()):
        talk(said)
    destination = output or folder / "out" / "report.pdf"
    formats = [pipeline.check_format(destination, name) for name in ("", *options["format"])]
    sign = signing(options, formats)
    assessment, made = _publish(workspace, destination, options, sign)
    warn_of_nothing(assessment, folder)
    for path in made:
        click.echo(path)
    leave(assessment.runs, (), None, assessment.readings)


@click.command()
@engagement_folder
def status(folder: Path) -> None:
    """Say where you are and what comes next."""
    from techdd import pipeline

    workspace = open_engagement(folder)
    click.echo(f"{workspace.engagement.client}: {size(workspace)}")
    ends = pipeline.progress(workspace)
    waiting = any("not run" in words for words in ends.values())
    for name, words in _in_short(ends):
        click.echo(f"  {name:34} {words}")
    answered = asked = 0
    said = workspace.standings().keys()
    for checklist in workspace.checklists:
        done = said & {item.id for item in checklist.items}
        answered, asked = answered + len(done), asked + len(checklist.items)
        click.echo(f"  {checklist.title:34} {len(done)} of {len(checklist.items)} answered")
    step = "collect" if waiting else "interview" if answered < asked else "report"
    say_next(f"techdd {step} {folder}")


_LISTED = 20  # repositories that are told one by one


def _in_short(ends: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(who, how it ended) for each repository or, of many, for each way to end."""
    if len(ends) <= _LISTED:
        yield from ends.items()
        return
    alike: dict[str, list[str]] = {}
    for name, words in ends.items():
        alike.setdefault(words, []).append(name)
    ordered = sorted(alike.items(), key=lambda one: -len(one[1]))
    for words, names in ordered[:_LISTED]:
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        yield f"{names[0]}{more}", words
    if rest := sum(len(names) for _, names in ordered[_LISTED:]):
        yield f"{rest:,} more", "each otherwise; see the coverage of the report"


def _engagement(output: Path, repositories: Sequence[str], options: dict[str, Any]) -> Workspace:
    """The engagement that --engagement names or beside the report, made where there is none.

    It holds one client only: to the one beside the report, which nobody named, repositories are
    added only where it has one of them already.
    """
    from techdd.sources import entries
    from techdd.workspace import Workspace

    if not repositories and not options["files"]:
        raise click.UsageError("Missing argument 'REPO...', or --from with what names them.")
    given, client, profile = (options[name] for name in ("engagement", "client", "profile"))
    folder = given or output.with_suffix(".engagement")
    if not (folder / "engagement.yaml").exists():
        found = taken_from(options)
        name = client or (*entries(repositories), *found.entries)[0].name
        return Workspace.create(folder, name, repositories, profile=profile, taken=found)
    workspace = Workspace(folder)
    if client and client != (other := workspace.engagement.client):
        raise TechddError(f"is the engagement of {other!r}; give another --engagement", folder)
    if profile and profile != workspace.engagement.profile:
        raise TechddError(f"is asked otherwise; write there: profile: {profile}", workspace.file)
    had = workspace.engagement.repositories
    found = taken_from(options, had)
    strange = not found.known and len(entries(repositories, had)) == len(entries(repositories))
    if had and not given and strange:
        raise TechddError(
            f"is of other repositories ({', '.join(workspace.names)}); give another -o, "
            f"or add to it with --engagement {folder}",
            folder,
        )
    workspace.add(repositories, found)
    return workspace


@contextmanager
def _undone_where_nothing_opens(workspace: Workspace) -> Iterator[None]:
    """A new engagement that nothing opens for would only stand in the way of the next call."""
    new = not workspace.evidence.root.exists()
    try:
        yield
    except TechddError:
        begun = {path.name for path in workspace.evidence.root.glob("*")}
        if new and begun <= {"runs", ".unfinished"}:
            shutil.rmtree(workspace.root)
        raise


def _collect(workspace: Workspace, options: dict[str, Any]) -> list[Run]:
    from techdd import progress
    from techdd.collecting import collect

    with progress.shown(workspace.names, quiet=options["quiet"]) as tell:
        return collect(
            workspace,
            only=options["only"],
            workers=options["jobs"] or 0,
            online=options["online"],
            cluster=options["cluster"],
            keep=options["cluster_keep"],
            tell=tell,
            warn=talk,
        )


def _publish(
    workspace: Workspace, output: Path, options: dict[str, Any], sign: Sign | None
) -> tuple[Assessment, list[Path]]:
    """What the evidence comes to and the files that tell it, all of one state of the evidence."""
    from techdd import pipeline

    stem = output.name[: -len(pipeline.check_format(output).suffix)]
    further = (pipeline.check_format(output, name) for name in options["format"])
    targets = [(output, ""), *((output.with_name(stem + one.suffix), one.name) for one in further)]
    with workspace.unchanging():
        assessment = pipeline.assess(workspace, as_of=day(options["as_of"]))
        made = pipeline.report(
            workspace, assessment, options["audience"], names=options["names"], tell=talk
        )
        written = [pipeline.publish(made, workspace, path, name, sign) for path, name in targets]
        try:
            pipeline.keep(workspace, assessment)
        except TechddError as error:  # the report is there, and is worth more
            talk(f"This audit was not kept to be compared later: {error}")
    return assessment, written
