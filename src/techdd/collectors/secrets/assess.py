"""What the secrets mean: how many can be used today by whoever reads the code, how many could."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from techdd.collectors import Answered, probe
from techdd.collectors.secrets.scan import Secret, SecretScan
from techdd.model import Location, Metric, Observation, Series, Value

if TYPE_CHECKING:
    from pandas import DataFrame

# Whether a credential works was not tried, so the rule's confidence stands for it.
SEVERITY = {"high": "critical", "medium": "high", "low": "medium"}
_PLACES = 10  # of one secret, named
_LISTED = 40  # places in the ledger
_UNKNOWN = "at an unknown date"
_LIMITS = (
    "Patterns of known providers, connection strings and private keys, in every file version "
    "and in the messages of commits and tags; passwords without a recognisable form are not "
    "covered. Forks, mirrors and clones elsewhere cannot be seen. No value was tried."
)


class _Found(NamedTuple):
    """One secret of one repository; `state` is "tree", "history" or "test".

    `origin` is the commit and path that held it first. With a number for each further one there it
    identifies the finding: unlike the keyed fingerprint it is the same in every engagement.
    """

    repo: str
    kind: str
    origin: tuple[str, str]
    state: str
    rows: Any  # its facts, those of the audited tree first


@probe(domain="security", needs=(Secret, SecretScan))
def secrets(_as_of: date, found: DataFrame, scans: DataFrame) -> Answered:
    """Do the repositories hold credentials, in the files or in the history?"""
    all_found = sorted(_grouped(found), key=_place)
    for repo in ["", *sorted(scans["repo"])]:
        own = scans[scans["repo"] == repo] if repo else scans
        counts = Counter(one.state for one in all_found if repo in ("", one.repo))
        yield from _metrics(repo, counts, own)
    at_origin: Counter[tuple[str, ...]] = Counter()
    for one in all_found:
        identity = (one.repo, one.kind, *one.origin)
        at_origin[identity] += 1
        if one.state != "test":
            yield _observation(one, ":".join((one.kind, *one.origin, str(at_origin[identity]))))
    if all_found:
        yield _kinds(all_found)
        yield _ledger(all_found)


def _grouped(found: DataFrame) -> Iterator[_Found]:
    """A secret counts unless each of its places looks like a test."""
    for (repo, kind, _), rows in found.groupby(["repo", "kind", "fingerprint"]):
        in_tree = bool(rows["in_head"].any())
        state = "test" if rows["looks_like_test"].all() else "tree" if in_tree else "history"
        ordered = rows.sort_values(["in_head", "added", "path"], ascending=[False, True, True])
        first = rows.sort_values(["added", "path", "line"]).iloc[0]
        origin = (str(first["commit"]), str(first["path"]))
        yield _Found(str(repo), str(kind), origin, state, ordered)


def _metrics(repo: str, counts: Counter[str], scans: DataFrame) -> Iterator[Metric]:
    complete = bool(len(scans)) and bool(scans["complete"].all())
    basis = f"{scans['versions'].sum():,} file versions"
    if counts["test"]:
        basis += f"; {counts['test']:,} test or example values left out"
    gaps = [] if complete else ["secret scan incomplete"]
    if missing := int(scans["missing"].sum()):
        gaps.append(f"{missing:,} file versions missing")
    if left_out := int(scans["left_out"].sum()):
        basis += f"; {left_out:,} more that the engine leaves out by name or size"
    for name, state in (("in_tree", "tree"), ("in_history", "history")):
        # What a scan with gaps found stands; that it found nothing says nothing.
        found = counts[state]
        value = None if gaps and not found else float(found)
        meaning = "a lower bound" if found else "not assessed is not clean"
        note = "; ".join([*gaps, meaning]) if gaps else ""
        yield Metric(f"secrets.{name}", value, "secrets", repo, basis, note)


def _place(one: _Found) -> tuple[str, ...]:
    return (one.repo, one.kind, *one.origin, f"{one.rows['line'].min():09}")


def _observation(one: _Found, key: str) -> Observation:
    places = one.rows[one.rows["in_head"]] if one.state == "tree" else one.rows
    values: dict[str, Value] = {
        "kind": one.kind,
        "count": len(places),
        "added": _day(one.rows["added"].min()),
        "readers": _readers(one.rows),
    }
    if one.state == "tree":
        confidence = str(one.rows["confidence"].iloc[0])
        values |= {"confidence": confidence, "severity": SEVERITY.get(confidence, "high")}
    else:
        # What was taken out is at most high: it may have been replaced.
        severity = "medium" if (one.rows["confidence"] == "low").all() else "high"
        values |= {"removed": _removal(one.rows), "severity": severity}
    locations = tuple(
        Location(row.path, int(row.line), row.commit)
        for row in places.head(_PLACES).itertuples()
        if row.path
    )
    return Observation(f"secret-in-{one.state}", one.repo, key, locations, values)


def _day(when: Any) -> str:
    import pandas as pd

    return _UNKNOWN if pd.isna(when) else f"{when:%Y-%m-%d}"


def _removal(rows: Any) -> str:
    if rows["path"].str.fullmatch(r"\((?:commit|tag) message\)").all():
        return "never, since it stands in a message,"
    return _day(rows["removed"].max())


def _readers(rows: Any) -> str:
    """Which refs of the repository lead to it, in words."""
    counts = rows[["branches", "tags", "other_refs"]]
    if counts.isna().any(axis=None):
        return "branches that could not be told"
    branches, tags, others = (int(number) for number in counts.max())
    named = [
        (branches, "branch", "branches"),
        (tags, "tag", "tags"),
        (others, "other ref", "other refs"),
    ]
    parts = [f"{number:,} {one if number == 1 else many}" for number, one, many in named if number]
    if not parts:
        return "no branch or tag, only in the object store"
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if parts[1:] else parts)


def _ledger(all_found: list[_Found]) -> Series:
    """Every place, what can be used today first; the fingerprint stands for the value."""
    ordered = sorted(all_found, key=lambda one: ("tree", "history", "test").index(one.state))
    rows = [
        (
            one.repo,
            one.kind,
            f"{row.path}:{row.line}" if row.path else "in no commit",
            f"{_day(row.added)} {row.commit[:10]}".strip(),
            "still there"
            if row.in_head
            else f"{_day(row.removed)} {row.removed_commit[:10]}".strip(),
            _readers(one.rows.loc[[row.Index]]),
            "yes" if row.looks_like_test else "no",
            row.fingerprint,
        )
        for one in ordered
        for row in one.rows.itertuples()
    ]
    note = f"{_LISTED} of {len(rows):,} places are listed. " if len(rows) > _LISTED else ""
    columns = ("repository", "kind", "place", "added", "removed", "reached from")
    return Series(
        "secret_places",
        "Where credential-shaped strings stand or stood",
        (*columns, "test or example", "keyed fingerprint"),
        tuple(rows[:_LISTED]),
        note=f"{note}The fingerprint is keyed for this engagement. {_LIMITS}",
    )


def _kinds(all_found: list[_Found]) -> Series:
    counts = Counter((one.kind, one.state) for one in all_found)
    states = ("tree", "history", "test")
    return Series(
        "secret_kinds",
        "Credential-shaped strings by kind",
        ("kind", "in the audited files", "only in the history", "test or example values"),
        tuple(
            (kind, *(counts[kind, state] for state in states))
            for kind in sorted({one.kind for one in all_found})
        ),
        note=_LIMITS,
    )
