"""What the known vulnerabilities mean: counts by severity and one observation a package version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from techdd.advisories import OLD, age
from techdd.collectors import Answered, probe
from techdd.collectors._updates import AdvisoryCoverage, Vulnerability, of_row
from techdd.collectors.vulnerabilities.match import OnlineLookup
from techdd.collectors.vulnerabilities.plan import (
    short_list,
    target,
    upgrade_plan,
    upgrade_steps,
)
from techdd.collectors.vulnerabilities.stated import RULE, Stated, finding_key
from techdd.collectors.vulnerabilities.weighing import (
    LIKELY,
    RANKS,
    STATED,
    open_worst,
    scored_worst,
    unanswered,
    weigh,
    worst_of,
)
from techdd.model import Location, Metric, Observation, Series, Value
from techdd.text import place_token, some_of
from techdd.triage import mark_of
from techdd.vex import Statement

if TYPE_CHECKING:
    from pandas import DataFrame

EXPLOITED = "exploited"  # counted beside the severities
COUNTED = ("critical", "high", "medium", "low", "unknown")
CLAIMED = "claimed"  # counted, although documents state that it does not matter
_PACKAGE = ["repo", "ecosystem", "package", "version"]
_NAMED = 6  # advisories named in one observation
_YEAR = 366  # days; that older advisories name nothing says too little of what runs today


@probe(
    domain="dependencies",
    needs=(Vulnerability, AdvisoryCoverage, OnlineLookup, Statement),
    guarded=True,  # a version with a known hole is the way in
)
def vulnerabilities(
    as_of: date, found: DataFrame, coverage: DataFrame, lookups: DataFrame, statements: DataFrame
) -> Answered:
    """Which packages in use have publicly known vulnerabilities, and how grave are they?"""
    said = Stated(as_of, statements, coverage["repo"].unique())
    weighed = [weigh(row) for row in found.itertuples()]
    answers = [said.settled(str(row.repo), of_row(row)) for row in found.itertuples()]
    rated = found.assign(
        counted=[severity for severity, _ in weighed],
        reason=[why for _, why in weighed],
        stated=[one.told for one in answers],
        triaged=[one.triaged for one in answers],
    )
    packages = [
        (dict(zip(_PACKAGE, key, strict=True)), rows, open_worst(rows))
        for key, rows in rated.groupby(_PACKAGE, sort=True)
    ]
    counts: Counter[tuple[str, str]] = Counter()
    for key, rows, worst in packages:
        scored = scored_worst(rows)
        counts[key["repo"], scored] += 1
        counts[key["repo"], EXPLOITED] += scored != STATED and bool(any(rows["exploited"]))
        counts[key["repo"], CLAIMED] += worst == STATED != scored
    for repo in sorted(coverage["repo"].unique()):
        own = Counter({worst: n for (name, worst), n in counts.items() if name == repo})
        yield from _metrics(as_of, str(repo), own, coverage[coverage["repo"] == repo])
    whole: Counter[str] = Counter()
    for (_, worst), number in counts.items():
        whole[worst] += number
    yield from _metrics(as_of, "", whole, coverage)
    for key, rows, worst in packages:
        if worst in (*COUNTED, STATED):
            yield _observation(key, rows, worst)
    left = [(key, unanswered(rows), worst) for key, rows, worst in packages if worst in COUNTED]
    yield short_list(left, RANKS.index)
    yield _exposure(packages)
    yield upgrade_plan(left)
    yield upgrade_steps(left, RANKS.index)
    yield _checked(as_of, coverage, lookups)
    if len(statements):
        yield _statements(rated, said, statements)


def _metrics(as_of: date, repo: str, counts: Counter[str], coverage: DataFrame) -> Iterator[Metric]:
    """The counts, which are lower bounds where something was not checked (see the note).

    None found is a result only where most was checked by advisories of the last year.
    """
    checked = int(coverage["checked"].sum())
    aged = [(row.checked, age(row.date, as_of)) for row in coverage.itertuples()]
    lately = sum(int(of) for of, days in aged if days is None or days.least <= _YEAR)
    used = int(coverage["versions"].sum() + coverage["unknown"].sum())
    dates = ", ".join(f"{row[0]} {row[1]}" for row in _dates(coverage))
    basis = f"{checked:,} of {used:,} packages; advisories up to {dates}" if checked else ""
    if counts[CLAIMED]:
        basis += f"; {counts[CLAIMED]:,} counted although documents state that they do not matter"
    note = "; ".join(_gaps(as_of, coverage))
    for name in (*COUNTED, "total"):
        number = sum(counts[severity] for severity in COUNTED) if name == "total" else counts[name]
        measured = bool(number) or lately > used / 2
        value = float(number) if measured else None
        yield Metric(f"vulnerabilities.{name}", value, "packages", repo, basis, note)
    listed = max(coverage["kev"], default="")
    if not listed:
        note = "no list of exploited vulnerabilities was imported"
    known = measured and listed
    value = float(counts[EXPLOITED]) if known or counts[EXPLOITED] else None
    basis = f"{basis}; exploited ones up to {listed}" if basis and listed else basis
    yield Metric("vulnerabilities.exploited", value, "packages", repo, basis, note)
    if stated := counts[STATED] + counts[CLAIMED]:  # visible and apart from what was measured
        note = "somebody states that all that is known does not matter; what only documents state, "
        note += f"{counts[CLAIMED]:,}, is in the other counts all the same"
        yield Metric("vulnerabilities.stated", float(stated), "packages", repo, basis, note)


def _dates(coverage: DataFrame) -> list[tuple[str, str]]:
    dated = coverage[coverage["date"] != ""]
    return sorted(set(zip(dated["ecosystem"], dated["date"], strict=True)))


def _gaps(as_of: date, coverage: DataFrame) -> Iterator[str]:
    """What of the packages in use was not compared with any advisory, or only with old ones."""
    if coverage.empty:
        yield "no package found"
    totals = coverage.groupby("ecosystem")[["versions", "checked", "unknown", "advisories"]].sum()
    for ecosystem, versions, checked, unknown, advisories in totals.itertuples():
        if versions and not advisories:
            yield f"{versions:,} {ecosystem} package versions not checked: no advisories imported"
        elif versions > checked:
            yield f"{versions - checked:,} of {versions:,} {ecosystem} package versions not checked"
        if unknown:
            yield f"{unknown:,} {ecosystem} packages in no known version"
    for ecosystem, newest in _dates(coverage):
        yield from _old(f"the newest {ecosystem} advisory", newest, as_of)
    for name, column in (("KEV list", "kev"), ("list of EPSS scores", "epss")):
        yield from _old(f"the {name}", max(coverage[column], default=""), as_of)


def _old(what: str, dated: str, as_of: date) -> Iterator[str]:
    days = age(dated, as_of)
    if days and days.least > OLD:
        yield f"{what} is {days} days old"
    elif days and days.most > OLD:
        yield f"{what} is of {dated}, no day given: {days} days old"


def _observation(key: dict[str, Any], rows: DataFrame, worst: str) -> Observation:
    ordered = rows.assign(rank=rows["counted"].map(RANKS.index)).sort_values(
        ["rank", "published", "advisory", "manifest"], ascending=[False, False, True, True]
    )
    real = ordered[ordered["severity"] != "info"].drop_duplicates("advisory")
    ids = list(real["advisory"])
    open_ = real if worst == STATED else unanswered(real)
    places = sorted(set(zip(rows["manifest"], rows["line"].fillna(0), strict=True)))
    direct = set(rows["direct"].dropna())
    # The lines `go` and `toolchain` of go.mod are lower bounds; what builds it may be newer.
    lowest = (key["ecosystem"], key["package"]) == ("Go", "stdlib")
    values: dict[str, Value] = {
        "package": key["package"],
        "version": f"at least {key['version']}" if lowest else key["version"],
        "ecosystem": key["ecosystem"],
        "advisories": some_of(ids, _NAMED),
        "count": len(ids),
        # Rules need a severity of ours; what nobody has rated is judged as medium, and said so.
        "severity": {"unknown": "medium", STATED: "info"}.get(worst, worst),
        "rated": _published(open_, worst_of(open_["counted"])),
        "exploited": _exploited(open_),
        "fixed": fixed_version(real),
        "summary": str(real["summary"].iloc[0]),
        "scope": "development" if set(rows["scope"]) == {"development"} else "runtime",
        "direct": "direct" if True in direct else "transitive" if direct else "not stated",
        "stated": _answered(real),
    }
    return Observation(
        RULE,
        key["repo"],
        finding_key(key["ecosystem"], key["package"], key["version"]),
        tuple(Location(path, int(line) or None) for path, line in places),
        values,
        mark_of(ids),
        known=min(filter(None, real["published"]), default=""),
    )


def _answered(rows: DataFrame) -> str:
    """Sentences, each after a space, that say for which advisories who answers, and why."""
    answers = rows[rows["stated"] != ""].groupby("stated", sort=True)["advisory"]
    return "".join(f" Stated {said}: {', '.join(sorted(set(ids)))}." for said, ids in answers)


def _published(rows: DataFrame, counted: str) -> str:
    """The worst rating as published, and what it counts as where that is something else."""
    worst = worst_of(rows["severity"])
    why = next((str(one.reason) for one in rows.itertuples() if one.counted == counted), "")
    return worst if worst == counted or not why else f"{worst} (counted as {counted}: {why})"


def _exploited(rows: DataFrame) -> str:
    """A sentence on exploitation, as the lists have it; "" where they say nothing."""
    since = [str(row.exploited) for row in rows.itertuples() if row.exploited]
    likely = rows["epss"].max()
    if since:
        by = ", also by ransomware" if rows["ransomware"].any() else ""
        return f"Listed by CISA as exploited since {min(since)}{by}. "
    if likely >= LIKELY:
        return f"An exploit within 30 days is likely (EPSS {likely:.0%}). "
    return ""


def fixed_version(rows: DataFrame) -> str:
    """The version to update to, and how much it leaves open. Whether there is one is everybody's to
    know; its number would tell which advisories are meant.
    """
    without = sum(not version for version in rows["fixed"])
    if not (best := target(rows)):
        return place_token("none known", "none known")
    if without:
        told = f"{best} (no fix known for {without} of {len(rows)})"
        return place_token(told, "one is published, but not against all of them")
    return place_token(best, "one is published")


def _exposure(packages: list[tuple[dict[str, Any], DataFrame, str]]) -> Series:
    counts = Counter((key["ecosystem"], worst) for key, _, worst in packages)
    columns = [severity for severity in RANKS if severity in COUNTED]
    ecosystems = sorted({ecosystem for ecosystem, worst in counts if worst in COUNTED})
    rows = tuple(
        (ecosystem, *(counts[ecosystem, severity] for severity in columns))
        for ecosystem in ecosystems
    )
    return Series(
        "exposure",
        "Vulnerable package versions by ecosystem and worst severity",
        ("ecosystem", *columns),
        rows,
        chart="stacked",
        note=(
            "A package version counts once a repository, by its worst advisory; in development"
            " scope one step lower. 'unknown': nobody has rated the advisory."
        ),
    )


def _checked(as_of: date, coverage: DataFrame, lookups: DataFrame) -> Series:
    """What could be checked, and with advisories of which age."""
    numbers = coverage.groupby("ecosystem").agg(
        versions=("versions", "sum"),
        checked=("checked", "sum"),
        unknown=("unknown", "sum"),
        advisories=("advisories", "max"),
        date=("date", "max"),
    )
    sent = ", ".join(
        f"{int(number):,} package versions to {service}"
        for service, number in lookups.groupby("service")["packages"].sum().items()
    )
    return Series(
        "coverage",
        "How far packages could be checked against known vulnerabilities",
        ("ecosystem", "versions", "checked", "version unknown", "advisories", "newest", "days old"),
        tuple(
            (
                *(str(ecosystem), int(row.versions), int(row.checked), int(row.unknown)),
                *(int(row.advisories), str(row.date) or None, _days(row.date, as_of)),
            )
            for ecosystem, row in numbers.iterrows()
        ),
        note=f"More than {OLD} days is old. Sent online: {sent or 'nothing'}.",
    )


def _days(dated: str, as_of: date) -> Value:
    days = age(dated, as_of)
    return str(days) if days and days.least != days.most else days.most if days else None


def _statements(rated: DataFrame, said: Stated, statements: DataFrame) -> Series:
    """Every statement there is, and how many known vulnerabilities it settles."""
    columns = ["source", "author", "package", "version", "advisories", "status", "justification"]
    settles: Counter[tuple[str, ...]] = Counter()
    for row in rated[rated["stated"] != ""].drop_duplicates([*_PACKAGE, "advisory"]).itertuples():
        for one in said.about(str(row.repo), of_row(row)):
            settles[tuple(getattr(one, name) for name in columns)] += 1
    ended = {tuple(getattr(one, name) for name in columns) for one in said.expired}
    rows = sorted(set(statements[columns].itertuples(index=False, name=None)))
    return Series(
        "statements",
        "What was stated about known vulnerabilities (VEX and triage)",
        (*columns, "vulnerabilities concerned"),
        tuple((*row, "expired" if row in ended else settles[row]) for row in rows),
        note="Concerned: known vulnerabilities that count as answered for. Nobody tested whether "
        "what is stated is true.",
    )
