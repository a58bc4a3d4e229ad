"""How grave a known vulnerability is in this product, and why that is not the published rating."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from techdd.text import place_token

if TYPE_CHECKING:
    from pandas import DataFrame

# What nobody has rated may be anything: it ranks above "low", so that a known low cannot hide it.
RANKS = ("info", "low", "unknown", "medium", "high", "critical")
STATED = "stated"  # all that is known of a package version is stated not to matter
LOWERED = {"critical": "high", "high": "medium", "medium": "low", "unknown": "low"}
LIKELY = 0.1  # EPSS from which an exploit is expected; FIRST: 0.1 finds two thirds of those used


def weigh(row: Any) -> tuple[str, str]:
    """(the severity that counts, why it is not the published one; "" where it is).

    What CISA lists as exploited is critical. In development scope a flaw is one step away from what
    is sold and counts one lower. A medium flaw of a package that only other packages use counts as
    low unless an exploit is expected; graver ones do not, for Log4Shell came that way. techdd
    synthesis 2026, after CISA's SSVC (exploitation, then exposure).
    """
    severity, reason = str(row.severity), ""
    if severity == "info":
        return severity, reason
    if row.exploited:
        used = ", used by ransomware" if row.ransomware else ""
        since = place_token(f" since {row.exploited}")  # the day of a public list tells which it is
        severity, reason = "critical", f"known to be exploited{since}{used}"
    if row.scope == "development":
        lowered = LOWERED.get(severity, severity)
        reason = ", ".join(filter(None, [reason, "development only" * (lowered != severity)]))
        return lowered, reason
    likely = bool(row.epss is not None and row.epss >= LIKELY)  # not a number: no score
    if severity == "medium" and not reason and _of_others_only(row.direct) and not likely:
        return "low", "used by other packages only"
    return severity, reason


def _of_others_only(direct: Any) -> bool:
    """Whether it is known that nobody here asks for the package itself."""
    import pandas as pd

    return not pd.isna(direct) and not direct


def unanswered(rows: DataFrame) -> DataFrame:
    """The vulnerabilities, notices left out, that nobody has answered for."""
    return rows[(rows["severity"] != "info") & (rows["stated"] == "")]


def open_worst(rows: DataFrame) -> str:
    """The worst of what nobody has answered for; STATED where somebody has for all of it."""
    real = rows[rows["severity"] != "info"]
    left = unanswered(rows)
    if len(real) and left.empty:
        return STATED
    return worst_of(left["counted"]) if len(real) else "info"


def scored_worst(rows: DataFrame) -> str:
    """The worst of what the adviser has not settled; STATED where all is. A document's word takes
    nothing out of the counts that are scored: whoever is audited could write one.
    """
    real = rows[rows["severity"] != "info"]
    left = real[~real["triaged"].astype(bool)]
    return worst_of(left["counted"]) if len(left) else STATED if len(real) else "info"


def worst_of(severities: Iterable[str]) -> str:
    """The worst of some severities."""
    return max(severities, key=RANKS.index)
