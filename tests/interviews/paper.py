"""An engagement with two checklists of its own, for the tests of questionnaires."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from techdd.answers import Answer
from techdd.checklists import Checklist
from techdd.interviews.asking import heard
from techdd.interviews.returned import Preview, preview
from techdd.library import Library
from techdd.questionnaires import Questionnaire, format_of
from techdd.workspace import Workspace

CLIENT = "=Northwind -- Parcel"
FIGURES = [
    {"key": "rto", "ask": "Recovery time?", "unit": "hours"},
    {"key": "since", "ask": "Since when?", "kind": "date"},
    {"key": "plan", "ask": "Which plan?", "kind": "choice", "choices": ["A, small", "=B", "3"]},
    {"key": "level", "ask": "In your words?", "kind": "text"},
]


def checklist(name: str, prefix: str, version: str = "1", **changes: Any) -> dict[str, Any]:
    items = [
        {
            "id": f"{prefix}-0{number}", "ask": f"Question {number}?", "why": "Because.",
            "levels": ["none", "ad hoc", "repeatable", "defined", "measured"],
            "follow_ups": ["SECRET follow-up"], "documents": ["A list"],
            "figures": FIGURES if number == 3 else [],
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    made = {"id": name, "title": f"Title: {name}?", "version": version, "order": 1, "about": "x"}
    return made | {"items": items} | changes


class Own(Workspace):
    """An engagement whose own checklists are all there are, which is quick to read."""

    @property
    def library(self) -> Library:
        engagement = self.engagement
        return Library(self.root, self.root / "none", engagement.checklists, engagement.profile)


def engagement(root: Path, client: str = CLIENT) -> Workspace:
    made = Own.create(root, client, [])
    made.file.write_text(made.file.read_text() + "checklists: [ops, team]\n")
    put(root, checklist("team", "TE"))
    put(root, checklist("ops", "OP"))
    return Own(root)


def put(root: Path, made: dict[str, Any]) -> Checklist:
    folder = root / "checklists"
    folder.mkdir(exist_ok=True)
    (folder / f"{made['id']}.yaml").write_text(json.dumps(made))
    return Checklist.model_validate(made)


def questionnaire(workspace: Workspace, respondent: str = "", role: str = "") -> Questionnaire:
    """As `techdd interview export` makes it."""
    entries = workspace.journal.read()
    said = heard(entries, workspace.engagement.round)
    person = " ".join(respondent.split()).casefold()
    own = {item: by[person] for item, by in said.items() if person and person in by}
    last = entries[-1].id if entries else ""
    client = workspace.engagement.client
    return Questionnaire(client, workspace.checklists, respondent, role, own, last)


def export(workspace: Workspace, path: Path, respondent: str = "Lea") -> Path:
    form = format_of(path, writing=True)
    assert form.write
    path.write_bytes(form.write(questionnaire(workspace, respondent, "CTO")))
    return path


def returned(workspace: Workspace, path: Path, by: str = "Lea") -> Preview:
    form = format_of(path)
    said_by = {"by": by, "role": "CTO", "source": form.name}
    return preview(workspace, form.read(path), path.parent, said_by)


def record(workspace: Workspace, item: str, by: str = "Lea", **fields: Any) -> None:
    for one in workspace.checklists:
        for asked in one.items:
            if asked.id == item:
                workspace.record(one, asked, Answer(item=item, by=by, **fields))


def told(found: Preview) -> list[tuple[str, str]]:
    return [(one.kind, one.item) for one in found.changes]


def refused(found: Preview) -> list[str]:
    return [f"{one.item} {one.place}: {one.why}" for one in found.refused]
