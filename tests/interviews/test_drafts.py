"""What an interviewer knows before asking, and in which order it matters."""

from __future__ import annotations

from typing import Any

import pytest

from techdd.checklists import Checklist, Item
from techdd.interviews.brief import brief
from techdd.interviews.drafts import by_urgency, draft
from techdd.model import Metric


def item(number: int, *rules: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": f"TE-{number:02}", "ask": f"Question {number}?", "why": "Because.",
        "levels": ["none", "ad hoc", "repeatable", "defined", "measured"],
        "follow_ups": ["And then?", "And after?"], "documents": ["A list"],
        "evidence": list(rules), **fields,
    }  # fmt: skip


def rule(
    metric: str, role: str = "indicates", ask: str = "", falls: bool = False
) -> dict[str, Any]:
    bands = [4, 3, 2, 1] if falls else [1, 2, 3, 4]
    return {
        "metric": metric, "bands": bands, "role": role, "says": f"{metric} is {{value:.0f}}.",
        "ask": ask,
    }  # fmt: skip


METRICS = {
    "low": Metric("low", 1), "high": Metric("high", 4), "none": Metric("none", 0),
    "gap": Metric("gap", None, note="no history"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "level", "likely", "ask"),
    [
        ([], None, "nothing speaks to it", "And then?"),
        ([rule("gap", "measures")], None, "nothing speaks to it", "And then?"),
        ([rule("unknown", ask="No?")], None, "nothing speaks to it", "And then?"),
        ([rule("low", "measures", "Why?")], 1, "measured 1", "Why?"),
        ([rule("high", ask="Why?")], 4, "indicates at most 4", "And then?"),
        (
            [rule("high", "measures"), rule("low", ask="Why low?")],
            1,
            "measured 4, indicates at most 1",
            "Why low?",
        ),
        # A practice of which no trace was found may live elsewhere; it is worth asking for.
        ([rule("none", ask="Where?")], None, "no trace was found, which proves nothing", "Where?"),
        ([rule("none", falls=True)], 4, "indicates at most 4", "And then?"),
    ],
)
def test_the_likely_answer_and_the_question_worth_asking(
    rules: list[dict[str, Any]], level: int | None, likely: str, ask: str
) -> None:
    found = draft(Item.model_validate(item(1, *rules)), METRICS)
    assert (found.level, found.likely, found.ask) == (level, likely, ask)


def test_evidence_and_gaps_are_sentences() -> None:
    found = draft(Item.model_validate(item(1, rule("gap"), rule("low"))), METRICS)
    assert found.sentences == ("low is 1.", "Not measured (gap): no history.")


def checklist(*items: dict[str, Any], **fields: Any) -> Checklist:
    made = {"id": "team", "title": "Te*am", "version": "1", "order": 1, "about": "x"}
    return Checklist.model_validate(made | {"items": items} | fields)


ORDERED = checklist(
    item(1),
    item(2, importance="minor"),
    item(3, rule("high"), importance="critical"),
    item(4, importance="critical"),
    item(5, rule("low"), importance="critical"),
    item(6, weight=2),
    item(7, rule("low"), importance="critical"),
)


def test_critical_items_and_low_evidence_come_first() -> None:
    topics = by_urgency([ORDERED], METRICS, frozenset({"TE-07"}))
    assert [topic.item.id for topic in topics] == [
        "TE-05", "TE-04", "TE-03", "TE-06", "TE-01", "TE-02",
    ]  # fmt: skip


def test_the_brief_has_a_front_page_and_every_item() -> None:
    text = brief("North_wind", [ORDERED], METRICS, frozenset({"TE-07"}), "Lea")
    front, _, rest = text.partition("\n## Te\\*am\n")
    assert front.startswith("# Interview brief: North\\_wind\n\nFor the interview with Lea.\n")
    assert "no respondent may see it" in front
    assert "1. **TE-05**, critical: Question 5?\n    - Evidence: indicates at most 1.\n" in front
    assert "TE-07" not in front
    assert "Answered already: TE-07." in rest
    for line in (
        "### TE-05, critical", "- Likely: indicates at most 1", "- Level 1 is: ad hoc",
        "- Evidence: low is 1.", "- Ask: And then?", "- Ask on: And after?",
        "- Ask to be shown: A list",
    ):  # fmt: skip
        assert line in rest.splitlines()
    assert rest.count("### ") == 7


def test_ten_at_most_stand_on_the_front_page_and_none_where_all_is_answered() -> None:
    many = checklist(*(item(number) for number in range(1, 15)))
    front = brief("X", [many], {}, frozenset()).partition("\n## Te\\*am\n")[0]
    assert "(10 of 14)" in front
    assert "TE-11" not in front
    assert "Nothing has been measured yet" in front
    everything = frozenset(one.id for one in many.items)
    assert "Every question is answered." in brief("X", [many], METRICS, everything)
