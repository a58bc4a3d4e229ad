"""What the checklists and profiles that ship say: asked of people, and fit for their occasion."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from techdd.checklists import Checklist, Item
from techdd.documents import load
from techdd.library import Library

FOLDER = Path(__file__).parents[1] / "checklists"
PROFILES = sorted((FOLDER / "profiles").glob("*.yaml"))
FORMS = {
    "soc2": r"(CC[1-9]|A1|C1|P[1-8]|PI1)\.\d",
    "iso27001": r"[5-8]\.\d{1,2}",
    "gdpr": r"\d{1,2}",
    "hipaa": r"164\.\d{3}(\([a-zA-Z0-9]+\))*",
    "pci_dss": r"\d{1,2}\.\d{1,2}",
}


@cache
def items() -> dict[str, Item]:
    every = [load(path, Checklist) for path in sorted(FOLDER.glob("*.yaml"))]
    return {item.id: item for one in every for item in one.items}


def library(profile: str | None = None) -> Library:
    return Library(FOLDER / "none", FOLDER, profile_id=profile)


def test_evidence_that_can_speak_against_an_answer_has_a_question_for_a_person() -> None:
    for item in items().values():
        for rule in item.evidence:
            lowest = min(rule.level(value) for value in (0, 0.5, 1, 1000))
            assert rule.ask.endswith("?") or (lowest > 1 and not rule.ask), (
                f"{item.id}: {rule.metric}"
            )
            assert "{" not in rule.ask, f"{item.id}: a person is not told the measurement"


def test_an_item_asks_once_of_a_metric() -> None:
    for item in items().values():
        metrics = [rule.metric for rule in item.evidence]
        assert len(metrics) == len(set(metrics)), item.id


def test_figures_are_asked_in_a_unit() -> None:
    for item in items().values():
        for figure in item.figures:
            assert figure.ask.endswith("?"), f"{item.id}: {figure.key}"
            assert bool(figure.unit) == (figure.kind == "number"), f"{item.id}: {figure.key}"


@pytest.mark.parametrize(
    ("item", "keys"),
    [
        ("BCD-01", ["rto_hours", "rpo_hours", "promised_rto_hours", "promised_rpo_hours"]),
        ("BCD-02", ["last_restore", "restore_hours"]),
        ("BCD-04", ["backup_interval_hours", "retention_days"]),
    ],
)
def test_figures_that_are_held_against_the_evidence_keep_their_names(
    item: str, keys: list[str]
) -> None:
    assert [figure.key for figure in items()[item].figures] == keys


def test_controls_are_written_as_their_framework_numbers_them() -> None:
    named = [
        (item.id, framework, number)
        for item in items().values()
        for framework, numbers in item.controls.items()
        for number in numbers
    ]
    assert len(named) > 200
    for item, framework, number in named:
        assert re.fullmatch(FORMS[framework], number), f"{item}: {framework} {number}"


def test_profiles_are_there_for_five_occasions_in_their_order() -> None:
    found = [one.id for one in library().profiles]
    assert found == ["seed", "series-a", "growth", "acquisition", "carve-out"]


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_keeps_what_would_end_a_company(path: Path) -> None:
    asked = {
        item.id: item.importance for one in library(path.stem).checklists for item in one.items
    }
    for vital in ("SEC-01", "SEC-03", "TEA-01", "TEA-02", "DEP-05", "BCD-02", "BCD-11"):
        assert asked.get(vital) == "critical", vital


def test_what_a_profile_is_for_weighs_most() -> None:
    def share(profile: str | None, *ids: str) -> float:
        every = library(profile).checklists
        weights = {i.id: one.weight * i.weight for one in every for i in one.items}
        return sum(weights.get(one, 0) for one in ids) / sum(weights.values())

    for profile, ids in (
        ("seed", ["TEA-01", "TEA-14"]),
        ("series-a", ["TEA-09", "TEA-10", "TEA-11"]),
        ("growth", ["BCD-09", "SEC-13"]),
        ("acquisition", ["ARC-14", "TEA-06", "TEA-14", "DEP-05"]),
        ("carve-out", ["SDL-18", "BCD-06", "SEC-04"]),
    ):
        assert share(profile, *ids) > 1.2 * share(None, *ids), profile
    assert share("acquisition", "TEA-09") == share("carve-out", "TEA-09") == 0


def test_what_profiles_name_is_asked_somewhere() -> None:
    for one in library().profiles:
        assert {*one.items, *one.importance} <= items().keys(), one.id


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_profiles_keep_to_the_house_style(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        assert len(line) <= 100, f"{path.name}:{number}"
        assert line == line.rstrip(), f"{path.name}:{number}"
    about = load_about(path)
    assert 150 <= len(about) <= 600, "the report prints it whole"


def load_about(path: Path) -> str:
    (found,) = [one for one in library().profiles if one.id == path.stem]
    return " ".join(found.about.split())
