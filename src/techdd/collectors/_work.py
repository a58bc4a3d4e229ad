"""Where the work of the last year was done, and where it was done without a test."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors._tests_named import TestNames
from techdd.counting import YEAR, end_of, of_repository
from techdd.history.renames import followed

if TYPE_CHECKING:
    import pandas as pd
    from pandas import DataFrame

OFTEN = 5  # changes in a year from which a file counts as worked on again and again


def made(
    commits: DataFrame, changes: DataFrame, files: DataFrame, since: pd.Timestamp, end: pd.Timestamp
) -> DataFrame:
    """The changes from `since` to before `end` under today's paths, with `authored`."""
    import pandas as pd

    dated = commits[(commits["authored"] < end) & (commits["authored"] >= since)]
    columns = [*changes.columns, "authored"]
    parts = [changes.iloc[:0].assign(authored=commits["authored"].iloc[:0])]
    for repo, own in files.groupby("repo"):
        mine, theirs = (of_repository(repo, t) for t in (commits, changes))
        when = of_repository(repo, dated)
        # What lies before was not renamed since.
        back = mine[mine["number"] >= when["number"].min()]
        traced = followed(back, theirs, own["path"])
        when = when[["sha", "authored"]]
        parts.append(traced.merge(when, on="sha")[columns])
    return pd.concat(parts, ignore_index=True)


def times_changed(
    as_of: date, commits: DataFrame, changes: DataFrame, files: DataFrame
) -> pd.Series[int]:
    """How often each of `files` was changed in the last year, by repository and today's path."""
    import pandas as pd

    end = end_of(as_of)
    recent = made(commits, changes, files, end - pd.Timedelta(days=YEAR), end)
    return recent.groupby(["repo", "path"]).size().rename("changes")


def has_tests(worked: DataFrame, files: DataFrame, functions: DataFrame) -> list[bool | None]:
    """Whether each file of `worked` holds a test or a test is named after it; None where its name
    tells nothing.
    """
    inside = functions[functions["role"] == "test"]
    own = set(zip(inside["repo"], inside["path"], strict=True))
    tests = files[files["role"] == "test"].groupby("repo")["path"]
    names = {repo: TestNames(paths) for repo, paths in tests}
    none = TestNames(())
    places = zip(worked["repo"], worked["path"], strict=True)
    return [place in own or names.get(place[0], none).after(place[1]) for place in places]


def untested(worked: DataFrame, files: DataFrame, functions: DataFrame) -> DataFrame:
    """The rows of `worked` whose files hold no test, and after which no file of tests is named."""
    return worked.loc[[one is False for one in has_tests(worked, files, functions)]]
