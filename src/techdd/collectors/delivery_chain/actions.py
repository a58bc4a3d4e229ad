"""GitHub Actions: what strangers can reach, what the token may, what stands before a deployment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.collectors._practice_patterns import DEPLOY, TESTS
from techdd.collectors.delivery_chain.checks import Check
from techdd.yamls import items, line_of, mappings

_KIND = "GitHub Actions"
# Started by strangers, with the secrets and a writing token of the repository.
_TRUSTED = ("pull_request_target", "workflow_run", "issue_comment", "issues", "discussion",
            "discussion_comment")  # fmt: skip
_HEAD = re.compile(
    r"github\.(?:event\.pull_request\.head|event\.workflow_run\.head|head_ref)|refs/pull/"
)
# What strangers write (GitHub's own list of untrusted input).
_THEIRS = re.compile(
    r"\$\{\{[^}]*github\.(?:head_ref|event\.(?:(?:issue|pull_request|discussion)\.(?:title|body|"
    r"head\.(?:ref|label|repo\.default_branch))|(?:comment|review|review_comment)\.body|"
    r"head_commit\.(?:message|author\.(?:name|email))|commits[^}]*\.(?:message|author)|"
    r"pages[^}]*\.page_name|workflow_run\.(?:head_branch|head_commit\.message|"
    r"display_title)))\b"
)
# What only answers yes or no puts no text into a script.
_ASKED = re.compile(
    r"(?:startsWith|endsWith|contains)\([^()]{0,300}\)|github\.[\w.]{1,99}\s{0,9}[!=]="
)
_PIN = re.compile(r"@(?:[0-9a-f]{40}|[0-9a-f]{64})$")
_TESTS, _DEPLOY = (re.compile(one, re.I | re.A | re.M) for one in (TESTS, DEPLOY))
_LONGEST = 20_000  # characters of one script that are looked at
_SUCCEEDED = re.compile(r"workflow_run\.conclusion\s*==\s*'success'")
_CALLS = 3  # own actions that call each other
_STEPS = 1_000  # of one job, with those of what it calls


def workflows(documents: dict[str, dict[str, Any]]) -> Iterator[Check]:
    """The checks of the workflows and composite actions of one repository, by path.

    That tests run, the repository's own actions and workflows may say; the rest each file says
    itself.
    """
    filled = {
        path: {name: _with_own(job, documents, _CALLS) for name, job in _jobs(document).items()}
        for path, document in documents.items()
    }
    tested = {
        str(document.get("name", path))
        for path, document in documents.items()
        if any(map(_runs_tests, filled[path].values()))
    }
    for path, document in documents.items():
        jobs, runs = _jobs(document), _table(document.get("runs"))
        yield from _pins(path, [*jobs.values(), runs])
        if jobs:
            yield from _workflow(path, document, jobs, filled[path])
            yield from _deployments(path, document, filled[path], tested)
        elif runs:
            yield from _injected(path, None, [runs], "as far as its callers let strangers in")


def _jobs(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: job for name, job in _table(document.get("jobs")).items() if _table(job)}


def _with_own(
    job: dict[str, Any], documents: dict[str, dict[str, Any]], depth: int
) -> dict[str, Any]:
    """A job with the steps of the repository's own actions and workflows that it calls."""
    steps: list[Any] = []
    for place in [job, *_steps(job)]:
        if place is not job:
            steps.append(place)
        used = place.get("uses")
        if not (isinstance(used, str) and used.startswith("./") and depth):
            continue
        base = used.removeprefix("./").rstrip("/")
        for path in (base, f"{base}/action.yml", f"{base}/action.yaml"):
            called = documents.get(path, {})
            for inner in [*_jobs(called).values(), _table(called.get("runs"))]:
                steps += _steps(_with_own(inner, documents, depth - 1))
    return {**job, "steps": steps[:_STEPS]}


def _workflow(
    path: str, document: dict[str, Any], jobs: dict[str, Any], filled: dict[str, Any]
) -> Iterator[Check]:
    starts = _triggers(document.get("on"))
    name = path.rpartition("/")[2]
    line = next(filter(None, map(line_of, document)), None)

    def told(check: str, passed: bool, seen: str, at: int | None = line) -> Check:
        return Check(check, _KIND, name, path, at, passed, seen)

    tests = any(map(_runs_tests, filled.values()))
    yield told("tests_run", tests, "a step runs tests" if tests else "no step that runs tests")
    yield told("token_limited", *_token(document, jobs))
    trusted = sorted(starts & set(_TRUSTED))
    if trusted:
        heads = [at for job in jobs.values() for at in _fetched(job)]
        seen = f"{', '.join(trusted)}{' and a checkout of the head' if heads else ''}"
        yield told("no_untrusted_checkout", not heads, seen, heads[0] if heads else line)
    power = "with secrets" if trusted else "without secrets of the repository"
    yield from _injected(path, line, list(jobs.values()), power)
    if starts & {"pull_request", "pull_request_target"}:
        own = [job for job in jobs.values() if "self-hosted" in _labels(job.get("runs-on"))]
        yield told("no_self_hosted_for_pulls", not own, "self-hosted" if own else "no such label")
    for key, job in jobs.items():
        if isinstance(used := job.get("uses"), str) and not used.startswith("./"):
            whole = job.get("secrets") == "inherit"
            seen = "secrets: inherit" if whole else "none, or by name"
            yield Check("secrets_not_inherited", _KIND, key, path, line_of(key), not whole, seen)


def _runs_tests(job: dict[str, Any]) -> bool:
    return any(map(_TESTS.search, _deeds(job)))


def _injected(
    path: str, line: int | None, jobs: list[dict[str, Any]], power: str
) -> Iterator[Check]:
    scripts = [one for job in jobs for one in _scripts(job)]
    if scripts:
        open_ = [at for text, at in scripts if _THEIRS.search(_ASKED.sub("", text[:_LONGEST]))]
        seen = f"text from outside in a script, {power}" if open_ else "no such text"
        name, at = path.rpartition("/")[2], open_[0] if open_ else line
        yield Check("no_script_injection", _KIND, name, path, at, not open_, seen)


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _triggers(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {str(one) for one in value if isinstance(one, str)} if value else set()


def _labels(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str)]


def _steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    return list(mappings(items([job.get("steps")])))


def _pins(path: str, holders: list[dict[str, Any]]) -> Iterator[Check]:
    for place in [*holders, *(step for holder in holders for step in _steps(holder))]:
        used = place.get("uses")
        if isinstance(used, str) and "@" in used and not used.startswith(("./", "docker://")):
            pinned = bool(_PIN.search(used))
            yield Check("action_pinned", _KIND, used[:200], path, line_of(used), pinned, used[:200])


def _deeds(job: dict[str, Any]) -> list[str]:
    """What the steps of a job run or use."""
    told = [(key, place.get(key)) for place in (job, *_steps(job)) for key in ("run", "uses")]
    return [
        f"uses: {text}" if key == "uses" else text[:_LONGEST]
        for key, text in told
        if isinstance(text, str) and text
    ]


def _scripts(job: dict[str, Any]) -> Iterator[tuple[str, int | None]]:
    for step in _steps(job):
        for text in (step.get("run"), _table(step.get("with")).get("script")):
            if isinstance(text, str) and text:
                yield text, line_of(text)


def _fetched(job: dict[str, Any]) -> Iterator[int | None]:
    for step in _steps(job):
        used, given = str(step.get("uses", "")), _table(step.get("with"))
        fetches = [str(given.get(key, "")) for key in ("ref", "repository")]
        if "checkout" in used and any(map(_HEAD.search, fetches)):
            yield line_of(step.get("uses", ""))
        run = step.get("run")
        if isinstance(run, str) and re.search(
            r"\bgh pr checkout\b|git fetch\b.*pull/", run[:_LONGEST]
        ):
            yield line_of(run)


def _token(document: dict[str, Any], jobs: dict[str, Any]) -> tuple[bool, str]:
    """Whether the rights of the token are stated and not all of them."""
    stated = [document.get("permissions")] if "permissions" in document else []
    stated += [job.get("permissions") for job in jobs.values() if "permissions" in job]
    if "write-all" in stated:
        return False, "permissions: write-all"
    if "permissions" in document:
        return True, "permissions of the workflow"
    if all("permissions" in job for job in jobs.values()):
        return True, "permissions of each job"
    return False, "permissions are not stated for every job: the host's default counts"


def _deployments(
    path: str, document: dict[str, Any], filled: dict[str, Any], tested: set[str]
) -> Iterator[Check]:
    """`tested` are the names of the workflows that run tests."""
    jobs = _jobs(document)
    for name, job in jobs.items():
        if not any(map(_DEPLOY.search, _deeds(job))):
            continue
        before = [name, *_needed(name, jobs)]
        first = any(_runs_tests(filled[one]) for one in before)
        first = first or any(_follows(document, jobs[one], tested) for one in before)
        seen = "tests in it or before it" if first else "no tests in the job or in what it needs"
        yield Check("tested_before_deploy", _KIND, str(name), path, line_of(name), first, seen)
        gated = bool(job.get("environment"))
        seen = "an environment" if gated else "no environment"
        yield Check("deploy_gated", _KIND, str(name), path, line_of(name), gated, seen)


def _follows(document: dict[str, Any], job: dict[str, Any], tested: set[str]) -> bool:
    """Whether a job only begins when a workflow that runs tests has succeeded."""
    after = _table(_table(document.get("on")).get("workflow_run")).get("workflows")
    succeeded = _SUCCEEDED.search(str(job.get("if"))[:_LONGEST])
    return bool(succeeded and tested.intersection(_labels(after)))


def _needed(name: str, jobs: dict[str, Any]) -> Iterator[str]:
    """The jobs that have to end before, through all of `needs`."""
    seen, waiting = {name}, [name]
    while waiting:
        for one in _labels(jobs[waiting.pop()].get("needs")):
            if one in jobs and one not in seen:
                seen.add(one)
                waiting.append(one)
                yield one
