"""Searches the audited tree for the signs of practices; reads text by lines, parses nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from techdd.collectors import Gathered, collector
from techdd.collectors.practices.patterns import (
    ACTIONS,
    ASIDE,
    DOCKERFILE,
    DOCUMENTS,
    ENV_FILE,
    FOREIGN,
    TERRAFORM,
)
from techdd.collectors.practices.signs import SIGNS, Sign
from techdd.facts import Artefact
from techdd.guard import Unreadable, one_file
from techdd.model import Issue
from techdd.repository import Entry, Repository

MAX_TEXT = 1_000_000  # bytes of a file that is searched for words
_LINE = 500  # characters of a line that are looked at
_ANYWHERE = ("load_test", "ci")  # kinds that also count below test and example folders
# What a documentation shows is not what runs.
_LIVE = {"container", "iac", "multi_zone", "replicas", "backup", "alerts", "migrations"}
_BY_PATH: dict[str, list[Sign]] = {}  # many signs share a pattern: try each once
for _each in SIGNS:
    _BY_PATH.setdefault(_each.path, []).append(_each)


class SearchScope(NamedTuple):
    """How much of a repository was searched for signs of practices."""

    files: int
    texts: int  # of these, searched by their lines


@collector(makes=(Artefact, SearchScope))
def practices(repo: Repository) -> Gathered:
    """Files and lines that are evidence of a practice, one a kind and file.

    Other people's code and test fixtures do not count. Beside the kinds of `KINDS` there are kinds
    that only feed observations: ci_unpinned, container_root, single_instance.
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
    pinned: list[Artefact] = []
    for (entry, signs), (_, content) in zip(
        wanted, repo.blobs(entry.blob for entry, _ in wanted), strict=True
    ):
        if content is None:
            yield Issue("object missing", entry.path)
            continue
        try:
            with one_file(content):
                lines = [line[:_LINE] for line in content.decode("utf-8", "replace").splitlines()]
                found = [*_by_lines(entry.path, lines, signs)]
                read = [*_read(entry.path, lines)]
        except Unreadable as error:
            yield Issue("file could not be searched", entry.path, str(error))
            continue
        texts += 1
        yield from found
        pinned += read
    # One action that follows a tag can change all: only without any is the pipeline pinned.
    loose = any(artefact.kind == "ci_unpinned" for artefact in pinned)
    yield from (one for one in pinned if one.kind != "ci_pinned" or not loose)
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
            if match := sign.in_line.search(line):
                seen.add(sign.kind)
                # The words that matched, not the line: a line may hold a secret.
                words = sign.detail or " ".join(match[0].split())[:60]
                yield Artefact(sign.kind, path, number, words)
                break


_NO_DEED = re.compile(r"\s*(?:#|//|<!--|;|-?\s*(?:name|displayName|label|description)\s*:)")


def _is_comment(line: str) -> bool:
    """Comments, and the titles of steps, which say what one hopes that they do."""
    return bool(_NO_DEED.match(line))


# --- files that need more than one line to be understood ------------------------------------------


def _has_reader(path: str) -> bool:
    lower = path.lower()
    if ACTIONS.search(lower) or _TRAVIS.search(lower):
        return True
    readers = (DOCKERFILE, ENV_FILE, TERRAFORM, _DEPLOYED)
    return any(reader.search(lower) for reader in readers) and _is_live(lower)


def _is_live(lower: str) -> bool:
    return not ASIDE.search(lower) and not DOCUMENTS.search(lower)


def _read(path: str, lines: list[str]) -> Iterator[Artefact]:
    lower = path.lower()
    if ACTIONS.search(lower):
        yield from _actions(path, lines)
    elif _TRAVIS.search(lower):
        yield from _travis(path, lines)
    elif not _is_live(lower):
        return
    elif DOCKERFILE.search(lower):
        yield _user(path, lines)
    elif ENV_FILE.search(lower):
        yield from _env_file(path, lines)
    elif TERRAFORM.search(lower):
        yield from _lone_databases(path, lines)
    if _DEPLOYED.search(lower):
        yield from _lone_workloads(path, lines)


_USES = re.compile(r"^\s*-?\s*uses:\s*[\"']?([\w.-]+/[\w./-]+)@([^\s\"'#]+)")
_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def _actions(path: str, lines: list[str]) -> Iterator[Artefact]:
    """Third-party actions: pinned to a commit, or following a tag that its owner can move."""
    found = [
        (number, match[1], match[2])
        for number, line in enumerate(lines, start=1)
        if (match := _USES.match(line))
    ]
    loose = [(number, action) for number, action, ref in found if not _HASH.fullmatch(ref)]
    for number, action in loose:
        yield Artefact("ci_unpinned", path, number, action)
    if found and not loose:
        yield Artefact("ci_pinned", path, found[0][0], f"{len(found)} actions")


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


def _user(path: str, lines: list[str]) -> Artefact:
    """The user that the last stage of a Dockerfile ends with; none means root."""
    user, place = "", None
    for number, line in enumerate(lines, start=1):
        if re.match(r"\s*FROM\s", line, re.IGNORECASE):
            user, place = _distroless(line), number
        elif match := re.match(r"\s*USER\s+[\"']?([^\s\"':]+)", line, re.IGNORECASE):
            user, place = match[1], number
    if user.lower() in ("", "root", "0"):
        return Artefact("container_root", path, place, "USER root" if user else "no USER")
    return Artefact("container_nonroot", path, place, "USER set")


def _distroless(line: str) -> str:
    """Some base images say in their tag that they do not run as root."""
    return "nonroot" if re.search(r"[:-](?:nonroot|rootless|unprivileged)\b", line) else ""


_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*[=:]\s*[\"']?[^\s\"'#$<{]")


def _env_file(path: str, lines: list[str]) -> Iterator[Artefact]:
    count = sum(bool(_ASSIGNED.match(line)) for line in lines if not _is_comment(line))
    if count:
        yield Artefact("env_file", path, None, f"{count} variables with a value")


_DATABASE = re.compile(r"^\s*resource\s+\"(aws_db_instance|azurerm_postgresql_flexible_server|"
                       r"google_sql_database_instance)\"\s+\"([\w-]+)\"")  # fmt: skip
_STANDBY = re.compile(
    r"\bmulti_az\s*=\s*[^f\s]|\bhigh_availability\s*\{|\bavailability_type\s*=\s*\"?[^\"Z\s]"
    r"|\breplicate_source_db\s*=|\bmaster_instance_name\s*="
)


def _lone_databases(path: str, lines: list[str]) -> Iterator[Artefact]:
    """Managed databases that run in one zone, which is the default of all three clouds."""
    start, name, depth, standby = 0, "", 0, False
    for number, line in enumerate(lines, start=1):
        if not start and (match := _DATABASE.match(line)):
            start, name, depth, standby = number, f"{match[1]}.{match[2]}", 0, False
        if not start or _is_comment(line):
            continue
        standby = standby or bool(_STANDBY.search(line))
        depth += line.count("{") - line.count("}")
        if depth <= 0 and "}" in line:
            if not standby:
                yield Artefact("single_instance", path, start, name)
            start = 0


_DEPLOYED = re.compile(r"\.ya?ml$|\.tf$")
_LONE = re.compile(
    r"^\s*(?:(?:replicas|replicaCount|maxReplicas):\s*1\s*(?:#|$)|(?:desired_count|max_size|"
    r"max_capacity|replica_count|num_cache_clusters)\s*=\s*1\s*(?:#|$)|DesiredCount:\s*1\s*$"
    r"|MultiAZ:\s*[\"']?false)"
)
_MODELS_DEPLOYMENT = re.compile(
    r"^(?:apiVersion|kind|AWSTemplateFormatVersion|replicaCount|replicas)\b|^\s*resource\s"
    r"|^\s*module\s"
)


def _lone_workloads(path: str, lines: list[str]) -> Iterator[Artefact]:
    if not any(_MODELS_DEPLOYMENT.match(line) for line in lines):
        return
    for number, line in enumerate(lines, start=1):
        if match := _LONE.match(line):
            name = f"{PurePosixPath(path).name}: {match[0].strip(' #')}"
            yield Artefact("single_instance", path, number, name)
