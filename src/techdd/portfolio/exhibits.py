"""The tables and pictures of repositories and groups against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from techdd.model import Run, Series, Status, Value
from techdd.portfolio.parts import GRAVE, WEIGHED, Part

HEATED = 15  # repositories of the heat map
RATINGS = "rating."
SIZE = "rating.volume"  # says how large it is, which is no fault
ORDER = (
    "In the order of deal breakers, then critical, high, medium and low findings of its own, each "
    "compared where all before are equal; no weights. "
)


def size_map(ranked: Sequence[Part], *, grouped: bool) -> Series:
    """Areas by code lines, shaded by critical and high findings."""
    rows = [
        (*((one.group,) if grouped else ()), one.name, one.lines, one.grave)
        for one in sorted(ranked, key=lambda one: (-one.lines, one.name))
        if one.lines
    ]
    without = len(ranked) - len(rows)
    return Series(
        "portfolio_map",
        "Repositories by size and by critical and high findings",
        (
            *(("group",) if grouped else ()),
            "repository",
            "code lines",
            "critical and high findings",
        ),
        tuple(rows),
        chart="treemap",
        note="The larger an area, the more code; the darker, the more critical and high findings."
        + (f" {without:,} without code lines are not drawn." if without else ""),
    )


def groups_table(groups: Sequence[Part], grave: int) -> Series:
    """One row a group."""
    rows: list[tuple[Value, ...]] = [
        (
            one.name,
            len(one.scopes),
            sum(bool(scope.commit) for scope in one.scopes),
            one.lines,
            len(one.people),
            *(one.counts[severity] for severity in WEIGHED),
            one.grave / grave if grave else None,
            one.gaps,
        )
        for one in groups
    ]
    return Series(
        "portfolio_groups",
        "Groups of repositories by the risk that they carry",
        (
            "group", "repositories", "assessed", "code lines", "people in 12 months",
            *map(str, WEIGHED), "share of critical and high", "gaps",
        ),
        tuple(rows),
        note=ORDER + "People: who committed in the last twelve months, each once a group.",
    )  # fmt: skip


def ranking(
    ranked: Sequence[Part],
    grave: int,
    metrics: Mapping[tuple[str, str], float | None],
    *,
    grouped: bool,
) -> Series:
    """One row a repository."""
    names = {name for name, _ in metrics if name.startswith(RATINGS) and name != SIZE}
    rows = []
    for number, one in enumerate(ranked, 1):
        stars = [metrics.get((name, one.name)) for name in sorted(names)]
        given = [each for each in stars if each is not None]
        rows.append(
            (
                number,
                one.name,
                *((one.group,) if grouped else ()),
                one.lines,
                one.commits,
                len(one.people) if one.commits is not None else None,
                metrics.get(("truck_factor.people", one.name)),
                round(sum(given) / len(given), 1) if given else None,
                *(one.counts[severity] for severity in WEIGHED),
                one.grave / grave if grave else None,
                one.gaps,
                one.worst(),
            )
        )
    return Series(
        "portfolio_ranking",
        "Repositories by the risk that they carry",
        (
            "rank", "repository", *(("group",) if grouped else ()), "code lines",
            "commits in 12 months", "people in 12 months", "truck factor", "stars",
            *map(str, WEIGHED), "share of critical and high", "gaps", "what weighs most",
        ),
        tuple(rows),
        note=ORDER + "Stars: mean of the ratings by property, without volume. Gaps: kinds of what "
        "could not be looked at, so that few findings and many gaps are no good sign.",
    )  # fmt: skip


def heat(ranked: Sequence[Part]) -> Series:
    """Where the findings of the riskiest lie."""
    first = [one for one in ranked if one.grave][:HEATED]
    domains = sorted(
        {finding.domain for one in first for finding in one.findings if finding.severity in GRAVE}
    )
    rows: list[tuple[Value, ...]] = []
    for one in first:
        count = Counter(finding.domain for finding in one.findings if finding.severity in GRAVE)
        rows += [(one.name, domain.replace("_", " "), count[domain]) for domain in domains]
    return Series(
        "portfolio_heat",
        "Critical and high findings of the riskiest repositories, by domain",
        ("repository", "domain", "critical and high findings"),
        tuple(rows),
        chart="heatmap",
    )


def unassessed(closed: Sequence[Part], runs: Iterable[Run]) -> Series:
    """What could not be opened, and why."""
    causes = {
        run.repo: "; ".join(dict.fromkeys(issue.reason for issue in run.issues))
        for run in runs
        if run.status is Status.FAILED
    }
    return Series(
        "portfolio_unassessed",
        "Repositories that were not assessed",
        ("repository", "group", "cause"),
        tuple((one.name, one.group, causes.get(one.name, "was not collected")) for one in closed),
        note="Nothing is known of them. They are in no number of this report.",
    )
