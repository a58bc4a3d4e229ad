"""The command that lets people leave: what of the code would be without anybody."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.shared import as_of_option, day, open_engagement, talk
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.departure import Knowledge, Loss
    from techdd.facts import Person
    from techdd.reading import Tables


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--leaves", multiple=True, required=True, metavar="PERSON",
    help="Who leaves: a name, an address, a pseudonym (\"Person 3\") or an id; repeatable.",
)  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="How the answer is written.",
)  # fmt: skip
@as_of_option
def simulate(folder: Path, leaves: tuple[str, ...], form: str, as_of: datetime | None) -> None:
    """Say what would be without anybody if these people left.

    The live code they wrote, files and hotspots that would have no active author, and components
    that nobody active would know. Those who have left already are counted as gone. A simulation,
    not a forecast.
    """
    from techdd import departure, naming
    from techdd.reading import Tables
    from techdd.workspace import now

    workspace = open_engagement(folder)
    when = day(as_of) or workspace.engagement.as_of or now().date()
    tables = Tables(workspace)
    people = tables.who.people
    if not people:
        raise TechddError(f"no history is collected yet; begin with: techdd collect {folder}")
    numbers = naming.kept_numbers(workspace.root / "pseudonyms.json", people)
    labels = naming.pseudonyms(people, numbers)
    if lacking := _lacking(tables):
        more = " ".join(f"--only {name}" for name in lacking)
        parts = "; ".join(f"{name} of {_and(repos)}" for name, repos in lacking.items())
        talk(f"Not collected, so not measured: {parts}. Next: techdd collect {folder} {more}")
    leaving = [_find(one, people, labels, folder) for one in leaves]
    known = departure.knowledge_of(when, tables.table)
    already = [one.name for one in leaving if one.person in known.gone]
    if already:
        gone = f"no commit in the 90 days before {when}; --as-of moves that day"
        talk(f"Counted as gone without this: {', '.join(already)} ({gone}).")
    loss = departure.simulate(known, list(dict.fromkeys(one.person for one in leaving)))
    names = list(dict.fromkeys(one.name for one in leaving))
    click.echo(_as_json(names, loss) if form == "json" else _as_text(names, loss, known))


def _lacking(tables: Tables) -> dict[str, list[str]]:
    """The collectors that the simulation needs and that have no result -> of which repositories."""
    from techdd.departure import NEEDS
    from techdd.model import Status

    wanted = {tables.makers[fact] for fact in NEEDS}
    found: dict[str, list[str]] = {}
    for run in tables.runs():
        if run.collector in wanted and run.status in (Status.FAILED, Status.SKIPPED):
            found.setdefault(run.collector, []).append(run.repo)
    return found


def _and(names: Sequence[str]) -> str:
    shown = names if len(names) <= 3 else [*names[:3], f"{len(names) - 3} more"]
    return ", ".join(shown)


def _find(wanted: str, people: Sequence[Person], labels: Mapping[str, str], folder: Path) -> Person:
    """The one person meant by a name, address, pseudonym or id. Raises TechddError."""
    key = wanted.strip().casefold()
    found = {
        one.person: one
        for one in people
        if not one.bot
        and key in (one.person, *(w.casefold() for w in (one.name, one.email, labels[one.person])))
    }
    if not found:
        raise TechddError(f"nobody in the history is {wanted!r}; see: techdd people list {folder}")
    if len(found) > 1:
        ids = ", ".join(sorted(found))
        raise TechddError(f"{wanted!r} may be {len(found)} people ({ids}); name one by the id")
    return next(iter(found.values()))


def _as_json(names: Sequence[str], loss: Loss) -> str:
    alone = None
    if loss.components is not None:
        alone = [{"repository": repo, "component": name} for repo, name in loss.components]
    return json.dumps(
        {
            "leaves": list(names),
            "lines_share": loss.lines_share,
            "files_share": loss.files_share,
            "files": loss.files,
            "hotspots_left_alone": loss.hot_files,
            "hotspots": loss.hotspots,
            "components_left_alone": alone,
        },
        indent=1,
        ensure_ascii=False,
    )


def _as_text(names: Sequence[str], loss: Loss, known: Knowledge) -> str:
    from techdd.pages import percent

    def told(value: object, text: str, what: str) -> str:
        return f"  {what}: not measured" if value is None else f"  {text}"

    return "\n".join(
        [
            f"If {' and '.join(names)} left:",
            told(
                loss.lines_share,
                f"{percent(loss.lines_share or 0)} of the surviving source lines are theirs",
                "surviving source lines of theirs",
            ),
            told(
                loss.files_share,
                f"{percent(loss.files_share or 0)} of the source files would lose their last "
                f"active author ({loss.files or 0:,} of {known.files:,})",
                "source files that would lose their last active author",
            ),
            told(
                loss.hot_files,
                f"{loss.hot_files} of {loss.hotspots} hotspots would lose their last active author",
                "hotspots that would lose their last active author",
            ),
            told(
                loss.components,
                f"components that nobody active would know: {len(loss.components or ()) or 'none'}",
                "components that nobody active would know",
            ),
            *(f"    {repo}: {component}" for repo, component in loss.components or ()),
        ]
    )
