"""Exhibits over the audits of one engagement."""

from __future__ import annotations

from collections.abc import Iterable

from techdd.audits.keeping import Kept
from techdd.model import Series, Severity, Value

TREND = 3  # audits from which a trend is drawn
MOST = 16  # the latest audits in an exhibit


def trends(earlier: Iterable[Kept], now: Kept) -> tuple[Series, ...]:
    """Exhibits over the audits up to `now`, the last of each day; none below three days."""
    by_day = {one.date: one for one in earlier if one.date < now.date} | {now.date: now}
    points = [by_day[day] for day in sorted(by_day)][-MOST:]
    if len(points) < TREND:
        return ()
    titles = [*now.scores, "All domains"]
    scores = tuple(
        (title, one.date, round(score))
        for title in titles
        for one in points
        if (score := one.score if title == "All domains" else one.scores.get(title)) is not None
    )
    bands = [str(severity) for severity in Severity if severity is not Severity.INFO]
    counts: tuple[tuple[Value, ...], ...] = tuple(
        (one.date, *(one.findings.get(band, 0) for band in bands)) for one in points
    )
    return (
        Series(
            "audits.scores", "Scores by domain, audit by audit",
            ("domain", "audit of", "score"), scores, "heatmap",
            "An empty field is no score: too little was assessed. Rules, tools and questions may "
            "differ between audits; see the comparison of two for what that means.",
        ),
        Series(
            "audits.findings", "Findings by severity, audit by audit",
            ("audit of", *bands), counts, "stacked",
            "All that were found, also those accepted; the last audit of each day counts.",
        ),
    )  # fmt: skip
