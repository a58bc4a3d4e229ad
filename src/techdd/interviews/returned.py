"""What a questionnaire that came back would change, and taking it in: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from techdd import replies
from techdd.answers import Answer, Document, Entry
from techdd.checklists import Checklist, Item
from techdd.errors import TechddError
from techdd.interviews.asking import heard
from techdd.journal import latest
from techdd.model import Grade
from techdd.questionnaires import FIELDS, Filled, Manifest, Refusal, Returned, Value
from techdd.text import normal
from techdd.workspace import Workspace

ANOTHER_VERSION = "not kept"  # the wording of a question whose version is not this one
Kind = Literal["new", "changed", "unchanged", "conflict"]


class Change(NamedTuple):
    """One answer of the file, and the same person's answer before it."""

    kind: Kind
    item: str
    place: str
    answer: Answer
    before: Answer | None
    reworded: bool = False  # it was asked in an earlier wording


@dataclass(frozen=True)
class Preview:
    """All that a file would change. Whoever takes it in has seen `entries` of the journal."""

    changes: tuple[Change, ...]
    refused: tuple[Refusal, ...]
    notices: tuple[str, ...]
    left_open: int  # questions of the file without an answer
    entries: tuple[Entry, ...]

    def to_record(self, *, overwrite: bool) -> list[Change]:
        """What would be recorded; conflicts only where the file is to `overwrite`."""
        wanted = ("new", "changed", "conflict") if overwrite else ("new", "changed")
        return [one for one in self.changes if one.kind in wanted]


class _Refused(ValueError):
    """Raised with the place of the mistake."""

    def __init__(self, why: str, place: str) -> None:
        super().__init__(why)
        self.place = place


def preview(
    workspace: Workspace, returned: Returned, folder: Path, said_by: Mapping[str, Any]
) -> Preview:
    """Holds `returned` against the questions and the journal; nothing is written.

    Documents are looked for in `folder`. `said_by` is what all answers have in common: who, as
    what, by which way. Raises TechddError where it is another engagement's.
    """
    entries = tuple(workspace.journal.read())
    manifest = returned.manifest
    since = _since(manifest, entries, workspace)
    one_by_one = _Rows(workspace, manifest, folder, said_by, entries)
    changes: list[Change] = []
    refused = list(returned.refused)
    notices = list(returned.notices)
    left_open = 0
    for row in returned.rows:
        if not row.fields and not row.figures:
            left_open += 1
            continue
        try:
            answer, reworded = one_by_one.answer(row)
        except _Refused as error:
            refused.append(Refusal(row.item, error.place, str(error)))
            continue
        changes.append(one_by_one.change(row, answer, since, reworded=reworded))
    if manifest:
        there = {row.item for row in returned.rows} | {one.item for one in returned.refused}
        if missing := sorted(manifest.items.keys() - there):
            notices.append(f"not in the file any more: {', '.join(missing)}")
    return Preview(tuple(changes), tuple(refused), tuple(notices), left_open, entries)


def take_in(workspace: Workspace, changes: Sequence[Change], seen: Sequence[Entry]) -> int:
    """Records `changes`, all or none; how many. Raises Conflict where the journal is not as it was
    `seen`.
    """
    places = {item.id: (one, item) for one in workspace.checklists for item in one.items}
    said = []
    known: dict[tuple[str, str], str | None] = {}
    for change in changes:
        person = (change.item, change.answer.person)
        last = latest(seen, *person)
        said.append(
            (*places[change.item], change.answer, known.get(person, last.id if last else ""))
        )
        known[person] = None  # the rest of this file follows it
    return len(workspace.record_all(said))


def _since(
    manifest: Manifest | None, entries: Sequence[Entry], workspace: Workspace
) -> Sequence[Entry]:
    """The entries that were added after the questionnaire was made.

    An earlier journal has none, and all of the present one is later than it.
    """
    if manifest is None:
        return entries
    ids = [entry.id for entry in entries]
    if manifest.journal in ids:
        return entries[ids.index(manifest.journal) + 1 :]
    client = workspace.engagement.client
    if manifest.client != client:
        raise TechddError(
            f"is a questionnaire for {manifest.client!r}; this is the engagement of {client!r}"
        )
    if manifest.journal:
        raise TechddError(
            "was made for another engagement of this client, or its journal is not the same any "
            "more; export it again"
        )
    return entries


class _Rows:
    """Makes answers of rows, each after the ones before it."""

    def __init__(
        self,
        workspace: Workspace,
        manifest: Manifest | None,
        folder: Path,
        said_by: Mapping[str, Any],
        entries: Sequence[Entry],
    ) -> None:
        self.manifest = manifest
        self.folder = folder
        self.said_by = said_by
        self.round = workspace.engagement.round
        self.questions: dict[str, tuple[Checklist, Item]] = {
            item.id: (one, item) for one in workspace.checklists for item in one.items
        }
        self.said = heard(entries, self.round)
        self.recorded = [_content(entry.answer) for entry in entries]

    def answer(self, row: Filled) -> tuple[Answer, bool]:
        """The answer in a row, and whether it was asked in another wording. Raises _Refused."""
        asked = self.manifest.items.get(row.item) if self.manifest else None
        if self.manifest and asked is None:
            raise _Refused("is no question of this questionnaire", row.place)
        if asked and row.wording not in ("", asked.wording):
            raise _Refused("its id was changed: it belongs to another question", row.place)
        if row.item not in self.questions:
            raise _Refused("is not asked in this engagement (any more)", row.place)
        checklist, item = self.questions[row.item]
        if self.manifest and asked:
            version, wording = self.manifest.versions.get(asked.checklist, ""), asked.wording
        else:
            version = row.version
            wording = item.wording if version == checklist.version else ANOTHER_VERSION
        given = dict(self._given(row, item, reworded=wording != item.wording))
        fields = {**self.said_by, "version": version, "wording": wording, **given}
        try:
            answer = Answer(item=item.id, **fields)
        except ValidationError as error:
            detail = error.errors()[0]
            key = str(detail["loc"][0]) if detail["loc"] else ""
            place = row.fields[key].place if key in row.fields else row.place
            message = detail["msg"].removeprefix("Value error, ")
            raise _Refused(f"{key}: {message}" if key else message, place) from None
        if self.manifest and (why := self._unearned(answer)):
            raise _Refused(why, row.fields["grade"].place)
        return answer, wording != item.wording

    def change(
        self, row: Filled, answer: Answer, since: Sequence[Entry], *, reworded: bool
    ) -> Change:
        """How an answer differs from what the same person says."""
        before = self.said.get(row.item, {}).get(answer.person)
        if before and _content(before) == _content(answer):
            kind: Kind = "unchanged"
        elif self.manifest is None and _content(answer) in self.recorded:
            kind = "unchanged"
        elif latest(since, row.item, answer.person):
            kind = "conflict"
        else:
            kind = "changed" if before else "new"
        if kind != "unchanged":
            self.said.setdefault(row.item, {})[answer.person] = answer
        return Change(kind, row.item, row.place, answer, before, reworded)

    def _given(self, row: Filled, item: Item, *, reworded: bool) -> Iterator[tuple[str, Any]]:
        """The fields of the answer. Raises _Refused."""
        fields = row.fields
        if "level" not in fields:
            raise _Refused("has no level, and so is no answer", row.place)
        level, applicable = _read(fields["level"], replies.standpoint)
        if not applicable and "reason" not in fields:
            raise _Refused(f"'{replies.NOT_APPLICABLE}' needs a reason", fields["level"].place)
        if level is not None:
            yield "level", level
        elif applicable:
            yield "unknown", True
        if "reason" in fields:
            if applicable:
                why = f"a reason belongs to '{replies.NOT_APPLICABLE}'; write it as a note"
                raise _Refused(why, fields["reason"].place)
            yield "reason", normal(fields["reason"].text)
        if "grade" in fields and level is not None:
            yield "grade", _read(fields["grade"], replies.grade if self.manifest else _kept_grade)
        if "confidence" in fields:
            yield "confidence", _read(fields["confidence"], replies.confidence)
        if "documents" in fields:
            yield "documents", tuple(self._documents(fields["documents"], item.id))
        yield "figures", dict(_figures(row, item, reworded=reworded))
        yield from ((key, normal(fields[key].text)) for key in ("note",) if key in fields)
        if self.manifest is None:
            own = fields.keys() - FIELDS.keys()
            yield from ((key, fields[key].text) for key in sorted(own - {"overrules"}))
            yield "overrules", "overrules" in own

    def _unearned(self, answer: Answer) -> str:
        """Why a respondent may not call an answer as well evidenced as that; empty where it was
        recorded so before.
        """
        before = self.said.get(answer.item, {}).get(answer.person)
        if before and before.grade >= answer.grade:
            return ""
        if answer.grade is Grade.SAMPLED:
            return "'sampled' is the adviser's to say: write 'shown' or 'stated'"
        if answer.grade is Grade.SHOWN and not answer.documents:
            return "'shown' needs the name of a document: name it, or write 'stated'"
        return ""

    def _documents(self, value: Value, item: str) -> Iterator[Document]:
        """Documents by their names: beside the file, else such as were shown for it before."""
        known = {one.name: one for by in self.said.get(item, {}).values() for one in by.documents}
        for name in filter(None, (line.strip() for line in value.text.split("\n"))):
            if Path(name).name != name:
                raise _Refused(f"{name!r} is no name of a file beside this one", value.place)
            if (self.folder / name).is_file():
                yield replies.document(self.folder / name)
            elif name in known:
                yield known[name]
            else:
                raise _Refused(f"the document {name!r} is not beside this file", value.place)


def _read(value: Value, read: Any) -> Any:
    try:
        return read(value.text)
    except ValueError as error:
        raise _Refused(str(error), value.place) from None


def _kept_grade(text: str) -> Grade:
    return Grade(int(text))


def _figures(row: Filled, item: Item, *, reworded: bool) -> Iterator[tuple[str, float | str]]:
    asked = {figure.key: figure for figure in item.figures}
    for key, value in row.figures.items():
        if key in asked:
            yield key, _read(value, lambda text, one=asked[key]: replies.figure(one, text))
        elif reworded:
            yield key, " ".join(value.text.split())  # as it was asked then
        else:
            raise _Refused(f"the question has no figure {key!r}", value.place)


def _content(answer: Answer) -> tuple[object, ...]:
    """What an answer says, without when and by which way."""
    return (
        answer.item,
        answer.person,
        answer.level,
        normal(answer.reason),
        answer.unknown,
        answer.withdrawn,
        answer.grade,
        answer.confidence,
        tuple(sorted(answer.figures.items())),
        tuple(sorted(one.sha256 for one in answer.documents)),
        normal(answer.note),
        answer.wording,
        answer.overrules,
    )
