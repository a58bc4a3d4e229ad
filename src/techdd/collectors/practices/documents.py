"""The documents among the evidence: which there are, how large, and how far behind the code.

Whether a document is true was not examined; that its code went on without it for a year is a sign
that it is not. A record of a decision or an outage is not meant to change and has no such age.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, probe
from techdd.collectors._units import EMPTY
from techdd.collectors.practices.search import SearchScope
from techdd.collectors.practices.signs import KINDS
from techdd.counting import of_repository
from techdd.facts import Artefact, Contribution, File
from techdd.model import Metric, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

LIVING = ("readme", "contributing", "onboarding", "architecture", "api_spec", "diagram", "runbook")
RECORDS = ("adr", "postmortem")
STUB = 1_000  # bytes; a shorter start page says little beside a name and a badge
STALE = 365  # days that the code went on without its document
FEWEST = 3  # documents; a share of fewer says nothing
SHOWN = 15
UNREAD = "the content of the README is missing"
_MONTH = 365.25 / 12


class _Document(NamedTuple):
    """One document; `behind` is how many days its code went on without it."""

    repo: str
    kind: str
    path: str
    size: int | None  # in bytes; None where its content is missing
    changed: Timestamp | None
    behind: int | None


@probe(domain="sdlc", needs=(Artefact, SearchScope, File), helps=(Contribution,))
def documents(
    _: date, artefacts: DataFrame, scopes: DataFrame, files: DataFrame, parts: DataFrame
) -> Answered:
    """Which documents stand beside the code, and has the code gone on without them?"""
    found = list(_documents(artefacts, files, parts))
    repos = sorted(str(repo) for repo in scopes["repo"].unique())
    for repo in ("", *repos):
        own = [one for one in found if repo in ("", one.repo)]
        readmes = [one for one in own if one.kind == "readme"]
        whole = {one.repo for one in readmes if one.size is not None and one.size >= STUB}
        unread = {one.repo for one in readmes if one.size is None} - whole
        asked = [one for one in repos if repo in ("", one) and one not in unread]
        yield Metric(
            "documents.readme_share",
            len(whole) / len(asked) if asked else None,
            "share",
            repo,
            f"{len(whole):,} of {len(asked):,} repositories",
            "" if asked else UNREAD if unread else "no repository was searched",
        )
        aged = [one.behind for one in own if one.behind is not None]
        stale = sum(behind > STALE for behind in aged)
        few = len(aged) < FEWEST
        yield Metric(
            "documents.stale_share",
            None if few else stale / len(aged),
            "share",
            repo,
            f"{stale:,} of {len(aged):,} documents whose age is known",
            f"fewer than {FEWEST} documents whose age is known" if few else "",
        )
    if found:
        yield _table(found)
        yield from _left_behind(found)


def _documents(artefacts: DataFrame, files: DataFrame, parts: DataFrame) -> Iterator[_Document]:
    """The documents by repository, kind and path, each once."""
    wanted = artefacts[artefacts["kind"].isin([*LIVING, *RECORDS])]
    wanted = wanted.drop_duplicates(["repo", "kind", "path"]).sort_values(["repo", "kind", "path"])
    for repo, some in wanted.groupby("repo"):
        own, made = of_repository(str(repo), files), of_repository(str(repo), parts)
        read = own[(own["size"] > 0) | own["blob"].isin(EMPTY)]
        sizes = dict(zip(read["path"], map(int, read["size"]), strict=True))
        dates = made.groupby("path")["last"].max().dropna()
        code = made[made["role"] == "source"].groupby("path")["last"].max().dropna()
        beside = _by_folder(code.to_dict())
        for kind, path in zip(some["kind"], some["path"], strict=True):
            changed, last = dates.get(path), _near(str(path), beside)
            behind = None
            if kind in LIVING and changed is not None and last is not None:
                behind = max(0, (last - changed).days)
            yield _Document(str(repo), str(kind), str(path), sizes.get(path), changed, behind)


def _by_folder(changed: Mapping[Any, Timestamp]) -> dict[str, Timestamp]:
    """When something below each folder was changed last; "" is the top."""
    found: dict[str, Timestamp] = {}
    for path, when in changed.items():
        folder = str(path)
        while folder:
            folder = folder.rpartition("/")[0]
            found[folder] = max(when, found.get(folder, when))
    return found


def _near(path: str, beside: Mapping[str, Timestamp]) -> Timestamp | None:
    """When the code that a document stands with was changed last: that of the nearest folder above
    which holds any.
    """
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        if folder in beside:
            return beside[folder]
    return None


def _day(moment: Timestamp | None) -> str:
    return moment.date().isoformat() if moment is not None else "not known"


def _months(days: int | None) -> Value:
    return None if days is None else round(days / _MONTH)


def _table(found: list[_Document]) -> Series:
    """A row a repository and kind; the age is that of the document changed last."""
    rows: list[tuple[Value, ...]] = []
    for repo, kind in sorted(
        {(one.repo, one.kind) for one in found}, key=lambda one: (one[0], list(KINDS).index(one[1]))
    ):
        some = [one for one in found if (one.repo, one.kind) == (repo, kind)]
        size = max((one.size for one in some if one.size is not None), default=None)
        label = KINDS[kind]
        if kind == "readme" and size is not None and size < STUB:
            label = f"{label}, a stub"
        dates = [one.changed for one in some if one.changed is not None]
        ages = [one.behind for one in some if one.behind is not None]
        newest = max(dates) if dates else None
        behind = _months(min(ages)) if ages else None
        rows.append((repo, label, len(some), size, _day(newest), behind))
    return Series(
        "documents",
        "Documents that stand beside the code",
        (
            "repository",
            "document",
            "files",
            "bytes of the largest",
            "last changed",
            "months behind",
        ),
        tuple(rows),
        note="Months behind: from the last change of the newest document to the last change of the "
        "production code in the nearest folder above it that holds any. Records of decisions and "
        f"outages do not age. A README below {STUB:,} bytes is called a stub. Whether a document "
        "is true was not examined; documents kept elsewhere are not seen.",
    )


def _left_behind(found: list[_Document]) -> Iterator[Series]:
    """The documents whose code went on longest without them."""
    stale = [one for one in found if one.behind is not None and one.behind > STALE]
    stale.sort(key=lambda one: (-(one.behind or 0), one.repo, one.path))
    if stale:
        yield Series(
            "stale_documents",
            "Documents that the code has left behind",
            ("repository", "file", "document", "last changed", "months behind"),
            tuple(
                (one.repo, one.path, KINDS[one.kind], _day(one.changed), _months(one.behind))
                for one in stale[:SHOWN]
            ),
        )
