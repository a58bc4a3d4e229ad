"""The commands around an engagement: findings, advisories, the state of the machine."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.bills import sarif, vex
from techdd.cli.shared import (
    INCOMPLETE,
    as_of_option,
    day,
    engagement_folder,
    fail_on_option,
    leave,
    open_engagement,
    say_next,
    talk,
)
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.advisories import Imported, Status


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
    """Add OSV advisories from all.zip files, folders or JSON files; newer records win.

    KEV lists (.json) and EPSS scores (.csv.gz) are taken as well. An archive or a list that is cut
    off ends with exit code 2 and leaves the database as it was; records that cannot be read are
    named and left out, with exit code 3.
    """
    from techdd import advisories as store

    done = store.import_advisories(list(sources), store.default_folder())
    for ecosystem, count in sorted(done.counts.items()):
        click.echo(f"{ecosystem:12} {count:7,} advisories")
    _end(done)


@advisories.command("update")
@click.argument("ecosystems", metavar="ECOSYSTEM...", nargs=-1, required=True)
def advisories_update(ecosystems: tuple[str, ...]) -> None:
    """Download the databases of ecosystems (PyPI, npm, Go ...) from OSV; uses the network."""
    from techdd.advisories.download import update
    from techdd.advisories.store import default_folder

    done = update(list(ecosystems), default_folder())
    talk(f"{sum(done.counts.values()):,} advisories.")
    _end(done)


def _end(done: Imported) -> None:
    """Says what was left out, by the exit code as well, and where to see how old the data is."""
    for issue in done.issues:
        talk(f"Skipped: {issue.path}: {issue.detail}")
    brought = "Imported" if done.date else "No further advisories"
    talk(f"{brought}; {done.skipped:,} record(s) skipped.")
    say_next("techdd advisories status")
    if done.skipped:
        sys.exit(INCOMPLETE)


@advisories.command("status")
@as_of_option
def advisories_status(as_of: datetime | None) -> None:
    """Say what there is, of which date, and how old that is today or on another day.

    The date of advisories is that of the newest; Go's tell the year only. What is older than 60
    days is marked, and so is what may be.
    """
    from techdd import advisories as store
    from techdd.workspace import now

    found = store.status(store.default_folder())
    if found is None:
        raise TechddError("there is no advisory database; see: techdd advisories import --help")
    today = day(as_of) or now().date()
    for name, count in sorted(found.counts.items()):
        _say_held(found, name, f"{count:,} advisories", found.dates[name], today)
    for name, count in sorted(found.entries.items()):
        _say_held(found, name, f"{count:,} CVEs" if count else "", found.lists[name], today)
    talk(f"Marked OLD: more than {store.OLD} days on {today}. In {found.file}")
    if found.skipped:
        talk(f"{found.skipped:,} record(s) could not be read when they were imported.")


def _say_held(found: Status, name: str, held: str, dated: str, today: date) -> None:
    from techdd.advisories import age

    if not held:
        click.echo(f"{name:12} not imported")
        return
    old = age(dated, today)
    came = f"imported {found.imported.get(name, 'on an unknown day')}"
    days = f"{old} days old" if old else "of unknown age"
    mark = old.mark if old else "MAY BE OLD"
    line = f"{name:12} {held:>18}  of {dated or 'no date':10}  {came}  {days}  {mark}"
    click.echo(line.rstrip())


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
