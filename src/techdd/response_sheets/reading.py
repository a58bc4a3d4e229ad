"""A workbook of responses that came back: what it would change, and what of it cannot be taken.

Columns are found by their names and rows by their ids.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pydantic import ValidationError

from techdd.errors import TechddError
from techdd.ledger import mistake
from techdd.questionnaires import Refusal
from techdd.response_sheets import (
    BY,
    DATE,
    ID,
    MARK,
    NAME,
    NEEDED,
    POSITION,
    READ,
    SHOWN,
    STATE,
    WORDS,
    Manifest,
)
from techdd.responses import LONGEST, POSITIONS, Entry, Said, Standing, standings
from techdd.spreadsheets import MAX_COLUMNS, content, merged, place, text, wrong
from techdd.text import clean, masked, normal
from techdd.workbooks import opened

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

HEADER_WITHIN = 20  # rows: somebody may have written above the header
MAX_SHEETS, SPARE_ROWS = 20, 1_000
Kind = Literal["new", "changed", "withdrawn", "unchanged", "conflict"]


class Change(NamedTuple):
    """What one row would change."""

    kind: Kind
    said: Said
    place: str
    before: Said | None


@dataclass
class Returned:
    """What a workbook would change, and why it cannot be taken as it is."""

    changes: list[Change] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def to_record(self, *, overwrite: bool) -> list[Said]:
        """What would be recorded; conflicts only where the file is to `overwrite`."""
        kinds = ("new", "changed", "withdrawn", *(("conflict",) if overwrite else ()))
        return [one.said for one in self.changes if one.kind in kinds]


class _Wrong(ValueError):
    """Raised with the place of the mistake."""

    def __init__(self, why: str, where: str) -> None:
        super().__init__(why)
        self.where = where


def read(path: Path, client: str, entries: Sequence[Entry], by: str, now: datetime) -> Returned:
    """Holds the workbook against what was recorded; nothing is written. `by` is who says what names
    nobody. Raises TechddError where it is none of techdd's, or another engagement's.
    """
    with opened(content(path), path, instead="open it and save it as .xlsx anew") as book:
        if len(book.worksheets) > MAX_SHEETS:
            raise TechddError(f"has more than {MAX_SHEETS} sheets", path)
        manifest = _manifest(book.worksheets, path)
        if manifest.client != client:
            raise TechddError(
                f"is for {manifest.client!r}; this is the engagement of {client!r}", path
            )
        return _Reader(manifest, standings(entries), by, now).returned(book.worksheets, path)


def _manifest(sheets: Sequence[Worksheet], path: Path) -> Manifest:
    for sheet in sheets:
        if text(sheet["A1"].value) == MARK:
            parts = (sheet.cell(row, 1).value for row in range(2, 400))
            try:
                found = Manifest.model_validate(json.loads("".join(str(p) for p in parts if p)))
            except (ValueError, RecursionError):
                raise TechddError(
                    "holds a damaged list of findings; export it again", path
                ) from None
            if found.digest != found.own_digest:
                raise TechddError("holds a changed list of findings; export it again", path)
            return found
    raise TechddError("is no sheet of techdd responses: its hidden part is missing", path)


class _Reader:
    def __init__(
        self, manifest: Manifest, known: Mapping[str, Standing], by: str, now: datetime
    ) -> None:
        self.manifest = manifest
        self.known = known
        self.by = by
        self.now = now
        self.found = Returned()
        self.places: dict[str, str] = {}

    def returned(self, sheets: Sequence[Worksheet], path: Path) -> Returned:
        shown = [one for one in sheets if text(one["A1"].value) != MARK]
        headers = [(sheet, self._header(sheet)) for sheet in shown]
        names = (self._name(sheet) for sheet, header in headers if not header)
        self.by = self.by or next(filter(None, names), "")
        tables = [(sheet, *header) for sheet, header in headers if header]
        for sheet, row, columns in tables:
            if missing := [name for name in NEEDED if name not in columns]:
                raise TechddError(
                    f"sheet {sheet.title!r} has no column {missing[0]!r} any more; export it again",
                    path,
                )
            self._rows(sheet, row, columns)
        if not tables:
            raise TechddError("has no table of findings any more; export it again", path)
        gone = self.manifest.findings.keys() - self.places.keys()
        if gone:
            self.found.notices.append(f"{len(gone)} finding(s) are not in the file any more")
        return self.found

    def _header(self, sheet: Worksheet) -> tuple[int, dict[str, int]] | None:
        for cells in sheet.iter_rows(max_row=HEADER_WITHIN, max_col=MAX_COLUMNS):
            columns: dict[str, int] = {}
            labels = {one.casefold(): one for one in (*READ, *SHOWN)}
            for cell in cells:
                label = labels.get(text(cell.value).casefold(), "")
                if label in columns:
                    why = f"a second column {label!r}; take one of them away"
                    self.found.refused.append(Refusal("", place(sheet, cell), why))
                elif label:
                    columns[label] = cell.column or 0
            if ID in columns:
                self._tell_strange(sheet, cells)
                return cells[0].row or 0, columns
        return None

    def _tell_strange(self, sheet: Worksheet, cells: Sequence[Any]) -> None:
        for cell in cells:
            label = text(cell.value)
            if label and label.casefold() not in {one.casefold() for one in (*READ, *SHOWN)}:
                self.found.notices.append(f"{place(sheet, cell)}: {label[:40]!r} is not read")

    @staticmethod
    def _name(sheet: Worksheet) -> str:
        for cells in sheet.iter_rows(max_row=40, max_col=10):
            for cell, beside in pairwise(cells):
                if text(cell.value) == NAME and not wrong(beside, False):
                    return " ".join(normal(text(beside.value)).split())
        return ""

    def _rows(self, sheet: Worksheet, header: int, columns: Mapping[str, int]) -> None:
        last = header + len(self.manifest.findings) + SPARE_ROWS
        if sheet.max_row > last:
            self.found.notices.append(f"sheet {sheet.title!r}: nothing below row {last:,} is read")
        shared = merged(sheet, last)
        for number in range(header + 1, min(sheet.max_row, last) + 1):
            cells = {name: sheet.cell(number, at) for name, at in columns.items() if name in READ}
            try:
                self._row(f"{sheet.title}!{number}", dict(self._texts(sheet, cells, shared)))
            except _Wrong as error:
                name = text(cells[ID].value)
                self.found.refused.append(Refusal(name, error.where, str(error)))

    @staticmethod
    def _texts(
        sheet: Worksheet, cells: Mapping[str, Any], shared: set[tuple[int, int]]
    ) -> Iterator[tuple[str, str]]:
        for name, cell in cells.items():
            if why := wrong(cell, (cell.row, cell.column) in shared):
                raise _Wrong(why, place(sheet, cell))
            yield name, normal(text(cell.value))

    def _row(self, where: str, row: dict[str, str]) -> None:
        name, filled = row[ID], [key for key in (POSITION, WORDS) if row[key]]
        if not name:
            if filled:
                raise _Wrong("stands in a row without an id", where)
            return
        if name not in self.manifest.findings:
            raise _Wrong("is no finding of this workbook", where)
        if row[STATE] != self.manifest.findings[name]:
            raise _Wrong("its id was changed: it belongs to another finding", where)
        if name in self.places:
            raise _Wrong(f"is there more than once: {self.places[name]}", where)
        self.places[name] = where
        known = self.known.get(name)
        if said := self._said(name, row, where):
            before = known.response.said if known else None
            self.found.changes.append(Change(self._kind(said, known), said, where, before))

    def _said(self, name: str, row: Mapping[str, str], where: str) -> Said | None:
        """What a row says; None for one that is, and was, empty."""
        told: dict[str, Any] = {"by": " ".join((row.get(BY) or self.by).split())}
        position, words = row[POSITION].casefold(), row[WORDS]
        if not position and not words:
            if name not in self.manifest.answered or name not in self.known:
                return None
            told["withdrawn"] = True
        elif position not in POSITIONS:
            what = f"{position[:40]!r} is" if position else "words without a position are"
            raise _Wrong(f"{what} no response; choose one of: {', '.join(POSITIONS)}", where)
        elif not told["by"]:
            raise _Wrong("does not tell who says so; fill in 'By', or add --by NAME", where)
        else:
            if len(words) > LONGEST:  # what is longer would be cut, and nobody would know
                raise _Wrong(f"has more than {LONGEST:,} characters; shorten the words", where)
            told |= {"position": position, "words": harmless(words)}
            told["on"] = self._day(row.get(DATE, ""), where)
        try:
            return Said(finding=name, state=self.manifest.findings[name], at=self.now, **told)
        except ValidationError as error:
            raise _Wrong(mistake(error), where) from None

    def _day(self, written: str, where: str) -> date | None:
        if not written:
            return None
        for form in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                day = datetime.strptime(written.partition(" ")[0], form).date()
            except ValueError:
                continue
            if date(2000, 1, 1) <= day <= self.now.date():
                return day
            raise _Wrong(f"the date {written} is not one of the past years", where)
        raise _Wrong(f"{written[:30]!r} is no date; write it as 2026-07-31", where)

    def _kind(self, said: Said, known: Standing | None) -> Kind:
        before = known.response.said if known else None
        if before and not said.withdrawn and _content(before) == _content(said):
            return "unchanged"
        if (known.response.id if known else "") != self.manifest.answered.get(said.finding, ""):
            return "conflict"
        return "withdrawn" if said.withdrawn else "changed" if before else "new"


def harmless(words: str) -> str:
    """What somebody wrote without credentials, and without characters that drive a reader."""
    return "\n".join(map(clean, masked(words).split("\n")))


def _content(said: Said) -> tuple[object, ...]:
    """What a response says, without when it came in and what nobody wrote."""
    return said.position, said.words, said.by, said.state, said.on
