"""Which practices can be seen in the repositories, and which are conspicuously absent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.collectors.practices.search import SearchScope
from techdd.collectors.practices.signs import KINDS
from techdd.counting import of_repository
from techdd.facts import Artefact
from techdd.model import Location, Metric, Observation, Series, Value
from techdd.triage import mark_of

if TYPE_CHECKING:
    from pandas import DataFrame

# Kinds that can only be looked for where there is something to carry them: kind -> what that is,
# and the kinds that show that it is there.
_CARRIED: dict[str, tuple[str, tuple[str, ...]]] = {
    "multi_zone": ("infrastructure code", ("iac",)),
    "replicas": ("infrastructure code", ("iac",)),
    "backup": ("infrastructure code", ("iac",)),
    "restore": ("infrastructure code", ("iac",)),
    "autoscaling": ("infrastructure code", ("iac",)),
    "cost_control": ("infrastructure code", ("iac",)),
}
_NAMED = 5  # places named in one observation
_ACROSS = 8  # repositories that a printed table has room for


@probe(domain="sdlc", needs=(Artefact, SearchScope), guarded=True)
def practices(as_of: date, artefacts: DataFrame, scopes: DataFrame) -> Answered:
    """Which engineering practices have left evidence in the repositories?"""
    repos = sorted(str(repo) for repo in scopes["repo"].unique())
    found = artefacts[artefacts["repo"].isin(repos)]
    present = {
        (str(repo), str(kind)) for repo, kind in zip(found["repo"], found["kind"], strict=True)
    }
    for kind in KINDS:
        yield from _metrics(kind, repos, present)
    backed_up = "backup" in set(found["kind"])
    for repo in repos:
        yield from _observations(repo, of_repository(repo, found), backed_up=backed_up)
    yield _matrix(repos, present)


def _metrics(kind: str, repos: Sequence[str], present: set[tuple[str, str]]) -> Iterator[Metric]:
    """Shares of the repositories in which the practice could be seen at all."""
    carrier, shown_by = _CARRIED.get(kind, ("", ()))
    open_to_it = [
        repo
        for repo in repos
        if not carrier or any((repo, other) in present for other in (kind, *shown_by))
    ]
    having = [repo for repo in open_to_it if (repo, kind) in present]
    nothing = f"no {carrier} was found" if repos else "no repository was searched"
    yield Metric(
        f"practices.{kind}",
        len(having) / len(open_to_it) if open_to_it else None,
        "share",
        basis=f"{len(having)} of {_repositories(len(open_to_it))}" if open_to_it else "",
        note="" if open_to_it else nothing,
    )
    for repo in repos:
        value = float(repo in having) if repo in open_to_it else None
        note = "" if repo in open_to_it else nothing
        yield Metric(f"practices.{kind}", value, "share", repo, "files of the tree", note)


def _repositories(number: int) -> str:
    return "1 repository" if number == 1 else f"{number:,} repositories"


def _observations(repo: str, found: DataFrame, *, backed_up: bool) -> Iterator[Observation]:
    kinds = set(found["kind"])
    if "ci" in kinds and "ci_tests" not in kinds:
        yield _observed("ci-without-tests", repo, "ci", found[found["kind"] == "ci"])
    if "env_file" in kinds:
        rows = found[found["kind"] == "env_file"]
        paths = ", ".join(sorted(rows["path"])[:_NAMED])
        yield _observed("committed-env-file", repo, "env", rows, paths=paths)
    if "iac" in kinds and not backed_up:  # another repository may hold the backups of this one
        yield _observed("no-backup-evidence", repo, "backup", found[found["kind"] == "iac"])


def _observed(rule: str, repo: str, key: str, rows: DataFrame, **values: Value) -> Observation:
    ordered = rows.sort_values(["path", "line"])
    places = tuple(
        Location(str(path), int(line) or None)
        for path, line in zip(ordered["path"], ordered["line"].fillna(0), strict=True)
    )
    told: dict[str, Value] = {"count": len(rows), **values}
    return Observation(rule, repo, key, places[:_NAMED], told, mark_of(ordered["path"]))


def _matrix(repos: Sequence[str], present: set[tuple[str, str]]) -> Series:
    """Practice by repository; counts where there are more repositories than columns fit."""
    note = "Read from file names and words in files. 'Not found' is no proof of absence."
    title = "Practices that have left evidence"
    if len(repos) > _ACROSS:
        rows = tuple(
            (label, sum((repo, kind) in present for repo in repos), len(repos))
            for kind, label in KINDS.items()
        )
        columns = ("practice", "repositories with it", "repositories searched")
        return Series("practices", title, columns, rows, note=note)
    return Series(
        "practices",
        title,
        ("practice", *repos),
        tuple(
            (label, *("found" if (repo, kind) in present else "not found" for repo in repos))
            for kind, label in KINDS.items()
        ),
        note=note,
    )
