"""What the answers mean: shares with their counts, what failed as observations, three tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from techdd.collectors import Answered, probe
from techdd.collectors._practice_patterns import DEVELOPMENT
from techdd.collectors.delivery_chain.checks import CHECKS, Check
from techdd.collectors.delivery_chain.gather import ChainFile
from techdd.collectors.delivery_chain.kubernetes import IN_NAMESPACE
from techdd.counting import of_repository
from techdd.model import Location, Metric, Observation, Series, Value
from techdd.text import place_token, some_of
from techdd.triage import mark_of

if TYPE_CHECKING:
    from pandas import DataFrame

# Which checks a rule gathers; the others only count. How grave, where it is not the rule's own.
RULES: dict[str, dict[str, str]] = {
    "untrusted-code-in-pipeline": {
        "no_untrusted_checkout": "high",
        "no_script_injection": "medium",
    },
    "unpinned-ci-action": {"action_pinned": "low"},
    "root-container": {"image_not_root": "low"},
    "single-instance": {"several_replicas": "medium", "store_multi_zone": "medium"},
    "broad-pipeline-token": {"token_limited": "low"},
    "deployment-without-tests": {"tested_before_deploy": "low"},
    "credential-in-configuration": {
        "no_secret_in_image": "medium",
        "secret_not_in_clear": "medium",
        "service_without_secret": "low",
    },
    "floating-image": {"base_tagged": "low", "service_tagged": "low", "pod_image_tagged": "low"},
    "unchecked-download": {"no_piped_shell": "low", "no_remote_add": "low"},
    "privileged-workload": {"service_not_privileged": "medium", "pod_not_privileged": "medium"},
    "broad-cluster-rights": {"rights_limited": "medium"},
    "public-data-store": {"bucket_private": "high", "store_not_public": "high"},
    "open-to-everybody": {"ingress_limited": "medium"},
    "unencrypted-store": {"store_encrypted": "medium"},
    "state-in-repository": {"state_not_committed": "high"},
    "unlocked-state": {"state_locked": "low"},
    "store-without-backup": {"store_backed_up": "medium"},
    "unprotected-store": {"store_protected": "low"},
    "fragile-workload": {"probes_set": "low", "limits_set": "low"},
}
_LEVELS = ("info", "low", "medium", "high")
_LEFT_OUT = "left out"  # how a check says that only a default counts
# A default that only allows something, or scripts without secrets, weighs less.
_WEAKER = (_LEFT_OUT, "without secrets", "its callers", IN_NAMESPACE)
_SHOWN_ONLY = ("tests_run",)  # of one file; `practices.ci_tests` tells it of the repository
# Checks that quote what the client wrote; the others say what they saw in words of their own.
_QUOTING = ("action_pinned", "base_tagged", "service_tagged", "pod_image_tagged",
            "service_without_secret")  # fmt: skip
_PLACES = 10  # named in one observation
_TOLD = 3  # examples in its words
_ACROSS = 30  # rows of a table
_NOTE = (
    "Read from files; nothing was run. What a variable decides is left out of the counts, and what "
    "is set at the code host or in a console cannot be seen."
)


@probe(domain="sdlc", needs=(Check, ChainFile), guarded=True)
def pipelines(_as_of: date, checks: DataFrame, files: DataFrame) -> Answered:
    """Do the pipelines test, limit and protect what they deliver?"""
    own = _of(checks, "pipeline")
    yield from _answers(own, files, ("pipeline",))
    if len(own):
        yield _pipelines(own)


@probe(domain="security", needs=(Check, ChainFile))
def containers(_as_of: date, checks: DataFrame, files: DataFrame) -> Answered:
    """How are containers built and run?"""
    families = ("container", "compose", "kubernetes")
    own = _of(checks, *families)
    yield from _answers(own, files, families)
    if len(own):
        yield _counts("container_checks", "Containers, services and workloads", own)


@probe(domain="continuity", needs=(Check, ChainFile), guarded=True)
def infrastructure(_as_of: date, checks: DataFrame, files: DataFrame) -> Answered:
    """Is the infrastructure that is written as code private, kept, and spread?"""
    own = _of(checks, "terraform")
    yield from _answers(own, files, ("terraform",))
    yield _backup_days(own)
    if len(own):
        yield _counts("infrastructure_checks", "Infrastructure as code, by resource", own)
    unjudged = files[~files["judged"].astype(bool)]
    if len(unjudged):
        counted = unjudged.groupby(["repo", "system"]).size()
        yield Series(
            "chain_not_judged",
            "Seen and not judged",
            ("repository", "what", "files"),
            tuple((str(repo), str(system), int(n)) for (repo, system), n in counted.items()),
            note="Files that this audit found and has no reader for; they count neither way.",
        )


def _of(checks: DataFrame, *families: str) -> DataFrame:
    names = [name for name, asked in CHECKS.items() if asked.family in families]
    return checks[checks["check"].isin(names)]


def _answers(own: DataFrame, files: DataFrame, families: tuple[str, ...]) -> Answered:
    repos = sorted(str(repo) for repo in {*files["repo"], *own["repo"]})
    for name, asked in CHECKS.items():
        if asked.family in families and name not in _SHOWN_ONLY:
            rows = own[own["check"] == name]
            for repo in ["", *repos]:
                yield _metric(name, repo, of_repository(repo, rows))
    of_rule = {rule: own[own["check"].isin(members)] for rule, members in RULES.items()}
    for repo in repos:
        for rule, answers in of_rule.items():
            asked_of = of_repository(repo, answers)
            for group, (note, rows) in (_apart(asked_of) if len(asked_of) else {}).items():
                bad = rows[rows["passed"].eq(other=False).fillna(value=False)]
                if len(bad):
                    asked = rows[rows["check"].isin(set(bad["check"]))]
                    yield _observation(rule, repo, group, note, bad, asked)


def _apart(asked_of: DataFrame) -> dict[str, tuple[str, DataFrame]]:
    """The answers to be told apart: what is set, what is only left out, what serves development.

    What is left out counts among all that was asked, and does not mix with what somebody set.
    """
    for_development = asked_of["path"].astype(str).str.contains(DEVELOPMENT)
    own = asked_of[~for_development]
    left_out = own["seen"].astype(str).str.contains(_LEFT_OUT, regex=False)
    bad = own["passed"].eq(other=False).fillna(value=False)
    return {
        "": ("", own.assign(passed=own["passed"].mask(left_out & bad, other=True))),
        "left out": (
            ", which leave the setting out so that the provider's default counts,",
            own.assign(passed=own["passed"].mask(~left_out & bad, other=True)),
        ),
        "development": (" for development, by their names,", asked_of[for_development]),
    }


def _metric(name: str, repo: str, rows: DataFrame) -> Metric:
    """The share of things with a good answer, of those whose answer the files tell."""
    things = CHECKS[name].things
    told = rows[rows["passed"].notna()]
    open_ = len(rows) - len(told)
    if not len(told):
        note = (
            f"all {open_:,} {things} are set by variables" if open_ else f"no {things} were found"
        )
        return Metric(f"delivery_chain.{name}", None, "share", repo, "", note)
    good = int(told["passed"].astype(bool).sum())
    basis = f"{good:,} of {len(told):,} {things}"
    basis += f"; {open_:,} more set by variables" if open_ else ""
    return Metric(f"delivery_chain.{name}", good / len(told), "share", repo, basis)


def _backup_days(own: DataFrame) -> Metric:
    """The shortest time for which a database is told to keep its backups; not of development."""
    stores = own[own["check"] == "store_backed_up"]
    stores = stores[~stores["path"].astype(str).str.contains(DEVELOPMENT)]
    days = stores["number"].dropna()
    told = len(days) > 0
    return Metric(
        "delivery_chain.backup_days",
        float(days.min()) if told else None,
        "days",
        basis=f"{len(days):,} of {len(stores):,} databases say how long" if told else "",
        note="" if told else "no database says how long its backups are kept",
    )


def _observation(
    rule: str, repo: str, group: str, note: str, bad: DataFrame, asked_of: DataFrame
) -> Observation:
    members = RULES[rule]
    ordered = bad.sort_values(["path", "line", "thing"], na_position="first")
    lines = ordered["line"].fillna(0)
    places = tuple(
        Location(str(path), int(line) or None)
        for path, line in zip(ordered["path"], lines, strict=True)
    )
    told = int(asked_of["passed"].notna().sum())
    things = " and ".join(dict.fromkeys(CHECKS[name].things for name in sorted(set(bad["check"]))))
    worst = max(
        _LEVELS.index(_level(members[str(row.check)], row.seen)) for row in ordered.itertuples()
    )
    values: dict[str, Value] = {
        "count": len(bad),
        "asked": told,
        "things": f"{things}{note}",
        "examples": _examples(ordered),
        "severity": _LEVELS[max(0, worst - (group == "development"))],
    }
    key = f"{rule}:{group}" if group else rule
    mark = mark_of(f"{row.path} {row.thing}" for row in ordered.itertuples())
    return Observation(rule, repo, key, places[:_PLACES], values, mark)


def _examples(rows: DataFrame) -> str:
    """Some things and what was seen of each, which is said once where it is the same of all; an
    investor reads of what kind they are, once.
    """
    kinds = ", ".join(dict.fromkeys(map(str, rows["kind"])))
    pairs = dict.fromkeys(zip(rows["thing"], rows["seen"], strict=True))
    if rows["check"].isin(_QUOTING).any():
        said = [thing if seen == thing else f"{thing} ({seen})" for thing, seen in pairs]
        return place_token(some_of(said, _TOLD), kinds)
    if rows["seen"].nunique() == 1:
        said = list(dict.fromkeys(thing for thing, _ in pairs))
        return f"{place_token(some_of(said, _TOLD), kinds)} ({rows['seen'].iloc[0]})"
    found = zip(rows["thing"], rows["kind"], rows["seen"], strict=True)
    each = (f"{place_token(thing, str(kind))} ({seen})" for thing, kind, seen in found)
    return some_of(list(dict.fromkeys(each)), _TOLD)


def _level(level: str, seen: Any) -> str:
    weaker = any(mark in str(seen) for mark in _WEAKER)
    return _LEVELS[max(1, _LEVELS.index(level) - 1)] if weaker else level


def _pipelines(own: DataFrame) -> Series:
    """One row a pipeline file: which questions it answers well."""
    asked = ("tests_run", "deploy_gated", "action_pinned", "token_limited", "no_untrusted_checkout")
    rows = []
    for (repo, path), group in own.groupby(["repo", "path"]):
        cells = []
        for name in asked:
            told = group[(group["check"] == name) & group["passed"].notna()]
            good = int(told["passed"].astype(bool).sum())
            cells.append("-" if not len(told) else f"{good} of {len(told)}")
        rows.append((str(repo), str(path), *cells))
    more = f"{_ACROSS} of {len(rows):,} pipelines are listed. " if len(rows) > _ACROSS else ""
    return Series(
        "pipeline_checks",
        "Pipelines and what stands in them",
        ("repository", "pipeline", "tests run", "deployments gated", "steps pinned",
         "token limited", "no strangers' code"),
        tuple(rows[:_ACROSS]),
        note=f"{more}Good answers of those asked; - where there was nothing to ask. {_NOTE}",
    )  # fmt: skip


def _counts(name: str, title: str, own: DataFrame) -> Series:
    return Series(
        name,
        title,
        ("kind", "asked for", "good", "of", "set by variables"),
        tuple(_rows(own)),
        note=_NOTE,
    )


def _rows(own: DataFrame) -> Iterator[tuple[str, str, int, int, int]]:
    order = {name: place for place, name in enumerate(CHECKS)}
    groups = sorted(own.groupby(["kind", "check"]), key=lambda one: (one[0][0], order[one[0][1]]))
    for (kind, check), group in groups:
        told = group[group["passed"].notna()]
        good = int(told["passed"].astype(bool).sum())
        yield str(kind), CHECKS[str(check)].good, good, len(told), len(group) - len(told)
