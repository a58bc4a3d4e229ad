"""What people who left have taken along, and what would go if the next ones left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from techdd.authorship import authors, source_by_person
from techdd.collectors import Answered, probe
from techdd.counting import end_of, scopes
from techdd.departure import SMALLEST_COMPONENT, Loss, hottest, knowledge, simulate
from techdd.facts import Change, Commit, Contribution, File, Function, Person, Survivor
from techdd.identity import of_people
from techdd.model import Metric, Observation, Series, Value, person_token
from techdd.presence import ACTIVE_DAYS, MONTH, departed, human_commits, on, up_to
from techdd.text import some_of

if TYPE_CHECKING:
    import pandas as pd
    from pandas import DataFrame
    from pandas import Series as Column

KEY_SHARE = 0.5  # of a repository's source files: who authored this much is a key person
DEPARTED_SHARE = 0.25  # who left is missed sooner: nobody can ask them
LONG_GONE_DAYS = 182  # before that, leave or a quiet quarter is as likely as a departure
ABANDONED_DAYS = 365  # after that, the repository is said to be abandoned
BROUGHT_SHARE = 0.5  # of the source files: who made so many at once brought the code in
BROUGHT_FILES = 20  # fewer are written between two commits
LEARNT_AGAIN_DAYS = 3 * 365  # after that, those who kept working on it have become its experts
LEAVERS = 3  # people of the truck-factor list that the report lets leave
FEWEST = 10  # files; of fewer a share says nothing


@probe(domain="team", needs=(Contribution, Commit, Person))
def departures(
    as_of: date, contributions: DataFrame, commits: DataFrame, people: DataFrame
) -> Answered:
    """How much of the code was written by people who are no longer active?"""
    rows = source_by_person(contributions, people)
    end = end_of(as_of)
    made = human_commits(as_of, commits, people)
    last = made.groupby("person")["authored"].max()
    gone = departed(as_of, commits, people)
    authored = authors(rows)
    known = set(of_people(commits, people)["person"])
    active = authored["person"].isin(known) & ~authored["person"].isin(gone)
    authored = authored.assign(active=active)
    by_file = authored.groupby(["repo", "path", "component"], as_index=False)["active"].max()
    for repo, part in scopes(by_file):
        share = float(1 - part["active"].mean()) if len(part) else None
        yield Metric(
            "departures.orphaned_share",
            share,
            "share",
            repo,
            f"{len(part):,} source files",
            "" if len(part) else "no source file with a known author",
        )
    worked = made.groupby("repo")["authored"].max()
    imported = _imported(made)
    for repo, part in scopes(authored):
        if repo and repo not in imported:
            yield from _key_people(repo, part, last, worked.get(repo), end)
    yield from _orphaned_components(by_file, rows, end)


def _imported(made: DataFrame) -> set[str]:
    """The repositories whose whole history is one commit, which says who brought the code in and
    not who wrote it.
    """
    counts = made["repo"].value_counts()
    return {str(repo) for repo in counts[counts == 1].index}


def _key_people(
    repo: str,
    authored: DataFrame,
    last: Column[pd.Timestamp],
    worked: pd.Timestamp | None,
    end: pd.Timestamp,
) -> Iterator[Observation]:
    """Who authored much of a repository, told apart by whether they are still active; `last` is
    when each person was seen last, `worked` when anybody worked on the repository.
    """
    files = authored["path"].nunique()
    brought = _brought(authored)
    counts = authored.groupby(["person", "active"])["path"].nunique().reset_index(name="files")
    ordered = counts.sort_values(["files", "person"], ascending=[False, True])
    for person, active, number in ordered.itertuples(index=False):
        if number / files < (KEY_SHARE if active else DEPARTED_SHARE):
            continue
        seen = last.get(person)
        days, idle = _days(seen, end), _days(worked, end)
        doubts = [_BROUGHT.format(brought[person])] if person in brought else []
        doubts += [_RESTING] if not active and _rests(days, idle) else []
        severity = "high" if active else _severity(days, idle)
        values: dict[str, Value] = {
            "person": person_token(person),
            "share": float(number / files),
            "files": int(number),
            "last": on(seen),
            "months": None if days is None else round(days / MONTH),
            "severity": _LOWER[max(_LOWER.index(severity) - len(doubts), 0)],
            "aside": "".join(doubts),
        }
        rule = "key-person" if active else "departed-key-person"
        yield Observation(rule, repo, person, values=values)


def _brought(authored: DataFrame) -> dict[str, int]:
    """By person the files of a repository that were made with one commit, most of all there are,
    and that the same person did not change since.

    Avelino et al. leave repositories out where few commits made most of the files: their history
    lies elsewhere.
    """
    most = max(BROUGHT_FILES, BROUGHT_SHARE * authored["path"].nunique())
    once = authored[authored["created"].astype(bool) & (authored["changes"] == 1)]
    made = once.groupby(["person", "first"])["path"].nunique()
    return {str(person): int(number) for (person, _), number in made[made >= most].items()}


_LOWER = ("low", "medium", "high")
_BROUGHT = (
    " {:,} of these files came in with a single commit and were not changed by the same person"
    " since: whoever brings code in need not have written it, so this is rated one step lower."
)
_RESTING = (
    " Nobody has worked there for longer: it may be the work on it that rests, or the copy that"
    " was audited that is old, so this is rated one step lower."
)


def _days(when: pd.Timestamp | None, end: pd.Timestamp) -> int | None:
    import pandas as pd

    return None if when is None or pd.isna(when) else (end - when).days


def _rests(days: int | None, idle: int | None) -> bool:
    """Whether a repository that was `idle` for so long stopped when somebody left it `days` ago,
    too lately to be called abandoned.
    """
    if days is None or idle is None or not ACTIVE_DAYS < days <= ABANDONED_DAYS:
        return False
    return idle > ACTIVE_DAYS and days - idle <= ACTIVE_DAYS


def _severity(days: int | None, idle: int | None) -> str:
    """How much a departure `days` ago is felt in a repository that was `idle` for so many days."""
    if days is not None and days <= LONG_GONE_DAYS:
        return "medium"
    tended = idle is not None and idle <= ACTIVE_DAYS
    return "low" if tended and days is not None and days > LEARNT_AGAIN_DAYS else "high"


def _orphaned_components(
    by_file: DataFrame, rows: DataFrame, end: pd.Timestamp
) -> Iterator[Observation]:
    """Components none of whose authors is active, unless the whole repository is so."""
    last = rows.groupby(["repo", "component"])["last"].max()
    for repo, part in scopes(by_file):
        if not repo or not part["active"].any():
            continue
        for component, files in part.groupby("component"):
            if len(files) >= SMALLEST_COMPONENT and not files["active"].any():
                values: dict[str, Value] = {
                    "component": str(component),
                    "files": len(files),
                    "share": len(files) / len(part),
                    "last": on(up_to(end, last[repo, component])),
                }
                yield Observation("orphaned-component", repo, str(component), values=values)


@probe(domain="team", needs=(Contribution, Survivor, Commit, Change, File, Function, Person))
def simulation(
    as_of: date,
    contributions: DataFrame,
    survivors: DataFrame,
    commits: DataFrame,
    changes: DataFrame,
    files: DataFrame,
    functions: DataFrame,
    people: DataFrame,
) -> Answered:
    """What would be without anybody if the one, two or three main active authors left?"""
    heat = hottest(as_of, commits, changes, files, functions)
    known = knowledge(as_of, contributions, survivors, commits, heat, people)
    order = known.main_people()[:LEAVERS]
    losses = [simulate(known, order[: count + 1]) for count in range(len(order))]
    two = losses[:2][-1] if losses else None
    who = "the one main author" if len(losses) == 1 else "the two main authors"
    gone = "" if two else "no author of a source file is active"
    few = "" if known.files >= FEWEST else f"fewer than {FEWEST} source files"
    cold = "" if known.hot else "no file was both complex and changed in 12 months"
    uncounted = "" if len(known.lines) else "surviving lines were not counted"
    lines = int(known.lines["lines"].sum())
    yield Metric(
        "simulation.two_files_share",
        two.files_share if two and not few else None,
        "share",
        basis=f"{known.files:,} source files, {who} among active people",
        note=gone or few,
    )
    yield Metric(
        "simulation.two_hotspots",
        two.hot_files if two and known.hot else None,
        "files",
        basis=f"{len(known.hot)} hotspots, {who} among active people",
        note=gone or cold,
    )
    yield Metric(
        "simulation.two_lines_share",
        two.lines_share if two else None,
        "share",
        basis=f"{lines:,} surviving source lines, {who} among active people",
        note=gone or uncounted,
    )
    yield Series(
        "if_people_leave",
        "What would be without anybody if the main active authors left",
        (
            "if these leave",
            "share of surviving lines they wrote",
            "share of files without an active author",
            "hotspots without an active author",
            "components nobody active would know",
        ),
        tuple(_row(loss) for loss in losses),
        note="On top of what people who left took along already. The order is that of the truck "
        f"factor among active people. Hotspots: the {len(known.hot)} source files with most "
        "changes in 12 months times complexity. Components of at least "
        f"{SMALLEST_COMPONENT} source files. A simulation, not a forecast.",
    )
    second = [simulate(known, order[1:2])] if len(order) > 1 else []
    yield from _observed(
        [*losses[:1], *second, *losses[1:2]], _imported(human_commits(as_of, commits, people))
    )


def _row(loss: Loss) -> tuple[Value, ...]:
    people = ", ".join(map(person_token, loss.people))
    hot = "not measured" if loss.hot_files is None else f"{loss.hot_files} of {loss.hotspots}"
    names = [component for _, component in loss.components or ()]
    alone = f"{len(names)}: {some_of(names, 4)}" if names else "none"
    return people, loss.lines_share, loss.files_share, hot, alone


def _observed(losses: Sequence[Loss], imported: set[str]) -> Iterator[Observation]:
    """Components that only the first one or two can answer for, a repository at a time: `losses`
    are those of the first, of the second and of both.
    """
    repos = sorted({repo for loss in losses for repo, _ in loss.components or ()} - imported)
    for repo in repos:
        alone = [
            [name for other, name in loss.components or () if other == repo] for loss in losses
        ]
        # Where nothing more hangs on both, the one is named that it hangs on.
        enough, names = losses[alone.index(alone[-1])], alone[-1]
        values: dict[str, Value] = {
            "people": " and ".join(map(person_token, enough.people)),
            "count": len(names),
            "components": ", ".join(names[:4]) + (" ..." if len(names) > 4 else ""),
        }
        yield Observation("main-people-leave", repo, "", values=values)
