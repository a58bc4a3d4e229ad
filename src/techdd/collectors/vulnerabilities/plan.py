"""What to do about the known vulnerabilities: the few that matter, and updates by effort."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from techdd.collectors._updates import EFFORTS, effort
from techdd.model import Series, Value
from techdd.text import some_of

if TYPE_CHECKING:
    from pandas import DataFrame

MATTER = 10  # packages in the short list
_EXAMPLES = 4
_SHOWN = 30  # steps
Rated = list[tuple[dict[str, Any], "DataFrame", str]]  # package, its vulnerabilities, the worst


def short_list(packages: Rated, rank: Any) -> Series:
    """The package versions to see to first: exploited ones, then by severity and likelihood."""
    rows = []
    for key, found, worst in packages:
        if worst in ("info", "low"):
            continue
        scores = found["epss"].dropna()
        likelihood = float(scores.max()) if len(scores) else None
        exploited = min((one for one in found["exploited"] if one), default="")
        why = next((str(one) for one in found[found["counted"] == worst]["reason"] if one), "")
        row: tuple[Value, ...] = (
            *(key["repo"], key["package"], key["version"], worst, why or "as published"),
            *(likelihood, exploited or None, target(found)),
        )
        order = (not exploited, -rank(worst), -(likelihood or 0.0), key["repo"], key["package"])
        rows.append((order, row))
    rows.sort(key=lambda pair: pair[0])
    shown = [row for _, row in rows[:MATTER]]
    names = (
        *("repository", "package", "version", "counts as", "why"),
        *("likelihood of an exploit (EPSS)", "exploited since", "fixed in"),
    )
    # Where no list of exploits was imported, its column would say so in each row.
    kept = [n for n in range(len(names)) if n not in (5, 6) or any(row[n] for row in shown)]
    return Series(
        "vulnerabilities_first",
        "The vulnerable packages to see to first",
        tuple(names[n] for n in kept),
        tuple(tuple(row[n] for n in kept) for row in shown),
        note="Exploited: listed by CISA (KEV). Likelihood within 30 days as FIRST estimates it. "
        f"{len(rows):,} package versions are of medium or higher severity.",
    )


def upgrade_plan(packages: Rated) -> Series:
    """Updates that close what can be closed, by how far they jump."""
    groups: dict[str, list[tuple[dict[str, Any], DataFrame]]] = defaultdict(list)
    for key, found, worst in packages:
        if worst != "info":
            groups[effort(key["version"], target(found))].append((key, found))
    rows: list[tuple[Value, ...]] = []
    for name in EFFORTS:
        if own := groups[name]:
            closed = sum(
                found[found["severity"] != "info"]["advisory"].nunique() for _, found in own
            )
            shown = sorted({_move(key, found) for key, found in own})
            rows.append((name, len(own), closed, some_of(shown, _EXAMPLES)))
    return Series(
        "upgrade_plan",
        "Updates that would close known vulnerabilities, by how far they jump",
        ("update", "package versions", "vulnerabilities", "such as"),
        tuple(rows),
        note="To the smallest version that closes all that can be closed. A patch release is often "
        "an hour; a major one can change interfaces and needs tests. A dated one is named by the "
        "year, so its number does not tell.",
    )


def upgrade_steps(packages: Rated, rank: Any) -> Series:
    """One row an update, the least effort first and within it what closes the gravest."""
    import pandas as pd

    steps = []
    for key, found, worst in packages:
        if worst != "info" and target(found):
            real = found[found["severity"] != "info"]
            jump = effort(key["version"], target(found))
            closed = real[real["fixed"] != ""]["advisory"].nunique()
            left = found["left"].iloc[0]
            row: tuple[Value, ...] = (
                *(key["repo"], _move(key, found), jump, worst, closed),
                *(None if pd.isna(left) else int(left), _how(key, jump, real)),
            )
            steps.append(((EFFORTS.index(jump), -rank(worst), -closed, row[:2]), row))
    steps.sort(key=lambda pair: pair[0])
    more = f" {len(steps) - _SHOWN:,} further updates are not shown." * (len(steps) > _SHOWN)
    return Series(
        "upgrade_steps",
        "Updates in the order of their effort",
        ("repository", "update", "effort", "worst", "closes", "known of the new version", "how"),
        tuple(row for _, row in steps[:_SHOWN]),
        note="Each new version is one that an advisory names as fixed; it was matched again. "
        f"Which package brings another is not gathered: the command tells.{more}",
    )


# Which command tells what brings a package; `{}` is the package.
_ASKS = {
    "npm": "npm ls {}",
    "crates.io": "cargo tree -i {}",
    "Go": "go mod why -m {}",
    "Packagist": "composer why {}",
    "Maven": "mvn dependency:tree -Dincludes={}",
    "NuGet": "dotnet nuget why {}",
    "PyPI": "pipdeptree -r -p {}",
}


def _how(key: dict[str, Any], jump: str, found: DataFrame) -> str:
    """Where the update is to be written; of a package that others bring, how to learn of these."""
    direct = set(found["direct"].dropna())
    files = some_of(sorted({str(path) for path in found["manifest"]}), 2)
    if True in direct:
        return f"where it is asked for: {files}"
    ask = _ASKS.get(key["ecosystem"], "").format(key["package"]) or f"see {files}"
    if not direct:
        return f"where it is asked for, or what brings it: {ask}"
    if jump in EFFORTS[:2]:  # within what most ranges allow
        return f"lock anew, else update what brings it: {ask}"
    return f"update or override what brings it: {ask}"


def _move(key: dict[str, Any], found: DataFrame) -> str:
    return f"{key['package']} {key['version']}" + f" to {target(found)}" * bool(target(found))


def target(found: DataFrame) -> str:
    """The version to update to; "" where none is known."""
    return str(found["target"].iloc[0])
