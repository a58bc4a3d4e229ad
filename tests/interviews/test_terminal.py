"""The interview in the terminal, with answers given beforehand."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from paper import Own

from techdd.answers import Answer, Document, placed
from techdd.checklists import Checklist
from techdd.errors import TechddError
from techdd.interviews.prompts import Console
from techdd.interviews.terminal import PROMPT, Sitting
from techdd.model import Grade, Metric
from techdd.workspace import Workspace, now

LIST = Checklist.model_validate(
    {
        "id": "team", "title": "Team", "version": "7", "order": 1, "about": "x",
        "items": [
            {
                "id": f"TE-0{n}", "ask": f"Question {n}?", "why": f"Reason {n}.",
                "levels": [f"level {level} of {n}" for level in range(5)],
                "importance": importance, "follow_ups": ["And then?"], "documents": ["A list"],
                "evidence": [
                    {"metric": "m", "bands": [1, 2, 4, 5], "says": "M is {value:.0f}."}
                ] if n == 1 else [],
                "figures": [
                    {"key": "rto", "ask": "Recovery time?", "unit": "hours"},
                    {"key": "since", "ask": "Since when?", "kind": "date"},
                    {"key": "plan", "ask": "Which plan?", "kind": "choice", "choices": ["A", "B"]},
                ] if n == 3 else [],
            }
            for n, importance in enumerate(("critical", "major", "minor"), start=1)
        ],
    }
)  # fmt: skip
INTERRUPT = "\x03"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Own.create(tmp_path / "e", "Northwind", [])
    own = made.root / "checklists"
    own.mkdir()
    own.joinpath("team.yaml").write_text(LIST.model_dump_json())
    return made


class Talk:
    """An interview whose lines are given beforehand; then the input ends."""

    def __init__(self, *lines: str, width: int = 96) -> None:
        self.said: list[str] = []
        self.prompts: list[str] = []
        self.lines = iter(lines)
        self.console = Console(self.said.append, self.ask, lambda: width)

    def ask(self, prompt: str) -> str | None:
        self.prompts.append(prompt)
        line = next(self.lines, None)
        if line == INTERRUPT:
            raise KeyboardInterrupt
        return line

    @property
    def text(self) -> str:
        return "\n".join(self.said)

    @property
    def shown(self) -> list[str]:
        """The ids of the questions that were shown, in order."""
        return [line.split()[0] for line in self.said if line.startswith("TE-")]


def sitting(workspace: Workspace, talk: Talk, by: str = "Ann") -> Sitting:
    metrics = {"m": Metric("m", 3)}
    return Sitting(workspace, [LIST], talk.console, metrics=metrics, by=by, role="CTO")


def hold(
    workspace: Workspace, *lines: str, again: bool = False, by: str = "Ann", width: int = 96
) -> tuple[int, Talk]:
    talk = Talk(*lines, width=width)
    one = sitting(workspace, talk, by)
    one.hold(again=again)
    return one.written, talk


def journal(workspace: Workspace) -> list[Answer]:
    return [entry.answer for entry in workspace.journal.read()]


def record(workspace: Workspace, number: int, by: str = "Ann", **fields: Any) -> None:
    item = LIST.items[number - 1]
    workspace.record(LIST, item, Answer(item=item.id, by=by, **fields))


def test_answers_of_every_kind(workspace: Workspace) -> None:
    written, _ = hold(workspace, "3", "2", "h", "", "saw it", "n", "no office", "", "u", "ask Bo")
    assert written == 3
    first, second, third = journal(workspace)
    assert (first.item, first.level, first.grade) == ("TE-01", 3, Grade.SHOWN)
    assert (first.confidence, first.note) == ("high", "saw it")
    assert (second.reason, second.level, second.note) == ("no office", None, "")
    assert (third.unknown, third.note) == (True, "ask Bo")
    assert {(a.by, a.role, a.source, a.version) for a in (first, second, third)} == {
        ("Ann", "CTO", "terminal", "7")
    }
    assert all(a.at and a.wording for a in (first, second, third))


def test_the_question_comes_with_its_reason_and_evidence(workspace: Workspace) -> None:
    _, talk = hold(workspace, "q")
    assert talk.said == [
        "",
        "Team · question 1 of 3, 3 to go",
        "TE-01 [critical] Question 1?",
        "  Why: Reason 1.",
        "  Evidence: M is 3.",
        "  By the evidence: indicates at most 2.",
        "  Worth asking: And then?",
        "  Team: 0 of 3 answered",
    ]


def test_levels_figures_and_help_are_shown_and_the_question_stays(workspace: Workspace) -> None:
    _, talk = hold(workspace, "te-03", "?", "h", "q")
    assert talk.prompts == [PROMPT] * 4
    assert "  4: level 4 of 3" in talk.said
    assert "  Figure: Recovery time? (hours)" in talk.said
    assert "  Figure: Which plan? (A / B)" in talk.said
    assert "stop; run it again" in talk.text


def test_the_help_fits_on_one_screen_of_a_narrow_terminal() -> None:
    from techdd.interviews.screens import HELP

    lines = HELP.splitlines()
    assert len(lines) < 24
    assert max(map(len, lines)) <= 40


@pytest.mark.parametrize("width", [20, 40])
def test_what_is_long_is_wrapped_to_the_screen(workspace: Workspace, width: int) -> None:
    _, talk = hold(workspace, "?", "p", "x" * 30, "q", width=width)
    assert max(len(line) for text in talk.said for line in text.splitlines()) <= width


def test_figures_are_asked_after_the_level_and_checked_by_their_kind(workspace: Workspace) -> None:
    _, talk = hold(
        workspace, "TE-03", "2", "soon", "4 hours", "2026-02-30", "2026-02-03", "C", "b", "", "",
        "", "q",
    )  # fmt: skip
    assert journal(workspace)[0].figures == {"rto": 4.0, "since": "2026-02-03", "plan": "B"}
    assert "'soon' is no number of hours" in talk.said
    assert "there is no day '2026-02-30'" in talk.said
    assert "'C' is none of: A, B" in talk.said


def test_documents_are_hashed_where_they_lie(workspace: Workspace, tmp_path: Path) -> None:
    paper = tmp_path / "plan.pdf"
    paper.write_bytes(b"plan")
    _, talk = hold(
        workspace, "3", "2", "", "/nowhere/x.pdf", str(tmp_path), str(paper), "", "", "q", width=400
    )
    (said,) = journal(workspace)
    assert said.documents == (
        Document(name="plan.pdf", sha256=hashlib.sha256(b"plan").hexdigest()),
    )
    assert "/nowhere/x.pdf: cannot be read: No such file or directory" in talk.said
    assert f"{tmp_path}: cannot be read: Is a directory" in talk.said
    assert not list(workspace.root.rglob("*.pdf"))


def test_it_goes_on_where_the_input_ended(workspace: Workspace) -> None:
    assert hold(workspace, "3", "", "", "")[0] == 1
    written, talk = hold(workspace, "2", "", "", "", "1", "", "", "", "", "", "")
    assert talk.shown == ["TE-02", "TE-03"]
    assert written == 2
    assert hold(workspace)[1].prompts == []


@pytest.mark.parametrize("cut", range(1, 5))
@pytest.mark.parametrize("end", ["", INTERRUPT])
def test_whatever_was_given_when_the_input_ends_is_kept(
    workspace: Workspace, cut: int, end: str
) -> None:
    lines = ["3", "2", "l", "", "note"][:cut]
    if end:
        with pytest.raises(KeyboardInterrupt):
            hold(workspace, *lines, end)
    else:
        hold(workspace, *lines)
    (said,) = journal(workspace)
    assert said.level == 3
    assert said.grade == (Grade.SHOWN if cut > 1 else Grade.STATED)
    assert said.confidence == ("low" if cut > 2 else None)


def test_the_lines_of_a_note_are_kept_when_the_input_ends(workspace: Workspace) -> None:
    hold(workspace, "u", "one \\", "two \\")
    assert journal(workspace)[0].note == "one\ntwo"


def test_not_applicable_needs_a_reason(workspace: Workspace) -> None:
    written, talk = hold(workspace, "n", " ", "no backend", "", "n")
    assert written == 1  # the second has no reason: that is no answer
    assert "A reason is needed: 'not applicable' leaves the score." in talk.said


def test_back_shows_the_question_before_with_what_was_said(workspace: Workspace) -> None:
    written, talk = hold(workspace, "b", "3", "", "", "why not", "b", "1", "2", "", "", "-", "q")
    assert talk.shown == ["TE-01", "TE-01", "TE-02", "TE-01", "TE-02"]
    assert "  Answered: 3 (stated); note: why not" in talk.said
    assert written == 2
    assert [(one.level, one.note) for one in journal(workspace)] == [(3, "why not"), (1, "")]


def test_a_jump_and_what_was_skipped_come_round_again(workspace: Workspace) -> None:
    _, talk = hold(workspace, "TE-03", "u", "", "s", "s")
    assert talk.shown == ["TE-01", "TE-03", "TE-01", "TE-02"]
    assert talk.prompts.count(PROMPT) == 4
    assert "  Team: 1 of 3 answered" in talk.said


@pytest.mark.parametrize(
    ("said", "note"), [("", "old"), ("-", ""), ("+ more", "old\nmore"), ("new", "new")]
)
def test_an_earlier_note_is_edited_and_the_rest_stays(
    workspace: Workspace, said: str, note: str
) -> None:
    record(workspace, 1, level=2, grade=Grade.SHOWN, note="old", confidence="low")
    hold(workspace, "TE-01", "e", said, "q")
    before, after = journal(workspace)
    assert after.note == note
    assert (after.level, after.grade, after.confidence) == (2, Grade.SHOWN, "low")
    assert before.note == "old"


def test_an_answer_is_taken_back_and_the_question_is_open_again(workspace: Workspace) -> None:
    hold(workspace, "w", "2", "", "", "", "TE-01", "w", "q")
    assert [one.withdrawn for one in journal(workspace)] == [False, True]
    assert hold(workspace, "q")[1].shown == ["TE-01"]


def test_what_was_said_before_is_shown_with_who_and_when(workspace: Workspace) -> None:
    record(workspace, 1, "Bo\x1b[31m", level=4, figures={"rto": 4}, note="we\ndo")
    _, talk = hold(workspace, "p", "s", "p", "q")
    (line,) = [line for line in talk.said if line.startswith("  Bo")]
    assert "Bo\\x1b[31m on 20" in line
    assert "4 (stated); rto 4; note: we / do" in " ".join(talk.text.split())
    assert "  Nobody has said anything to it yet." in talk.said


def test_each_person_is_asked_and_nobody_named_goes_on_for_all(workspace: Workspace) -> None:
    record(workspace, 1, "Bo", level=4)
    assert hold(workspace, "q", by="Ann")[1].shown == ["TE-01"]
    assert hold(workspace, "q", by="bo ")[1].shown == ["TE-02"]
    assert hold(workspace, "q", by="")[1].shown == ["TE-02"]


def test_a_new_round_asks_anew(workspace: Workspace) -> None:
    record(workspace, 1, level=4)
    file = workspace.root / "engagement.yaml"
    file.write_text(file.read_text() + "round: closing\n")
    assert hold(Own(workspace.root), "q")[1].shown == ["TE-01"]


def test_a_reworded_question_is_offered_again(workspace: Workspace) -> None:
    item = LIST.items[0]
    old = item.model_copy(update={"ask": "Question one?"})
    workspace.journal.append(placed(Answer(item=item.id, level=4, by="Ann"), LIST, old, "", now()))
    _, talk = hold(workspace, "2", "", "", "", "q")
    assert "  The question was reworded since; it is asked again." in talk.said
    assert [one.wording for one in journal(workspace)] == [old.wording, item.wording]
    assert hold(workspace, "q")[1].shown == ["TE-02"]


@pytest.mark.parametrize("said", ["5", "-1", "yes", "3.5", "\x1b[31m", "٣", "3-4", "TE-09"])
def test_what_is_no_answer_is_said_and_asked_again(workspace: Workspace, said: str) -> None:
    written, talk = hold(workspace, said, "2", "", "", "")
    assert written == 1
    assert f"{said!r} is none of: 0-4, n, u and what h shows" in talk.said
    assert "\x1b" not in talk.text


@pytest.mark.parametrize("when", ["Note", PROMPT])
@pytest.mark.parametrize(("choice", "counts"), [("m", 1), ("", 1), ("t", 4)])
def test_two_terminals_of_one_person_are_told_and_choose(
    workspace: Workspace, choice: str, counts: int, when: str
) -> None:
    talk = Talk("1", "", "", "mine", "?", choice, "q")
    inner = talk.ask

    def meanwhile(prompt: str) -> str | None:
        if prompt.startswith(when) and not journal(workspace):
            record(workspace, 1, level=4, note="theirs")
        return inner(prompt)

    talk.console = Console(talk.said.append, meanwhile)
    sitting(workspace, talk).hold()
    told = "Ann answered this elsewhere in the meantime: 4 (stated); note: theirs."
    assert told in talk.said
    standing = workspace.standings()["TE-01"].counts
    assert standing is not None
    assert standing.level == counts


@pytest.mark.parametrize("end", [(), (INTERRUPT,)])
def test_an_end_before_the_choice_loses_nothing(workspace: Workspace, end: tuple[str, ...]) -> None:
    talk = Talk("1", "", "", "mine", *end)
    inner = talk.ask

    def meanwhile(prompt: str) -> str | None:
        if prompt.startswith("Note"):
            record(workspace, 1, level=4)
        return inner(prompt)

    talk.console = Console(talk.said.append, meanwhile)
    try:
        sitting(workspace, talk).hold()
    except KeyboardInterrupt:
        assert end
    assert [one.level for one in journal(workspace)] == [4, 1]


@pytest.mark.parametrize("goes_on", [True, False])
def test_an_answer_that_cannot_be_saved_is_kept_until_it_can(
    workspace: Workspace, goes_on: bool
) -> None:
    (workspace.root / "asked").write_text("in the way")
    talk = Talk("1", "", "", "mine", "" if goes_on else "q")
    inner = talk.ask

    def meanwhile(prompt: str) -> str | None:
        said = inner(prompt)
        if prompt.startswith("Enter tries again"):
            (workspace.root / "asked").unlink()
        return said

    talk.console = Console(talk.said.append, meanwhile)
    with nullcontext() if goes_on else pytest.raises(TechddError, match="File exists"):
        sitting(workspace, talk).hold()
    assert [one.note for one in journal(workspace)] == (["mine"] if goes_on else [])
    assert any(line.startswith("Not saved: ") and "File exists" in line for line in talk.said)


def test_again_asks_everything_and_keeps_the_old(workspace: Workspace) -> None:
    hold(workspace, "3", "", "", "")
    assert hold(workspace, "1", "", "", "", again=True)[0] == 1
    assert [one.level for one in journal(workspace)] == [3, 1]


def test_notes_keep_their_letters(workspace: Workspace) -> None:
    note = "Zoë: \"50 % done\" # really? - 'yes': no"
    hold(workspace, "3", "", "", note)
    assert journal(workspace)[0].note == note


def test_a_note_that_is_too_long_is_told_and_the_question_is_asked_again(
    workspace: Workspace,
) -> None:
    talk = Talk("2", "", "", "x" * 20_001, "3", "", "", "shorter", "q")
    sitting(workspace, talk).hold()
    assert "This cannot be kept: note: String should have at most 20000" in " ".join(talk.said)
    assert [one.answer.level for one in workspace.journal.read()] == [3]
