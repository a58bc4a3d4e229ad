"""Two literal reports of one client, alike but for what a test changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sample_report import sample_report

from techdd.comparison import Change, Comparison, compare
from techdd.model import (
    Chapter,
    Check,
    Finding,
    Horizon,
    Issue,
    ItemScore,
    Location,
    Metric,
    Rating,
    Report,
    RepositoryScope,
    Run,
    Score,
    Severity,
    Status,
)

OLD_COMMIT, NEW_COMMIT = "a" * 40, "b" * 40
VERSIONS = (
    ("techdd", "0.1.0"),
    ("finding rules", "r1"),
    ("advisories npm", "9, newest of 2026-01-31"),
)


def a_find(id_: str = "000000000001", **changes: Any) -> Finding:
    """A finding of the rule "weak" in the repository "api"."""
    given: dict[str, Any] = {
        "rule": "weak", "title": f"Weak thing {id_[-1]}", "severity": Severity.HIGH,
        "domain": "security", "repo": "api", "locations": (Location("app.py", 3),),
        "observation": "Seen.", "why": "", "remedy": "", "effort": (1.0, 2.0),
        "horizon": Horizon.DAYS_30, "treatment": "", "tags": (), "references": (), "source": "",
    }  # fmt: skip
    return Finding(id=id_, **{**given, **changes})


def a_check(rule: str = "weak", **changes: Any) -> Check:
    """The check of a rule over everything, which rests on the collector "code"."""
    given: dict[str, Any] = {
        "title": "T", "domain": "security", "repo": "", "observed": "none", "threshold": "any",
        "result": "did not fire", "collectors": ("code",),
    }  # fmt: skip
    return Check(rule, **{**given, **changes})


def a_run(collector: str = "code", repo: str = "api", status: Status = Status.OK,
          *issues: Issue) -> Run:  # fmt: skip
    return Run(collector, repo, status, "", {}, issues)


def a_scope(name: str = "api", commit: str = OLD_COMMIT, **changes: Any) -> RepositoryScope:
    one = RepositoryScope(name, commit, "2026-01-01", "main", 9, 2, 3, (), (), False, ())
    return replace(one, **changes)


def a_report(*findings: Finding, then: bool = False, **changes: Any) -> Report:
    """The report now, or `then`; `items` and `metrics` go into the chapter on security."""
    items: tuple[ItemScore, ...] = changes.pop("items", ())
    metrics: tuple[Metric, ...] = changes.pop("metrics", ())
    score = changes.pop("score", Score(50.0, 0.8, "high", Rating.AMBER))
    chapter = Chapter("security", "Security", "", score, items, (), metrics, ())
    given: dict[str, Any] = {
        "date": "2026-02-01" if then else "2026-08-01",
        "findings": findings,
        "checks": (a_check(),),
        "scope": (a_scope(commit=OLD_COMMIT if then else NEW_COMMIT),),
        "runs": (a_run(),),
        "chapters": (chapter,),
        "versions": VERSIONS,
    }
    return replace(sample_report(), **{**given, **changes})


def between(old: Report, new: Report, **options: Any) -> Comparison:
    return compare(old, new, **options)


def only(old: Report, new: Report, **options: Any) -> Change:
    """The one change between two reports."""
    (change,) = compare(old, new, **options).changes
    return change
