"""Literal items, answers and metrics to levels, scores and verdicts; numbers worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders import a_finding, an_item

from techdd.answers import Answer, Standing
from techdd.checklists import Checklist, EvidenceRule, Item
from techdd.documents import load
from techdd.folders import data
from techdd.model import Grade, ItemScore, Metric, Outcome, Rating, Score, Severity
from techdd.policy import Scoring
from techdd.scoring import (
    describe_evidence,
    most_moving,
    overall,
    overall_told,
    score_domain,
    score_item,
    verdict,
)

POLICY = load(data("checklists") / "policy" / "scoring.yaml", Scoring)


def rule(role: str = "measures", **changes: Any) -> EvidenceRule:
    """10, 20, 30 and 40 are the bounds of the levels 1 to 4."""
    given = {"metric": "m", "bands": (10, 20, 30, 40), "role": role, "says": "M is {value:.0f}."}
    return EvidenceRule.model_validate(given | changes)


def item(*rules: EvidenceRule) -> Item:
    return Item(
        id="AA-01", ask="Q?", why="Because.", levels=("0", "1", "2", "3", "4"), evidence=rules
    )


def answer(level: int | None = None, grade: Grade = Grade.STATED, **changes: Any) -> Answer:
    return Answer(item="AA-01", level=level, grade=grade, **changes)


def scored(
    answered: Answer | None, value: float | None = None, role: str = "measures", **changes: Any
) -> ItemScore:
    rules = () if role == "" else (rule(role, **changes),)
    metrics = {} if value is None else {"m": Metric("m", value)}
    standing = Standing(answered, (answered,)) if answered else None
    return score_item(item(*rules), standing, metrics, POLICY)


@pytest.mark.parametrize(
    ("value", "rising", "falling"),
    [(0, 0, 4), (9, 0, 4), (10, 1, 4), (11, 1, 3), (25, 2, 2), (39, 3, 1), (40, 4, 1), (41, 4, 0)],
)
def test_bands_give_levels(value: float, rising: int, falling: int) -> None:
    assert rule().level(value) == rising
    assert rule(bands=(40, 30, 20, 10)).level(value) == falling


# --- one item -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grade", "level"),
    [(Grade.NONE, 2), (Grade.STATED, 2), (Grade.SHOWN, 3), (Grade.SAMPLED, 4), (Grade.MEASURED, 4)],
)
def test_an_answer_earns_what_its_evidence_can_carry(grade: Grade, level: int) -> None:
    best = scored(answer(4, grade), role="")
    assert (best.level, best.grade, best.stated) == (level, grade, 4)
    capped = f"capped at {level}: the answer is only {grade.name.lower()}"
    assert best.capped == (capped if level < 4 else "")
    assert scored(answer(1, grade), role="").level == 1


@pytest.mark.parametrize(
    ("answered", "value", "level", "grade", "outcome"),
    [
        pytest.param(None, None, None, 0, Outcome.NOT_ASKED, id="nobody asked, nothing measured"),
        pytest.param(None, 35, 3, 4, Outcome.NOT_ASKED, id="measured answers alone"),
        pytest.param(answer(2), None, 2, 1, Outcome.NO_EVIDENCE, id="answered, nothing measured"),
        pytest.param(answer(3), 35, 3, 4, Outcome.SUPPORTED, id="measured lifts the cap"),
        pytest.param(answer(2), 45, 2, 4, Outcome.SUPPORTED, id="better than told: as told"),
        pytest.param(answer(3), 25, 2, 4, Outcome.PARTLY, id="one below corrects"),
        pytest.param(answer(4), 25, 2, 4, Outcome.CONTRADICTED, id="two below contradict"),
        pytest.param(
            answer(4, Grade.SAMPLED, overrules=True, note="measured wrongly"), 5, 4, 3,
            Outcome.CONTRADICTED, id="overruled with a sample",
        ),
        pytest.param(
            answer(4, overrules=True, note="x"), 5, 2, 1, Outcome.CONTRADICTED,
            id="overruled, still capped",
        ),
        pytest.param(answer(None, reason="no backend"), 5, None, 0, Outcome.NOT_ASKED, id="n/a"),
    ],
)  # fmt: skip
def test_measured_and_told(
    answered: Answer | None, value: float | None, level: int | None, grade: int, outcome: Outcome
) -> None:
    found = scored(answered, value)
    assert (found.level, found.grade, found.outcome) == (level, grade, outcome)


@pytest.mark.parametrize(
    ("answered", "value", "level", "outcome"),
    [
        pytest.param(None, 45, None, Outcome.NOT_ASKED, id="never a level by itself"),
        pytest.param(answer(2), 25, 2, Outcome.SUPPORTED, id="supports"),
        pytest.param(answer(3, Grade.SHOWN), 45, 3, Outcome.SUPPORTED, id="lifts no cap"),
        pytest.param(answer(4), 45, 2, Outcome.SUPPORTED, id="lifts no cap of what was only said"),
        pytest.param(answer(2), 15, 2, Outcome.PARTLY, id="partly"),
        pytest.param(answer(2), 5, 2, Outcome.CONTRADICTED, id="contradicts and corrects nothing"),
        pytest.param(answer(2), 0, 2, Outcome.NO_EVIDENCE, id="no trace contradicts nobody"),
    ],
)
def test_indications_support_or_contradict_and_never_score(
    answered: Answer | None, value: float, level: int | None, outcome: Outcome
) -> None:
    found = scored(answered, value, "indicates")
    assert (found.level, found.outcome, found.measured) == (level, outcome, None)


def test_an_answer_is_supported_in_part_where_one_of_two_signs_was_not_found() -> None:
    both = item(
        rule("indicates"), rule("indicates", metric="n", says="Scans were found in {basis}.")
    )
    standing = Standing(answer(2))

    def outcome(second: Metric) -> Outcome:
        return score_item(both, standing, {"m": Metric("m", 25), "n": second}, POLICY).outcome

    assert outcome(Metric("n", 0)) is Outcome.PARTLY
    assert outcome(Metric("n", 25)) is Outcome.SUPPORTED
    assert outcome(Metric("n", None, note="no pipeline")) is Outcome.SUPPORTED


def test_what_was_not_measured_is_told_in_the_words_of_its_sentence() -> None:
    known = item(
        rule(says="Share of X: {value:.1%} ({basis})."),
        rule(metric="scan", says="A scan was found in {basis}; others would not be seen."),
        rule(metric="delivery.median_days", says="Of all, {value:.0%} are done."),
    )
    assert describe_evidence(known, {}) == [
        f"Not measured ({what}): no data was collected."
        for what in ("share of X", "a scan", "median days")
    ]


def test_what_the_adviser_settled_says_so() -> None:
    assert "settled" not in scored(answer(2)).basis
    assert scored(answer(2, settles=True)).basis.endswith("The adviser settled what was answered.")


def test_an_item_without_evidence_rules_cannot_be_tested() -> None:
    assert scored(answer(2), role="").outcome is Outcome.NOT_TESTABLE


def test_not_applicable_needs_and_shows_its_reason() -> None:
    found = scored(answer(None, reason="no backend"))
    assert (found.applicable, found.basis) == (False, "Not applicable: no backend")
    with pytest.raises(ValueError, match="needs a 'reason'"):
        Answer(item="AA-01")


def test_the_lowest_of_several_measures_counts() -> None:
    both = item(rule(), rule(metric="n"), rule("indicates", metric="i"))
    metrics = {"m": Metric("m", 35), "n": Metric("n", 15), "i": Metric("i", 5)}
    assert score_item(both, None, metrics, POLICY).measured == 1


def test_evidence_is_told_in_sentences_and_gaps_with_their_reason() -> None:
    both = item(rule(says="M is {value:.1%} of {basis}."), rule(metric="n"), rule(metric="o"))
    metrics = {
        "m": Metric("m", 0.256, basis="7 files"),
        "n": Metric("n", None, note="no lock file"),
    }
    told = [
        "M is 25.6% of 7 files.",
        "Not measured (n): no lock file.",
        "Not measured (o): no data was collected.",
    ]
    assert describe_evidence(both, metrics) == told
    assert score_item(both, None, metrics, POLICY).evidence == tuple(told)


def test_weight_is_own_weight_times_importance() -> None:
    heavy = item().model_copy(update={"weight": 2.0, "importance": "critical"})
    assert score_item(heavy, None, {}, POLICY).weight == 2 * 3


# --- several voices -------------------------------------------------------------------------------


def heard(*voices: Answer, value: float | None = None, settled: int | None = None) -> ItemScore:
    """The item as scored where the lowest level counts, or the voice of that place."""
    levels = [one for one in voices if one.level is not None]
    counts = voices[settled] if settled is not None else min(
        levels, key=lambda one: one.level or 0, default=voices[0]
    )  # fmt: skip
    standing = Standing(counts, voices, settled=settled is not None)
    return score_item(
        item(rule()), standing, {} if value is None else {"m": Metric("m", value)}, POLICY
    )


@pytest.mark.parametrize(
    ("voices", "value", "level", "least", "most"),
    [
        pytest.param([answer(1), answer(2)], None, 1, 1, 2, id="people differ"),
        pytest.param([answer(1), answer(4)], None, 1, 1, 2, id="each end is capped"),
        pytest.param([answer(1), answer(4, Grade.SAMPLED)], None, 1, 1, 4, id="by its evidence"),
        pytest.param([answer(2), answer(2)], None, 2, None, None, id="people agree"),
        pytest.param([answer(1, confidence="low")], None, 1, 0, 2, id="unsure"),
        pytest.param([answer(2, confidence="low")], None, 2, 1, 2, id="unsure, capped"),
        pytest.param([answer(1, confidence="high")], None, 1, None, None, id="sure"),
        pytest.param([answer(1), answer(4, Grade.SAMPLED)], 5, 0, None, None, id="measured"),
        pytest.param([answer(3, Grade.SHOWN)], None, 3, None, None, id="one alone"),
    ],
)
def test_the_range_of_an_item(
    voices: list[Answer], value: float | None, level: int, least: int | None, most: int | None
) -> None:
    found = heard(*voices, value=value)
    assert (found.level, found.least, found.most) == (level, least, most)


def test_what_is_settled_has_no_range() -> None:
    found = heard(answer(1), answer(3, Grade.SAMPLED), settled=1)
    assert (found.level, found.least, found.most, found.spread) == (3, None, None, 0)


def test_every_voice_is_kept_with_who_said_it() -> None:
    paper = {"name": "list.pdf", "sha256": "a" * 64}
    found = heard(
        answer(3, Grade.SHOWN, by="Lea", role="CTO", confidence="high", documents=(paper,)),
        answer(1, by="Ben", role="Lead", note="I would not say so."),
        answer(by="Cy", unknown=True),
        answer(by="Di", reason="no backend"),
    )
    assert [(one.by, one.role, one.level, one.words) for one in found.voices] == [
        ("Lea", "CTO", 3, ""),
        ("Ben", "Lead", 1, "I would not say so."),
        ("Cy", "", None, "does not know"),
        ("Di", "", None, "does not apply: no backend"),
    ]
    assert (found.voices[0].grade, found.voices[0].confidence) == (Grade.SHOWN, "high")
    assert found.documents == (("list.pdf", "a" * 64),)
    assert (found.level, found.by, found.spread) == (1, "Ben", 4)


def test_who_does_not_know_leaves_a_gap_and_no_score() -> None:
    found = scored(answer(unknown=True))
    assert (found.level, found.applicable, found.outcome) == (None, True, Outcome.NOT_KNOWN)
    assert (
        found.basis == "Not assessed: nobody who was asked could answer, and nothing measures it."
    )
    measured = scored(answer(unknown=True), 35)
    assert (measured.level, measured.grade) == (3, Grade.MEASURED)


def test_what_nobody_knows_is_named_and_counts_as_nothing_at_the_low_end() -> None:
    known = an_item(level=4)
    unknown = an_item("BB-02", level=None, outcome=Outcome.NOT_KNOWN)
    found = score_domain([known, unknown], [], POLICY)
    assert found.value == 100
    assert found.low == 25
    assert found.rationale[-1] == "Nobody who was asked could answer BB-02."


def test_doubts_move_the_ends_of_a_domain_and_never_its_score() -> None:
    found = score_domain([an_item(level=1, least=0, most=4), an_item(level=4)], [], POLICY)
    assert (found.low, found.value, found.high) == (25, 56.25, 100)


# --- by the answers alone -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "value", "told"),
    [
        (answer(4), 5, 2), (answer(4, Grade.SHOWN), 5, 3), (answer(4, Grade.SAMPLED), 5, 4),
        (answer(1), 45, 1), (answer(unknown=True), 45, None), (None, 45, None),
        (answer(reason="no backend"), 45, None),
    ],
)  # fmt: skip
def test_an_answer_alone_is_capped_by_its_own_evidence(
    given: Answer | None, value: float, told: float | None
) -> None:
    assert scored(given, value).told == told


def test_both_scores_stand_side_by_side() -> None:
    items = [an_item(level=0, told=4), an_item(level=4, told=4), an_item(level=4, told=None)]
    found = score_domain(items, [], POLICY)
    assert found.value == pytest.approx(100 * (2 / 3) ** 2)
    assert (found.told, found.told_coverage) == (100, pytest.approx(2 / 3))


def test_too_few_answers_are_no_score_of_answers() -> None:
    items = [an_item(level=2, told=2), *(an_item(level=2) for _ in range(4))]
    found = score_domain(items, [], POLICY)
    assert (found.told, found.told_coverage) == (None, 0.2)


def test_a_critical_answer_caps_the_score_of_answers_as_well() -> None:
    items = [
        an_item(level=4, told=4, weight=9),
        an_item("BB-02", level=4, told=0, importance="critical"),
    ]
    found = score_domain(items, [], POLICY)
    assert (found.told, found.value, found.capped_by) == (25, 100, ())


def test_all_items_that_cap_are_named() -> None:
    items = [
        an_item(level=4, weight=9),
        *(an_item(name, level=0, importance="critical") for name in ("CC-03", "BB-02")),
        an_item("DD-04", level=1, importance="critical"),
    ]
    assert score_domain(items, [], POLICY).capped_by == ("BB-02", "CC-03")


def test_the_worked_example_of_the_documentation() -> None:
    def question(name: str, importance: str, *rules: EvidenceRule) -> Item:
        given = {"id": name, "importance": importance, "evidence": rules}
        return item().model_copy(update=given)

    asked = [
        (question("TEA-01", "critical", rule()), [answer(3)]),
        (question("TEA-03", "major"), [answer(3, Grade.SHOWN)]),
        (question("TEA-04", "major"), [answer(1), answer(2)]),
        (question("TEA-07", "major"), [answer(unknown=True)]),
        (question("TEA-12", "minor"), [answer(4, Grade.SAMPLED)]),
    ]
    items = [
        score_item(one, Standing(voices[0], tuple(voices)), {"m": Metric("m", 5)}, POLICY)
        for one, voices in asked
    ]
    found = score_domain(items, [], POLICY)
    assert found.value == pytest.approx(21.8, abs=0.05)
    assert found.told == pytest.approx(53.5, abs=0.05)
    assert (found.low, found.high) == (pytest.approx(13.9, abs=0.05), 25)
    assert (found.coverage, found.told_coverage, found.rating) == (0.8, 0.8, Rating.RED)


# --- what if --------------------------------------------------------------------------------------


def whole(*domains: tuple[ItemScore, ...], findings: tuple[Any, ...] = ()) -> Any:
    made = [
        (checklist(f"d{n}"), score_domain(items, findings, POLICY), items)
        for n, items in enumerate(domains)
    ]
    return most_moving(made, findings, POLICY)


def test_a_raised_item_is_computed_anew() -> None:
    low, high = an_item("AA-01", level=0), an_item("AA-02", level=4)
    (move,) = whole((low, high))
    assert (move.item, move.level, move.domain_score, move.score) == ("AA-01", 0, 25, 25)
    assert [(one.level, one.domain_score) for one in move.steps] == [
        (1, pytest.approx(56.25)),
        (3, pytest.approx(100 * ((1 + 0.75**0.5) / 2) ** 2)),
    ]
    assert move.verdict == "Proceed with conditions"  # one domain is red
    assert {one.verdict for one in move.steps} == {"Proceed"}
    first, second = move.words.split("; at level 3 ")
    said = "Now at level 0; at level 1 D0 goes from 25.0 to 56.2 and the whole goes from 25.0 to"
    assert first == f'{said} 56.2, and the verdict becomes "Proceed"'
    assert second.startswith("D0 goes from 25.0 to 87.1 and the whole")


def test_a_better_verdict_comes_before_a_higher_score() -> None:
    red = (an_item("AA-01", level=1), an_item("AA-02", level=1), an_item("AA-03", level=2))
    amber = (an_item("BB-01", level=2, weight=9), an_item("BB-02", level=2))
    moves = whole(red, amber)
    gains = {move.item: move.steps[-1].score - move.score for move in moves}
    assert max(gains, key=lambda one: gains[one]) == "BB-01"
    assert [move.item for move in moves][:2] == ["AA-01", "AA-02"]
    assert moves[0].steps[-1].verdict == "Proceed"


def test_what_stands_at_three_or_is_open_or_does_not_apply_is_no_move() -> None:
    assert whole((an_item(level=3), an_item(level=None), an_item(level=1, applicable=False))) == ()


def test_findings_stay_but_for_those_that_contradict_the_item() -> None:
    finding = replace(CRITICAL, domain="d0")
    items = (an_item("AA-01", level=0), an_item("AA-02", level=4))
    (kept,) = whole(items, findings=(finding,))
    (gone,) = whole(items, findings=(replace(finding, difference="AA-01.rto_hours"),))
    assert kept.steps[-1].verdict == "Proceed only with conditions"
    assert gone.steps[-1].verdict == "Proceed"


# --- one domain -----------------------------------------------------------------------------------


def domain(*levels: float | None, **changes: Any) -> Score:
    return score_domain([an_item(level=level, **changes) for level in levels], [], POLICY)


@pytest.mark.parametrize(
    ("levels", "value"),
    [
        ((4, 4), 100),
        ((0, 0), 0),
        ((4, 0), 25),  # 100 ((1 + 0) / 2)^2
        ((4, 1), 56.25),  # 100 ((1 + 1/2) / 2)^2
        ((2,), 50),
        ((2, 2, 2), 50),
    ],
)
def test_the_power_mean_by_hand(levels: tuple[float, ...], value: float) -> None:
    assert domain(*levels).value == pytest.approx(value)


def test_weights_count_in_the_mean() -> None:
    items = [an_item(level=4, weight=3), an_item(level=0, weight=1)]
    assert score_domain(items, [], POLICY).value == pytest.approx(100 * (3 / 4) ** 2)


def test_an_unanswered_item_lowers_coverage_and_never_the_score() -> None:
    whole, half = domain(4, 2), domain(4, 2, None, None)
    assert half.value == whole.value == pytest.approx(100 * ((1 + 0.5**0.5) / 2) ** 2)
    assert (whole.coverage, half.coverage) == (1, 0.5)
    assert whole.low == whole.high == pytest.approx(whole.value)
    assert half.low == pytest.approx(100 * ((1 + 0.5**0.5) / 4) ** 2)
    assert half.high == pytest.approx(100 * ((3 + 0.5**0.5) / 4) ** 2)


def test_what_does_not_apply_is_left_out_of_everything() -> None:
    items = [an_item(level=4), an_item(level=None, applicable=False)]
    found = score_domain(items, [], POLICY)
    assert (found.value, found.coverage) == (100, 1)
    assert found.rationale[0] == "1 of 1 applicable items assessed."


@pytest.mark.parametrize(("level", "value"), [(0, 25), (1, 50), (2, 100)])
def test_a_weak_critical_item_caps_the_domain(level: int, value: float) -> None:
    items = [an_item(level=4, weight=9), an_item("BB-02", level=level, importance="critical")]
    assert score_domain(items, [], POLICY).value == pytest.approx(
        min(value, 100 * (0.9 + 0.1 * (level / 4) ** 0.5) ** 2), abs=0.1
    )
    assert score_domain([items[0], an_item(level=0)], [], POLICY).value == pytest.approx(81)


def test_the_cap_is_explained() -> None:
    items = [an_item(level=4, weight=9), an_item("BB-02", level=0, importance="critical")]
    assert "Capped at 25 by critical item BB-02." in score_domain(items, [], POLICY).rationale


@pytest.mark.parametrize(
    ("levels", "rating"),
    [
        ((4,), Rating.GREEN), ((3,), Rating.GREEN), ((2,), Rating.AMBER), ((1,), Rating.RED),
        ((4, None, None, None), Rating.AMBER), ((4, None, None, None, None), Rating.GREY),
        ((4, 4, 4, 4, None), Rating.GREEN),  # what was not asked cannot make it red
        ((None,), Rating.GREY), ((), Rating.GREY),
    ],
)  # fmt: skip
def test_the_light_of_a_domain(levels: tuple[float | None, ...], rating: Rating) -> None:
    assert domain(*levels).rating is rating


def test_nothing_assessed_is_no_score_and_the_whole_range() -> None:
    found = domain(None, None)
    assert (found.value, found.coverage, found.confidence) == (None, 0, "none")
    assert (found.low, found.high) == (0, 100)


@pytest.mark.parametrize(
    ("level", "severities", "rating"),
    [
        (4, "medium low info", Rating.GREEN),
        (4, "high", Rating.AMBER),
        (4, "critical", Rating.RED),
        (4, "high critical", Rating.RED),
        (1, "high", Rating.RED),
        (None, "medium", Rating.GREY),
        (None, "critical", Rating.RED),
    ],
)
def test_the_light_is_no_brighter_than_the_worst_finding(
    level: int | None, severities: str, rating: Rating
) -> None:
    findings = [a_finding(severity=Severity(one)) for one in severities.split()]
    assert score_domain([an_item(level=level)], findings, POLICY).rating is rating


@pytest.mark.parametrize(
    ("levels", "grade", "label"),
    [
        ((2, 2, 2, 2, 2), Grade.SAMPLED, "high"),
        ((2, 2, 2, 2, None), Grade.SAMPLED, "high"),
        ((2, 2, 2, None, None), Grade.SAMPLED, "medium"),
        ((2, 2, 2, 2, 2), Grade.SHOWN, "medium"),
        ((2, 2, 2, 2, 2), Grade.STATED, "low"),
        ((2, None, None, None), Grade.MEASURED, "low"),
    ],
)
def test_confidence_is_coverage_and_grade(
    levels: tuple[float | None, ...], grade: Grade, label: str
) -> None:
    assert domain(*levels, grade=grade).confidence == label


# --- the whole ------------------------------------------------------------------------------------


def checklist(name: str = "team", weight: float = 1.0) -> Checklist:
    return Checklist(
        id=name, title=name.title(), version="1", order=1, about="x", items=(item(),), weight=weight
    )


def score(value: float | None = 80, coverage: float = 1, rating: Rating = Rating.GREEN) -> Score:
    return Score(value, coverage, "high", rating, grade=3.0)


def test_the_overall_score_is_the_mean_by_weight() -> None:
    domains = [(checklist("a", 3), score(80)), (checklist("b", 1), score(40, 0.5))]
    assert overall(domains) == (70, 0.875)
    assert overall([*domains, (checklist("c", 4), score(None, 0))]) == (70, 0.4375)
    assert overall([]) == (None, 0)


def test_the_verdict_carries_both_scores_and_the_range() -> None:
    one = replace(score(80), low=60, high=90, told=90.0, told_coverage=0.5)
    two = replace(score(40, 0.5), low=20, high=70)
    domains = [(checklist("a", 3), one), (checklist("b", 1), two)]
    assert overall_told(domains) == (90, 0.375)
    found = verdict(domains, [], POLICY)
    assert (found.score, found.low, found.high) == (70, 50, 85)
    assert (found.told, found.told_coverage) == (90, 0.375)


BREAKER = replace(a_finding(severity=Severity.CRITICAL), deal_breaker=True)
CRITICAL, HIGH, LOW = (a_finding(severity=Severity(one)) for one in ("critical", "high", "low"))


@pytest.mark.parametrize(
    ("scores", "findings", "label", "why"),
    [
        pytest.param([score(coverage=0.49)], [BREAKER], "No overall opinion",
                     "less than 50% assessed", id="coverage comes first"),
        pytest.param([score(coverage=0.5)], [BREAKER], "Do not proceed on present terms",
                     "1 or more deal-breaking findings", id="deal breaker"),
        pytest.param([score()], [CRITICAL, HIGH], "Proceed only with conditions",
                     "1 or more critical findings", id="critical"),
        pytest.param([score(rating=Rating.RED)] * 2, [HIGH], "Proceed only with conditions",
                     "2 or more red domains", id="two red"),
        pytest.param([score(), score(rating=Rating.RED)], [HIGH], "Proceed with conditions",
                     "1 or more high findings", id="high"),
        pytest.param([score(), score(rating=Rating.RED)], [LOW], "Proceed with conditions",
                     "1 or more red domains", id="one red"),
        pytest.param([score(), score(rating=Rating.AMBER)], [LOW], "Proceed",
                     "none of the rules above holds", id="nothing"),
        pytest.param([], [], "No overall opinion", "less than 50% assessed", id="no domains"),
    ],
)  # fmt: skip
def test_the_first_verdict_rule_that_holds_decides(
    scores: list[Score], findings: list[Any], label: str, why: str
) -> None:
    found = verdict([(checklist(f"d{n}"), one) for n, one in enumerate(scores)], findings, POLICY)
    assert (found.label, found.rule) == (label, why)


def test_the_verdict_says_what_was_not_assessed() -> None:
    grey = (checklist("sdlc"), score(None, 0, Rating.GREY))
    found = verdict([(checklist("team"), score()), grey], [HIGH, LOW], POLICY)
    assert found.rationale[1:] == (
        "50% of the assessment's weight was assessed.",
        "Open findings: 0 critical, 1 high, 0 of them deal breakers.",
        "Domains rated red: 0.",
        "Not assessed: Sdlc.",
    )
    assert (found.coverage, found.confidence) == (0.5, "medium")
