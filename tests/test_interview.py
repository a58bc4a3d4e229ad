from __future__ import annotations

from pathlib import Path

import pytest

from techdd.interviews.terminal import Console, interview
from techdd.model import Grade, Metric
from techdd.policy import Answer, Checklist
from techdd.workspace import Workspace

LIST = Checklist.model_validate(
    {
        "id": "team", "title": "Team", "version": "7", "order": 1, "about": "x",
        "items": [
            {
                "id": f"TE-0{n}", "ask": f"Question {n}?", "why": f"Reason {n}.",
                "levels": [f"level {level} of {n}" for level in range(5)],
                "importance": importance, "follow_ups": ["And then?"], "documents": ["A list"],
                "evidence": [{"metric": "m", "bands": [1, 2, 3, 4], "says": "M is {value:.0f}."}],
            }
            for n, importance in enumerate(("critical", "major", "minor"), start=1)
        ],
    }
)  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "e", "Northwind", [])


class Talk:
    """An interview whose answers are given beforehand; then the input ends."""

    def __init__(self, *lines: str) -> None:
        self.said: list[str] = []
        self.prompts: list[str] = []
        self.lines = iter(lines)
        self.console = Console(self.said.append, self.ask)

    def ask(self, prompt: str) -> str | None:
        self.prompts.append(prompt)
        return next(self.lines, None)


def hold(workspace: Workspace, *lines: str, again: bool = False) -> tuple[int, Talk]:
    talk = Talk(*lines)
    metrics = {"m": Metric("m", 3)}
    written = interview(
        workspace, [LIST], talk.console, by="Ann", role="CTO", metrics=metrics, again=again
    )
    return written, talk


def journal(workspace: Workspace) -> list[tuple[str, int | None, Grade, str, str]]:
    found = workspace.answers("team")
    return [(a.item, a.level, a.grade, a.reason, a.note) for a in (found.answers if found else ())]


def test_three_answers_of_three_kinds(workspace: Workspace) -> None:
    written, _ = hold(workspace, "3", "2", "saw the page", "n", "no office", "s")
    assert written == 2
    assert journal(workspace) == [
        ("TE-01", 3, Grade.SHOWN, "", "saw the page"),
        ("TE-02", None, Grade.STATED, "no office", ""),
    ]
    found = workspace.answers("team")
    assert found is not None
    assert (found.version, {(one.by, one.role) for one in found.answers}) == ("7", {("Ann", "CTO")})
    assert all(one.at is not None for one in found.answers)


def test_the_question_comes_with_its_reason_and_evidence(workspace: Workspace) -> None:
    _, talk = hold(workspace, "q")
    assert talk.said == [
        "\nTeam · 1 of 3",
        "TE-01 [critical] Question 1?",
        "  Why: Reason 1.",
        "  Evidence: M is 3.",
    ]


def test_help_shows_the_levels_and_asks_again(workspace: Workspace) -> None:
    written, talk = hold(workspace, "?", "0", "1", "")
    assert talk.said[4:11] == [
        *(f"  {level}: level {level} of 1" for level in range(5)),
        "  Ask on: And then?",
        "  Documents: A list",
    ]
    assert (written, journal(workspace)[0][:3]) == (1, ("TE-01", 0, Grade.STATED))


def test_it_goes_on_where_the_input_ended(workspace: Workspace) -> None:
    assert hold(workspace, "3", "", "")[0] == 1
    written, talk = hold(workspace, "2", "", "", "1", "", "")
    assert talk.said[0] == "\nTeam · 1 of 2"
    assert written == 2
    assert [item for item, *_ in journal(workspace)] == ["TE-01", "TE-02", "TE-03"]
    assert hold(workspace)[1].prompts == []


def test_an_answer_that_the_end_of_input_cuts_short_is_not_written(workspace: Workspace) -> None:
    assert hold(workspace, "3")[0] == 0
    assert hold(workspace, "3", "2")[0] == 0
    assert hold(workspace, "n")[0] == 0
    assert journal(workspace) == []


def test_back_asks_the_question_before_again_and_the_latest_counts(workspace: Workspace) -> None:
    written, talk = hold(workspace, "b", "3", "", "", "b", "1", "", "", "q")
    assert [line for line in talk.said if line.startswith("\nTeam")] == [
        f"\nTeam · {number} of 3" for number in (1, 1, 2, 1, 2)
    ]
    assert written == 2
    assert [(item, level) for item, level, *_ in journal(workspace)] == [("TE-01", 3), ("TE-01", 1)]


def test_skipped_questions_stay_open(workspace: Workspace) -> None:
    assert hold(workspace, "s", "", "s")[0] == 0
    assert hold(workspace, "q")[1].said[0] == "\nTeam · 1 of 3"


@pytest.mark.parametrize("said", ["5", "-1", "yes", "3.5", "\x1b[31m", "٣"])
def test_what_is_no_answer_is_said_and_asked_again(workspace: Workspace, said: str) -> None:
    written, talk = hold(workspace, said, "2", "", "")
    assert written == 1
    assert talk.said[4].startswith("'") and "is none of: 0-4 = level" in talk.said[4]
    assert "\x1b" not in talk.said[4]


def test_a_grade_that_is_none_is_asked_again(workspace: Workspace) -> None:
    written, talk = hold(workspace, "4", "9", "3", "")
    assert (written, journal(workspace)[0][:3]) == (1, ("TE-01", 4, Grade.SAMPLED))
    assert talk.said[4] == "'9' is none of: 1, 2, 3"


def test_not_applicable_needs_a_reason(workspace: Workspace) -> None:
    written, talk = hold(workspace, "n", " ", "n", "no backend")
    assert written == 1
    assert talk.said[4] == "A reason is needed: 'not applicable' leaves the score."


def test_again_asks_everything_and_keeps_the_old(workspace: Workspace) -> None:
    hold(workspace, "3", "", "")
    assert hold(workspace, "1", "", "", again=True)[0] == 1
    assert [level for _, level, *_ in journal(workspace)] == [3, 1]


def test_notes_keep_their_letters(workspace: Workspace) -> None:
    note = "Zoë: \"50 % done\" # really? - 'yes': no"
    hold(workspace, "3", "", note)
    assert journal(workspace)[0][4] == note
    workspace.record(LIST, Answer(item="TE-02", level=1, note="two\nlines: [x]"))
    assert journal(workspace)[1][4] == "two\nlines: [x]"
