"""The whole: the overall score and the verdict by the first rule that holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from techdd.checklists import Checklist
from techdd.model import Finding, Rating, Score, Severity, Verdict
from techdd.policy import Scoring, VerdictRule
from techdd.scoring.domains import confidence

Scored = Sequence[tuple[Checklist, Score]]


def overall(domains: Scored) -> tuple[float | None, float]:
    """(score, coverage) of the engagement: means of the domains by their weights."""
    return _means([(one.weight, score.value, score.coverage) for one, score in domains])


def overall_told(domains: Scored) -> tuple[float | None, float]:
    """(score, coverage) of the engagement by the answers alone."""
    return _means([(one.weight, score.told, score.told_coverage) for one, score in domains])


def _means(parts: Sequence[tuple[float, float | None, float]]) -> tuple[float | None, float]:
    """(score, coverage) by (weight, score, coverage) of each domain; one without a score counts for
    the coverage only.
    """
    total = sum(weight for weight, _, _ in parts)
    coverage = sum(weight * share for weight, _, share in parts) / total if total else 0.0
    known = [(weight, value) for weight, value, _ in parts if value is not None]
    weight = sum(weight for weight, _ in known)
    return (sum(w * v for w, v in known) / weight if known else None), coverage


def verdict(domains: Scored, findings: Sequence[Finding], policy: Scoring) -> Verdict:
    """The first verdict rule whose conditions all hold."""
    score, coverage = overall(domains)
    counts = _counts(domains, findings)
    rule = policy.verdicts[deciding_rule(domains, findings, policy)]
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
    told, told_coverage = overall_told(domains)
    return Verdict(
        rule.label,
        rule.rating,
        tuple(rationale),
        _spelled(rule),
        coverage,
        confidence(coverage, _mean_grade(domains), policy),
        score,
        _end(domains, low=True),
        _end(domains, low=False),
        told,
        told_coverage,
    )


def deciding_rule(domains: Scored, findings: Sequence[Finding], policy: Scoring) -> int:
    """The place of the verdict rule that decides; the last always holds."""
    score, coverage = overall(domains)
    counts = _counts(domains, findings)
    return next(
        place for place, rule in enumerate(policy.verdicts) if _holds(rule, coverage, score, counts)
    )


def _counts(domains: Scored, findings: Sequence[Finding]) -> dict[str, int]:
    return {
        "deal_breakers": sum(one.deal_breaker for one in findings),
        "critical": sum(one.severity is Severity.CRITICAL for one in findings),
        "high": sum(one.severity is Severity.HIGH for one in findings),
        "red_domains": sum(one.rating is Rating.RED for _, one in domains),
    }


def _end(domains: Scored, *, low: bool) -> float:
    """The mean of one end of the domains' ranges; of a domain without any answer that is all."""
    total = sum(checklist.weight for checklist, _ in domains)
    ends = sum(one.weight * (score.low if low else score.high) for one, score in domains)
    return ends / total if total else 0.0 if low else 100.0


def _mean_grade(domains: Scored) -> float:
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
