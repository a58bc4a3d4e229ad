"""Runs bandit over the Python files of the audited tree, from copies under names of our own.

Neither the client's configuration nor its `# nosec` marks are obeyed. What bandit says about a
line is not kept, for it can quote a password.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd import sandbox
from techdd.collectors import Gathered, collector
from techdd.collectors.weaknesses.generated import told_apart
from techdd.collectors.weaknesses.kept import Kept
from techdd.collectors.weaknesses.titles import title
from techdd.facts import File
from techdd.model import Issue
from techdd.repository import MAX_SOURCE, MISSING, Repository
from techdd.scratch import scratch

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_LINES = 100_000  # of one file: above, bandit takes gigabytes
_BATCH_FILES, _BATCH_BYTES = 200, 4_000_000
_LEAST_BYTES = 400_000  # of a batch: to start bandit costs as much as to read them
_SHARES = 4  # batches a core, so that none waits long for the last
_MEMORY = 2 << 30
_SECONDS_A_BATCH, _SECONDS_A_FILE = 60.0, 1.0
_UNREADABLE = "bandit could not read"
_ASSERT = "B101"  # what tests are made of
_KEPT = (
    "test_id", "test_name", "issue_severity", "issue_confidence", "issue_cwe", "line_number",
)  # fmt: skip
_PASSWORDS = ("B105", "B106", "B107")
_ABOUT = rb"_(?:version|name|path|url|uri|field|label|type|header|prefix)[\"']?(?:\s*:\s*str)?"
_HELD = re.compile(rb"(?i)(?:pass(?:word|wd)?|pwd|secret|token)[\"']?\s*=\s*[\"']")
_CWE = re.compile(r"[0-9]+")


class Weakness(NamedTuple):
    """One place that a static analysis reports; `severity` and `confidence` as the tool rates."""

    tool: str
    test: str
    title: str
    severity: str  # high, medium, low or undefined
    confidence: str
    cwe: str  # "CWE-78"; "" = none given
    path: str
    line: int
    role: str
    blob: str


class WeaknessScan(NamedTuple):
    """One file that a static analysis was to read; `analysed` says whether it could."""

    tool: str
    path: str
    role: str
    analysed: bool


class _Failed(Exception):
    """bandit gave no report on a batch."""


_Found = tuple[list[dict[str, Any]], str]  # bandit's results for one file, and why there are none


@collector(makes=(Weakness, WeaknessScan), needs=(File,), version=4, minutes=60)
def weaknesses(repo: Repository, files: DataFrame) -> Gathered:
    """What bandit reports on each Python file, in whatever role. A blob is read once, ever."""
    yield from told_apart(_weaknesses(repo, files), Weakness)


def _weaknesses(repo: Repository, files: DataFrame) -> Gathered:
    copies: dict[str, list[Any]] = defaultdict(list)
    for file in files[files["language"] == "Python"].sort_values("path").itertuples():
        copies[file.blob].append(file)
    python = f"{sys.version_info.major}{sys.version_info.minor}"  # newer syntax is an error to it
    # 2: what is only said of a password is left out.
    release = f"{version('bandit')}-{python}-2".replace(".", "_")
    answers: dict[str, _Found] = {}
    with Kept(repo, "bandit", release) as kept:
        new: dict[str, int] = {}
        for blob, paths in copies.items():
            first, said = paths[0], kept.get(blob)
            if said is not None:
                answers[blob] = said, ""
            elif not 0 <= first.size <= MAX_SOURCE or first.lines > MAX_LINES:
                answers[blob] = [], f"{first.size:,} bytes in {first.lines:,} lines"
            else:
                new[blob] = first.size
        for blob, found in _on_all_cores(repo, new):
            if not found[1]:
                kept.add(blob, found[0])
            answers[blob] = found
    for blob, paths in copies.items():  # in this order whatever was kept
        yield from _facts(paths, answers[blob])


def _on_all_cores(repo: Repository, sizes: Mapping[str, int]) -> Iterator[tuple[str, _Found]]:
    """What bandit finds in each blob, in the order of `sizes`; a bandit a core at a time."""
    workers = sandbox.cores()
    share = sum(sizes.values()) // (workers * _SHARES)
    pool = ThreadPoolExecutor(workers)
    running: deque[tuple[list[str], Future[dict[str, _Found]]]] = deque()
    try:
        for batch in _batches(repo.blobs(sizes), min(max(share, _LEAST_BYTES), _BATCH_BYTES)):
            there = {blob: content for blob, content in batch.items() if content is not None}
            running.append((list(batch), pool.submit(_judged, there, repo.cache)))
            if len(running) > workers:  # no more contents are held than are worked on
                yield from _answered(*running.popleft())
        while running:
            yield from _answered(*running.popleft())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _answered(blobs: list[str], judged: Future[dict[str, _Found]]) -> Iterator[tuple[str, _Found]]:
    found = judged.result()
    for blob in blobs:
        yield blob, found.get(blob, ([], MISSING))


def _facts(paths: list[Any], found: _Found) -> Iterator[Weakness | WeaknessScan | Issue]:
    results, trouble = found
    for file in paths:
        yield WeaknessScan("bandit", file.path, file.role, not trouble)
        if trouble:
            yield Issue(_UNREADABLE, file.path, trouble, transient=trouble == MISSING)
        for result in results:
            if not (file.role == "test" and result["test_id"] == _ASSERT):
                yield _weakness(result, file)


def _weakness(result: Mapping[str, Any], file: Any) -> Weakness:
    cwe = _CWE.search(str((result.get("issue_cwe") or {}).get("id", "")))
    return Weakness(
        "bandit",
        test=result["test_id"],
        title=title(result["test_id"], result["test_name"]),
        severity=result["issue_severity"].lower(),
        confidence=result["issue_confidence"].lower(),
        cwe=f"CWE-{cwe[0]}" if cwe else "",
        path=file.path,
        line=int(result["line_number"]),
        role=file.role,
        blob=file.blob,
    )


# --- bandit ---------------------------------------------------------------------------------------


def _batches(
    blobs: Iterator[tuple[str, bytes | None]], most: int
) -> Iterator[dict[str, bytes | None]]:
    batch: dict[str, bytes | None] = {}
    size = 0
    for blob, content in blobs:
        length = len(content or b"")
        if batch and (len(batch) == _BATCH_FILES or size + length > most):
            yield batch
            batch, size = {}, 0
        batch[blob] = content
        size += length
    if batch:
        yield batch


def _judged(batch: Mapping[str, bytes], cache: Path) -> dict[str, _Found]:
    """What bandit finds in each blob; a batch that fails is gone through file by file."""
    try:
        return _bandit(batch, cache) if batch else {}
    except _Failed as error:
        if len(batch) == 1:
            return dict.fromkeys(batch, ([], str(error)))
    return {
        blob: found for one in batch.items() for blob, found in _judged(dict([one]), cache).items()
    }


def _bandit(batch: Mapping[str, bytes], cache: Path) -> dict[str, _Found]:
    """Raises _Failed."""
    with scratch(cache) as folder:
        own = folder / "bandit.ini"
        own.write_text("[bandit]\n")
        paths = {str(folder / f"f{number:06}.py"): blob for number, blob in enumerate(batch)}
        for path, blob in paths.items():
            Path(path).write_bytes(batch[blob])
        command = [sys.executable, "-I", "-m", "bandit", "--quiet", "--format=json"]
        command += ["--ignore-nosec", f"--ini={own}", *paths]
        limit = _SECONDS_A_BATCH + _SECONDS_A_FILE * len(batch)
        try:
            done = sandbox.run(command, timeout=limit, memory=_MEMORY)
            if done.returncode not in (0, 1):
                raise _Failed(f"ended with code {done.returncode}")
            report = json.loads(done.stdout)
            if not paths.keys() <= report["metrics"].keys():
                raise _Failed("left files out")
            found: dict[str, list[dict[str, Any]]] = {blob: [] for blob in batch}
            for result in report["results"]:
                blob = paths[result["filename"]]
                if not _is_about_a_password(result, batch[blob]):
                    found[blob].append({key: result[key] for key in _KEPT})
            trouble = {paths[one["filename"]]: one["reason"] for one in report["errors"]}
        except sandbox.LimitExceeded as error:
            raise _Failed(str(error)) from None
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise _Failed(f"its report: {type(error).__name__}") from None
    return {blob: (results, _told(trouble.get(blob, ""))) for blob, results in found.items()}


def _is_about_a_password(result: Mapping[str, Any], content: bytes) -> bool:
    """Whether bandit took for a password what is only said of one: `secret_version="latest"`."""
    if result["test_id"] not in _PASSWORDS:
        return False
    value = re.escape(str(result["issue_text"]).partition(": ")[2].strip("'").encode())
    lines = content.split(b"\n")[result["line_range"][0] - 1 : result["line_range"][-1]]
    text = b"\n".join(lines)
    about = re.search(_ABOUT + rb"\s*=\s*[\"']" + value + rb"[\"']", text, re.I)
    return bool(about) and not _HELD.search(text)  # bandit tells the first argument alone


def _told(reason: str) -> str:
    """bandit's reason, with the Python that it was measured by: newer syntax is an error to it."""
    if not reason.startswith("syntax error"):
        return reason
    return f"syntax error for Python {sys.version_info.major}.{sys.version_info.minor}"
