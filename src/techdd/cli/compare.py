"""The command `compare`: two audits of one client held against each other."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from techdd.cli.shared import GATE, INCOMPLETE, audience_option, talk
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.audits import Audit
    from techdd.comparison import Change, Comparison
    from techdd.workspace import Templates

_SHOWN = 8
_GATES = click.Choice(["new-low", "new-medium", "new-high", "new-critical"])


@click.command()
@click.argument(
    "audits", metavar="OLD [NEW]", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path),
    help="A short report of it; the ending says the format (pdf, html, json, md).",
)  # fmt: skip
@click.option("--format", multiple=True, metavar="F", help="A further format; repeatable.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE",
    help="With one engagement: compare with its last audit of DATE or before.",
)  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="List the audits of an engagement.")
@audience_option
@click.option(
    "--fail-on", type=_GATES,
    help="End with exit code 1 if a finding is new or got worse and is this severe or worse.",
)  # fmt: skip
def compare(audits: tuple[Path, ...], listing: bool, **options: Any) -> None:
    """Say what changed from one audit to the next.

    What was fixed, is new, got worse or better, and what is no longer assessed.

    OLD and NEW are each an engagement (its last audit counts), a JSON report, or an audit that an
    engagement keeps in audits/. With one engagement alone its last two audits are compared.
    """
    if len(audits) > 2:
        raise click.UsageError("give at most two: OLD and NEW")
    if listing:
        for folder in audits:
            _list(folder)
        return
    from techdd.audits import two
    from techdd.comparing import write, writer
    from techdd.comparison import compare as compared

    output, formats = options["output"], options["format"]
    if formats and not output:
        raise click.UsageError("--format needs -o, which says where")
    for name in ("", *formats) if output else ():
        writer(output, name)
    old, new = _chosen(audits, options["since"])
    then, now = two(old, new, options["audience"])
    same = old.engagement is not None and old.engagement == new.engagement
    comparison = compared(then, now, one_engagement=same)
    for line in _summary(comparison):
        click.echo(line)
    if output:
        targets = [(output, ""), *((output.with_suffix(f".{one}"), one) for one in formats)]
        for path, name in targets:
            click.echo(write(comparison, _templates(new), path, name))
    _leave(comparison, options["fail_on"])


def _chosen(places: Sequence[Path], since: datetime | None) -> tuple[Audit, Audit]:
    """The two audits that the arguments name. Raises TechddError."""
    from techdd.audits import audit, kept, latest

    if len(places) == 2:
        if since:
            raise click.UsageError("--since goes with one engagement alone")
        for place in places:
            _warn_of_newer(place)
        return audit(places[0]), audit(places[1])
    folder = places[0]
    if not folder.is_dir():
        raise TechddError("is one audit; name another to compare it with", folder)
    newest = latest(folder)
    _warn_of_newer(folder)
    found, _ = kept(folder)
    if since:
        older = latest(folder, since.date().isoformat())
    elif len(found) > 1:
        older = found[-2]
    else:
        raise TechddError(
            f"has kept one audit only, of {newest.date}; the next techdd report with another "
            "result makes a second",
            folder,
        )
    if older.path == newest.path:
        raise TechddError(f"has no other audit since {older.date}", folder)
    return audit(Path(older.path)), audit(Path(newest.path))


def _warn_of_newer(folder: Path) -> None:
    """Says so where the engagement holds more than its last audit told of."""
    from techdd.audits import is_behind

    if folder.is_dir() and is_behind(folder):
        talk(
            f"{folder} has changed since its last audit, which is the one that is compared; for a "
            f"newer one: techdd report {folder}"
        )


def _templates(new: Audit) -> Templates:
    from techdd.folders import data
    from techdd.workspace import Templates, Workspace

    if new.engagement and (new.engagement / "engagement.yaml").is_file():
        return Workspace(new.engagement).templates
    return Templates((data("report_templates"),))


def _list(folder: Path) -> None:
    from techdd.audits import kept, latest
    from techdd.text import clean

    latest(folder)
    for one in kept(folder)[0]:
        score = "no score" if one.score is None else f"{one.score:.0f} of 100"
        serious = one.findings.get("critical", 0) + one.findings.get("high", 0)
        click.echo(
            f"{one.date}  {clean(one.verdict)[:40]:40}  {score:10}  "
            f"{sum(one.findings.values()):4} findings, {serious} high or critical  {one.path}"
        )


def _summary(one: Comparison) -> list[str]:
    """The comparison in a few lines for a terminal."""
    from techdd.comparing.page import PARTS

    lines = [_line(f"{one.client}: {one.then.date} → {one.now.date} ({one.audience} edition)"),
             _line(one.headline)]  # fmt: skip
    for heading, _, fates in PARTS[:-1]:
        if found := one.of(*fates):
            lines += ["", f"{heading} ({len(found)})", *map(_change, found[:_SHOWN])]
            lines += [f"  and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    if one.limits:
        lines += ["", "What cannot be compared", *(_line(f"  {limit}") for limit in one.limits[:4])]
        lines += [f"  and {len(one.limits) - 4} more limits"] if len(one.limits) > 4 else []
    return lines


def _change(change: Change) -> str:
    finding = change.finding
    was = change.then.severity if change.then and change.now else finding.severity
    severity = finding.severity if was == finding.severity else f"{was}→{finding.severity}"
    where = f" ({finding.repo})" if finding.repo else ""
    return _line(f"  {severity:9} {finding.title}{where}")


def _line(text: str) -> str:
    from techdd.text import clean

    return clean(text)


def _leave(one: Comparison, gate: str | None) -> None:
    """Ends with the exit code of --fail-on: what could not be looked at again passes no gate."""
    from techdd.comparison import Fate
    from techdd.model import Severity

    if not gate:
        return
    floor = Severity(gate.removeprefix("new-")).rank
    if any(change.severity.rank >= floor for change in one.of(Fate.NEW, Fate.WORSE)):
        sys.exit(GATE)
    blind = [change for change in one.of(Fate.UNSEEN) if change.severity.rank >= floor]
    if blind:
        talk(f"The gate is not decided: {len(blind)} findings this severe are no longer assessed.")
        sys.exit(INCOMPLETE)
