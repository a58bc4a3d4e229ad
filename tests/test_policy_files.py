"""The checklists, finding rules and scoring policy that ship: they load, agree and read well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from techdd import checklists, hiring, policy
from techdd.documents import load
from techdd.model import Grade, Severity

FOLDER = Path(__file__).parents[1] / "checklists"
CHECKLISTS = sorted(FOLDER.glob("*.yaml"))
RULES = sorted((FOLDER / "policy" / "findings").glob("*.yaml"))
FRAMEWORKS = sorted((FOLDER / "frameworks").glob("*.yaml"))
DOMAINS = {path.stem for path in CHECKLISTS}
METRIC = re.compile(r"[a-z_]+\.[a-z0-9_]+")

# What the probes promise to give with each observation; the texts may name nothing else.
CHAIN = "count asked things examples severity"
OBSERVED = {
    "single-instance": CHAIN,
    "root-container": CHAIN,
    "unpinned-ci-action": CHAIN,
    "untrusted-code-in-pipeline": CHAIN,
    "broad-pipeline-token": CHAIN,
    "deployment-without-tests": CHAIN,
    "credential-in-configuration": CHAIN,
    "floating-image": CHAIN,
    "unchecked-download": CHAIN,
    "broad-cluster-rights": CHAIN,
    "privileged-workload": CHAIN,
    "public-data-store": CHAIN,
    "open-to-everybody": CHAIN,
    "unencrypted-store": CHAIN,
    "state-in-repository": CHAIN,
    "unlocked-state": CHAIN,
    "store-without-backup": CHAIN,
    "unprotected-store": CHAIN,
    "fragile-workload": CHAIN,
    "secret-in-tree": "kind count added readers aside confidence",
    "secret-in-ref": "where kind count added readers aside confidence",
    "secret-in-history": "kind count added readers removed aside severity",
    "vulnerable-package": (
        "package version ecosystem advisories count severity rated exploited fixed summary scope"
        " direct stated"
    ),
    "copyleft-package": "package version licence scope severity verdict told",
    "network-copyleft-package": "package version licence scope severity verdict told",
    "source-available-package": "package version licence scope severity verdict told",
    "noncommercial-package": "package version licence scope severity verdict told",
    "restricted-use-packages": "what count licence own severity verdict told",
    "proprietary-packages": "what count licence own severity verdict told",
    "weak-copyleft": "what count licence own severity verdict told",
    "licence-conflict": "what count licence own severity verdict told",
    "code-under-other-terms": "what count licence category own severity verdict told",
    "unlicensed-code": "count severity verdict told",
    "notices-missing": "count copies severity verdict told",
    "licence-disagreement": "declared text",
    "static-weakness": (
        "test title count severity confidence cwe owasp_2021 owasp_2025 tools asides why remedy"
    ),
    "imported-results": "tool count levels kinds severity weight",
    "suppressed-checks": "tool count",
    "unlocked-manifest": "manifest ecosystem",
    "bill-out-of-step": "bill beside count same told",
    "no-checksums": "ecosystem",
    "stale-lock": "ecosystem count packages",
    "deprecated-package": "package version ecosystem latest reason",
    "lookalike-package": "package ecosystem known",
    "key-person": "person share files aside",
    "departed-key-person": "person share files last months aside",
    "orphaned-component": "component files share last",
    "abandoned-repository": "last months commits",
    "resumed-repository": "gap_months resumed who",
    "resumed-components": "count components new months",
    "main-people-leave": "people count components",
    "leadership-change": "what before after since share",
    "team-replaced": "since share before after",
    "complex-function": "name complexity lines count",
    "committed-env-file": "paths count",
    "no-backup-evidence": "",
    "ci-without-tests": "",
    "missing-licence": "",
    "access-after-end": "person end commits last",
    "untested-hotspot": "path changes complexity told",
    "component-circle": "count circles largest",
    "hidden-coupling": "count one other shared share",
    "end-of-life": "product cycle kind ended count sign severity",
    "cross-repository-coupling": "count one other shared share",
    "repositories-in-circle": "count circles components",
    "sole-maintainer-of-several": "person count of components",
    "answers-differ": "item people said severity",
    "answer-contradicted": "item told seen evidence severity",
    "recovery-promise-contradicted": "item about told seen",
    "recovery-figure-contradicted": "item about told seen",
}
# An investor's copy shows no paths; the finding's locations hold them for those who may see them.
PATHS = {"path", "paths", "manifest"}


@cache
def checklist(path: Path) -> checklists.Checklist:
    return load(path, checklists.Checklist)


@cache
def rules(path: Path) -> tuple[policy.FindingRule, ...]:
    return load(path, policy.FindingRules).rules


def all_checklists() -> list[checklists.Checklist]:
    return [checklist(path) for path in CHECKLISTS]


def all_rules() -> list[policy.FindingRule]:
    return [rule for path in RULES for rule in rules(path)]


def evidence() -> Iterator[tuple[checklists.Item, checklists.EvidenceRule]]:
    for one in all_checklists():
        for item in one.items:
            for rule in item.evidence:
                yield item, rule


def texts(rule: policy.FindingRule) -> tuple[str, ...]:
    return (rule.title, rule.observation, rule.why, rule.remedy)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def scoring() -> policy.Scoring:
    return load(FOLDER / "policy" / "scoring.yaml", policy.Scoring)


# --- checklists -----------------------------------------------------------------------------------


def test_there_is_one_checklist_a_file_and_the_report_has_an_order() -> None:
    every = all_checklists()
    assert [one.id for one in every] == [path.stem for path in CHECKLISTS]
    assert sorted(one.order for one in every) == list(range(1, len(every) + 1))
    assert len({one.title for one in every}) == len(every)


def test_item_ids_are_unique_over_all_checklists_and_share_a_prefix_in_each() -> None:
    every = all_checklists()
    ids = Counter(item.id for one in every for item in one.items)
    assert [item for item, count in ids.items() if count > 1] == []
    prefixes = [{item.id.split("-")[0] for item in one.items} for one in every]
    assert all(len(prefix) == 1 for prefix in prefixes)
    assert len(set.union(*prefixes)) == len(every)


@pytest.mark.parametrize("path", CHECKLISTS, ids=lambda path: path.stem)
def test_levels_can_be_told_apart(path: Path) -> None:
    for item in checklist(path).items:
        assert len(set(item.levels)) == 5, item.id
        assert min(map(len, item.levels)) >= 8, item.id
        assert len(item.levels[3]) >= 40, f"{item.id}: level 3 has to say what is followed"
        assert item.follow_ups, item.id


@pytest.mark.parametrize("path", CHECKLISTS, ids=lambda path: path.stem)
def test_questions_and_reasons_are_sentences(path: Path) -> None:
    for item in checklist(path).items:
        for text in (item.ask, item.why, *item.levels, *item.follow_ups):
            assert text[0].isupper() or text[0] in "\"'(", f"{item.id}: {text}"
            assert text[-1] in ".?\"'", f"{item.id}: {text}"


def test_evidence_names_well_formed_metrics_and_its_source() -> None:
    for item, rule in evidence():
        assert METRIC.fullmatch(rule.metric), item.id
        assert rule.source, item.id


@pytest.mark.parametrize("path", CHECKLISTS, ids=lambda path: path.stem)
def test_figures_are_questions_with_a_unit(path: Path) -> None:
    for item in checklist(path).items:
        for figure in item.figures:
            assert figure.ask.endswith("?"), item.id
            assert bool(figure.unit) is (figure.kind == "number"), f"{item.id}: {figure.key}"


def test_what_evidence_asks_is_a_question() -> None:
    for item, rule in evidence():
        assert not rule.ask or rule.ask.endswith("?"), item.id
        assert fields(rule.ask) == set(), item.id


# Those that are here as a whole; of the GDPR and HIPAA stands what concerns a software company.
WHOLE = {"soc2": 61, "iso27001": 93, "pci_dss": 63}


def test_frameworks_have_each_number_once() -> None:
    counts = {}
    for path in FRAMEWORKS:
        one = load(path, checklists.Framework)
        numbers = [control.number for control in one.controls]
        assert one.id == path.stem
        assert len(numbers) == len(set(numbers)), one.id
        assert all(control.title.strip() for control in one.controls)
        counts[one.id] = len(numbers)
    assert WHOLE.items() <= counts.items()


def test_every_control_that_an_item_names_is_in_its_framework() -> None:
    known = {path.stem: {one.number for one in load(path, checklists.Framework).controls}
             for path in FRAMEWORKS}  # fmt: skip
    for one in all_checklists():
        for item in one.items:
            assert item.controls.keys() <= known.keys(), item.id
            for framework, numbers in item.controls.items():
                assert len(numbers) == len(set(numbers)), f"{item.id}: {framework}"
                assert set(numbers) <= known[framework], f"{item.id}: {framework}"


def test_evidence_sentences_render_for_low_and_high_values() -> None:
    for item, rule in evidence():
        assert fields(rule.says) <= {"value", "basis"}, item.id
        for value in (0, 0.0, 0.5, 1, 12345.678):
            sentence = rule.says.format(value=value, basis="12 commits in 12 months")
            assert sentence.endswith("."), item.id
            assert "{" not in sentence


def test_an_artefact_that_is_absent_or_present_never_decides_alone() -> None:
    for item, rule in evidence():
        if not rule.metric.startswith("practices."):
            continue
        assert rule.role == "indicates", item.id
        assert rule.level(1.0) <= 3, f"{item.id}: a file shows no measured practice"
        if rule.metric != "practices.env_file":  # the one artefact that should not exist
            assert rule.level(0.0) <= 1, item.id
            assert rule.level(1.0) == 3, item.id


def test_a_tracked_environment_file_contradicts_and_its_absence_does_not() -> None:
    (rule,) = [rule for _, rule in evidence() if rule.metric == "practices.env_file"]
    assert (rule.level(0.0), rule.level(0.2), rule.level(1.0)) == (3, 1, 0)


@pytest.mark.parametrize(
    ("item_id", "metric", "levels"),
    [
        ("SEC-01", "secrets.in_tree", {0: 4, 1: 0, 20: 0}),
        ("SEC-01", "secrets.in_history", {0: 4, 1: 1, 5: 1, 6: 0}),
        ("TEA-01", "truck_factor.people", {1: 0, 2: 2, 3: 3, 4: 3, 5: 4}),
        ("DEP-01", "vulnerabilities.critical", {0: 4, 1: 1, 2: 0}),
        ("SDL-01", "review.unreviewed_share", {0.0: 4, 0.05: 3, 0.2: 2, 0.5: 1, 0.51: 0}),
        ("TEA-03", "departures.orphaned_share", {0.0: 4, 0.2: 3, 0.5: 2, 0.7: 1, 0.9: 0}),
        ("COD-01", "complexity.over_10", {0.05: 4, 0.10: 3, 0.24: 2, 0.40: 1, 0.41: 0}),
        ("COD-05", "testing.ratio", {1.2: 4, 0.8: 3, 0.4: 2, 0.2: 1, 0.0: 0}),
    ],
)
def test_bands_that_decide(item_id: str, metric: str, levels: dict[float, int]) -> None:
    (rule,) = [rule for item, rule in evidence() if item.id == item_id and rule.metric == metric]
    assert rule.role == "measures"
    assert {value: rule.level(value) for value in levels} == levels


# --- finding rules --------------------------------------------------------------------------------


def test_rule_ids_are_unique_and_every_domain_has_a_checklist() -> None:
    ids = Counter(rule.id for rule in all_rules())
    assert [one for one, count in ids.items() if count > 1] == []
    for path in RULES:
        assert {rule.domain for rule in rules(path)} == {path.stem}
    # What people said is judged for the chapter of its question.
    assert {rule.domain for rule in all_rules()} <= DOMAINS | {"interview"}


def test_every_observation_of_the_probes_has_a_rule() -> None:
    assert {rule.id for rule in all_rules() if rule.observed} == set(OBSERVED)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_rule_texts_render_with_what_the_probes_give(path: Path) -> None:
    for rule in rules(path):
        given = set(OBSERVED[rule.id].split()) if rule.observed else {"value", "basis"}
        if rule.observed or rule.scope == "repository":
            given.add("repo")
        named = set().union(*map(fields, texts(rule)))
        assert named <= given, rule.id
        assert not named & PATHS, f"{rule.id}: paths belong into the finding's locations"
        for number in (0, 1, 0.123, 4321):
            numeric = {
                "value", "share", "count", "files", "months", "lines", "complexity", "commits"
            }  # fmt: skip
            values = {name: number if name in numeric else "something" for name in given}
            for text in texts(rule):
                assert "{" not in text.format(**values), rule.id


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_rules_are_complete(path: Path) -> None:
    for rule in rules(path):
        assert rule.source, rule.id
        assert rule.references, rule.id
        assert rule.treatment, rule.id
        open_ended = rule.treatment.startswith("Question") or "{remedy}" in rule.remedy
        assert "Done when" in rule.remedy or open_ended, rule.id
        assert 0 < rule.effort[0] <= rule.effort[1], rule.id
        for text in (rule.observation, rule.why, rule.remedy):
            assert text.endswith(".") or text == "{why}", rule.id
        assert not rule.title.endswith("."), rule.id
        assert len(rule.title) <= 100, rule.id


def test_thresholds_name_metrics_and_go_from_the_worst_to_the_mildest() -> None:
    for rule in all_rules():
        if rule.observed:
            continue
        assert METRIC.fullmatch(rule.metric), rule.id
        ranks = [one.severity.rank for one in rule.thresholds]
        assert ranks == sorted(set(ranks), reverse=True), rule.id
        above = [one.above for one in rule.thresholds if one.above is not None]
        below = [one.below for one in rule.thresholds if one.below is not None]
        assert not (above and below), rule.id
        assert above == sorted(set(above), reverse=True), rule.id
        assert below == sorted(set(below)), rule.id


def test_every_observation_rule_names_the_metric_that_says_whether_somebody_looked() -> None:
    for rule in all_rules():
        assert bool(METRIC.fullmatch(rule.measured_by)) is rule.observed, rule.id


def test_what_is_absent_is_at_most_a_low_finding() -> None:
    for rule in all_rules():
        if rule.metric.startswith("practices.") and rule.id != "no-pipeline":
            assert all(one.severity.rank <= Severity.LOW.rank for one in rule.thresholds), rule.id


def test_a_metric_is_judged_by_one_rule() -> None:
    metrics = Counter(rule.metric for rule in all_rules() if rule.metric)
    assert [metric for metric, count in metrics.items() if count > 1] == []


@pytest.mark.parametrize(
    "prefix", ["secrets.", "vulnerabilities.", "locking.", "weaknesses.", "suppressions."]
)
def test_what_observations_report_is_not_reported_again_by_a_metric(prefix: str) -> None:
    assert [rule.id for rule in all_rules() if rule.metric.startswith(prefix)] == []


def test_a_deal_breaker_can_be_critical() -> None:
    breakers = [rule for rule in all_rules() if rule.deal_breaker]
    assert breakers
    for rule in breakers:
        severities = {one.severity for one in rule.thresholds} | {rule.severity}
        assert Severity.CRITICAL in severities or rule.severity_from, rule.id


# --- scoring --------------------------------------------------------------------------------------


def test_scoring_covers_every_grade_severity_and_importance(scoring: policy.Scoring) -> None:
    assert set(scoring.caps) == {grade.name.lower() for grade in Grade}
    assert list(scoring.caps.values()) == sorted(scoring.caps.values())
    assert set(scoring.horizons) == set(Severity)
    assert set(scoring.importance) == {"critical", "major", "minor"}


def test_differences_are_judged_from_the_worst_to_the_mildest(scoring: policy.Scoring) -> None:
    for table in (scoring.disagreement, scoring.contradicted):
        for lines in table.values():
            assert list(lines) == sorted(lines, key=lambda one: -one[0])
            ranks = [severity.rank for _, severity in lines]
            assert ranks == sorted(set(ranks), reverse=True)
    assert min(levels for levels, _ in scoring.contradicted["critical"]) == scoring.contradiction


def test_roles_are_called_for_by_what_there_is() -> None:
    roles = load(FOLDER / "policy" / "roles.yaml", hiring.Roles).roles
    assert len({role.id for role in roles}) == len(roles)
    items = {item.id for one in all_checklists() for item in one.items}
    terms = (FOLDER.parent / "report_templates" / "_terms.html").read_text()
    rule_ids = {rule.id for rule in all_rules()}
    for call in (call for role in roles for call in role.calls):
        assert set(call.findings) <= rule_ids
        for pattern in call.items:
            assert [one for one in items if fnmatchcase(one, pattern)], pattern
        assert not call.metric or f'"{call.metric}"' in terms, call.metric
        assert fields(call.says) <= {"value", "basis"}


def test_scoring_is_consistent(scoring: policy.Scoring) -> None:
    assert 0 < scoring.bounds.amber < scoring.bounds.green < 100
    caps = dict(scoring.critical_caps)
    assert caps[0] < scoring.bounds.amber <= caps[1] < scoring.bounds.green
    assert scoring.day_rate[0] <= scoring.day_rate[1]
    bounds = [coverage for _, coverage, _ in scoring.confidence]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] == 0, "some confidence label always applies"


def test_the_coverage_gate_is_first_and_some_verdict_always_applies(
    scoring: policy.Scoring,
) -> None:
    first, *_, last = scoring.verdicts
    assert first.coverage_below == 0.5
    conditions = last.model_dump(exclude={"label", "rating", "says"})
    assert set(conditions.values()) == {None}
    assert "{" not in "".join(rule.says for rule in scoring.verdicts)


def test_yaml_keeps_to_the_house_style() -> None:
    policies = [FOLDER / "policy" / name for name in ("scoring.yaml", "roles.yaml")]
    for path in [*CHECKLISTS, *FRAMEWORKS, *RULES, *policies]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert len(line) <= 100, f"{path.name}:{number}"
            assert line == line.rstrip(), f"{path.name}:{number}"
            assert "\t" not in line, f"{path.name}:{number}"
