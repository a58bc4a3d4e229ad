"""Questionnaires out and back in: what holds for every format."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from paper import (
    CLIENT,
    Own,
    checklist,
    engagement,
    export,
    put,
    questionnaire,
    record,
    refused,
    returned,
    told,
)

from techdd.answers import Answer, Document
from techdd.errors import TechddError
from techdd.interviews.returned import preview, take_in
from techdd.journal import Conflict
from techdd.model import Grade
from techdd.questionnaires import Questionnaire, Returned, format_of, manifest_of, normal
from techdd.workspace import Workspace

FORMS = ("q.md", "q.xlsx")
every_form = pytest.mark.parametrize("name", FORMS)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return engagement(tmp_path / "e")


def full(workspace: Workspace) -> None:
    """Answers of every kind by one person."""
    shown = (Document(name="plan; a.pdf", sha256="0" * 64),)
    record(workspace, "TE-01", level=3, grade=Grade.SHOWN, documents=shown, confidence="high")
    record(
        workspace, "TE-02", reason="no office\nat all", note="=1+1\n  Level: 4\n# x\n\n### OP-01"
    )
    figures = {"rto": 4.5, "since": "2026-02-03", "plan": "A, small", "level": "@home"}
    record(workspace, "TE-03", level=0, figures=figures)
    record(workspace, "OP-01", unknown=True, note="ask Bo")


@every_form
def test_what_was_said_comes_back_as_it_was(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    full(workspace)
    found = returned(workspace, export(workspace, tmp_path / name))
    assert refused(found) == []
    assert found.notices == ()
    assert {kind for kind, _ in told(found)} == {"unchanged"}
    assert (len(found.changes), found.left_open) == (4, 2)


@every_form
def test_nothing_of_the_assessment_or_of_others_goes_out(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    record(workspace, "TE-01", "Bo", level=1, note="HIDDEN")
    raw = export(workspace, tmp_path / name).read_bytes()
    form = format_of(tmp_path / name)
    assert not form.read(tmp_path / name).rows[0].fields
    if name.endswith(".md"):
        for word in (b"HIDDEN", b"SECRET", b"Because", b"major", b"Bo"):
            assert word not in raw


@every_form
def test_the_same_questionnaire_is_the_same_file(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    full(workspace)
    form = format_of(tmp_path / name)
    assert form.write
    assert form.write(questionnaire(workspace)) == form.write(questionnaire(workspace))


@every_form
def test_name_and_role_come_back(workspace: Workspace, tmp_path: Path, name: str) -> None:
    path = export(workspace, tmp_path / name)
    found = format_of(path).read(path)
    assert (found.name, found.role) == ("Lea", "CTO")
    assert found.manifest is not None
    assert (found.manifest.client, found.manifest.respondent) == (CLIENT, "Lea")


def filled(workspace: Workspace, path: Path, answers: dict[str, Answer]) -> Path:
    """A questionnaire as if somebody had written those answers into it."""
    blank = questionnaire(workspace, "Lea", "CTO")
    form = format_of(path, writing=True)
    assert form.write
    made = Questionnaire(blank.client, blank.checklists, "Lea", "CTO", answers, blank.journal)
    path.write_bytes(form.write(made))
    return path


@every_form
def test_taking_in_is_previewed_recorded_and_nothing_new_the_second_time(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    record(workspace, "TE-01", level=1)
    said = {
        "TE-01": Answer(item="TE-01", level=3),
        "OP-01": Answer(item="OP-01", unknown=True),
    }
    path = filled(workspace, tmp_path / name, said)
    found = returned(workspace, path)
    assert sorted(told(found)) == [("changed", "TE-01"), ("new", "OP-01")]
    assert len(workspace.journal.read()) == 1  # a preview writes nothing
    assert take_in(workspace, found.to_record(overwrite=False), found.entries) == 2
    kept = workspace.journal.read()[1:]
    assert {(one.answer.by, one.answer.role, one.answer.source) for one in kept} == {
        ("Lea", "CTO", format_of(path).name)
    }
    assert all(one.answer.at and one.answer.wording and one.answer.version for one in kept)
    again = returned(workspace, path)
    assert {kind for kind, _ in told(again)} == {"unchanged"}


@every_form
def test_what_the_person_answered_meanwhile_is_a_conflict(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    said = {one: Answer(item=one, level=3) for one in ("TE-01", "TE-02", "OP-01")}
    path = filled(workspace, tmp_path / name, said)
    record(workspace, "TE-01", level=1)
    record(workspace, "TE-02", level=3)  # the same
    record(workspace, "OP-01", "Bo", level=0)  # somebody else
    found = returned(workspace, path)
    assert dict(told(found)).keys() == {"conflict", "unchanged", "new"}
    conflict = next(one for one in found.changes if one.kind == "conflict")
    assert conflict.item == "TE-01"
    assert conflict.before is not None
    assert conflict.before.level == 1
    assert [one.item for one in found.to_record(overwrite=False)] == ["OP-01"]
    assert {one.item for one in found.to_record(overwrite=True)} == {"TE-01", "OP-01"}


def test_a_journal_that_changes_after_the_preview_takes_in_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    said = {one: Answer(item=one, level=3) for one in ("TE-01", "TE-02")}
    found = returned(workspace, filled(workspace, tmp_path / "q.md", said))
    record(workspace, "TE-02", level=0)
    with pytest.raises(Conflict):
        take_in(workspace, found.to_record(overwrite=False), found.entries)
    assert len(workspace.journal.read()) == 1


@every_form
def test_an_earlier_wording_is_taken_with_that_wording(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    figures = {"rto": 4.0, "level": "x"}
    said = {
        "TE-01": Answer(item="TE-01", level=3),
        "TE-02": Answer(item="TE-02", level=2),
        "TE-03": Answer(item="TE-03", level=2, figures=figures),
    }
    path = filled(workspace, tmp_path / name, said)
    newer = checklist("team", "TE", "2")
    newer["items"][0]["ask"] = "Reworded?"
    newer["items"][2]["figures"] = newer["items"][2]["figures"][:1]
    del newer["items"][1]
    put(workspace.root, newer)
    workspace = Own(workspace.root)
    found = returned(workspace, path)
    assert refused(found)[0].startswith("TE-02 ")
    assert refused(found)[0].endswith("is not asked in this engagement (any more)")
    assert [one.reworded for one in found.changes] == [True, True]
    take_in(workspace, found.to_record(overwrite=False), found.entries)
    first, third = (entry.answer for entry in workspace.journal.read())
    assert (first.version, third.figures) == ("1", {"rto": 4.0, "level": "x"})
    assert first.wording != workspace.checklist("team").items[0].wording


@every_form
def test_another_engagements_questionnaire_is_refused(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    other = engagement(tmp_path / "other", "Other")
    path = export(other, tmp_path / name)
    with pytest.raises(TechddError, match="is a questionnaire for 'Other'; this is the engagement"):
        returned(workspace, path)
    twin = engagement(tmp_path / "twin")
    record(twin, "TE-01", level=1)
    with pytest.raises(TechddError, match="was made for another engagement of this client"):
        returned(workspace, export(twin, tmp_path / name))
    # With an empty journal on both sides nothing tells them apart, and nothing can be wrong.
    assert returned(workspace, export(engagement(tmp_path / "third"), tmp_path / name))


def test_a_client_may_be_renamed_where_the_journal_is_the_same(
    workspace: Workspace, tmp_path: Path
) -> None:
    record(workspace, "TE-01", level=1)
    path = export(workspace, tmp_path / "q.md")
    file = workspace.file
    file.write_text(file.read_text().replace(CLIENT, "Northwind"))
    assert told(returned(Own(workspace.root), path)) == [("unchanged", "TE-01")]


@every_form
def test_documents_lie_beside_the_file_or_were_shown_before(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    old = Document(name="old.pdf", sha256="0" * 64)
    record(workspace, "TE-01", level=3, grade=Grade.SHOWN, documents=(old,))
    (tmp_path / "new.pdf").write_bytes(b"new")
    (tmp_path / "out").mkdir()
    new = Document(name="new.pdf", sha256="1" * 64)

    def with_(*documents: Document) -> Answer:
        return Answer(item="TE-01", level=3, grade=Grade.SHOWN, documents=documents)

    found = returned(workspace, filled(workspace, tmp_path / name, {"TE-01": with_(old, new)}))
    digest = hashlib.sha256(b"new").hexdigest()
    assert [one.sha256 for one in found.changes[0].answer.documents] == ["0" * 64, digest]
    for bad, why in (
        ("gone.pdf", "the document 'gone.pdf' is not beside this file"),
        ("../e/engagement.yaml", "is no name of a file beside this one"),
        ("out", "the document 'out' is not beside this file"),
    ):
        said = {"TE-01": with_(Document(name=bad, sha256="2" * 64))}
        (line,) = refused(returned(workspace, filled(workspace, tmp_path / name, said)))
        assert line.endswith(why)


@pytest.mark.parametrize("name", ["q.csv", "q", "q.pdf"])
def test_an_unknown_form_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(TechddError, match=r"no format of questionnaires ends in .*; use: \.md, "):
        format_of(tmp_path / name)
    with pytest.raises(TechddError, match=r"use: \.md, \.xlsx$"):
        format_of(tmp_path / "q.yaml", writing=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('"client": "', '"client": "x'), "holds a changed list of questions"),
        (('"techdd_questionnaire": 1', '"techdd_questionnaire": 2'), "is of another version"),
        (('{"client"', '{"clint"'), "holds a damaged list of questions"),
        (('{"client"', '["client"'), "holds a damaged list of questions"),
    ],
)
def test_a_changed_manifest_is_told(
    workspace: Workspace, change: tuple[str, str], message: str
) -> None:
    said = questionnaire(workspace).manifest
    assert change[0] in said
    with pytest.raises(TechddError, match=message):
        manifest_of(said.replace(*change), Path("q.md"))


@every_form
def test_a_respondent_earns_no_more_than_what_was_handed_over(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    record(workspace, "OP-01", level=1, grade=Grade.SAMPLED)
    said = {
        "TE-01": Answer(item="TE-01", level=4, grade=Grade.SAMPLED),
        "TE-02": Answer(item="TE-02", level=4, grade=Grade.SHOWN),
        "OP-01": Answer(item="OP-01", level=2, grade=Grade.SAMPLED),  # the adviser's word
    }
    found = returned(workspace, filled(workspace, tmp_path / name, said))
    assert sorted(told(found)) == [("changed", "OP-01")]
    assert sorted((one.item, one.why) for one in found.refused) == [
        ("TE-01", "'sampled' is the adviser's to say: write 'shown' or 'stated'"),
        ("TE-02", "'shown' needs the name of a document: name it, or write 'stated'"),
    ]


# --- out and back, whatever is written ------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(normal)
notes = st.one_of(
    texts,
    st.sampled_from(["Level: 4", "### TE-02 x", "> quoted", "=cmd|' /C calc'!A0", "**Note:** x"]),
    st.lists(st.sampled_from(["", "a", "  b", "Level: 2", "## T", "# x", "-->", "_x000D_"])).map(
        lambda lines: normal("\n".join(lines))
    ),
)
figures = st.fixed_dictionaries(
    {},
    optional={
        "rto": st.floats(-1e9, 1e9).map(lambda value: float(f"{value:.12g}") + 0.0),
        "since": st.dates(date(1900, 3, 1)).map(date.isoformat),
        "plan": st.sampled_from(["A, small", "=B", "3"]),
        "level": texts.map(lambda text: " ".join(text.split())).filter(bool),
    },
)
at_a_level = st.builds(
    lambda **fields: fields,
    level=st.integers(0, 4),
    grade=st.sampled_from([Grade.STATED, Grade.SHOWN, Grade.SAMPLED]),
    confidence=st.sampled_from([None, "low", "medium", "high"]),
    note=notes,
)
no_level = st.one_of(
    st.builds(lambda **fields: fields, reason=notes.filter(bool), note=notes),
    st.builds(lambda note: {"unknown": True, "note": note}, notes),
)
answers = st.dictionaries(
    st.sampled_from(["TE-01", "TE-02", "OP-02"]), st.one_of(at_a_level, no_level)
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = engagement(tmp_path_factory.mktemp("shared") / "e")
    for item in ("TE-01", "TE-02", "TE-03", "OP-02"):  # so that each grade may come back
        record(made, item, level=0, grade=Grade.SAMPLED)
    return made


@every_form
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=answers, third=st.one_of(st.none(), st.tuples(at_a_level, figures)))
def test_whatever_is_written_comes_back_equal(
    shared: Workspace, tmp_path: Path, name: str, said: dict[str, Any], third: Any
) -> None:
    given_ = {item: Answer(item=item, **fields) for item, fields in said.items()}
    if third:
        given_["TE-03"] = Answer(item="TE-03", figures=third[1], **third[0])
    found = returned(shared, filled(shared, tmp_path / name, given_))
    assert refused(found) == []
    assert found.notices == ()
    back = {one.item: one.answer for one in found.changes}
    assert back.keys() == given_.keys()
    for item, answer in given_.items():
        for field in ("level", "reason", "unknown", "grade", "confidence", "figures", "note"):
            assert getattr(back[item], field) == getattr(answer, field), field


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200))
def test_normal_text_stays_as_it_is(text: str) -> None:
    assert normal(normal(text)) == normal(text)


# --- answers of earlier versions ------------------------------------------------------------------

EARLIER = """\
checklist: team
version: '{version}'
answers:
  - item: TE-01
    level: 3
    grade: 2
    by: Lea Lang
    role: CTO
    at: '2026-06-12T10:00:00Z'
    note: |
      seen
      both
  - item: TE-01
    level: 1
    by: Lea Lang
    overrules: true
  - item: TE-02
    reason: no hardware
    grade: 0
"""


def earlier(workspace: Workspace, text: str) -> Path:
    path = workspace.root / "answers" / "team.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_an_earlier_journal_is_taken_in_as_it_was(workspace: Workspace) -> None:
    path = earlier(workspace, EARLIER.format(version=1))
    found = returned(workspace, path, by="")
    assert told(found) == [("new", "TE-01"), ("changed", "TE-01"), ("new", "TE-02")]
    take_in(workspace, found.to_record(overwrite=False), found.entries)
    first, second, third = (entry.answer for entry in workspace.journal.read())
    assert (first.level, first.grade, first.by, first.role) == (3, Grade.SHOWN, "Lea Lang", "CTO")
    assert (str(first.at), first.note) == ("2026-06-12 10:00:00+00:00", "seen\nboth")
    assert (first.source, first.wording) == ("file", workspace.checklist("team").items[0].wording)
    assert (second.level, second.overrules, third.reason) == (1, True, "no hardware")
    assert {kind for kind, _ in told(returned(workspace, path, by=""))} == {"unchanged"}


def test_answers_to_another_version_are_asked_again(workspace: Workspace) -> None:
    found = returned(workspace, earlier(workspace, EARLIER.format(version="2025.1")), by="")
    assert {(one.answer.wording, one.answer.version) for one in found.changes} == {
        ("not kept", "2025.1")
    }


def test_an_earlier_journal_does_not_count_over_what_was_said_since(workspace: Workspace) -> None:
    record(workspace, "TE-01", "Lea Lang", level=4)
    found = returned(workspace, earlier(workspace, EARLIER.format(version=1)), by="")
    assert told(found) == [("conflict", "TE-01"), ("conflict", "TE-01"), ("new", "TE-02")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("checklist: team\nversion: '1'\nanswers:\n\t- item: x\n", "team.yaml:4:1: invalid YAML"),
        ("checklist: team\nchecklist: team\nversion: '1'\n", "team.yaml:2:1: invalid YAML"),
        ("checklist: team\nversion: '1'\nanswer: []\n", "team.yaml:3:1: unknown key 'answer' (did"),
        (
            "checklist: team\nversion: '1'\nanswers:\n  - {item: TE-01, levl: 3}\n",
            "team.yaml:4:19: unknown key 'levl' (did you mean 'level'?)",
        ),
        ("checklist: team\nversion: '1'\nanswers:\n  - {item: TE-01}\n", "without a level"),
    ],
)
def test_mistakes_in_an_earlier_journal_have_their_place(
    workspace: Workspace, text: str, message: str
) -> None:
    with pytest.raises(TechddError) as told_:
        returned(workspace, earlier(workspace, text), by="")
    assert message in str(told_.value)


def test_an_answer_to_what_is_no_longer_asked_is_refused(workspace: Workspace) -> None:
    text = "checklist: team\nversion: '1'\nanswers:\n  - {item: TE-77, level: 1}\n"
    found = returned(workspace, earlier(workspace, text), by="")
    assert refused(found) == ["TE-77 answer 1: is not asked in this engagement (any more)"]


def test_nothing_is_previewed_of_nothing(workspace: Workspace, tmp_path: Path) -> None:
    found = preview(workspace, Returned(None, ()), tmp_path, {"by": "x"})
    assert (found.changes, found.refused, found.notices) == ((), (), ())
