"""Which changes brought in what was later repaired: SZZ on the files that are changed most.

J. Sliwerski, T. Zimmermann, A. Zeller: "When do changes induce fixes?", MSR 2005: the lines that a
fix replaces were last written by the change that brought the bug in. PyDriller's implementation
leaves out blank and comment lines. Messages decide what a fix is, moved and reformatted lines lead
to the wrong origin, and bugs that nobody has repaired yet are not seen: a lower bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, Gathered, collector, probe
from techdd.counting import end_of, latest, quantile, scopes, share, within
from techdd.facts import Change, Commit, File, Person
from techdd.history.purpose import is_repair
from techdd.history.pydriller_door import MAX_BYTES, each_commit
from techdd.identity import of_people
from techdd.model import Issue, Series
from techdd.repository import Repository
from techdd.scratch import scratch

if TYPE_CHECKING:
    from pandas import DataFrame

MONTHS_DAYS = 730  # of history: older fixes speak of an older product
MOST_CHANGED = 0.2  # share of the production files; they carry most of the change
LARGEST = 30  # files; a fix of more is a sweep
FRESH_DAYS = 30
SHOWN = 10
IGNORED_REVISIONS = ".git-blame-ignore-revs"
CAVEAT = (
    "SZZ (Sliwerski, Zimmermann, Zeller 2005) on a bounded number of recent fixes to the files "
    "changed most. Fixes are found by the words of the message; moved and reformatted lines can "
    "name the wrong origin; bugs not repaired yet are not seen."
)


class BugOrigin(NamedTuple):
    """A change that last wrote lines which a fix then replaced; `origin` "" = none was found.

    A fix that only added lines has no origin: its row tells that it was examined.
    """

    fix: str
    origin: str
    path: str
    lines: int  # that the fix deleted or replaced in this file, shared by all its origins


@collector(makes=(BugOrigin,), needs=(Commit, Change, File), version=2, minutes=20)
def bug_origins(
    repo: Repository,
    commits: DataFrame,
    changes: DataFrame,
    files: DataFrame,
    *,
    newest: int = 60,
    seconds: float = 300.0,
) -> Gathered:
    """The origins of the `newest` fixes to the production files changed most, as far as `seconds`
    reach: git has to blame each file at each fix.
    """
    wanted = _fixes(commits, changes, files)
    shas = list(wanted)[:newest]
    if len(wanted) > newest:
        detail = f"the {newest:,} newest of {len(wanted):,}"
        yield Issue("older fixes were not traced to their origin", detail=detail)
    with _ignored_revisions(repo, files, commits) as ignored:
        yield from each_commit(
            repo, shas, seconds, lambda git, sha: _origins(git, sha, wanted[sha], ignored),
            late="fixes not traced for lack of time", failed="fix could not be traced",
        )  # fmt: skip


def _fixes(commits: DataFrame, changes: DataFrame, files: DataFrame) -> dict[str, set[str]]:
    """Each fix, the newest first -> the much-changed production files that it changed."""
    import pandas as pd

    since = latest(commits["committed"]) - pd.Timedelta(days=MONTHS_DAYS)
    recent = commits[(commits["parents"] == 1) & (commits["committed"] >= since)]
    source = files[files["role"] == "source"]["path"]
    made = changes[changes["sha"].isin(recent["sha"])]
    made = made[made["path"].isin(source)][["sha", "path", "status"]]
    times = made["path"].value_counts().rename_axis("path").reset_index(name="times")
    times = times.sort_values(["times", "path"], ascending=[False, True])
    hot = set(times["path"].head(max(1, round(len(source) * MOST_CHANGED))))
    fixes = recent[is_repair(recent["subject"]) & recent["files"].between(1, LARGEST)]
    fixes = fixes.sort_values("number", ascending=False)["sha"]
    # A file that a fix made has no lines before it.
    hit = made[made["path"].isin(hot) & made["sha"].isin(fixes) & made["status"].isin(["M", "R"])]
    paths = hit.groupby("sha")["path"].agg(set)
    return {str(sha): set(paths[sha]) for sha in fixes if sha in paths.index}


def _origins(git: Any, sha: str, paths: set[str], ignored: str | None) -> Iterator[BugOrigin]:
    commit = git.get_commit(sha)
    for file in sorted(commit.modified_files, key=lambda one: str(one.new_path)):
        if file.new_path not in paths:
            continue
        found = git.get_commits_last_modified_lines(commit, file, ignored)
        origins = sorted({one for shas in found.values() for one in shas}) or [""]
        for origin in origins:
            yield BugOrigin(sha, origin, str(file.new_path), int(file.deleted_lines))


@contextmanager
def _ignored_revisions(
    repo: Repository, files: DataFrame, commits: DataFrame
) -> Iterator[str | None]:
    """A file with the commits that the repository asks blame to look through; None if it has none.

    Only ids of known commits are taken over: git stops at anything else.
    """
    listed = files[(files["path"] == IGNORED_REVISIONS) & (files["size"] <= MAX_BYTES)]["blob"]
    text = b"".join(content or b"" for _, content in repo.blobs([str(one) for one in listed]))
    named = {one.decode() for one in re.findall(rb"^[0-9a-f]{40,64}\b", text, re.MULTILINE)}
    kept = sorted(named & set(commits["sha"]))
    if not kept:
        yield None
        return
    with scratch(repo.cache) as folder:
        path = folder / "ignored"
        path.write_text("\n".join(kept) + "\n", encoding="ascii")
        yield str(path)


@probe(domain="sdlc", needs=(BugOrigin, Commit, Person))
def bug_introduction(
    as_of: date, origins: DataFrame, commits: DataFrame, people: DataFrame
) -> Answered:
    """How many recent changes had to be repaired later, and how long did the faults live?"""
    known = commits[commits["committed"] < end_of(as_of)]
    when = known[["repo", "sha", "authored"]]
    pairs = origins.merge(
        when.rename(columns={"sha": "fix", "authored": "fixed"}), on=["repo", "fix"]
    ).merge(
        when.rename(columns={"sha": "origin", "authored": "brought"}),
        on=["repo", "origin"], how="left",
    )  # fmt: skip
    pairs = pairs.assign(days=(pairs["fixed"] - pairs["brought"]).dt.total_seconds() / 86_400)
    work = of_people(within(as_of, known[known["parents"] < 2]), people)
    guilty = set(zip(pairs["repo"], pairs["origin"], strict=True))
    blamed = [key in guilty for key in zip(work["repo"], work["sha"], strict=True)]
    examined = dict(scopes(pairs))
    for repo, part in scopes(work.assign(blamed=blamed)):
        mine = examined.get(repo, pairs[:0])
        fixes = mine["fix"].nunique()
        what = f"non-merge commits of the last 12 months, after {fixes:,} examined fixes"
        seen = part["blamed"] if fixes else part["blamed"][:0]
        yield share("bug_introduction.inducing_share", seen, repo, what)
        # Of several origins the latest counts, as in R-SZZ (Davies, Roper, Wood 2014).
        spans = mine[mine["days"] >= 0].groupby(["repo", "fix"])["days"].min()
        what = "examined fixes whose origin was found"
        yield quantile("bug_introduction.median_days", spans, 0.5, "days", repo, what)
        yield share("bug_introduction.fresh_share", spans < FRESH_DAYS, repo, what)
    yield _files(pairs[pairs["origin"] != ""])


def _files(pairs: DataFrame) -> Series:
    """The files in which most faults were brought in."""
    found = pairs.groupby(["repo", "path"], as_index=False).agg(
        changes=("origin", "nunique"), fixes=("fix", "nunique"), days=("days", "median")
    )
    found = found.sort_values(
        ["changes", "fixes", "repo", "path"], ascending=[False, False, True, True]
    )
    return Series(
        "bug_origins",
        "Files with the most changes that had to be repaired later",
        ("repository", "file", "changes repaired later", "fixes", "median days to the fix"),
        tuple(
            (str(repo), str(path), int(changes), int(fixes), round(float(days)))
            for repo, path, changes, fixes, days in found.head(SHOWN).itertuples(index=False)
        ),
        note=CAVEAT,
    )
