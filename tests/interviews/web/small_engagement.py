"""A small engagement with three people and two checklists of its own, for the tests of the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from techdd.checklists import Checklist
from techdd.documents import dump_yaml
from techdd.model import Metric
from techdd.workspace import Workspace

METRICS = {"m": Metric("m", 1, basis="10 commits")}
WITHHELD = (  # what a respondent must never be sent
    "The evidence is 1", "A question worth asking", "A reason of investors", "A further question",
    "critical", "evidence", "importance", "spread", "people", "voices", "grade", "recorded_by",
)  # fmt: skip
PEOPLE = """\
people:
  # who asks
  - {name: Ida Adviser, kind: interviewer}
  - name: Ann Chief
    role: CTO
    asked: [alpha]
  - {name: Bo Lead, role: Lead, asked: [alpha, BB-01]}
"""


def item(name: str, *, importance: str = "major", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "ask": f"Question {name}?",
        "why": "A reason of investors.",
        "importance": importance,
        "levels": [f"level {level} of {name}" for level in range(5)],
        "follow_ups": ["A further question?"],
        "documents": ["A paper"],
        "evidence": [
            {
                "metric": "m", "bands": [1, 2, 3, 4], "says": "The evidence is {value:.0f}.",
                "ask": "A question worth asking?",
            }
        ],
        **more,
    }  # fmt: skip


FIGURES = [
    {"key": "hours", "ask": "How long?", "unit": "hours"},
    {"key": "since", "ask": "Since when?", "kind": "date"},
    {"key": "where", "ask": "Where?", "kind": "choice", "choices": ["here", "there"]},
]


def checklist(name: str, title: str, order: int, items: list[dict[str, Any]]) -> dict[str, Any]:
    whole = {"id": name, "title": title, "version": "1", "order": order, "about": "About."}
    return whole | {"items": items}


def checklists(first: str = "Question AA-01?") -> list[dict[str, Any]]:
    alpha = [item("AA-01", importance="critical", ask=first), item("AA-02", figures=FIGURES)]
    return [
        checklist("alpha", "Alpha domain", 1, alpha),
        checklist("beta", "Beta domain", 2, [item("BB-01"), item("BB-02")]),
    ]


def engagement(
    root: Path, *, people: str = PEOPLE, client: str = "Northwind", first: str = "Question AA-01?"
) -> Workspace:
    workspace = Workspace.create(root, client, [])
    text = workspace.file.read_text()
    workspace.file.write_text(text + "checklists: [alpha, beta]\n")
    (root / "interviews.yaml").write_text(people)
    (root / "checklists").mkdir()
    for one in checklists(first):
        (root / "checklists" / f"{one['id']}.yaml").write_text(dump_yaml(one))
    return opened(root, first)


def opened(root: Path, first: str = "Question AA-01?") -> Workspace:
    """The engagement without the seconds that reading all shipped checklists takes."""
    workspace = Workspace(root)
    known = tuple(Checklist.model_validate(one) for one in checklists(first))
    workspace.__dict__["checklists"] = known
    return workspace


def journal(workspace: Workspace) -> list[tuple[str, str, int | None, str]]:
    """(item, by, level, note) of every answer, oldest first."""
    found = [entry.answer for entry in workspace.journal.read()]
    return [(one.item, one.by, one.level, one.note) for one in found]
