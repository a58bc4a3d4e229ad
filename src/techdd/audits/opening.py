"""Opens the two audits of a comparison, in an edition that its audience may see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from techdd import files
from techdd.audiences import AUDIENCES, shown
from techdd.audits.keeping import FOLDER, latest
from techdd.audits.stored import MAX_BYTES, checked, known, lines, parsed
from techdd.confidential import Terms
from techdd.enrolment import FILE
from techdd.errors import TechddError
from techdd.formats.json import REPORT
from techdd.migrations import current
from techdd.model import Audience, Report
from techdd.naming import Voice
from techdd.text import clean
from techdd.workspace import Workspace

_MAGIC = b"\x1f\x8b"  # of gzip


@dataclass(frozen=True)
class Audit:
    """One of the two audits of a comparison; `edition` "" = it can be had for every audience."""

    path: Path
    edition: str
    engagement: Path | None
    load: Callable[[str], Report]


def audit(place: Path) -> Audit:
    """The audit in `place`: an engagement's latest one, one that was kept, or a JSON report.

    Raises TechddError.
    """
    if place.is_dir():
        return _of_kept(Path(latest(place).path))
    try:
        with place.open("rb") as file:
            compressed = file.read(2) == _MAGIC
    except OSError as error:
        raise TechddError(f"cannot be read: {error.strerror}", place) from None
    if compressed:
        return _of_kept(place)
    report = _report(files.content(place, MAX_BYTES), place)
    return Audit(place, report.audience, None, lambda _audience: report)


def _of_kept(path: Path) -> Audit:
    root = path.parent.parent if path.parent.name == FOLDER else None

    def load(audience: str) -> Report:
        head, *editions = lines(path, 1 + len(AUDIENCES))
        known(parsed(head, path), path)
        for tree in (parsed(one, path) for one in editions):
            if isinstance(tree, dict) and tree.get("audience") == audience:
                return _as_of_today(_sound(checked(Report, tree, path), path), root)
        raise TechddError(f"holds no {audience} edition; it is damaged", path)

    known(parsed(lines(path, 1)[0], path), path)
    return Audit(path, "", root.resolve() if root else None, load)


def _as_of_today(report: Report, root: Path | None) -> Report:
    """What was kept without the words that became confidential since."""
    if root is None or not (root / FILE).is_file():
        return report
    engagement = Workspace(root).engagement
    terms = [engagement.withheld_from(one) for one in AUDIENCES if one == report.audience]
    everything = Voice((), (), {}, named=True)  # what was withheld then is not there any more
    return shown(report, "internal", everything, Terms(*terms))


def two(old: Audit, new: Audit, audience: Audience) -> tuple[Report, Report]:
    """Both audits in the widest edition that `audience` may see and both have.

    Raises TechddError where one is a report for a wider audience, from which nothing can be taken
    away.
    """
    rank = list[str](AUDIENCES).index
    for one in (old, new):
        if one.edition and rank(one.edition) > rank(audience):
            raise TechddError(
                f"is the {one.edition} edition, which holds what {audience} may not see; give "
                f"--audience {one.edition}, or the engagement's folder instead",
                one.path,
            )
    editions = [one.edition for one in (old, new) if one.edition]
    both = min([audience, *editions], key=rank)
    return old.load(both), new.load(both)


def _report(content: bytes, path: Path) -> Report:
    tree = parsed(content, path)
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if not isinstance(version, int) or "report" not in tree:
        raise TechddError("is no JSON report of techdd (made with -o report.json)", path)
    tree = current(REPORT, tree, path)
    return _sound(checked(Report, tree["report"], path), path)


def _sound(report: Report, path: Path) -> Report:
    try:
        date.fromisoformat(report.date)
    except ValueError:
        raise TechddError(f"is of no day: {clean(report.date)[:40]!r}", path) from None
    if report.audience not in AUDIENCES:
        raise TechddError(f"is for an unknown audience: {clean(report.audience)[:40]!r}", path)
    return report
