"""Proxies of DORA's measures from tags, landings and reverts; none of them is the measure itself.

DORA counts deployments and failures in production, which git does not know (dora.dev, "DORA's
software delivery performance metrics"). The number of tags stands for deployments, the time to the
first tag on the main line for lead time, a quick patch or a revert for a failed change.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import end_of, of_repository, quantile, scopes, share, within
from techdd.facts import Commit, Person, Tag
from techdd.history.landing import landings
from techdd.history.releases import HOTFIX_DAYS, fast_repositories, releases_of
from techdd.history.reverts import reverted_landings
from techdd.identity import of_people
from techdd.model import Metric, Series, Value

if TYPE_CHECKING:
    import pandas as pd
    from pandas import DataFrame

CAVEAT = (
    "Proxies from git, not DORA's measures: a deployment without a tag and a failure without a "
    "revert or a patch release cannot be seen. Ask for the deployment log before using them."
)


@probe(domain="sdlc", needs=(Tag, Commit, Person))
def dora_proxy(as_of: date, tags: DataFrame, commits: DataFrame, people: DataFrame) -> Answered:
    """What can tags, landings and reverts say in place of DORA's delivery measures?"""
    known = commits[commits["committed"] < end_of(as_of)]
    made = releases_of(tags[tags["created"] < end_of(as_of)])
    released = _released(within(as_of, landings(known)), known, made)
    changes = of_people(released, people)
    recent = within(as_of, made, "created")
    judged = within(as_of, made, "created", back=HOTFIX_DAYS)
    judged = judged[~judged["repo"].isin(fast_repositories(recent))]
    failed = judged.assign(failed=judged["hotfixed"].notna() | _reverted_after(judged, known))
    rows: list[tuple[Value, ...]] = []
    for repo, part in scopes(changes):
        own = of_repository(repo, recent)
        days = own["created"].dt.floor("D").nunique()
        answers = (
            Metric(
                "dora_proxy.deployments_per_month",
                days / 12 if days else None,
                "days with a release tag",
                repo,
                "tags of the last 12 months, pre-releases left out",
                "" if days else "no release was tagged in the last 12 months",
            ),
            quantile(
                "dora_proxy.lead_time_days", part["lead"].dropna(), 0.5, "days", repo,
                "changes of the last 12 months that a later tag on the main line released",
            ),
            share(
                "dora_proxy.change_failure_share",
                of_repository(repo, failed)["failed"],
                repo,
                f"releases of the last 12 months and at least {HOTFIX_DAYS} days ago, "
                "of repositories that release less often than weekly",
            ),
        )  # fmt: skip
        yield from answers
        if not repo and any(one.value is not None for one in answers):
            rows = [_row(one) for one in answers]
    yield Series(
        "dora_proxies",
        "Proxies of DORA's measures, read from git",
        ("proxy", "value", "counted over"),
        tuple(rows),
        note=CAVEAT,
    )


def _released(landed: DataFrame, commits: DataFrame, made: DataFrame) -> DataFrame:
    """`landed` with `lead`: days from the first commit of each to the tag that released it.

    Only tags on the main line tell what they hold; of others the order is not known.
    """
    import pandas as pd

    mainline = commits[commits["mainline"].astype(bool)][["repo", "sha", "number"]]
    tagged = made.merge(mainline, on=["repo", "sha"])[["repo", "number", "created"]]
    tagged = tagged.sort_values(["number", "created"]).drop_duplicates(["repo", "number"])
    found = pd.merge_asof(
        landed.sort_values(["number", "repo"]), tagged, on="number", by="repo", direction="forward"
    )
    lead = (found["created"] - found["begun"]).dt.total_seconds() / 86_400
    return found.assign(lead=lead.where((lead >= 0) & (found["way"] != "line merge")))


def _reverted_after(judged: DataFrame, commits: DataFrame) -> pd.Series:
    """Whether something that a release held was taken back in the days after it.

    Only tags on the main line tell what they hold.
    """
    import pandas as pd

    numbers = commits[commits["mainline"].astype(bool)][["repo", "sha", "number"]]
    undone = reverted_landings(commits).merge(
        numbers.rename(columns={"sha": "landed"}), on=["repo", "landed"]
    )
    place = numbers.set_index(["repo", "sha"])["number"].to_dict()
    long = pd.Timedelta(days=HOTFIX_DAYS)
    found = [
        bool(
            (
                (undone["repo"] == repo)
                & (undone["number"] <= place.get((repo, sha), -1))
                & (undone["taken_back"] > created)
                & (undone["taken_back"] <= created + long)
            ).any()
        )
        for repo, sha, created in judged[["repo", "sha", "created"]].itertuples(index=False)
    ]
    return pd.Series(found, index=judged.index, dtype=bool)


_NAMES = {
    "dora_proxy.deployments_per_month": "Deployment frequency: days with a release tag, a month",
    "dora_proxy.lead_time_days": "Lead time for changes: first commit to release tag, median days",
    "dora_proxy.change_failure_share": "Change failure: releases with a quick patch or a revert",
}


def _row(one: Metric) -> tuple[Value, ...]:
    if one.value is None:
        return _NAMES[one.name], "not measured", one.note
    shown = f"{one.value:.0%}" if one.unit == "share" else f"{one.value:.1f}"
    return _NAMES[one.name], shown, one.basis
