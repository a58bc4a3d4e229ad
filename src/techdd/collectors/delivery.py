"""How much of the work undoes or repairs earlier work, and how large a change is.

All of it is read from git alone and is a proxy for what a tracker would say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import quantile, scopes, share, within
from techdd.facts import Change, Commit, File, Person
from techdd.history.purpose import is_fix, is_revert
from techdd.identity import of_people

if TYPE_CHECKING:
    from pandas import DataFrame

UNWRITTEN = ("generated", "vendored", "minified", "data", "binary")  # lock files are generated
LARGE = 1_000  # changed lines
IMPORT_LINES = 10_000  # added at once, with hardly a line deleted
IMPORT_DELETED = 0.1  # of the lines added
ASSISTED = "a lower bound: most help of an assistant leaves no mark; its own commits are a bot's"


@probe(domain="sdlc", needs=(Commit, Change, File, Person))
def delivery(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, people: DataFrame
) -> Answered:
    """How much of the work undoes or repairs earlier work, and do tests come with the code?"""
    work = _work(as_of, commits, people)
    work = work.assign(revert=is_revert(work), fix=is_fix(work["subject"]))
    made = changes[changes["sha"].isin(work["sha"])]
    roles = made.merge(files[["repo", "path", "role"]], on=["repo", "path"], how="inner")
    touched = roles.groupby(["repo", "sha"])["role"].agg(set).rename("roles").reset_index()
    work = work.merge(touched, on=["repo", "sha"], how="left")
    for repo, part in scopes(work):
        for name in ("revert", "fix"):
            yield share(
                f"delivery.{name}_share",
                part[name],
                repo,
                "non-merge commits in the last 12 months",
            )
        what = "non-merge commits by people in the last 12 months"
        assisted = share("delivery.assisted_share", part["assisted"], repo, what)
        yield assisted if assisted.value is None else replace(assisted, note=ASSISTED)
        known = part["roles"].dropna()
        with_code = known[known.map(lambda roles: "source" in roles).astype(bool)]
        yield share(
            "delivery.test_cotouch_share",
            with_code.map(lambda roles: "test" in roles),
            repo,
            "commits in the last 12 months that changed production code",
        )


@probe(domain="sdlc", needs=(Commit, Change, File, Person))
def change_size(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame, people: DataFrame
) -> Answered:
    """How large are the changes that somebody has to review?

    Lines added and deleted by hand: generated, vendored and minified files, data and lock files of
    the audited tree are left out, and so are imports (the first commit, or IMPORT_LINES added with
    hardly a line deleted).
    """
    work = _work(as_of, commits, people)
    work = work[work["parents"] == 1]
    made = changes[changes["sha"].isin(work["sha"])]
    unwritten = files[files["role"].isin(UNWRITTEN)][["repo", "path"]].assign(unwritten=True)
    made = made.merge(unwritten, on=["repo", "path"], how="left")
    made = made[made["unwritten"].isna()]
    sizes = made.groupby(["repo", "sha"], as_index=False).agg(
        paths=("path", "size"), plus=("added", "sum"), minus=("deleted", "sum")
    )
    sizes = sizes.assign(lines=(sizes["plus"] + sizes["minus"]).astype("float64"))
    imported = (sizes["plus"] >= IMPORT_LINES) & (sizes["minus"] < IMPORT_DELETED * sizes["plus"])
    for repo, part in scopes(sizes.assign(imported=imported.astype(bool))):
        kept = part[~part["imported"]]
        left = f" (imports left out: {len(part) - len(kept):,})" if len(part) > len(kept) else ""
        what = f"commits that changed written files in the last 12 months{left}"
        for name, column, unit in (("lines", "lines", "lines"), ("files", "paths", "files")):
            values = kept[column]
            yield quantile(f"change_size.{name}_median", values, 0.5, unit, repo, what)
            yield quantile(f"change_size.{name}_p90", values, 0.9, unit, repo, what)
        yield share("change_size.large_share", kept["lines"] > LARGE, repo, what)


def _work(as_of: date, commits: DataFrame, people: DataFrame) -> DataFrame:
    """The non-merge commits by people in the last 12 months."""
    recent = within(as_of, commits)
    return of_people(recent[recent["parents"] < 2], people)
