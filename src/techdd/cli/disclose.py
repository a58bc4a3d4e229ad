"""The command that tells what a report discloses, before it is handed over."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.shared import (
    GATE,
    as_of_option,
    audience_option,
    day,
    engagement_folder,
    names_option,
    open_engagement,
    warn_of_nothing,
)
from techdd.text import clean

if TYPE_CHECKING:
    from techdd.disclosure import Disclosed
    from techdd.model import Audience, Report

_SHOWN, _PLACES, _WIDTH = 8, 3, 110
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one


@click.command()
@engagement_folder
@audience_option
@names_option
@as_of_option
@click.option("--all", "whole", is_flag=True, help="Each thing, with where it is told.")
@click.option(
    "--format", "form", type=click.Choice(["text", "csv", "json"]), default="text",
    show_default=True, help="How it is written; csv and json hold everything.",
)  # fmt: skip
@click.option("--gate", is_flag=True, help="End with exit code 1 if anything needs a second look.")
def disclose(
    folder: Path,
    audience: Audience,
    names: bool | None,
    as_of: datetime | None,
    whole: bool,
    form: str,
    gate: bool,
) -> None:
    """Say what the reader of a report would learn, before it is handed over.

    By kind, what deserves a second look first: names and logins of people, addresses, hosts, paths,
    words of the client and of yours, words that engagement.yaml calls confidential; then what is
    told on purpose, and how much was withheld against your own copy.
    """
    from techdd import pipeline
    from techdd.confidential import Terms
    from techdd.disclosure import disclosed, known

    workspace = open_engagement(folder)
    assessment = pipeline.assess(workspace, as_of=day(as_of))
    warn_of_nothing(assessment, folder)
    made = pipeline.report(workspace, assessment, audience, names=names)
    terms = Terms(workspace.engagement.withheld_from(audience))
    told = disclosed(made, known(assessment.who), terms)
    write = {"text": _text, "csv": _csv, "json": _json}[form]
    click.echo(write(made, told, whole), nl=form != "csv")
    if gate and any(one.look for one in told):
        sys.exit(GATE)


def _text(made: Report, told: Sequence[Disclosed], whole: bool) -> str:
    return "\n".join(_lines(made, told, whole))


def _lines(made: Report, told: Sequence[Disclosed], whole: bool) -> Iterator[str]:
    look, rest = ([one for one in told if one.look is wanted] for wanted in (True, False))
    yield f"The {made.audience} edition on {clean(made.client)}, as of {made.date}, tells:"
    if look:
        yield f"\nDeserves a second look ({len(look):,})"
        yield from _grouped(look, whole, places=True)
    else:
        yield "\nNothing in it deserves a second look."
    yield "\nTold on purpose"
    yield from _grouped(rest, whole, places=whole)
    if made.withheld:
        yield "\nWithheld, against the internal edition"
        yield _folded(", ".join(f"{count:,} {kind}" for kind, count in made.withheld))


def _grouped(told: Sequence[Disclosed], whole: bool, *, places: bool) -> Iterator[str]:
    for kind in dict.fromkeys(one.kind for one in told):
        own = [one for one in told if one.kind == kind]
        shown = own if whole else own[:_SHOWN]
        more = f" and {len(own) - len(shown):,} more (--all)" if len(own) > len(shown) else ""
        if not places:
            yield _folded(f"{kind} ({len(own):,}): {', '.join(one.what for one in shown)}{more}")
            continue
        yield f"  {kind} ({len(own):,})"
        for one in shown:
            times = f"{one.times:,} times in" if one.times > 1 else "in"
            where = tuple(map(clean, one.where if whole else one.where[:_PLACES]))
            beyond = f" and {len(one.where) - len(where):,} more" * (len(one.where) > len(where))
            yield f"    {one.what}   {times} {', '.join(where)}{beyond}"
        if more:
            yield f"   {more}"


def _folded(text: str) -> str:
    import textwrap

    return textwrap.fill(text, _WIDTH, initial_indent="  ", subsequent_indent="      ")


def _csv(made: Report, told: Sequence[Disclosed], whole: bool) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("second look", "kind", "what", "times", "where"))
    for one in told:
        what = f"'{one.what}" if one.what.startswith(_FORMULA) else one.what
        rows.writerow(
            ("yes" if one.look else "no", one.kind, what, one.times, "; ".join(one.where))
        )
    for kind, count in made.withheld:
        rows.writerow(("no", f"withheld: {kind}", "", count, ""))
    return out.getvalue()


def _json(made: Report, told: Sequence[Disclosed], whole: bool) -> str:
    from dataclasses import asdict

    content = {
        "schema_version": 1,
        "audience": made.audience,
        "date": made.date,
        "told": [asdict(one) for one in told],
        "withheld": dict(made.withheld),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)
