"""The commands that write for other tools: bills of materials, VEX and SARIF."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from techdd.cli.shared import as_of_option, day, engagement_folder, open_engagement, talk
from techdd.errors import TechddError

output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
    help="The file; its ending says the format.",
)  # fmt: skip


@click.command()
@engagement_folder
@output_option
@click.option(
    "--format", "form", type=click.Choice(["cyclonedx", "spdx"]), help="Whatever the ending says."
)
@as_of_option
def sbom(folder: Path, output: Path, form: str | None, as_of: datetime | None) -> None:
    """Write the bill of materials (SBOM) of the collected packages.

    CycloneDX 1.6 (.cdx.json) holds known vulnerabilities too, SPDX 2.3 (.spdx.json) does not.
    """
    from techdd.bills import Writer, drawn_up
    from techdd.plugins import discover
    from techdd.reading import Tables
    from techdd.workspace import now

    writers = discover("techdd.bills", Writer)
    chosen = writers.get(form or "") or next(
        (one for one in writers.values() if output.name.endswith(one.suffix)), None
    )
    if chosen is None:
        endings = " or ".join(one.suffix for one in writers.values())
        raise TechddError(f"ends in no format; name it {endings}, or give --format", output)
    workspace = open_engagement(folder)
    bill = drawn_up(Tables(workspace), day(as_of) or workspace.engagement.as_of or now().date())
    write(output, chosen.write(bill))
    talk(f"{len(bill.components):,} packages, {len(bill.weaknesses):,} known vulnerabilities.")
    if bill.incomplete:
        repos = ", ".join(repo for repo, _ in bill.incomplete)
        talk(f"Not complete, and said so in it: {repos}.")


@click.command()
@engagement_folder
@output_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["openvex", "cyclonedx"]),
    help="Whatever the ending says.",
)
@as_of_option
def vex(folder: Path, output: Path, form: str | None, as_of: datetime | None) -> None:
    """Write what triage.yaml says of known vulnerabilities as VEX.

    OpenVEX 0.2.0 (.openvex.json) or CycloneDX 1.6 (.cdx.json). Expired entries are left out.
    """
    from techdd.register import vulnerabilities_triaged
    from techdd.vex import WRITERS
    from techdd.workspace import now

    chosen = form or next(
        (name for name, one in WRITERS.items() if output.name.endswith(one[0])), ""
    )
    if not chosen:
        endings = " or ".join(suffix for suffix, _ in WRITERS.values())
        raise TechddError(f"ends in no format; name it {endings}, or give --format", output)
    workspace = open_engagement(folder)
    when = day(as_of) or workspace.engagement.as_of or now().date()
    statements, told, left_out = vulnerabilities_triaged(workspace, when)
    for finding, why in left_out:
        talk(f"Left out: {finding}: {why}.")
    if not statements:
        raise TechddError(
            "settles no known vulnerability that was found; nothing was written",
            workspace.root / "triage.yaml",
        )
    write(output, WRITERS[chosen][1](statements, told))
    talk(f"{len(statements):,} statements.")


@click.command()
@engagement_folder
@output_option
@click.option("--domain", help="Only the findings of one chapter, such as security.")
@as_of_option
def sarif(folder: Path, output: Path, domain: str | None, as_of: datetime | None) -> None:
    """Write the findings as SARIF 2.1.0 (.sarif), for code hosts and security tools.

    A finding has at most ten of its places. What triage.yaml accepts or suppresses is in it, marked
    as such.
    """
    from techdd import __version__, pipeline
    from techdd.sarif import Told, write_sarif

    workspace = open_engagement(folder)
    assessment = pipeline.assess(workspace, as_of=day(as_of))
    # Code hosts are read by the client: pseudonyms, and contradictions in approved words only.
    report = pipeline.report(workspace, assessment, "client")
    found = [one for one in report.findings if domain in (None, one.domain)]
    commits = {one.name: one.commit for one in assessment.scope}
    told = Told(__version__, assessment.as_of, assessment.decisions, commits)
    write(output, write_sarif(found, told))
    talk(f"{len(found):,} findings.")


def write(path: Path, content: bytes) -> None:
    """Writes what was made and names it on stdout."""
    from techdd import files

    files.write(path, content)
    click.echo(path)
