"""What leaves with people: live code, files, hotspots and components that nobody else knows.

The idea is CodeScene's off-boarding simulator. Nothing here predicts that anybody leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from techdd.authorship import authors, file_count, lines_by_person, source_by_person
from techdd.counting import end_of
from techdd.facts import Change, Commit, Contribution, Fact, File, Function, Person, Survivor
from techdd.presence import before, departed

if TYPE_CHECKING:
    from pandas import DataFrame

HOT_FILES = 25  # most heated files, by changes in 12 months times complexity
KNOWN_SHARE = 0.1  # of a component's files: who authored this much can answer for it
SMALLEST_COMPONENT = 3  # source files; below this a component says nothing

NEEDS: tuple[Fact, ...] = (Contribution, Survivor, Commit, Change, File, Function)


@dataclass(frozen=True)
class Knowledge:
    """Who knows what of the code as it stands; each table holds source files only."""

    files: int
    authored: DataFrame  # repo, path, component, person: the authors of each file
    lines: DataFrame  # repo, path, component, person, lines: empty where nobody counted
    hot: frozenset[tuple[str, str]]  # (repo, path)
    sizes: DataFrame  # repo, component, files
    gone: frozenset[str]  # people who have left already

    def main_people(self) -> list[str]:
        """The people who are still there, by the files they are an author of."""
        here = self.authored[~self.authored["person"].isin(self.gone)]
        held = here.groupby("person").size()
        return sorted(held.index, key=lambda one: (-held[one], one))


@dataclass(frozen=True)
class Loss:
    """What would be without anybody if the people left, on top of those who have left already.

    None is not known, never "nothing": the evidence was not collected, or there is nothing to take
    a share of.
    """

    people: tuple[str, ...]
    lines_share: float | None  # of the surviving source lines: written by these people
    files_share: float | None  # of the source files: they are the last active author
    files: int | None
    hot_files: int | None  # hotspots of which they are the last active author
    hotspots: int  # hotspots in all
    components: tuple[tuple[str, str], ...] | None = None  # (repo, component)


def knowledge(
    as_of: date,
    contributions: DataFrame,
    survivors: DataFrame,
    commits: DataFrame,
    heat: Collection[tuple[str, str]],
    people: DataFrame,
) -> Knowledge:
    """Who knows what on `as_of`; `heat` names the hotspots (see `hottest`)."""
    rows = source_by_person(contributions, people)
    seen = set(rows["repo"])
    sizes = rows.drop_duplicates(["repo", "path"]).groupby(["repo", "component"]).size()
    return Knowledge(
        files=file_count(rows),
        authored=authors(rows),
        lines=lines_by_person(survivors, people),
        hot=frozenset(one for one in heat if one[0] in seen),
        sizes=sizes.rename("files").reset_index(),
        gone=frozenset(departed(as_of, commits, people)),
    )


def knowledge_of(as_of: date, table: Callable[[Fact], DataFrame]) -> Knowledge:
    """`knowledge` from the tables of an engagement."""
    commits, people = table(Commit), table(Person)
    heat = hottest(as_of, commits, table(Change), table(File), table(Function))
    return knowledge(as_of, table(Contribution), table(Survivor), commits, heat, people)


def hottest(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, functions: DataFrame
) -> list[tuple[str, str]]:
    """The source files with most changes in the last 12 months times complexity, hottest first."""
    end = end_of(as_of)
    recent = commits[(commits["authored"] < end) & (commits["authored"] >= before(end, 365))]
    key = ["repo", "path"]
    times = changes.merge(recent[["repo", "sha"]], on=["repo", "sha"]).groupby(key).size()
    product = functions[functions["role"] == "source"]
    total = product.groupby(key)["complexity"].sum()
    source = files[files["role"] == "source"][key]
    table = source.merge(times.rename("changes"), on=key).merge(total, on=key)
    table = table.assign(heat=table["changes"] * table["complexity"])
    ordered = table.sort_values(["heat", *key], ascending=[False, True, True])
    return list(ordered[key].head(HOT_FILES).itertuples(index=False, name=None))


def known_components(authored: DataFrame, sizes: DataFrame) -> DataFrame:
    """(repo, component, person, share): who is an author of at least a tenth of its files."""
    keys = ["repo", "component"]
    held = authored.groupby([*keys, "person"])["path"].nunique().rename("held").reset_index()
    table = held.merge(sizes, on=keys)
    table["share"] = table["held"] / table["files"]
    return table[table["share"] >= KNOWN_SHARE]


def simulate(known: Knowledge, leaving: Collection[str]) -> Loss:
    """What would be lost if the people `leaving` were no longer there."""
    here = known.authored[~known.authored["person"].isin(known.gone)]
    stays = here[~here["person"].isin(leaving)]
    lost = _files(here) - _files(stays)
    lines = known.lines
    written = int(lines["lines"].sum())
    theirs = int(lines[lines["person"].isin(leaving)]["lines"].sum())
    return Loss(
        people=tuple(leaving),
        lines_share=theirs / written if written else None,
        files_share=len(lost) / known.files if known.files else None,
        files=len(lost) if known.files else None,
        hot_files=len(lost & known.hot) if known.hot else None,
        hotspots=len(known.hot),
        components=_left_alone(known, here, stays) if known.files else None,
    )


def _files(authored: DataFrame) -> set[tuple[str, str]]:
    return set(zip(authored["repo"], authored["path"], strict=True))


def _left_alone(known: Knowledge, here: DataFrame, stays: DataFrame) -> tuple[tuple[str, str], ...]:
    """The components that somebody active knows today, and nobody who stays."""
    large = known.sizes[known.sizes["files"] >= SMALLEST_COMPONENT]
    keys = ["repo", "component"]
    now, then = (
        set(known_components(part, large)[keys].itertuples(index=False, name=None))
        for part in (here, stays)
    )
    return tuple(sorted(now - then))
