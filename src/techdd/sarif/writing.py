"""Writes findings as SARIF 2.1.0, for code hosts and security tools.

Paths are those of the repository, never of a machine, and no code is quoted.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote

from techdd.model import Finding, Location, Severity, fingerprint
from techdd.text import clean
from techdd.triage import Decision

SUFFIX = ".sarif"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "SRCROOT"
_LEVELS = {
    Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning",
    Severity.LOW: "note", Severity.INFO: "note",
}  # fmt: skip
_SCORES = {  # the middle of each band of CVSS, which code hosts sort by
    Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}  # fmt: skip
_CWE = re.compile(r"CWE-([0-9]+)")


class Told(NamedTuple):
    """What goes into the file beside the findings."""

    version: str  # of techdd
    day: date
    decisions: Mapping[str, Decision]  # by finding
    commits: Mapping[str, str]  # repository -> audited commit


def write_sarif(findings: Iterable[Finding], told: Told) -> bytes:
    """A run a repository, and one for what is about all of them."""
    by_repo: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        by_repo[one.repo].append(one)
    runs = [_run(repo, found, told) for repo, found in sorted(by_repo.items())]
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}
    shown = json.dumps(document, indent=2, ensure_ascii=False)
    return f"{shown}\n".encode(errors="backslashreplace")


def _run(repo: str, findings: list[Finding], told: Told) -> dict[str, Any]:
    rules: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        rules[_rule_id(one)].append(one)
    order = {name: place for place, name in enumerate(sorted(rules))}
    results = [
        _result(one, place, number, order[_rule_id(one)], told)
        for one in findings
        for number, place in enumerate(one.locations or (None,))
    ]
    return {
        "tool": {
            "driver": {
                "name": "techdd",
                "semanticVersion": told.version,
                "rules": [_rule(name, rules[name]) for name in sorted(rules)],
            }
        },
        "automationDetails": {"id": f"techdd/{repo or 'engagement'}/"},
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The root of the repository that was audited."}}
        },
        "columnKind": "unicodeCodePoints",
        "properties": {"repository": repo, "commit": told.commits.get(repo, "")},
        "results": results,
    }


def _rule_id(finding: Finding) -> str:
    """A rule of ours, and where it speaks of many kinds, the kind: code hosts show them apart."""
    return f"{finding.rule}/{clean(finding.kind)}" if finding.kind else finding.rule


def _rule(name: str, findings: list[Finding]) -> dict[str, Any]:
    """What the `findings` of one rule have in common, as severe as the most severe of them."""
    finding = max(findings, key=lambda one: one.severity.rank)
    title = finding.title if finding.kind else finding.rule.replace("-", " ").capitalize()
    tags = [one.split(" ")[0].lower() for one in finding.references if _CWE.match(one)]
    secure = ["security"] if finding.domain in ("security", "dependencies") else []
    properties: dict[str, Any] = {
        "tags": [*secure, *(f"external/cwe/{tag}" for tag in tags), *finding.references]
    }
    if secure:
        properties["security-severity"] = _SCORES[finding.severity]
    return {
        "id": name,
        "shortDescription": {"text": clean(title)},
        "fullDescription": {"text": clean(finding.why) or finding.rule},
        "help": {"text": clean(finding.remedy) or finding.rule},
        "properties": properties,
    }


def _result(
    finding: Finding, place: Location | None, number: int, rule: int, told: Told
) -> dict[str, Any]:
    path = place.path if place else ""
    before = [one.path for one in finding.locations[:number]].count(path)
    found: dict[str, Any] = {
        "ruleId": _rule_id(finding),
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": clean(f"{finding.title}. {finding.observation}")},
        "locations": [_location(place)] if place and path else [],
        "partialFingerprints": {
            "techddFinding/v1": finding.id,
            "techddPlace/v1": fingerprint(finding.id, path, str(before)),
        },
        "properties": {
            "severity": str(finding.severity),
            "security-severity": _SCORES[finding.severity],
            "domain": finding.domain,
        },
    }
    if (one := told.decisions.get(finding.id)) and one.decision != "severity":
        ended = not one.holds(told.day) or bool(one.misses(finding))
        found["suppressions"] = [
            {
                "kind": "external",
                "status": "rejected" if ended else "accepted",
                "justification": clean(f"{one.decision}: {one.reason}"),
            }
        ]
    return found


def _location(place: Location) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.path), "uriBaseId": _ROOT}}
    if place.line:
        physical["region"] = {"startLine": place.line}
    return {"physicalLocation": physical}


def _uri(path: str) -> str:
    """A relative reference; what a repository may call a file and a URI may not hold is escaped."""
    return quote(path.lstrip("/").encode("utf-8", "backslashreplace"))
