"""Who takes part in the interviews."""

from __future__ import annotations

from pathlib import Path

import pytest

from techdd.checklists import Checklist
from techdd.errors import DocumentError
from techdd.interviews.people import participants


def checklist(name: str, prefix: str) -> Checklist:
    levels = ["none", "ad hoc", "repeatable", "defined", "measured"]
    items = [
        {"id": f"{prefix}-0{number}", "ask": "Q?", "why": "W.", "levels": levels}
        for number in (1, 2)
    ]
    whole = {"id": name, "title": "T", "version": "1", "order": 1, "about": "A.", "items": items}
    return Checklist.model_validate(whole)


CHECKLISTS = (checklist("alpha", "AA"), checklist("beta", "BB"))


def asked(tmp_path: Path, text: str) -> list[list[str]]:
    (tmp_path / "interviews.yaml").write_text(text)
    found = participants(tmp_path, CHECKLISTS)
    return [[item.id for one in who.scope(CHECKLISTS) for item in one.items] for who in found]


def test_people_are_asked_what_they_are_there_for(tmp_path: Path) -> None:
    text = "people: [{name: Ann, asked: [beta, AA-02]}, {name: Bo, kind: interviewer}]"
    assert asked(tmp_path, text) == [
        ["AA-02", "BB-01", "BB-02"], ["AA-01", "AA-02", "BB-01", "BB-02"],
    ]  # fmt: skip


def test_without_the_file_nobody_is_named(tmp_path: Path) -> None:
    assert participants(tmp_path, CHECKLISTS) == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("people: [{name: Ann}, {name: ' ann '}]", "name used twice: ann"),
        ("people: [{name: Ann, asked: [gamma]}]", "Ann: no checklist or item 'gamma'"),
        ("people: [{name: Ann, kind: boss}]", "people.1.kind|people.0.kind"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        asked(tmp_path, text)
