"""Searches the audited tree for the signs of practices; reads text by lines, parses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors._practice_patterns import (
    ASIDE,
    DOCUMENTS,
    ENV_FILE,
    FOREIGN,
)
from techdd.collectors.practices.sign import Sign
from techdd.collectors.practices.signs import SIGNS
from techdd.facts import Artefact
from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.repository import MISSING, Entry, Repository

MAX_TEXT = 1_000_000  # bytes of a file that is searched for words
_LINE = 500  # characters of a line that are looked at
_ANYWHERE = ("load_test", "ci")  # kinds that also count below test and example folders
# What a documentation shows is not what runs.
_LIVE = {
    "container", "iac", "multi_zone", "replicas", "backup", "alerts", "migrations", "autoscaling"
}  # fmt: skip
_BY_PATH: dict[str, list[Sign]] = {}  # many signs share a pattern: try each once
for _each in SIGNS:
    _BY_PATH.setdefault(_each.path, []).append(_each)


class SearchScope(NamedTuple):
    """How much of a repository was searched for signs of practices."""

    files: int
    texts: int  # of these, searched by their lines


@collector(makes=(Artefact, SearchScope), version=5)
def practices(repo: Repository) -> Gathered:
    """Files and lines that are evidence of a practice, one a kind and file.

    Other people's code and test fixtures do not count.
    """
    theirs = [entry for entry in repo.regular_files() if not FOREIGN.search(entry.path.lower())]
    wanted: list[tuple[Entry, list[Sign]]] = []
    for entry in theirs:
        signs = _signs(entry.path)
        for kind, sign in sorted({s.kind: s for s in reversed(signs) if not s.text}.items()):
            yield Artefact(kind, entry.path, None, sign.detail)
        by_text = [sign for sign in signs if sign.text]
        if not by_text and not _has_reader(entry.path):
            continue
        if entry.size > MAX_TEXT:
            yield Issue("file too large to be searched", entry.path)
        else:
            wanted.append((entry, by_text))
    texts = 0
    for (entry, signs), (_, content) in zip(
        wanted, repo.blobs(entry.blob for entry, _ in wanted), strict=True
    ):
        if content is None:
            yield Issue(MISSING, entry.path, transient=True)
            continue
        try:
            with one_file(content):
                lines = [line[:_LINE] for line in content.decode("utf-8", "replace").splitlines()]
                found = [*_by_lines(entry.path, lines, signs), *_read(entry.path, lines)]
        except Unreadable as error:
            yield Issue("file could not be searched", entry.path, str(error))
            continue
        texts += 1
        yield from found
    yield SearchScope(len(theirs), texts)


def _signs(path: str) -> list[Sign]:
    lower = path.lower()
    aside, in_docs = ASIDE.search(lower), DOCUMENTS.search(lower)
    return [
        sign
        for signs in _BY_PATH.values()
        if signs[0].in_path.search(lower)
        for sign in signs
        if (not aside or sign.kind.startswith(_ANYWHERE)) and not (in_docs and sign.kind in _LIVE)
    ]


def _by_lines(path: str, lines: list[str], signs: list[Sign]) -> Iterator[Artefact]:
    """The first line that speaks for each kind."""
    seen = set()
    for sign in signs:
        if sign.kind in seen or not sign.text:
            continue
        for number, line in enumerate(lines, start=1):
            if _is_comment(line) and sign.kind != "diagram":
                continue
            if match := sign.in_line.search(_without_remark(path, line)):
                seen.add(sign.kind)
                # The words that matched, not the line: a line may hold a secret.
                words = sign.detail or " ".join(match[0].split())[:60]
                yield Artefact(sign.kind, path, number, words)
                break


_NO_DEED = re.compile(r"\s*(?:#|//|<!--|;|-?\s*(?:name|displayName|label|description)\s*:)")


def _is_comment(line: str) -> bool:
    """Comments, and the titles of steps, which say what one hopes that they do."""
    return bool(_NO_DEED.match(line))


def _without_remark(path: str, line: str) -> str:
    """A line of YAML up to its remark: "# tool: ignore" calls no tool."""
    return line.partition(" #")[0] if path.lower().endswith((".yml", ".yaml")) else line


# --- files that need more than one line to be understood ------------------------------------------


def _has_reader(path: str) -> bool:
    lower = path.lower()
    return bool(_TRAVIS.search(lower) or (ENV_FILE.search(lower) and _is_live(lower)))


def _is_live(lower: str) -> bool:
    return not ASIDE.search(lower) and not DOCUMENTS.search(lower)


def _read(path: str, lines: list[str]) -> Iterator[Artefact]:
    lower = path.lower()
    if _TRAVIS.search(lower):
        yield from _travis(path, lines)
    elif ENV_FILE.search(lower) and _is_live(lower):
        yield from _env_file(path, lines)


_TRAVIS = re.compile(r"^\.travis\.ya?ml$")
_TRAVIS_TESTS = re.compile(
    r"^language:\s*[\"']?(ruby|node_js|go|rust|java|php|elixir|scala|haskell)"
)


def _travis(path: str, lines: list[str]) -> Iterator[Artefact]:
    """Without a script, Travis runs the tests in the way that is usual for the language."""
    if any(re.match(r"\s*(?:-\s*)?script:", line) for line in lines):
        return
    for number, line in enumerate(lines, start=1):
        if match := _TRAVIS_TESTS.match(line):
            yield Artefact("ci_tests", path, number, f"default of Travis CI for {match[1]}")


# An address of one's own machine is no setting of an environment that others use.
_ASSIGNED = re.compile(
    r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]\s*[\"']?"
    r"(?!(?:\w+://)?(?:localhost|127\.0\.0\.1)(?:[:/]|[\"']?\s*$))[^\s\"'#$<{]"
)


def _env_file(path: str, lines: list[str]) -> Iterator[Artefact]:
    count = sum(bool(_ASSIGNED.match(line)) for line in lines if not _is_comment(line))
    if count:
        yield Artefact("env_file", path, None, f"{count} variables with a value")
