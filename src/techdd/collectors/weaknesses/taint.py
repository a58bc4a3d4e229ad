"""Runs a semgrep that is found on PATH, with rules of our own that follow data through the code.

It reads copies under names of our own, without the network, the client's settings or its marks.
Without one, nothing is lost but what only it can see; the report says so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from techdd import sandbox
from techdd.collectors import Gathered, collector
from techdd.facts import File
from techdd.folders import data
from techdd.model import Issue
from techdd.repository import Repository
from techdd.sarif import ImportedResult, read_sarif
from techdd.scratch import scratch

if TYPE_CHECKING:
    from pandas import DataFrame

_ENDINGS = {
    "Python": ".py", "JavaScript": ".js", "TypeScript": ".ts", "TSX": ".tsx", "PHP": ".php",
    "Java": ".java", "Go": ".go",
}  # fmt: skip
_ROLES = ("source", "test")
_LARGEST = 1_000_000  # bytes of a file; semgrep's own limit
_BATCH = 2_000  # files of one run
_SECONDS_A_FILE = 10
_SECONDS = 1_200.0  # of one run
_MEMORY = 4 << 30
_QUIET = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
_NOT_RUN = "not read by semgrep"


class TaintResult(ImportedResult):
    """One result of semgrep under rules of our own."""


class TaintScan(NamedTuple):
    """What semgrep was run on, and which; `version` "" where there is none."""

    version: str
    files: int


@collector(makes=(TaintResult, TaintScan), needs=(File,), minutes=60)
def taint(repo: Repository, files: DataFrame, *, semgrep: str) -> Gathered:
    """What semgrep finds; `semgrep` is its path, "" where there is none."""
    if not semgrep:
        yield TaintScan("", 0)
        return
    own = files[files["language"].isin(list(_ENDINGS)) & files["role"].isin(_ROLES)]
    wanted: dict[tuple[str, str], list[str]] = defaultdict(list)
    for file in own.sort_values("path").itertuples():
        if file.size > _LARGEST:
            yield Issue(_NOT_RUN, file.path, f"{file.size:,} bytes")
        else:
            wanted[file.blob, _ENDINGS[file.language]].append(file.path)
    order, version = list(wanted), ""
    for start in range(0, len(order), _BATCH):
        batch = {key: wanted[key] for key in order[start : start + _BATCH]}
        for item in _run(semgrep, repo, batch):
            if isinstance(item, TaintScan):
                version = item.version
            else:
                yield item
    yield TaintScan(version or "that read nothing", len(order))


def _run(
    semgrep: str, repo: Repository, batch: Mapping[tuple[str, str], list[str]]
) -> Iterator[TaintResult | TaintScan | Issue]:
    with scratch(repo.cache) as home:
        folder = home / "code"  # beside what semgrep keeps at home
        folder.mkdir()
        names = {}
        contents = repo.blobs(blob for blob, _ in batch)
        for number, (key, (_, content)) in enumerate(zip(batch, contents, strict=True)):
            if content is not None:
                copy = f"f{number:06}{key[1]}"
                names[copy] = key
                (folder / copy).write_bytes(content)
        try:
            done = sandbox.run(
                _command(semgrep, folder),
                timeout=_SECONDS,
                memory=_MEMORY,
                env={"HOME": str(home), **_QUIET},
            )
        except sandbox.LimitExceeded as error:
            yield Issue(_NOT_RUN, detail=f"{len(batch):,} files: {error}")
            return
        if done.returncode:
            yield Issue(_NOT_RUN, detail=f"{len(batch):,} files: ended with {done.returncode}")
            return
        version, partly = _said(done.stdout)
        yield TaintScan(version, len(batch))
        if partly:
            yield Issue(_NOT_RUN, detail=f"in part: {partly:,} troubles, such as syntax errors")
        for item in read_sarif(done.stdout, "semgrep"):
            if isinstance(item, Issue):
                yield item
                continue
            # semgrep puts the folder of its rules before their names.
            rule = item.rule.rpartition(".")[2]
            for path in batch.get(names.get(item.path.rpartition("/")[2], ("", "")), ()):
                yield TaintResult(*item._replace(rule=rule, title=rule, path=path, accepted=""))


def _said(report: bytes) -> tuple[str, int]:
    """The version of the semgrep that ran, and how often it had trouble with a file."""
    try:
        run = json.loads(report)["runs"][0]
        notes = [one.get("toolExecutionNotifications", ()) for one in run.get("invocations", ())]
        return str(run["tool"]["driver"]["semanticVersion"]), sum(map(len, notes))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "", 0


def _command(semgrep: str, folder: Path) -> list[str]:
    rules = data("checklists") / "policy" / "semgrep.yaml"
    return [
        semgrep, "scan", "--config", str(rules), "--sarif", "--metrics", "off", "--quiet",
        "--disable-version-check", "--disable-nosem", "--no-git-ignore",
        "--timeout", str(_SECONDS_A_FILE), "--jobs", str(sandbox.cores()), str(folder),
    ]  # fmt: skip
