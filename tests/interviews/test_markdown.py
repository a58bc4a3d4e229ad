"""Questionnaires in Markdown as people write in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import engagement, export, refused, returned, told

from techdd.errors import TechddError
from techdd.interviews.returned import Preview
from techdd.questionnaires import format_of
from techdd.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return engagement(tmp_path / "e")


@pytest.fixture
def path(workspace: Workspace, tmp_path: Path) -> Path:
    return export(workspace, tmp_path / "q.md")


def edited(path: Path, item: str, answer: str) -> int:
    """Writes `answer` in place of the labels of an item; the line it begins at."""
    head, _, rest = path.read_text().partition(f"### {item}")
    question, _, labels = rest.partition("\nLevel:")
    end = min(at for mark in ("\n### ", "\n## ", "\n<!--") if (at := labels.find(mark)) >= 0)
    before = f"{head}### {item}{question}\n"
    path.write_text(before + answer + labels[end:])
    return before.count("\n") + 1


def read(workspace: Workspace, path: Path, item: str, answer: str) -> Preview:
    edited(path, item, answer)
    return returned(workspace, path)


@pytest.mark.parametrize(
    "answer",
    [
        "Level: 3\nNote: one\ntwo\n",
        "level :3\n\nNOTE: one\n  two\n",
        "- Level: level 3\n- Note: one\n  two",
        "* **Level:** 3.0\n* **Note**: one\ntwo   \n",
        "**Level**: 3 - defined\n_Note:_ one\r\ntwo",
        "Level: `3`\n>\nNote: one\ntwo\n>\n",
    ],
)
def test_labels_are_known_however_they_are_marked(
    workspace: Workspace, path: Path, answer: str
) -> None:
    found = read(workspace, path, "TE-01", answer)
    assert (refused(found), found.notices) == ([], ())
    (change,) = found.changes
    assert (change.item, change.answer.level, change.answer.note) == ("TE-01", 3, "one\ntwo")


def test_what_is_quoted_in_an_answer_is_told(workspace: Workspace, path: Path) -> None:
    line = edited(path, "TE-01", "Level: 3\nNote: as the policy says:\n> nobody pushes to main\n")
    (told_,) = returned(workspace, path).notices
    assert told_ == f"line {line + 2}: begins with '>' as questions do and is left out"


@pytest.mark.parametrize("heading", ["### TE\\-01", "### TE\u201301", "## **te-01**"])
def test_a_heading_is_known_as_editors_change_it(
    workspace: Workspace, path: Path, heading: str
) -> None:
    edited(path, "TE-01", "Level: 3\n")
    path.write_text(path.read_text().replace("### TE-01", heading))
    (change,) = returned(workspace, path).changes
    assert (change.item, change.answer.level) == ("TE-01", 3)


def test_an_answer_whose_heading_is_gone_is_refused(workspace: Workspace, path: Path) -> None:
    line = edited(path, "TE-01", "Level: 3\nNote: mine\n")
    path.write_text(path.read_text().replace("### TE-01", "TE-01"))
    found = returned(workspace, path)
    why = "stands behind no question; its heading begins with '### ' and the id"
    assert [(one.place, one.why) for one in found.refused] == [
        (f"line {line}", why), (f"line {line + 1}", why),
    ]  # fmt: skip
    path.write_text(path.read_text().replace("#", "\\#"))
    with pytest.raises(TechddError, match="holds no question"):
        returned(workspace, path)


def test_every_mistake_has_its_line(workspace: Workspace, path: Path) -> None:
    line = edited(
        path,
        "TE-03",
        "Level: 3\nKnown how: guessed\nFigure rto: soon\n",
    )
    assert refused(returned(workspace, path)) == [
        f"TE-03 line {line + 1}: 'guessed' is none of: stated, shown, sampled"
    ]
    text = path.read_text().replace("guessed", "shown")
    path.write_text(text)
    assert refused(returned(workspace, path)) == [
        f"TE-03 line {line + 2}: 'soon' is no number of hours"
    ]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("Level: 7", "'7' is no level: 0 to 4, 'not applicable' or \"don't know\""),
        ("Level: 3\nand a word", "'3 and a word' is no level: 0 to 4"),
        ("Level: n/a", "'not applicable' needs a reason"),
        ("Level: 2\nReason: none", "a reason belongs to 'not applicable'; write it as a note"),
        ("Note: only a note", "has no level, and so is no answer"),
        ("Level: 2\nConfidence: sure", "'sure' is none of: low, medium, high"),
        ("Level: 2\nFigure rpo: 3", "the question has no figure 'rpo'"),
        ("Level: 2\nLevel: 3", "its label 'level' is there a second time"),
        (f"Level: 2\nNote: {'x' * 20_001}", "note: String should have at most 20000 characters"),
    ],
)
def test_what_is_no_answer_is_refused_and_says_why(
    workspace: Workspace, path: Path, answer: str, why: str
) -> None:
    found = read(workspace, path, "TE-01", answer)
    (line,) = refused(found)
    assert why in line
    assert line.startswith("TE-01 line ")
    assert told(found) == []


def test_text_behind_no_label_is_told_and_a_lost_question_too(
    workspace: Workspace, path: Path
) -> None:
    line = edited(path, "TE-01", "We do that.\nLevel: 2\n")
    head, _, rest = path.read_text().partition("### TE-02")
    path.write_text(head + rest.partition("### TE-03")[1] + rest.partition("### TE-03")[2])
    found = returned(workspace, path)
    assert found.notices == (
        f"line {line}: stands behind no label and is left out",
        "not in the file any more: TE-02",
    )


def test_a_question_twice_and_one_of_nobodys_are_refused(workspace: Workspace, path: Path) -> None:
    text = path.read_text().replace("### TE-02", "### TE-01").replace("### OP-02", "### XX-01")
    path.write_text(text.replace("Level:", "Level: 2"))
    found = returned(workspace, path)
    lines = refused(found)
    assert sum("is there more than once: line " in one for one in lines) == 2
    assert any(one.startswith("XX-01 ") and "is no question of this" in one for one in lines)
    assert sorted(item for _, item in told(found)) == ["OP-01", "OP-03", "TE-03"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"# My notes\n\nLevel: 3\n", "is no questionnaire of techdd"),
        (b"Level: \xff\xfe\xfd", "is no text in UTF-8"),
        (b"", "is no questionnaire of techdd"),
        (b"PK\x03\x04" + b"\0" * 50, "is no questionnaire of techdd"),
    ],
)
def test_another_file_is_told(
    workspace: Workspace, tmp_path: Path, raw: bytes, message: str
) -> None:
    (tmp_path / "x.md").write_bytes(raw)
    with pytest.raises(TechddError, match=message):
        returned(workspace, tmp_path / "x.md")
    with pytest.raises(TechddError, match="cannot be read: No such file"):
        returned(workspace, tmp_path / "gone.md")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_editors_save_it_otherwise(workspace: Workspace, path: Path, encoding: str) -> None:
    edited(path, "TE-01", "Level: 3\nNote: Zoë\n")
    path.write_bytes(path.read_text().replace("\n", "\r\n").encode(encoding))
    found = returned(workspace, path)
    assert [(one.item, one.answer.note) for one in found.changes] == [("TE-01", "Zoë")]


@pytest.fixture(scope="module")
def comment(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("comment")
    path = export(engagement(folder / "e"), folder / "q.md")
    return "\n<!--" + path.read_text().partition("<!--")[2]


pieces = st.sampled_from(
    ["### TE-01 x", "## T", "Level: 3", "Level:", "Note: x", "> 1", "", "**Level:** n/a", "x"]
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=300), lines=st.lists(pieces, max_size=12))
def test_nothing_that_is_written_stops_the_reader(
    tmp_path: Path, comment: str, text: str, lines: list[str]
) -> None:
    path = tmp_path / "q.md"
    path.write_text("\n".join([*lines, text, comment]), errors="replace")
    try:
        found = format_of(path).read(path)
    except TechddError as error:
        assert "holds no question" in str(error)
        assert "### TE-01 x" not in lines
        return
    assert all(row.item for row in found.rows)
