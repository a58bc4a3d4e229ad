"""Who takes part in the interviews: `interviews.yaml` of an engagement."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from techdd.checklists import Checklist
from techdd.documents import load
from techdd.errors import DocumentError
from techdd.policy import Written

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
        return " ".join(self.name.split()).casefold()

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


class Participants(Written):
    """All who take part."""

    people: tuple[Participant, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> Participants:
        names = [one.person for one in self.people]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"name used twice: {', '.join(twice)}")
        return self


def participants(root: Path, checklists: Sequence[Checklist]) -> tuple[Participant, ...]:
    """The people of interviews.yaml, none where there is no such file.

    Raises DocumentError, also where somebody is asked what no checklist has.
    """
    path = root / FILE
    if not path.is_file():
        return ()
    found = load(path, Participants).people
    known = {one.id for one in checklists} | {item.id for one in checklists for item in one.items}
    for person in found:
        for wanted in person.asked:
            if wanted not in known:
                raise DocumentError(f"{person.name}: no checklist or item {wanted!r}", path)
    return found
