"""What a table from HR says, row by row: entries, columns nobody knows, rows that were refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from techdd.errors import TechddError
from techdd.identity import RosterEntry
from techdd.roster.cells import (
    DateOrder,
    contract_of,
    date_of,
    emails_of,
    text_of,
    yes_or_no,
)
from techdd.roster.columns import field_of, is_header
from techdd.roster.sheets import Row, Sheet

HEADER_WITHIN = 20  # rows: titles and empty lines may stand above the header
_UNKNOWN = {"contract": contract_of, "assigned": yes_or_no}


@dataclass(frozen=True)
class Understood:
    """A table as it was understood, to be shown before anybody relies on it."""

    sheet: str
    entries: tuple[RosterEntry, ...]
    columns: tuple[tuple[str, str], ...]  # header, field
    unmatched: tuple[str, ...]  # headers that no field was found for
    refused: tuple[tuple[int, str], ...]  # row in the file, why
    unclear: tuple[str, ...]  # values that were kept as unknown


def understand(sheets: Sequence[Sheet], order: DateOrder | None = None) -> Understood:
    """The first of `sheets` that has a header with names or addresses.

    Raises TechddError where none has.
    """
    for sheet in sheets:
        for place, (_, cells) in enumerate(sheet.rows[:HEADER_WITHIN]):
            if is_header(cells):
                return _read(sheet, sheet.rows[place:], order)
    raise TechddError(
        "has no header row: a column for the name or the e-mail address and at least one more "
        "are needed, such as: name, e-mail, role, start, end, contract type, IP assignment signed"
    )


def _read(sheet: Sheet, rows: Sequence[Row], order: DateOrder | None) -> Understood:
    (_, header), *body = rows
    columns, unmatched = _columns(header)
    entries, refused = [], []
    unclear: Counter[str] = Counter()
    for number, cells in body:
        try:
            entries.append(_entry(cells, header, columns, order, sheet))
        except ValueError as error:
            refused.append((number, _plain(error)))
            continue
        unclear.update(_unclear(cells, header, columns))
    return Understood(
        sheet.name,
        tuple(entries),
        tuple((text_of(header[place]), field) for place, field in columns.items()),
        tuple(unmatched),
        tuple(refused),
        tuple(f"{what} ({count})" for what, count in sorted(unclear.items())),
    )


def _columns(header: Sequence[object]) -> tuple[dict[int, str], list[str]]:
    """Place -> field; of several columns for one field the first counts, but all addresses do."""
    columns: dict[int, str] = {}
    unmatched = []
    for place, cell in enumerate(header):
        field = field_of(cell)
        if field and (field == "emails" or field not in columns.values()):
            columns[place] = field
        elif text_of(cell):
            unmatched.append(text_of(cell))
    return columns, unmatched


def _entry(
    cells: Sequence[object],
    header: Sequence[object],
    columns: Mapping[int, str],
    order: DateOrder | None,
    sheet: Sheet,
) -> RosterEntry:
    """Raises ValueError that names the column."""
    given: dict[str, object] = {}
    emails: list[str] = []
    for place, field in columns.items():
        cell = cells[place] if place < len(cells) else None
        try:
            if field in ("start", "end"):
                given[field] = date_of(cell, order, sheet.epoch)
            elif field == "emails":
                emails += emails_of(cell)
            else:
                given[field] = text_of(cell)
        except ValueError as error:
            raise ValueError(f"column {text_of(header[place])!r}: {error}") from None
    whole = f"{given.pop('given', '')} {given.pop('family', '')}".strip()
    given["name"] = given.get("name") or whole
    for field, read in _UNKNOWN.items():
        if field in given:
            place = next(at for at, name in columns.items() if name == field)
            given[field] = read(cells[place] if place < len(cells) else None)
    given["ip_assigned"] = given.pop("assigned", None)
    return RosterEntry(**given, emails=tuple(dict.fromkeys(emails)))  # type: ignore[arg-type]


def _unclear(
    cells: Sequence[object], header: Sequence[object], columns: Mapping[int, str]
) -> list[str]:
    """The words of a row that had to be kept as unknown."""
    found = []
    for place, field in columns.items():
        text = text_of(cells[place]) if place < len(cells) else ""
        if not text:
            continue
        read = _UNKNOWN.get(field)
        if (read and read(cells[place]) is None) or (field == "emails" and not emails_of(text)):
            found.append(f"{text_of(header[place])}: {text[:40]!r}")
    return found


def _plain(error: ValueError) -> str:
    """The mistake without pydantic's frame around it."""
    details = getattr(error, "errors", None)
    return str(details()[0]["msg"]).removeprefix("Value error, ") if details else str(error)
