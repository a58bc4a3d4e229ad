"""What reached the main line and was taken back later, by the ids and titles that reverts name."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import end_of, quantile, scopes, share, within
from techdd.facts import Commit, Person
from techdd.history.reverts import reverted_landings
from techdd.identity import of_people

if TYPE_CHECKING:
    from pandas import DataFrame


@probe(domain="sdlc", needs=(Commit, Person))
def reverts(as_of: date, commits: DataFrame, people: DataFrame) -> Answered:
    """How much of what reached the main line was taken back, and how soon?

    Counts reverts that name, by id or title, a commit which landed before them in another change;
    others, and those within one branch, are not seen.
    """
    known = commits[commits["committed"] < end_of(as_of)]
    taken_back = reverted_landings(known)
    mainline = of_people(within(as_of, known[known["mainline"].astype(bool)]), people)
    keys = set(zip(taken_back["repo"], taken_back["landed"], strict=True))
    marked = [key in keys for key in zip(mainline["repo"], mainline["sha"], strict=True)]
    for repo, part in scopes(mainline.assign(reverted=marked)):
        what = "changes that reached the main line in the last 12 months"
        yield share("reverts.reverted_share", part["reverted"], repo, what)
    recent = within(as_of, taken_back, "taken_back")
    for repo, part in scopes(recent):
        what = "changes taken back in the last 12 months by a revert that names them"
        yield quantile("reverts.median_days", part["days"], 0.5, "days", repo, what)
