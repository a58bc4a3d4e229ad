"""Who holds the knowledge: truck factor, ownership and what people who left have taken along."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.authorship import authors, contributions_by_person
from techdd.authorship import truck_factor as remove_people
from techdd.collectors import Answered, probe
from techdd.facts import Commit, Contribution, Person
from techdd.identity import by_person
from techdd.model import Metric, Observation, Series, Value, person_token

if TYPE_CHECKING:
    import pandas as pd
    from pandas import DataFrame
    from pandas import Series as Column

ACTIVE_DAYS = 90  # "still in the building": a commit anywhere in the last 90 days
KEY_SHARE = 0.5  # of a repository's source files: who authored this much is a key person
DEPARTED_SHARE = 0.25  # who left is missed sooner: nobody can ask them
LONG_GONE_DAYS = 182  # before that, leave or a quiet quarter is as likely as a departure
LEARNT_AGAIN_DAYS = 3 * 365  # after that, those who kept working on it have become its experts
SMALLEST_COMPONENT = 3  # source files; below this a component says nothing


@probe(domain="team", needs=(Contribution, Person))
def truck_factor(as_of: date, contributions: DataFrame, people: DataFrame) -> Answered:
    """How many people would have to leave before half of the code has nobody who wrote it?"""
    rows = _source(contributions, people)
    for repo, part in _scopes(rows):
        files = len(part[["repo", "path"]].drop_duplicates())
        authored = authors(part)
        removals = remove_people(files, authored)
        basis = f"{files:,} source files"
        yield Metric("truck_factor.people", len(removals) or None, "people", repo, basis)
        top = removals[0].files / files if removals else None
        yield Metric("truck_factor.top_share", top, "share", repo, basis)
        if not repo and removals:
            steps = [("nobody", 1.0), *((person_token(r.person), r.covered) for r in removals[:12])]
            yield Series(
                "coverage_curve",
                "Files that keep an author when the main authors leave one after the other",
                ("after the leaving of", "share of files with an author"),
                tuple(steps),
                chart="curve",
                note="Avelino et al. 2016, greedy; the truck factor is reached below one half.",
            )
    yield _owners(rows)


def _owners(rows: DataFrame) -> Series:
    """Who authored how much, all repositories together."""
    files = len(rows[["repo", "path"]].drop_duplicates())
    authored = authors(rows)
    count = authored.groupby("person")["path"].size().rename("files").reset_index()
    last = rows.groupby("person")["last"].max()
    table = count.sort_values(["files", "person"], ascending=[False, True]).head(15)
    return Series(
        "main_authors",
        "People by the source files they are an author of",
        ("person", "files", "share of files", "last change to these files"),
        tuple(
            (person_token(person), int(number), number / files, _day(last.get(person)))
            for person, number in zip(table["person"], table["files"], strict=True)
        ),
        note=f"Of {files:,} source files. A file can have several authors.",
    )


@probe(domain="team", needs=(Contribution, Commit, Person))
def departures(
    as_of: date, contributions: DataFrame, commits: DataFrame, people: DataFrame
) -> Answered:
    """How much of the code was written by people who are no longer active?"""
    import pandas as pd

    rows = _source(contributions, people)
    end = pd.Timestamp(as_of, tz="UTC") + pd.Timedelta(days=1)
    by_people = by_person(commits, people).query("bot == False")
    last = by_people.groupby("person")["authored"].max()
    # Whose dates are all unknown has not been shown to have left.
    active = set(last[~(last < end - pd.Timedelta(days=ACTIVE_DAYS))].index)
    authored = authors(rows)
    authored = authored.assign(active=authored["person"].isin(active))
    by_file = authored.groupby(["repo", "path", "component"], as_index=False)["active"].max()
    for repo, part in _scopes(by_file):
        share = float(1 - part["active"].mean()) if len(part) else None
        yield Metric(
            "departures.orphaned_share", share, "share", repo, f"{len(part):,} source files"
        )
    recent = by_people["authored"] >= end - pd.Timedelta(days=ACTIVE_DAYS)
    tended = set(by_people[recent]["repo"])
    for repo, part in _scopes(authored):
        if repo:
            yield from _key_people(repo, part, last, end, tended=repo in tended)
    yield from _orphaned_components(by_file, rows)


def _key_people(
    repo: str,
    authored: DataFrame,
    last: Column[pd.Timestamp],
    end: pd.Timestamp,
    *,
    tended: bool,
) -> Iterator[Observation]:
    """Who authored much of a repository, told apart by whether they are still active."""
    import pandas as pd

    files = authored["path"].nunique()
    counts = authored.groupby(["person", "active"])["path"].nunique().reset_index(name="files")
    ordered = counts.sort_values(["files", "person"], ascending=[False, True])
    for person, active, number in ordered.itertuples(index=False):
        if number / files < (KEY_SHARE if active else DEPARTED_SHARE):
            continue
        values: dict[str, Value] = {
            "person": person_token(person),
            "share": float(number / files),
            "files": int(number),
            "last": _day(last[person]),
            "months": None if pd.isna(last[person]) else round((end - last[person]).days / 30.44),
            "severity": _severity((end - last[person]).days, tended=tended),
        }
        rule = "key-person" if active else "departed-key-person"
        yield Observation(rule, repo, person, values=values)


def _severity(days: float, *, tended: bool) -> str:
    """How much a departure `days` ago is felt; `tended`: others still work on the repository."""
    if days <= LONG_GONE_DAYS:
        return "medium"
    return "low" if tended and days > LEARNT_AGAIN_DAYS else "high"


def _orphaned_components(by_file: DataFrame, rows: DataFrame) -> Iterator[Observation]:
    """Components none of whose authors is active, unless the whole repository is so."""
    last = rows.groupby(["repo", "component"])["last"].max()
    for repo, part in _scopes(by_file):
        if not repo or not part["active"].any():
            continue
        for component, files in part.groupby("component"):
            if len(files) >= SMALLEST_COMPONENT and not files["active"].any():
                values: dict[str, Value] = {
                    "component": str(component),
                    "files": len(files),
                    "share": len(files) / len(part),
                    "last": _day(last[repo, component]),
                }
                yield Observation("orphaned-component", repo, str(component), values=values)


@probe(domain="team", needs=(Contribution, Person))
def ownership(as_of: date, contributions: DataFrame, people: DataFrame) -> Answered:
    """How much of the code has ever been changed by one person only?"""
    rows = _source(contributions, people)
    touched = rows.groupby(["repo", "path", "component"], as_index=False)["person"].nunique()
    for repo, part in _scopes(touched):
        share = float((part["person"] == 1).mean()) if len(part) else None
        yield Metric(
            "ownership.single_author_share", share, "share", repo, f"{len(part):,} source files"
        )
    yield Series(
        "components",
        "Components and how widely they are known",
        ("repository", "component", "source files", "people", "main author", "main author's share"),
        tuple(_component_rows(rows)),
        note="Main author: most non-merge changes to the files that exist today.",
    )


def _component_rows(rows: DataFrame) -> Iterator[tuple[str | int | float, ...]]:
    groups = sorted(rows.groupby(["repo", "component"]), key=lambda one: -one[1]["path"].nunique())
    for (repo, component), part in groups[:40]:
        changes = part.groupby("person")["changes"].sum().sort_index()
        main = str(changes.idxmax())
        yield (
            str(repo),
            str(component),
            int(part["path"].nunique()),
            int(part["person"].nunique()),
            person_token(main),
            float(changes.max() / changes.sum()),
        )


def _source(contributions: DataFrame, people: DataFrame) -> DataFrame:
    rows = contributions_by_person(contributions, people)
    return rows[rows["role"] == "source"]


def _scopes(rows: DataFrame) -> Iterator[tuple[str, DataFrame]]:
    """The whole engagement ("") and each repository."""
    yield "", rows
    for repo, part in rows.groupby("repo"):
        yield str(repo), part


def _day(when: pd.Timestamp | None) -> str:
    import pandas as pd

    return "unknown" if when is None or pd.isna(when) else f"{when:%Y-%m-%d}"
