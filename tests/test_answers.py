"""The journal of answers, and which of several answers counts."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from techdd import ledger as ledger_module
from techdd.answers import Answer, Entry, reworded, standings
from techdd.checklists import Checklist
from techdd.errors import TechddError
from techdd.journal import Conflict, Journal
from techdd.model import Grade


def said(level: int | None = None, by: str = "Ann", **more: Any) -> Answer:
    return Answer(item="AA-01", level=level, by=by, **more)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "answers" / "journal.jsonl")


def test_answers_come_back_as_they_were_given(journal: Journal) -> None:
    first = said(3, note="ÿ\u2028 two\nlines", figures={"rto_hours": 4.5}, grade=Grade.SHOWN)
    given_ = [first, said(reason="no cards"), said(unknown=True, by="Bo")]
    ids = [journal.append(one).id for one in given_]
    read = journal.read()
    assert [entry.answer for entry in read] == given_
    assert [entry.id for entry in read] == ids
    assert not journal.doubts


def test_a_journal_that_is_not_there_is_empty(journal: Journal) -> None:
    assert not journal.read()


@pytest.mark.parametrize(
    "fields",
    [{}, {"level": 2, "reason": "x"}, {"level": 2, "unknown": True}, {"level": 5}, {"level": "2"}],
)
def test_an_answer_says_one_thing(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Answer(item="AA-01", **fields)


def test_several_answers_are_added_in_one_piece_or_not_at_all(journal: Journal) -> None:
    first = journal.append(said(3))
    pair = [(said(1, by="Bo"), ""), (said(2), first.id)]
    added = journal.extend(pair)
    assert [*journal.read()[1:]] == added
    assert not journal.doubts
    with pytest.raises(Conflict):
        journal.extend([(said(0, by="Cy"), ""), (said(0), first.id)])
    assert len(journal.read()) == 3
    assert journal.extend([]) == []


def test_a_line_that_was_cut_costs_itself_only(journal: Journal) -> None:
    journal.append(said(3))
    with journal.path.open("ab") as file:
        file.write(b'{"by": "Ann", "item": "AA-0')
    journal.append(said(1, by="Bo"))
    assert [entry.answer.level for entry in journal.read()] == [3, 1]
    assert journal.doubts == ["line 2 is not an answer (JSONDecodeError)"]
    assert b'"item": "AA-0\n' in journal.path.read_bytes()  # nothing is taken away


@pytest.mark.parametrize("ending", [b"", b"\n", b"\n{half"])
@pytest.mark.parametrize("kept", [1, 2])
def test_of_a_piece_that_was_cut_nothing_counts(journal: Journal, kept: int, ending: bytes) -> None:
    journal.append(said(3))
    journal.extend([(said(level, by="Bo"), "") for level in range(3)])
    lines = journal.path.read_bytes().splitlines()
    journal.path.write_bytes(b"\n".join(lines[: 1 + kept]) + ending)
    assert [entry.answer.level for entry in journal.read()] == [3]
    cut = "line 2 begins an import that was cut: nothing of it counts; import it again"
    assert cut in journal.doubts
    journal.extend([(said(level, by="Bo"), "") for level in range(3)])
    for one in (journal, Journal(journal.path)):
        assert [entry.answer.level for entry in one.read()] == [3, 0, 1, 2]
        assert cut in one.doubts
    assert not any("does not follow" in doubt for doubt in journal.doubts)


def test_damage_within_a_piece_costs_the_damaged_line_only(journal: Journal) -> None:
    journal.extend([(said(level, by="Bo"), "") for level in range(4)])
    journal.append(said(4))
    lines = journal.path.read_bytes().splitlines(keepends=True)
    for damaged in range(4):
        whole = b"".join(b"?\n" if at == damaged else one for at, one in enumerate(lines))
        journal.path.write_bytes(whole)
        expected = [level for level in (0, 1, 2, 3, 4) if level != damaged]
        assert [entry.answer.level for entry in journal.read()] == expected
        assert journal.doubts[0] == f"line {damaged + 1} is not an answer (JSONDecodeError)"


def test_a_changed_or_missing_line_is_noticed(journal: Journal) -> None:
    for level in (1, 2, 3):
        journal.append(said(level))
    first, second, third = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(first + second.replace(b'"level": 2', b'"level": 4') + third)
    journal.read()
    assert journal.doubts == [
        "line 2 is not as it was written", "line 3 does not follow the one before it",
    ]  # fmt: skip
    journal.path.write_bytes(first + third)
    journal.read()
    assert journal.doubts == ["line 2 does not follow the one before it"]


def test_who_saw_an_older_answer_is_told(journal: Journal) -> None:
    first = journal.append(said(3), seen="")
    with pytest.raises(Conflict) as told:
        journal.append(said(1), seen="")
    assert told.value.entry == first
    journal.append(said(1), seen=first.id)
    journal.append(said(2, by="Bo"), seen="")  # another person's answer is none of Ann's business
    assert [entry.answer.level for entry in journal.read()] == [3, 1, 2]


@pytest.mark.parametrize("written", [0, 40, 150, 250])
def test_of_several_answers_none_stays_where_the_disk_is_full(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    journal.append(said(3))
    before = journal.path.read_bytes()
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda file, content: write(file, content[:written]))
        with pytest.raises(TechddError, match="No space left on device"):
            journal.extend([(said(level, by="Bo"), None) for level in range(5)])
    assert journal.path.read_bytes() == before
    journal.append(said(1))
    assert [entry.answer.level for entry in journal.read()] == [3, 1]
    assert not journal.doubts


def test_other_ends_of_lines_change_nothing(journal: Journal) -> None:
    ids = [journal.append(said(level)).id for level in (1, 2)]
    journal.path.write_bytes(journal.path.read_bytes().replace(b"\n", b"\r\n"))
    ids.append(journal.append(said(3)).id)
    assert [entry.id for entry in Journal(journal.path).read()] == ids
    assert not journal.doubts


def test_what_was_read_is_read_again_only_where_it_changed(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    take_line = ledger_module.Lines._take_line
    monkeypatch.setattr(
        ledger_module.Lines,
        "_take_line",
        lambda self, line: (taken.append(line), take_line(self, line)),
    )
    for level in (1, 2, 3, 4):
        journal.append(said(level))
    journal.read()
    assert len(taken) == 4
    same_size = journal.path.read_bytes().replace(b'"level": 2', b'"level": 0')
    times = journal.path.stat().st_atime_ns, journal.path.stat().st_mtime_ns
    journal.path.write_bytes(same_size)
    os.utime(journal.path, ns=times)
    assert [entry.answer.level for entry in journal.read()] == [1, 0, 3, 4]
    assert journal.doubts == [
        "line 2 is not as it was written", "line 3 does not follow the one before it",
    ]  # fmt: skip
    journal.path.write_bytes(b"".join(same_size.splitlines(keepends=True)[:1]))
    assert [entry.answer.level for entry in journal.read()] == [1]
    assert not journal.doubts
    journal.path.unlink()
    assert not journal.read()


@given(st.lists(st.binary(max_size=40) | st.just(b"\n") | st.just(b"\r\n"), max_size=8))
def test_a_journal_that_grows_is_read_as_one_that_is_new(
    tmp_path_factory: Any, pieces: list[bytes]
) -> None:
    growing = Journal(tmp_path_factory.mktemp("j") / "journal.jsonl")
    for piece in pieces:
        with growing.path.open("ab") as file:
            file.write(piece)
        fresh = Journal(growing.path)
        assert growing.read() == fresh.read()
        assert growing.doubts == fresh.doubts


def test_what_cannot_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("a file")
    with pytest.raises(Exception, match="cannot be written"):
        Journal(tmp_path / "answers" / "journal.jsonl").append(said(1))


def _write(path: Path, name: str) -> None:
    for number in range(20):
        Journal(path).append(said(number % 5, by=name, note=f"{number}"))


def test_two_writers_at_once_lose_nothing(journal: Journal) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(journal.path, n)) for n in ("Ann", "Bo", "Cy")]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    entries = journal.read()
    assert not journal.doubts
    for name in ("Ann", "Bo", "Cy"):
        notes = [entry.answer.note for entry in entries if entry.answer.by == name]
        assert notes == [str(number) for number in range(20)]


@given(st.binary(max_size=300))
def test_whatever_the_file_holds_is_read_or_doubted(tmp_path_factory: Any, content: bytes) -> None:
    journal = Journal(tmp_path_factory.mktemp("j") / "journal.jsonl")
    journal.path.write_bytes(content)
    assert len(journal.read()) + len(journal.doubts) <= 2 * content.count(b"\n") + 2
    if content.strip(b"\r\n"):
        assert journal.read() or journal.doubts


@pytest.mark.parametrize(
    "wrong", [{"role": "x" * 201}, {"note": "\udcff"}, {"level": 7}, {"reason": "and a level"}]
)
def test_what_could_not_be_read_again_is_not_written(
    journal: Journal, wrong: dict[str, Any]
) -> None:
    before = journal.append(said(1))
    with pytest.raises(TechddError, match="cannot keep this answer"):
        journal.extend([(said(2), None), (said(3).model_copy(update=wrong), None)])
    assert list(journal.read()) == [before]
    assert not journal.doubts


def test_no_line_holds_more_than_was_said(journal: Journal) -> None:
    journal.append(said(2))
    assert json.loads(journal.path.read_text()) == {
        "by": "Ann", "format": 1, "item": "AA-01", "level": 2, "prev": "",
        "sum": "689e8ef3d5e5405a",
    }  # fmt: skip


# --- which one counts -----------------------------------------------------------------------------


def standing(*answers: Answer) -> Any:
    return standings(Entry(str(place), one) for place, one in enumerate(answers))["AA-01"]


def test_a_name_is_one_person_however_it_is_spelt() -> None:
    spelt = ("José  Núñez", "josé núñez", "Jose\u0301 Nu\u0301n\u0303ez")
    assert len({said(1, by=name).person for name in spelt}) == 1


def test_the_latest_answer_of_a_person_counts() -> None:
    one = standing(said(3), said(1), said(2, by=" ANN "))
    assert one.counts.level == 2
    assert len(one.voices) == 1
    assert one.spread == 0


def test_of_people_who_differ_the_lowest_counts_and_all_are_kept() -> None:
    one = standing(said(3), said(1, by="Bo"), said(2, by="Cy"))
    assert one.counts.by == "Bo"
    assert one.spread == 2
    assert [voice.by for voice in one.voices] == ["Ann", "Bo", "Cy"]


def test_of_equal_levels_the_better_evidenced_counts() -> None:
    one = standing(said(2), said(2, by="Bo", grade=Grade.SAMPLED))
    assert one.counts.by == "Bo"


def test_who_does_not_know_lowers_nothing() -> None:
    assert standing(said(unknown=True), said(3, by="Bo")).counts.by == "Bo"
    alone = standing(said(unknown=True))
    assert alone.counts.unknown
    assert alone.spread == 0


def test_that_one_person_finds_an_item_out_of_place_is_a_difference() -> None:
    one = standing(said(reason="no cards"), said(1, by="Bo"))
    assert one.counts.level == 1
    assert one.spread == 4


def test_a_decision_counts_until_somebody_speaks_again() -> None:
    decision = said(2, by="Adviser", settles=True)
    settled = standing(said(3), said(1, by="Bo"), decision)
    assert settled.counts == decision
    assert (settled.settled, settled.spread) == (True, 0)
    again = standing(said(3), said(1, by="Bo"), decision, said(4, by="Bo"))
    assert (again.settled, again.counts.level) == (False, 3)


def test_what_was_taken_back_does_not_count_and_is_kept() -> None:
    one = standing(said(3), said(1, by="Bo"), said(by="Bo", withdrawn=True))
    assert one.counts.level == 3
    assert standing(said(3), said(withdrawn=True)).counts is None


def test_a_later_round_stands_for_the_items_that_it_asks() -> None:
    first = [said(1, round="first"), said(4, by="Bo", round="first")]
    assert standing(*first, said(3, by="Bo", round="closing")).counts.level == 3
    assert standing(*first, said(by="Bo", withdrawn=True, round="closing")).counts.level == 1


def checklist(*asks: str) -> Checklist:
    """A checklist with the questions `asks`, AA-01 and on."""
    items = [
        {"id": f"AA-{number:02}", "ask": ask, "why": "W.", "levels": ["0", "1", "2", "3", "4"]}
        for number, ask in enumerate(asks, 1)
    ]
    whole = {"id": "a", "title": "T", "version": "1", "order": 1, "about": "A.", "items": items}
    return Checklist.model_validate(whole)


def test_who_answered_another_wording_is_told_by_item() -> None:
    old, new = checklist("First?", "Second?"), checklist("Reworded?", "Second?")
    first = said(3, wording=old.items[0].wording)
    same = said(4, wording=old.items[1].wording).model_copy(update={"item": "AA-02"})
    given_ = [Entry(str(n), one) for n, one in enumerate([first, same, said(1, by="Bo")])]
    assert reworded([old], standings(given_)) == {}
    assert reworded([new], standings(given_)) == {"AA-01": (first,)}  # Bo's wording is not known
    again = said(2, wording=new.items[0].wording)
    assert reworded([new], standings([*given_, Entry("3", again)])) == {}


def test_a_decision_about_another_wording_is_told_as_well() -> None:
    old, new = checklist("First?"), checklist("Reworded?")
    decision = said(2, by="Adviser", settles=True, wording=old.items[0].wording)
    heard = standings([Entry("1", said(3, wording=new.items[0].wording)), Entry("2", decision)])
    assert reworded([new], heard) == {"AA-01": (decision,)}
    assert reworded([old], heard)["AA-01"][0].by == "Ann"
