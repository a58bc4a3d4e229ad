"""`techdd interview` and its commands, from words to words."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from paper import checklist, put
from test_cli import Techdd, techdd

from techdd.answers import Answer
from techdd.interviews import voices
from techdd.model import Outcome
from techdd.workspace import Workspace

__all__ = ["techdd"]
PEOPLE = """\
people:
  - {name: Lea Lang, role: CTO, asked: [team]}
  - {name: Bo, asked: [OP-01]}
  - {name: A. Adviser, kind: interviewer}
"""


LONG = "x" * 201


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Workspace.create(tmp_path / "e", "Northwind", [])
    made.file.write_text(made.file.read_text() + "checklists: [ops, team]\n")
    put(made.root, checklist("team", "TE"))
    put(made.root, checklist("ops", "OP"))
    (made.root / "interviews.yaml").write_text(PEOPLE)
    return made.root


def journal(folder: Path) -> list[tuple[str, int | None, str]]:
    said = [entry.answer for entry in Workspace(folder).journal.read()]
    return [(one.item, one.level, one.by) for one in said]


def test_somebody_known_is_asked_what_is_for_them(techdd: Techdd, folder: Path) -> None:
    said = techdd("interview", "e", "--as", "bo", "--recorded-by", "Ann", said="3\n\n\nhear\n")
    assert (said.code, journal(folder)) == (0, [("OP-01", 3, "Bo")])
    assert "question 1 of 1" in said.out
    assert Workspace(folder).journal.read()[0].answer.recorded_by == "Ann"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["interview", "e", "--as", "Cy"], "e/interviews.yaml: does not name 'Cy'; it names: Lea"),
        (["interview", "e", "--as", "Bo", "--by", "Al"], "give one of --as and --by"),
        (["interview", "e", "--as", "A. Adviser"], "A. Adviser asks and does not answer; name"),
        (["interview", "e", "--as", "Bo", "--checklist", "team"], "Bo is asked nothing of: team"),
        (["interview", "export", "e", "-o", "q.odt"], "q.odt: no format of questionnaires ends in"),
        (["interview", "export", "e", "-o", "q.yaml"], "use: .md, .xlsx"),
        (["interview", "export", "e", "-o", "q.md", "--checklist", "x"], "no checklist 'x' in"),
        (["interview", "import", "e", "gone.xlsx"], "gone.xlsx: cannot be read: No such file"),
        (["interview", "settle", "e", "TE-01", "--by", "A"], "give one of --level, --not-app"),
        (["interview", "settle", "e", "TE-01", "--by", "A", "--level", "1"], "needs its --reason"),
        (["interview", "settle", "e", "TE-01", "--by", "A", "--withdraw"], "TE-01 is not settled"),
        (
            ["interview", "settle", "e", "TE-01", "--level", "1", "--reason", "x", "--by", " "],
            "a decision needs who decides: --by",
        ),
        (
            ["interview", "settle", "e", "TE-01", "--level", "1", "--reason", "x", "--by", LONG],
            "by: String should have at most 200 characters",
        ),
        (
            [
                "interview",
                "settle",
                "e",
                "TE-01",
                "--level",
                "1",
                "--by",
                "A",
                "--reason",
                "\udcff",
            ],
            "note: Input should be a valid string",
        ),
        (
            ["interview", "settle", "e", "XX-01", "--by", "A", "--level", "1", "--reason", "x"],
            "no question 'XX-01' in this engagement",
        ),
    ],
)
def test_a_mistake_is_one_line(
    techdd: Techdd, folder: Path, arguments: list[str], message: str
) -> None:
    said = techdd(*arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert len(said.err.splitlines()) == 1
    assert journal(folder) == []


def until(terminal: int, mark: bytes) -> None:
    """Reads what a program says until `mark` comes."""
    said = b""
    while mark not in said:
        assert select.select([terminal], [], [], 120)[0], said
        said += os.read(terminal, 4096)


def asked_to_end(child: subprocess.Popen[bytes], ask: Callable[[], None]) -> None:
    """Asks again where a signal came just before the child began to wait for its input."""
    for _ in range(20):
        ask()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(3)
            return


@pytest.mark.parametrize("end", ["ctrl-c", "ctrl-d", "closed", "stopped"])
def test_however_a_real_terminal_ends_nothing_that_was_given_is_lost(
    folder: Path, end: str
) -> None:
    ours, its = os.openpty()
    words = ["interview", str(folder), "--by", "Ann"]
    program = f"import sys; sys.argv = ['techdd', *{words}]; from techdd.cli import run; run()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=its, stdout=its, stderr=its, process_group=0
    ) as child:
        os.close(its)
        until(ours, b"help]: ")
        os.write(ours, b"3\n")
        until(ours, b"[1]: ")
        if end == "ctrl-c":  # as the terminal sends it
            asked_to_end(child, lambda: os.killpg(child.pid, signal.SIGINT))
        elif end == "ctrl-d":
            os.write(ours, b"\x04")
        elif end == "stopped":
            asked_to_end(child, child.terminate)
        if end == "closed":
            os.close(ours)
        try:
            child.wait(60)
        finally:
            child.kill()
        if end != "closed":
            os.close(ours)
    assert child.returncode == {"ctrl-d": 0, "closed": child.returncode}.get(end, 130)
    assert journal(folder) == [("OP-01", 3, "Ann")]


def test_a_questionnaire_goes_out_and_comes_back(
    techdd: Techdd, folder: Path, tmp_path: Path
) -> None:
    out = techdd("interview", "export", "e", "-o", "q.xlsx", "--for", "Lea Lang")
    assert (out.code, out.out) == (0, "q.xlsx\n")
    assert "3 questions." in out.err
    book = load_workbook("q.xlsx")
    book["Title  team"]["E2"], book["Title  team"]["E3"] = 3, "often"
    book.save("q.xlsx")
    shown = techdd("interview", "import", "e", "q.xlsx")
    assert shown.code == 3
    assert shown.out == (
        "new        TE-01 (Title  team!2) Lea Lang: 3 (stated)\n"
        "refused    TE-02 (Title  team!E3): 'often' is no level: 0 to 4, 'not applicable' or "
        '"don\'t know"\n'
    )
    assert "1 new, 0 changed, 0 unchanged, 1 refused, 1 left open." in shown.err
    whole = techdd("interview", "import", "e", "q.xlsx", "--apply")
    assert whole.code == 2
    assert "q.xlsx: nothing was recorded: 1 refused; mend the file, or leave" in whole.err
    assert journal(folder) == []
    partly = techdd("interview", "import", "e", "q.xlsx", "--apply", "--partly", "--role", "CEO")
    assert partly.code == 3
    assert journal(folder) == [("TE-01", 3, "Lea Lang")]
    again = techdd("interview", "import", "e", "q.xlsx", "--apply", "--partly")
    assert "0 answer(s) recorded" in again.err
    said = techdd("interview", "export", "e", "-o", "q.xlsx")
    assert (said.code, "q.xlsx: is there already, and may be filled in" in said.err) == (2, True)
    opened = techdd("interview", "export", "e", "-o", "q.md", "--for", "lea lang", "--open")
    assert "2 questions." in opened.err
    assert "TE-01" not in Path("q.md").read_text()


def test_a_conflict_is_in_the_way_until_it_is_overwritten(techdd: Techdd, folder: Path) -> None:
    techdd("interview", "export", "e", "-o", "q.md")
    text = Path("q.md").read_text().replace("Name:", "Name: Lea Lang")
    Path("q.md").write_text(text.replace("Level:\n", "Level: 3\n", 1))
    techdd("interview", "e", "--by", "Lea Lang", said="1\n")
    shown = techdd("interview", "import", "e", "q.md")
    assert shown.out.startswith("conflict   OP-01 (line ")
    assert shown.out.endswith(" Lea Lang: 1 (stated) -> 3 (stated)\n")
    refused = techdd("interview", "import", "e", "q.md", "--apply")
    assert refused.code == 2
    assert "nothing was recorded: 1 in conflict with what was answered since" in refused.err
    assert techdd("interview", "import", "e", "q.md", "--apply", "--overwrite").code == 0
    assert journal(folder) == [("OP-01", 1, "Lea Lang"), ("OP-01", 3, "Lea Lang")]


def test_a_questionnaire_without_a_name_asks_for_it(techdd: Techdd, folder: Path) -> None:
    techdd("interview", "export", "e", "-o", "q.md")
    said = techdd("interview", "import", "e", "q.md")
    assert (said.code, "q.md: does not say who answered; add --by NAME" in said.err) == (2, True)
    assert techdd("interview", "import", "e", "q.md", "--by", "Al").code == 0


def test_answers_of_an_earlier_version_are_taken_in_once(techdd: Techdd, folder: Path) -> None:
    file = folder / "answers" / "team.yaml"
    file.parent.mkdir()
    said = {"checklist": "team", "version": "1", "answers": [{"item": "TE-01", "level": 2}]}
    file.write_text(json.dumps(said))
    assert "techdd interview import" in techdd("interview", "answers", "e").err
    done = techdd("interview", "import", "e", "e/answers/team.yaml", "--apply")
    assert done.code == 0
    assert "is called team.yaml.taken from now on" in done.err
    assert journal(folder) == [("TE-01", 2, "")]
    assert "techdd interview import" not in techdd("interview", "answers", "e").err


def test_what_nobody_knew_and_what_does_not_apply_is_listed(techdd: Techdd, folder: Path) -> None:
    workspace = Workspace(folder)
    places = {item.id: (one, item) for one in workspace.checklists for item in one.items}
    workspace.record(*places["OP-01"], Answer(item="OP-01", unknown=True, by="Ann"))
    workspace.record(*places["OP-02"], Answer(item="OP-02", reason="no shop", by="Ann"))
    listed = techdd("interview", "answers", "e")
    assert listed.code == 0
    assert sorted(listed.out.splitlines()) == [
        "    Ann: don't know",
        "    Ann: not applicable: no shop",
        "OP-01  without a level  Question 1?",
        "OP-02  without a level  Question 2?",
    ]


def test_every_outcome_has_its_place() -> None:
    assert set(voices.ORDER) == set(Outcome)


def test_what_was_said_is_listed_and_settled(techdd: Techdd, folder: Path) -> None:
    techdd("interview", "e", "--by", "Ann", "--role", "CTO", said="3\n2\n\n\nyes\nq\n")
    techdd("interview", "e", "--by", "Bo", said="1\n\n\n\n2\n")
    listed = techdd("interview", "answers", "e")
    assert listed.code == 0
    lines = listed.out.splitlines()
    assert lines[:3] == [
        "OP-01  not testable from repositories, answered differently  Question 1?",
        "    Ann (CTO): 3 (shown); note: yes [not testable from repositories]",
        "    Bo: 1 (stated) [not testable from repositories]",
    ]
    assert "2 answered: 0 contradicted, 1 answered differently." in listed.err
    done = techdd(
        "interview", "settle", "e", "op-01", "--level", "3", "--reason", "seen", "--by", "Al"
    )
    assert done.code == 0
    standing = Workspace(folder).standings()["OP-01"]
    assert standing.settled
    assert standing.counts is not None
    assert (standing.counts.level, standing.counts.grade, standing.counts.note) == (3, 2, "seen")
    assert "    settled by Al: 3 (shown); note: seen" in techdd("interview", "answers", "e").out
    back = techdd("interview", "settle", "e", "OP-01", "--withdraw", "--by", "Al")
    assert back.code == 0
    assert not Workspace(folder).standings()["OP-01"].settled


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--as", "Bo", "--recorded-by", LONG], "--recorded-by: String should have at most 200"),
        (["--by", "A", "--role", LONG], "--role: String should have at most 200"),
        (["--by", "\udcff"], "--by: Input should be a valid string"),
    ],
)
def test_who_cannot_be_kept_is_told_before_anything_is_asked(
    techdd: Techdd, folder: Path, arguments: list[str], message: str
) -> None:
    said = techdd("interview", "e", *arguments, said="2\n\n\n\n")
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[-1].startswith(f"techdd: {message}")
    assert journal(folder) == []


def test_answers_to_what_is_no_longer_asked_are_told(techdd: Techdd, folder: Path) -> None:
    workspace = Workspace(folder)
    workspace.journal.append(Answer(item="ZZ-99", level=2, by="Lea"))
    said = techdd("interview", "answers", "e")
    assert said.code == 0
    assert "Answered, kept, and not asked in this engagement (any more): ZZ-99" in said.err


def test_bytes_that_are_no_text_are_kept_visibly(techdd: Techdd, folder: Path) -> None:
    typed = b"2\n\n\ncaf\xe9\nq\n"
    command = [sys.executable, "-c", "from techdd.cli import run; run()"]
    command += ["interview", str(folder), "--as", "Bo"]
    done = subprocess.run(command, input=typed, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    (entry,) = Workspace(folder).journal.read()
    assert (entry.answer.level, entry.answer.note) == (2, "caf\\xe9")


def test_the_brief_is_for_one_person_or_all(techdd: Techdd, folder: Path) -> None:
    said = techdd("interview", "brief", "e", "--for", "bo")
    assert said.code == 0
    assert "For the interview with Bo." in said.out
    assert "OP-01" in said.out
    assert "TE-01" not in said.out
    assert techdd("interview", "brief", "e", "-o", "b.md").out == "b.md\n"
    assert "### TE-03" in Path("b.md").read_text()
