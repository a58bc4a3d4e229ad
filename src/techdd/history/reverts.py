"""Which landed changes a later revert took back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

_ABBREVIATED = 7  # characters of an id that a message names at least
_QUOTED = r"^Revert \"(.+)\""  # git's and the code hosts' own wording


def reverted_landings(commits: DataFrame) -> DataFrame:
    """The mainline changes that a later mainline change took back, by the id in its message or,
    where it has none, by the title that it quotes.

    Columns `repo`, `landed` (the change), `at` and `taken_back` (when both reached the main line)
    and `days` between; each change once, at its first revert. A revert that landed together with
    what it takes back never reached anybody and is left out.
    """
    import pandas as pd

    pairs = [*_by_id(commits), *_by_title(commits)]
    found = pd.DataFrame(pairs, columns=["repo", "landed", "by"], dtype=object)
    found = found[found["landed"] != found["by"]].drop_duplicates()
    when = commits[commits["mainline"].astype(bool)][["repo", "sha", "committed"]]
    found = found.merge(
        when.rename(columns={"sha": "landed", "committed": "at"}), on=["repo", "landed"]
    ).merge(when.rename(columns={"sha": "by", "committed": "taken_back"}), on=["repo", "by"])
    found = found[found["taken_back"] >= found["at"]]
    found = found.assign(days=(found["taken_back"] - found["at"]).dt.total_seconds() / 86_400)
    found = found.sort_values(["taken_back", "repo", "landed", "by"])
    return found.drop_duplicates(["repo", "landed"])[
        ["repo", "landed", "at", "taken_back", "days"]
    ].reset_index(drop=True)


def _by_id(commits: DataFrame) -> Iterator[tuple[str, str, str]]:
    """(repository, change, the change that takes it back), by the ids that messages name."""
    saying = commits[commits["reverts"] != ""]
    named: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for repo, landed, name in saying[["repo", "landed", "reverts"]].itertuples(index=False):
        named[repo, name[:_ABBREVIATED]].append((name, landed))
    heads = commits["sha"].str[:_ABBREVIATED]
    maybe = commits[heads.isin({head for _, head in named})]
    for repo, sha, landed in maybe[["repo", "sha", "landed"]].itertuples(index=False):
        for name, by in named.get((repo, sha[:_ABBREVIATED]), ()):
            if sha.startswith(name):
                yield repo, landed, by


def _by_title(commits: DataFrame) -> Iterator[tuple[str, str, str]]:
    """The same for messages without an id: the newest earlier commit with the quoted title."""
    silent = commits[commits["reverts"] == ""]
    titles = silent["subject"].str.extract(_QUOTED, expand=False)
    saying = silent.assign(title=titles)[titles.notna()]
    maybe = commits[commits["subject"].isin(saying["title"])].sort_values("number")
    titled: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for row in maybe[["repo", "subject", "number", "landed"]].itertuples(index=False):
        titled[row[0], row[1]].append((row[2], row[3]))
    for repo, title, number, by in saying[["repo", "title", "number", "landed"]].itertuples(
        index=False
    ):
        earlier = [landed for place, landed in titled.get((repo, title), ()) if place < number]
        if earlier:
            yield repo, earlier[-1], by
