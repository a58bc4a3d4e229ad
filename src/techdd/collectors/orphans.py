"""Parts of the product that nobody tends any more, and parts that were picked up again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.authorship import authors, source_by_person
from techdd.collectors import Answered, probe
from techdd.counting import end_of, scopes
from techdd.departure import SMALLEST_COMPONENT
from techdd.facts import Change, Commit, Contribution, File, Person
from techdd.model import Metric, Observation, Series, Value, person_token
from techdd.presence import MONTH, before, departed, human_commits, on, up_to

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp

STALE_DAYS = 730  # Black Duck's bound for "no development"
SILENT_DAYS = 365
RESUMED_DAYS = 730  # a silence that ended earlier says nothing about the deal
SWEEPING = 30  # files; commits of more reformat or move, they do not work on a component
FEWEST = 10  # files; of fewer a share says nothing
TAKEN_UP = 3  # changes to files; fewer are a visit
SHOWN = 20


@probe(domain="team", needs=(Contribution, Commit, Person))
def orphans(
    as_of: date, contributions: DataFrame, commits: DataFrame, people: DataFrame
) -> Answered:
    """Which parts have neither an active author nor a recent change?"""
    rows = source_by_person(contributions, people)
    end = end_of(as_of)
    gone = departed(as_of, commits, people)
    key = ["repo", "path", "component"]
    files = rows.groupby(key, as_index=False)["last"].max()
    authored = authors(rows)
    here = authored[~authored["person"].isin(gone)]
    known = set(here[["repo", "path"]].itertuples(index=False, name=None))
    files["tended"] = [
        one in known for one in files[["repo", "path"]].itertuples(index=False, name=None)
    ]
    files["stale"] = files["last"] < before(end, STALE_DAYS)
    for repo, part in scopes(files):
        enough = len(part) >= FEWEST
        yield Metric(
            "orphans.abandoned_share",
            float((part["stale"] & ~part["tended"]).mean()) if enough else None,
            "share",
            repo,
            f"{len(part):,} source files",
            "" if enough else f"fewer than {FEWEST} source files with a known author",
        )
    yield Series(
        "untended_components",
        "Components without an active author or without a change in 24 months",
        (
            "repository",
            "component",
            "source files",
            "share of files without an active author",
            "last change",
            "state",
        ),
        tuple(_untended(files, end)),
        note="Orphaned: no file has an active author. Abandoned: no file was changed in 24 months. "
        "Code that is finished looks the same as code that is forgotten.",
    )


def _untended(files: DataFrame, end: Timestamp) -> Iterator[tuple[Value, ...]]:
    """Orphaned or abandoned components, the largest first."""
    found = []
    for (repo, component), part in files.groupby(["repo", "component"]):
        orphaned, abandoned = not part["tended"].any(), bool(part["stale"].all())
        words = [w for w, is_so in (("orphaned", orphaned), ("abandoned", abandoned)) if is_so]
        if len(part) >= SMALLEST_COMPONENT and words:
            found.append(
                (
                    str(repo),
                    str(component),
                    len(part),
                    float(1 - part["tended"].mean()),
                    on(up_to(end, part["last"].max())),
                    " and ".join(words),
                )
            )
    yield from sorted(found, key=lambda one: (-one[2], one[0], one[1]))[:SHOWN]


@probe(domain="team", needs=(Commit, Change, File, Person))
def resumptions(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, people: DataFrame
) -> Answered:
    """Which parts were picked up again after a year or more without a change, and by whom?"""
    end = end_of(as_of)
    work = _work(as_of, commits, changes, files, people)
    spans = work.groupby("repo")["authored"].agg(["min", "max"])
    found = []
    for (repo, component), part in work.groupby(["repo", "component"]):
        if part["path"].nunique() >= SMALLEST_COMPONENT:
            found += [(str(repo), str(component), *one) for one in _resumed(part, end)]
    for repo in ["", *sorted(map(str, files["repo"].unique()))]:
        seen = repo in spans.index or (not repo and len(spans) > 0)
        number = sum(1 for one in found if not repo or one[0] == repo)
        yield Metric(
            "resumptions.components",
            number if seen else None,
            "components",
            repo,
            "in the last 24 months, after a year or more without a change",
            "" if seen else "no change by a person to a source file that exists today",
        )
    found.sort(key=lambda one: (one[3], one[0], one[1]), reverse=True)
    yield Series(
        "resumed_components",
        "Components that were picked up again after a long silence",
        ("repository", "component", "silent for months", "resumed", "changes since", "by", "who"),
        tuple(_shown(one) for one in found[:SHOWN]),
        note=f"Renames are followed. Commits of more than {SWEEPING} files are changes, but no "
        "work taken up again: they move or reformat."
        f" At least {TAKEN_UP} changes since.",
    )
    for repo in sorted({one[0] for one in found}):
        yield _observed(repo, [one for one in found if one[0] == repo])


def _work(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, people: DataFrame
) -> DataFrame:
    """Changes by people to today's source files, in order: component, path, person, authored,
    sweeping.
    """
    human = human_commits(as_of, commits, people)
    human = human.assign(sweeping=human["files"] > SWEEPING)
    source = files[files["role"] == "source"][["repo", "path", "component"]]
    made = _followed(commits, changes, source).merge(source, on=["repo", "path"])
    kept = human[["repo", "sha", "authored", "person", "sweeping"]]
    return made.merge(kept, on=["repo", "sha"]).sort_values(["authored", "sha"], kind="stable")


def _followed(commits: DataFrame, changes: DataFrame, source: DataFrame) -> DataFrame:
    """(repo, sha, path) of the changes to the files of `source`, each under its present path.

    Read backwards, a rename says under which name a file went before.
    """
    from pandas import DataFrame

    numbers = commits.set_index(["repo", "sha"])["number"]
    keys = changes.set_index(["repo", "sha"]).index
    ordered = changes.assign(number=numbers.reindex(keys).to_numpy())
    ordered = ordered.sort_values(["repo", "number", "place"], ascending=False)
    today = {(repo, path): path for repo, path in zip(source["repo"], source["path"], strict=True)}
    columns = ("repo", "sha", "path", "old_path", "status")
    found = []
    for repo, sha, path, old_path, status in zip(
        *(ordered[name].to_list() for name in columns), strict=True
    ):
        now = today.get((repo, path))
        if now is None:
            continue
        found.append((repo, sha, now))
        if status == "R":
            del today[repo, path]
            today.setdefault((repo, old_path), now)
    return DataFrame(found, columns=["repo", "sha", "path"])


Resumed = tuple[int, "Timestamp", int, frozenset[str], frozenset[str]]
Found = tuple[str, str, int, "Timestamp", int, frozenset[str], frozenset[str]]


def _resumed(part: DataFrame, end: Timestamp) -> Iterator[Resumed]:
    """The longest silence of a component that ended in the last 24 months: (months, resumed,
    changes since, people before, people since).
    """
    part = part.reset_index(drop=True)
    gaps = part["authored"].diff()
    recent = ~part["sweeping"] & (part["authored"] >= before(end, RESUMED_DAYS))
    ended = gaps[recent & (gaps.dt.days >= SILENT_DAYS)]
    if len(ended) and len(part) - (place := int(ended.idxmax())) >= TAKEN_UP:
        old, new = (frozenset(rows["person"]) for rows in (part.iloc[:place], part.iloc[place:]))
        yield round(gaps[place].days / MONTH), part["authored"][place], len(part) - place, old, new


def _people(old: frozenset[str], new: frozenset[str]) -> str:
    if not new & old:
        return "new people"
    return "the same people" if new <= old else "the same and new people"


def _shown(one: Found) -> tuple[Value, ...]:
    repo, component, months, resumed, changes, old, new = one
    names = sorted(new)
    by = ", ".join(map(person_token, names[:3])) + (" ..." if len(names) > 3 else "")
    return repo, component, months, on(resumed), changes, by, _people(old, new)


def _observed(repo: str, found: list[Found]) -> Observation:
    """What was picked up in one repository; told together, for each has the same question."""
    by_new = sum(1 for *_, old, new in found if not new & old)
    names = [one[1] for one in found]
    values: dict[str, Value] = {
        "count": len(found),
        "components": ", ".join(names[:4]) + (" ..." if len(names) > 4 else ""),
        "new": by_new,
        "months": max(one[2] for one in found),
        "severity": "medium" if by_new == len(found) else "low",
    }
    return Observation("resumed-components", repo, "", values=values)
