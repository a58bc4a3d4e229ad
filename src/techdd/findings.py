"""Judges what probes read by the finding rules: findings, and the register of every check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from techdd.model import (
    Check,
    Finding,
    Metric,
    Observation,
    Reading,
    Severity,
    Status,
    Value,
    fingerprint,
)
from techdd.policy import FindingRule, Scoring, Threshold
from techdd.text import PLACE_TOKEN, place_token

FIRED, SILENT, UNKNOWN = "fired", "did not fire", "not assessable"
# Values of observations that name no place, or in which the probe marked what does.
OPEN = frozenset((
    "repo", "kind", "added", "removed", "readers", "where", "aside", "confidence", "severity",
    "things", "examples", "test", "title", "why", "remedy", "cwe", "owasp_2021", "owasp_2025",
    "tool", "tools", "asides", "item", "said", "ecosystem", "rated", "scope", "direct",
))  # fmt: skip
# Values that name parts of the product, its licences and its people: open in what is not guarded.
PARTS = frozenset((
    "about", "after", "before", "category", "component", "components", "cycle", "declared", "end",
    "ended", "evidence", "known", "last", "licence", "one", "other", "own", "people", "person",
    "package", "product", "resumed", "seen", "since", "text", "told", "verdict", "what", "who",
))  # fmt: skip
# What stands for a closed value in the texts of rules; for others "(withheld)".
INSTEAD = {
    "beside": "a lock file", "bill": "a bill of materials", "latest": "one that is newer",
    "name": "whose name is withheld", "packages": "those that the client's copy names",
    "sign": "its files",
    # A day of the list of exploited ones tells which one it is, as does what it allows.
    "advisories": "names withheld", "exploited": "", "package": "a package", "reason": "",
    "stated": "", "summary": "", "version": "",
}  # fmt: skip


def judge(
    readings: Sequence[Reading], rules: Iterable[FindingRule], repos: Sequence[str], policy: Scoring
) -> tuple[list[Finding], list[Check]]:
    """Findings, the most severe first, and one Check for each rule and scope it was applied to.

    An observation that no rule judges is a mistake in the rules and raises KeyError.
    """
    by_id = {rule.id: rule for rule in rules}
    findings: list[Finding] = []
    checks: list[Check] = []
    metrics = {(m.name, m.repo): m for reading in readings for m in reading.metrics}
    behind = {m.name: reading.collectors for reading in readings for m in reading.metrics}
    for rule in by_id.values():
        if rule.metric:
            for repo in repos if rule.scope == "repository" else ("",):
                finding, check = _judge_metric(rule, metrics.get((rule.metric, repo)), repo, policy)
                findings += [finding] if finding else []
                rests = behind.get(rule.metric)
                checks.append(replace(check, metric=rule.metric, collectors=rests))
    seen: dict[str, list[Observation]] = {rule.id: [] for rule in by_id.values() if rule.observed}
    for reading in readings:
        for observation in reading.observations:
            seen[observation.rule].append(observation)
            behind[observation.rule] = reading.collectors
            rule = by_id[observation.rule]
            guarded = reading.guarded or "security" in (rule.domain, observation.domain)
            findings.append(_judge_observation(rule, observation, policy, guarded=guarded))
    checks += [
        replace(
            _observation_check(by_id[name], found, readings, repos, metrics),
            collectors=behind.get(name, behind.get(by_id[name].measured_by)),
        )
        for name, found in seen.items()
    ]
    findings.sort(key=_in_order)
    return findings, sorted(checks, key=lambda one: (one.domain, one.rule, one.repo))


def _in_order(one: Finding) -> tuple[int, str, str, str, str, str, str]:
    """The worst first. Ids come last: those of secrets differ from engagement to engagement."""
    place = str(one.locations[:1])
    return -one.severity.rank, one.domain, one.rule, one.repo, one.title, place, one.id


def _judge_metric(
    rule: FindingRule, metric: Metric | None, repo: str, policy: Scoring
) -> tuple[Finding | None, Check]:
    bounds = "; ".join(_spelled(threshold) for threshold in rule.thresholds)
    title = rule.title if "{" not in rule.title else rule.id.replace("-", " ").capitalize()
    if metric is None or metric.value is None:
        reason = metric.note if metric and metric.note else "no data"
        return None, Check(rule.id, title, rule.domain, repo, reason, bounds, UNKNOWN)
    fired = next((one for one in rule.thresholds if one.fires(metric.value)), None)
    observed = shown(metric)
    check = Check(rule.id, title, rule.domain, repo, observed, bounds, FIRED if fired else SILENT)
    if fired is None:
        return None, check
    values: dict[str, Value] = {"value": metric.value, "basis": metric.basis, "repo": repo}
    threshold = f"{_spelled(fired)}{f' ({rule.source})' if rule.source else ''}"
    found = _finding(rule, fired.severity, values, repo, "", policy, threshold=threshold)
    return found, check


def _judge_observation(
    rule: FindingRule, seen: Observation, policy: Scoring, *, guarded: bool
) -> Finding:
    passing = OPEN if guarded else OPEN | PARTS
    values = {
        name: _closed(name, value) if name not in passing else value
        for name, value in {"repo": seen.repo, **seen.values}.items()
    }
    severity = rule.severity or Severity.MEDIUM
    if (given := str(values.get(rule.severity_from))) in list(Severity):
        severity = Severity(given)  # a severity that its source does not know leaves the rule's
    found = _finding(rule, severity, values, seen.repo, seen.key, policy, seen=seen)
    return replace(found, guarded=guarded)


def _closed(name: str, value: Value) -> Value:
    """A text in which nothing is marked and that is not known to name no place is taken for one."""
    if not isinstance(value, str) or PLACE_TOKEN.search(value):
        return value
    return place_token(value, INSTEAD.get(name, "(withheld)")) if value else value


def _finding(
    rule: FindingRule,
    severity: Severity,
    values: Mapping[str, Value],
    repo: str,
    key: str,
    policy: Scoring,
    *,
    seen: Observation | None = None,
    threshold: str = "",
) -> Finding:
    return Finding(
        id=fingerprint(rule.id, repo, key),
        rule=rule.id,
        title=rule.title.format_map(values),
        severity=severity,
        domain=(seen.domain if seen else "") or rule.domain,
        repo=repo,
        locations=seen.locations if seen else (),
        observation=rule.observation.format_map(values).strip(),
        why=rule.why.format_map(values).strip(),
        remedy=rule.remedy.format_map(values).strip(),
        effort=rule.effort,
        horizon=rule.horizon or policy.due(severity, rule.effort),
        treatment=rule.treatment,
        tags=rule.tags,
        references=tuple(filter(None, (one.format_map(values) for one in rule.references))),
        source=rule.source,
        threshold=threshold,
        deal_breaker=rule.deal_breaker and severity is Severity.CRITICAL,
        kind=str(values.get(rule.kind_from, "")),
        places=seen.places if seen else "",
        difference=seen.difference if seen else "",
        known=seen.known if seen else "",
    )


def _observation_check(
    rule: FindingRule,
    found: Sequence[Observation],
    readings: Sequence[Reading],
    repos: Sequence[str],
    metrics: Mapping[tuple[str, str], Metric],
) -> Check:
    title = rule.title if "{" not in rule.title else rule.id.replace("-", " ").capitalize()
    if found:
        number = len({one.repo for one in found if one.repo})
        word = "repository" if number == 1 else "repositories"
        places = f"{len(found)} in {number} {word}" if number else str(len(found))
        return Check(rule.id, title, rule.domain, "", places, "any", FIRED)
    if blind := list(_blind(rule, readings)):
        return Check(rule.id, title, rule.domain, "", "; ".join(blind), "any", UNKNOWN)
    if rule.measured_by:
        whole = metrics.get((rule.measured_by, ""))
        if whole is None or whole.value is None:
            reason = whole.note if whole and whole.note else "no data"
            return Check(rule.id, title, rule.domain, "", reason, "any", UNKNOWN)
        limits = list(_unmeasured(rule.measured_by, repos, metrics)) or [whole.note]
    else:
        partial = (one for one in readings if one.status is Status.PARTIAL)
        partly = sorted(one.probe for one in partial if one.domain == rule.domain)
        limits = [f"{', '.join(partly)}: looked at a part only"] if partly else []
    told = "; ".join(filter(None, limits))
    observed = f"none ({told})" if told else "none"
    return Check(rule.id, title, rule.domain, "", observed, "any", SILENT)


def _unmeasured(
    name: str, repos: Sequence[str], metrics: Mapping[tuple[str, str], Metric]
) -> Iterator[str]:
    """The repositories that a metric could not be measured in, with the reason."""
    for repo in repos:
        metric = metrics.get((name, repo))
        if metric and metric.value is None:
            yield f"{repo}: {metric.note or 'not measured'}"


def _blind(rule: FindingRule, readings: Sequence[Reading]) -> Iterator[str]:
    """Probes of the domain that could not look: nothing observed is not nothing there."""
    for reading in readings:
        if reading.domain == rule.domain and reading.status in (Status.FAILED, Status.SKIPPED):
            yield f"{reading.probe}: {'; '.join(reading.reasons) or reading.status}"


def shown(metric: Metric) -> str:
    """The metric's value as it is printed, with its unit."""
    if metric.value is None:
        return "not measured"
    if metric.unit == "share":
        return f"{metric.value:.1%}"
    number = f"{metric.value:,.0f}" if float(metric.value).is_integer() else f"{metric.value:,.2f}"
    return f"{number} {metric.unit}".strip()


def _spelled(threshold: Threshold) -> str:
    way, bound = (
        ("above", threshold.above) if threshold.above is not None else ("below", threshold.below)
    )
    return f"{way} {bound:g}: {threshold.severity}"
