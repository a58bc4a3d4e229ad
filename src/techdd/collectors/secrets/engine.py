"""Runs kingfisher on a repository and reads its report, without ever holding what it found."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from techdd import sandbox
from techdd.errors import TechddError
from techdd.repository import GIT_ENVIRONMENT, first_line
from techdd.scratch import scratch

# Validating would try the client's credentials on live services. Inline marks are not obeyed
# (--no-ignore). Every file version with a secret is told (--no-dedup), so that it can be traced.
_SCAN = (
    "scan", "--git-history=full", "--no-validate", "--no-update-check", "--no-ignore", "--redact",
    "--no-dedup", "--format=jsonl", "--git-repo-timeout=0",
)  # fmt: skip
_ENDED_WELL = (0, 200, 205)  # nothing found, findings, findings that are valid
_BAD_ENDS = ("scan_partial", "scan_failed", "pending")
_REDACTED = re.compile(r"\[REDACTED:[0-9a-f]+\]")
MEMORY = 8 << 30  # bytes that the engine may take, and print
MOST = 200  # hits in one version of a file that are looked at: nobody reads more
_MESSAGES = 50  # times as many in the messages of all commits


class ScanFailed(TechddError):
    """kingfisher gave no report that can be used."""


class Hit(NamedTuple):
    """One match in one file version. `commit` is empty where the version belongs to none, and
    `said` is true for one in the text beside the files.
    """

    rule: str
    value: str  # stands for the value; differs from run to run
    identity: str  # of value and offset; equal in every run
    confidence: str
    path: str  # with "!" before a path inside an archive
    commit: str
    line: int
    columns: tuple[int, int] | None  # None where they count in decoded or unpacked content
    said: bool = False
    encoded: bool = False  # the columns are those of the decoded text


class Scanned(NamedTuple):
    """A report of kingfisher; `gaps` says what it could not do."""

    engine: str
    versions: int  # of files, read
    hits: list[Hit]
    gaps: str
    crowded: dict[str, int]  # path -> hits beyond the MOST of one version


def scan(git_dir: Path, seconds: float, said: bytes = b"") -> Scanned:
    """All hits in all objects of the repository and in the text `said`. Raises ScanFailed.

    kingfisher unpacks archives into files and reads texts from files, so all it writes goes to
    memory; `said` may only be given where there is `memory`.
    """
    # Compiling its rules takes kingfisher seconds; there they serve all the engagement's
    # repositories (.cache/<repository>/overlay.git).
    cache = f"--rule-cache-dir={git_dir.parents[1] / '.kingfisher'}"
    with scratch(git_dir.parents[1]) as home:
        text = home / "messages"
        if said:
            text.write_bytes(said)
        read = [str(git_dir), str(text)] if said else [str(git_dir)]
        with tempfile.TemporaryFile() as report:
            try:
                done = sandbox.run(
                    [_program(), *_SCAN, cache, *read],
                    env={**GIT_ENVIRONMENT, "HOME": str(home), "TMPDIR": str(home)},
                    timeout=seconds,
                    memory=MEMORY,
                    max_output=MEMORY,
                    output=report,
                )
            except (sandbox.LimitExceeded, OSError) as error:
                raise ScanFailed(f"kingfisher: {error}") from None
            if done.returncode not in _ENDED_WELL:
                errors = [line for line in done.stderr.split(b"\n") if line.startswith(b"Error")]
                why = first_line(errors[0] if errors else b"")
                why = why.replace(str(git_dir), "the repository")
                raise ScanFailed(f"kingfisher ended with code {done.returncode}: {why}")
            return _read(report, str(text))


def _program() -> str:
    """kingfisher's own path, wherever the package was installed together with this one."""
    try:
        from kingfisher import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError):
        raise ScanFailed("kingfisher is not installed; install kingfisher-bin") from None


def _read(report: Iterable[bytes], text: str) -> Scanned:
    """Reads findings, a line each, then the audit and the statistics."""
    kept: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    crowded: Counter[str] = Counter()
    audit: dict[str, Any] = {}
    statistics: dict[str, Any] = {}
    try:
        for line in report:
            one = json.loads(line.decode("utf-8", "replace"))
            if "rule" in one:
                hit = _hit(one, text)
                some = kept[hit.commit, hit.path]
                some.append(hit)
                if len(some) % (2 * MOST) == 0:
                    _thin_out(some, crowded)
            elif "audit" in one:
                audit = one["audit"]["summary"]
            else:
                statistics = one
        for some in kept.values():
            _thin_out(some, crowded)
        engine = f"kingfisher {statistics['kingfisher']['version_used']}"
        versions = int(statistics["blobs_scanned"])
        gaps = [f"{audit[end]} {end.replace('_', ' ')}" for end in _BAD_ENDS if audit.get(end)]
        if not audit["scan_succeeded"] and not gaps:
            gaps = ["kingfisher does not say that it scanned the repository"]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        # Not the error's text, which can quote the report.
        raise ScanFailed(f"kingfisher's report: {type(error).__name__}") from None
    hits = sorted((hit for some in kept.values() for hit in some), key=repr)
    return Scanned(engine, versions, hits, ", ".join(gaps), dict(crowded))


def _thin_out(some: list[Hit], crowded: Counter[str]) -> None:
    """Leaves the first MOST of one version, whatever the order in which they came."""
    most = MOST * _MESSAGES if some[0].said else MOST
    some.sort(key=lambda hit: (hit.line, hit.columns or (0, 0), hit.rule, hit.identity))
    if beyond := len(some[most:]):
        crowded["(messages)" if some[0].said else some[0].path] += beyond
        del some[most:]


def _hit(finding: dict[str, Any], text: str) -> Hit:
    found = finding["finding"]
    if not _REDACTED.fullmatch(found["snippet"]):
        raise ValueError("not redacted")
    git = found.get("git_metadata")
    plain = not found.get("encoding") and "!" not in found["path"]
    return Hit(
        rule=str(finding["rule"]["name"]),
        value=found["snippet"],
        identity=str(found["fingerprint"]),
        confidence=str(found["confidence"]).lower(),
        path=str(found["path"]),
        commit=str(git["commit"]["id"]) if git else "",
        line=int(found["line"]),
        columns=(int(found["column_start"]), int(found["column_end"]) + 1) if plain else None,
        said=not git and found["path"] == text,
        encoded=bool(found.get("encoding")),
    )
