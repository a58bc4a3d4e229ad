"""The journals of earlier versions, one YAML file a checklist: read only, to be taken in once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import model_validator

from techdd.checklists import Level
from techdd.documents import load
from techdd.policy import Name, Written
from techdd.questionnaires import Filled, Format, Returned, Value
from techdd.replies import NOT_APPLICABLE


class _Said(Written):
    item: str
    level: Level | None = None
    reason: str = ""
    grade: int = 1
    by: str = ""
    role: str = ""
    at: datetime | None = None
    note: str = ""
    overrules: bool = False

    @model_validator(mode="after")
    def _level_or_reason(self) -> _Said:
        if self.level is None and not self.reason:
            raise ValueError("an answer without a level is 'not applicable' and needs a 'reason'")
        return self


class _Journal(Written):
    checklist: Name
    version: str  # of the checklist that was asked
    answers: tuple[_Said, ...] = ()


def _read(path: Path) -> Returned:
    """Every answer of the journal, oldest first. Raises DocumentError with file, line, column."""
    found = load(path, _Journal)
    rows = []
    for number, said in enumerate(found.answers, 1):
        place = f"answer {number}"
        level = NOT_APPLICABLE if said.level is None else str(said.level)
        written: dict[str, Any] = said.model_dump(exclude={"item"}) | {"level": level}
        written["at"] = said.at.isoformat() if said.at else ""
        written["overrules"] = "yes" if said.overrules else ""
        fields = {key: Value(str(text), place) for key, text in written.items() if text != ""}
        rows.append(Filled(said.item, place, fields, version=found.version))
    return Returned(None, tuple(rows))


journal = Format("file", (".yaml", ".yml"), _read)
