"""From answers and evidence to scores and a verdict: arithmetic without input or output.

The rules are those of `checklists/policy/scoring.yaml`; the report prints them.

- An item's level is 0-4. An answer's level is capped by how well it is evidenced. A metric that
  *measures* the item answers it where nobody was asked, and corrects an answer that it contradicts
  unless the adviser says that the answer overrules it. A metric that *indicates* supports or
  contradicts an answer and never sets a level.
- A domain's score is a weighted power mean of its items' levels with an exponent below one, so that
  one weak item is not hidden by strong ones; weak critical items cap it.
- Unanswered items lower coverage and confidence, never the score; the score is printed with the
  range it would have if all of them were at 0 or at 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from techdd.answers import Answer
from techdd.checklists import Checklist, EvidenceRule, Item
from techdd.model import (
    Finding,
    Grade,
    ItemScore,
    Metric,
    Outcome,
    Rating,
    Score,
    Severity,
    Verdict,
)
from techdd.policy import Scoring, VerdictRule

TOP = 4
_DARKER = (Rating.GREEN, Rating.AMBER, Rating.RED)


def score_item(
    item: Item, answer: Answer | None, metrics: Mapping[str, Metric], policy: Scoring
) -> ItemScore:
    """`item` with its level and what made it; `metrics` are the engagement's, by name."""
    measured, indicated, sentences, gaps = read_evidence(item, metrics)
    outcome = _outcome(item, answer, measured, indicated, policy)
    level, basis, capped, grade = _level(answer, measured, outcome, policy)
    applicable = answer is None or answer.level is not None
    return ItemScore(
        id=item.id,
        ask=item.ask,
        importance=item.importance,
        weight=item.weight * policy.importance[item.importance],
        level=level,
        stated=answer.level if answer else None,
        measured=measured,
        grade=grade,
        outcome=outcome,
        applicable=applicable,
        basis=basis if applicable else f"Not applicable: {answer.reason if answer else ''}",
        evidence=tuple(sentences + gaps),
        capped=capped,
        why=item.why,
        note=answer.note if answer else "",
        by=(answer.by or answer.role) if answer else "",
    )


def read_evidence(
    item: Item, metrics: Mapping[str, Metric]
) -> tuple[int | None, int | None, list[str], list[str]]:
    """(measured level, indicated level, sentences, gaps) for `item`; the lowest level wins."""
    levels: dict[str, list[int]] = {"measures": [], "indicates": []}
    sentences, gaps = [], []
    for rule in item.evidence:
        metric = metrics.get(rule.metric)
        if metric is None or metric.value is None:
            reason = metric.note if metric and metric.note else "no data was collected"
            gaps.append(f"Not measured ({rule.metric}): {reason}.")
            continue
        sentences.append(_sentence(rule, metric))
        if rule.role == "measures" or not _nothing_found(rule, metric.value):
            levels[rule.role].append(rule.level(metric.value))
    measured, indicated = (min(levels[role], default=None) for role in ("measures", "indicates"))
    return measured, indicated, sentences, gaps


def _nothing_found(rule: EvidenceRule, value: float) -> bool:
    """A practice of which no trace was found may live elsewhere: that contradicts no answer."""
    return value == 0 and rule.bands[0] < rule.bands[3]


def describe_evidence(item: Item, metrics: Mapping[str, Metric]) -> list[str]:
    """What the repositories say about `item`, one sentence a metric; gaps come last."""
    _, _, sentences, gaps = read_evidence(item, metrics)
    return sentences + gaps


def _sentence(rule: EvidenceRule, metric: Metric) -> str:
    return rule.says.format(value=metric.value, basis=metric.basis).strip()


def _outcome(
    item: Item, answer: Answer | None, measured: int | None, indicated: int | None, policy: Scoring
) -> Outcome:
    """What the repositories say about the answer."""
    if not item.evidence:
        return Outcome.NOT_TESTABLE
    levels = [level for level in (measured, indicated) if level is not None]
    if answer is None or answer.level is None:
        return Outcome.NOT_ASKED
    if not levels:
        return Outcome.NO_EVIDENCE
    below = answer.level - min(levels)
    if below >= policy.contradiction:
        return Outcome.CONTRADICTED
    return Outcome.PARTLY if below > 0 else Outcome.SUPPORTED


def _level(
    answer: Answer | None, measured: int | None, outcome: Outcome, policy: Scoring
) -> tuple[float | None, str, str, Grade]:
    """(level, basis, cap that applied, grade)."""
    if answer is None or answer.level is None:
        if answer is None and measured is not None:
            return float(measured), "Measured in the repositories; not asked.", "", Grade.MEASURED
        return None, "Not assessed: not answered, and nothing measures it.", "", Grade.NONE
    if measured is not None and measured < answer.level and not answer.overrules:
        said = f"The answer was {answer.level}; the repositories show {measured}."
        return float(measured), said, "", Grade.MEASURED
    grade = (
        Grade.MEASURED if outcome is Outcome.SUPPORTED and measured is not None else answer.grade
    )
    cap = policy.caps[grade.name.lower()]
    if answer.level > cap:
        capped = f"capped at {cap}: the answer is only {grade.name.lower()}"
        return float(cap), f"Answered {answer.level}, {capped}.", capped, grade
    return float(answer.level), f"Answered {answer.level} ({grade.name.lower()}).", "", grade


def score_domain(items: Sequence[ItemScore], findings: Sequence[Finding], policy: Scoring) -> Score:
    """The score of one domain from its items, and its traffic light from score and findings."""
    asked = [item for item in items if item.applicable]
    known = [item for item in asked if item.level is not None]
    total = sum(item.weight for item in asked)
    coverage = sum(item.weight for item in known) / total if total else 0.0
    if not known:
        why = ("No item was assessed.",)
        return _lit(Score(None, 0.0, "none", Rating.GREY, rationale=why), findings, policy)
    rationale = [f"{len(known)} of {len(asked)} applicable items assessed."]
    low, _ = _mean([_with_level(item, 0) for item in asked], policy)
    high, _ = _mean([_with_level(item, TOP) for item in asked], policy)
    if coverage < policy.domain_coverage:
        rationale.append(
            f"Too little to score: {policy.domain_coverage:.0%} of the weight is needed."
        )
        score = Score(None, coverage, "low", Rating.GREY, low, high, rationale=tuple(rationale))
        return _lit(score, findings, policy)
    value, capped_by = _mean(known, policy)
    if capped_by:
        rationale.append(f"Capped at {value:.0f} by critical item {capped_by}.")
    grade = sum(item.grade * item.weight for item in known) / sum(item.weight for item in known)
    label, rating = _confidence(coverage, grade, policy), _rating(value, policy)
    score = Score(value, coverage, label, rating, low, high, grade, tuple(rationale))
    return _lit(score, findings, policy)


def _mean(items: Sequence[ItemScore], policy: Scoring) -> tuple[float, str]:
    """(score 0-100, id of the critical item that capped it).

    Weighted power mean M_p = (sum w x^p / sum w)^(1/p) of x = level / 4.
    """
    total = sum(item.weight for item in items)
    inner = sum(item.weight * ((item.level or 0) / TOP) ** policy.power for item in items) / total
    value = 100 * inner ** (1 / policy.power)
    caps = [
        (cap, item.id)
        for item in items
        if item.importance == "critical" and item.level is not None
        for level, cap in policy.critical_caps
        if item.level <= level
    ]
    lowest, by = min(caps, default=(100.0, ""))
    return (lowest, by) if lowest < value else (value, "")


def _with_level(item: ItemScore, level: int) -> ItemScore:
    return item if item.level is not None else replace(item, level=float(level))


def _rating(value: float, policy: Scoring) -> Rating:
    if value >= policy.bounds.green:
        return Rating.GREEN
    return Rating.AMBER if value >= policy.bounds.amber else Rating.RED


def _lit(score: Score, findings: Sequence[Finding], policy: Scoring) -> Score:
    """The traffic light is never brighter than the worst open finding allows."""
    light, reasons = score.rating, list(score.rationale)
    for severity in (Severity.CRITICAL, Severity.HIGH):
        ceiling = policy.severity_caps.get(severity)
        count = sum(finding.severity is severity for finding in findings)
        if ceiling and count and (light is Rating.GREY or _darker(ceiling, light)):
            light = ceiling
            plural = "s" if count > 1 else ""
            reasons.append(f"{count} open finding{plural} of severity {severity}: rated {ceiling}.")
    return replace(score, rating=light, rationale=tuple(reasons))


def _darker(one: Rating, other: Rating) -> bool:
    return _DARKER.index(one) > _DARKER.index(other)


def _confidence(coverage: float, grade: float, policy: Scoring) -> str:
    for label, coverage_from, grade_from in policy.confidence:
        if coverage >= coverage_from and grade >= grade_from:
            return label
    return "low"


def overall(domains: Sequence[tuple[Checklist, Score]]) -> tuple[float | None, float]:
    """(score, coverage) of the engagement: means of the domains by their weights."""
    total = sum(checklist.weight for checklist, _ in domains)
    coverage = sum(one.weight * score.coverage for one, score in domains) / total if total else 0.0
    known = [(one.weight, score.value) for one, score in domains if score.value is not None]
    weight = sum(weight for weight, _ in known)
    return (sum(w * v for w, v in known) / weight if known else None), coverage


def verdict(
    domains: Sequence[tuple[Checklist, Score]], findings: Sequence[Finding], policy: Scoring
) -> Verdict:
    """The first verdict rule whose conditions all hold."""
    score, coverage = overall(domains)
    counts = {
        "deal_breakers": sum(one.deal_breaker for one in findings),
        "critical": sum(one.severity is Severity.CRITICAL for one in findings),
        "high": sum(one.severity is Severity.HIGH for one in findings),
        "red_domains": sum(one.rating is Rating.RED for _, one in domains),
    }
    rule = next(one for one in policy.verdicts if _holds(one, coverage, score, counts))
    grey = [checklist.title for checklist, one in domains if one.rating is Rating.GREY]
    rationale = [
        rule.says,
        f"{coverage:.0%} of the assessment's weight was assessed.",
        f"Open findings: {counts['critical']} critical, {counts['high']} high, "
        f"{counts['deal_breakers']} of them deal breakers.",
        f"Domains rated red: {counts['red_domains']}.",
    ]
    if grey:
        rationale.append(f"Not assessed: {', '.join(grey)}.")
    confidence = _confidence(coverage, _mean_grade(domains), policy)
    return Verdict(rule.label, rule.rating, tuple(rationale), _spelled(rule), coverage, confidence)


def _mean_grade(domains: Sequence[tuple[Checklist, Score]]) -> float:
    """The mean evidence grade of what was assessed, over all domains."""
    weights = [(one.weight * score.coverage, score.grade) for one, score in domains]
    total = sum(weight for weight, _ in weights)
    return sum(weight * grade for weight, grade in weights) / total if total else 0.0


def _holds(
    rule: VerdictRule, coverage: float, score: float | None, counts: Mapping[str, int]
) -> bool:
    conditions = [
        rule.coverage_below is None or coverage < rule.coverage_below,
        rule.score_below is None or (score is not None and score < rule.score_below),
        *(
            bound is None or counts[name] >= bound
            for name, bound in (
                ("deal_breakers", rule.deal_breakers_from),
                ("critical", rule.critical_from),
                ("high", rule.high_from),
                ("red_domains", rule.red_domains_from),
            )
        ),
    ]
    return all(conditions)


def _spelled(rule: VerdictRule) -> str:
    """The rule's conditions in words, for the methodology."""
    parts = []
    if rule.coverage_below is not None:
        parts.append(f"less than {rule.coverage_below:.0%} assessed")
    if rule.deal_breakers_from is not None:
        parts.append(f"{rule.deal_breakers_from} or more deal-breaking findings")
    if rule.critical_from is not None:
        parts.append(f"{rule.critical_from} or more critical findings")
    if rule.high_from is not None:
        parts.append(f"{rule.high_from} or more high findings")
    if rule.red_domains_from is not None:
        parts.append(f"{rule.red_domains_from} or more red domains")
    if rule.score_below is not None:
        parts.append(f"a score below {rule.score_below:.0f}")
    return " and ".join(parts) or "none of the rules above holds"
