"""How steadily versions are tagged, what kind they are, and what has to be mended right after.

Tags are all that git knows of a release: products that deploy without a tag cannot be seen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from techdd.collectors import Answered, probe
from techdd.counting import (
    YEAR,
    end_of,
    last_quarters,
    of_repository,
    quarters,
    share,
    within,
)
from techdd.facts import Commit, Person, Tag
from techdd.history.landing import landings
from techdd.history.purpose import is_repair
from techdd.history.releases import HOTFIX_DAYS, fast_repositories, releases_of
from techdd.identity import of_people
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame, Timestamp
    from pandas import Series as Times

STEPS = ("patch", "minor", "major", "other")
QUARTERS = 8
FEWEST_RELEASES = 5
FAST = "tags follow each other within a week as a rule: a quick patch is no sign of a correction"
FEWEST_EXPECTED = 5  # fixes in the windows, were they as frequent as ever; a rate of fewer is noise
WINDOWS = ((3, "72h", "72 hours"), (7, "7d", "7 days"))


@probe(domain="sdlc", needs=(Tag, Commit))
def releases(as_of: date, tags: DataFrame, commits: DataFrame) -> Answered:
    """How steadily are versions tagged, and how often is one corrected at once?"""
    made = releases_of(tags)
    dated = within(as_of, made, "created")
    fast = fast_repositories(dated)
    active = sorted(set(within(as_of, commits)["repo"]))
    for repo in ("", *active):
        part = of_repository(repo, dated)
        days = part["created"].dt.floor("D").drop_duplicates().sort_values()
        gaps = days.diff().dt.days.dropna()
        yield Metric(
            "releases.per_quarter",
            len(days) / 4,
            "days with a tag",
            repo,
            "tags of the last 12 months, pre-releases left out",
        )
        yield Metric(
            "releases.median_gap_days",
            float(gaps.median()) if len(gaps) else None,
            "days",
            repo,
            f"{len(days):,} days with a tag in the last 12 months",
            "" if len(gaps) else "fewer than two tags in the last 12 months",
        )
        judged = within(as_of, part[part["line"] != ""], "created", back=HOTFIX_DAYS)
        what = f"versions released in the last 12 months and at least {HOTFIX_DAYS} days ago"
        slow = judged[~judged["repo"].isin(fast)]
        answer = share("releases.hotfixed_share", slow["hotfixed"].notna(), repo, what)
        yield answer if len(slow) == len(judged) else replace(answer, note=answer.note and FAST)
    yield _by_quarter(as_of, made)


def _by_quarter(as_of: date, made: DataFrame) -> Series:
    names = last_quarters(as_of, QUARTERS)
    made = within(as_of, made, "created", days=QUARTERS * 92)
    counts = made.groupby([quarters(made["created"]), "step"]).size()
    steps = STEPS if "other" in set(made["step"]) else STEPS[:-1]
    rows: tuple[tuple[str | int, ...], ...] = tuple(
        (name, *(int(counts.get((name, step), 0)) for step in steps)) for name in names
    )
    return Series(
        "releases",
        "Releases by quarter and by the number that moved",
        ("quarter", *steps),
        rows if any(any(row[1:]) for row in rows) else (),
        chart="stacked",
        note="Tags read as semantic versions; pre-releases (alpha, rc, nightly ...) are left out, "
        "dates and other names are 'other'. The last quarter may be incomplete.",
    )


@probe(domain="sdlc", needs=(Tag, Commit, Person))
def hotfixes(as_of: date, tags: DataFrame, commits: DataFrame, people: DataFrame) -> Answered:
    """Do repairs reach the main line more often right after a release than at other times?"""
    made = within(as_of, releases_of(tags), "created")
    recent = of_people(within(as_of, commits[commits["parents"] < 2]), people)
    fixes = within(as_of, _arrivals(recent[is_repair(recent["subject"])], commits), "arrived")
    since = commits.groupby("repo")["committed"].min()
    made = made[made["repo"].isin(within(as_of, commits)["repo"])]
    for repo in ("", *sorted(set(recent["repo"]))):
        own = of_repository(repo, made)
        mine = fixes[fixes["repo"].isin(own["repo"])]
        basis = f"{len(mine):,} fixes and {len(own):,} tagged releases in the last 12 months"
        for days, short, spelled in WINDOWS:
            parts = [
                _exposure(as_of, since[name], times, mine[mine["repo"] == name]["arrived"], days)
                for name, times in own.groupby("repo")["created"]
            ]
            after = sum(part.after for part in parts)
            note, value = "", None
            if len(own) < FEWEST_RELEASES:
                note = f"fewer than {FEWEST_RELEASES} tagged releases in the last 12 months"
            elif sum(part.near for part in parts) > sum(part.far for part in parts):
                note = "most days follow a release"
            elif sum(part.expected for part in parts) < FEWEST_EXPECTED or not any(
                part.other and part.near for part in parts
            ):
                note = "too few fixes in the last 12 months to compare"
            else:
                value = _rate_ratio(parts)
            told = f"{basis}; {after:,} fixes within {spelled} of a release"
            yield Metric(f"hotfixes.rate_{short}", value, "times", repo, told, note)


def _arrivals(fixes: DataFrame, commits: DataFrame) -> DataFrame:
    """`fixes` with `arrived`: when each reached the main line.

    Where a whole release line is merged, the fix was at work since it was committed there.
    """
    landed = landings(commits)[["repo", "sha", "committed", "way"]]
    landed = landed.rename(columns={"sha": "landed", "committed": "arrived"})
    found = fixes.merge(landed, on=["repo", "landed"])
    carried = found["way"] == "line merge"
    return found.assign(arrived=found["arrived"].mask(carried, found["committed"]))


class _Exposure(NamedTuple):
    """Fixes of one repository in the days after a release and at other times, and those days."""

    after: int
    other: int
    near: float
    far: float

    @property
    def expected(self) -> float:
        """Fixes after releases, were they as frequent as ever."""
        return (self.after + self.other) * self.near / (self.near + self.far)


def _exposure(
    as_of: date, since: Timestamp, released: Times, arrived: Times, days: int
) -> _Exposure:
    import pandas as pd

    end, long = end_of(as_of), pd.Timedelta(days=days)
    begin = max(since, end - pd.Timedelta(days=YEAR))
    inside = pd.Series(False, index=arrived.index)
    near, covered = 0.0, begin
    for moment in released.sort_values():
        inside |= (arrived > moment) & (arrived <= moment + long)
        until = min(moment + long, end)
        near += max(0.0, (until - max(moment, covered)).total_seconds() / 86_400)
        covered = max(covered, until)
    whole = (end - begin).total_seconds() / 86_400
    after = int(inside.sum())
    return _Exposure(after, len(arrived) - after, near, whole - near)


def _rate_ratio(parts: list[_Exposure]) -> float:
    """The ratio of the two rates over all repositories, each compared with itself only: the
    estimator of Mantel and Haenszel for rates (Rothman and Boice 1979).
    """
    above = sum(part.after * part.far / (part.near + part.far) for part in parts)
    below = sum(part.other * part.near / (part.near + part.far) for part in parts)
    return above / below
