"""How steadily versions are tagged, what kind they are, and what has to be mended right after.

Tags are all that git knows of a release: products that deploy without a tag cannot be seen.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from techdd.collectors import Answered, probe
from techdd.counting import (
    end_of,
    last_quarters,
    of_people,
    quarters,
    share,
    within,
)
from techdd.facts import Commit, Person, Tag
from techdd.history.landing import landings
from techdd.history.purpose import is_repair
from techdd.history.releases import HOTFIX_DAYS, fast_repositories, releases_of
from techdd.identity import by_person
from techdd.model import Metric, Series

if TYPE_CHECKING:
    from pandas import DataFrame

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
        part = dated[dated["repo"] == repo] if repo else dated
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
    recent = of_people(by_person(within(as_of, commits[commits["parents"] < 2]), people))
    fixes = _arrivals(recent[is_repair(recent["subject"])], commits)
    fixes = within(as_of, fixes, "arrived")
    for repo in ("", *sorted(set(recent["repo"]))):
        own = made[made["repo"] == repo] if repo else made
        mine = fixes[fixes["repo"] == repo] if repo else fixes
        basis = f"{len(mine):,} fixes and {len(own):,} tagged releases in the last 12 months"
        for days, short, spelled in WINDOWS:
            after, spent, whole = _after(as_of, own, mine, days)
            note, value = "", None
            if len(own) < FEWEST_RELEASES:
                note = f"fewer than {FEWEST_RELEASES} tagged releases in the last 12 months"
            elif spent > whole / 2:
                note = "most days follow a release"
            elif len(mine) * spent < FEWEST_EXPECTED * whole or after == len(mine):
                note = "too few fixes in the last 12 months to compare"
            else:
                value = (after / spent) / ((len(mine) - after) / (whole - spent))
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


def _after(as_of: date, made: DataFrame, fixes: DataFrame, days: int) -> tuple[int, float, float]:
    """(fixes that landed within `days` of a release of their repository, the repository-days that
    such windows cover, all repository-days of the year).
    """
    import pandas as pd

    end, long = end_of(as_of), pd.Timedelta(days=days)
    count, spent = 0, 0.0
    repos = sorted(set(made["repo"]) | set(fixes["repo"]))
    for repo in repos:
        arrived = fixes[fixes["repo"] == repo]["arrived"]
        inside = pd.Series(False, index=arrived.index)
        covered = None
        for start in made[made["repo"] == repo]["created"].sort_values():
            inside |= (arrived > start) & (arrived <= start + long)
            begin = max(start, covered) if covered is not None else start
            covered = min(start + long, end)
            spent += max(0.0, (covered - begin).total_seconds() / 86_400)
        count += int(inside.sum())
    return count, spent, 365.0 * len(repos)
