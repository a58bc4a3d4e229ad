"""What the advisories against one package version come to, in words for the texts of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from techdd.collectors.vulnerabilities.plan import target
from techdd.collectors.vulnerabilities.weighing import LIKELY, worst_of
from techdd.text import place_token

if TYPE_CHECKING:
    from pandas import DataFrame


def answered(rows: DataFrame) -> str:
    """Sentences, each after a space, that say for which advisories who answers, and why."""
    answers = rows[rows["stated"] != ""].groupby("stated", sort=True)["advisory"]
    return "".join(f" Stated {said}: {', '.join(sorted(set(ids)))}." for said, ids in answers)


def published(rows: DataFrame, counted: str) -> str:
    """The worst rating as published, and what it counts as where that is something else."""
    worst = worst_of(rows["severity"])
    why = next((str(one.reason) for one in rows.itertuples() if one.counted == counted), "")
    return worst if worst == counted or not why else f"{worst} (counted as {counted}: {why})"


def exploited(rows: DataFrame) -> str:
    """A sentence on exploitation, as the lists have it; "" where they say nothing."""
    since = [str(row.exploited) for row in rows.itertuples() if row.exploited]
    likely = rows["epss"].max()
    if since:
        by = ", also by ransomware" if rows["ransomware"].any() else ""
        return f"Listed by CISA as exploited since {min(since)}{by}. "
    if likely >= LIKELY:
        return f"An exploit within 30 days is likely (EPSS {likely:.0%}). "
    return ""


def sentence(text: str) -> str:
    """A headline with a full stop, so that the next sentence is one; "" stays."""
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


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
