"""Pipelines of other systems, as far as they can be told honestly: tests, deployment, a gate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from techdd.collectors._practice_patterns import DEPLOY, TESTS
from techdd.collectors.delivery_chain.checks import Check
from techdd.yamls import line_of

# What stands before a deployment, by system: a key and its value, or a word of a Jenkinsfile.
GATES: dict[str, tuple[str, str]] = {
    "GitLab CI": ("when|environment", r"manual|.+"),
    "CircleCI": ("type", r"approval"),
    "Azure Pipelines": ("environment", r".+"),
    "Bitbucket Pipelines": ("trigger|deployment", r"manual|.+"),
}
_TESTS, _DEPLOY = (re.compile(one, re.I | re.A | re.M) for one in (TESTS, DEPLOY))
_TITLES = ("name", "displayName", "label", "description")
_INPUT = re.compile(r"^\s*input\b", re.M)
_COMMENT = re.compile(r"^\s*(?://|\*|/\*).*$", re.M)
_LONGEST = 200_000  # characters


def pipeline(system: str, path: str, documents: list[Any]) -> Iterator[Check]:
    """The checks of a pipeline that is written in YAML."""
    texts = [(key, text) for document in documents for key, text in _texts(document)]
    key, value = GATES[system]
    gated = any(
        re.fullmatch(key, name) and re.fullmatch(value, text) and text != "on_success"
        for name, text in texts
        if name != "when" or text == "manual"
    )
    deeds = [text for name, text in texts if name not in _TITLES]
    yield from _told(system, path, deeds, gated=gated)


def jenkinsfile(path: str, text: str) -> Iterator[Check]:
    """The checks of a Jenkinsfile, which is a program: its words are searched, nothing is run."""
    plain = _COMMENT.sub("", text[:_LONGEST])
    yield from _told("Jenkins", path, plain.splitlines(), gated=bool(_INPUT.search(plain)))


def _told(system: str, path: str, deeds: list[str], *, gated: bool) -> Iterator[Check]:
    name = path.rpartition("/")[2]
    tests = next((text for text in deeds if _TESTS.search(text[:5_000])), None)
    seen = "a step runs tests" if tests is not None else "no step that runs tests"
    line = line_of(tests) if tests is not None else None
    yield Check("tests_run", system, name, path, line, tests is not None, seen)
    deploys = next((text for text in deeds if _DEPLOY.search(text[:5_000])), None)
    if deploys is not None:
        seen = "an environment or approval" if gated else "no environment or approval"
        yield Check("deploy_gated", system, name, path, line_of(deploys), gated, seen)


def _texts(document: Any) -> Iterator[tuple[str, str]]:
    """(key above, text) of every text; what an alias repeats counts once."""
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, str):
            yield key, value
        elif id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, dict):
                waiting += reversed([(str(name), one) for name, one in value.items()])
            elif isinstance(value, list):
                waiting += [(key, one) for one in reversed(value)]
