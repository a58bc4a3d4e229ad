"""Literal answers, figures and metrics to differences, recovery claims and controls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import an_item

from techdd.answers import Answer, Standing
from techdd.checklists import Checklist, Control, EvidenceRule, Figure, Framework, Item
from techdd.claims.controls import controls
from techdd.claims.differences import interview, of_items
from techdd.claims.recovery import recovery
from techdd.claims.statements import approve, lapsed, statements, worded
from techdd.documents import load
from techdd.errors import DocumentError, TechddError
from techdd.folders import data
from techdd.model import Grade, Metric, Outcome, Status
from techdd.policy import Scoring
from techdd.scoring import score_item

POLICY = load(data("checklists") / "policy" / "scoring.yaml", Scoring)
AS_OF = date(2026, 6, 30)
RULE = EvidenceRule(metric="m", bands=(10, 20, 30, 40), role="measures", says="M is {value:.0f}.")


def an_asked(name: str = "AA-01", importance: Any = "critical", **changes: Any) -> Item:
    levels = ("0", "1", "2", "3", "4")
    given = {"id": name, "ask": "Q?", "why": "W.", "levels": levels, "importance": importance}
    return Item.model_validate(given | changes)


def a_list(*items: Item, name: str = "team") -> Checklist:
    return Checklist(id=name, title=name, version="1", order=1, about="x", items=items)


def said(level: int | None = None, **changes: Any) -> Answer:
    return Answer(item="AA-01", level=level, **changes)


def scored(item: Item, standing: Standing | None, value: float | None) -> Any:
    metrics = {} if value is None else {"m": Metric("m", value)}
    standings = {item.id: standing} if standing else {}
    return [(a_list(item), (score_item(item, standing, metrics, POLICY),))], standings


def one_voice(answer: Answer) -> Standing:
    return Standing(answer, (answer,))


# --- answers against the evidence -----------------------------------------------------------------


def test_a_contradicted_answer_is_a_difference_with_both_sides() -> None:
    found, standings = scored(
        an_asked(evidence=(RULE,)), one_voice(said(4, note="Always.", by="Lea")), 5
    )
    (one,) = of_items(found, standings)
    assert (one.id, one.item, one.domain, one.about) == ("AA-01", "AA-01", "team", "Q?")
    assert (one.told, one.note, one.seen) == ("Level 4", "Always.", "M is 5.")


@pytest.mark.parametrize(
    ("answer", "value", "same"),
    [
        (said(4), 5, True),
        (said(4, by="Ben", source="web", recorded_by="A"), 5, True),  # who wrote it down when
        (said(3), 5, False),
        (said(4, note="Since May."), 5, False),
        (said(4, grade=Grade.SHOWN), 5, False),
        (said(4), 6, False),
    ],
)
def test_the_state_holds_still_until_answer_or_evidence_changes(
    answer: Answer, value: float, same: bool
) -> None:
    item = an_asked(evidence=(RULE,))
    (before,) = of_items(*scored(item, one_voice(said(4)), 5))
    (after,) = of_items(*scored(item, one_voice(answer), value))
    assert (before.state == after.state) is same


@pytest.mark.parametrize(
    ("importance", "level", "value", "changes", "severity"),
    [
        ("critical", 4, 5, {}, "high"),
        ("critical", 2, 5, {}, "high"),
        ("critical", 1, 5, {}, None),  # one apart is within what two interviewers may differ
        ("critical", 4, 5, {"overrules": True, "note": "x"}, None),  # the adviser has decided
        ("major", 4, 5, {}, None),
        ("critical", 4, None, {}, None),
    ],
)
def test_what_contradicts_a_critical_answer_is_an_observation(
    importance: str, level: int, value: float | None, changes: Any, severity: str | None
) -> None:
    item = an_asked(importance=importance, evidence=(RULE,))
    found = interview(*scored(item, one_voice(said(level, **changes)), value), POLICY).observations
    assert [one.values["severity"] for one in found] == ([severity] if severity else [])
    if severity:
        assert (found[0].rule, found[0].key, found[0].domain) == (
            "answer-contradicted", "AA-01", "team",
        )  # fmt: skip
        assert found[0].difference == "AA-01"
        assert (found[0].values["told"], found[0].values["seen"]) == (level, 0)


# --- answers against each other -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("importance", "voices", "severity", "words"),
    [
        ("critical", [said(1), said(4)], "high", "level 1 and level 4"),
        ("critical", [said(1), said(3)], "medium", "level 1 and level 3"),
        ("critical", [said(2), said(3)], None, ""),
        ("major", [said(4), said(1)], "medium", "level 1 and level 4"),
        ("major", [said(1), said(2), said(3)], "low", "level 1, level 2 and level 3"),
        ("minor", [said(1), said(3)], None, ""),
        ("minor", [said(0), said(3)], "low", "level 0 and level 3"),
        ("major", [said(3), said(reason="none")], "medium", "does not apply and level 3"),
        ("critical", [said(3), said(unknown=True)], None, ""),
    ],
)
def test_how_far_people_differ(
    importance: str, voices: list[Answer], severity: str | None, words: str
) -> None:
    standing = Standing(voices[0], tuple(voices))
    reading = interview(*scored(an_asked(importance=importance), standing, None), POLICY)
    found = [(one.values["severity"], one.values["said"]) for one in reading.observations]
    assert found == ([(severity, words)] if severity else [])


def test_what_the_adviser_has_settled_is_no_disagreement() -> None:
    standing = Standing(said(1), (said(1), said(4)), settled=True)
    assert interview(*scored(an_asked(), standing, None), POLICY).observations == ()


def test_no_interview_is_not_no_disagreement() -> None:
    assert interview(*scored(an_asked(), None, None), POLICY).status is Status.SKIPPED
    alone = interview(*scored(an_asked(), one_voice(said(1)), None), POLICY)
    told = {one.name: (one.value, one.note) for one in alone.metrics}
    assert told == {
        "interview.shared_items": (None, "no question was answered by several people"),
        "interview.tested_items": (None, "the evidence speaks to no answer"),
    }


# --- approved words -------------------------------------------------------------------------------


def test_words_count_for_the_state_that_they_were_given_for(tmp_path: Path) -> None:
    (one,) = of_items(*scored(an_asked(evidence=(RULE,)), one_voice(said(4)), 5))
    assert statements(tmp_path) == {}
    approve(tmp_path, one, " It rests \n on one. ", "A. Adviser", AS_OF)
    approved = statements(tmp_path)
    assert [w.words for w in worded([one], approved)] == ["It rests on one."]
    assert lapsed([one], approved) == []
    moved = replace(one, state="0" * 12)
    assert [w.words for w in worded([moved], approved)] == [""]
    assert lapsed([moved], approved) == lapsed([], approved) == ["AA-01"]


@pytest.mark.parametrize(("words", "by"), [("", "A"), (" \n", "A"), ("Words.", " ")])
def test_an_approval_needs_words_and_a_person(tmp_path: Path, words: str, by: str) -> None:
    (one,) = of_items(*scored(an_asked(evidence=(RULE,)), one_voice(said(4)), 5))
    with pytest.raises(TechddError, match="needs its words and who gives it"):
        approve(tmp_path, one, words, by, AS_OF)
    assert not (tmp_path / "statements.yaml").exists()


@pytest.mark.parametrize(
    ("words", "by", "says"),
    [("x" * 1_001, "A", "--words: .* at most 1000"), ("Words.", "A" * 201, "--by: .* at most 200")],
)
def test_what_could_not_be_read_again_is_not_written(
    tmp_path: Path, words: str, by: str, says: str
) -> None:
    (one,) = of_items(*scored(an_asked(evidence=(RULE,)), one_voice(said(4)), 5))
    with pytest.raises(TechddError, match=says):
        approve(tmp_path, one, words, by, AS_OF)
    assert not (tmp_path / "statements.yaml").exists()


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("a \x1b[31m b", "a \\x1b[31m b"),
        ("a \u202e b \udcff", "a \\u202e b \\udcff"),
        ("日本語 عربى: <b>'\"#{x}", "日本語 عربى: <b>'\"#{x}"),
        ("- no", "- no"),
    ],
)
def test_whatever_the_words_are_they_come_back(tmp_path: Path, words: str, kept: str) -> None:
    (one,) = of_items(*scored(an_asked(evidence=(RULE,)), one_voice(said(4)), 5))
    approve(tmp_path, one, "Before.", "A", AS_OF)
    replaced = approve(tmp_path, one, words, "B", AS_OF)
    assert replaced is not None
    assert (replaced.words, replaced.by) == ("Before.", "A")
    assert statements(tmp_path)[one.id].words == kept


def test_a_mistake_in_the_file_is_told_and_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "statements.yaml"
    path.write_text("statements: {AA-01: {wrods: x}}\n")
    (one,) = of_items(*scored(an_asked(evidence=(RULE,)), one_voice(said(4)), 5))
    with pytest.raises(DocumentError, match="unknown key 'wrods'"):
        approve(tmp_path, one, "Words.", "A", AS_OF)
    assert path.read_text() == "statements: {AA-01: {wrods: x}}\n"


# --- recovery -------------------------------------------------------------------------------------

KEYS = (
    "rto_hours", "promised_rto_hours", "rpo_hours", "promised_rpo_hours", "restore_hours",
    "backup_interval_hours", "retention_days", "last_restore",
)  # fmt: skip
ASKED = a_list(
    an_asked("BCD-01", figures=tuple(Figure(key=key, ask="?") for key in KEYS[:-1])),
    an_asked("BCD-02", figures=(Figure(key="last_restore", ask="?", kind="date"),)),
    name="continuity",
)
BACKED = Metric("delivery_chain.store_backed_up", 1.0, "share", basis="2 of 2 databases")
HALF = replace(BACKED, value=0.5, basis="1 of 2 databases")
UNSEEN = replace(BACKED, value=None, basis="", note="no databases were found")
KEPT = Metric("delivery_chain.backup_days", 7, "days", basis="1 of 1 databases say how long")
RESTORE = Metric("practices.restore", 1.0, "share", basis="1 of 1 repository")


def claims(figures: dict[str, Any], *metrics: Metric) -> Any:
    of = {"BCD-02": {k: v for k, v in figures.items() if k == "last_restore"}}
    of["BCD-01"] = {k: v for k, v in figures.items() if k != "last_restore"}
    standings = {name: one_voice(said(2, figures=given)) for name, given in of.items()}
    return recovery([ASKED], standings, {one.name: one for one in metrics}, AS_OF)


@pytest.mark.parametrize(
    ("key", "figures", "metrics", "outcome", "seen"),
    [
        ("rpo_hours", {"rpo_hours": 4}, [BACKED], Outcome.SUPPORTED, "2 of 2 databases"),
        ("rpo_hours", {"rpo_hours": 4}, [HALF], Outcome.CONTRADICTED, "1 of 2 databases"),
        ("rpo_hours", {"rpo_hours": 4}, [UNSEEN], Outcome.NO_EVIDENCE, "no databases were found"),
        ("rpo_hours", {"rpo_hours": 4}, [], Outcome.NO_EVIDENCE, "it was not looked for"),
        ("rpo_hours", {"rpo_hours": 4, "backup_interval_hours": 24}, [BACKED],
         Outcome.CONTRADICTED, "every 24 hours"),
        ("rpo_hours", {"rpo_hours": 24, "backup_interval_hours": 24}, [BACKED],
         Outcome.SUPPORTED, "2 of 2"),
        ("promised_rpo_hours", {"promised_rpo_hours": 1, "rpo_hours": 4}, [BACKED],
         Outcome.CONTRADICTED, "agreed on 4 hours"),
        ("promised_rpo_hours", {"promised_rpo_hours": 8, "rpo_hours": 4}, [BACKED],
         Outcome.SUPPORTED, "2 of 2"),
        ("rto_hours", {"rto_hours": 4, "restore_hours": 6}, [RESTORE], Outcome.CONTRADICTED,
         "taken 6 hours"),
        ("rto_hours", {"rto_hours": 4, "restore_hours": 1}, [RESTORE], Outcome.PARTLY,
         "taken 1 hour. A restore script"),
        ("rto_hours", {"rto_hours": 4, "restore_hours": 1}, [], Outcome.NO_EVIDENCE, "1 hour."),
        ("rto_hours", {"rto_hours": 4}, [RESTORE], Outcome.NO_EVIDENCE, "No restore was timed."),
        ("rto_hours", {"rto_hours": 4, "restore_hours": 1, "last_restore": "2024-01-01"},
         [RESTORE], Outcome.NO_EVIDENCE, "more than a year ago"),
        ("promised_rto_hours", {"promised_rto_hours": 2, "rto_hours": 4}, [],
         Outcome.CONTRADICTED, "agreed on 4 hours"),
        ("retention_days", {"retention_days": 30}, [KEPT], Outcome.CONTRADICTED, "7 days"),
        ("retention_days", {"retention_days": 7}, [KEPT], Outcome.SUPPORTED, "7 days"),
        ("retention_days", {"retention_days": 7}, [], Outcome.NO_EVIDENCE, "not looked for"),
        ("backup_interval_hours", {"backup_interval_hours": 1}, [BACKED], Outcome.PARTLY, "2 of 2"),
        ("backup_interval_hours", {"backup_interval_hours": 1}, [replace(HALF, value=0.0)],
         Outcome.CONTRADICTED, "databases"),
        ("last_restore", {"last_restore": "2026-05-01"}, [RESTORE], Outcome.PARTLY, "1 of 1"),
        ("last_restore", {"last_restore": "2026-05-01"}, [], Outcome.NO_EVIDENCE, "not looked"),
        ("last_restore", {"last_restore": "2027-01-01"}, [RESTORE], Outcome.CONTRADICTED,
         "after the date of the audit"),
        ("last_restore", {"last_restore": "in spring"}, [RESTORE], Outcome.NO_EVIDENCE, "no date"),
        ("rto_hours", {"rto_hours": "soon"}, [RESTORE], Outcome.NO_EVIDENCE, "It is no number."),
        ("rpo_hours", {}, [BACKED], Outcome.NOT_ASKED, "2 of 2 databases"),
    ],
)  # fmt: skip
def test_a_figure_against_what_the_code_shows(
    key: str, figures: dict[str, Any], metrics: list[Metric], outcome: Outcome, seen: str
) -> None:
    reading, differences = claims(figures, *metrics)
    (table,) = reading.series
    by_key = dict(zip(KEYS_IN_ORDER, table.rows, strict=True))
    assert by_key[key][3] == ("no claim" if outcome is Outcome.NOT_ASKED else outcome.value)
    assert seen in str(by_key[key][2])
    item = "BCD-02" if key == "last_restore" else "BCD-01"
    contradicted = outcome is Outcome.CONTRADICTED
    assert (f"{item}.{key}" in {one.id for one in differences}) is contradicted
    rules = {one.key: one.rule for one in reading.observations}
    wanted = (
        "recovery-promise-contradicted" if "promised" in key else "recovery-figure-contradicted"
    )
    assert rules.get(key) == (wanted if contradicted else None)


KEYS_IN_ORDER = (
    "rto_hours", "promised_rto_hours", "rpo_hours", "promised_rpo_hours",
    "backup_interval_hours", "retention_days", "last_restore",
)  # fmt: skip


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        (said(1), "2026-05-01"),  # the lowest, without a figure
        (said(1, figures={"last_restore": "2026-01-01"}), "2026-01-01"),
        (said(reason="nothing is stored"), "not told"),
    ],
)
def test_a_figure_of_somebody_whose_level_does_not_count_is_still_a_claim(
    counts: Answer, told: str
) -> None:
    voices = (said(4, figures={"last_restore": "2026-06-01"}),
              said(3, figures={"last_restore": "2026-05-01"}), counts)  # fmt: skip
    reading, _ = recovery([ASKED], {"BCD-02": Standing(counts, voices)}, {}, AS_OF)
    (table,) = reading.series
    assert dict(zip(KEYS_IN_ORDER, table.rows, strict=True))["last_restore"][1] == told


def test_a_figure_of_somebody_whom_the_adviser_overruled_is_no_claim() -> None:
    voices = (said(3, figures={"last_restore": "2026-06-01"}), said(1))
    standing = Standing(said(1, settles=True), voices, settled=True)
    reading, _ = recovery([ASKED], {"BCD-02": standing}, {}, AS_OF)
    row = dict(zip(KEYS_IN_ORDER, reading.series[0].rows, strict=True))["last_restore"]
    assert (row[1], row[3]) == ("overruled by the adviser", "no claim")
    confirmed = Standing(said(3, settles=True), voices, settled=True)
    reading, _ = recovery([ASKED], {"BCD-02": confirmed}, {}, AS_OF)
    assert dict(zip(KEYS_IN_ORDER, reading.series[0].rows, strict=True))["last_restore"][1] == (
        "2026-06-01"
    )


def test_no_figure_is_no_clean_result() -> None:
    reading, _ = claims({}, BACKED)
    (metric,) = reading.metrics
    assert (metric.value, metric.note) == (None, "no figure was told")
    none, _ = recovery([a_list(an_asked(), name="continuity")], {}, {}, AS_OF)
    assert none.metrics[0].note == "no question asks for recovery times"


# --- controls -------------------------------------------------------------------------------------

FRAMEWORK = Framework(
    id="soc2", title="SOC 2", edition="2017", about="x", source="y",
    controls=tuple(Control(number=n, title=f"Control {n}") for n in ("A1", "A2", "A3")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("levels", "status", "worst", "mean"),
    [
        ((3, 4), "met", 3, 3.5),
        ((2, 4), "partly", 2, 3),
        ((3, None), "partly", 3, 3),  # a question is open
        ((4, 1), "gap", 1, 2.5),
        ((None, 0), "gap", 0, 0),
        ((None, None), "not assessed", None, None),
    ],
)
def test_the_status_of_a_control(
    levels: tuple[float | None, ...], status: str, worst: float | None, mean: float | None
) -> None:
    names = [f"AA-0{n}" for n in range(1, len(levels) + 1)]
    asked = a_list(*(an_asked(name, controls={"soc2": ("A1",)}) for name in names))
    items = {
        name: an_item(name, level=level, grade=Grade.SHOWN)
        for name, level in zip(names, levels, strict=True)
    }
    reading = controls([FRAMEWORK], [asked], items)
    whole = {one.name: one for one in reading.series}["framework_controls"].rows
    evidence = "" if status == "not assessed" else "shown"
    assert whole[0] == ("SOC 2", "A1", "Control A1", "AA-01, AA-02", worst, mean, evidence, status)
    assert whole[1][3:] == ("", None, None, "", "not assessed")


def test_what_does_not_apply_touches_no_control() -> None:
    asked = a_list(*(an_asked(name, controls={"soc2": ("A1",)}) for name in ("AA-01", "AA-02")))
    items = {"AA-01": an_item(level=4), "AA-02": an_item("AA-02", level=None, applicable=False)}
    reading = controls([FRAMEWORK], [asked], items)
    (summary, gaps, whole) = reading.series
    assert whole.rows[0][3:] == ("AA-01", 4, 4, "sampled", "met")
    assert whole.full and not summary.full
    assert summary.rows == (("SOC 2", "2017", 3, 1, 1, 0, 0, 2),)
    assert gaps.rows == ()
    assert {one.name: one.value for one in reading.metrics} == {
        "controls.met_share": 1, "controls.gap_share": 0,
    }  # fmt: skip
    assert "no audit opinion" in summary.note


def test_a_framework_that_does_not_bind_the_company_has_no_gaps() -> None:
    asked = a_list(*(an_asked(name, controls={"soc2": ("A1",)}) for name in ("AA-01", "AA-02")))
    hinged = FRAMEWORK.model_copy(update={"hinges_on": "AA-02"})
    other = FRAMEWORK.model_copy(update={"id": "other"})
    items = {"AA-01": an_item(level=0), "AA-02": an_item("AA-02", level=None, applicable=False)}
    alone = controls([hinged], [asked], items)
    assert alone.series == ()
    assert alone.metrics[0].note == "no question names a control of a framework that applies"
    asked = a_list(an_asked("AA-01", controls={"soc2": ("A1",), "other": ("A1",)}))
    summary, gaps, _ = controls([hinged, other], [asked], items).series
    assert len(summary.rows) == len(gaps.rows) == 1
    assert summary.note.endswith("SOC 2: does not apply by AA-02.")
    items["AA-02"] = an_item("AA-02", level=1)
    assert len(controls([hinged, other], [asked], items).series[0].rows) == 2


def test_a_control_that_no_framework_has_is_named() -> None:
    asked = a_list(an_asked(controls={"soc2": ("A1", "Z9"), "basel": ("1",)}))
    summary = controls([FRAMEWORK], [asked], {"AA-01": an_item(level=4)}).series[0]
    assert summary.note.endswith("Left out, since no framework has them: basel 1, soc2 Z9.")
    assert summary.rows == (("SOC 2", "2017", 3, 1, 1, 0, 0, 2),)


def test_a_framework_that_no_question_names_is_left_out() -> None:
    reading = controls([FRAMEWORK], [a_list(an_asked())], {})
    assert reading.series == ()
    assert reading.metrics[0].note == "no question names a control"
