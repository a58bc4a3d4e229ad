"""The commands around an engagement: findings, advisories, checklists, the state of the machine."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.bills import sarif, vex
from techdd.cli.shared import (
    GATE,
    INCOMPLETE,
    as_of_option,
    day,
    engagement_folder,
    fail_on_option,
    leave,
    open_engagement,
    talk,
)
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.advisories import Status


@click.group()
def findings() -> None:
    """The findings register."""


@findings.command("list")
@engagement_folder
@as_of_option
@fail_on_option
def findings_list(folder: Path, as_of: datetime | None, fail_on: str | None) -> None:
    """List findings, the most severe first: id, severity, repository, title.

    "places:" is what a decision of triage.yaml quotes, so that it speaks of these places only.
    """
    from techdd import pipeline

    workspace = open_engagement(folder)
    assessment = pipeline.assess(workspace, as_of=day(as_of))
    found = pipeline.report(workspace, assessment, "internal").findings
    for one in found:
        marked = f"  (places: {one.places})" if one.places else ""
        click.echo(f"{one.id}  {one.severity:8}  {one.repo or '(all)':20}  {one.title}{marked}")
    for name in assessment.unmatched:
        talk(f"triage.yaml: {name} matches no finding of this audit.")
    leave((), found, fail_on)


findings.add_command(vex)
findings.add_command(sarif)


@click.group()
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
    _say_lists(store.status(store.default_folder()))
    for issue in done.issues:
        talk(f"Skipped: {issue.path}: {issue.detail}")
    if done.date:
        talk(f"Newest of {done.date[:10]}; {done.skipped} record(s) skipped.")
    else:
        talk(f"No further advisories; {done.skipped} record(s) skipped.")


@advisories.command("update")
@click.argument("ecosystems", metavar="ECOSYSTEM...", nargs=-1, required=True)
def advisories_update(ecosystems: tuple[str, ...]) -> None:
    """Download the databases of ecosystems (PyPI, npm, Go ...) from OSV; uses the network."""
    from techdd.advisories.download import update
    from techdd.advisories.store import default_folder

    done = update(list(ecosystems), default_folder())
    talk(f"{sum(done.counts.values()):,} advisories, newest of {done.date[:10]}.")


@advisories.command("status")
def advisories_status() -> None:
    """Say how many advisories there are and how old they are."""
    from techdd import advisories as store

    found = store.status(store.default_folder())
    if found is None:
        raise TechddError("there is no advisory database; see: techdd advisories import --help")
    for ecosystem, count in sorted(found.counts.items()):
        click.echo(f"{ecosystem:12} {count:7,} advisories")
    _say_lists(found)
    click.echo(f"newest of {found.newest}, in {found.file}")


def _say_lists(found: Status | None) -> None:
    for name, dated in (found.lists if found else {}).items():
        if dated:
            click.echo(f"{name:12} list of {dated}")


@click.group()
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
    talk(f"{len(paths)} checklist(s) are sound.")


@click.command()
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
