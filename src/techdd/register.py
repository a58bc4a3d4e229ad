"""The registers of persons and of triage: what is shown of an engagement, and written into it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError
from ruamel.yaml.comments import CommentedMap

from techdd import __version__, files
from techdd.collectors.vulnerabilities import Vulnerability
from techdd.collectors.vulnerabilities.stated import Stated, triaged
from techdd.documents import MAX_BYTES, dump_yaml, load, read_yaml
from techdd.errors import TechddError
from techdd.facts import Identity, Snapshot
from techdd.identity import People, Resolution
from techdd.identity.written import Unnamed, said_of
from techdd.identity.written import join as write_join
from techdd.identity.written import separate as write_separate
from techdd.migrations import FORMATS
from techdd.naming import Voice, kept_numbers, pseudonyms
from techdd.reading import Tables
from techdd.roster import Understood, read_sheets, understand
from techdd.roster.cells import DateOrder
from techdd.vex import Statement, Told, Triage
from techdd.workspace import Workspace


def persons(workspace: Workspace) -> list[dict[str, Any]]:
    """Every person with spellings, reasons of joins, commits and affiliation, most commits first.

    Only the adviser sees it: it holds names.
    """
    who = Tables(workspace).who
    labels = pseudonyms(who.people, kept_numbers(workspace.root / "pseudonyms.json", who.people))
    identities = {one.identity: one for one in who.identities}
    merges = {one.identity: one for one in who.merges}
    on_roster = {one.person for one in who.employments}
    found: dict[str, dict[str, Any]] = {}
    for one in who.people:
        row = identities[one.identity]
        merge = merges.get(one.identity)
        other = identities[merge.other] if merge else None
        person = found.setdefault(
            one.person,
            {
                "id": one.person, "pseudonym": labels[one.person], "name": one.name, "commits": 0,
                "first": "", "last": "", "affiliation": "", "bot": one.bot,
                "on_roster": one.person in on_roster, "aliases": [],
            },
        )  # fmt: skip
        person["commits"] += int(row.commits)
        person["aliases"].append(
            {
                "id": row.identity, "name": row.name, "email": row.email,
                "commits": int(row.commits), "affiliation": one.affiliation,
                "reason": merge.reason if merge else "",
                "joined_with": f"{other.name} <{other.email}>" if other else "",
            }
        )  # fmt: skip
        firsts = [_day(row.first), person["first"]]
        person["first"] = min(filter(None, firsts), default="")
        person["last"] = max(_day(row.last), person["last"])
    for person in found.values():
        person["affiliation"] = _listed(one["affiliation"] for one in person["aliases"])
    return sorted(found.values(), key=lambda one: (-one["commits"], one["first"], one["id"]))


def join(workspace: Workspace, aliases: Sequence[str], name: str = "", reason: str = "") -> None:
    """Records that `aliases` are one person. Raises TechddError for an alias nobody has."""
    if len(aliases) < 2 and not name:
        raise TechddError("name at least two addresses, or one with --name")
    _correct(workspace, aliases, lambda tree, _: write_join(tree, aliases, name, reason))


def separate(workspace: Workspace, aliases: Sequence[str], reason: str = "") -> list[Unnamed]:
    """Records that each of `aliases` is somebody of its own; the names that went with joins.

    Raises TechddError likewise.
    """
    return _correct(
        workspace, aliases, lambda tree, rows: write_separate(tree, aliases, rows, reason)
    )


def import_roster(
    workspace: Workspace, file: Path, *, order: DateOrder | None = None, replace: bool = False
) -> Understood:
    """Reads HR's `file` and writes roster.yaml; rows that were refused are left out of it.

    Raises TechddError where there is one already, or nothing in the file can be used.
    """
    path = workspace.root / "roster.yaml"
    if path.exists() and not replace:
        raise TechddError("is there already, maybe with corrections; --replace replaces it", path)
    sheets = read_sheets(file)
    try:
        found = understand(sheets, order)
    except TechddError as error:
        raise TechddError(error.message, file) from None
    if not found.entries:
        reasons = "; ".join(f"row {row}: {why}" for row, why in found.refused[:5])
        raise TechddError(f"holds no row that can be used ({reasons or 'no rows'})", file)
    document = {
        "format_version": FORMATS["roster.yaml"].version,
        "source": file.name,
        "people": [
            one.model_dump(mode="python", exclude_defaults=True, exclude_none=True)
            | ({"emails": list(one.emails)} if one.emails else {})
            for one in found.entries
        ],
    }
    text = _HEADER + dump_yaml(document)
    if len(text.encode()) > MAX_BYTES:
        raise TechddError(
            f"makes a roster larger than {MAX_BYTES:,} bytes; leave columns out", file
        )
    _write(path, text)
    return found


def vulnerabilities_triaged(
    workspace: Workspace, as_of: date
) -> tuple[list[Statement], Told, list[tuple[str, str]]]:
    """The triage of known vulnerabilities as VEX states it, and what is left out, with the reason.

    Raises TechddError where nothing was triaged. No person is named: the adviser answers for it.
    """
    if not files.is_there(workspace.root / "triage.yaml"):
        raise TechddError("there is no triage.yaml; see docs/exchange.md", workspace.root)
    tables = Tables(workspace)
    said = Stated(as_of, tables.table(Statement), workspace.names)
    statements = triaged(said, tables.table(Vulnerability))
    told = Told(
        workspace.engagement.adviser or f"the adviser of {workspace.engagement.client}",
        as_of,
        f"techdd {__version__}",
        {str(row.repo): str(row.commit) for row in tables.table(Snapshot).itertuples()},
    )
    covered = {one.finding for one in statements}
    every = load(workspace.root / "triage.yaml", Triage).findings
    expired = {one.finding: one.until for one in said.expired}
    left_out = [
        (
            finding,
            f"counted until {expired[finding]}"
            if finding in expired
            else "no known vulnerability that it names was found",
        )
        for finding in sorted(every.keys() - covered)
    ]
    people = tables.who.people
    numbers = kept_numbers(workspace.root / "pseudonyms.json", people)
    voice = Voice(people, tables.who.identities, numbers, named=False)
    spoken = [one._replace(note=voice.spoken(one.note, "note"), author="") for one in statements]
    return spoken, told, left_out


_HEADER = """\
# The client's people, as imported from HR's list; you may correct it here.
# What is left out is unknown. contract: employee, contractor or outsourcing. end: the last day.
"""


T = TypeVar("T")


def _correct(
    workspace: Workspace,
    aliases: Sequence[str],
    change: Callable[[Any, Sequence[Identity]], T],
) -> T:
    """Changes people.yaml, comments kept, after it was checked that the change makes sense."""
    who = Tables(workspace).who
    _refuse_strangers(who, aliases)
    path = workspace.root / "people.yaml"
    there = files.is_there(path)
    tree = read_yaml(path) if there else None
    comments = path.read_text(encoding="utf-8") if tree is None and there else ""
    tree = CommentedMap() if tree is None else tree
    if not isinstance(tree, CommentedMap):
        raise TechddError("expected a mapping of keys at the top", path)
    told = change(tree, who.identities)
    try:
        People.model_validate(tree)
    except ValidationError as error:
        raise TechddError(str(error.errors()[0]["msg"]), path) from None
    _write(path, comments + dump_yaml(tree))
    return told


def _refuse_strangers(who: Resolution, aliases: Iterable[str]) -> None:
    known = {way for row in who.identities for way in said_of(row)}
    for alias in aliases:
        if alias.lower() not in known:
            near = difflib.get_close_matches(alias.lower(), sorted(known), n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise TechddError(f"nobody in the history is {alias!r}{hint}")


def _write(path: Path, text: str) -> None:
    files.write(path, text.encode())


def _day(when: Any) -> str:
    import pandas as pd

    return "" if when is None or pd.isna(when) else f"{when:%Y-%m-%d}"


def _listed(words: Iterable[str]) -> str:
    return " and ".join(sorted(set(words)))
