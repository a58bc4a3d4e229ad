"""The commands around the questions: what is asked, whether it is sound, and its versions."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from techdd.cli.shared import GATE, engagement_folder, filled, open_engagement, say_next, talk
from techdd.errors import TechddError

if TYPE_CHECKING:
    from techdd.answers import Answer
    from techdd.checklists import Checklist, Item
    from techdd.library import Change, Library
    from techdd.workspace import Workspace

_IN_A_WORD = ("title", "order", "importance", "weight")  # values short enough to show
# What can be written by hand, and the model that reads it; and what techdd writes for programs.
DOCUMENTS = {
    "checklist": "techdd.checklists:Checklist",
    "profile": "techdd.checklists:Profile",
    "framework": "techdd.checklists:Framework",
    "engagement": "techdd.policy:Engagement",
    "interviews": "techdd.interviews.people:Participants",
    "people": "techdd.identity:People",
    "roster": "techdd.identity:Roster",
    "scoring": "techdd.policy:Scoring",
    "roles": "techdd.hiring:Roles",
    "hiring": "techdd.hiring:Hiring",
    "statements": "techdd.claims.statements:Statements",
    "debt": "techdd.remediation:DebtPolicy",
    "licences": "techdd.licensing:LicencePolicy",
    "report": "techdd.formats.json:schema",
}
any_folder = click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False)
)


@click.group()
def checklist() -> None:
    """The questions of the interviews."""


@checklist.command("list")
@any_folder
@click.option("--profile", metavar="ID", help="As this profile asks them, without an engagement.")
def checklist_list(folder: Path | None, profile: str | None) -> None:
    """List the checklists: id, version, questions, critical ones, title.

    With DIR those of this engagement, as its profile chooses, and how much is answered; without it
    those that ship.
    """
    workspace = open_engagement(folder) if folder else None
    if workspace and profile:
        raise TechddError("--profile is for a look without DIR; an engagement.yaml has its own")
    library = workspace.library if workspace else _shipped(profile)
    said = workspace.standings().keys() if workspace else set()
    for one in library.checklists:
        critical = sum(item.importance == "critical" for item in one.items)
        done = sum(item.id in said for item in one.items)
        answered = f"{done / len(one.items):4.0%} answered  " if workspace else ""
        click.echo(
            f"{one.id:14} {one.version:8} {len(one.items):3} questions, {critical} critical  "
            f"{answered}{one.title}"
        )
    chosen = library.selection
    if chosen:
        talk(f"Profile {chosen.title}: {chosen.asked} of {chosen.of} questions.")
        talk(filled(chosen.about))
    else:
        talk(f"Profiles: {', '.join(one.id for one in library.profiles)} (see --profile).")


@checklist.command("show")
@click.argument("name", metavar="ID")
@any_folder
def checklist_show(name: str, folder: Path | None) -> None:
    """Show the questions of a checklist, or one item, with what each level looks like.

    ID is that of a checklist (security) or of an item (SEC-01).
    """
    library = open_engagement(folder).library if folder else _shipped(None)
    titles = {one.id: one.title for one in library.frameworks}
    for one in library.checklists:
        if name == one.id:
            click.echo(f"{one.title} ({one.id}, version {one.version})\n{filled(one.about)}")
        items = [item for item in one.items if name in (one.id, item.id)]
        for item in items:
            click.echo("\n".join(("", *_shown(item, titles))))
        if items:
            return
    shipped = _shipped(None).checklists
    if any(name in (one.id, *(item.id for item in one.items)) for one in shipped):
        raise TechddError(
            f"{name} is left out in this engagement, by its profile or its checklists; "
            f"to see it all the same: techdd checklist show {name}"
        )
    known = ", ".join(one.id for one in library.checklists)
    raise TechddError(f"no checklist or item {name!r} is asked; checklists are: {known}")


@checklist.command("lint")
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
def checklist_lint(paths: tuple[Path, ...]) -> None:
    """Check checklists, profiles and frameworks; every mistake with file, line and column.

    PATH is a file, a folder of such files, or an engagement. Files in a folder `profiles` are read
    as profiles, those in `frameworks` as frameworks, all others as checklists. Beyond the keys,
    it is checked that ids are unique, that metrics, frameworks, controls and items which are named
    exist, that sentences can be filled in, and that levels can be told apart. Warnings do not
    change the exit code.
    """
    from techdd import linting

    files = linting.files(paths)
    mistakes = linting.lint(files)
    for one in mistakes:
        click.echo(one)
    grave = sum(one.grave for one in mistakes)
    if grave:
        sys.exit(GATE)
    warnings = f"; {len(mistakes)} warning(s)" if mistakes else ""
    talk(f"{len(files)} file(s) are sound{warnings}." if files else "It has none of its own.")


@checklist.command("schema")
@click.option(
    "--kind", type=click.Choice(list(DOCUMENTS)), default="checklist", show_default=True,
    help="What the files are; report: what programs read (docs/formats.md).",
)  # fmt: skip
def checklist_schema(kind: str) -> None:
    """Print the JSON Schema of a kind of file, for completion and checks in an editor.

    For the YAML language server, begin a file with: # yaml-language-server: $schema=ITS_PLACE
    """
    import json
    from pkgutil import resolve_name

    from pydantic.json_schema import GenerateJsonSchema as Schema

    made = resolve_name(DOCUMENTS[kind])
    own = made() if kind == "report" else made.model_json_schema()
    found = {"$schema": Schema.schema_dialect, **own, "title": f"techdd {kind}"}
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


@checklist.command("diff")
@engagement_folder
@click.argument("names", metavar="[ID]...", nargs=-1)
def checklist_diff(folder: Path, names: tuple[str, ...]) -> None:
    """Say what a move to the newest version of checklists would change.

    An engagement keeps the wording that it was asked with; see also: techdd checklist update.
    """
    workspace = open_engagement(folder)
    pending = _pending(workspace.library, names)
    answers = _to_ask_again(workspace, [after for _, after in pending])
    for before, after in pending:
        click.echo(f"{after.id}: version {before.version} -> {after.version}")
        for item, found in groupby(_besides_version(before, after), key=lambda one: one.item):
            click.echo("\n".join(_told(item, list(found))))
            if item in answers:
                click.echo(f"    ask again: answered by {_people(answers[item])}")
    if pending:
        say_next(f"techdd checklist update {folder}")
    else:
        _say_newest(workspace)


@checklist.command("update")
@engagement_folder
@click.argument("names", metavar="[ID]...", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
def checklist_update(folder: Path, names: tuple[str, ...], *, dry_run: bool) -> None:
    """Move checklists of an engagement to their newest version: those given, or all.

    Answers stay. Questions that were answered in another wording are listed and offered again in
    the interview; of what did not change nothing is asked again.
    """
    workspace = open_engagement(folder)
    with workspace.locked():
        pending = _pending(workspace.library, names)
        answers = _to_ask_again(workspace, [after for _, after in pending])
        for before, after in pending:
            if not dry_run:
                workspace.library.move(after.id)
            click.echo(f"{after.id}: version {before.version} -> {after.version}")
            _say_again({item.id: answers[item.id] for item in after.items if item.id in answers})
    if not pending:
        _say_newest(workspace)
    elif dry_run:
        talk("Nothing was changed (--dry-run).")
    else:
        say_next(f"techdd interview {folder}")


def _shipped(profile: str | None) -> Library:
    """What ships, as an engagement without checklists of its own would ask it."""
    from techdd.folders import data
    from techdd.library import Library

    folder = data("checklists")
    return Library(folder / "none", folder, profile_id=profile)


# --- one item in words ----------------------------------------------------------------------------


def _shown(item: Item, titles: Mapping[str, str]) -> Iterator[str]:
    mark = "" if item.importance == "major" else f" [{item.importance}]"
    yield filled(f"{item.id}{mark} {item.ask}", "", "        ")
    yield filled(f"Why: {item.why}")
    for level, text in enumerate(item.levels):
        yield filled(f"{level} {text}", "    ", "      ")
    for question in item.follow_ups:
        yield filled(f"Ask on: {question}")
    for figure in item.figures:
        kind = f"one of {', '.join(figure.choices)}" if figure.choices else figure.kind
        yield filled(f"Figure {figure.key} ({figure.unit or kind}): {figure.ask}")
    if item.documents:
        yield filled(f"Documents: {'; '.join(item.documents)}")
    for framework, numbers in sorted(item.controls.items()):
        yield filled(f"Controls of {titles.get(framework, framework)}: {', '.join(numbers)}")
    for rule in item.evidence:
        yield filled(f"Evidence: {rule.metric} ({rule.role})")


# --- versions -------------------------------------------------------------------------------------


def _pending(library: Library, names: Sequence[str]) -> list[tuple[Checklist, Checklist]]:
    """(as it was asked, newest version) of the checklists `names`, or of all, that differ."""
    newer = library.newer()
    known = {one.id for one in library.checklists} | newer.keys()
    for name in names:
        if name not in known:
            listed = ", ".join(sorted(known))
            raise TechddError(f"no checklist {name!r} in this engagement; there are: {listed}")
    return [newer[name] for name in names or newer if name in newer]


def _to_ask_again(
    workspace: Workspace, checklists: Iterable[Checklist]
) -> dict[str, tuple[Answer, ...]]:
    from techdd.answers import reworded

    return reworded(checklists, workspace.standings())


def _besides_version(before: Checklist, after: Checklist) -> Iterator[Change]:
    from techdd.library import changes

    return (one for one in changes(before, after) if (one.item, one.what) != ("", "version"))


def _say_newest(workspace: Workspace) -> None:
    _say_again(_to_ask_again(workspace, workspace.checklists))
    talk("What is asked is the newest version.")


def _say_again(answers: Mapping[str, tuple[Answer, ...]]) -> None:
    for item, given in answers.items():
        click.echo(f"  ask again: {item}, answered by {_people(given)}")


def _people(answers: Iterable[Answer]) -> str:
    return ", ".join(sorted({one.by or one.role or "somebody unnamed" for one in answers}))


def _told(item: str, found: Sequence[Change]) -> Iterator[str]:
    """What changed of one item, or of the whole where `item` is empty; new words in full."""
    for change in (one for one in found if one.kind in ("added", "removed")):
        sign = "+" if change.kind == "added" else "-"
        text = f"{sign} {item} {change.what}: {change.after or change.before}"
        yield filled(text, "  ", "           ")
    for change in (one for one in found if one.kind == "reworded"):
        yield f"  ~ {item} {change.what}"
        yield filled(f"was: {change.before or 'nothing'}", "           ", "                ")
        yield filled(f"is: {change.after or 'nothing'}", "           ", "                ")
    plain = [
        f"{one.what} {one.before} -> {one.after}" if one.what in _IN_A_WORD else one.what
        for one in found
        if one.kind == "changed"
    ]
    if plain:
        yield filled(f"{item or 'as a whole'}: {', '.join(plain)}", "    ", "           ")
