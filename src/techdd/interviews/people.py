"""Who takes part in the interviews: `interviews.yaml` of an engagement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from techdd.answers import person_of
from techdd.checklists import Checklist
from techdd.documents import load
from techdd.errors import DocumentError
from techdd.files import is_there
from techdd.policy import Versioned, Written, repeated

FILE = "interviews.yaml"


class Participant(Written):
    """Somebody who asks or answers. `asked` holds ids of checklists and items; empty = all."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: Annotated[str, Field(max_length=200)] = ""
    kind: Literal["respondent", "interviewer"] = "respondent"
    asked: tuple[str, ...] = ()

    @property
    def person(self) -> str:
        """The name as it is compared, as `Answer.person` is."""
        return person_of(self.name)

    def scope(self, checklists: Sequence[Checklist]) -> tuple[Checklist, ...]:
        """The questions for this person, without checklists of which none is left."""
        if not self.asked:
            return tuple(checklists)
        kept = []
        for one in checklists:
            items = tuple(
                item for item in one.items if one.id in self.asked or item.id in self.asked
            )
            if items:
                kept.append(one.model_copy(update={"items": items}))
        return tuple(kept)


class Participants(Versioned):
    """All who take part."""

    stored = "interviews.yaml"

    people: tuple[Participant, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Participants:
        if twice := repeated(one.person for one in self.people):
            raise ValueError(f"name used twice: {', '.join(twice)}")
        return self


def participants(root: Path, checklists: Sequence[Checklist]) -> tuple[Participant, ...]:
    """The people of interviews.yaml, none where there is no such file.

    Raises DocumentError, also where somebody is asked what no checklist has.
    """
    path = root / FILE
    if not is_there(path):
        return ()
    found = load(path, Participants).people
    for person in found:
        if stranger := unasked(person.asked, checklists):
            raise DocumentError(f"{person.name}: no checklist or item {stranger!r}", path)
    return found


def unasked(names: Iterable[str], checklists: Sequence[Checklist]) -> str | None:
    """The first of `names` that is neither a checklist nor an item; None where all are."""
    known = {one.id for one in checklists} | {item.id for one in checklists for item in one.items}
    return next((name for name in names if name not in known), None)
