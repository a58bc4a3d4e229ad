"""Keeps what an audit came to.

`audits/<date>-<digest>.json.gz` holds lines of JSON: the first says what it is (`Kept`), each
further one is the report of one audience without its exhibits. It is internal, and never leaves.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from techdd.audits.stored import STORED, checked, known, lines, parsed
from techdd.errors import TechddError
from techdd.files import write_atomic
from techdd.model import Rating, Report, Severity

FOLDER = "audits"
MOST_LINES = 100  # of what is kept: more than there are audiences


@dataclass(frozen=True)
class Kept:
    """What one audit came to, in short; `scores` by the title of the domain, None = no score."""

    date: str
    taken: str
    digest: str
    client: str
    tool: str
    verdict: str
    score: float | None
    coverage: float
    findings: dict[str, int]
    scores: dict[str, float | None]
    path: str = ""


def keep(root: Path, editions: Sequence[Report], taken: datetime) -> Path | None:
    """Keeps an audit of the engagement in `root`; None where the one before came to the same.

    Raises TechddError where it cannot be written.
    """
    slim = [asdict(_slim(one)) for one in editions]
    digest = _digest(slim)
    earlier = [one for one in kept(root)[0] if one.date <= editions[0].date]
    same = bool(earlier) and earlier[-1].digest == digest
    path = root / FOLDER / f"{editions[0].date}-{digest[:12]}.json.gz"
    head = {STORED.key: STORED.version, **asdict(in_short(editions[0], taken.isoformat(), digest))}
    try:
        if same:
            Path(earlier[-1].path).touch()  # it holds still; see `is_behind`
            return None
        content = b"\n".join(_line(one) for one in (head, *slim))
        write_atomic(path, gzip.compress(content, mtime=0), 0o600)
    except OSError as error:
        raise TechddError(f"cannot be written: {error.strerror}", path) from None
    return path


def _digest(editions: Sequence[Mapping[str, Any]]) -> str:
    """Of what an audit came to, whatever the day."""
    return sha256(_line([{**one, "date": "", "summary": ()} for one in editions])).hexdigest()


def check(path: Path) -> None:
    """Raises TechddError where what was kept in `path` is not as it was."""
    head, *editions = (parsed(one, path) for one in lines(path, MOST_LINES))
    if known(head, path).get("digest") != _digest(editions):
        raise TechddError("is not as it was kept", path)


def in_short(report: Report, taken: str = "", digest: str = "") -> Kept:
    """What a report comes to."""
    verdict = report.verdict
    counted = Counter(str(one.severity) for one in report.findings)
    return Kept(
        date=report.date,
        taken=taken,
        digest=digest,
        client=report.client,
        tool=report.tool,
        verdict=verdict.label,
        score=None if verdict.rating is Rating.GREY else verdict.score,
        coverage=verdict.coverage,
        findings={str(severity): counted[severity] for severity in Severity},
        scores={
            one.title: None if one.score.rating is Rating.GREY else one.score.value
            for one in report.chapters
        },
    )


def _slim(report: Report) -> Report:
    """`report` with what a comparison reads."""
    chapters = tuple(
        replace(
            chapter,
            intro="",
            findings=(),
            series=(),
            strengths=(),
            gaps=(),
            items=tuple(
                replace(item, evidence=(), voices=(), documents=(), note="", by="", why="")
                for item in chapter.items
            ),
        )
        for chapter in report.chapters
    )
    return replace(
        report, chapters=chapters, roadmap=(), moves=(), people=(), comments=(), responses=(),
        trends=(), strengths=(), differences=(),
    )  # fmt: skip


def _line(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def kept(root: Path) -> tuple[tuple[Kept, ...], tuple[TechddError, ...]]:
    """The audits of the engagement in `root`, the latest last, and what of them is unreadable."""
    found, unreadable = [], []
    for path in sorted((root / FOLDER).glob("*.json.gz")):
        try:
            head = parsed(lines(path, 1)[0], path)
            found.append(checked(Kept, {**known(head, path), "path": str(path)}, path))
        except TechddError as error:
            unreadable.append(error)
    return tuple(sorted(found, key=lambda one: (one.date, one.taken))), tuple(unreadable)


def latest(root: Path, until: str = "9999") -> Kept:
    """The last audit of an engagement, or the last one of `until` or before. Raises TechddError."""
    if not (root / "engagement.yaml").is_file():
        raise TechddError("holds no engagement.yaml, so that it has no audits", root)
    found, unreadable = kept(root)
    if unreadable:
        raise unreadable[0]
    if not found:
        raise TechddError(
            f"has kept no audit yet; make one with: techdd report {root}   (--as-of DATE for an "
            "earlier day)",
            root,
        )
    before = [one for one in found if one.date <= until]
    if not before:
        raise TechddError(f"has no audit of {until} or before; the first is of {found[0].date}",
                          root)  # fmt: skip
    return before[-1]


def is_behind(root: Path) -> bool:
    """Whether the engagement was measured, answered or decided upon since its last audit."""
    found, _ = kept(root)
    if not found:
        return False
    told = Path(found[-1].path).stat().st_mtime
    sources = [root / "answers" / "journal.jsonl", root / "triage.yaml"]
    sources += (root / "evidence" / "runs").glob("*.json")
    return any(path.is_file() and path.stat().st_mtime > told for path in sources)
