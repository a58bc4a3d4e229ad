"""What if: which items would move the verdict and the score most, were they at a higher level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from techdd.checklists import Checklist
from techdd.model import Finding, ItemScore, Move, Rating, Score, Step
from techdd.policy import Scoring
from techdd.scoring.domains import score_domain
from techdd.scoring.verdicts import deciding_rule, overall

GOOD = 3.0  # the level that most items should reach
Domains = Sequence[tuple[Checklist, Score, Sequence[ItemScore]]]


def most_moving(
    domains: Domains, findings: Sequence[Finding], policy: Scoring, most: int = 5
) -> tuple[Move, ...]:
    """The assessed items below level 3 that would move the result most, at the next level or at 3.

    Everything is computed anew for each. Findings stay as they are, but for those that tell of a
    contradicted answer to the item itself. A better verdict counts before a higher overall score,
    a higher score before a brighter domain.
    """
    now = deciding_rule([(one, score) for one, score, _ in domains], findings, policy)
    whole, _ = overall([(one, score) for one, score, _ in domains])
    label = policy.verdicts[now].label
    ranked = []
    for place, (checklist, score, items) in enumerate(domains):
        for item in items:
            if item.level is None or item.level >= GOOD or not item.applicable:
                continue
            steps, keys = [], []
            for level in sorted({min(GOOD, float(int(item.level) + 1)), GOOD}):
                step, key = _raised(domains, place, item, level, findings, policy)
                steps.append(step)
                keys.append(key)
            move = Move(
                item.id, checklist.id, item.ask, item.level, score.value, whole, label,
                tuple(steps), _words(checklist.title, item.level, score.value, whole, label, steps),
            )  # fmt: skip
            ranked.append((tuple(-part for part in max(keys)), item.id, move))
    return tuple(move for _, _, move in sorted(ranked, key=lambda one: one[:2])[:most])


def _raised(
    domains: Domains,
    place: int,
    item: ItemScore,
    level: float,
    findings: Sequence[Finding],
    policy: Scoring,
) -> tuple[Step, tuple[float, ...]]:
    """(what comes out with `item` at `level`, how good that is)."""
    kept = [one for one in findings if one.difference.partition(".")[0] != item.id]
    checklist, _, items = domains[place]
    changed = [replace(one, level=level) if one.id == item.id else one for one in items]
    own = [one for one in kept if one.domain == checklist.id]
    moved = score_domain(changed, own, policy)
    scored = [(one, score) for one, score, _ in domains]
    scored[place] = (checklist, moved)
    rule = deciding_rule(scored, kept, policy)
    whole, _ = overall(scored)
    bright = (Rating.RED, Rating.GREY, Rating.AMBER, Rating.GREEN).index(moved.rating)
    step = Step(level, moved.value, whole, policy.verdicts[rule].label)
    return step, (rule, round(whole or 0.0, 9), bright, round(moved.value or 0.0, 9))


def _words(
    title: str,
    level: float,
    domain: float | None,
    whole: float | None,
    label: str,
    steps: Sequence[Step],
) -> str:
    parts = []
    for step in steps:
        said = f"at level {step.level:g} {title} {_change(domain, step.domain_score)}"
        said += f" and the whole {_change(whole, step.score)}"
        if step.verdict != label:
            said += f', and the verdict becomes "{step.verdict}"'
        parts.append(said)
    return f"Now at level {level:g}; {'; '.join(parts)}."


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "is not scored" if after is None else f"scores {after:.0f}"
    if abs(after - before) < 0.05:
        return f"stays at {after:.0f}"
    return f"goes from {before:.1f} to {after:.1f}"
