"""One domain: the mean of its items, its range, its traffic light and its confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from techdd.model import Finding, ItemScore, Outcome, Rating, Score, Severity
from techdd.policy import Scoring
from techdd.scoring.items import TOP

_DARKER = (Rating.GREEN, Rating.AMBER, Rating.RED)


def score_domain(items: Sequence[ItemScore], findings: Sequence[Finding], policy: Scoring) -> Score:
    """The score of one domain from its items, and its traffic light from score and findings."""
    asked = [item for item in items if item.applicable]
    known = [item for item in asked if item.level is not None]
    total = sum(item.weight for item in asked)
    coverage = sum(item.weight for item in known) / total if total else 0.0
    told, told_coverage = _told(asked, total, policy)
    unknown = [one.id for one in asked if one.level is None and one.outcome is Outcome.NOT_KNOWN]
    gap = [f"Nobody who was asked could answer {', '.join(unknown)}."] if unknown else []
    if not known:
        why = ("No item was assessed.", *gap)
        return _lit(Score(None, 0.0, "none", Rating.GREY, rationale=why), findings, policy)
    rationale = [f"{len(known)} of {len(asked)} applicable items assessed."]
    low, _ = _mean([_at(item, item.least, 0) for item in asked], policy)
    high, _ = _mean([_at(item, item.most, TOP) for item in asked], policy)
    score = Score(
        None, coverage, "low", Rating.GREY, low, high, told=told, told_coverage=told_coverage
    )
    if coverage < policy.domain_coverage:
        rationale.append(
            f"Too little to score: {policy.domain_coverage:.0%} of the weight is needed."
        )
        return _lit(replace(score, rationale=(*rationale, *gap)), findings, policy)
    value, capped_by = _mean(known, policy)
    if capped_by:
        word = "items" if len(capped_by) > 1 else "item"
        rationale.append(f"Capped at {value:.0f} by critical {word} {', '.join(capped_by)}.")
    light = _rating(value, policy)
    if light is Rating.GREEN and low < policy.bounds.amber:
        light = Rating.AMBER
        rationale.append("What was not assessed could make it red: rated amber.")
    grade = sum(item.grade * item.weight for item in known) / sum(item.weight for item in known)
    score = replace(
        score,
        value=value,
        confidence=confidence(coverage, grade, policy),
        rating=light,
        grade=grade,
        rationale=(*rationale, *gap),
        capped_by=capped_by,
    )
    return _lit(score, findings, policy)


def _told(asked: Sequence[ItemScore], total: float, policy: Scoring) -> tuple[float | None, float]:
    """(score, coverage) by what was answered alone."""
    answered = [replace(item, level=item.told) for item in asked if item.told is not None]
    coverage = sum(item.weight for item in answered) / total if total else 0.0
    if not answered or coverage < policy.domain_coverage:
        return None, coverage
    return _mean(answered, policy)[0], coverage


def _mean(items: Sequence[ItemScore], policy: Scoring) -> tuple[float, tuple[str, ...]]:
    """(score 0-100, ids of the critical items that capped it).

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
    lowest = min((cap for cap, _ in caps), default=100.0)
    if lowest >= value:
        return value, ()
    return lowest, tuple(sorted({item for cap, item in caps if cap == lowest}))


def _at(item: ItemScore, doubtful: float | None, unknown: int) -> ItemScore:
    """The item at one end of what it could be."""
    if item.level is None:
        return replace(item, level=float(unknown))
    return item if doubtful is None else replace(item, level=doubtful)


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


def confidence(coverage: float, grade: float, policy: Scoring) -> str:
    """The label of the first line of the policy whose two bounds are reached."""
    for label, coverage_from, grade_from in policy.confidence:
        if coverage >= coverage_from and grade >= grade_from:
            return label
    return "low"
