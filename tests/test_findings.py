from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from techdd.documents import load
from techdd.findings import judge, shown
from techdd.folders import data
from techdd.model import (
    Check,
    Finding,
    Horizon,
    Location,
    Metric,
    Observation,
    Reading,
    Severity,
    Status,
)
from techdd.policy import FindingRule, Scoring
from techdd.text import PLACE_TOKEN

POLICY = load(data("checklists") / "policy" / "scoring.yaml", Scoring)
TEXTS = {"why": "Why {repo}.", "remedy": "Do.", "effort": (1, 2), "domain": "team"}
METRIC = FindingRule.model_validate(
    TEXTS
    | {
        "id": "too-much",
        "metric": "m",
        "thresholds": [{"severity": "high", "above": 20}, {"severity": "low", "above": 10}],
        "title": "Too much in {repo}",
        "observation": "{value:.0f} ({basis}) in {repo}.",
        "source": "ours",
    }
)
SEEN = FindingRule.model_validate(
    TEXTS
    | {
        "id": "odd-thing",
        "observed": True,
        "severity": "medium",
        "severity_from": "severity",
        "title": "Odd thing",
        "observation": "{what} in {repo}.",
    }
)


def reading(
    *found: Any, status: Status = Status.OK, domain: str = "team", **changes: Any
) -> Reading:
    return Reading(
        "probe", "Q?", domain, status,
        tuple(one for one in found if isinstance(one, Metric)),
        tuple(one for one in found if isinstance(one, Observation)), **changes,
    )  # fmt: skip


def judged(
    rule: FindingRule, *readings: Reading, repos: tuple[str, ...] = ("api",)
) -> tuple[list[Finding], list[Check]]:
    return judge(readings, [rule], repos, POLICY)


@pytest.mark.parametrize(
    ("value", "severity"),
    [(10, None), (10.1, Severity.LOW), (20, Severity.LOW), (20.1, Severity.HIGH)],
)
def test_the_first_threshold_beyond_decides(value: float, severity: Severity | None) -> None:
    found, (check,) = judged(METRIC, reading(Metric("m", value, "files", "api", "of 9")))
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert check.result == ("fired" if severity else "did not fire")
    assert check.threshold == "above 20: high; above 10: low"


@pytest.mark.parametrize(("value", "fires"), [(4.9, True), (5, False), (0, True)])
def test_below_is_strict_too(value: float, fires: bool) -> None:
    thresholds = [{"severity": "low", "below": 5}]
    rule = FindingRule.model_validate(METRIC.model_dump() | {"thresholds": thresholds})
    assert bool(judged(rule, reading(Metric("m", value, "", "api")))[0]) is fires


def test_a_finding_has_its_texts_filled() -> None:
    (one,), _ = judged(METRIC, reading(Metric("m", 25, "files", "api", "of 30")))
    assert (one.title, one.observation) == ("Too much in api", "25 (of 30) in api.")
    assert (one.why, one.threshold) == ("Why api.", "above 20: high (ours)")
    assert (one.horizon, one.effort, one.locations) == (Horizon.DAYS_30, (1, 2), ())


def test_every_repository_is_judged_and_the_open_ones_are_named() -> None:
    metrics = [Metric("m", 25, "files", "api"), Metric("m", None, repo="web", note="no lock file")]
    found, checks = judged(METRIC, reading(*metrics, Metric("m", 99)), repos=("api", "web", "ios"))
    assert [one.repo for one in found] == ["api"]
    assert [(one.repo, one.observed, one.result) for one in checks] == [
        ("api", "25 files", "fired"),
        ("ios", "no data", "not assessable"),
        ("web", "no lock file", "not assessable"),
    ]


def test_a_rule_for_the_engagement_is_judged_once() -> None:
    rule = METRIC.model_copy(update={"scope": "engagement"})
    found, checks = judged(rule, reading(Metric("m", 15), Metric("m", 99, repo="api")))
    assert [(one.repo, one.severity) for one in found] == [("", Severity.LOW)]
    assert [one.repo for one in checks] == [""]


def seen(key: str = "k", repo: str = "api", line: int = 3, **values: Any) -> Observation:
    place = (Location("a.py", line),)
    return Observation("odd-thing", repo, key, place, {"what": "A thing", **values})


@pytest.mark.parametrize(
    ("values", "severity"),
    [
        ({}, Severity.MEDIUM),
        ({"severity": "critical"}, Severity.CRITICAL),
        ({"severity": None}, Severity.MEDIUM),
        ({"severity": ""}, Severity.MEDIUM),
        ({"severity": "unknown"}, Severity.MEDIUM),
    ],
)
def test_the_severity_may_come_with_the_observation(
    values: dict[str, Any], severity: Severity
) -> None:
    (one,), _ = judged(SEEN, reading(seen(**values)))
    assert one.severity is severity
    assert (one.observation, one.locations) == ("A thing in api.", (Location("a.py", 3),))


def test_the_fingerprint_holds_still_when_lines_move() -> None:
    def ids(*found: Observation) -> list[str]:
        return [one.id for one in judged(SEEN, reading(*found))[0]]

    assert ids(seen(line=3)) == ids(seen(line=99, what="Another text"))
    assert len({*ids(seen()), *ids(seen("other")), *ids(seen(repo="web"))}) == 3


def test_only_what_is_critical_can_break_a_deal() -> None:
    rule = SEEN.model_copy(update={"deal_breaker": True})
    found, _ = judged(rule, reading(seen("a", severity="critical"), seen("b", severity="high")))
    assert [one.deal_breaker for one in found] == [True, False]


@pytest.mark.parametrize(
    ("readings", "observed", "result"),
    [
        ([reading()], "none", "did not fire"),
        ([reading(seen(), seen("b", "web"))], "2 in 2 repositories", "fired"),
        ([reading(seen())], "1 in 1 repository", "fired"),
        ([reading(status=Status.FAILED, reasons=("api: no git",))], "probe: api: no git",
         "not assessable"),
        ([reading(status=Status.FAILED, domain="security")], "none", "did not fire"),
        ([reading(seen()), reading(status=Status.FAILED)], "1 in 1 repository", "fired"),
    ],
)  # fmt: skip
def test_nothing_observed_is_silence_only_where_somebody_looked(
    readings: list[Reading], observed: str, result: str
) -> None:
    _, (check,) = judged(SEEN, *readings)
    assert (check.observed, check.result) == (observed, result)


def test_nothing_observed_by_a_probe_that_saw_a_part_says_so() -> None:
    partly = reading(status=Status.PARTIAL, reasons=("web: time limit of 30 minutes",))
    _, (check,) = judged(SEEN, partly)
    assert check.result == "did not fire"
    assert check.observed == "none (probe: looked at a part only)"


@pytest.mark.parametrize(
    ("metrics", "observed", "result"),
    [
        ([], "no data", "not assessable"),
        ([Metric("m", None, note="no licence")], "no licence", "not assessable"),
        ([Metric("m", 0)], "none", "did not fire"),
        ([Metric("m", 0, note="5 of 9")], "none (5 of 9)", "did not fire"),
        ([Metric("m", 0, note="5"), Metric("m", None, repo="web", note="no Python")],
         "none (web: no Python)", "did not fire"),
    ],
)  # fmt: skip
def test_nothing_observed_says_nothing_where_the_metric_could_not_be_measured(
    metrics: list[Metric], observed: str, result: str
) -> None:
    rule = SEEN.model_copy(update={"measured_by": "m"})
    _, (check,) = judged(rule, reading(*metrics), repos=("api", "web"))
    assert (check.observed, check.result) == (observed, result)


def test_the_worst_comes_first_and_the_order_is_always_the_same() -> None:
    found = [
        seen("a", severity="low"), seen("b", severity="critical"), seen("c", "web"), seen("d"),
    ]  # fmt: skip
    one, _ = judged(SEEN, reading(*found))
    other, _ = judged(SEEN, reading(*found[::-1]))
    assert [f.id for f in one] == [f.id for f in other]
    assert [f.severity.value for f in one] == ["critical", "medium", "medium", "low"]
    assert [f.repo for f in one] == ["api", "api", "web", "api"]


def test_a_check_says_what_it_judges_and_which_collectors_it_rests_on() -> None:
    measured = reading(Metric("m", 3, repo="api"), collectors=("code", "history"))
    _, (check,) = judge([measured], [METRIC], ["api"], POLICY)
    assert (check.metric, check.collectors) == ("m", ("code", "history"))
    seen = reading(Observation("odd-thing", "api", "k", values={"what": "It"}), collectors=("a",))
    _, (check,) = judge([seen], [SEEN], ["api"], POLICY)
    assert (check.metric, check.collectors) == ("", ("a",))
    _, (silent,) = judge([reading(collectors=("a",))], [SEEN], ["api"], POLICY)
    assert silent.collectors is None  # nothing says which probe would have seen it


def test_an_observation_that_no_rule_judges_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="unheard-of"):
        judged(SEEN, reading(replace(seen(), rule="unheard-of")))
    with pytest.raises(KeyError, match="too-much"):
        judged(METRIC, reading(replace(seen(), rule="too-much")))


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (Metric("m", 0.256, "share"), "25.6%"),
        (Metric("m", 1234.0, "lines"), "1,234 lines"),
        (Metric("m", 2.345), "2.35"),
        (Metric("m", 0), "0"),
        (Metric("m", None), "not measured"),
    ],
)
def test_how_a_value_is_printed(metric: Metric, text: str) -> None:
    assert shown(metric) == text


def test_a_text_that_is_not_known_to_name_no_place_is_held_back_from_investors() -> None:
    guarded = replace(reading(seen(what="src/vault.py", count=3)), guarded=True)
    (one,), _ = judged(SEEN, guarded)
    assert one.guarded
    assert PLACE_TOKEN.sub(r"\2", one.title + one.observation).count("src/vault.py") >= 1
    assert "src/vault.py" not in PLACE_TOKEN.sub(r"\1", one.title + one.observation)
    assert one.id == judged(SEEN, reading(seen(what="src/vault.py", count=3)))[0][0].id
