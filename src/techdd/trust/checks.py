"""Checks a report that somebody received: its signature, its manifest, and what that names.

Each check ends as "ok", "failed" or "not checked", and says why: not checked is not ok.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from techdd import __version__, manifest
from techdd.audiences import AUDIENCES
from techdd.confidential import Terms
from techdd.errors import RepositoryError
from techdd.intake import check_source, open_repository
from techdd.manifest import Manifest
from techdd.text import clean
from techdd.trust.reading import Seen, Signature, seen
from techdd.workspace import Workspace

OK, FAILED, NOT_CHECKED = "ok", "failed", "not checked"
MOST = 20  # files that differ, named one by one


@dataclass(frozen=True)
class Check:
    """How one check of a report ended."""

    name: str
    end: str  # "ok", "failed" or "not checked"
    words: str


def verify(
    path: Path,
    *,
    trust: Path | None = None,
    engagement: Path | None = None,
    repositories: Sequence[Path] = (),
) -> Iterator[Check]:
    """The checks of the report in `path`, one after the other.

    `trust` holds certificates that are trusted (PEM). Raises TechddError where the report, the
    engagement or a repository cannot be opened at all.
    """
    workspace = Workspace(engagement) if engagement else None
    for one in repositories:
        check_source(str(one))
    told = seen(path, trust)
    yield from _signed(told, trust)
    found, check = _manifest(told)
    yield check
    if found is None:
        yield Check("evidence", NOT_CHECKED, "there is no manifest to check it by")
        yield Check("commits", NOT_CHECKED, "there is no manifest that names them")
        return
    yield from _evidence(found, workspace)
    yield from _commits(found, workspace, repositories)


# --- the signature --------------------------------------------------------------------------------


def _signed(told: Seen, trust: Path | None) -> Iterator[Check]:
    if not told.signatures:
        end = FAILED if trust else NOT_CHECKED
        yield Check("signature", end, "the report is not signed; anybody could have changed it")
    for one in told.signatures:
        by = clean(one.by)
        if not one.intact:
            yield Check("signature", FAILED, f"of {by}: what was signed is not what is there")
            continue
        yield Check("signature", OK, f"intact, of {by}{_when(one)}")
        yield _trusted(one, trust)
        if one.changed:
            yield Check("unchanged", FAILED, f"the report was changed after {by} signed it")
        elif one.extended:
            more = "only what the signature allows was added, such as another signature"
            yield Check("unchanged", OK, f"after {by} signed it, {more}")
        else:
            yield Check("unchanged", OK, f"nothing was added after {by} signed it")


def _when(one: Signature) -> str:
    if not one.at:
        return ""
    moment = f"{datetime.fromisoformat(one.at):%Y-%m-%d %H:%M} UTC"
    return f", {moment} by {'a trusted time stamp' if one.stamped else 'the clock of the signer'}"


def _trusted(one: Signature, trust: Path | None) -> Check:
    issued = "self-signed" if one.self_signed else f"issued by {clean(one.issuer)}"
    certificate = f"the certificate is {issued}, valid until {one.until}"
    if one.trusted:
        return Check("signer", OK, f"{certificate}, and trusted by {trust}")
    if trust:
        return Check("signer", FAILED, f"{certificate}, and not trusted by {trust}: {one.why_not}")
    anybody = "; anybody can make one in this name" if one.self_signed else ""
    return Check("signer", NOT_CHECKED, f"{certificate}{anybody}; say whom you trust with --trust")


# --- the manifest ---------------------------------------------------------------------------------


def _manifest(told: Seen) -> tuple[Manifest | None, Check]:
    if told.manifest is None:
        return None, Check("manifest", FAILED, "the report carries no evidence manifest")
    try:
        found = manifest.read(told.manifest)
    except ValueError as error:
        return None, Check("manifest", FAILED, f"is not as it should be: {clean(str(error))}")
    said = (
        f"schema {found.schema_version}, {found.tool}, {found.audience} edition of {found.date}, "
        f"{len(found.repositories)} repositories, {len(found.findings)} findings, "
        f"{len(found.evidence)} files"
    )
    return found, Check("manifest", OK, clean(said))


def _evidence(found: Manifest, workspace: Workspace | None) -> Iterator[Check]:
    if workspace is None:
        words = "give the engagement that it was made from with --engagement"
        yield Check("evidence", NOT_CHECKED, words)
        return
    terms = _terms(found, workspace)
    named = Counter((manifest.same_place(one.name), one.digest) for one in found.evidence)
    there = Counter(
        (manifest.same_place(terms.hidden(one.name)), one.digest)
        for one in manifest.gather(workspace, again=True)
    )
    names = {place for place, _ in there}
    own = Counter({one: number for one, number in named.items() if not _is_shipped(one[0])})
    gone = list((own - there).elements())
    if not own:
        yield Check("evidence", FAILED, "the manifest names no file of an engagement")
    for place, _ in gone[:MOST]:
        what = "has changed" if place in names else "is not there any more"
        yield Check("evidence", FAILED, f"{clean(place)} {what}")
    if len(gone) > MOST:
        yield Check("evidence", FAILED, f"{len(gone) - MOST:,} more files differ")
    if own and not gone:
        later = [one for one in (there - named).elements() if not _is_shipped(one[0])]
        more = f"; {len(later)} came in since" if later else ""
        words = f"{own.total()} files of the engagement are as they were{more}"
        yield Check("evidence", OK, words)
    yield _shipped(found, [one for one in named if _is_shipped(one[0])], there)


def _terms(found: Manifest, workspace: Workspace) -> Terms:
    """What stands for confidential words in the names that a manifest for its audience has."""
    of = [one for one in AUDIENCES if one == found.audience]
    return Terms(workspace.engagement.withheld_from(of[0]) if of else ())


def _is_shipped(name: str) -> bool:
    return name.startswith(manifest.SHIPPED)


def _shipped(
    found: Manifest, named: Iterable[tuple[str, str]], there: Iterable[tuple[str, str]]
) -> Check:
    """What ships with the tool is the same only where the tool is."""
    own = f"techdd {__version__}"
    if found.tool != own:
        words = f"the report was made with {clean(found.tool)}, and this is {own}"
        return Check("checklists", NOT_CHECKED, words)
    differing = sorted({place for place, _ in set(named) - set(there)})
    if differing:
        return Check("checklists", FAILED, f"{clean(differing[0])} is not what {own} ships")
    return Check("checklists", OK, f"questions, rules and policies are those of {own}")


# --- the commits ----------------------------------------------------------------------------------


def _commits(
    found: Manifest, workspace: Workspace | None, repositories: Sequence[Path]
) -> Iterator[Check]:
    """Whether each commit is in one of `repositories`, or else where the engagement says."""
    if not repositories and workspace is None:
        words = "give the repositories with --repo, or the engagement"
        yield Check("commits", NOT_CHECKED, words)
        return
    if not found.repositories:
        yield Check("commits", NOT_CHECKED, "the manifest names no repository")
    terms = _terms(found, workspace) if workspace else Terms()
    for one in found.repositories:
        name = clean(one.name)
        if not one.commit:
            yield Check("commits", NOT_CHECKED, f"the report names no commit of {name}")
            continue
        places = repositories or _sources(workspace, one.name, terms)
        reasons = [_missing(place, one.commit) for place in places]
        if "" in reasons:
            yield Check("commits", OK, f"{one.commit[:12]} of {name} is there")
        elif not reasons:
            yield Check("commits", NOT_CHECKED, f"{name} is a clone, or none of the engagement")
        else:
            yield Check("commits", FAILED, f"{one.commit[:12]} of {name}: {'; '.join(reasons)}")


def _sources(workspace: Workspace | None, name: str, terms: Terms) -> list[Path]:
    """Where the engagement has the repository on this machine that a manifest without `terms` calls
    by that name.
    """
    if workspace is None:
        return []
    entries = workspace.engagement.repositories
    sources = [one.source for one in entries if terms.hidden(one.name) == name]
    return [workspace.root / one for one in sources if "://" not in one]


def _missing(source: Path, commit: str) -> str:
    """Why `commit` is not in the repository in `source`; "" where it is."""
    with tempfile.TemporaryDirectory(prefix="techdd-") as folder:
        revision = "" if source.is_file() else commit  # a bill of materials has none
        try:
            opened = open_repository("verified", source, Path(folder) / "overlay.git", revision)
        except RepositoryError as error:
            return clean(str(error))
    return "" if opened.head == commit else f"{source}: is now of {opened.head[:12]}"
