"""Numbers then and now: which measures moved beyond noise, which answers and scores changed.

A measure moved where it differs by a tenth of the larger value, a share by two percentage points
and by twice the standard error of a difference of two shares (pooled, as in the z-test of two
proportions), where it is said of how many it is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from math import sqrt

from techdd.amounts import number
from techdd.comparison.sides import Side
from techdd.comparison.values import Answer, Change, Commits, DomainMove, Fate, Measure
from techdd.model import ItemScore, Metric, Outcome, Rating, Score

RELATIVE = 0.1  # of the larger value
SHARE = 0.02
ERRORS = 2.0  # standard errors
COUNTS = ("", "count", "people", "packages", "secrets", "files", "places", "commits", "days")
_COUNTED = re.compile(r"([\d,]+) ")


def differs(then: Metric, now: Metric) -> bool:
    """Whether two values of one measure differ by more than noise; never where one is unknown."""
    if then.value is None or now.value is None or then.unit != now.unit:
        return False
    step, largest = abs(now.value - then.value), max(abs(then.value), abs(now.value))
    if then.unit == "share":
        return step >= SHARE and step > ERRORS * _error(then, now)
    whole = then.unit in COUNTS and all(float(v).is_integer() for v in (then.value, now.value))
    return step >= RELATIVE * largest and step >= (1 if whole else 1e-9)


def _error(then: Metric, now: Metric) -> float:
    """The standard error of the difference of two shares; 0 where it is not said of how many."""
    counts = [_COUNTED.match(one.basis) for one in (then, now)]
    sizes = [float(found[1].replace(",", "") or 0) for found in counts if found]
    if len(sizes) < 2 or not all(sizes):
        return 0.0
    assert then.value is not None and now.value is not None
    pooled = (then.value * sizes[0] + now.value * sizes[1]) / sum(sizes)
    return sqrt(max(pooled * (1 - pooled), 0.0) * (1 / sizes[0] + 1 / sizes[1]))


def said(metric: Metric) -> str:
    """The value with its unit."""
    if metric.value is None:
        return "not measured"
    if metric.unit == "share":
        return f"{metric.value:.1%}"
    shown = number(metric.value, 2 if abs(metric.value) < 10 else 1)
    return shown if metric.unit in COUNTS[:2] else f"{shown} {metric.unit}"


def moved(old: Side, new: Side) -> tuple[Measure, ...]:
    """The measures that moved beyond noise, by domain and the size of their step.

    Of the whole engagement where both audits have the same repositories, and of each repository
    where there are several; what did not cover every repository is left out.
    """
    common = old.commits.keys() & new.commits.keys()
    same = old.commits.keys() == new.commits.keys()
    domains = {
        metric.name: chapter.domain for chapter in new.report.chapters for metric in chapter.metrics
    }
    found = []
    for (name, repo), now in new.metrics.items():
        then = old.metrics.get((name, repo))
        wanted = repo in common and len(new.commits) > 1 if repo else same
        if then is None or not wanted or _partial(then, now) or not differs(then, now):
            continue
        only = repo or (next(iter(common)) if len(common) == 1 else "")
        at = (old.commits.get(only, ""), new.commits.get(only, ""))
        found.append(Measure(domains[name], then, now, *at))
    order = {chapter.domain: place for place, chapter in enumerate(new.report.chapters)}

    def place(one: Measure) -> tuple[int, bool, float, str, str]:
        return (order[one.domain], bool(one.now.repo), -_step(one), one.now.name, one.now.repo)

    return tuple(sorted(found, key=place))


def _partial(*metrics: Metric) -> bool:
    return any(not one.repo and "without " in one.note for one in metrics)


def _step(one: Measure) -> float:
    was, is_ = one.then.value or 0.0, one.now.value or 0.0
    return abs(is_ - was) / (max(abs(was), abs(is_)) or 1.0)


def unmeasured(old: Side, new: Side) -> Iterator[str]:
    """The measures of the whole engagement that only one audit has a value of."""
    for (name, repo), now in new.metrics.items():
        then = old.metrics.get((name, repo))
        if repo or then is None or (then.value is None) is (now.value is None):
            continue
        yield name


# --- answers ------------------------------------------------------------------------------------


def answers(old: Side, new: Side) -> Iterator[Answer]:
    """The questions that are answered otherwise than then; one that is worded anew is none."""
    domains = {item.id: chapter.domain for chapter in new.report.chapters for item in chapter.items}
    for name, now in new.items.items():
        then = old.items.get(name)
        if then is None or then.ask != now.ask:
            continue
        was, is_ = _answered(then), _answered(now)
        if was != is_:
            yield Answer(name, domains[name], now.ask, was, is_)


def _answered(item: ItemScore) -> str:
    if not item.applicable:
        return "does not apply"
    if item.outcome is Outcome.CLARIFIED:
        return "being clarified"
    if item.outcome is Outcome.NOT_KNOWN:
        return "not known to who was asked"
    if item.stated is None:
        return "not answered"
    kept = (Outcome.SUPPORTED, Outcome.PARTLY, Outcome.CONTRADICTED)
    return f"level {item.stated}{f', {item.outcome}' if item.outcome in kept else ''}"


def asked_otherwise(old: Side, new: Side) -> list[str]:
    """The questions that both have in different words, and those that only one has."""
    both = old.items.keys() & new.items.keys()
    worded = {name for name in both if old.items[name].ask != new.items[name].ask}
    return sorted(worded | (old.items.keys() ^ new.items.keys()))


# --- scores -------------------------------------------------------------------------------------


def domains(old: Side, new: Side, changes: Iterable[Change]) -> tuple[DomainMove, ...]:
    """Every domain of either audit, in the order of the newer one."""
    chapters = [{one.domain: one for one in side.report.chapters} for side in (old, new)]
    counted = Counter((one.finding.domain, one.fate) for one in changes)
    found = []
    for name in dict.fromkeys((*chapters[1], *chapters[0])):
        was, is_ = (each.get(name) for each in chapters)
        chapter = is_ or was
        assert chapter is not None
        then, now = (one.score if one else None for one in (was, is_))
        found.append(
            DomainMove(
                name,
                chapter.title,
                then,
                now,
                counted[name, Fate.FIXED],
                counted[name, Fate.NEW],
                "" if then and now else f"not in the {'older' if now else 'newer'} audit",
            )
        )
    return tuple(found)


def judged(score: Score | None) -> float | None:
    """The score where enough was assessed to call it one."""
    return score.value if score and score.rating is not Rating.GREY else None


def commits(old: Side, new: Side) -> tuple[Commits, ...]:
    """The state of every repository of either audit, in the order of the newer one."""
    scopes = [{one.name: one for one in side.report.scope} for side in (old, new)]
    found = []
    for name in dict.fromkeys((*scopes[1], *scopes[0])):
        was, is_ = (scope.get(name) for scope in scopes)
        found.append(
            Commits(
                name,
                was.commit if was else "",
                is_.commit if is_ else "",
                was.committed if was else "",
                is_.committed if is_ else "",
            )
        )
    return tuple(found)
