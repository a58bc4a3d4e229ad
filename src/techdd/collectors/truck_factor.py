"""How few people hold the knowledge: truck factor after Avelino, and two other ways to ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from techdd.authorship import (
    Removal,
    authors,
    code_by_person,
    contributors,
    departures,
    file_count,
    lines_by_person,
    owners,
)
from techdd.authorship import truck_factor as remove_people
from techdd.collectors import Answered, probe
from techdd.counting import end_of, of_repository, scopes
from techdd.departure import SMALLEST_COMPONENT
from techdd.facts import Commit, Contribution, Person, Survivor
from techdd.model import Metric, Series, Value, person_token
from techdd.presence import before, departed, human_commits, on
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN = 12  # steps of the curve and people in a list
CURVE = 6  # steps that the curve has at least
COMPONENTS = 15
NAMED = 4  # people in a cell
FEWEST = 10  # commits; of fewer a share says nothing
CLOSE = 1  # readings that differ by no more than this agree


@probe(domain="team", needs=(Contribution, Commit, Person))
def truck_factor(
    as_of: date, contributions: DataFrame, commits: DataFrame, people: DataFrame
) -> Answered:
    """How many people would have to leave before half of the code has nobody who wrote it?"""
    rows = code_by_person(contributions, people)
    for repo, part in scopes(rows):
        files, removals = _removals(part)
        basis = f"{files:,} source and test files"
        note = "" if removals else "no source or test file with a known author"
        yield Metric("truck_factor.people", len(removals) or None, "people", repo, basis, note)
        top = removals[0].files / files if removals else None
        yield Metric("truck_factor.top_share", top, "share", repo, basis, note)
        if not repo and removals:
            left = islice(departures(files, authors(part)), max(CURVE, len(removals)))
            steps = [("nobody", file_count(authors(part)) / files)]
            steps += [(person_token(one.person), one.covered) for one in left]
            yield Series(
                "coverage_curve",
                "Files that keep an author when the main authors leave one after the other",
                ("after the leaving of", "share of files with an author"),
                tuple(steps[: SHOWN + 1]),
                chart="curve",
                note="Avelino et al. 2016, greedy; the truck factor is reached below one half. "
                "Authorship over the whole history, without decay; who left long ago counts.",
            )
    yield _main_authors(rows, human_commits(as_of, commits, people))
    yield Series(
        "truck_factor_order",
        "Truck factor of each repository and of the largest components",
        ("repository", "component", "code files", "truck factor", "in this order"),
        tuple(_by_part(rows)),
        note="The people whose leaving, in this order, leaves fewer than half of the files with an "
        f"author, of source and test files. Components of at least {SMALLEST_COMPONENT} of them.",
    )


def _removals(rows: DataFrame) -> tuple[int, list[Removal]]:
    files = file_count(rows)
    return files, remove_people(files, authors(rows))


def _by_part(rows: DataFrame) -> Iterator[tuple[Value, ...]]:
    """Each repository, then the components, the largest first."""
    parts = [(str(repo), "(all)", part) for repo, part in rows.groupby("repo")]
    components = [
        (str(repo), str(component), part)
        for (repo, component), part in rows.groupby(["repo", "component"])
        if part["path"].nunique() >= SMALLEST_COMPONENT
    ]
    components.sort(key=lambda one: (-one[2]["path"].nunique(), one[0], one[1]))
    for repo, component, part in [*parts, *components[:COMPONENTS]]:
        files, removals = _removals(part)
        yield (
            repo,
            component,
            files,
            len(removals) or None,
            some_of([person_token(one.person) for one in removals], NAMED),
        )


def _main_authors(rows: DataFrame, made: DataFrame) -> Series:
    """Who authored how much, all repositories together, and made the last of the commits when.

    The last change of a contribution would not do: it may be later than the day of the audit.
    """
    files = file_count(rows)
    count = authors(rows).groupby("person")["path"].size().rename("files").reset_index()
    last = made.groupby("person")["authored"].max()
    table = count.sort_values(["files", "person"], ascending=[False, True]).head(SHOWN)
    return Series(
        "main_authors",
        "People by the code files they are an author of",
        ("person", "files", "share of files", "last commit"),
        tuple(
            (person_token(person), int(number), number / files, on(last.get(person)))
            for person, number in zip(table["person"], table["files"], strict=True)
        ),
        note=f"Of {files:,} source and test files. A file can have several authors. Last commit: "
        "in any repository, up to the day of the audit.",
    )


@probe(domain="team", needs=(Contribution, Survivor, Commit, Person))
def concentration(
    as_of: date,
    contributions: DataFrame,
    survivors: DataFrame,
    commits: DataFrame,
    people: DataFrame,
) -> Answered:
    """Do authorship, surviving lines and recent work agree on how few people hold the code?"""
    rows = code_by_person(contributions, people)
    lines = lines_by_person(survivors, people)
    made = human_commits(as_of, commits, people)
    recent = made[made["authored"] >= before(end_of(as_of), 365)]
    gone = departed(as_of, commits, people)
    table = []
    for repo, part in scopes(rows):
        files, removals = _removals(part)
        authored = authors(part)
        present = remove_people(files, authored[~authored["person"].isin(gone)])
        kept = of_repository(repo, lines)
        done = of_repository(repo, recent)
        by_lines, by_lines_left = owners(kept), owners(kept, gone)
        by_work = contributors(done) if len(done) >= FEWEST else []
        written = int(kept["lines"].sum())
        basis = f"{written:,} surviving source lines"
        note = "" if written else "surviving lines were not counted"
        yield Metric(
            "concentration.lines_people", len(by_lines) or None, "people", repo, basis, note
        )
        yield Metric(
            "concentration.commits_people",
            len(by_work) or None,
            "people",
            repo,
            f"{len(done):,} commits in the last 12 months",
            "" if by_work else f"fewer than {FEWEST} commits in the last 12 months",
        )
        yield Metric(
            "concentration.present_people",
            len(present) if files else None,
            "people",
            repo,
            f"{files:,} source and test files, people who left taken out",
            "" if files else "no source or test file with a known author",
        )
        firsts = [
            removals[0].person if removals else "",
            *(one[0] for one in (by_lines, by_work) if one),
        ]
        counts = [len(removals), len(by_lines), len(by_work)]
        table.append(
            (
                repo or "(all)",
                len(removals) or None,
                len(present) if files else None,
                len(by_lines) or None,
                len(by_lines_left) if written else None,
                len(by_work) or None,
                _agreement(counts, firsts),
            )
        )
    yield Series(
        "readings_of_concentration",
        "People on whom half of the code depends, asked in three ways",
        (
            "repository",
            "authorship",
            "authorship, without those who left",
            "surviving lines",
            "surviving lines, without those who left",
            "commits in 12 months",
            "do they agree",
        ),
        tuple(table if len(table) > 2 else table[1:]),
        note="Truck factor by degree of authorship (Avelino 2016); fewest people who wrote more "
        "than half of the source lines that stand; fewest who made half of the commits (CHAOSS "
        "Contributor Absence Factor). Without those who left: how many more would have to leave; 0 "
        "means that half is lost already.",
    )


def _agreement(counts: Sequence[int], firsts: Sequence[str]) -> str:
    """One sentence on whether the readings that could be taken agree."""
    taken = [count for count in counts if count]
    if len(taken) < 2:
        return "only one could be taken"
    same = len(set(firsts)) == 1
    who = "the same person first" if same else "not the same person first"
    low, high = min(taken), max(taken)
    span = f"{low} each" if low == high else f"{low} to {high}"
    return f"{'yes' if high - low <= CLOSE else 'no'}, {span}; {who}"
