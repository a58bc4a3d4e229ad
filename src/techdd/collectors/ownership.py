"""To whom files and components belong: by authorship, and by the lines that still stand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from techdd.authorship import authors, lines_by_person, source_by_person
from techdd.collectors import Answered, probe
from techdd.counting import of_repository, scopes
from techdd.departure import SMALLEST_COMPONENT, known_components
from techdd.facts import Commit, Contribution, Person, Survivor
from techdd.model import Metric, Series, Value, person_token
from techdd.presence import departed

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 20
DRAWN = 10  # bars
FEWEST = 10  # components; of fewer a share says nothing


@probe(domain="team", needs=(Contribution, Person))
def ownership(as_of: date, contributions: DataFrame, people: DataFrame) -> Answered:
    """How much of the code has one owner only, and who stands second?"""
    rows = source_by_person(contributions, people)
    touched = rows.groupby(["repo", "path", "component"], as_index=False)["person"].nunique()
    sizes = touched.groupby(["repo", "component"]).size().rename("files").reset_index()
    known = known_components(authors(rows), sizes)
    for repo, part in scopes(touched):
        share = float((part["person"] == 1).mean()) if len(part) else None
        yield Metric(
            "ownership.single_author_share",
            share,
            "share",
            repo,
            f"{len(part):,} source files",
            "" if len(part) else "no source file with a known author",
        )
        yield _one_owner(repo, known, sizes)
    yield Series(
        "components",
        "Components: who is an author of most of their files, and who stands second",
        (
            "repository",
            "component",
            "source files",
            "main owner",
            "main owner's share",
            "second owner",
            "second owner's share",
            "people who know it",
        ),
        tuple(_component_rows(known, sizes)),
        note="Shares of the component's source files by degree of authorship; a file can have "
        "several authors. Knows it: an author of at least a tenth of the files.",
    )


def _one_owner(repo: str, known: DataFrame, sizes: DataFrame) -> Metric:
    """The share of the components that only one person knows."""
    keys = ["repo", "component"]
    large = sizes[sizes["files"] >= SMALLEST_COMPONENT]
    large = of_repository(repo, large)
    people = known.groupby(keys)["person"].nunique().rename("people").reset_index()
    told = large.merge(people, on=keys, how="left").fillna({"people": 0})
    enough = len(told) >= FEWEST
    return Metric(
        "ownership.one_owner_components",
        float((told["people"] <= 1).mean()) if enough else None,
        "share",
        repo,
        f"{len(told):,} components of at least {SMALLEST_COMPONENT} source files",
        "" if enough else f"fewer than {FEWEST} components",
    )


def _component_rows(known: DataFrame, sizes: DataFrame) -> Iterator[tuple[Value, ...]]:
    large = sizes[sizes["files"] >= SMALLEST_COMPONENT]
    by_size = large.sort_values(["files", "repo", "component"], ascending=[False, True, True])
    ranked = known.sort_values(["held", "person"], ascending=[False, True])
    owners_of = dict(iter(ranked.groupby(["repo", "component"])))
    for repo, component, files in by_size.head(SHOWN).itertuples(index=False):
        found = owners_of.get((repo, component))
        held = [] if found is None else list(zip(found["person"], found["share"], strict=True))
        owners: list[tuple[str, Value]] = [
            (person_token(person), float(share)) for person, share in held[:2]
        ]
        main, second = (*owners, ("nobody", ""), ("nobody", ""))[:2]
        yield str(repo), str(component), int(files), *main, *second, len(held)


@probe(domain="team", needs=(Survivor, Commit, Person))
def surviving_lines(
    as_of: date, survivors: DataFrame, commits: DataFrame, people: DataFrame
) -> Answered:
    """Whose lines does the code of today consist of, and are they still there?"""
    lines = lines_by_person(survivors, people)
    gone = departed(as_of, commits, people)
    for repo, part in scopes(lines):
        written = int(part["lines"].sum())
        lost = int(part[part["person"].isin(gone)]["lines"].sum())
        yield Metric(
            "departures.lost_lines_share",
            lost / written if written else None,
            "share",
            repo,
            f"{written:,} surviving source lines",
            "" if written else "surviving lines were not counted",
        )
    yield Series(
        "line_owners",
        "Whose lines the largest components consist of",
        ("component", "other active people", "main active person", "people who left"),
        tuple(_line_rows(lines, gone)),
        chart="stacked",
        note="Share of the source lines that still stand as they were written. Left: no commit "
        "in the last 90 days. Moving or reformatting code makes whoever did it its author.",
    )
    by_person = lines.groupby("person")["lines"].sum()
    total = int(by_person.sum())
    ordered = sorted(by_person.items(), key=lambda one: (-one[1], str(one[0])))[:DRAWN]
    yield Series(
        "people_by_lines",
        "People by the source lines of theirs that still stand",
        ("person", "share of surviving lines"),
        tuple((person_token(str(person)), number / total) for person, number in ordered),
        chart="bar",
        note=f"Of {total:,} source lines. Lines tell amount, not worth.",
    )


def _line_rows(lines: DataFrame, gone: set[str]) -> Iterator[tuple[Value, ...]]:
    """(component, other active, main active, left) as shares, the largest component first."""
    several = lines["repo"].nunique() > 1
    groups = [
        one
        for one in lines.groupby(["repo", "component"])
        if one[1]["path"].nunique() >= SMALLEST_COMPONENT
    ]
    groups.sort(key=lambda one: (-one[1]["lines"].sum(), one[0]))
    for (repo, component), part in groups[:DRAWN]:
        total = part["lines"].sum()
        left = part[part["person"].isin(gone)]["lines"].sum()
        here = part[~part["person"].isin(gone)].groupby("person")["lines"].sum()
        main = here.max() if len(here) else 0
        name = f"{repo}: {component}" if several else str(component)
        yield name, float((total - left - main) / total), float(main / total), float(left / total)
